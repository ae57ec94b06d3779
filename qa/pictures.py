"""Pictures of pages, those drawn last kept in memory.

What may be seen is not decided here: ask the service for the page's PDF first, each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from index.pdf import render_png

KEPT_BYTES = 48 * 1024 * 1024  # some hundred pages: those of a meeting that several people are at

Key = tuple[str, int, int]  # name of the PDF by its content, PDF page, width in pixels


class Pictures:
    """Draws pages, and gives one drawn lately without drawing it again. Safe to use from several threads."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._most = kept_bytes
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def png(self, source: Path, pdf_page: int, width: int) -> bytes:
        """A PNG of a page, ``width`` pixels wide; ``source`` is a PDF that is named by its content.

        Raises DamagedFileError where the page cannot be drawn.
        """
        key = (source.name, pdf_page, width)
        with self._lock:
            picture = self._kept.get(key)
            if picture is not None:
                self._kept.move_to_end(key)
                return picture
        picture = render_png(source, pdf_page, width)
        with self._lock:
            if key not in self._kept and len(picture) <= self._most:
                self._kept[key] = picture
                self._bytes += len(picture)
            while self._bytes > self._most:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return picture
