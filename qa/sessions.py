"""Who is signed in: sessions in the file of people's data, each known to a browser by a random secret."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from qa.people_store import NOTED_SECONDS, PeopleStore, hashed
from qa.person import Person, Role, Way

SECRET_BYTES = 32
IDLE_SECONDS = 60 * 60  # without a request, after which a session is over
SIGN_IN_SECONDS = 10 * 60  # that a sign-in may take at the provider
MAX_OPEN_SIGN_INS = 10_000  # begun and not finished; whoever can reach the service can begin one


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that was begun: what the provider has to send back, and the page to lead to afterwards.

    ``address`` is where this service takes the provider's answer.
    """

    state: str
    nonce: str
    verifier: str
    address: str
    next: str


class Sessions:
    """The sessions of one data folder, over after ``hours`` or an hour without use."""

    def __init__(self, people: PeopleStore, hours: float) -> None:
        self._people = people
        self.seconds = int(hours * 60 * 60)

    def begin(self, person: Person, id_token: str) -> str:
        """Begin a session; its secret. ``id_token`` is what the provider takes for a sign-out."""
        secret, now = secrets.token_urlsafe(SECRET_BYTES), time.time()
        with self._people.one() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE begun <= ? OR used <= ?", (now - self.seconds, now - IDLE_SECONDS)
            )
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (hashed(secret), person.id, person.name, person.role.value, person.way.value, now, now, id_token),
            )
        return secret

    def person(self, secret: str) -> Person | None:
        """Who is signed in by a secret; None for one that is unknown or over. Its use is noted."""
        now, key = time.time(), hashed(secret)
        with self._people.one() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE secret = ?", (key,)).fetchone()
            if row is None or now - row["begun"] >= self.seconds or now - row["used"] >= IDLE_SECONDS:
                return None
            if now - row["used"] > NOTED_SECONDS:
                connection.execute("UPDATE sessions SET used = ? WHERE secret = ?", (now, key))
        return Person(row["person"], row["name"], Role(row["role"]), Way(row["way"]))

    def end(self, secret: str) -> str:
        """End a session; its ID token, "" where there was none."""
        with self._people.one() as connection:
            row = connection.execute(
                "DELETE FROM sessions WHERE secret = ? RETURNING id_token", (hashed(secret),)
            ).fetchone()
        return row["id_token"] if row else ""

    def end_all(self) -> None:
        """End every session."""
        with self._people.one() as connection:
            connection.execute("DELETE FROM sessions")

    def keep(self, sign_in: SignIn) -> None:
        """Remember a sign-in that was begun."""
        now = time.time()
        with self._people.one() as connection:
            connection.execute("DELETE FROM sign_ins WHERE begun <= ?", (now - SIGN_IN_SECONDS,))
            connection.execute(
                "DELETE FROM sign_ins WHERE state IN"
                " (SELECT state FROM sign_ins ORDER BY begun DESC LIMIT -1 OFFSET ?)",
                (MAX_OPEN_SIGN_INS - 1,),
            )
            connection.execute(
                "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(sign_in.state), sign_in.nonce, sign_in.verifier, sign_in.address, sign_in.next, now),
            )

    def taken(self, state: str) -> SignIn | None:
        """The sign-in that was begun with a state, once; None where there is none, or it took too long."""
        with self._people.one() as connection:
            row = connection.execute("DELETE FROM sign_ins WHERE state = ? RETURNING *", (hashed(state),)).fetchone()
        if row is None or time.time() - row["begun"] >= SIGN_IN_SECONDS:
            return None
        return SignIn(state, row["nonce"], row["verifier"], row["address"], row["next"])
