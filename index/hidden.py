"""Text of a page that is there to be copied but not to be seen: in no colour, in the paper's colour, covered, cut off.

First the page's text objects are looked over by what costs little: how and in which colour they are drawn, what lies
under and over them, whether they are clipped or belong to a layer. On most pages nothing is suspected. Where
something is, the page is drawn twice, with it and without it: what changes nothing to the eye is hidden. The text
layer of a scan is never drawn; it is kept where the picture shows something in its lines.

What this cannot tell: letters whose shapes are other letters', or empty; a scan's text layer that says something else
than its picture.
"""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from index import pdfium
from index.drawings import IDENTITY, Matrix, Paint, Painting, mapped, matrix_of, times
from index.frame import Frame
from index.ink import Rect, Sheet, image_cover

FAINT = 40  # of 255, the strongest of three colours: text nearer than this to what lies under it is looked at
SEEN = 20  # of 255: what changes the picture less than this is not seen
SEEN_SHARE = 0.015  # of a word's box; less is the rim of a letter beside what covers it
PRINTED = 40  # of 255: the least contrast of what a scan shows in a word's line
SHARPNESS = 100 / 72  # pixels a point when the page is drawn
MAX_PIXELS = 4_000_000  # of that picture
OVERLAP = 0.2  # share of a text's box that another must take to lie over or under it
SCANNED = 0.5  # share of the page that pictures cover on a scan, whose text may lie under them
MAX_TURNS = 4  # of leaving out what lies over each other; what is printed over that often cannot be read
MAX_PAIRS = 2_000_000  # texts by paints compared; on a page with more, all its text is looked at
LAYER = ord("O") | ord("C") << 16  # the mark of what belongs to a layer that can be switched off

_FILLED = (pdfium.raw.FPDF_TEXTRENDERMODE_FILL, pdfium.raw.FPDF_TEXTRENDERMODE_FILL_STROKE)
_UNDRAWN = (pdfium.raw.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.raw.FPDF_TEXTRENDERMODE_CLIP)
_BESIDE = (  # annotations that paint nothing over words
    pdfium.raw.FPDF_ANNOT_LINK,
    pdfium.raw.FPDF_ANNOT_POPUP,
    pdfium.raw.FPDF_ANNOT_TEXT,
    pdfium.raw.FPDF_ANNOT_UNDERLINE,
)

# what pdfium writes to, under its lock
_colors, _bounds = pdfium.Rows(np.uint32), pdfium.Rows(np.float32)
_point = pdfium.Room("2f")
_names, _size = pdfium.Rows(np.uint32), pdfium.Room("L")

Boxes = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.int16]


@dataclass(slots=True)
class Suspects:
    """Addresses of text objects that may not be seen: ``undrawn`` ones are not painted at all.

    With ``known`` given, whatever text is not among it is suspected as well.
    """

    faint: set[int]
    undrawn: set[int]
    known: set[int] | None = None

    def __contains__(self, text: int) -> bool:
        return text in self.faint or text in self.undrawn or (self.known is not None and text not in self.known)

    def __bool__(self) -> bool:
        return bool(self.faint or self.undrawn) or self.known is not None


def suspects(page: Any, frame: Frame, painting: Painting) -> Suspects:
    """The texts of a loaded page that must be looked at."""
    found = Suspects(set(), set(), None if painting.whole else {text for text, _, _ in painting.texts})
    if not painting.texts:
        return found
    items = [pdfium.pointer(text) for text, _, _ in painting.texts]
    colors = _colors.room(len(items))
    deque(map(pdfium.fill_color, items, *_colors.columns), maxlen=0)
    modes = list(map(pdfium.render_mode, items))
    odd = colors[:, 3] < 128
    if any(modes):
        odd |= np.array(modes) > 0
    _layered(odd, items)
    paints = _that_matter(painting, colors)
    notes = list(_stuck_on(page, frame))
    clips = [n for n, count in enumerate(map(pdfium.count_clips, map(_pointer_of_clip, items))) if count > 0]
    if not (paints or notes or clips or odd.any() or _light(colors).any()):
        return found
    boxes = _boxes(items, painting, frame)
    for n in clips:
        rect = _clip(items[n], painting.texts[n][2], frame)
        odd[n] |= rect is not None and not _holds(rect, boxes[n])
    _among(odd, boxes, colors, painting, paints, frame)
    for rect in notes:
        odd |= _share(boxes, np.array([rect]))[:, 0] > 0
    odd &= (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])  # a blank by itself has no extent
    for n in odd.nonzero()[0].tolist():
        bare = modes[n] in _UNDRAWN or (modes[n] in _FILLED and colors[n, 3] == 0)
        (found.undrawn if bare else found.faint).add(painting.texts[n][0])
    return found


