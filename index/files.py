"""The files that an ingest is given: found in folders, and read so that what is indexed is what was hashed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.errors import ChangingFileError, NotAPdfError
from index.unfinished import UNFINISHED

BLOCK_BYTES = 1 << 20


def told_path(path: Path) -> Path:
    """A path as it can be stored: bytes of its names that are no UTF-8 become "\\xe9"."""
    return Path(os.fsencode(path).decode("utf-8", "backslashreplace"))


def told_name(path: Path) -> str:
    """A file's name as it can be shown to people: what cannot be printed becomes "\\n", "\\x1b"."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in told_path(path).name)


def pdf_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and every PDF in the folders named, each once, by name; links to files are followed."""
    seen: set[str] = set()
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
        for file in inside if path.is_dir() else [path]:
            place = os.path.realpath(file)
            if place not in seen:
                seen.add(place)
                yield file


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises NotAPdfError for a pipe or device, OSError."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def private_copy(path: Path, sha256: str, folder: Path) -> Iterator[Path]:
    """A copy of a file, made in ``folder``, which nobody else changes while it is read; gone after the block.

    Raises ChangingFileError where the file no longer has that SHA-256, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".reading.", suffix=UNFINISHED)
    copy = Path(name)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as target, _opened(path) as source:
            while block := source.read(BLOCK_BYTES):
                digest.update(block)
                target.write(block)
        if digest.hexdigest() != sha256:
            raise ChangingFileError(
                f"{told_name(path)}: it was changed while it was read",
                "Wait until it is written or downloaded, and ingest it again.",
            )
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _opened(path: Path) -> io.BufferedReader:
    """A file to read from; never waits, as for a pipe that nobody writes to."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotAPdfError(f"{told_name(path)}: this is no file but a folder, pipe or device", "Name a PDF.")
    return os.fdopen(handle, "rb")
