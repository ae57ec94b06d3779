"""The words of one PDF page with their places, sizes and weights.

Per-character calls are avoided: one call brings the page's characters, then each word costs three quick ones. Words
are placed and judged all at once in arrays; only the few odd ones are looked at character by character.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import deque
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from index import pdfium
from index.drawings import Painting, read_drawings
from index.frame import Frame
from index.hidden import Suspects, suspects, unseen
from index.ink import Ink, Rect, Sheet
from index.letters import PRIVATE, SHOWN_AS, TAG, cleaned

SMALLEST = 1.0  # points: smaller letters are not there to be read

SECOND_HALF = "\u2060"  # stands, unseen, for the second of two numbers that tell one character

_SPACES = np.array([chr(code).isspace() for code in range(0x3002)])  # there are none beyond
_UNUSUAL = re.compile("[\x00-\x08\x0e-\x1b\ufffd\ufffe]")  # what parts words besides spaces
_WORD = re.compile(r"[^\s\x00-\x1f\ufffe\ufffd]+[\x02\ufffe]?|\ufffd+|[\x02\ufffe]")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi(?!light)", re.I)  # "BCDEEE+Calibri-Bold"


_matrix, _rows = pdfium.Room("6f"), pdfium.Rows(np.float32)  # what pdfium writes to, under its lock

Floats = npt.NDArray[np.float64]
Style = tuple[float, bool, int, bool]  # size in points, bold, angle, hidden


def read_sheet(page: Any, max_chars: int) -> Sheet:
    """Read a loaded pdfium page. At most ``max_chars`` characters are taken; ``Sheet.cut`` tells of more."""
    frame = Frame(page)
    sheet = Sheet(frame.width, frame.height)
    painting = read_drawings(page, frame, sheet)
    textpage = pdfium.raw.FPDFText_LoadPage(page)
    if textpage:
        try:
            _read_words(page, textpage, frame, sheet, max_chars, painting)
        finally:
            pdfium.raw.FPDFText_ClosePage(textpage)
    return sheet


def _characters(textpage: Any, count: int) -> str:
    """The page's characters, one string index each."""
    buffer = bytearray(2 * count + 2)
    start = ctypes.byref(ctypes.c_ushort.from_buffer(buffer))
    written = pdfium.raw.FPDFText_GetText(textpage, 0, count, start) - 1
    if written == count:
        text = buffer[: 2 * count].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
    # characters left out of the text, or beyond the basic plane, would shift the indices
    unicode = pdfium.raw.FPDFText_GetUnicode
    letters: list[str] = []
    before = 0
    for code in map(unicode, repeat(textpage), range(count)):
        if 0xD800 <= before < 0xDC00 <= code < 0xE000:
            letters[-1:] = chr(0x10000 + ((before - 0xD800) << 10) + code - 0xDC00), SECOND_HALF
        else:
            letters.append("\ufffd" if code >= 0x110000 or 0xD800 <= code < 0xE000 else chr(code))
        before = code
    return "".join(letters)