def _light(colors: npt.NDArray[Any]) -> Flags:
    """Which colours do not stand out from white paper."""
    light: Flags = colors[:, :3].min(axis=1) > 255 - FAINT
    return light


def _that_matter(painting: Painting, colors: npt.NDArray[Any]) -> list[Paint]:
    """What may cover a text, or be of its colour; everything where a text is light."""
    if _light(colors).any():
        return painting.paints
    first = painting.texts[0][1]
    inks = {tuple(color) for color in colors[:, :3].tolist()}
    return [
        paint
        for paint in painting.paints
        if paint.order > first or paint.color is None or any(_near(ink, paint.color) for ink in inks)
    ]


def _boxes(items: Sequence[Any], painting: Painting, frame: Frame) -> Boxes:
    room = _bounds.room(len(items))
    deque(map(pdfium.bounds_of, items, *_bounds.columns), maxlen=0)
    around = room.astype(np.float64)
    for n, (_, _, matrix) in enumerate(painting.texts):
        if matrix is not IDENTITY:
            around[n] = mapped(tuple(around[n].tolist()), matrix)
    return frame.rects(*around.T)


def _share(boxes: Boxes, others: Boxes) -> Boxes:
    """For each box (rows) and each other (columns) the share of the box that both have."""
    wide = np.minimum(boxes[:, None, 2], others[None, :, 2]) - np.maximum(boxes[:, None, 0], others[None, :, 0])
    high = np.minimum(boxes[:, None, 3], others[None, :, 3]) - np.maximum(boxes[:, None, 1], others[None, :, 1])
    area = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-6)
    shares: Boxes = wide.clip(0.0) * high.clip(0.0) / area[:, None]
    return shares


def _among(
    odd: Flags, boxes: Boxes, colors: npt.NDArray[Any], painting: Painting, paints: Sequence[Paint], frame: Frame
) -> None:
    """Mark the texts that may be covered, or be in the colour of what lies under them."""
    light = _light(colors)
    if not paints:
        odd |= light
        return
    if len(boxes) * len(paints) > MAX_PAIRS:
        odd[:] = True
        return
    touched = _share(boxes, np.array([paint.rect for paint in paints])) > OVERLAP
    order = np.array([order for _, order, _ in painting.texts])
    after = np.array([paint.order for paint in paints])[None, :] > order[:, None]
    odd |= (touched & after).any(axis=1)
    under = touched & ~after
    bare = ~under.any(axis=1)
    odd |= bare & light
    plain: dict[int, Rect | None] = {}
    for n in (~bare & ~odd).nonzero()[0].tolist():
        ink = colors[n].tolist()
        for k in reversed(under[n].nonzero()[0].tolist()):
            color = paints[k].color
            if color is None or _near(ink, color):
                odd[n] = True
                break
            if k not in plain:
                plain[k] = _plain(paints[k], frame)
            if (sure := plain[k]) is not None and _holds(sure, boxes[n]):
                break
        else:
            odd[n] = light[n]


def _plain(paint: Paint, frame: Frame) -> Rect | None:
    """The box that a filled path surely fills."""
    clip = _clip(paint.item, paint.matrix, frame)
    if not _is_rectangle(paint):
        return None
    return paint.rect if clip is None else _both(paint.rect, clip)


def _both(one: Rect, other: Rect) -> Rect:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _near(color: Sequence[int], other: Sequence[int]) -> bool:
    return all(abs(a - b) < FAINT for a, b in zip(color, other, strict=False))


def _holds(rect: Rect, box: Boxes) -> bool:
    x0, y0, x1, y1 = box.tolist()
    slack = 0.25 * min(x1 - x0, y1 - y0)  # a letter's box is larger than its ink
    left, top, right, bottom = rect
    return bool(left <= x0 + slack and top <= y0 + slack and right >= x1 - slack and bottom >= y1 - slack)


