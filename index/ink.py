"""What is printed on one PDF page: words, ruling lines, shaded areas and images, in displayed points.

Everything is measured on the page as displayed (CropBox and /Rotate applied), in points, origin at the top left.
Only this module talks to pdfium's text and page-object calls. Per-character calls are avoided: one call brings the
page's characters, then each word costs a few calls.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # the package ships no types

Rect = tuple[float, float, float, float]

MAX_OBJECTS_PER_PAGE = 8_000  # drawn objects looked at: maps and charts can have hundreds of thousands
MAX_PATH_SEGMENTS = 400  # of one drawn path; a table drawn as one path has fewer
MAX_FORM_DEPTH = 4  # forms in forms; hostile files nest them in a circle
SMALLEST = 1.0  # points: smaller letters are not there to be read
THIN = 2.6  # points: a filled rectangle thinner than this is a ruling line

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


@dataclass(slots=True)
class Ink:
    """One printed word. ``angle`` is the reading direction in degrees clockwise: 0, 90, 180 or 270."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool = False
    angle: int = 0
    hidden: bool = False  # drawn invisibly, as the text layer over a scan is


@dataclass(slots=True)
class Sheet:
    """One page's ink. ``rules`` are thin horizontal or vertical lines, ``fills`` shaded areas."""

    width: float
    height: float
    words: list[Ink] = field(default_factory=list)
    rules: list[Rect] = field(default_factory=list)
    fills: list[Rect] = field(default_factory=list)
    images: list[Rect] = field(default_factory=list)
    drawings: int = 0
    cut: bool = False  # more characters than the limit; the rest was left out
    skew: float = 0.0  # degrees by which the lines of a scan fall to the right
    strange: int = 0  # characters without a meaning: replacement, private use, control


def tilted(rect: Rect, degrees: float, width: float, height: float) -> Rect:
    """A box carried along when the page is turned clockwise about its middle by ``degrees``; its shape stays."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x0, y0, x1, y1 = rect
    x, y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
    dx, dy = x * cosine - y * sine - x, x * sine + y * cosine - y
    return x0 + dx, y0 + dy, x1 + dx, y1 + dy


class _Frame:
    """The map from PDF user space to the displayed page: x' = a·x + c·y + e, y' = b·x + d·y + f."""

    def __init__(self, page: Any) -> None:
        self.width = max(1.0, pdfium.FPDF_GetPageWidthF(page))
        self.height = max(1.0, pdfium.FPDF_GetPageHeightF(page))
        scale = min(1000.0, 1e8 / max(self.width, self.height))
        size_x, size_y = int(self.width * scale), int(self.height * scale)
        x, y = ctypes.c_int(), ctypes.c_int()

        def shown(px: float, py: float) -> tuple[float, float]:
            pdfium.FPDF_PageToDevice(page, 0, 0, size_x, size_y, 0, px, py, x, y)
            return x.value / scale, y.value / scale

        self.e, self.f = shown(0, 0)
        step = 1000.0
        ax, ay = shown(step, 0)
        cx, cy = shown(0, step)
        self.a, self.b = (ax - self.e) / step, (ay - self.f) / step
        self.c, self.d = (cx - self.e) / step, (cy - self.f) / step

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        x0, y0 = self.a * left + self.c * bottom + self.e, self.b * left + self.d * bottom + self.f
        x1, y1 = self.a * right + self.c * top + self.e, self.b * right + self.d * top + self.f
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def angle(self, dx: float, dy: float) -> int:
        """The displayed direction of a user-space vector, in quarter turns clockwise as degrees."""
        x, y = self.a * dx + self.c * dy, self.b * dx + self.d * dy
        return round(math.degrees(math.atan2(y, x)) / 90) % 4 * 90


def read_sheet(page: Any, max_chars: int) -> Sheet:
    """Read a loaded pdfium page. At most ``max_chars`` characters are taken; ``Sheet.cut`` tells of more."""
    frame = _Frame(page)
    sheet = Sheet(frame.width, frame.height)
    textpage = pdfium.FPDFText_LoadPage(page)
    if textpage:
        try:
            _read_words(textpage, frame, sheet, max_chars)
        finally:
            pdfium.FPDFText_ClosePage(textpage)
    _read_drawings(page, frame, sheet)
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

    def __init__(self, textpage: Any, frame: _Frame) -> None:
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


def _read_words(textpage: Any, frame: _Frame, sheet: Sheet, max_chars: int) -> None:
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


def _boxes(textpage: Any, indices: list[int], frame: _Frame) -> list[Rect]:
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


def _objects(container: Any, count: Any, get: Any, matrix: tuple[float, ...], depth: int) -> Iterator[tuple[Any, Any]]:
    for i in range(count(container)):
        item = get(container, i)
        if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
            inner = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(item, inner)
            yield from _objects(
                item,
                pdfium.FPDFFormObj_CountObjects,
                pdfium.FPDFFormObj_GetObject,
                _times((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix),
                depth + 1,
            )
        else:
            yield item, matrix


def _times(m: tuple[float, ...], n: tuple[float, ...]) -> tuple[float, ...]:
    """The matrix that applies ``m`` first, then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _read_drawings(page: Any, frame: _Frame, sheet: Sheet) -> None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    seen = 0
    for item, matrix in _objects(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, _IDENTITY, 0):
        seen += 1
        if seen > MAX_OBJECTS_PER_PAGE:
            break
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            continue
        if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        bounds = (left.value, bottom.value, right.value, top.value)
        rect = frame.rect(*(bounds if matrix is _IDENTITY else _mapped(bounds, matrix)))
        if rect[2] < 0 or rect[3] < 0 or rect[0] > sheet.width or rect[1] > sheet.height:
            continue
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            sheet.images.append(rect)
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            sheet.drawings += 1
        else:
            _read_path(item, matrix, rect, frame, sheet)


