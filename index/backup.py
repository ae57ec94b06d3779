"""One file that holds everything that is indexed and kept, made while others read and write, and put back from.

It is a ZIP of the SQLite file as of one moment and of the copies of the PDFs. The vector index is not in it: it is made
anew from the SQLite file.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.copies import BLOCK_BYTES, copy_of
from index.errors import BoardQAError, UnusableBackupError
from index.schema import DATABASE, connect, plain_errors, prepare

COPY = re.compile(r"[0-9a-f]{64}\.pdf")
TRIES = 3  # to find every PDF there, as packs may be taken out meanwhile


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds: how many packs, and the ids of those whose PDF was no longer there."""

    packs: int
    without_pdf: tuple[str, ...]


def back_up(data: Path, files: str, target: Path) -> BackedUp:
    """Write the data folder, whose PDFs lie in its folder ``files``, to the new file ``target``, whole or not at all.

    Raises BoardQAError where there is nothing to back up, or the file exists or cannot be written.
    """
    if not (data / DATABASE).exists():
        raise BoardQAError(f"There is no index in {data}.", "Name the data folder with --data.")
    if target.exists():
        raise BoardQAError(f"{target} is there already.", "Name a file that is not there yet.")
    with _written_whole(target) as unfinished:
        for tried in range(1, TRIES + 1):
            done = _write(data, files, unfinished)
            if not done.without_pdf or tried == TRIES:
                break
    return done


def _write(data: Path, files: str, unfinished: Path) -> BackedUp:
    with tempfile.TemporaryDirectory(dir=unfinished.parent) as scratch:
        snapshot = Path(scratch) / DATABASE
        with (
            plain_errors(data / DATABASE),
            closing(connect(data / DATABASE)) as source,
            closing(sqlite3.connect(snapshot)) as copy,
        ):
            source.backup(copy)
            packs = copy.execute("SELECT id, sha256 FROM packs ORDER BY id").fetchall()
        missing = []
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            archive.write(snapshot, DATABASE, zipfile.ZIP_DEFLATED, compresslevel=1)
            for pack, sha256 in packs:
                pdf = copy_of(data / files, sha256)
                try:
                    archive.write(pdf, f"{files}/{pdf.name}")
                except FileNotFoundError:
                    missing.append(pack)
    return BackedUp(len(packs), tuple(missing))


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A file to write to, readable by nobody else, that becomes ``target`` when the block ends without exception."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
        os.close(handle)
    except OSError as error:
        raise BoardQAError(f"{target} cannot be written: {error.strerror}.", "Choose another place.") from None
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise BoardQAError(f"{target} cannot be written: {error.strerror}.", "Is there room on the disk?") from None
    finally:
        unfinished.unlink(missing_ok=True)


def restore(source: Path, data: Path, files: str) -> int:
    """Make the data folder, which must be empty or not there, from a backup; how many packs it holds.

    Nothing is left there unless all of it is good. Raises UnusableBackupError, BoardQAError.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BoardQAError(
            f"{data} is not empty.", "Stop the service and move the folder away, or name a new one with --data."
        )
    bad = UnusableBackupError(f"{source} is no whole backup.", "Take another one, made by `board-qa backup`.")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data.parent, prefix=f".{data.name}-") as scratch:
            made = Path(scratch) / "data"
            _extract(source, made, files, bad)
            packs = _checked(made / DATABASE, bad)
            if data.exists():
                data.rmdir()
            made.replace(data)
    except OSError as error:
        raise BoardQAError(f"{source} cannot be restored to {data}: {error.strerror or error}.", "") from None
    return packs


def _extract(source: Path, made: Path, files: str, bad: UnusableBackupError) -> None:
    (made / files).mkdir(parents=True)
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                folder, _, name = member.filename.rpartition("/")
                if member.filename != DATABASE and not (folder == files and COPY.fullmatch(name)):
                    raise bad
                with archive.open(member) as packed, (made / member.filename).open("xb") as file:
                    shutil.copyfileobj(packed, file, BLOCK_BYTES)  # reads the checksum too
    # What zipfile raises for a damaged file, for one cut short, and for a compression or encryption it does not know
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise bad from None


def _checked(database: Path, bad: UnusableBackupError) -> int:
    if not database.exists():
        raise bad
    prepare(database)
    with plain_errors(database), closing(connect(database)) as connection:
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise bad
        return int(connection.execute("SELECT count(*) FROM packs").fetchone()[0])