def _is_rectangle(paint: Paint) -> bool:
    """Whether a path is one rectangle with upright sides as displayed."""
    count = pdfium.count_segments(paint.item)
    if count not in (4, 5):
        return False
    m = times(matrix_of(paint.item), paint.matrix)
    corners = [
        (m[0] * x + m[2] * y, m[1] * x + m[3] * y)
        for x, y in _points(pdfium.segment_at, repeat(paint.item), range(count))
    ]
    if count == 5 and math.dist(corners.pop(), corners[0]) > 0.1:
        return False
    return all(abs(ax - bx) < 0.1 or abs(ay - by) < 0.1 for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]))


def _points(get: Any, *arguments: Any) -> Iterator[tuple[float, float]]:
    for segment in map(get, *arguments):
        pdfium.segment_point(pdfium.pointer(segment), *_point.places)
        yield _point.read()


def _pointer_of_clip(item: Any) -> Any:
    return pdfium.pointer(pdfium.clip_of(item))


def _clip(item: Any, matrix: Matrix, frame: Frame) -> Rect | None:
    """The box outside which nothing of an object is shown; None where it is not clipped."""
    clip = _pointer_of_clip(item)
    rect: Rect | None = None
    for path in range(pdfium.count_clips(clip)):
        count = pdfium.count_clip_segments(clip, path)
        points = list(_points(pdfium.clip_segment_at, repeat(clip), repeat(path), range(count)))
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            around = frame.rect(*mapped((min(xs), min(ys), max(xs), max(ys)), matrix))
            rect = around if rect is None else _both(rect, around)
    return rect


def _layered(odd: Flags, items: Sequence[Any]) -> None:
    """Mark the texts that belong to a layer, which may be switched off."""
    # most marks tie a text to its tag; such a mark alone is no layer's
    tagged = map(pdfium.tag_number, items)
    counts = [
        0 if tag >= 0 and count == 1 else count
        for tag, count in zip(tagged, map(pdfium.count_marks, items), strict=True)
    ]
    for place in range(max(counts)):
        marked = [n for n, count in enumerate(counts) if count > place]
        marks = map(pdfium.mark_at, [items[n] for n in marked], repeat(place))
        names = _names.room(len(marked))
        deque(map(pdfium.mark_name, marks, _names.starts, repeat(8), repeat(_size.places[0])), maxlen=0)
        odd[marked] |= (names[:, 0] == LAYER) & (names[:, 1] == 0)


def _stuck_on(page: Any, frame: Frame) -> Iterator[Rect]:
    """The boxes of annotations that may lie over words."""
    for n in range(pdfium.raw.FPDFPage_GetAnnotCount(page)):
        note = pdfium.raw.FPDFPage_GetAnnot(page, n)
        if not note:
            continue
        try:
            rect = pdfium.raw.FS_RECTF()
            if pdfium.raw.FPDFAnnot_GetSubtype(note) not in _BESIDE and pdfium.raw.FPDFAnnot_GetRect(note, rect):
                yield frame.rect(rect.left, rect.bottom, rect.right, rect.top)
        finally:
            pdfium.raw.FPDFPage_CloseAnnot(note)


def unseen(page: Any, texts: Sequence[int], boxes: Boxes, undrawn: Flags, sheet: Sheet) -> Flags:
    """Which of some words the page does not show: of each the text object, the box in points and if it is painted."""
    shown = boxes.clip(0.0, (sheet.width, sheet.height, sheet.width, sheet.height))
    view = (*shown[:, :2].min(axis=0).tolist(), *shown[:, 2:].max(axis=0).tolist())
    area = max(view[2] - view[0], 1.0) * max(view[3] - view[1], 1.0)
    look = _Look(page, sheet, view, min(SHARPNESS, math.sqrt(MAX_PIXELS / area)))
    places = _inside(shown, view, look.scale)
    gone = (shown[:, 0] < shown[:, 2]) & (shown[:, 1] < shown[:, 3])  # what is off the page is left out anyhow
    turns = _turns(texts, np.array(places), ~undrawn)
    if turns:
        whole = look.without(())
    for turn in sorted(set(turns.values()))[:MAX_TURNS]:
        left_out = {text for text, own in turns.items() if own == turn}
        seen = np.abs(whole - look.without(left_out)).max(axis=2) >= SEEN
        for n, (x0, y0, x1, y1) in enumerate(places):
            if texts[n] in left_out and not undrawn[n] and seen[y0:y1, x0:x1].mean() >= SEEN_SHARE:
                gone[n] = False
    scan = image_cover(sheet) >= SCANNED
    read_off = [n for n in gone.nonzero()[0].tolist() if (scan or undrawn[n]) and _on_picture(shown[n], sheet)]
    if read_off:
        bare = look.without(set(texts))
        for n in read_off:
            gone[n] = not _printed_there(bare, *places[n])
    return gone