def _words(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words of a page's characters, and where the first and the last character of each stand."""
    if _UNUSUAL.search(text):
        spans = [match.span() for match in _WORD.finditer(text)]
        return [text[start:end] for start, end in spans], [a for a, _ in spans], [b - 1 for _, b in spans]
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    space = np.ones(len(codes) + 2, np.bool_)
    _SPACES.take(codes, out=space[1:-1], mode="clip")
    edges = (space[1:] != space[:-1]).nonzero()[0]
    return text.split(), edges[::2].tolist(), (edges[1::2] - 1).tolist()


class _Styles:
    """Size, weight and visibility of the text objects that words belong to, asked once an object."""

    def __init__(self, textpage: Any, frame: Frame) -> None:
        self.textpage = textpage
        self.place = pdfium.pointer(pdfium.address(textpage))
        self.frame = frame
        self.known: dict[int, Style] = {}
        self.bold_fonts: dict[int, bool] = {}
        self.turns: dict[tuple[float, ...], tuple[float, int]] = {}  # matrix → how much larger it makes, and the angle

    def of(self, indices: Sequence[int]) -> list[Style]:
        """The style of each of some characters."""
        known = self.known
        keys = list(map(pdfium.char_object, repeat(self.place), indices))
        if None in keys:
            # a character that belongs to no object stands for itself
            keys = [key or -1 - index for key, index in zip(keys, indices, strict=True)]
        for key, index in zip(keys, indices, strict=True):
            if key not in known:
                known[key] = self._ask(index, key)
        return list(map(known.__getitem__, keys))

    def _ask(self, index: int, text_object: int) -> Style:
        size = pdfium.char_size(self.place, index)
        angle = 0
        if pdfium.char_matrix(self.place, index, _matrix.places[0]):
            turn = a, b, c, d = _matrix.read()[:4]
            if turn not in self.turns:
                self.turns[turn] = math.hypot(c, d), self.frame.angle(a, b)
            scale, angle = self.turns[turn]
            size *= scale
        if text_object < 0:
            return size, False, angle, False
        place = pdfium.pointer(text_object)
        mode = pdfium.render_mode(place)
        bold = mode == pdfium.raw.FPDF_TEXTRENDERMODE_FILL_STROKE
        if not bold:
            font = pdfium.font_of(place)
            if font not in self.bold_fonts:
                self.bold_fonts[font] = self._bold_name(index)
            bold = self.bold_fonts[font]
        return size, bold, angle, mode == pdfium.raw.FPDF_TEXTRENDERMODE_INVISIBLE

    def _bold_name(self, index: int) -> bool:
        """Whether the font of a character is called bold."""
        font = pdfium.raw.FPDFTextObj_GetFont(pdfium.raw.FPDFText_GetTextObject(self.textpage, index))
        name = ctypes.create_string_buffer(128)
        pdfium.raw.FPDFFont_GetBaseFontName(font, name, 128)
        return bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))


def _read_words(page: Any, textpage: Any, frame: Frame, sheet: Sheet, max_chars: int, painting: Painting) -> None:
    count = pdfium.raw.FPDFText_CountChars(textpage)
    if count <= 0:
        return
    if count > max_chars:
        count, sheet.cut = max_chars, True
    text = _characters(textpage, count)
    place = pdfium.pointer(pdfium.address(textpage))
    if suspected := suspects(page, frame, painting):
        text = _without_hidden(text, place, page, frame, sheet, suspected)
    words, starts, lasts = _words(text)
    if not words:
        return
    asked = _Styles(textpage, frame)
    styles = asked.of(starts)
    ends = _boxes(place, starts + lasts, frame)
    first, last = ends[: len(words)], ends[len(words) :]
    boxes = _around(first, last)
    told, _, angles, _ = zip(*styles, strict=True)
    sizes, upright = np.array(told), np.array(angles) % 180 == 0
    height = np.where(upright, first[:, 3] - first[:, 1], first[:, 2] - first[:, 0])
    # Type 3 and damaged fonts tell sizes that are not on the page
    sizes = np.where((height / 4 < sizes) & (sizes < height * 4), sizes, height * 0.85)

    chars = np.array(lasts) - np.array(starts) + 1
    odd: dict[int, list[tuple[str, Rect]]] = {}
    for k in _too_wide(boxes, chars, sizes, upright).nonzero()[0].tolist():
        odd[k] = _split(words[k], _boxes(place, range(starts[k], lasts[k] + 1), frame).tolist(), sizes[k], angles[k])
    figures = [k for k, word in enumerate(words) if word[-1].isdigit() and len(word) > 1 and k not in odd]
    for k, style in zip(figures, asked.of([lasts[k] for k in figures]), strict=True):
        if style[0] < 0.8 * sizes[k]:
            span = range(starts[k], lasts[k] + 1)
            letters = [other[0] for other in asked.of(span)]
            odd[k] = _without_note(words[k], _boxes(place, span, frame), letters, sizes[k])
    if odd:
        order = [k for k in range(len(words)) for _ in odd.get(k, "-")]
        pieces = [piece for k, box in enumerate(boxes.tolist()) for piece in odd.get(k, [(words[k], box)])]
        words, boxes = [word for word, _ in pieces], np.array([box for _, box in pieces])
        sizes, styles = sizes[order], [styles[k] for k in order]
    if not text.isascii() or "\x02" in text or "\x7f" in text:
        for k in [k for k, word in enumerate(words) if not (word.isascii() and word.isprintable())]:
            raw = words[k].translate(SHOWN_AS)
            if sizes[k] >= SMALLEST:
                sheet.strange += raw.count("\ufffd") + len(PRIVATE.findall(raw))
                sheet.hidden += len(TAG.findall(raw))
            words[k] = cleaned(words[k])
    _put(sheet, words, boxes, sizes, styles)


