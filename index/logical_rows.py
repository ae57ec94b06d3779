"""Words of a table's columns → its rows, where no line is drawn between them."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

from index.ink import Ink
from index.runs import visual_rows

# a cell that holds a figure
NUMERIC = re.compile(
    r"[~<>£$€(+\-–−]*\s?\d[\d,.\s]*(?:%|[kmb]n?|pp|p)?\)?\*?"  # "£1,250.5k", "(12.3)", "+8%"
    r"|[-–—]|n/?a|nil|tbc"  # "–", "n/a"
    r"|\d+\s?[-–]\s?\d+",  # "41 - 58"
    re.I,
)
WRAP_PITCH = 1.5  # of the font size: lines of one cell follow each other no farther than this


def logical_rows(columns: list[list[Ink]]) -> list[list[list[Ink]]]:
    """Cut the words of a table's columns into its rows: a list of rows, each with the words of every column.

    Rows are told by figures (each figure has its own row), else by wider white between rows, else by the lines on
    which the first column and another both have text.
    """
    tagged = [(ink, k) for k, words in enumerate(columns) for ink in words]
    owner = {id(ink): k for ink, k in tagged}
    lines = visual_rows([ink for ink, _ in tagged])
    size = median(ink.size for ink, _ in tagged)
    filled = [{owner[id(ink)] for ink in line} for line in lines]
    centre = [sum(ink.y0 + ink.y1 for ink in line) / len(line) / 2 for line in lines]
    steps = [b - a for a, b in pairwise(centre)]
    figure = _figure_columns(columns)
    least = min(steps, default=0.0)
    wide = [step > max(1.25 * least, least + 0.15 * size) for step in steps]
    by_white = sum(wide) >= 2 or (sum(wide) == 1 and len(steps) <= 3)
    starts = [0]
    for i in range(1, len(lines)):
        step = steps[i - 1]
        before, here = filled[i - 1], filled[i]
        if step > WRAP_PITCH * size * 1.1:
            new = True
        elif figure & here:
            new = bool(figure & set().union(*filled[starts[-1] : i])) or (by_white and wide[i - 1])
        elif by_white:
            new = wide[i - 1]
        elif figure:
            new = 0 in here and _own_label(lines[i], lines[i - 1], owner)
        else:
            new = 0 in here and len(here) >= 2 and len(before) >= 1
        if new:
            starts.append(i)
    rows = []
    for a, b in pairwise([*starts, len(lines)]):
        cells: list[list[Ink]] = [[] for _ in columns]
        for line in lines[a:b]:
            for ink in line:
                cells[owner[id(ink)]].append(ink)
        rows.append(cells)
    return rows


def _own_label(line: list[Ink], before: list[Ink], owner: dict[int, int]) -> bool:
    """Whether a line without figures is a row of its own (a heading in the table) and no wrapped label."""
    first = next((ink for ink in line if owner[id(ink)] == 0), line[0])
    return first.bold != before[0].bold or (first.text[:1].isupper() and len({owner[id(i)] for i in before}) > 1)


def _figure_columns(columns: list[list[Ink]]) -> set[int]:
    out = set()
    for k, words in enumerate(columns[1:], 1):
        lines = [" ".join(ink.text for ink in line) for line in visual_rows(words)]
        if lines and sum(bool(NUMERIC.fullmatch(text)) for text in lines) >= 0.6 * len(lines):
            out.add(k)
    return out
