"""The copies of the indexed PDFs in the data folder, each named by its content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from index.guarded_pdf import write_unlocked
from index.model import Access
from index.store import Store
from index.unfinished import UNFINISHED, being_written, written_whole

BLOCK_BYTES = 1 << 20


@contextmanager
def copy_kept(path: Path, folder: Path, sha256: str, password: str | None, name: str = "") -> Iterator[None]:
    """Keep a PDF, so that its pages can be shown when the file is gone; an encrypted one is kept without encryption.

    Errors call it ``name``, by default its file name. Written whole or not at all. No process drops it before the
    block ends, by when its pack is in the index. Raises DamagedFileError where an encrypted file cannot be written
    again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        target = copy_of(folder, sha256)
        if not target.exists():
            write_copy(path, target, password, name)
        yield


def write_copy(path: Path, target: Path, password: str | None, name: str = "") -> None:
    """Copy a PDF, whole or not at all, without its encryption. Raises DamagedFileError, OSError."""
    with path.open("rb") as file, written_whole(target) as copy:
        if not write_unlocked(path, name or path.name, password, copy):
            shutil.copyfileobj(file, copy, BLOCK_BYTES)


def put_back(source: Path, folder: Path, sha256: str) -> None:
    """Make a copy anew that is lost or damaged. Raises DamagedFileError where it needs a password, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        write_copy(source, copy_of(folder, sha256), None)


def _lock(folder: Path) -> FileLock:
    """Held by the one process that adds copies just now or drops some; let go of by the system where it is killed."""
    return FileLock(folder.with_name(f".{folder.name}.lock"))


def copy_of(folder: Path, sha256: str) -> Path:
    """Where the copy of the PDF of that content lies."""
    return folder / f"{sha256}.pdf"


def drop_unused_copies(store: Store, folder: Path) -> int:
    """Delete the copies, and what was made of them, of PDFs that are not in the index; how many there were.

    What a killed process left half written goes too.
    """
    if not folder.is_dir():
        return 0
    dropped = 0
    with _lock(folder):
        kept = set(store.contents(frozenset(Access)).values())
        for copy in folder.glob("*"):
            if copy.name.split(".")[0] not in kept and not (copy.suffix == UNFINISHED and being_written(copy)):
                copy.unlink(missing_ok=True)
                dropped += 1
    return dropped
