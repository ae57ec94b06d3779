"""Tables: from ruling lines and shaded cells, and from columns that line up without any.

A table comes out as rows of cells; a cell that wraps over several lines is one cell. What is no table for certain is
left to be read as text: a false table does more harm than a missed one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TypeVar

from index.ink import Ink, Rect
from index.logical_rows import NUMERIC, logical_rows
from index.model import Cell, Line
from index.rulings import Grid, bands, grids
from index.runs import Place, Run, extent, placed, reading_text, row_runs, visual_rows

WIDE_COLUMN = 30  # points: an empty column as wide is no mere border
MAX_NAME_WORDS = 12  # of a column
MAX_CELL_WORDS = 250  # more in one cell of a small grid is a page layout, not a table

Cells = list[tuple[int, int, list[Ink]]]  # (column, span, words)
_Piece = TypeVar("_Piece", Ink, Run)


@dataclass(slots=True)
class Row:
    """One table row: the words of each cell, by (column, span)."""

    cells: Cells
    header: bool = False

    @property
    def words(self) -> list[Ink]:
        return [ink for _, _, words in self.cells for ink in words]

    @property
    def filled(self) -> int:
        return sum(bool(words) for _, _, words in self.cells)

    def line(self, block: int, place: Place) -> Line:
        """The row as one line of ``block``, its boxes put onto the page by ``place``."""
        read = [[ink for row in visual_rows(words) for ink in row] for _, _, words in self.cells]
        texts = [" ".join([ink.text for ink in inks]) for inks in read]
        cells = tuple([Cell(text, column, span) for text, (column, span, _) in zip(texts, self.cells, strict=True)])
        ordered = [ink for inks in read for ink in inks]
        box, words = placed(ordered, extent(ordered), place)
        return Line(
            "\t".join(texts),
            box,
            words,
            round(median(ink.size for ink in ordered), 1),
            all(ink.bold for ink in ordered),
            block,
            cells,
            self.header,
        )


@dataclass(slots=True)
class Table:
    """Rows from top to bottom with the extent of their ink."""

    rows: list[Row]
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    row: int = field(default=-1)

    def __post_init__(self) -> None:
        self.x0, self.y0, self.x1, self.y1 = extent([ink for row in self.rows for ink in row.words])
        mark_headers(self.rows)


def ruled_tables(
    words: list[Ink], rules: Sequence[Rect], fills: Sequence[Rect], width: float, height: float
) -> tuple[list[Table], list[Ink]]:
    """Tables drawn with lines or shaded cells, and the words that stand in none of them."""
    tables: list[Table] = []
    rest = words
    for grid in grids(rules, fills, width, height):
        left, top, right, bottom = grid.around
        inside = [
            ink for ink in rest if left <= (ink.x0 + ink.x1) / 2 <= right and top <= (ink.y0 + ink.y1) / 2 <= bottom
        ]
        table = _grid_table(grid, inside)
        if table is not None:
            taken = {id(ink) for row in table.rows for ink in row.words}
            tables.append(table)
            rest = [ink for ink in rest if id(ink) not in taken]
    for x0, x1, ys in bands(rules):
        around = [ink for ink in rest if x0 - 4 <= (ink.x0 + ink.x1) / 2 <= x1 + 4]
        inside = [ink for ink in around if ys[0] < (ink.y0 + ink.y1) / 2 < ys[-1]]
        table = _band_table(ys, inside, around)
        if table is not None:
            taken = {id(ink) for row in table.rows for ink in row.words}
            tables.append(table)
            rest = [ink for ink in rest if id(ink) not in taken]
    return tables, rest


def _grid_table(grid: Grid, words: list[Ink]) -> Table | None:
    if not words:
        return None
    contents: dict[tuple[int, int], list[Ink]] = {}
    for ink in words:
        cell = grid.cell((ink.x0 + ink.x1) / 2, (ink.y0 + ink.y1) / 2)
        contents.setdefault(cell, []).append(ink)
    for cell, inks in list(contents.items()):
        if grid.depth(*cell) > 1 and _scattered(inks):
            grid.cut(*cell)  # no merged cell, only a column without lines
            del contents[cell]
            for ink in inks:
                cell = grid.cell((ink.x0 + ink.x1) / 2, (ink.y0 + ink.y1) / 2)
                contents.setdefault(cell, []).append(ink)
    used = sorted({c for _, c in grid.anchors()})
    if len({c for _, c in contents}) < 2:
        return None
    bands_of_cells: list[Cells] = []
    for r in range(len(grid.ys) - 1):
        cells = [(c, grid.span(r, c), contents.get((r, c), [])) for c in used if grid.anchor(r, c) == (r, c)]
        if not any(ink for _, _, ink in cells):
            continue
        covered = {c + k for c, span, _ in cells for k in range(span)}
        # a cell merged with the one above keeps an empty place in this row
        cells += [(c, 1, []) for c in used if c not in covered]
        bands_of_cells.append(sorted(cells, key=lambda cell: cell[0]))
    rows = [row for band in _with_inner_columns(bands_of_cells) for row in _split_band(band)]
    two_sided = sum(row.filled >= 2 for row in rows)
    if two_sided < 1 or two_sided * 4 < len(rows):
        return None
    if len(rows) <= 2 and max(len(ws) for row in rows for _, _, ws in row.cells) > MAX_CELL_WORDS:
        return None
    if len(rows) == 1 and _names_for_overleaf(rows[0]) and grid.xs[1] - grid.xs[0] > WIDE_COLUMN:
        return Table(rows)
    return Table(_without_empty_columns(rows))


def _names_for_overleaf(row: Row) -> bool:
    """Whether nothing but the place over the rows' labels is empty: a header that a page end has parted from them."""
    (_, _, first), *others = row.cells
    return not first and len(others) > 1 and all(0 < len(words) <= MAX_NAME_WORDS for _, _, words in others)


