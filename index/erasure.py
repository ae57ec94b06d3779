"""Leaving nothing of what was deleted in the index's file and its log.

SQLite keeps what was deleted until the room is needed: in free pages, in the gaps of pages that were rearranged, in
the log, and in a text index until its segments are merged. So whatever deletes leaves a mark in its transaction, and a
sweep writes all that is still there anew. Until the sweep is done the mark stays, also when the process is killed.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from index.errors import BoardQAError
from index.schema import connect, plain_errors

UNSWEPT = "unswept"  # key of the mark in the table meta; another value whenever it is set

# An answer that tells of a pack, a conversation that nothing is left of, and feedback. Of feedback on a follow-up
# nobody knows which packs the earlier answers in it quote.
CITES = "EXISTS (SELECT 1 FROM json_each(answer, '$.citations') WHERE value ->> 'pack' = ?)"
TELLS = "EXISTS (SELECT 1 FROM json_each(packs) WHERE value = ?)"
FOLLOWS = "json_array_length(entry, '$.history') > 0"
EMPTY = "NOT EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id)"

log = logging.getLogger(__name__)


def mark(connection: sqlite3.Connection) -> None:
    """Note, within the open transaction, that something was deleted."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, hex(randomblob(8)))", (UNSWEPT,))


def forget_removed(connection: sqlite3.Connection, pack: str) -> None:
    """Delete, within the open transaction, the kept answers that tell of a pack, and feedback that may quote it."""
    _forget_turns(connection, TELLS, pack)
    connection.execute(f"DELETE FROM feedback WHERE {TELLS} OR {FOLLOWS}", (pack,))
    mark(connection)


def forget_replaced(connection: sqlite3.Connection, pack: str) -> None:
    """Delete, within the open transaction, the kept answers and the feedback that quote a pack's older version."""
    _forget_turns(connection, CITES, pack)
    connection.execute(f"DELETE FROM feedback WHERE {TELLS}", (pack,))
    mark(connection)


def _forget_turns(connection: sqlite3.Connection, which: str, pack: str) -> None:
    if connection.execute(f"DELETE FROM turns WHERE {which}", (pack,)).rowcount:
        connection.execute(f"DELETE FROM conversations WHERE {EMPTY}")


def remains(path: Path) -> bool:
    """Whether something of what was deleted may still be in the index file ``path`` or its log."""
    with plain_errors(path), closing(connect(path)) as connection:
        return _mark(connection) is not None


def sweep(path: Path) -> bool:
    """Write the index file ``path`` anew without what was deleted, and empty its log; whether that is done.

    Readers go on meanwhile, those who write wait: some seconds for 10,000 pages. It is not done where a reader holds on
    to an older state for a minute, or where there is no room on the disk for the file twice.
    """
    try:
        with plain_errors(path), closing(connect(path)) as connection:
            found = _mark(connection)
            if found is None:
                return True
            connection.execute("BEGIN IMMEDIATE")
            _drop_unused_names(connection)
            for (index,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5(%'"
            ).fetchall():
                connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
            connection.execute("COMMIT")
            connection.execute("VACUUM")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                connection.execute("DELETE FROM meta WHERE key = ? AND value = ?", (UNSWEPT, found))
            return _mark(connection) is None
    except BoardQAError as error:
        log.warning("what was deleted is not yet out of the index's file: %s", error.message)
        return False


def _mark(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (UNSWEPT,)).fetchone()
    return None if row is None else row[0]


def _drop_unused_names(connection: sqlite3.Connection) -> None:
    """Delete the names of councils and bodies that no pack tells of any more."""
    connection.execute(
        "DELETE FROM bodies WHERE number NOT IN"
        " (SELECT body FROM meetings UNION SELECT body FROM decisions UNION SELECT body FROM entries)"
    )
