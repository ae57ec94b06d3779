"""The tables of the one SQLite file, and how it is opened."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import BoardQAError, DiskFullError, IndexDamagedError

DATABASE = "board-qa.sqlite"
SCHEMA_VERSION = 5
LEAST_FREE_BYTES = 1 << 20  # of the disk, for the index to be opened at all
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

# No part of the index either: what was asked by the pages, and answered. ``owner`` is a hash of what its browser holds;
# ``packs`` are those that an answer quotes or points to, and go with it.
CONVERSATION_TABLES = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, made TEXT NOT NULL, changed TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX conversations_owner ON conversations(owner, changed);
CREATE INDEX conversations_changed ON conversations(changed);
CREATE TABLE turns (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    asked TEXT NOT NULL, packs TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX turns_conversation ON turns(conversation, number);
"""

# What index version 5 brought. Whoever may see public papers alone is answered out of text indexes that hold nothing
# else: how often a word stands in restricted papers would show in the ranking and in what a word is corrected to.
# ``marked`` is what a page's own paper says; ``access_rules`` is what an operator has set over it, for a whole pack
# (pages NULL) or for pages of one content of it; ``access``, everywhere, is what is in force.
ACCESS_TABLES = f"""
ALTER TABLE turns ADD COLUMN access TEXT NOT NULL DEFAULT 'public';
ALTER TABLE pages ADD COLUMN marked TEXT NOT NULL DEFAULT 'public';
ALTER TABLE refused ADD COLUMN at TEXT NOT NULL DEFAULT '';
CREATE TABLE access_rules (
    number INTEGER PRIMARY KEY AUTOINCREMENT, pack TEXT NOT NULL, sha256 TEXT NOT NULL,
    first_page INTEGER, last_page INTEGER, access TEXT NOT NULL
);
CREATE INDEX access_rules_pack ON access_rules(pack);

CREATE VIEW public_passages AS SELECT id, text, context FROM passages WHERE access = 'public';
CREATE VIRTUAL TABLE public_passage_words USING fts5(
    text, context, content='public_passages', content_rowid='id', tokenize='{TOKENIZER}'
);
CREATE VIRTUAL TABLE public_passage_terms USING fts5vocab(public_passage_words, 'row');

CREATE VIEW public_decision_texts AS
    SELECT t.number, t.title, t.text, t.people FROM decision_texts t JOIN decisions d ON d.number = t.number
    WHERE d.access = 'public';
CREATE VIRTUAL TABLE public_decision_words USING fts5(
    title, text, people, content='public_decision_texts', content_rowid='number', tokenize='{TOKENIZER}'
);
CREATE VIRTUAL TABLE public_decision_terms USING fts5vocab(public_decision_words, 'row');
"""
# An older index calls restricted papers exempt
ACCESS_STEP = (
    "".join(
        f"UPDATE {table} SET access = 'restricted' WHERE access = 'exempt';\n"
        for table in ("packs", "pages", "passages", "meetings", "decisions", "entries")
    )
    + ACCESS_TABLES
    + """
UPDATE pages SET marked = access;
INSERT INTO public_passage_words (public_passage_words) VALUES ('rebuild');
INSERT INTO public_decision_words (public_decision_words) VALUES ('rebuild');
"""
)

