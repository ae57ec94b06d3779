"""Rows that head a group of a table's rows: "Waste" over "Garden waste" and "Bulky waste"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import Line

LONGEST = 20  # words; more is a note in the table
INDENT = 0.008  # of the page's width: how far rows are set in under what heads them
_CLOSING = re.compile(r"(?:(?:grand|overall) )?totals?|all|overall|sum", re.I)


def group_headings(rows: Sequence[Line], opened: str = "") -> list[str]:
    """For each row of a table the heading of its group, "" without one; a heading row belongs to its own group.

    ``opened`` is the group in which a table that goes on from the page before begins. Of headings directly under one
    another both count ("Place – Waste"). What closes the whole table, its total, stands in no group.
    """
    heads = [_heads(row, rows[place + 1 :]) for place, row in enumerate(rows)]
    found: list[str] = []
    group = opened
    for place, row in enumerate(rows):
        if heads[place]:
            stop = next(k for k in range(place, len(rows)) if not heads[k])
            above = place > 0 and heads[place - 1]
            group = group if above else " – ".join(map(_label, rows[place:stop]))
        elif row.header or (place == len(rows) - 1 and _closes(row, rows)):
            group = ""
        found.append(group)
    return found


def table_heading(rows: Sequence[Line]) -> str:
    """What stands over all columns above a table's header row: "Fees for 2025/26"; "" where nothing does."""
    first = next((place for place, row in enumerate(rows) if row.header), 0)
    above = rows[:first]
    return " – ".join(map(_label, above)) if all(_filled(row) == 1 for row in above) else ""


def _heads(row: Line, below: Sequence[Line]) -> bool:
    filled = [cell for cell in row.cells if cell.text.strip()]
    after = next((other for other in below if _filled(other) > 1), None)
    if len(filled) != 1 or row.header or after is None or after.header:
        return False
    text = filled[0].text.strip()
    if filled[0].column or not 1 <= len(text.split()) <= LONGEST or text.endswith((".", ";", ",")):
        return False
    if not any(c.isalpha() for c in text):
        return False
    over_all = len(row.cells) == 1 and filled[0].span > 1
    bolder = row.bold and not after.bold
    return over_all or bolder or text.endswith(":") or _set_in(row, after)


def _set_in(row: Line, after: Line) -> bool:
    own = min((word.box[0] for word in row.words), default=0.0)
    under = min((word.box[0] for word in after.words), default=0.0)
    return bool(row.words and after.words and after.cells[0].text) and under - own > INDENT


def _closes(row: Line, rows: Sequence[Line]) -> bool:
    """Whether a table's last row sums up all of it: "Grand total", or in bold after plain rows "Deficit"."""
    label = _label(row)
    if any(_label(other) == label for other in rows[:-1]):
        return False
    return bool(_CLOSING.fullmatch(label)) or (row.bold and len(rows) > 1 and not rows[-2].bold)


def _label(row: Line) -> str:
    return " ".join(next((cell.text for cell in row.cells if cell.text.strip()), "").split()).rstrip(":")


def _filled(row: Line) -> int:
    return sum(bool(cell.text.strip()) for cell in row.cells)
