"""The two figures that a comparison or a difference is about: of two columns, two rows, or two periods of one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.grid import (
    BESIDE,
    TOGETHER,
    WELL_NAMED,
    Amount,
    Row,
    column_asked,
    finest,
    flat,
    in_period,
    label_share,
    named,
    row_asked,
    words,
)
from qa.periods import periods
from qa.question import Analysis
from qa.units import Evidence


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the figures compared, with what it is the figure of."""

    name: str
    amount: Amount
    evidence: Evidence


def two_periods(question: Analysis, near: Row, table: Sequence[Row]) -> tuple[str, Compared, Compared] | None:
    """The name and the earlier and later figure of the row that the question names; None where it has more of them."""
    row = row_asked(question, near, table)
    if row is None or (share := label_share(question, row.label)) < WELL_NAMED:
        return None
    if any(r.label != row.label and label_share(question, r.label) >= share for r in table):
        return None
    columns = row.evidence.passage.columns
    when = [i for i, c in enumerate(columns) if finest(periods(c)) and row.amount(i) and not BESIDE.search(c)]
    chosen = [i for i in when if in_period(question, columns[i])]
    when = chosen if len(chosen) == 2 else when
    found = [of_column(row, i) for i in sorted(when, key=lambda i: sorted(finest(periods(columns[i]))))]
    return _alike(row.label, [c for c in found if c])


def _alike(measure: str, found: Sequence[Compared]) -> tuple[str, Compared, Compared] | None:
    if len(found) != 2 or found[0].amount.unit != found[1].amount.unit:
        return None
    return measure, found[0], found[1]


def pair(question: Analysis, near: Row, table: Sequence[Row]) -> tuple[str, Compared, Compared] | None:
    """What is measured and the two figures that the question names: two columns of a row, or two rows in a column."""
    columns = near.evidence.passage.columns
    row = row_asked(question, near, table)
    if row is not None:
        able = [i for i in range(len(columns)) if i != row.label_at and row.amount(i) and not BESIDE.search(columns[i])]
        chosen = [able[i] for i in named(question, [columns[i] for i in able])]
        if found := _alike(row.label, [c for c in (of_column(row, i) for i in chosen) if c]):
            return found
    measure, both = rows_named(question, near, table)
    return _alike(measure, both)


def rows_named(question: Analysis, near: Row, table: Sequence[Row]) -> tuple[str, list[Compared]]:
    """The rows of a table that the question names, in the one column that it asks for, with that column's name."""
    columns = near.evidence.passage.columns
    others = [r for r in table if not sums_up(r)]
    column = column_asked(question, near, columns)
    if not others or column is None:
        return "", []
    chosen = [others[i] for i in named(question, [r.label for r in others])]
    return flat(columns[column]), [c for c in (of_row(r, column) for r in chosen) if c]


def of_row(row: Row, column: int) -> Compared | None:
    """A row's figure in a column, under the row's name."""
    found = row.amount(column)
    return Compared(row.label, found, row.evidence) if found else None


def of_column(row: Row, column: int) -> Compared | None:
    """A row's figure in a column, under the column's name."""
    found = row.amount(column)
    return Compared(flat(row.evidence.passage.columns[column]), found, row.evidence) if found else None


def sums_up(row: Row) -> bool:
    """Whether a row holds others together: "Total", "All wards", or what a column is called ("Net budget")."""
    headers = frozenset().union(*(words(column) for column in row.evidence.passage.columns))
    return bool(TOGETHER.match(row.label)) or words(row.label) <= headers
