"""What users said of answers, kept in the index's file beside what was indexed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from index import erasure
from index.connections import Connections
from index.errors import FeedbackFullError

MOST_ENTRIES = 10_000  # whoever can reach the web service can write here


class FeedbackStore:
    """The feedback in the index file ``path``, which ``Store`` has prepared. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def add(self, entry: str, packs: Iterable[str]) -> str:
        """Keep one entry (JSON) on an answer that quotes ``packs`` (ids); the entry's new id.

        Raises FeedbackFullError.
        """
        id_ = secrets.token_hex(8)
        with self._connections.one() as connection:
            # One statement, so that two at once cannot both take the last place
            added = connection.execute(
                "INSERT INTO feedback (id, packs, entry) SELECT ?, ?, ? WHERE (SELECT count(*) FROM feedback) < ?",
                (id_, json.dumps(sorted(set(packs))), entry, MOST_ENTRIES),
            ).rowcount
        if not added:
            raise FeedbackFullError(
                f"{MOST_ENTRIES} entries of feedback are kept already.",
                "Whoever runs this service must run `board-qa eval feedback --forget`.",
            )
        return id_

    def entries(self) -> list[tuple[str, str]]:
        """Every entry as id and JSON, oldest first."""
        with self._connections.one() as connection:
            rows = connection.execute("SELECT id, entry FROM feedback ORDER BY number").fetchall()
        return [(row["id"], row["entry"]) for row in rows]

    def forget(self, ids: Iterable[str]) -> int:
        """Delete the entries of these ids; how many there were."""
        with self._connections.one() as connection:
            connection.execute("BEGIN IMMEDIATE")
            gone = connection.execute(
                "DELETE FROM feedback WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            ).rowcount
            erasure.mark(connection)
            connection.execute("COMMIT")
        return gone
