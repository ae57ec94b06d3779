"""Ruling lines, shaded areas and images of one PDF page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # the package ships no types

from index.frame import Frame
from index.ink import Rect, Sheet

MAX_OBJECTS_PER_PAGE = 8_000  # drawn objects looked at: maps and charts can have hundreds of thousands
MAX_PATH_SEGMENTS = 400  # of one drawn path; a table drawn as one path has fewer
MAX_FORM_DEPTH = 4  # forms in forms; hostile files nest them in a circle
THIN = 2.6  # points: a filled rectangle thinner than this is a ruling line


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


def read_drawings(page: Any, frame: Frame, sheet: Sheet) -> None:
    """Put a loaded pdfium page's rules, fills and images on the sheet."""
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


def _read_path(path: Any, matrix: tuple[float, ...], rect: Rect, frame: Frame, sheet: Sheet) -> None:
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
    path: Any, matrix: tuple[float, ...], frame: Frame, sheet: Sheet, count: int, *, filled: bool
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
