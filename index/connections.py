"""Connections to the index for many threads: each is used by one thread at a time, and kept for the next."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import BoardQAError
from index.schema import connect, count_change, plain_errors


class Connections:
    """The open connections to one database file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Close them all; those in use just now when their block ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile; as many are kept as were ever needed at once."""
        with plain_errors(self._path):
            with self._lock:
                if self._closed:
                    raise BoardQAError("The index is closed.", "")
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = connect(self._path)
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                with self._lock:
                    kept = not self._closed
                    if kept:
                        self._idle.append(connection)
                if not kept:
                    connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """As ``one``, all statements seeing the same state of the index."""
        with self.one() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """As ``one``, in a transaction that is committed and counted unless an exception leaves the block."""
        with self.one() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            count_change(connection)
            connection.execute("COMMIT")