# The decision register. What is filtered and sorted by lies apart from the words, so that few pages of the file are
# read; of rows with one ``id`` (the same decision in draft and in approved minutes) the one of rank 0 is shown.
REGISTER_TABLES = f"""
CREATE TABLE register_packs (pack TEXT PRIMARY KEY REFERENCES packs(id), reading INTEGER NOT NULL) WITHOUT ROWID;

-- Names stay when their packs go: there are few, and what is told of them is taken from the rows that name them
CREATE TABLE bodies (number INTEGER PRIMARY KEY, council TEXT, body TEXT);

-- One row a pack that a meeting's papers, or its minutes (minuted = 1), are in
CREATE TABLE meetings (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, pack TEXT NOT NULL REFERENCES packs(id), access TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies(number), alike TEXT NOT NULL, date TEXT, minuted INTEGER NOT NULL,
    pdf_page INTEGER NOT NULL, told TEXT NOT NULL
);
CREATE INDEX meetings_id ON meetings(id);
CREATE INDEX meetings_alike ON meetings(alike, date);
CREATE INDEX meetings_pack ON meetings(pack);

CREATE TABLE decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, rank INTEGER NOT NULL, meeting TEXT NOT NULL,
    date TEXT, body INTEGER NOT NULL REFERENCES bodies(number), access TEXT NOT NULL, kind TEXT NOT NULL,
    pack TEXT NOT NULL REFERENCES packs(id), pdf_page INTEGER NOT NULL, minute TEXT COLLATE NOCASE,
    last_part TEXT COLLATE NOCASE  -- "65" of the minute "CAB/24/65"
);
CREATE INDEX decisions_newest ON decisions(date DESC, meeting, number);
CREATE INDEX decisions_id ON decisions(id);
CREATE INDEX decisions_meeting ON decisions(meeting, rank, access);
CREATE INDEX decisions_pack ON decisions(pack);

CREATE TABLE decision_texts (
    number INTEGER PRIMARY KEY REFERENCES decisions(number), title TEXT NOT NULL, text TEXT NOT NULL,
    people TEXT NOT NULL, told TEXT NOT NULL, boxes TEXT NOT NULL
);
CREATE VIRTUAL TABLE decision_words USING fts5(
    title, text, people, content='decision_texts', content_rowid='number', tokenize='{TOKENIZER}'
);
CREATE VIRTUAL TABLE decision_terms USING fts5vocab(decision_words, 'row');
-- Which passages hold a decision's words: by them it is found by meaning
CREATE TABLE decision_passages (
    passage INTEGER NOT NULL, decision INTEGER NOT NULL, PRIMARY KEY (passage, decision)
) WITHOUT ROWID;
CREATE INDEX decision_passages_decision ON decision_passages(decision);

-- All else that is told: sort is minute, action, declaration, recommendation, key decision, note or paper
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sort TEXT NOT NULL, id TEXT NOT NULL, rank INTEGER NOT NULL,
    meeting TEXT NOT NULL, date TEXT, body INTEGER NOT NULL REFERENCES bodies(number), access TEXT NOT NULL,
    pack TEXT NOT NULL REFERENCES packs(id), pdf_page INTEGER NOT NULL, item TEXT, title TEXT NOT NULL,
    text TEXT NOT NULL, told TEXT NOT NULL, boxes TEXT NOT NULL
);
CREATE INDEX entries_shown ON entries(sort, rank, date DESC, meeting, number);
CREATE INDEX entries_id ON entries(id);
CREATE INDEX entries_meeting ON entries(meeting, sort);
CREATE INDEX entries_pack ON entries(pack);
CREATE VIRTUAL TABLE entry_words USING fts5(
    title, text, content='entries', content_rowid='number', tokenize='{TOKENIZER}'
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
{CONVERSATION_TABLES}
{REGISTER_TABLES}
{ACCESS_TABLES}
PRAGMA user_version = {SCHEMA_VERSION};
"""

# What an index of an older version lacks, by that version; each step leads to the next one.
STEPS = {1: FEEDBACK_TABLE, 2: REGISTER_TABLES, 3: CONVERSATION_TABLES, 4: ACCESS_STEP}

REBUILD_HINT = (
    "Run `board-qa doctor --repair`; where that does not help, `board-qa restore` a backup, or move {path} away and run"
    " `board-qa ingest` on the PDFs again."
)


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
        # With no room at all SQLite fails before it can say that the disk is full
        if "full" in told or (path.parent.exists() and shutil.disk_usage(path.parent).free < LEAST_FREE_BYTES):
            raise DiskFullError(f"The index {path} cannot be written: {told}", "Make room on the disk.") from error
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
        # Deleted rows are overwritten where that writes no further page; all else is for index.erasure
        connection.execute("PRAGMA secure_delete = FAST")
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
