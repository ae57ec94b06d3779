"""The copies of the indexed PDFs in the data folder, each named by its content."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from index.errors import DamagedFileError
from index.model import Access
from index.store import Store

BLOCK_BYTES = 1 << 20


def keep_copy(path: Path, folder: Path, sha256: str, password: str | None) -> None:
    """Keep a PDF, so that its pages can be shown when the file is gone; one opened by a password, without it.

    Written whole or not at all. Raises DamagedFileError where an encrypted file cannot be written again.
    """
    target = copy_of(folder, sha256)
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as copy:
            if password is None or not _write_decrypted(path, password, copy):
                with path.open("rb") as file:
                    shutil.copyfileobj(file, copy, BLOCK_BYTES)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_decrypted(path: Path, password: str, copy: object) -> bool:
    try:
        reader = PdfReader(path)
        if not reader.is_encrypted or reader.decrypt(""):
            return False
        reader.decrypt(password)
        PdfWriter(clone_from=reader).write(copy)  # type: ignore[arg-type]  # any binary file
    except (PyPdfError, ValueError, KeyError, RecursionError) as error:
        raise DamagedFileError(
            f"{path.name}: its password opens it, but it cannot be written without",
            "Remove the password in a PDF viewer.",
        ) from error
    return True


def copy_of(folder: Path, sha256: str) -> Path:
    """Where the copy of the PDF of that content lies."""
    return folder / f"{sha256}.pdf"


def drop_unused_copies(store: Store, folder: Path) -> None:
    """Delete the copies, and what was made of them, of PDFs that are no longer in the index."""
    kept = {pack.record.sha256 for pack in store.packs(frozenset(Access))}
    for copy in folder.glob("*"):
        if copy.name.split(".")[0] not in kept:
            copy.unlink(missing_ok=True)
