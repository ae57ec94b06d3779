"""Tables without ruling lines: runs of words that line up in columns over several rows.

What is no table for certain is left to be read as text: a false table does more harm than a missed one.
"""

from __future__ import annotations

import re
from itertools import groupby

from index.ink import Ink
from index.logical_rows import NUMERIC, WRAP_PITCH, logical_rows
from index.runs import Run, reading_text, row_runs
from index.tables import Row, Table

NAME_WORDS = 4.5  # on average: more are the lines of a text
_BULLET = re.compile(r"[•▪◦‣●■➢➤►✓–-]\s")


# the pages of an agenda's items, in a column of their own: "(pp. 1–3)", "Pages 13 - 26", "p 5", "To follow"
_PAGES = re.compile(r"[(\[]?(?:pages?|pp?\.?)\s*\d{1,4}(?:\s*(?:[-–—]|to)\s*\d{1,4})?[)\]]?", re.I)
_NO_PAGES = re.compile(r"[(\[]?(?:verbal|oral|to follow|attached|tabled|presentation|pages?)\b[\w ]{0,20}[)\]]?", re.I)


def page_references(runs: list[Run], columns: list[tuple[float, float]]) -> bool:
    """Whether the rightmost of ``columns`` holds the pages of what stands beside them and nothing else."""
    beside = [run.text for run in runs if _side(run, columns) == len(columns) - 1]
    pages = sum(bool(_PAGES.fullmatch(text)) for text in beside)
    return pages > 0 and all(_PAGES.fullmatch(text) or _NO_PAGES.fullmatch(text) for text in beside)


def aligned_table(runs: list[Run], columns: list[tuple[float, float]]) -> list[Run | Table] | None:
    """Runs standing side by side in ``columns`` → tables with what stands around them, or None for prose."""
    if not runs:
        return None
    runs = sorted(runs, key=lambda run: (run.yc, run.x0))
    if not _looks_tabular(runs, columns):
        return _parted(_listed(runs, columns)) or None
    words: list[list[Ink]] = [[] for _ in columns]
    for run in runs:
        words[_side(run, columns)].extend(run.words)
    rows = [Row([(k, 1, cell) for k, cell in enumerate(row)]) for row in logical_rows(words)]
    if sum(row.filled >= 2 for row in rows) == 1 and len(columns) == 2:
        pair = next(row for row in rows if row.filled >= 2)
        if not reading_text(pair.cells[0][2]).endswith(":"):
            return None
    return _parted(rows)


def _parted(rows: list[Row]) -> list[Run | Table]:
    """Rows as tables, with the lines that stand before, between and after them."""
    out: list[Run | Table] = []
    waiting: list[Row] = []
    for k, row in enumerate(rows):
        if row.filled >= 2 or (waiting and any(other.filled >= 2 for other in rows[k:]) and not _heading(row, rows)):
            waiting.append(row)
        else:
            if waiting:
                out.append(Table(waiting))
                waiting = []
            out.extend(row_runs(row.words))
    if waiting:
        out.append(Table(waiting))
    return out


def _listed(runs: list[Run], columns: list[tuple[float, float]]) -> list[Row]:
    """The rows of a list of names with what is said of some of them, where it shows by its gaps; else empty.

    Beside "Cllr A Day" stands "Chair", beside the next name nothing, and a long office wraps below its name's line.
    In two columns of text no line keeps clear of the other column's.
    """
    if len(columns) != 2:
        return []
    rows: list[Row] = []
    gaps = wraps = 0  # names that stand alone among others, and lines that go on beside white
    bottom = 0.0  # of what is said last
    for _, group in groupby(sorted(runs, key=lambda run: run.row), key=lambda run: run.row):
        sides: list[list[Run]] = [[], []]
        for run in group:
            sides[_side(run, columns)].append(run)
        (names, said), words = sides, [[ink for run in side for ink in run.words] for side in sides]
        if said and not names:
            if not rows or not rows[-1].cells[1][2] or said[0].yc - bottom > WRAP_PITCH * said[0].size:
                return []
            rows[-1].cells[1][2].extend(words[1])
            wraps += 1
        else:
            if said and abs(said[0].y1 - names[0].y1) > 0.25 * names[0].size:
                return []
            rows.append(Row([(0, 1, words[0]), (1, 1, words[1])]))
        if said:
            bottom = said[0].yc
    pairs = [k for k, row in enumerate(rows) if row.filled == 2]
    if len(pairs) < 3:
        return []
    gaps = pairs[-1] - pairs[0] + 1 - len(pairs)
    names = [run for run in runs if _side(run, columns) == 0]
    short = sum(len(run.words) for run in names) <= NAME_WORDS * len(names) and _prose_share(names, columns[0]) < 0.3
    return rows if gaps + wraps >= 2 and short and not any(_BULLET.match(run.text) for run in runs) else []


