"""API tokens: secrets for programs, each with a role, rights within it, and an end. Only their SHA-256 is kept."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

from qa.errors import BadTokenError, UnknownTokenError, UsageError
from qa.people_store import NOTED_SECONDS, PeopleStore, hashed
from qa.person import Person, Right, Role, Way

PREFIX = "bqa_"
ID_BYTES = 4
SECRET_BYTES = 32
MAX_NAME_CHARS = 100
MAX_DAYS = 3650
SECONDS_OF_DAY = 24 * 60 * 60

# What each role can be of use for; no token is given a right beyond them
RIGHTS_OF_ROLE = {
    Role.PUBLIC: frozenset({Right.READ, Right.ASK}),
    Role.MEMBER: frozenset({Right.READ, Right.ASK}),
    Role.OFFICER: frozenset({Right.READ, Right.ASK, Right.WRITE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Times are UTC seconds since 1970; None where it never was, or never will be."""

    id: str
    name: str
    role: Role
    rights: frozenset[Right]
    made: float
    expires: float | None
    used: float | None
    revoked: float | None

    def holds(self, now: float) -> bool:
        """Whether it is taken."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class Tokens:
    """The API tokens of one data folder."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    def add(self, name: str, role: Role, rights: Iterable[Right] | None, days: int | None) -> tuple[Token, str]:
        """Make a token; it and its secret, which cannot be had again.

        Without ``rights`` it has all that are of use to its role, without ``days`` no end. Raises UsageError.
        """
        possible = RIGHTS_OF_ROLE[role]
        given = possible if rights is None else frozenset(rights)
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME_CHARS:
            raise UsageError("A token needs a name.", f"Say in up to {MAX_NAME_CHARS} characters what it is for.")
        if not given:
            raise UsageError("A token needs a right.", f"Choose from {_listed(possible)}.")
        if beyond := given - possible:
            raise UsageError(f"The role {role} has no right to {_listed(beyond)}.", f"It may have {_listed(possible)}.")
        if days is not None and not 0 < days <= MAX_DAYS:
            raise UsageError(f"A token cannot hold {days} days.", f"Choose from 1 to {MAX_DAYS}.")
        now = time.time()
        token = Token(
            secrets.token_hex(ID_BYTES),
            name,
            role,
            given,
            now,
            now + days * SECONDS_OF_DAY if days else None,
            None,
            None,
        )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self._people.one() as connection:
            connection.execute(
                "INSERT INTO tokens (id, secret, name, role, rights, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (token.id, hashed(secret), name, role.value, _listed(given), now, token.expires),
            )
        return token, f"{PREFIX}{token.id}_{secret}"

    def all(self) -> list[Token]:
        """Every token there ever was, the newest first."""
        with self._people.one() as connection:
            rows = connection.execute("SELECT * FROM tokens ORDER BY made DESC, id").fetchall()
        return [
            Token(
                row["id"],
                row["name"],
                Role(row["role"]),
                frozenset(map(Right, row["rights"].split(","))),
                row["made"],
                row["expires"],
                row["used"],
                row["revoked"],
            )
            for row in rows
        ]

    def revoke(self, id_: str) -> None:
        """Take a token no more. Raises UnknownTokenError where there is none, or it is revoked already."""
        with self._people.one() as connection:
            changed = connection.execute(
                "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", (time.time(), id_)
            ).rowcount
        if not changed:
            raise UnknownTokenError(f"No token {id_!r} is in use.", "`board-qa token list` shows the tokens.")

    def person(self, shown: str) -> Person:
        """Whom a shown token stands for; its use is noted. Raises BadTokenError."""
        id_, _, secret = shown.removeprefix(PREFIX).partition("_")
        now = time.time()
        with self._people.one() as connection:
            row = connection.execute("SELECT * FROM tokens WHERE id = ?", (id_,)).fetchone()
            # Compared for an unknown id too, so that the time tells nothing
            same = hmac.compare_digest(hashed(secret), row["secret"] if row else hashed(""))
            if (
                not shown.startswith(PREFIX)
                or row is None
                or not same
                or row["revoked"] is not None
                or (row["expires"] is not None and now >= row["expires"])
            ):
                raise BadTokenError(
                    "The API token is not, or no longer, taken.",
                    "Ask those who run this service for another (`board-qa token add`).",
                )
            if row["used"] is None or now - row["used"] > NOTED_SECONDS:
                connection.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, id_))
        rights = frozenset(map(Right, row["rights"].split(",")))
        return Person(f"token:{id_}", row["name"], Role(row["role"]), Way.TOKEN, rights)


def _listed(rights: Iterable[Right]) -> str:
    return ",".join(right for right in Right if right in set(rights))