def _turns(texts: Sequence[int], places: npt.NDArray[Any], painted: Flags) -> dict[int, int]:
    """In which turn each painted text is left out of the picture: texts that lie over each other in different ones."""
    beside: dict[int, set[int]] = {texts[n]: set() for n in painted.nonzero()[0].tolist()}
    x0, y0, x1, y1 = places.T
    for n in painted.nonzero()[0].tolist():
        over = painted & (x0 + 1 < x1[n] - 1) & (x1 - 1 > x0[n] + 1) & (y0 + 1 < y1[n] - 1) & (y1 - 1 > y0[n] + 1)
        beside[texts[n]].update(texts[k] for k in over.nonzero()[0].tolist())
    turns: dict[int, int] = {}
    for text, others in beside.items():
        taken = {turns.get(other) for other in others - {text}}
        turns[text] = next(turn for turn in count() if turn not in taken)
    return turns


@dataclass(frozen=True, slots=True)
class _Look:
    """A part (``view``) of a loaded page, drawn at ``scale`` pixels a point."""

    page: Any
    sheet: Sheet
    view: Rect
    scale: float

    def without(self, texts: Collection[int]) -> Picture:
        """The page as displayed, on white, less some text objects: rows by columns by blue, green, red."""
        items = [pdfium.pointer(text) for text in texts]
        for item in items:
            pdfium.set_active(item, 0)
        try:
            return self._drawn()
        finally:
            for item in items:
                pdfium.set_active(item, 1)

    def _drawn(self) -> Picture:
        left, top, right, bottom = (edge * self.scale for edge in self.view)
        columns, rows = max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))
        across, down = round(self.sheet.width * self.scale), round(self.sheet.height * self.scale)
        bitmap = pdfium.raw.FPDFBitmap_CreateEx(columns, rows, pdfium.raw.FPDFBitmap_BGR, None, 0)
        try:
            pdfium.raw.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
            place = -round(left), -round(top), across, down
            pdfium.raw.FPDF_RenderPageBitmap(bitmap, self.page, *place, 0, pdfium.raw.FPDF_ANNOT)
            stride = pdfium.raw.FPDFBitmap_GetStride(bitmap)
            start = pdfium.address(pdfium.raw.FPDFBitmap_GetBuffer(bitmap))
            bits = np.frombuffer((ctypes.c_ubyte * (stride * rows)).from_address(start), np.uint8)
            picture: Picture = bits.reshape(rows, stride)[:, : 3 * columns].reshape(rows, columns, 3).astype(np.int16)
        finally:
            pdfium.raw.FPDFBitmap_Destroy(bitmap)
        return picture


def _printed_there(picture: Picture, x0: int, y0: int, x1: int, y1: int) -> bool:
    """Whether a picture shows something in the line of a word: a scan's words are placed roughly."""
    band = max(1, min(x1 - x0, y1 - y0))
    line = picture[max(0, y0 - band) : y1 + band] if x1 - x0 >= y1 - y0 else picture[:, max(0, x0 - band) : x1 + band]
    return int(line.max()) - int(line.min()) >= PRINTED


def _inside(boxes: Boxes, view: Rect, scale: float) -> list[tuple[int, int, int, int]]:
    """The boxes in whole pixels of the picture of ``view``, less the room above and below the letters."""
    left, top = view[:2]
    places = []
    for x0, y0, x1, y1 in boxes.tolist():
        across, down = (0.0, 0.2 * (y1 - y0)) if x1 - x0 >= y1 - y0 else (0.2 * (x1 - x0), 0.0)
        x0, x1, y0, y1 = x0 + across - left, x1 - across - left, y0 + down - top, y1 - down - top
        places.append((int(x0 * scale), int(y0 * scale), math.ceil(x1 * scale) + 1, math.ceil(y1 * scale) + 1))
    return places


def _on_picture(box: Boxes, sheet: Sheet) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in sheet.images)
