"""What is done with a PDF inside the limited process: its pages read, one drawn, or a copy written.

Each task is told over a channel what to open, and answers with messages. Nothing else leaves the process.
"""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # the package ships no types

from index.blanking import with_blank_pages
from index.errors import DamagedFileError, LimitExceededError, UnusableFileError
from index.limits import MAX_COPY_BYTES, PAGE_CPU_SECONDS
from index.messages import BEGUN, DONE, OPENED, PAGE, PIECE, REFUSED, TASK, Channel
from index.page_codec import encode_page
from index.pdf import OcrMode, open_pdf

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PIECE_BYTES = 1 << 20
UNPROTECTED = -1  # pdfium's security handler revision of a file without encryption


def perform(channel: Channel) -> None:
    """Do the one task that the channel asks for, and tell its outcome."""
    kind, told = channel.receive()
    asked = json.loads(told)
    try:
        if kind != TASK:
            raise ValueError(f"a task was expected, not {kind!r}")
        _begin_page()  # opening a file may cost what a page may
        TASKS[asked.pop("task")](channel, **asked)
        channel.send(DONE)
    except UnusableFileError as error:
        _refuse(channel, error)
    except MemoryError:
        hint = "Split the file, or print it to a new PDF, and ingest that."
        _refuse(channel, LimitExceededError(f"{asked['name']}: it needs more memory than a PDF may take", hint))
    except ConnectionError:
        raise  # nobody listens any more
    except Exception as error:  # whatever a hostile file makes the libraries raise, it is the file that is refused
        reason = f"{asked['name']}: the PDF is damaged ({type(error).__name__})"
        _refuse(channel, DamagedFileError(reason, "Open it in a PDF viewer and save it again."))


def _refuse(channel: Channel, error: UnusableFileError) -> None:
    channel.tell(REFUSED, {"code": error.code, "message": error.message, "hint": error.hint})


def _begin_page() -> None:
    """Start a page's share of the processor; with its last second the process ends."""
    signal.setitimer(signal.ITIMER_PROF, PAGE_CPU_SECONDS)


def _read(channel: Channel, path: str, name: str, password: str | None, ocr: OcrMode) -> None:
    """Tell how many pages a PDF has, then each page."""

    def begun(number: int) -> None:
        _begin_page()
        channel.send(BEGUN, str(number).encode())

    with open_pdf(Path(path), password=password, ocr=ocr, name=name) as pdf:
        channel.tell(OPENED, {"pages": pdf.page_count})
        for page in pdf.pages(begun=begun):
            channel.send(PAGE, encode_page(page))


def _draw(channel: Channel, path: str, name: str, pdf_page: int, width: int) -> None:
    """Hand over a PNG of one page."""
    with open_pdf(Path(path), ocr="off", name=name) as pdf:
        channel.send(PIECE, pdf.render(pdf_page, width))


def _unlock(channel: Channel, path: str, name: str, password: str | None) -> None:
    """Hand over an encrypted PDF without its encryption; of one that has none, nothing."""
    try:
        with _opened(path, password) as file, _copy(channel, name) as copy:
            if pypdfium2.raw.FPDF_GetSecurityHandlerRevision(file) != UNPROTECTED:
                file.save(copy, flags=pypdfium2.raw.FPDF_REMOVE_SECURITY)
    except pypdfium2.PdfiumError as error:
        raise DamagedFileError(
            f"{name}: it opens, but cannot be written without its encryption", "Remove the password in a PDF viewer."
        ) from error


def _opened(path: str, password: str | None) -> pypdfium2.PdfDocument:
    if password is not None:
        with suppress(pypdfium2.PdfiumError):
            return pypdfium2.PdfDocument(path, password=password)
    return pypdfium2.PdfDocument(path)  # a password that is for other files is in the way of one that needs none


def _blank(channel: Channel, path: str, name: str, hidden: list[int]) -> None:
    """Hand over a PDF in which some pages are blank."""
    written = with_blank_pages(Path(path), frozenset(hidden))
    with _copy(channel, name) as copy:
        written.write(copy)


def _copy(channel: Channel, name: str) -> io.BufferedWriter:
    return io.BufferedWriter(_Pieces(channel, name), PIECE_BYTES)


class _Pieces(io.RawIOBase):
    """A file being written, each piece of which goes to who asked for it."""

    def __init__(self, channel: Channel, name: str) -> None:
        self._channel = channel
        self._name = name
        self._written = 0

    def writable(self) -> bool:
        """It is for nothing else."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._written

    def write(self, content: Buffer) -> int:
        """Take some of the next bytes. Raises LimitExceededError where a copy grows beyond all measure."""
        piece = bytes(memoryview(content)[:PIECE_BYTES])
        self._written += len(piece)
        if self._written > MAX_COPY_BYTES:
            raise LimitExceededError(f"{self._name}: its copy is over {MAX_COPY_BYTES:,} bytes", "Split the file.")
        self._channel.send(PIECE, piece)
        return len(piece)


TASKS: dict[str, Callable[..., None]] = {"read": _read, "draw": _draw, "unlock": _unlock, "blank": _blank}
