"""The tables of the one SQLite file, and how it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import BoardQAError, IndexDamagedError

DATABASE = "board-qa.sqlite"
SCHEMA_VERSION = 2
BUSY_SECONDS = 60  # another process's commit of a 1,000-page pack takes about a second

# Passages are the content of the text index (content=…), so their words are stored once; rows leave it by the
# 'delete' command with the old values. Contentless-delete tables would need SQLite 3.43.
TOKENIZER = "porter unicode61 remove_diacritics 2"

# No part of the index: what users said of answers. Writing to it changes no generation.
FEEDBACK_TABLE = """
CREATE TABLE feedback (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, packs TEXT NOT NULL, entry TEXT NOT NULL
);
"""

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a committed change. What is derived from the index remembers the row it was derived from; where that row
-- is not here (another file, a restored backup, all vectors made anew), it must be derived afresh.
CREATE TABLE changes (generation INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL DEFAULT (hex(randomblob(8))));
INSERT INTO changes DEFAULT VALUES;

CREATE TABLE packs (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, council TEXT, body TEXT, meeting_date TEXT, kind TEXT NOT NULL, access TEXT NOT NULL,
    page_count INTEGER NOT NULL, items TEXT NOT NULL, acronyms TEXT NOT NULL
);

CREATE TABLE pages (
    pack TEXT NOT NULL REFERENCES packs(id), pdf_page INTEGER NOT NULL,
    printed TEXT, source TEXT NOT NULL, item TEXT, item_title TEXT NOT NULL, kind TEXT NOT NULL, access TEXT NOT NULL,
    scanned INTEGER NOT NULL, blank INTEGER NOT NULL, readable INTEGER NOT NULL, text TEXT NOT NULL,
    layout BLOB NOT NULL,
    PRIMARY KEY (pack, pdf_page)
);

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, pack TEXT NOT NULL REFERENCES packs(id),
    access TEXT NOT NULL, kind TEXT NOT NULL, item TEXT COLLATE NOCASE, is_table INTEGER NOT NULL,
    structure TEXT NOT NULL, heading TEXT NOT NULL, item_title TEXT NOT NULL, context TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX passages_scope ON passages(pack, access, kind, item);

CREATE TABLE vectors (passage INTEGER PRIMARY KEY REFERENCES passages(id), vector BLOB NOT NULL);

CREATE VIRTUAL TABLE passage_words USING fts5(
    text, context, content='passages', content_rowid='id', tokenize='{TOKENIZER}'
);
CREATE VIRTUAL TABLE passage_terms USING fts5vocab(passage_words, 'row');

CREATE TABLE refused (
    path TEXT PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    hint TEXT NOT NULL
) WITHOUT ROWID;
{FEEDBACK_TABLE}
PRAGMA user_version = {SCHEMA_VERSION};
"""

# What an index of an older version lacks, by that version; each step leads to the next one.
STEPS = {1: FEEDBACK_TABLE}

REBUILD_HINT = "Move {path} away and run `board-qa ingest` on the PDFs again."


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into this project's errors.

    IndexDamagedError where the file cannot be used, BoardQAError where it is busy, full or not writable.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        told = str(error)
        if "no such table" in told or "no such column" in told:
            raise IndexDamagedError(f"{path} lacks a table: {told}", REBUILD_HINT.format(path=path)) from error
        hint = "Another process is writing to it; try again." if "locked" in told else "Check the disk and its rights."
        raise BoardQAError(f"The index {path} cannot be used just now: {told}", hint) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(f"The index {path} is damaged: {error}", REBUILD_HINT.format(path=path)) from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection with rows by name, in autocommit; transactions are opened by name where they are needed."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")  # bytes
        # KiB, taken as needed: SQLite's own 2 MiB make a text search half as slow again at 10,000 passages
        connection.execute("PRAGMA cache_size = -32768")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(path: Path) -> None:
    """Make the file where there is none, bring an older one up to date, and make sure that it is one of ours.

    Raises IndexDamagedError for a foreign, damaged or newer file.
    """
    with plain_errors(path):
        connection = connect(path)
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
                return
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version == 0 and tables == 0:
                _run(connection, TABLES)
                connection.execute("COMMIT")
                return
            if version in STEPS:
                for older in range(version, SCHEMA_VERSION):
                    _run(connection, STEPS[older])
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                connection.execute("COMMIT")
                return
        finally:
            connection.close()
    if version == SCHEMA_VERSION:  # another process made it while we waited
        return
    if version > SCHEMA_VERSION:
        raise IndexDamagedError(
            f"{path} was made by a newer board-qa (index version {version}, this one knows {SCHEMA_VERSION}).",
            "Update board-qa, or choose another data folder with --data.",
        )
    raise IndexDamagedError(f"{path} is no board-qa index.", REBUILD_HINT.format(path=path))


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";\n"):  # executescript would end our transaction
        connection.execute(statement)


def count_change(connection: sqlite3.Connection) -> None:
    """Let readers see, by the generation, that the index has changed."""
    connection.execute("INSERT INTO changes DEFAULT VALUES")
