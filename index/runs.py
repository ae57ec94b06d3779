"""Runs: words that stand together on one visual row of a page, without a wide gap between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.ink import Ink, Rect
from index.model import Line, Word

RUN_GAP = 0.9  # of the font size: a wider gap ends a run
# what opens a list item or numbered paragraph, standing alone before its text
MARKER = re.compile(
    r"(?:[•▪◦‣·○●■□➢➤►✓\-–—*o§]"  # "• Update the register"
    r"|\(?\d{1,3}(?:\.\d{1,3}){0,4}[.):]?"  # "1.1", "3.", "(2)", "12)"
    r"|\(?[a-zA-Z][.)]"  # "(a)", "b."
    r"|\(?[ivxIVX]{1,5}[.)])"  # "(iv)", "II."
)
JUSTIFIED_GAP = 2.2  # of the row's usual gap: justified lines have wide spaces everywhere


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
        self.x0, self.y0, self.x1, self.y1 = extent(self.words)
        self.size = max(ink.size for ink in self.words)
        self.text = " ".join(ink.text for ink in self.words)
        letters = sum(len(ink.text) for ink in self.words)
        self.bold = sum(len(ink.text) for ink in self.words if ink.bold) * 2 > letters
        if not self.marker and len(self.words) > 1 and MARKER.fullmatch(self.words[0].text):
            self.marker, self.text_x0 = self.words[0].text, self.words[1].x0
        self.text_x0 = self.text_x0 or self.x0

    @property
    def yc(self) -> float:
        return (self.y0 + self.y1) / 2

    def line(self, block: int) -> Line:
        """The run as a line of ``block``; boxes still in points."""
        words = tuple(Word(ink.text, (ink.x0, ink.y0, ink.x1, ink.y1)) for ink in self.words)
        return Line(self.text, (self.x0, self.y0, self.x1, self.y1), words, round(self.size, 1), self.bold, block)


def extent(words: Sequence[Ink]) -> Rect:
    """The box around ``words``."""
    return (
        min(ink.x0 for ink in words),
        min(ink.y0 for ink in words),
        max(ink.x1 for ink in words),
        max(ink.y1 for ink in words),
    )


def visual_rows(words: Sequence[Ink]) -> list[list[Ink]]:
    """Words grouped by the height at which they stand, top to bottom, each row from left to right."""
    rows: list[list[Ink]] = []
    spans: list[tuple[float, float]] = []  # of each row's tallest word
    for ink in sorted(words, key=lambda w: w.y0 + w.y1):
        for k in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            top, bottom = spans[k]
            overlap = min(bottom, ink.y1) - max(top, ink.y0)
            if overlap > 0.55 * min(bottom - top, ink.y1 - ink.y0):
                rows[k].append(ink)
                if ink.y1 - ink.y0 > bottom - top:
                    spans[k] = (ink.y0, ink.y1)
                break
        else:
            rows.append([ink])
            spans.append((ink.y0, ink.y1))
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def row_runs(words: Sequence[Ink]) -> list[Run]:
    """The runs of ``words``, row by row, each row from left to right."""
    runs: list[Run] = []
    for number, row in enumerate(visual_rows(words)):
        limit = _gap_limit(row)
        current = [row[0]]
        reach = row[0].x1
        for ink in row[1:]:
            if ink.x0 - reach > limit * max(ink.size, current[-1].size):
                runs.append(Run(current, number))
                current = []
            current.append(ink)
            reach = max(reach, ink.x1)
        runs.append(Run(current, number))
    return runs


def _gap_limit(row: list[Ink]) -> float:
    """The gap that ends a run in this row, as a multiple of the font size."""
    if len(row) < 6:
        return RUN_GAP
    digits = sum(any(c.isdigit() for c in ink.text) for ink in row)
    if digits * 2 > len(row):
        return RUN_GAP
    usual = median((b.x0 - a.x1) / max(a.size, 1.0) for a, b in pairwise(row))
    return max(RUN_GAP, JUSTIFIED_GAP * usual) if usual < 0.8 else RUN_GAP


def reading_text(words: Sequence[Ink]) -> str:
    """The words' text read row by row, joined by single spaces."""
    return " ".join(ink.text for row in visual_rows(words) for ink in row)
