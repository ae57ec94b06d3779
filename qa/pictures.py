"""Pictures of pages, those drawn last kept in memory.

What may be seen is not decided here: ask the service for the page's PDF first, each time.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from pathlib import Path

from index.errors import UnusableFileError
from index.guarded_pdf import draw_page
from index.limits import PICTURE_SECONDS, PICTURES_AT_ONCE
from qa.errors import PicturesBusyError

KEPT_REFUSALS = 1000  # pages that cannot be drawn, each of which may have cost half a minute
REFUSED_SECONDS = 600.0  # before such a page is tried again: less may be going on by then
KEPT_BYTES = 48 * 1024 * 1024  # some hundred pages: those of a meeting that several people are at

Key = tuple[str, int, int]  # name of the PDF by its content, PDF page, width in pixels


class Pictures:
    """Draws pages, and gives one drawn lately without drawing it again. Safe to use from several threads."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._most = kept_bytes
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._refused: OrderedDict[tuple[str, int], tuple[float, UnusableFileError]] = OrderedDict()
        self._drawing = threading.BoundedSemaphore(PICTURES_AT_ONCE)

    def png(self, source: Path, pdf_page: int, width: int) -> bytes:
        """A PNG of a page, ``width`` pixels wide; ``source`` is a PDF that is named by its content.

        Raises DamagedFileError where the page cannot be drawn, LimitExceededError where that costs too much, for a
        while at once; PicturesBusyError where too many wait.
        """
        key = (source.name, pdf_page, width)
        with self._lock:
            picture = self._kept.get(key)
            if picture is not None:
                self._kept.move_to_end(key)
                return picture
            tried, refused = self._refused.get(key[:2], (0.0, None))
        if refused is not None and time.monotonic() - tried < REFUSED_SECONDS:
            raise type(refused)(refused.message, refused.hint)
        picture = self._draw(source, pdf_page, width)
        with self._lock:
            if key not in self._kept and len(picture) <= self._most:
                self._kept[key] = picture
                self._bytes += len(picture)
            while self._bytes > self._most:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return picture

    def _draw(self, source: Path, pdf_page: int, width: int) -> bytes:
        if not self._drawing.acquire(timeout=PICTURE_SECONDS):
            raise PicturesBusyError("Too many pictures of pages are being drawn just now.", "Try again in a minute.")
        try:
            return draw_page(source, pdf_page, width)
        except UnusableFileError as error:
            with self._lock:
                self._refused[source.name, pdf_page] = time.monotonic(), error.with_traceback(None)
                while len(self._refused) > KEPT_REFUSALS:
                    self._refused.popitem(last=False)
            raise
        finally:
            self._drawing.release()
