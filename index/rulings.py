"""Ruling lines and shaded cells → grids: where a page's drawn tables have their rows and columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.ink import Rect

TOUCH = 3.0  # points: lines nearer than this meet
SHORTEST = 5.0  # points: shorter strokes are ticks and dots
NARROWEST, LOWEST = 8.0, 4.0  # points: no column or row with text in it is smaller
MAX_LINES = 700  # in one direction; more is a chart or a map
Segment = tuple[float, float, float]  # position, start, end


@dataclass(slots=True)
class Grid:
    """Column borders ``xs`` and row borders ``ys``; cells not parted by a drawn line are one cell."""

    xs: list[float]
    ys: list[float]
    owner: dict[tuple[int, int], tuple[int, int]]  # (row, column) → the top left place of its cell

    @property
    def around(self) -> Rect:
        """The box in which the middle of a word in the grid lies."""
        return self.xs[0] - 1, self.ys[0] - 1, self.xs[-1] + 1, self.ys[-1] + 1

    def cell(self, x: float, y: float) -> tuple[int, int]:
        return self.owner[_place(self.ys, y), _place(self.xs, x)]

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        return self.owner[row, column]

    def anchors(self) -> set[tuple[int, int]]:
        return set(self.owner.values())

    def depth(self, row: int, column: int) -> int:
        """Over how many row bands the cell that starts here reaches."""
        return sum([self.owner[r, column] == (row, column) for r in range(row, len(self.ys) - 1)])

    def cut(self, row: int, column: int) -> None:
        """Part the cell that starts here into one cell a row band."""
        for (r, c), top in list(self.owner.items()):
            if top == (row, column):
                self.owner[r, c] = (r, column)

    def span(self, row: int, column: int) -> int:
        return max([c for c in range(column, len(self.xs) - 1) if self.owner[row, c] == (row, column)]) - column + 1


def _place(borders: list[float], value: float) -> int:
    return bisect_right(borders, value, 1, len(borders) - 1) - 1


def grids(rules: Sequence[Rect], fills: Sequence[Rect], width: float, height: float) -> list[Grid]:
    """The drawn grids of a page with at least two columns, from top to bottom."""
    across, down = _segments(rules, fills, width, height)
    if len(across) > MAX_LINES or len(down) > MAX_LINES:
        return []
    out = []
    for hs, vs in _meeting(across, down):
        xs = _positions((v[0] for v in vs), NARROWEST)
        ys = _positions((h[0] for h in hs), LOWEST)
        if len(xs) >= 3 and len(ys) >= 2:
            out.append(_grid(xs, ys, hs, vs))
    return sorted(out, key=lambda grid: grid.ys[0])


def bands(rules: Sequence[Rect]) -> list[tuple[float, float, list[float]]]:
    """Lines across of the same extent, one under the other, at least three: (x0, x1, heights)."""
    across, _ = _segments(rules, (), 0, 0)
    groups: list[list[Segment]] = []
    for line in sorted(across):
        for group in groups:
            if abs(group[0][1] - line[1]) < 8 and abs(group[0][2] - line[2]) < 8:
                group.append(line)
                break
        else:
            groups.append([line])
    return [(g[0][1], g[0][2], [line[0] for line in g]) for g in groups if len(g) >= 3 and g[0][2] - g[0][1] > 100]


def _segments(
    rules: Sequence[Rect], fills: Sequence[Rect], width: float, height: float
) -> tuple[list[Segment], list[Segment]]:
    across: list[Segment] = []
    down: list[Segment] = []
    for x0, y0, x1, y1 in rules:
        if x1 - x0 >= y1 - y0:
            if x1 - x0 >= SHORTEST:
                across.append(((y0 + y1) / 2, x0, x1))
        elif y1 - y0 >= SHORTEST:
            down.append(((x0 + x1) / 2, y0, y1))
    for x0, y0, x1, y1 in fills:
        if min(x1 - x0, y1 - y0) < 6 or (x1 - x0 > 0.9 * width and y1 - y0 > 0.5 * height):
            continue
        across += [(y0, x0, x1), (y1, x0, x1)]
        down += [(x0, y0, y1), (x1, y0, y1)]
    return _joined(across), _joined(down)


def _joined(segments: list[Segment]) -> list[Segment]:
    """Pieces of one straight line joined; positions within 2 points count as one."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments):
        if lines and segment[0] - lines[-1][0][0] <= 2.0:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    out: list[Segment] = []
    for line in lines:
        position = sum(s[0] for s in line) / len(line)
        start, end = None, 0.0
        for _, a, b in sorted(line, key=lambda s: s[1]):
            if start is not None and a <= end + TOUCH:
                end = max(end, b)
                continue
            if start is not None:
                out.append((position, start, end))
            start, end = a, b
        if start is not None:
            out.append((position, start, end))
    return out


def _meeting(across: list[Segment], down: list[Segment]) -> list[tuple[list[Segment], list[Segment]]]:
    """Groups of lines that touch one another."""
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (y, x0, x1) in enumerate(across):
        for j, (x, y0, y1) in enumerate(down, len(across)):
            if x0 - TOUCH <= x <= x1 + TOUCH and y0 - TOUCH <= y <= y1 + TOUCH:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, line in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(line)
    for j, line in enumerate(down, len(across)):
        groups.setdefault(root(j), ([], []))[1].append(line)
    return list(groups.values())


def _positions(values: Iterable[float], least: float) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > least:
            out.append(value)
    return out


def _grid(xs: list[float], ys: list[float], hs: list[Segment], vs: list[Segment]) -> Grid:
    rows, columns = len(ys) - 1, len(xs) - 1
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r in range(rows):
        middle = (ys[r] + ys[r + 1]) / 2
        for c in range(columns):
            left = (r, c)
            if c and not any(abs(x - xs[c]) <= NARROWEST and y0 <= middle <= y1 for x, y0, y1 in vs):
                left = owner[r, c - 1]
            owner[r, c] = left
    for r in range(1, rows):
        for c in range(columns):
            if owner[r, c] != (r, c):
                continue
            last = max(k for k in range(c, columns) if owner[r, k] == (r, c))
            x0, x1 = xs[c], xs[last + 1]
            drawn = sum(max(0.0, min(b, x1) - max(a, x0)) for y, a, b in hs if abs(y - ys[r]) <= LOWEST)
            above = owner[r - 1, c]
            last_above = max(k for k in range(columns) if owner[r - 1, k] == above)
            if drawn < 0.5 * (x1 - x0) and above[1] == c and last_above == last:
                for k in range(c, last + 1):
                    owner[r, k] = above
    return Grid(xs, ys, owner)
