"""The words of one PDF page with their places, sizes and weights.

Per-character calls are avoided: one call brings the page's characters, then each word costs three quick ones.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
import unicodedata
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # the package ships no types

from index.drawings import read_drawings
from index.frame import Frame
from index.ink import Ink, Rect, Sheet

SMALLEST = 1.0  # points: smaller letters are not there to be read

_WORD = re.compile(r"[^\s\x00-\x1f\ufffe\ufffd]+[\x02\ufffe]?|\ufffd+|[\x02\ufffe]")
_LINE_END_HYPHENS = "\x02\ufffe\u00ad"  # pdfium's marks for a hyphen at a line's end, and the soft hyphen itself
_CLEAN = {
    **dict.fromkeys((173, 8203, 8204, 8205, 8206, 8207, 8288, 65279)),
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    # Word's Symbol and Wingdings bullets come out as private-use characters
    **dict.fromkeys((61623, 61607, 61608, 61558, 61656, 61550, 61553, 61630, 8226, 9679), "•"),
    0xF0FC: "✓",
    0xF02D: "-",
    0xF0B0: "°",
}
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi(?!light)", re.I)  # "BCDEEE+Calibri-Bold"


def read_sheet(page: Any, max_chars: int) -> Sheet:
    """Read a loaded pdfium page. At most ``max_chars`` characters are taken; ``Sheet.cut`` tells of more."""
    frame = Frame(page)
    sheet = Sheet(frame.width, frame.height)
    textpage = pdfium.FPDFText_LoadPage(page)
    if textpage:
        try:
            _read_words(textpage, frame, sheet, max_chars)
        finally:
            pdfium.FPDFText_ClosePage(textpage)
    read_drawings(page, frame, sheet)
    return sheet


def _characters(textpage: Any, count: int) -> str:
    """The page's characters, one string index each."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, buffer) - 1
    if written == count:
        text = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
    # characters left out of the text, or beyond the basic plane, would shift the indices
    unicode = pdfium.FPDFText_GetUnicode
    codes = [unicode(textpage, i) for i in range(count)]
    return "".join(chr(c) if c < 0x110000 and not 0xD800 <= c < 0xE000 else "\ufffd" for c in codes)


class _Styles:
    """Size, weight and visibility of the text objects that words belong to, asked once an object."""

    def __init__(self, textpage: Any, frame: Frame) -> None:
        self.textpage = textpage
        self.address = ctypes.cast(textpage, ctypes.c_void_p).value
        self.frame = frame
        self.known: dict[int, tuple[float, bool, int, bool]] = {}
        self.bold_fonts: dict[int, bool] = {}
        self.matrix = pdfium.FS_MATRIX()

    def at(self, index: int) -> tuple[float, bool, int, bool]:
        """(size in points, bold, angle, hidden) of the character at ``index``."""
        key = _object_of(self.address, index) or 0
        style = self.known.get(key)
        if style is None or not key:
            style = self._ask(index, pdfium.FPDFText_GetTextObject(self.textpage, index) if key else None)
            self.known[key] = style
        return style

    def _ask(self, index: int, text_object: Any) -> tuple[float, bool, int, bool]:
        size = pdfium.FPDFText_GetFontSize(self.textpage, index)
        angle = 0
        if pdfium.FPDFText_GetMatrix(self.textpage, index, self.matrix):
            m = self.matrix
            size *= math.hypot(m.c, m.d)
            angle = self.frame.angle(m.a, m.b)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object) if text_object else 0
        hidden = mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
        bold = mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
        if text_object and not bold:
            font = pdfium.FPDFTextObj_GetFont(text_object)
            key = ctypes.cast(font, ctypes.c_void_p).value or 0
            if key not in self.bold_fonts:
                name = ctypes.create_string_buffer(128)
                pdfium.FPDFFont_GetBaseFontName(font, name, 128)
                self.bold_fonts[key] = bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
            bold = self.bold_fonts[key]
        return size, bold, angle, hidden


