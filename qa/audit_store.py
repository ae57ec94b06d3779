"""The audit log on disk: rows are only ever added, each holding the hash of the one before.

Triggers refuse changes and deletions, but for the rows that have outlived the time they are kept: of the last of those
the hash stays, so that the chain still begins somewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

from index.errors import BoardQAError
from qa.errors import AuditUnavailableError
from qa.people_store import PeopleStore

BUSY_MILLISECONDS = 5000  # to append takes a fraction of one; nobody shall wait long for a log
NOTHING_BEFORE = ""

# ``audit_start`` holds number and hash of the last row that is no longer kept, and the days that rows are kept by
TABLES = """
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, way TEXT NOT NULL, act TEXT NOT NULL, about TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_time ON audit(time);
CREATE TABLE IF NOT EXISTS audit_start (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), number INTEGER NOT NULL, hash TEXT NOT NULL,
    days INTEGER NOT NULL CHECK (days > 0)
);
INSERT OR IGNORE INTO audit_start VALUES (1, 0, '', 1);
CREATE TRIGGER IF NOT EXISTS audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_kept BEFORE DELETE ON audit
WHEN OLD.number > (SELECT number FROM audit_start)
BEGIN SELECT raise(ABORT, 'the audit log is kept'); END;
CREATE TRIGGER IF NOT EXISTS audit_start_kept BEFORE DELETE ON audit_start
BEGIN SELECT raise(ABORT, 'the audit log is kept'); END;
CREATE TRIGGER IF NOT EXISTS audit_start_old BEFORE UPDATE ON audit_start
WHEN NOT EXISTS (
    SELECT 1 FROM audit WHERE number = NEW.number AND hash = NEW.hash AND number > OLD.number
    AND julianday(time) < julianday('now', '-' || NEW.days || ' days')
)
BEGIN SELECT raise(ABORT, 'the audit log is kept'); END;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """Who did what: ``time`` in UTC (ISO), ``about`` a JSON object."""

    time: str
    person: str
    name: str
    role: str
    way: str
    act: str
    about: str


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row of the log with its number, which rises by one from row to row, and its hash (hexadecimal)."""

    number: int
    row: Row
    hash: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows are wanted: from a time (ISO, UTC) up to before another, of an act, of a person's id or name."""

    since: str | None = None
    before: str | None = None
    act: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole chain found: ``hash`` is that of the ``last`` row, ``broken`` what is wrong, None where
    nothing is. Whoever can write to the file can make the whole chain anew; a hash noted elsewhere tells that.
    """

    rows: int
    first: int | None
    last: int | None
    hash: str
    broken: str | None


class AuditStore:
    """The log in the data folder ``folder``, made where there is none. Safe to use from threads and processes at once.

    Everything raises AuditUnavailableError where the file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._people = PeopleStore(folder)
        self._made = False
        self._cleared: float | None = None  # by the monotonic clock
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._people.close()

    def append(self, row: Row) -> int:
        """Add a row; its number."""
        with self._writing() as connection:
            number, before = _last(connection)
            number += 1
            hash_ = _hash(before, number, row)
            connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *astuple(row), hash_))
            connection.execute("COMMIT")
        return number

    def require_writable(self) -> None:
        """Raise AuditUnavailableError where nothing can be added just now."""
        with self._writing():
            pass

    def clearing_due(self, seconds: float) -> bool:
        """Whether this process has not asked so for that long: then old rows are to be looked for."""
        with self._lock:
            now = time.monotonic()
            due = self._cleared is None or now - self._cleared > seconds
            if due:
                self._cleared = now
            return due

    def forget_before(self, oldest: str, days: int) -> int:
        """Delete the rows older than ``oldest`` (ISO), which is ``days`` days ago or earlier; how many there were."""
        with self._writing() as connection:
            # Up to the first that is younger: a clock that was wrong for a while takes no row along too early
            row = connection.execute(
                "SELECT number, hash FROM audit WHERE number <"
                " coalesce((SELECT min(number) FROM audit WHERE time >= ?), 9e18) ORDER BY number DESC LIMIT 1",
                (oldest,),
            ).fetchone()
            if row is None:
                return 0
            connection.execute("PRAGMA secure_delete = ON")
            told = (row["number"], row["hash"], days)
            connection.execute("UPDATE audit_start SET number = ?, hash = ?, days = ?", told)
            gone = connection.execute("DELETE FROM audit WHERE number <= ?", (row["number"],)).rowcount
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def rows(self, chosen: Chosen, most: int, under: int | None = None) -> list[NumberedRow]:
        """The chosen rows, newest first, at most so many, only of numbers ``under`` that one."""
        with self._one() as connection:
            found = connection.execute(
                "SELECT * FROM audit WHERE (:under IS NULL OR number < :under) AND (:since IS NULL OR time >= :since)"
                " AND (:before IS NULL OR time < :before) AND (:act IS NULL OR act = :act)"
                " AND (:person IS NULL OR person = :person OR name = :person) ORDER BY number DESC LIMIT :most",
                {
                    "under": under,
                    "since": chosen.since,
                    "before": chosen.before,
                    "act": chosen.act,
                    "person": chosen.person,
                    "most": most,
                },
            ).fetchall()
        return [_numbered(row) for row in found]

    def verify(self) -> Verified:
        """Check every row's hash against its content and the row before."""
        with self._one() as connection:
            connection.execute("BEGIN")
            start = connection.execute("SELECT number, hash FROM audit_start").fetchone()
            number, hash_ = (start["number"], start["hash"]) if start is not None else (0, NOTHING_BEFORE)
            first, count, broken = None, 0, None if start is not None else "the log's beginning is missing"
            for found in map(_numbered, connection.execute("SELECT * FROM audit ORDER BY number")):
                if broken is None and found.number != number + 1:
                    broken = f"entries {number + 1} to {found.number - 1} are missing"
                if broken is None and found.hash != _hash(hash_, found.number, found.row):
                    broken = f"entry {found.number} is not as it was written, or does not follow the one before"
                first = found.number if first is None else first
                number, hash_, count = found.number, found.hash, count + 1
            given = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
            if broken is None and given is not None and given["seq"] > number:
                broken = f"entries {number + 1} to {given['seq']} are missing at the end"
        return Verified(count, first, number if count else None, hash_, broken)

    @contextmanager
    def _one(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._people.one() as connection:
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                self._prepare(connection)
                yield connection
        except BoardQAError as error:  # says what of the index is wrong
            raise AuditUnavailableError(
                f"The audit log in {self._people.path} cannot be used: {error.__cause__ or error.message}.",
                "Check the disk and its rights. Without the log, what must be recorded is not done.",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that the block commits."""
        with self._one() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # A commit is in the file at once, and on the disk a moment later: none is lost when a process is killed
        connection.execute("PRAGMA synchronous = NORMAL")
        with self._lock:
            if not self._made:
                connection.executescript(TABLES)
                self._made = True


def _last(connection: sqlite3.Connection) -> tuple[int, str]:
    """Number and hash of the last row, or of the last that is no longer kept."""
    row = connection.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    row = row or connection.execute("SELECT number, hash FROM audit_start").fetchone()
    return row["number"], row["hash"]


def _hash(before: str, number: int, row: Row) -> str:
    return hashlib.sha256(json.dumps([before, number, *astuple(row)]).encode()).hexdigest()


def _numbered(row: sqlite3.Row) -> NumberedRow:
    told = Row(row["time"], row["person"], row["name"], row["role"], row["way"], row["act"], row["about"])
    return NumberedRow(row["number"], told, row["hash"])


def time_text(moment: datetime) -> str:
    """A time in UTC as it stands in the log, so that texts sort as times do."""
    return moment.isoformat(timespec="milliseconds")