def _mapped(bounds: Rect, m: tuple[float, ...]) -> Rect:
    left, bottom, right, top = bounds
    xs = [m[0] * x + m[2] * y + m[4] for x in (left, right) for y in (bottom, top)]
    ys = [m[1] * x + m[3] * y + m[5] for x in (left, right) for y in (bottom, top)]
    return min(xs), min(ys), max(xs), max(ys)


def _read_path(path: Any, matrix: tuple[float, ...], rect: Rect, frame: _Frame, sheet: Sheet) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value and not stroke.value:
        return  # a clipping path
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if fill.value and not stroke.value:
        pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
        if alpha.value == 0:
            return
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    if width <= THIN or height <= THIN:
        sheet.rules.append(rect)  # white ones too: they part the shaded cells of slides
        sheet.drawings += 1
        return
    if fill.value and not stroke.value and min(red.value, green.value, blue.value) >= 250:
        return  # white on white paper
    sheet.drawings += 1
    if fill.value:
        sheet.fills.append(rect)
        if not stroke.value:
            count = pdfium.FPDFPath_CountSegments(path)
            if count > 8:
                _read_segments(path, matrix, frame, sheet, count, filled=True)
            return
    _read_segments(path, matrix, frame, sheet, pdfium.FPDFPath_CountSegments(path), filled=False)


def _read_segments(
    path: Any, matrix: tuple[float, ...], frame: _Frame, sheet: Sheet, count: int, *, filled: bool
) -> None:
    """The straight edges of a stroked path; of a filled one, its thin rectangles."""
    own = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, own)
    m = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    figure: list[tuple[float, float]] = []

    def finish(closed: bool) -> None:
        if filled:
            if len(figure) >= 4:
                xs, ys = [p[0] for p in figure], [p[1] for p in figure]
                rect = frame.rect(min(xs), min(ys), max(xs), max(ys))
                if rect[2] - rect[0] <= THIN or rect[3] - rect[1] <= THIN:
                    sheet.rules.append(rect)
        else:
            points = [*figure, figure[0]] if closed and figure else figure
            for (ax, ay), (bx, by) in pairwise(points):
                if abs(ax - bx) < 0.5 or abs(ay - by) < 0.5:
                    sheet.rules.append(frame.rect(ax, ay, bx, by))
        figure.clear()

    for i in range(min(count, MAX_PATH_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, i)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            figure.clear()
            continue
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            finish(False)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        figure.append((m[0] * x.value + m[2] * y.value + m[4], m[1] * x.value + m[3] * y.value + m[5]))
        if pdfium.FPDFPathSegment_GetClose(segment):
            finish(True)
    finish(False)