def _scattered(words: list[Ink]) -> bool:
    """Whether a cell's lines do not follow each other as the lines of one text do."""
    centres = [sum(ink.y0 + ink.y1 for ink in line) / len(line) / 2 for line in visual_rows(words)]
    return any(b - a > 1.9 * words[0].size for a, b in pairwise(centres))


def _with_inner_columns(bands_of_cells: list[Cells]) -> list[Cells]:
    """Cut drawn columns that hold several columns of figures with no line between them."""
    inner: dict[int, list[float]] = {}
    for column in {c for band in bands_of_cells for c, _, _ in band}:
        words = [ink for band in bands_of_cells for c, span, inks in band if c == column and span == 1 for ink in inks]
        edges = _figure_edges(words)
        if len(edges) >= 2:
            inner[column] = edges
    if not inner:
        return bands_of_cells
    out: list[Cells] = []
    for band in bands_of_cells:
        shift = 0
        cells: Cells = []
        for column, span, words in band:
            extra = sum(len(inner[c]) - 1 for c in range(column, column + span) if c in inner)
            if span == 1 and column in inner:
                edges = inner[column]
                parts: list[list[Ink]] = [[] for _ in edges]
                for ink in words:
                    centre = (ink.x0 + ink.x1) / 2
                    parts[next((k for k, edge in enumerate(edges[:-1]) if centre <= edge), len(edges) - 1)].append(ink)
                cells += [(column + shift + k, 1, part) for k, part in enumerate(parts)]
            else:
                cells.append((column + shift, span + extra, words))
            shift += extra
        out.append(cells)
    return out


def _figure_edges(words: list[Ink]) -> list[float]:
    """The right edges on which at least three figures end, where nearly all figures end on such an edge.

    Figures are apart by more than a space and stand beside each other: "30 May 2024" is one text in one cell.
    """
    ends = [ink for ink in words if len(ink.text) > 1 and NUMERIC.fullmatch(ink.text)]
    if len(ends) < 0.5 * len(words) or len(_aligned(ends)) < 2:
        return []
    runs = row_runs(words)
    figures = [run for run in runs if len(run.text) > 1 and NUMERIC.fullmatch(run.text)]
    aligned = _aligned(figures)
    beside = Counter(run.row for group in aligned for run in group)
    if sum(count >= 2 for count in beside.values()) < 3 or beside.total() < 0.85 * max(len(figures), len(runs) / 2):
        return []
    return [group[-1].x1 for group in aligned]


