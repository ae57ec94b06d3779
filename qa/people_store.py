"""The file of people's data: who is signed in, API tokens, and the audit log. It never waits for an ingest's commit."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.connections import Connections
from index.errors import IndexDamagedError
from index.schema import connect, plain_errors

PEOPLE = "people.sqlite"
VERSION = 1
NOTED_SECONDS = 60  # so often at most is it written down that a session or token was used

# Of secrets (session, state, token) only the SHA-256 is kept. Times are UTC, seconds since 1970.
TABLES = """
CREATE TABLE sessions (
    secret TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, way TEXT NOT NULL,
    begun REAL NOT NULL, used REAL NOT NULL, id_token TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_begun ON sessions(begun);
CREATE TABLE sign_ins (
    state TEXT PRIMARY KEY, nonce TEXT NOT NULL, verifier TEXT NOT NULL, address TEXT NOT NULL, next TEXT NOT NULL,
    begun REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_ins_begun ON sign_ins(begun);
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, rights TEXT NOT NULL,
    made REAL NOT NULL, expires REAL, used REAL, revoked REAL
) WITHOUT ROWID;
"""


def hashed(secret: str) -> str:
    """What is kept of a random secret: nobody who reads the file can take its holder's place by it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class PeopleStore:
    """The file ``people.sqlite`` of a data folder, made when it is first used. Safe to use from several threads."""

    def __init__(self, data: Path) -> None:
        self.path = data / PEOPLE
        self._connections = Connections(self.path)
        self._prepared = False
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile, in autocommit.

        Raises IndexDamagedError where the file cannot be used, BoardQAError where it is busy or not writable.
        """
        with self._lock:
            if not self._prepared:
                _prepare(self.path)
                self._prepared = True
        with self._connections.one() as connection:
            yield connection


def _prepare(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)  # nobody else's account reads who asked what
    with plain_errors(path):
        connection = connect(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        finally:
            connection.close()
    if version > VERSION:
        raise IndexDamagedError(
            f"{path} was made by a newer board-qa (version {version}, this one knows {VERSION}).",
            "Update board-qa, or choose another data folder with --data.",
        )
