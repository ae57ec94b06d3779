"""pdfium as this project calls it: one lock for the whole library, and quick forms of what is called for every word.

The quick forms do without pypdfium2's argument checks and keep the interpreter lock, which makes a call three times
as fast; they are for functions that return at once. An address is given to them as made by ``pointer``.
"""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pypdfium2 import raw as raw  # type: ignore[import-untyped]  # the package ships no types

# pdfium is not thread-safe, not even between two files: held for one page's reading or drawing, never for a file
LOCK = threading.RLock()

pointer = ctypes.c_void_p.from_param
_ADDRESS, _INT = ctypes.c_void_p, ctypes.c_int


def address(handle: Any) -> int:
    """Where a pdfium object lies; 0 for none."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


class Room:
    """Numbers that pdfium writes, each four bytes long; ``places`` are the pointers to them."""

    def __init__(self, form: str) -> None:
        self._form = struct.Struct(form)
        self._bytes = bytearray(self._form.size)
        start = ctypes.addressof((ctypes.c_char * self._form.size).from_buffer(self._bytes))
        self.places = tuple(map(pointer, range(start, start + self._form.size, 4)))

    def read(self) -> tuple[Any, ...]:
        """The numbers written last."""
        return self._form.unpack(self._bytes)


class Rows:
    """Rows of four numbers of one type that pdfium writes to, and the pointers to them: costly to make, so kept."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._kind = kind
        self._widen(1_000)

    def _widen(self, count: int) -> None:
        self._numbers = np.zeros((count, 4), self._kind)
        start = self._numbers.ctypes.data
        self._places = [
            tuple(map(pointer, range(start + 4 * column, start + self._numbers.nbytes, 16))) for column in range(4)
        ]

    def room(self, count: int) -> npt.NDArray[Any]:
        """The first ``count`` rows, all zero; they stay what they are until this is asked again."""
        if count > len(self._numbers):
            self._widen(2 * count)
        rows = self._numbers[:count]
        rows[:] = 0
        return rows

    @property
    def starts(self) -> tuple[Any, ...]:
        """Pointers to the rows."""
        return self._places[0]

    @property
    def columns(self) -> list[tuple[Any, ...]]:
        """Pointers to the numbers, column by column."""
        return self._places


def _quick(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    # without declared arguments, pointers and small whole numbers go through as they are
    return ctypes.PYFUNCTYPE(result, *arguments)(address(getattr(raw, name)))


# of a text page and a character's index
char_box = _quick("FPDFText_GetLooseCharBox", _INT)
char_object = _quick("FPDFText_GetTextObject", _ADDRESS)
char_size = _quick("FPDFText_GetFontSize", ctypes.c_double)
char_matrix = _quick("FPDFText_GetMatrix", _INT)
# of a text object
render_mode = _quick("FPDFTextObj_GetTextRenderMode", _INT)
font_of = _quick("FPDFTextObj_GetFont", _ADDRESS)
# of a page or a form, and of what is drawn on it
count_on_page = _quick("FPDFPage_CountObjects", _INT)
on_page = _quick("FPDFPage_GetObject", _ADDRESS)
count_in_form = _quick("FPDFFormObj_CountObjects", _INT)
in_form = _quick("FPDFFormObj_GetObject", _ADDRESS, _ADDRESS, ctypes.c_ulong)
kind_of = _quick("FPDFPageObj_GetType", _INT)
bounds_of = _quick("FPDFPageObj_GetBounds", _INT)
matrix_of = _quick("FPDFPageObj_GetMatrix", _INT)
fill_color = _quick("FPDFPageObj_GetFillColor", _INT)
stroke_color = _quick("FPDFPageObj_GetStrokeColor", _INT)
clip_of = _quick("FPDFPageObj_GetClipPath", _ADDRESS)
count_marks = _quick("FPDFPageObj_CountMarks", _INT)
tag_number = _quick("FPDFPageObj_GetMarkedContentID", _INT)
mark_at = _quick("FPDFPageObj_GetMark", _ADDRESS, _ADDRESS, ctypes.c_ulong)
mark_name = _quick("FPDFPageObjMark_GetName", _INT, _ADDRESS, _ADDRESS, ctypes.c_ulong, _ADDRESS)
set_active = _quick("FPDFPageObj_SetIsActive", _INT)
# of a clip path
count_clips = _quick("FPDFClipPath_CountPaths", _INT)
count_clip_segments = _quick("FPDFClipPath_CountPathSegments", _INT)
clip_segment_at = _quick("FPDFClipPath_GetPathSegment", _ADDRESS)
# of a path
draw_mode = _quick("FPDFPath_GetDrawMode", _INT)
stroke_width = _quick("FPDFPageObj_GetStrokeWidth", _INT)
count_segments = _quick("FPDFPath_CountSegments", _INT)
segment_at = _quick("FPDFPath_GetPathSegment", _ADDRESS)
segment_kind = _quick("FPDFPathSegment_GetType", _INT)
segment_point = _quick("FPDFPathSegment_GetPoint", _INT)
segment_closes = _quick("FPDFPathSegment_GetClose", _INT)
