"""What was asked by the pages and answered, kept in the index's file beside what was indexed."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from index import erasure
from index.connections import Connections
from index.errors import AnswerOutdatedError, ConversationsFullError, UnknownAnswerError, UnknownConversationError
from index.model import Access

MOST_TURNS = 100_000  # whoever can reach the web service can write here
HEAD = "SELECT c.*, (SELECT count(*) FROM turns WHERE conversation = c.id) AS turns FROM conversations c"


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation without its turns; ``turns`` is how many there are, times are UTC."""

    id: str
    title: str
    made: datetime
    changed: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question and its answer (JSON); ``access`` is the highest level of the papers that it was made from."""

    id: str
    conversation: str
    asked: datetime
    question: str
    answer: str
    access: Access


def new_id() -> str:
    """An id that nobody guesses: it is all that the link to an answer needs."""
    return secrets.token_urlsafe(12)


class ConversationStore:
    """The conversations in the index file ``path``, which ``Store`` has prepared. Safe to use from several threads.

    What is deleted is overwritten in the file. ``owner`` is who a conversation belongs to; another's is unknown.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def begin(self, owner: str, title: str, now: datetime) -> str:
        """A new conversation; its id."""
        id_ = new_id()
        with self._connections.one() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (id_, owner, title, _text(now), _text(now))
            )
        return id_

    def contents(self) -> dict[str, str]:
        """The SHA-256 of each indexed pack's PDF, by the pack's id."""
        with self._connections.one() as connection:
            return dict(map(tuple, connection.execute("SELECT id, sha256 FROM packs")))

    def add(self, turn: StoredTurn, owner: str, packs: Mapping[str, str | None]) -> None:
        """Keep a turn, whose answer tells of ``packs`` (ids) as they were with these contents (SHA-256).

        Raises UnknownConversationError, AnswerOutdatedError, ConversationsFullError.
        """
        with self._connections.one() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._head(connection, turn.conversation, owner)
            if connection.execute(
                "SELECT 1 FROM json_each(?) AS told LEFT JOIN packs ON packs.id = told.key"
                " WHERE packs.sha256 IS NOT told.value",
                (json.dumps(packs),),
            ).fetchone():
                raise AnswerOutdatedError(
                    "The papers were changed while this was answered, so the answer is not kept.",
                    "Ask again to have it from the papers as they are now.",
                )
            # One statement, so that two at once cannot both take the last place
            added = connection.execute(
                "INSERT INTO turns (id, conversation, asked, packs, question, answer, access)"
                " SELECT ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM turns) < ?",
                (
                    turn.id,
                    turn.conversation,
                    _text(turn.asked),
                    json.dumps(sorted(packs)),
                    turn.question,
                    turn.answer,
                    turn.access,
                    MOST_TURNS,
                ),
            ).rowcount
            if not added:
                raise ConversationsFullError(
                    f"{MOST_TURNS} answers are kept already, so this one is not.",
                    "Delete conversations, or keep them for fewer days (BOARD_QA_KEEP_DAYS).",
                )
            connection.execute(
                "UPDATE conversations SET changed = ? WHERE id = ?", (_text(turn.asked), turn.conversation)
            )
            connection.execute("COMMIT")

    def conversations(self, owner: str, most: int) -> list[StoredConversation]:
        """An owner's conversations, the one used last first."""
        with self._connections.one() as connection:
            rows = connection.execute(
                f"{HEAD} WHERE owner = ? ORDER BY changed DESC, id LIMIT ?", (owner, most)
            ).fetchall()
        return [_conversation(row) for row in rows]

    def conversation(self, id_: str, owner: str) -> tuple[StoredConversation, list[StoredTurn]]:
        """A conversation with its turns, oldest first. Raises UnknownConversationError."""
        with self._connections.reading() as connection:
            head = self._head(connection, id_, owner)
            rows = connection.execute("SELECT * FROM turns WHERE conversation = ? ORDER BY number", (id_,)).fetchall()
        return head, [_turn(row) for row in rows]

    def turn(self, id_: str) -> StoredTurn:
        """The turn of an answer's id, whoever asked. Raises UnknownAnswerError."""
        with self._connections.one() as connection:
            row = connection.execute("SELECT * FROM turns WHERE id = ?", (id_,)).fetchone()
        if row is None:
            raise UnknownAnswerError("There is no such answer, or no longer.", "Ask the question again.")
        return _turn(row)

    def rename(self, id_: str, owner: str, title: str) -> None:
        """Give a conversation another title. Raises UnknownConversationError."""
        with self._connections.one() as connection:
            self._head(connection, id_, owner)
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, id_))

    def delete(self, id_: str, owner: str) -> None:
        """Delete a conversation and its answers. Raises UnknownConversationError."""
        with self._connections.one() as connection:
            self._head(connection, id_, owner)
            self._erase(connection, "id = ?", id_)

    def forget_before(self, day: datetime) -> None:
        """Delete the conversations that were not used since."""
        with self._connections.one() as connection:
            if connection.execute("SELECT 1 FROM conversations WHERE changed < ?", (_text(day),)).fetchone():
                self._erase(connection, "changed < ?", _text(day))

    @staticmethod
    def _head(connection: sqlite3.Connection, id_: str, owner: str) -> StoredConversation:
        row = connection.execute(f"{HEAD} WHERE id = ? AND owner = ?", (id_, owner)).fetchone()
        if row is None:
            raise UnknownConversationError(
                "There is no such conversation, or it is another browser's.", "Your own are listed at /conversations."
            )
        return _conversation(row)

    @staticmethod
    def _erase(connection: sqlite3.Connection, which: str, *values: str) -> None:
        """Delete conversations and overwrite them in the file and in its log."""
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"DELETE FROM conversations WHERE {which}", values)
        erasure.mark(connection)  # of rows that were moved within the file while they were there
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # does what it can while others read


def _text(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")


def _conversation(row: sqlite3.Row) -> StoredConversation:
    made, changed = datetime.fromisoformat(row["made"]), datetime.fromisoformat(row["changed"])
    return StoredConversation(row["id"], row["title"], made, changed, row["turns"])


def _turn(row: sqlite3.Row) -> StoredTurn:
    asked = datetime.fromisoformat(row["asked"])
    return StoredTurn(row["id"], row["conversation"], asked, row["question"], row["answer"], Access(row["access"]))
