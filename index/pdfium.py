"""pdfium as this project calls it: one lock for the whole library, and quick forms of what is called for every word.

The quick forms take and give plain addresses. They do without pypdfium2's argument checks and keep the interpreter
lock, which more than halves the price of a call; they are for functions that return at once.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as raw  # type: ignore[import-untyped]  # the package ships no types

# pdfium is not thread-safe, not even between two files: held for one page's reading or drawing, never for a file
LOCK = threading.RLock()

_ADDRESS, _INT = ctypes.c_void_p, ctypes.c_int


def address(handle: Any) -> int:
    """Where a pdfium object lies, as the quick functions want it; 0 for none."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _quick(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(getattr(raw, name)))


# of a text page and a character's index
char_box = _quick("FPDFText_GetLooseCharBox", _INT, _ADDRESS, _INT, _ADDRESS)
char_object = _quick("FPDFText_GetTextObject", _ADDRESS, _ADDRESS, _INT)
char_size = _quick("FPDFText_GetFontSize", ctypes.c_double, _ADDRESS, _INT)
char_matrix = _quick("FPDFText_GetMatrix", _INT, _ADDRESS, _INT, _ADDRESS)
# of a text object
render_mode = _quick("FPDFTextObj_GetTextRenderMode", _INT, _ADDRESS)
font_of = _quick("FPDFTextObj_GetFont", _ADDRESS, _ADDRESS)
font_name = _quick("FPDFFont_GetBaseFontName", ctypes.c_size_t, _ADDRESS, ctypes.c_char_p, ctypes.c_size_t)
# of a page or a form, and of what is drawn on it
count_on_page = _quick("FPDFPage_CountObjects", _INT, _ADDRESS)
on_page = _quick("FPDFPage_GetObject", _ADDRESS, _ADDRESS, _INT)
count_in_form = _quick("FPDFFormObj_CountObjects", _INT, _ADDRESS)
in_form = _quick("FPDFFormObj_GetObject", _ADDRESS, _ADDRESS, ctypes.c_ulong)
kind_of = _quick("FPDFPageObj_GetType", _INT, _ADDRESS)
bounds_of = _quick("FPDFPageObj_GetBounds", _INT, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
matrix_of = _quick("FPDFPageObj_GetMatrix", _INT, _ADDRESS, _ADDRESS)
fill_color = _quick("FPDFPageObj_GetFillColor", _INT, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
# of a path
draw_mode = _quick("FPDFPath_GetDrawMode", _INT, _ADDRESS, _ADDRESS, _ADDRESS)
count_segments = _quick("FPDFPath_CountSegments", _INT, _ADDRESS)
segment_at = _quick("FPDFPath_GetPathSegment", _ADDRESS, _ADDRESS, _INT)
segment_kind = _quick("FPDFPathSegment_GetType", _INT, _ADDRESS)
segment_point = _quick("FPDFPathSegment_GetPoint", _INT, _ADDRESS, _ADDRESS, _ADDRESS)
segment_closes = _quick("FPDFPathSegment_GetClose", _INT, _ADDRESS)
