"""Copies of PDFs without the pages that may not be shown."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from qa.errors import UnknownPageError


def public_copy(source: Path, hidden: Collection[int]) -> Path:
    """A copy of ``source`` in which the PDF pages ``hidden`` (from 1) are blank, made once and kept beside it.

    Built page by page from nothing, so that outlines, attachments and objects of the hidden pages stay out. Raises
    UnknownPageError where the PDF cannot be copied: the hidden pages are never given instead.
    """
    mark = hashlib.sha256(repr(sorted(hidden)).encode()).hexdigest()[:12]
    target = source.with_name(f"{source.stem}.public-{mark}.pdf")
    if target.exists():
        return target
    writer = PdfWriter()
    try:
        for number, page in enumerate(PdfReader(source).pages, start=1):
            if number in hidden:
                writer.add_blank_page(float(page.mediabox.width), float(page.mediabox.height))
            else:
                added = writer.add_page(page)
                added.pop("/Annots", None)  # links may lead to, and so carry along, a hidden page
        with tempfile.NamedTemporaryFile(dir=source.parent, suffix=".part", delete=False) as file:
            writer.write(file)
    except (PyPdfError, OSError, ValueError, KeyError, RecursionError) as error:
        raise UnknownPageError(
            "This PDF holds exempt pages and cannot be given without them.", "Its public pages can be seen one by one."
        ) from error
    Path(file.name).replace(target)
    return target
