"""One file that holds everything that is indexed and kept, made while others read and write, and put back from.

It is a ZIP of the SQLite files, each as of one moment, and of the copies of the PDFs. The vector index is not in it: it
is made anew from the index's SQLite file.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.copies import BLOCK_BYTES, copy_of
from index.errors import BoardQAError, UnusableBackupError
from index.schema import DATABASE, connect, plain_errors, prepare
from index.unfinished import UNFINISHED, drop, forgotten, written_whole

COPY = re.compile(r"[0-9a-f]{64}\.pdf")
TRIES = 3  # to find every PDF there, as packs may be taken out meanwhile
UNDER_WAY = ".board-qa-backup."  # how the folder is called, beside the new file, in which a backup is made


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds: how many packs, and the ids of those whose PDF was no longer there."""

    packs: int
    without_pdf: tuple[str, ...]


def back_up(data: Path, files: str, target: Path, beside: Sequence[str] = ()) -> BackedUp:
    """Write the data folder, whose PDFs lie in its folder ``files``, to the new file ``target``, whole or not at all.

    ``beside`` are the names of SQLite files that are taken too, where they are there. Raises BoardQAError where there
    is nothing to back up, or the file exists or cannot be written.
    """
    if not (data / DATABASE).exists():
        raise BoardQAError(f"There is no index in {data}.", "Name the data folder with --data.")
    if target.exists():
        raise BoardQAError(f"{target} is there already.", "Name a file that is not there yet.")
    try:
        with _scratch(target.parent, UNDER_WAY) as scratch, written_whole(target, scratch) as file:
            for _ in range(TRIES):
                file.seek(0)
                file.truncate()
                done = _write(data, files, beside, scratch, file)
                if not done.without_pdf:
                    break
    except OSError as error:
        raise BoardQAError(f"{target} cannot be written: {error.strerror}.", "Is there room on the disk?") from None
    return done


@contextmanager
def _scratch(parent: Path, start: str) -> Iterator[Path]:
    """A folder of a name that begins so, for its owner alone, gone at the end; so are those that were left behind."""
    drop(forgotten(parent, start))
    with tempfile.TemporaryDirectory(dir=parent, prefix=start, suffix=UNFINISHED) as scratch:
        yield Path(scratch)


def _write(data: Path, files: str, beside: Sequence[str], scratch: Path, file: BinaryIO) -> BackedUp:
    taken = [DATABASE, *(name for name in beside if (data / name).exists())]
    for name in taken:
        _snapshot(data / name, scratch / name)
    with closing(sqlite3.connect(scratch / DATABASE)) as snapshot:
        packs = snapshot.execute("SELECT id, sha256 FROM packs ORDER BY id").fetchall()
    missing = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in taken:
            archive.write(scratch / name, name, zipfile.ZIP_DEFLATED, compresslevel=1)
            (scratch / name).unlink()
        for pack, sha256 in packs:
            pdf = copy_of(data / files, sha256)
            try:
                archive.write(pdf, f"{files}/{pdf.name}")
            except FileNotFoundError:
                missing.append(pack)
    return BackedUp(len(packs), tuple(missing))


def _snapshot(database: Path, target: Path) -> None:
    """Copy a database that others read and write, as of one moment."""
    with plain_errors(database), closing(connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def restore(source: Path, data: Path, files: str, beside: Sequence[str] = ()) -> int:
    """Make the data folder, which must be empty or not there, from a backup; how many packs it holds.

    ``files`` and ``beside`` are those of ``back_up``. Nothing is left there unless all of it is good. Raises
    UnusableBackupError, BoardQAError.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BoardQAError(
            f"{data} is not empty.", "Stop the service and move the folder away, or name a new one with --data."
        )
    bad = UnusableBackupError(f"{source} is no whole backup.", "Take another one, made by `board-qa backup`.")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with _scratch(data.parent, f".{data.name}.") as scratch:
            made = scratch / "data"
            _extract(source, made, files, frozenset({DATABASE, *beside}), bad)
            packs = _checked(made, beside, bad)
            if data.exists():
                data.rmdir()
            made.replace(data)
    except OSError as error:
        raise BoardQAError(f"{source} cannot be restored to {data}: {error.strerror or error}.", "") from None
    return packs


def _extract(source: Path, made: Path, files: str, databases: frozenset[str], bad: UnusableBackupError) -> None:
    (made / files).mkdir(parents=True)
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                folder, _, name = member.filename.rpartition("/")
                if member.filename not in databases and not (folder == files and COPY.fullmatch(name)):
                    raise bad
                with archive.open(member) as packed, (made / member.filename).open("xb") as file:
                    shutil.copyfileobj(packed, file, BLOCK_BYTES)  # reads the checksum too
    # What zipfile raises for a damaged file, for one cut short, and for a compression or encryption it does not know
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise bad from None


def _checked(made: Path, beside: Sequence[str], bad: UnusableBackupError) -> int:
    database = made / DATABASE
    if not database.exists():
        raise bad
    prepare(database)
    for path in (database, *(made / name for name in beside if (made / name).exists())):
        with plain_errors(path), closing(connect(path)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise bad
    with plain_errors(database), closing(connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM packs").fetchone()[0])