def _heading(row: Row, rows: list[Row]) -> bool:
    """Whether a row with one cell is a bold heading between tables of plain rows."""
    return all(ink.bold for ink in row.words) and not all(ink.bold for other in rows for ink in other.cells[0][2])


def _looks_tabular(runs: list[Run], columns: list[tuple[float, float]]) -> bool:
    """Whether columns of runs are a table and not columns of text or text boxes."""
    sides: list[list[Run]] = [[] for _ in columns]
    for run in runs:
        sides[_side(run, columns)].append(run)
    if any(not side for side in sides):
        return False
    rows: dict[int, list[Run]] = {}
    for run in runs:
        rows.setdefault(run.row, []).append(run)
    shared = [group for group in rows.values() if len(group) >= 2]
    if not shared:
        return False
    level = sum(max(r.y1 for r in g) - min(r.y1 for r in g) < 0.25 * g[0].size for g in shared) / len(shared)
    figures = [_figure_share(side) for side in sides]
    lengths = [sum(len(run.words) for run in side) / len(side) for side in sides]
    bulleted = [sum(bool(_BULLET.match(run.text)) for run in side) for side in sides]
    if sum(count > 0 for count in bulleted) >= 2 and max(figures) < 0.6:
        return False
    if len(shared) == 1:
        # a key with its value, and no speaker with the first line of a speech
        return len(columns) == 2 and shared[0][0].text.endswith(":") and len(shared[0][1].words) <= 8
    if max(figures[1:]) >= 0.6 and level >= 0.7:
        return True
    if level < 0.8:
        return False
    if len(columns) == 2 and _answers(sides, rows):
        return True
    if len(columns) >= 4:
        # two lines of justified text with wide spaces can line up by chance, three hardly
        return len(shared) >= 3 and max(lengths) <= 6
    grouped = _white_rows(runs)
    two_sided = sum(len({_side(run, columns) for run in group}) >= 2 for group in grouped)
    prose = [_prose_share(side, column) for side, column in zip(sides, columns, strict=True)]
    if len(grouped) >= 3 and two_sided >= 0.7 * len(grouped):
        return True
    if sum(share > 0.5 for share in prose) >= 2:
        return False
    return len(shared) >= 0.6 * len(rows) and min(lengths) <= 3.5 and max(lengths) <= 9


def _answers(sides: list[list[Run]], rows: dict[int, list[Run]]) -> bool:
    """Short answers each level with its question: "Impact on safeguarding children" and, far right, "No"."""
    left, right = sides
    if max(len(run.words) for run in right) > 3 or sum(len(run.words) for run in left) > 6 * len(left):
        return False
    return all(len(rows[run.row]) == 2 for run in right)


def _side(run: Run, columns: list[tuple[float, float]]) -> int:
    """The column that holds most of the run."""
    return max(range(len(columns)), key=lambda k: min(run.x1, columns[k][1]) - max(run.x0, columns[k][0]))


def _figure_share(side: list[Run]) -> float:
    return sum(bool(NUMERIC.fullmatch(run.text)) for run in side) / len(side)


def _prose_share(side: list[Run], column: tuple[float, float]) -> float:
    """The share of lines that fill their column, as running text does."""
    width = column[1] - column[0]
    return sum(len(run.words) >= 4 and run.x1 - run.x0 > 0.75 * width for run in side) / len(side)


def _white_rows(runs: list[Run]) -> list[list[Run]]:
    """Runs grouped where white goes across all columns wider than between the lines of one cell."""
    ordered = sorted(runs, key=lambda run: run.yc)
    groups = [[ordered[0]]]
    centre = ordered[0].yc
    for run in ordered[1:]:
        if run.yc - centre > WRAP_PITCH * run.size:
            groups.append([])
        groups[-1].append(run)
        centre = run.yc
    return groups
