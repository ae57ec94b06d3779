"""Bytes of a PDF → pages with words, lines, tables and boxes, one page at a time.

pdfium reads everything here: text, page labels, title, outline and pictures. It is not thread-safe, so its one lock is
held for each page read or drawn, and threads with their own files take turns; recognition runs beside it. Files of
unknown origin are read in a process of their own (``index.guarded_pdf``), which calls this.
"""

from __future__ import annotations

import ctypes
import io
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from PIL import Image

from index import ocr as recognition
from index.errors import DamagedFileError, EmptyFileError, EncryptedFileError, LimitExceededError, NotAPdfError
from index.ink import Sheet
from index.layout import arrange
from index.limits import DEFAULT, MAX_OUTLINE_ENTRIES, Limits
from index.model import Page
from index.page_tree import runs_in_circle
from index.pdfium import LOCK, address, raw
from index.words import read_sheet

PNG_EFFORT = 3  # of 9: with more a page takes twice as long and is no smaller
PAGES_IN_FLIGHT = 24  # pages held while scanned ones among them are recognised

OcrMode = Literal["auto", "off"]

# "This page is intentionally left blank", "Page left blank deliberately"
_LEFT_BLANK = re.compile(
    r"(?:this )?page (?:is |has been )?(?:intentionally |deliberately )?(?:left )?blank(?: intentionally)?", re.I
)
# what a stamp or running number leaves on an empty page: "Page 12", "12", "Agenda Item 4", "Minute Item 7"
_STAMP = re.compile(r"(?:page )?\d{1,4}|(?:agenda|minute) (?:item|annex)\.?(?: no\.?)? \S{1,6}", re.I)


