"""The table being read: its title, the names of its columns and the group of its rows, over page ends too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.groups import group_headings, table_heading
from index.model import Line

FIGURE = re.compile(r"[£(]*-?[\d,]+(?:\.\d+)?[%)mk]*")  # "41,400", "(3.2)", "£1.2m"
Extent = tuple[float, float]  # from left to right, in fractions of the page


@dataclass(slots=True)
class OpenTable:
    """What is known of the table that is being read; ``columns`` names those of its rows on this page."""

    columns: tuple[str, ...] = ()
    title: str = ""
    going: bool = False  # a table that opens the next page may go on with this one
    _names: tuple[str, ...] = ()  # as its header has them
    _places: dict[int, Extent] = field(default_factory=dict)  # of the named columns
    _group: str = ""

    def take(self, rows: Sequence[Line], caption: str, heading: str, *, ends_page: bool) -> list[str]:
        """Go on with the next ``rows`` or begin a new table with them; the group in which each of them stands.

        ``caption`` is what stands right above them, ``ends_page`` that nothing stands below. Rows without a header
        that open a page belong to the table that ended the page before, if they are as wide.
        """
        heads = [row for row in rows if row.header and not _names_value(row)] or _unmarked_header(rows)
        width = max(len(row.cells) for row in rows)
        goes_on = not heads and self.going and abs(len(self._names) - width) <= 1
        if goes_on:
            self.columns = self._named(rows, width)
        else:
            if not heads and ends_page and all(_may_name_columns(row) for row in rows):
                heads = list(rows)  # what they head follows on the next page
            self.columns = self._names = header_cells(heads)
            self._places = _extents(rows)
            above = table_heading(rows) if heads else ""
            self.title = f"{caption.rstrip(' :')} – {above}" if caption and above else above or caption or heading
            self._group = ""
        self.going = True
        groups = group_headings(rows, self._group)
        self._group = groups[-1]
        return groups

    def _named(self, rows: Sequence[Line], width: int) -> tuple[str, ...]:
        """The names of the columns that are left where one is empty all down this page, told by their places."""
        if width == len(self._names):
            return self._names
        places = _extents(rows)
        beneath = [_nearest(places[column], self._places) for column in range(width) if column in places]
        if len(beneath) < width or len(set(beneath)) < width or not self._places:
            return self._names
        return tuple(self._names[column] for column in beneath)


def header_cells(heads: Sequence[Line]) -> tuple[str, ...]:
    """One name a column out of one or more header rows; a merged cell names every column it spans."""
    width = max((cell.column + cell.span for line in heads for cell in line.cells), default=0)
    names: list[list[str]] = [[] for _ in range(width)]
    for line in heads:
        for cell in line.cells:
            for column in range(cell.column, cell.column + cell.span):
                if cell.text and cell.text not in names[column]:
                    names[column].append(cell.text)
    return tuple(" ".join(parts) for parts in names)


def _extents(rows: Sequence[Line]) -> dict[int, Extent]:
    """From where to where the words of each column stand; merged cells tell nothing."""
    found: dict[int, Extent] = {}
    for row in rows:
        start = 0
        for cell in row.cells:
            end = start + len(cell.text.split())
            words = row.words[start:end]
            start = end
            if words and cell.span == 1:
                x0, x1 = min(word.box[0] for word in words), max(word.box[2] for word in words)
                known = found.get(cell.column, (x0, x1))
                found[cell.column] = min(x0, known[0]), max(x1, known[1])
    return found


def _nearest(place: Extent, places: dict[int, Extent]) -> int:
    """The column that shares most of its width with ``place``, or else stands nearest to it."""
    return max(places, key=lambda k: min(place[1], places[k][1]) - max(place[0], places[k][0]), default=-1)


def _unmarked_header(rows: Sequence[Line]) -> list[Line]:
    """The first row, where its first cell is empty and the others name columns ("", "2023/24 £", "2024/25 £")."""
    first = rows[0]
    names = [cell.text.strip() for cell in first.cells[1:] if cell.text.strip()]
    beside = not first.cells[0].text.strip() if first.cells else False
    return [first] if beside and len(names) > 1 and not any(FIGURE.fullmatch(name) for name in names) else []


def _may_name_columns(row: Line) -> bool:
    """A bold row of words, as a header is that a page end has parted from its rows."""
    names = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    return row.bold and not _names_value(row) and len(names) > 1 and not any(FIGURE.fullmatch(name) for name in names)


def _names_value(row: Line) -> bool:
    """A row like "DATE: | 22 March 2023": its first cell names the value beside it, not a column."""
    return len(row.cells) == 2 and row.cells[0].text.rstrip().endswith(":")
