"""Runs: words that stand together on one visual row of a page, without a wide gap between them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from index.ink import Ink, Rect
from index.model import Box, Line, Word

Place = Callable[[float, float, float, float], Box]  # from points as laid out to fractions of the page

RUN_GAP = 0.9  # of the font size: a wider gap ends a run
# what opens a list item or numbered paragraph, standing alone before its text
MARKER = re.compile(
    r"(?:[•▪◦‣·○●■□➢➤►✓\-–—*o§]"  # "• Update the register"
    r"|\(?\d{1,3}(?:\.\d{1,3}){0,4}[.):]?"  # "1.1", "3.", "(2)", "12)"
    r"|\(?[a-zA-Z][.)]"  # "(a)", "b."
    r"|\(?[ivxIVX]{1,5}[.)])"  # "(iv)", "II."
)
GUTTER = 0.75  # of the font size: the narrowest white between two justified columns
RIVER_ROWS = 6  # rows through which white at one place is no accident of justified spaces
JUSTIFIED_GAP = 2.2  # of the row's usual gap: justified lines have wide spaces everywhere

_left = attrgetter("x0")


@dataclass(slots=True)
class Run:
    """Words of one visual row from left to right; ``row`` numbers the visual row.

    ``marker`` is the bullet or paragraph number that opens the run, ``text_x0`` where the text after it starts.
    """

    words: list[Ink]
    row: int
    marker: str = ""
    text_x0: float = 0.0
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    size: float = 0.0
    text: str = ""
    bold: bool = False

    def __post_init__(self) -> None:
        words = self.words
        self.x0, self.y0, self.x1, self.y1 = extent(words)
        self.size = max([ink.size for ink in words])
        self.text = " ".join([ink.text for ink in words])
        bold = [len(ink.text) for ink in words if ink.bold]
        self.bold = bool(bold) and sum(bold) * 2 > len(self.text) - len(words) + 1
        if not self.marker and len(self.words) > 1 and MARKER.fullmatch(self.words[0].text):
            self.marker, self.text_x0 = self.words[0].text, self.words[1].x0
        self.text_x0 = self.text_x0 or self.x0

    @property
    def yc(self) -> float:
        return (self.y0 + self.y1) / 2

    def line(self, block: int, place: Place) -> Line:
        """The run as a line of ``block``, its boxes put onto the page by ``place``."""
        box, words = placed(self.words, (self.x0, self.y0, self.x1, self.y1), place)
        return Line(self.text, box, words, round(self.size, 1), self.bold, block)


def placed(words: Sequence[Ink], around: Rect, place: Place) -> tuple[Box, tuple[Word, ...]]:
    """The box ``around`` words and the words themselves, put onto the page by ``place``."""
    return place(*around), tuple([Word(ink.text, place(ink.x0, ink.y0, ink.x1, ink.y1)) for ink in words])


def extent(words: Sequence[Ink]) -> Rect:
    """The box around ``words``."""
    return (
        min([ink.x0 for ink in words]),
        min([ink.y0 for ink in words]),
        max([ink.x1 for ink in words]),
        max([ink.y1 for ink in words]),
    )


def visual_rows(words: Sequence[Ink]) -> list[list[Ink]]:
    """Words grouped by the height at which they stand, top to bottom, each row from left to right."""
    if len(words) < 2:
        return [list(words)] if words else []
    level: dict[tuple[float, float], list[Ink]] = {}  # most words of a line stand at exactly the same height
    y0 = y1 = math.nan
    same: list[Ink] = []
    for ink in words:
        if ink.y0 != y0 or ink.y1 != y1:  # seldom, from one word to the next
            y0, y1 = ink.y0, ink.y1
            same = level.setdefault((y0, y1), [])
        same.append(ink)
    if len(level) == 1:
        return [sorted(words, key=_left)]
    rows: list[list[Ink]] = []
    spans: list[tuple[float, float]] = []  # of each row's tallest word
    for (y0, y1), inks in sorted(level.items(), key=lambda item: item[0][0] + item[0][1]):
        for k in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            top, bottom = spans[k]
            overlap = min(bottom, y1) - max(top, y0)
            if overlap > 0.55 * min(bottom - top, y1 - y0):
                rows[k] += inks
                if y1 - y0 > bottom - top:
                    spans[k] = (y0, y1)
                break
        else:
            rows.append(inks)
            spans.append((y0, y1))
    for row in rows:
        row.sort(key=_left)
    return rows


def row_runs(words: Sequence[Ink]) -> list[Run]:
    """The runs of ``words``, row by row, each row from left to right."""
    runs: list[Run] = []
    rows = visual_rows(words)
    for number, row in enumerate(rows):
        for a, b in pairwise(row):
            if b.x0 - a.x1 > GUTTER * b.size:
                break
        else:
            runs.append(Run(row, number))  # no gap that the rest would have to judge
            continue
        limit = _gap_limit(row)
        start = 0
        reach = row[0].x1
        for k, ink in enumerate(row):
            gap = ink.x0 - reach
            if gap > GUTTER * ink.size:
                size = max(ink.size, row[k - 1].size)
                if gap > limit * size or (
                    limit > RUN_GAP and gap > GUTTER * size and _in_river(rows, number, reach + gap / 2)
                ):
                    runs.append(Run(row[start:k], number))
                    start = k
            if ink.x1 > reach:
                reach = ink.x1
        runs.append(Run(row[start:], number))
    return runs


def _in_river(rows: list[list[Ink]], number: int, x: float) -> bool:
    """Whether the white at ``x`` goes on through the rows above and below, as between two justified columns."""
    length = 1
    for step in (-1, 1):
        k = number + step
        while 0 <= k < len(rows) and length < RIVER_ROWS:
            row = rows[k]
            if row[0].x1 < x < row[-1].x0:
                right = next(i for i, ink in enumerate(row) if ink.x1 > x)
                if row[right].x0 <= x or row[right].x0 - row[right - 1].x1 < 0.5 * row[right].size:
                    break
                length += 1
            elif row[0].x0 <= x <= row[-1].x1:
                break
            k += step
    return length >= RIVER_ROWS


def _gap_limit(row: list[Ink]) -> float:
    """The gap that ends a run in this row, as a multiple of the font size."""
    if len(row) < 6:
        return RUN_GAP
    gaps = sorted([(b.x0 - a.x1) / max(a.size, 1.0) for a, b in pairwise(row)])
    usual = gaps[len(gaps) // 2]
    if usual >= 0.8 or usual * JUSTIFIED_GAP <= RUN_GAP:
        return RUN_GAP
    figures = sum(not ink.text.isalpha() and any(c.isdigit() for c in ink.text) for ink in row)
    return RUN_GAP if figures * 2 > len(row) else JUSTIFIED_GAP * usual


def reading_text(words: Sequence[Ink]) -> str:
    """The words' text read row by row, joined by single spaces."""
    return " ".join(ink.text for row in visual_rows(words) for ink in row)
