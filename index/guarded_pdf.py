"""PDFs of unknown origin: read, drawn and copied in a limited process, never in this one.

Each function raises what ``index.pdf.open_pdf`` raises, LimitExceededError where the file costs too much time or
memory, DamagedFileError where it makes its reader crash, and ReaderUnavailableError where no process can be started.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from index.errors import IndexDamagedError
from index.limits import COPY_SECONDS, FILE_SECONDS, PAGE_SECONDS, PICTURE_SECONDS
from index.messages import OPENED, PAGE, PIECE
from index.model import Page
from index.page_codec import decode_page
from index.pdf import OcrMode
from index.sandbox import SANDBOX, Job


class GuardedPdf:
    """A PDF that is open in another process. Its pages come once."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._messages = job.messages(PAGE_SECONDS)
        kind, content = next(self._messages, (b"", b""))
        try:
            self.page_count = int(json.loads(content)["pages"]) if kind == OPENED else 0
        except (ValueError, KeyError, TypeError):
            raise job.broken() from None

    def pages(self) -> Iterator[Page]:
        """All pages in order, boxes in 16 bits."""
        expected = 1
        for kind, content in self._messages:
            if kind != PAGE:
                continue
            page = self._page(content)
            if page.pdf_page != expected or expected > self.page_count:
                raise self._job.broken()
            expected += 1
            yield page
        if expected <= self.page_count:
            raise self._job.broken()

    def _page(self, content: bytes) -> Page:
        try:
            return decode_page(content)
        except (IndexDamagedError, ArithmeticError, LookupError, TypeError, StopIteration, RecursionError):
            raise self._job.broken() from None


@contextmanager
def open_guarded(
    path: Path, *, name: str | None = None, password: str | None = None, ocr: OcrMode = "auto"
) -> Iterator[GuardedPdf]:
    """Open a PDF that people know as ``name``, by default its file name."""
    told = name or path.name
    with SANDBOX.job("read", told, FILE_SECONDS, path=str(path.absolute()), password=password, ocr=ocr) as job:
        yield GuardedPdf(job)


def draw_page(path: Path, pdf_page: int, width_px: int) -> bytes:
    """A PNG of one page, at most ``width_px`` wide."""
    place = str(path.absolute())
    with SANDBOX.job("draw", path.name, PICTURE_SECONDS, path=place, pdf_page=pdf_page, width=width_px) as job:
        return b"".join(_pieces(job))


def write_unlocked(path: Path, name: str, password: str | None, copy: BinaryIO) -> bool:
    """Write an encrypted PDF, known as ``name``, without its encryption; false, and nothing, where it has none."""
    written = False
    with SANDBOX.job("unlock", name, COPY_SECONDS, path=str(path.absolute()), password=password) as job:
        for piece in _pieces(job):
            copy.write(piece)
            written = True
    return written


def write_with_blank_pages(path: Path, hidden: Collection[int], copy: BinaryIO) -> None:
    """Write a PDF in which the PDF pages ``hidden`` (from 1) are blank."""
    place = str(path.absolute())
    with SANDBOX.job("blank", path.name, COPY_SECONDS, path=place, hidden=sorted(hidden)) as job:
        for piece in _pieces(job):
            copy.write(piece)


def _pieces(job: Job) -> Iterator[bytes]:
    for kind, content in job.messages(COPY_SECONDS):
        if kind == PIECE:
            yield content
