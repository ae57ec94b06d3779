"""The copies of the indexed PDFs in the data folder, each named by its content."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # the package ships no types

from index.errors import DamagedFileError
from index.model import Access
from index.pdfium import LOCK
from index.store import Store

BLOCK_BYTES = 1 << 20
UNFINISHED = ".part"
# A copy that is still being written belongs to another process; one so old, to none that lives
UNFINISHED_SECONDS = 3600
UNPROTECTED = -1  # pdfium's security handler revision of a file without encryption


def keep_copy(path: Path, folder: Path, sha256: str, password: str | None) -> None:
    """Keep a PDF, so that its pages can be shown when the file is gone; an encrypted one is kept without encryption.

    Written whole or not at all. Raises DamagedFileError where an encrypted file cannot be written again.
    """
    target = copy_of(folder, sha256)
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as copy:
            if not _write_decrypted(path, password, copy):
                with path.open("rb") as file:
                    shutil.copyfileobj(file, copy, BLOCK_BYTES)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_decrypted(path: Path, password: str | None, copy: BinaryIO) -> bool:
    """Write an encrypted PDF without its encryption; false, and nothing written, where it has none."""
    with LOCK:
        try:
            with _opened(path, password) as file:
                if pdfium.raw.FPDF_GetSecurityHandlerRevision(file) == UNPROTECTED:
                    return False
                file.save(copy, flags=pdfium.raw.FPDF_REMOVE_SECURITY)
        except pdfium.PdfiumError as error:
            raise DamagedFileError(
                f"{path.name}: it opens, but cannot be written without its encryption",
                "Remove the password in a PDF viewer.",
            ) from error
    return True


def _opened(path: Path, password: str | None) -> pdfium.PdfDocument:
    if password is not None:
        with suppress(pdfium.PdfiumError):
            return pdfium.PdfDocument(path, password=password)
    return pdfium.PdfDocument(path)  # a password that is for other files is in the way of one that needs none


def copy_of(folder: Path, sha256: str) -> Path:
    """Where the copy of the PDF of that content lies."""
    return folder / f"{sha256}.pdf"


def drop_unused_copies(store: Store, folder: Path) -> None:
    """Delete the copies, and what was made of them, of PDFs that are no longer in the index."""
    kept = {pack.record.sha256 for pack in store.packs(frozenset(Access))}
    for copy in folder.glob("*"):
        if copy.name.split(".")[0] not in kept and not _being_written(copy):
            copy.unlink(missing_ok=True)


def _being_written(copy: Path) -> bool:
    try:
        return copy.suffix == UNFINISHED and time.time() - copy.stat().st_mtime < UNFINISHED_SECONDS
    except FileNotFoundError:  # finished in between
        return True