def _aligned(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Three and more pieces that end on one right edge, from left to right."""
    groups: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.x1):
        if groups and piece.x1 - groups[-1][-1].x1 < 0.4 * piece.size:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [group for group in groups if len(group) >= 3]


def _without_empty_columns(rows: list[Row]) -> list[Row]:
    """Renumber columns so that those with no text in any row fall away."""
    used = sorted({column for row in rows for column, _, words in row.cells if words})
    place = {column: i for i, column in enumerate(used)}
    for row in rows:
        cells: Cells = []
        for column, span, words in row.cells:
            covered = [c for c in used if column <= c < column + span]
            if covered:
                cells.append((place[covered[0]], len(covered), words))
            elif words:
                cells.append((0, 1, words))
        row.cells = cells
    return rows


def _split_band(cells: Cells) -> list[Row]:
    """One ruled band → its rows: several where a column of figures shows that only the lines between are missing."""
    stacks = []  # of each column with text: how many lines are figures, and how many lines there are
    for _, _, words in cells:
        lines = visual_rows(words)
        if lines:
            stacks.append((sum(bool(NUMERIC.fullmatch(" ".join(i.text for i in line))) for line in lines), len(lines)))
    tall = any(figures >= 3 and figures >= 0.7 * count for figures, count in stacks)
    pairs = sum(figures == count >= 2 for figures, count in stacks) >= 2
    if not (tall or pairs) or len(stacks) < 2:
        return [Row(cells)]
    groups = logical_rows([words for _, _, words in cells])
    return [Row([(c, s, group[k]) for k, (c, s, _) in enumerate(cells)]) for group in groups]


def _band_table(ys: list[float], words: list[Ink], around: list[Ink]) -> Table | None:
    """A table whose rows are parted by lines across, its columns only by white."""
    if len(words) < 4:
        return None
    runs = row_runs(words)
    least = median(ink.size for ink in words) * 0.7
    columns = _extents([(run.x0, run.x1) for run in runs], least)
    if len(columns) < 2:
        # a heading over several columns hides the white between them
        body = [run for run in runs if run.yc > ys[1]]
        columns = _extents([(run.x0, run.x1) for run in body], least)
        if len(columns) < 2:
            return None
    rows: list[Row] = []
    for top, bottom in pairwise(ys):
        band = [ink for ink in words if top < (ink.y0 + ink.y1) / 2 <= bottom]
        if band:
            rows.extend(_split_band(_placed(row_runs(band), columns)))
    while rows and rows[0].filled < 2:
        rows.pop(0)
    while rows and rows[-1].filled < 2:
        rows.pop()
    two_sided = sum(row.filled >= 2 for row in rows)
    if two_sided < 2 or two_sided * 2 < len(rows) or _all_prose(rows):
        return None
    last = _row_below(columns, ys[-1], around)
    return Table(_without_empty_columns([*rows, *last]))


def _row_below(columns: list[tuple[float, float]], line: float, around: list[Ink]) -> list[Row]:
    """The row under the last line of a table whose lines stand only between its rows."""
    below = row_runs([ink for ink in around if (ink.y0 + ink.y1) / 2 > line])
    taken: list[Run] = []
    bottom = line
    for run in below:
        inside = any(x0 - 2 <= run.x0 and run.x1 <= x1 + 2 for x0, x1 in columns)
        if run.y0 - bottom > 0.9 * run.size or not inside:
            break
        taken.append(run)
        bottom = max(bottom, run.y1)
    if len({next(k for k, c in enumerate(columns) if c[0] - 2 <= r.x0 and r.x1 <= c[1] + 2) for r in taken}) < 2:
        return []
    return [Row(_placed(taken, columns))]


def _all_prose(rows: list[Row]) -> bool:
    """Whether the rows are really columns of text between two lines: few rows, every cell long."""
    sizes = [len(words) for row in rows for _, _, words in row.cells if words]
    return len(rows) <= 3 and bool(sizes) and min(sizes) > 25


def _extents(spans: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for x0, x1 in sorted(spans):
        if out and x0 - out[-1][1] < least:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return out


def _placed(runs: list[Run], columns: list[tuple[float, float]]) -> Cells:
    """Cells of one row: each run goes to the columns that it covers."""
    cells: Cells = [(k, 1, []) for k in range(len(columns))]
    for run in runs:
        over = [k for k, (x0, x1) in enumerate(columns) if run.x0 < x1 and run.x1 > x0]
        if not over:
            over = [min(range(len(columns)), key=lambda k: abs(columns[k][0] + columns[k][1] - run.x0 - run.x1))]
        cells[over[0]][2].extend(run.words)
        if len(over) > 1:
            cells[over[0]] = (over[0], max(cells[over[0]][1], len(over)), cells[over[0]][2])
    out: Cells = []
    until = 0
    for column, span, words in cells:
        if column < until and not words:
            continue
        out.append((column, span if all(not cells[c][2] for c in range(column + 1, column + span)) else 1, words))
        until = column + out[-1][1]
    return out


def mark_headers(rows: list[Row]) -> None:
    """Mark the first rows of a table that name its columns; a title over all columns may stand above them."""
    for count, row in enumerate(rows[:3]):
        body = rows[count + 1 :]
        if row.filled == 1 and not any(above.header for above in rows[:count]):
            continue
        if not body or not _names_columns(row, body):
            break
        row.header = True


def _names_columns(row: Row, body: list[Row]) -> bool:
    words = row.words
    if row.filled < 2:
        return False
    bold = all(ink.bold for ink in words)
    bold_below = sum(all(ink.bold for ink in other.words) for other in body) / len(body)
    if bold and bold_below < 0.5:
        return True
    texts = {column: reading_text(cell) for column, _, cell in row.cells}
    for column, text in texts.items():
        below = [reading_text(cell) for other in body for c, _, cell in other.cells if c == column and cell]
        figures = sum(bool(NUMERIC.fullmatch(t)) for t in below)
        if column > 0 and figures >= 2 and figures >= 0.7 * len(below) and text and not NUMERIC.fullmatch(text):
            return True
    return False
