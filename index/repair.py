"""What can be wrong with an index on disk, and mending it: all that is derived is made anew from what it derives from.

Others may read and write meanwhile. What is well is left as it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.copies import copy_of, drop_unused_copies, put_back
from index.embedding import Embedder
from index.errors import BoardQAError, UnusableFileError
from index.files import hash_of
from index.ingest import EMBEDDED_AT_ONCE, embedded_text
from index.model import Access
from index.pack_writer import MODEL_HINT, put_vectors, stored_model
from index.records import PackRecord
from index.register_renewal import read_again
from index.schema import connect, plain_errors
from index.store import Store
from index.unfinished import drop, forgotten
from index.vectors import FILE, remake

EVERYONE = frozenset(Access)
BEGIN, END, END_WITHIN = b"%PDF-", b"%%EOF", 1024  # of a PDF; the last is in bytes
WAY_OUT = (
    "`board-qa restore` a backup to a new data folder, or move {path} away and run `board-qa ingest` on the PDFs again."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: "mended" is well now, a "warning" takes nothing but a PDF, "broken" cannot be mended."""

    name: str
    state: Literal["ok", "mended", "warning", "broken"]
    found: str
    advice: str = ""


def repair(data: Path, files: str, embedder: Callable[[], Embedder]) -> list[Finding]:
    """Look at everything in the data folder, whose PDFs lie in its folder ``files``, and mend it.

    ``embedder`` loads the model that is set, where vectors are missing. Raises BoardQAError where there is no index.
    """
    with Store(data) as store:
        found = [*_text_indexes(store.path), _structure(store.path)]
        if found[-1].state == "broken":  # nothing may be derived from it
            return found
        return [
            *found,
            _vectors(store, embedder),
            _register(store.path),
            _vector_file(data, store),
            *_copies(store, data / files),
            _leftovers(store, data, data / files),
        ]


def text_indexes(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables that are text indexes."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5(%' ORDER BY name").fetchall()
    return [row[0] for row in rows]


def check_text_index(connection: sqlite3.Connection, name: str) -> None:
    """Raise sqlite3.DatabaseError unless a text index holds the words of its content, and no others."""
    connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")


def _text_indexes(path: Path) -> Iterator[Finding]:
    mended = []
    with plain_errors(path), closing(connect(path)) as connection:
        names = text_indexes(connection)
        for name in names:
            try:
                check_text_index(connection, name)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:  # busy, full: not the index's fault
                    raise
                try:
                    connection.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")
                    check_text_index(connection, name)
                except sqlite3.DatabaseError as why:
                    yield Finding(
                        "Text index", "broken", f"{name} cannot be made anew: {why}", WAY_OUT.format(path=path)
                    )
                    return
                mended.append(name)
    if mended:
        yield Finding("Text index", "mended", f"made anew from the papers: {', '.join(mended)}")
    else:
        yield Finding("Text index", "ok", f"{len(names)} hold the words of the papers")


def _structure(path: Path) -> Finding:
    with plain_errors(path), closing(connect(path)) as connection:
        wrong = _wrong(connection)
        if not wrong:
            return Finding("Index file", "ok", f"{path} is whole")
        try:
            connection.execute("REINDEX")
        except sqlite3.DatabaseError as error:
            wrong.append(str(error))
        else:
            if not _wrong(connection):
                return Finding("Index file", "mended", f"its sorted lists are made anew; {wrong[0]}")
    return Finding("Index file", "broken", f"{path} is damaged: {wrong[0]}", WAY_OUT.format(path=path))


def _wrong(connection: sqlite3.Connection) -> list[str]:
    try:
        told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    orphans = [f"{row[0]} without {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [line for line in told if line != "ok"] + orphans


def _vectors(store: Store, embedder: Callable[[], Embedder]) -> Finding:
    """Embed the passages that have no vector, or one that is not as long as the model's."""
    with plain_errors(store.path), closing(connect(store.path)) as connection:
        model = stored_model(connection)
        if model is None:
            return Finding("Vectors", "ok", "there are none yet")
        lacking = [
            row[0]
            for row in connection.execute(
                "SELECT p.id FROM passages p LEFT JOIN vectors v ON v.passage = p.id"
                " WHERE v.passage IS NULL OR length(v.vector) != ? ORDER BY p.id",
                (4 * model.dimensions,),
            )
        ]
        if not lacking:
            return Finding("Vectors", "ok", "every passage has one")
        try:
            reader = embedder()
        except BoardQAError as error:
            return Finding("Vectors", "broken", f"{len(lacking)} are missing: {error.message}", error.hint)
        if reader.identity != model:
            return Finding("Vectors", "broken", f"{len(lacking)} are missing, and were of {model.name}", MODEL_HINT)
        for start in range(0, len(lacking), EMBEDDED_AT_ONCE):
            passages = store.passages(lacking[start : start + EMBEDDED_AT_ONCE], EVERYONE)
            put_vectors(
                connection,
                model,
                [passage.id for passage in passages],
                reader.embed_passages([embedded_text(passage) for passage in passages]),
            )
    return Finding("Vectors", "mended", f"{len(lacking)} passages were embedded again")


def _register(path: Path) -> Finding:
    again = read_again(path)
    if again:
        return Finding("Decision register", "mended", f"read again: {', '.join(again)}")
    return Finding("Decision register", "ok", "every pack was read for it")


def _vector_file(data: Path, store: Store) -> Finding:
    done = remake(data, store)
    if done is None:
        return Finding("Vector file", "ok", f"{FILE} is as the index has it")
    if done:
        return Finding("Vector file", "mended", f"{FILE} is made anew")
    return Finding("Vector file", "warning", f"{data / FILE} cannot be written", "Make room, or move it away.")


def _copies(store: Store, folder: Path) -> Iterator[Finding]:
    records = [pack.record for pack in store.packs(EVERYONE)]
    lost = [record for record in records if not _is_whole(copy_of(folder, record.sha256), record.sha256)]
    back = [record for record in lost if _brought_back(record, folder)]
    if back:
        yield Finding("PDFs", "mended", f"copied again from where they were read: {_files(back)}")
    elif not lost:
        yield Finding("PDFs", "ok", f"all {len(records)} are there")
    for record in lost:
        if record not in back:
            told = f"that of {record.id} is not there, or damaged; its pages cannot be shown"
            yield Finding("PDFs", "warning", told, f"Get {record.file} and run: board-qa ingest --force {record.file}")


def _files(records: list[PackRecord]) -> str:
    return ", ".join(record.file for record in records)


def _is_whole(copy: Path, sha256: str) -> bool:
    """Whether a copy has the bytes it is named by, or, as that of an encrypted file has others, begin and end."""
    try:
        if hash_of(copy) == sha256:
            return True
        with copy.open("rb") as file:
            begins = file.read(len(BEGIN)) == BEGIN
            file.seek(-min(END_WITHIN, copy.stat().st_size), os.SEEK_END)
            return begins and END in file.read()
    except OSError:
        return False


def _brought_back(record: PackRecord, folder: Path) -> bool:
    source = Path(record.path)
    try:
        if not source.is_file() or hash_of(source) != record.sha256:
            return False
        put_back(source, folder, record.sha256)
    except (OSError, UnusableFileError):
        return False
    return True


def _leftovers(store: Store, data: Path, folder: Path) -> Finding:
    left = forgotten(data, f".{FILE}.")
    drop(left)
    count = len(left) + drop_unused_copies(store, folder)
    if count:
        return Finding("Leftovers", "mended", f"{count} files were deleted that belong to no pack")
    return Finding("Leftovers", "ok", "there are none")
