"""Ruling lines, shaded areas and images of one PDF page, and the order in which it is painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, repeat
from typing import Any

from index import pdfium
from index.frame import Frame
from index.ink import Rect, Sheet

MAX_OBJECTS_PER_PAGE = 8_000  # drawn objects looked at: maps and charts can have hundreds of thousands
MAX_PATH_SEGMENTS = 400  # of one drawn path; a table drawn as one path has fewer
MAX_FORM_DEPTH = 4  # forms in forms; hostile files nest them in a circle
THIN = 2.6  # points: a filled rectangle thinner than this is a ruling line
BROAD = 4.0  # points: a stroke as broad as this can cover words

_TEXT, _PATH, _IMAGE = pdfium.raw.FPDF_PAGEOBJ_TEXT, pdfium.raw.FPDF_PAGEOBJ_PATH, pdfium.raw.FPDF_PAGEOBJ_IMAGE
_SHADING, _FORM = pdfium.raw.FPDF_PAGEOBJ_SHADING, pdfium.raw.FPDF_PAGEOBJ_FORM
_MOVE_TO, _BEZIER_TO = pdfium.raw.FPDF_SEGMENT_MOVETO, pdfium.raw.FPDF_SEGMENT_BEZIERTO

Matrix = tuple[float, ...]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# what pdfium writes to, under its lock
_bounds, _own, _point = pdfium.Room("4f"), pdfium.Room("6f"), pdfium.Room("2f")
_paint, _color, _broad = pdfium.Room("2I"), pdfium.Room("4I"), pdfium.Room("f")


@dataclass(frozen=True, slots=True)
class Paint:
    """A path, image or shading that may lie over or under words: ``item`` is its pointer, ``matrix`` its form's.

    ``color`` is that of a filled path, of 255 each; None where there is not one, or where it can be seen through.
    """

    order: int
    rect: Rect
    item: Any
    matrix: Matrix
    color: tuple[int, int, int] | None


@dataclass(slots=True)
class Painting:
    """What a page is painted with, ``order`` counting from its first object.

    ``texts`` are the addresses of text objects with their order and the matrix of the form that they are in;
    ``whole`` is false where there are more objects than are looked at.
    """

    texts: list[tuple[int, int, Matrix]] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    whole: bool = True


def read_drawings(page: Any, frame: Frame, sheet: Sheet) -> Painting:
    """Put a loaded pdfium page's rules, fills and images on the sheet."""
    painting = Painting()
    for order, item, kind, matrix in _drawn(page, painting):
        if not pdfium.bounds_of(item, *_bounds.places):
            continue
        around = _bounds.read()
        rect = frame.rect(*(around if matrix is IDENTITY else mapped(around, matrix)))
        if rect[2] < 0 or rect[3] < 0 or rect[0] > sheet.width or rect[1] > sheet.height:
            continue
        color = None
        if kind == _IMAGE:
            sheet.images.append(rect)
        elif kind == _SHADING:
            sheet.drawings += 1
        else:
            covers, color = _read_path(item, matrix, rect, frame, sheet)
            if not covers:
                continue
        painting.paints.append(Paint(order, rect, item, matrix, color))
    return painting


def _drawn(page: Any, painting: Painting) -> Iterator[tuple[int, Any, int, Matrix]]:
    """The paths, images and shadings of a page and of the forms on it: (order, pointer, kind, matrix of its form).

    The texts among them are put on the ``painting``.
    """
    order = 0

    def inside(
        container: Any, count: Any, get: Any, matrix: Matrix, depth: int
    ) -> Iterator[tuple[int, Any, int, Matrix]]:
        nonlocal order
        there = count(container)
        found = list(map(get, repeat(container), range(min(there, MAX_OBJECTS_PER_PAGE - order))))
        painting.whole = painting.whole and len(found) == there
        items = list(map(pdfium.pointer, found))
        for place, item, kind in zip(found, items, map(pdfium.kind_of, items), strict=True):
            order += 1
            if kind == _TEXT:
                painting.texts.append((place, order, matrix))
            elif kind in (_PATH, _IMAGE, _SHADING):
                yield order, item, kind, matrix
            elif kind == _FORM and depth < MAX_FORM_DEPTH:
                inner = times(matrix_of(item), matrix)
                yield from inside(item, pdfium.count_in_form, pdfium.in_form, inner, depth + 1)
            elif kind == _FORM:
                painting.whole = False

    return inside(pdfium.pointer(pdfium.address(page)), pdfium.count_on_page, pdfium.on_page, IDENTITY, 0)


def matrix_of(item: Any) -> Matrix:
    """An object's own matrix."""
    pdfium.matrix_of(item, _own.places[0])
    return _own.read()


def times(m: Matrix, n: Matrix) -> Matrix:
    """The matrix that applies ``m`` first, then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def mapped(bounds: tuple[float, ...], m: Matrix) -> Rect:
    """The box around ``bounds`` (left, bottom, right, top) after the matrix ``m``."""
    left, bottom, right, top = bounds
    xs = [m[0] * x + m[2] * y + m[4] for x in (left, right) for y in (bottom, top)]
    ys = [m[1] * x + m[3] * y + m[5] for x in (left, right) for y in (bottom, top)]
    return min(xs), min(ys), max(xs), max(ys)


def _read_path(
    path: Any, matrix: Matrix, rect: Rect, frame: Frame, sheet: Sheet
) -> tuple[bool, tuple[int, int, int] | None]:
    """Put a path on the sheet; whether it can lie over or under words, and the colour that it is filled with."""
    pdfium.draw_mode(path, *_paint.places)
    fill, stroke = _paint.read()
    if not fill and not stroke:
        return False, None  # a clipping path
    red = green = blue = alpha = 0
    if fill:
        pdfium.fill_color(path, *_color.places)
        red, green, blue, alpha = _color.read()
        if alpha == 0 and not stroke:
            return False, None
    color = (red, green, blue) if alpha == 255 else None
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    if width <= THIN or height <= THIN:
        sheet.rules.append(rect)  # white ones too: they part the shaded cells of slides
        sheet.drawings += 1
        return False, None
    if fill and not stroke and min(red, green, blue) >= 250:
        return True, color  # white on white paper
    sheet.drawings += 1
    if fill:
        sheet.fills.append(rect)
        if not stroke:
            count = pdfium.count_segments(path)
            if count > 8:
                _read_segments(path, matrix, frame, sheet, count, filled=True)
            return True, color
    _read_segments(path, matrix, frame, sheet, pdfium.count_segments(path), filled=False)
    pdfium.stroke_width(path, *_broad.places)
    return bool(fill) or _broad.read()[0] >= BROAD, color


def _read_segments(path: Any, matrix: Matrix, frame: Frame, sheet: Sheet, count: int, *, filled: bool) -> None:
    """The straight edges of a stroked path; of a filled one, its thin rectangles."""
    m = times(matrix_of(path), matrix)
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
        segment = pdfium.pointer(pdfium.segment_at(path, i))
        kind = pdfium.segment_kind(segment)
        if kind == _BEZIER_TO:
            figure.clear()
            continue
        if kind == _MOVE_TO:
            finish(False)
        pdfium.segment_point(segment, *_point.places)
        x, y = _point.read()
        figure.append((m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]))
        if pdfium.segment_closes(segment):
            finish(True)
    finish(False)
