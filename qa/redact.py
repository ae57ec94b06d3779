"""Copies of PDFs without the pages that may not be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from index.errors import UnusableFileError
from index.guarded_pdf import write_with_blank_pages
from index.unfinished import written_whole
from qa.errors import UnknownPageError


def public_copy(source: Path, hidden: Collection[int]) -> Path:
    """A copy of ``source`` in which the PDF pages ``hidden`` (from 1) are blank, made once and kept beside it.

    Raises UnknownPageError where the PDF cannot be copied: the hidden pages are never given instead.
    """
    mark = hashlib.sha256(repr(sorted(hidden)).encode()).hexdigest()[:12]
    target = source.with_name(f"{source.stem}.public-{mark}.pdf")
    if target.exists():
        return target
    try:
        with written_whole(target) as copy:
            write_with_blank_pages(source, hidden, copy)
    except UnusableFileError as error:
        raise UnknownPageError(
            "This PDF holds exempt pages and cannot be given without them.", "Its public pages can be seen one by one."
        ) from error
    return target