def _without_hidden(text: str, place: Any, page: Any, frame: Frame, sheet: Sheet, suspected: Suspects) -> str:
    """The page's characters with blanks in place of those that are not to be seen."""
    objects = list(map(pdfium.char_object, repeat(place), range(len(text))))
    looked_at = [
        n
        for n, (text_object, char) in enumerate(zip(objects, text, strict=True))
        if text_object and not char.isspace() and text_object in suspected
    ]
    if not looked_at:
        return text
    starts: list[int] = []
    lasts: list[int] = []
    for n in looked_at:
        if lasts and lasts[-1] == n - 1 and objects[n] == objects[n - 1]:
            lasts[-1] = n
        else:
            starts.append(n)
            lasts.append(n)
    boxes = _boxes(place, starts + lasts, frame)
    undrawn = np.array([objects[n] in suspected.undrawn for n in starts])
    texts = [objects[n] for n in starts]
    gone = unseen(page, texts, _around(boxes[: len(starts)], boxes[len(starts) :]), undrawn, sheet)
    letters = list(text)
    for first, last, hidden in zip(starts, lasts, gone.tolist(), strict=True):
        if hidden:
            sheet.hidden += sum(map(str.isalnum, letters[first : last + 1]))
            letters[first : last + 1] = " " * (last + 1 - first)
    return "".join(letters)


def _without_note(word: str, boxes: Floats, sizes: list[float], size: float) -> list[tuple[str, Rect]]:
    """A figure apart from the raised footnote number after it: "38" and "1", not "381"."""
    note = next(i for i, own in enumerate(sizes) if own < 0.8 * size)
    parts = [(0, note), (note, len(word))] if note else [(0, len(word))]
    return [(word[a:b], tuple(_around(boxes[[a]], boxes[[b - 1]])[0].tolist())) for a, b in parts]


def _put(sheet: Sheet, words: list[str], boxes: Floats, sizes: Floats, styles: list[Style]) -> None:
    """Put words on the sheet, without those that are too small to be read or printed off the page."""
    x0, y0, x1, y1 = boxes.T
    width, height = sheet.width, sheet.height
    shown = (x1 > 0) & (y1 > 0) & (x0 < width) & (y0 < height) & ((x1 - x0) + (y1 - y0) > 0) & (sizes >= SMALLEST)
    edges = (x0.clip(0.0), y0.clip(0.0), x1.clip(None, width), y1.clip(None, height))
    _, bold, angle, hidden = zip(*styles, strict=True)
    columns = (*(edge.tolist() for edge in edges), sizes.tolist(), bold, angle, hidden)
    inks = list(map(Ink, words, *columns))
    if shown.all() and all(words):
        sheet.words = inks
    else:
        sheet.words = [ink for ink, seen in zip(inks, shown.tolist(), strict=True) if seen and ink.text]
        lost = "".join([ink.text for ink, seen in zip(inks, shown.tolist(), strict=True) if not seen])
        sheet.hidden += sum(map(str.isalnum, lost))


def _boxes(place: Any, indices: Sequence[int], frame: Frame) -> Floats:
    """The boxes of some of the page's characters, with the font's full height, as displayed; one row each."""
    room = _rows.room(len(indices))
    deque(map(pdfium.char_box, repeat(place), indices, _rows.starts), maxlen=0)
    left, top, right, bottom = room.T.astype(np.float64)
    return frame.rects(left, bottom, right, top)


def _around(first: Floats, last: Floats) -> Floats:
    """The boxes that hold two boxes each."""
    return np.hstack([np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])])


def _too_wide(
    boxes: Floats, chars: npt.NDArray[np.int64], sizes: Floats, upright: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which words are farther across, or down, than so many characters of that size can be."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    along, across = np.where(upright, wide, high), np.where(upright, high, wide)
    found: npt.NDArray[np.bool_] = (chars > 1) & ((along > chars * sizes * 0.95 + sizes) | (across > sizes * 2.2))
    return found


def _union(a: Rect, b: Rect) -> Rect:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


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