class PdfFile:
    """An open PDF. Use as a context manager; threads may each have their own, but not share one."""

    def __init__(self, path: Path, name: str, handle: Any, ocr_mode: OcrMode, limits: Limits) -> None:
        self._path = path
        self.name = name
        self._handle = handle
        self._ocr = ocr_mode
        self._limits = limits
        self._listed = False  # whether the list of pages was looked at, which is done when one does not load
        with LOCK:
            self.page_count: int = raw.FPDF_GetPageCount(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the file; calling twice is harmless."""
        if self._handle is not None:
            with LOCK:
                raw.FPDF_CloseDocument(self._handle)
            self._handle = None

    @property
    def labels(self) -> list[str | None]:
        """Each page's /PageLabels entry; None throughout where the file has none, or a damaged label tree."""
        return [self._label(index) for index in range(self.page_count)]

    def _label(self, index: int) -> str | None:
        return _text(lambda buffer, size: raw.FPDF_GetPageLabel(self._handle, index, buffer, size)) or None

    @property
    def title(self) -> str:
        """The title in the file's metadata, or "". Often a template's or another file's name."""
        return _text(lambda buffer, size: raw.FPDF_GetMetaText(self._handle, b"Title", buffer, size)).strip()

    @property
    def outline(self) -> list[tuple[str, int]]:
        """The bookmarks as (title, PDF page), in order, nested ones after their parent."""
        with LOCK:
            return list(self._bookmarks())

    def _bookmarks(self) -> Iterator[tuple[str, int]]:
        seen: set[int] = set()
        waiting = [raw.FPDFBookmark_GetFirstChild(self._handle, None)]
        while waiting and len(seen) < MAX_OUTLINE_ENTRIES:
            mark = waiting.pop()
            key = address(mark) if mark else 0
            if not key or key in seen:
                continue
            seen.add(key)
            title = _text(lambda buffer, size, m=mark: raw.FPDFBookmark_GetTitle(m, buffer, size))
            target = raw.FPDFBookmark_GetDest(self._handle, mark)
            if not target:
                action = raw.FPDFBookmark_GetAction(mark)
                if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_GOTO:
                    target = raw.FPDFAction_GetDest(self._handle, action)
            page = raw.FPDFDest_GetDestPageIndex(self._handle, target) if target else -1
            if title.strip() and page >= 0:
                yield " ".join(title.split()), page + 1
            waiting.append(raw.FPDFBookmark_GetNextSibling(self._handle, mark))
            waiting.append(raw.FPDFBookmark_GetFirstChild(self._handle, mark))

    def pages(
        self,
        first: int = 1,
        last: int | None = None,
        *,
        workers: int | None = None,
        begun: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Page]:
        """The pages ``first`` to ``last`` (PDF pages, from 1, both included), one after the other.

        A page that will not load comes as unreadable and the next is taken. Up to ``workers`` scanned pages
        (default: one a processor) are recognised at once; the order stays. ``begun`` is told of each page before it is
        read. Raises LimitExceededError where all pages together have too many characters, DamagedFileError where the
        file's list of pages runs in a circle.
        """
        chars = 0
        for page in self._pages(max(1, first), min(last or self.page_count, self.page_count), workers, begun):
            chars += sum(len(line.text) for line in page.lines)
            if chars > self._limits.file_chars:
                raise LimitExceededError(
                    f"{self.name}: over {self._limits.file_chars:,} characters by PDF page {page.pdf_page}, its limit",
                    "Split the file and ingest the parts.",
                )
            yield page

    def _pages(self, first: int, last: int, workers: int | None, begun: Callable[[int], None]) -> Iterator[Page]:
        waiting: deque[_Reading] = deque()
        with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as pool:
            for number in range(first, last + 1):
                begun(number)
                waiting.append(self._read(number, pool))
                while waiting and (len(waiting) >= PAGES_IN_FLIGHT or waiting[0].done):
                    yield _page(waiting.popleft())
            while waiting:
                yield _page(waiting.popleft())

    def _read(self, number: int, pool: ThreadPoolExecutor) -> _Reading:
        """The ink of one page; a scanned one is handed to the ``pool``."""
        reading = _Reading(number, self._label(number - 1))
        with LOCK, self._loaded(number) as page:
            if not page:
                self._check_page_tree()
                return reading
            reading.rotation = raw.FPDFPage_GetRotation(page) % 4 * 90
            sheet = reading.sheet = read_sheet(page, self._limits.page_chars)
            reading.scanned = recognition.needed(sheet)
            if reading.scanned and self._ocr == "auto" and recognition.available() is not None:
                width_px = recognition.DPI / 72 * sheet.width
                picture = _picture(page, width_px, self._limits.render_pixels, gray=True)
                reading.future = pool.submit(recognition.recognise, picture, sheet.width, sheet.height)
        return reading

    def _check_page_tree(self) -> None:
        """Raise DamagedFileError where pages do not load as they are listed within themselves."""
        if not self._listed and runs_in_circle(self._path):
            raise DamagedFileError(
                f"{self.name}: its list of pages runs in a circle", "Print it to a new PDF and ingest that."
            )
        self._listed = True

    @contextmanager
    def _loaded(self, number: int) -> Iterator[Any]:
        """PDF page ``number`` while it is looked at; None where it will not load."""
        page = raw.FPDF_LoadPage(self._handle, number - 1)
        try:
            yield page or None
        finally:
            if page:
                raw.FPDF_ClosePage(page)

    def render(self, pdf_page: int, width_px: int) -> bytes:
        """A PNG of one page, ``width_px`` wide or less where that would pass the pixel limit.

        Raises DamagedFileError where the page will not load.
        """
        with LOCK, self._loaded(pdf_page) as page:
            if not page:
                raise DamagedFileError(
                    f"{self.name}: page {pdf_page} cannot be loaded",
                    "Open the file in a PDF viewer to see whether it is damaged.",
                )
            pixels = _picture(page, float(width_px), self._limits.render_pixels, gray=False)
        red, green, blue = (pixels[:, :, channel] for channel in range(3))
        if np.array_equal(red, green) and np.array_equal(green, blue):
            pixels = np.ascontiguousarray(red)  # most pages are black on white: half the bytes in a third of the time
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG", compress_level=PNG_EFFORT)
        return out.getvalue()


@dataclass(slots=True)
class _Reading:
    """A page under way: no ``sheet`` where it did not load, a ``future`` where it is being recognised."""

    number: int
    label: str | None
    rotation: int = 0
    sheet: Sheet | None = None
    scanned: bool = False
    future: Future[recognition.Recognised] | None = None

    @property
    def done(self) -> bool:
        return self.future is None or self.future.done()


def _page(reading: _Reading) -> Page:
    sheet = reading.sheet
    if sheet is None:
        return Page(reading.number, 0.0, 0.0, label=reading.label, readable=False)
    if reading.future is not None:
        read = reading.future.result()
        recognition.merge(sheet, read)
        reading.scanned = bool(read.words)
    lines = arrange(sheet)
    printed = [line.text for line in lines if not _STAMP.fullmatch(line.text.strip())]
    said_blank = bool(printed) and all(_LEFT_BLANK.fullmatch(text.strip(" .[]()*")) for text in printed)
    blank = said_blank or not (printed or sheet.images or sheet.drawings)
    return Page(
        reading.number,
        sheet.width,
        sheet.height,
        lines,
        reading.rotation,
        reading.label,
        scanned=reading.scanned and not blank,
        blank=blank,
        readable=blank or bool(printed),
        cut=sheet.cut,
        hidden=sheet.hidden,
    )


def _text(ask: Any) -> str:
    """A UTF-16 string out of pdfium, which first tells its size in bytes."""
    with LOCK:
        size = ask(None, 0)
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        ask(buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").replace("\x00", "")


def _picture(page: Any, width_px: float, most_pixels: int, *, gray: bool) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A page drawn on white: rows × columns, for colour × 3 (red, green, blue)."""
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    ratio = max(height, 1.0) / max(width, 1.0)
    columns = max(1, int(min(width_px, (most_pixels / ratio) ** 0.5)))
    rows = max(1, min(int(columns * ratio), most_pixels // columns))
    kind, channels = (raw.FPDFBitmap_Gray, 1) if gray else (raw.FPDFBitmap_BGR, 3)
    bitmap = raw.FPDFBitmap_CreateEx(columns, rows, kind, None, 0)
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, raw.FPDF_ANNOT)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        start = address(raw.FPDFBitmap_GetBuffer(bitmap))
        drawn = (ctypes.c_ubyte * (stride * rows)).from_address(start)
        pixels = np.frombuffer(drawn, np.uint8).reshape(rows, stride)[:, : columns * channels].copy()
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return pixels if gray else np.ascontiguousarray(pixels.reshape(rows, columns, 3)[:, :, ::-1])


def open_pdf(
    path: Path,
    *,
    password: str | None = None,
    ocr: OcrMode = "auto",
    limits: Limits = DEFAULT,
    name: str | None = None,
) -> PdfFile:
    """Open a PDF for reading; errors call it ``name``, by default its file name.

    Raises EmptyFileError, NotAPdfError, EncryptedFileError, DamagedFileError or LimitExceededError, each naming the
    file. A file whose user password is empty opens without one.
    """
    name = name or path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise NotAPdfError(
            f"{name}: cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from error
    if size == 0:
        raise EmptyFileError(f"{name}: the file is empty", "Download or export it again.")
    if size > limits.file_bytes:
        raise LimitExceededError(
            f"{name}: {size:,} bytes, over the limit of {limits.file_bytes:,}",
            "Split the file and ingest the parts.",
        )
    if b"%PDF" not in head:
        raise NotAPdfError(f"{name}: this is no PDF", "Export the paper as PDF.")
    with LOCK:
        start()
        handle = raw.FPDF_LoadDocument(os.fsencode(path), password.encode() if password else None)
        if not handle and password:
            handle = raw.FPDF_LoadDocument(os.fsencode(path), None)  # the password is another file's of the folder
        if not handle:
            raise _refusal(name, raw.FPDF_GetLastError(), password)
    file = PdfFile(path, name, handle, ocr, limits)
    try:
        _check(file, limits)
    except BaseException:
        file.close()
        raise
    return file


_started = False


def start() -> None:
    """Make pdfium ready, once a process; opening a file does so too."""
    global _started
    if not _started:
        raw.FPDF_InitLibrary()
        _started = True


def _refusal(name: str, code: int, password: str | None) -> Exception:
    if code == raw.FPDF_ERR_PASSWORD:
        if password:
            return EncryptedFileError(f"{name}: the password is wrong", "Give the right password, or an unlocked copy.")
        return EncryptedFileError(f"{name}: a password is needed", "Give the password, or an unlocked copy.")
    if code == raw.FPDF_ERR_SECURITY:
        return EncryptedFileError(f"{name}: its encryption is not known", "Save an unlocked copy.")
    return DamagedFileError(f"{name}: the PDF is damaged", "Open it in a PDF viewer and save it again.")


def _check(file: PdfFile, limits: Limits) -> None:
    if file.page_count <= 0:
        raise EmptyFileError(f"{file.name}: the PDF has no pages", "Export it again.")
    if file.page_count > limits.pages:
        raise LimitExceededError(
            f"{file.name}: {file.page_count:,} pages, over the limit of {limits.pages:,}", "Split the file."
        )
    for number in range(1, file.page_count + 1):
        with LOCK, file._loaded(number) as page:
            if page:
                return
    raise DamagedFileError(
        f"{file.name}: none of its pages can be loaded", "Open it in a PDF viewer and save it again."
    )


def render_png(source: Path | PdfFile, pdf_page: int, width_px: int) -> bytes:
    """A PNG of one page of an open file or of a path; see ``PdfFile.render``."""
    if isinstance(source, PdfFile):
        return source.render(pdf_page, width_px)
    with open_pdf(source, ocr="off") as file:
        return file.render(pdf_page, width_px)