def _read_words(textpage: Any, frame: Frame, sheet: Sheet, max_chars: int) -> None:
    count = pdfium.FPDFText_CountChars(textpage)
    if count <= 0:
        return
    if count > max_chars:
        count, sheet.cut = max_chars, True
    text = _characters(textpage, count)
    styles = _Styles(textpage, frame)
    spans = [match.span() for match in _WORD.finditer(text)]
    firsts = _boxes(textpage, [start for start, _ in spans], frame)
    lasts = _boxes(textpage, [end - 1 for _, end in spans], frame)

    def box(index: int) -> Rect:
        return _boxes(textpage, [index], frame)[0]

    for (start, end), first, last in zip(spans, firsts, lasts, strict=True):
        size, bold, angle, hidden = styles.at(start)
        raw = text[start:end]
        pieces = [(raw, _union(first, last))]
        height = first[3] - first[1] if angle % 180 == 0 else first[2] - first[0]
        if not height / 4 < size < height * 4:
            size = height * 0.85  # Type 3 and damaged fonts tell sizes that are not on the page
        if end - start > 1 and _too_wide(pieces[0][1], end - start, size, angle):
            pieces = _split(raw, _boxes(textpage, list(range(start, end)), frame), size, angle)
        elif raw[-1].isdigit() and styles.at(end - 1)[0] < 0.8 * size:
            note = next(i for i in range(start, end) if styles.at(i)[0] < 0.8 * size)
            if note > start:  # a raised footnote number would change the figure before it: "38" and "1", not "381"
                pieces = [
                    (text[start:note], _union(first, box(note - 1))),
                    (text[note:end], _union(box(note), last)),
                ]
        if size < SMALLEST:
            continue
        for piece, rect in pieces:
            word = cleaned(piece)
            if not word:
                continue
            if not word.isascii():
                sheet.strange += sum(1 for c in word if c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
            x0, y0, x1, y1 = rect
            if x1 <= 0 or y1 <= 0 or x0 >= frame.width or y0 >= frame.height or (x1 - x0) + (y1 - y0) <= 0:
                continue  # printed off the page
            if x0 < 0 or y0 < 0 or x1 > frame.width or y1 > frame.height:
                x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(frame.width, x1), min(frame.height, y1)
            sheet.words.append(Ink(word, x0, y0, x1, y1, size, bold, angle, hidden))


# The same functions without pypdfium2's argument checks and without giving up the interpreter lock: called twice a
# word, these cost half as much.
_box_of = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
_object_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
_LEFT_TOP_RIGHT_BOTTOM = struct.Struct("4f")  # FS_RECTF


def _boxes(textpage: Any, indices: list[int], frame: Frame) -> list[Rect]:
    """The boxes of some of the page's characters, with the font's full height, as displayed."""
    count = len(indices)
    room = bytearray(16 * count)
    if not count:
        return []
    base = ctypes.addressof((ctypes.c_char * len(room)).from_buffer(room))
    address = ctypes.cast(textpage, ctypes.c_void_p).value
    for _ in map(_box_of, [address] * count, indices, range(base, base + 16 * count, 16)):
        pass
    a, d, e, f = frame.a, frame.d, frame.e, frame.f
    if frame.b == 0 and frame.c == 0 and a > 0 > d:  # a page that is not turned: nearly all
        return [
            (a * x0 + e, d * y1 + f, a * x1 + e, d * y0 + f)
            for x0, y1, x1, y0 in _LEFT_TOP_RIGHT_BOTTOM.iter_unpack(room)
        ]
    return [frame.rect(x0, y0, x1, y1) for x0, y1, x1, y0 in _LEFT_TOP_RIGHT_BOTTOM.iter_unpack(room)]


def _union(a: Rect, b: Rect) -> Rect:
    # written out: called for every word, and min() and max() cost more than the comparison
    return (
        a[0] if a[0] < b[0] else b[0],
        a[1] if a[1] < b[1] else b[1],
        a[2] if a[2] > b[2] else b[2],
        a[3] if a[3] > b[3] else b[3],
    )


def _too_wide(rect: Rect, chars: int, size: float, angle: int) -> bool:
    along, across = rect[2] - rect[0], rect[3] - rect[1]
    if angle % 180:
        along, across = across, along
    return along > chars * size * 0.95 + size or across > size * 2.2


def _split(raw: str, boxes: list[Rect], size: float, angle: int) -> list[tuple[str, Rect]]:
    """Cut a run of characters where the next one stands far away: words set without a space between."""
    pieces: list[tuple[str, Rect]] = []
    low, high = (0, 2) if angle % 180 == 0 else (1, 3)
    for char, rect in zip(raw, boxes, strict=True):
        if pieces:
            text, before = pieces[-1]
            gap = max(rect[low] - before[high], before[low] - rect[high])
            shift = abs(
                (rect[1 - low] + rect[3 - low if low else 3]) - (before[1 - low] + before[3 - low if low else 3])
            )
            if gap < size * 0.6 and shift < size * 1.4:
                pieces[-1] = (text + char, _union(before, rect))
                continue
        pieces.append((char, rect))
    return pieces


def cleaned(raw: str) -> str:
    """A word as a person reads it: no ligatures, invisible characters or symbol-font codes."""
    if raw.isascii() and "\x02" not in raw:
        return raw
    hyphen = raw[-1] in _LINE_END_HYPHENS
    if hyphen:
        raw = raw[:-1]
    text = unicodedata.normalize("NFC", raw.translate(_CLEAN))
    return text + "-" if hyphen and not text.endswith("-") else text
