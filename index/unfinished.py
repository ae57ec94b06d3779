"""Files that are written whole or not at all, and what a process that was killed left half written."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".part"
# What is being written belongs to another process; what nobody wrote to for so long, to none that lives
UNFINISHED_SECONDS = 3600


@contextmanager
def written_whole(target: Path, folder: Path | None = None) -> Iterator[BinaryIO]:
    """A file, readable by its owner alone, that becomes ``target`` when the block ends without exception.

    It is on the disk by then: a power cut leaves the older file or the new one. It is made in ``folder``, on the same
    disk as the target, else beside it. Raises OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=UNFINISHED, dir=folder or target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    """Have the names in a folder on the disk too."""
    if os.name == "nt":  # which opens no folders, and keeps names by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def being_written(path: Path) -> bool:
    """Whether an unfinished file or folder was written to lately, or is no longer there."""
    try:
        newest = max(each.stat().st_mtime for each in (path, *(path.iterdir() if path.is_dir() else ())))
    except FileNotFoundError:  # finished in between
        return True
    return bool(time.time() - newest < UNFINISHED_SECONDS)


def forgotten(folder: Path, start: str = "") -> list[Path]:
    """The unfinished files and folders in ``folder`` that a killed process left; of names that begin so."""
    left = folder.glob(f"*{UNFINISHED}") if folder.is_dir() else ()
    return [path for path in left if path.name.startswith(start) and not being_written(path)]


def drop(paths: list[Path]) -> None:
    """Delete them, folders with all that is in them; those that are gone or cannot be deleted are passed over."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
