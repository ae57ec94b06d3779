"""What changed between two periods: every row of a table whose figure is another one in the later of them.

The two figures stand in two columns of one table, or in the same column of two tables that are told apart by their
periods: last year's budget and this year's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import Kind, Passage
from qa.answer import Draft
from qa.grid import BESIDE, TOGETHER, Amount, Row, finest, flat, in_period, row_of, rows, words
from qa.periods import periods
from qa.question import Analysis
from qa.told import Told
from qa.units import Evidence

ASKED = re.compile(
    r"\bwhat(?:['’]s|['’]ve| has| have| had| is| are| was| were)?\b.{0,20}\b(?:chang\w+|differ\w*)\b"
    r"|\b(?:changes?|differences?)\b.{0,40}\bbetween\b",
    re.I,
)
REVISED = words("revised draft final updated table appendix annex")
PERIOD = re.compile(r"(?:20)?\d\d\s?[/–-]\s?\d\d\b|\b20\d\d\b")  # "2024/25", "2025"
NEAR = 30  # pieces of evidence whose tables may be meant
MOST_TOLD = 6  # rows, those that changed most


def wanted(question: Analysis) -> bool:
    """Whether what changed between two years, quarters or months is asked for."""
    return bool(ASKED.search(question.text)) and len(finest(question.periods)) == 2  # two of them


def changed(question: Analysis, evidence: Sequence[Evidence], papers: Sequence[Passage]) -> tuple[Told, ...]:
    """The rows that changed, the total first, then those that changed most; none where it is not plain.

    ``evidence`` is best first; ``papers`` are the passages that may belong to its tables, in reading order.
    """
    asked = words(question.text)
    near = dict.fromkeys(e.passage for e in evidence[:NEAR] if e.passage.table and row_of(e) is not None)
    for like in near:
        if not asked & (words(like.title) | words(like.item_title)):
            continue
        if found := _in_columns(question, like, papers) or _in_tables(question, like, papers):
            return found
    return ()


def _in_columns(question: Analysis, like: Passage, papers: Sequence[Passage]) -> tuple[Told, ...]:
    """Of a table with a column for each period."""
    asked = [i for i, c in enumerate(like.columns) if in_period(question, c) and not _beside(c)]
    if len(asked) != 2:  # the two periods
        return ()
    before, after = sorted(asked, key=lambda i: sorted(finest(periods(like.columns[i]))))
    whole = [p for p in papers if p.table and p.pack == like.pack and p.columns == like.columns]
    table = [row for p in whole if _main(p) == _main(like) for row in rows([p], p)]
    pairs = [(row, row.amount(before), row.amount(after), (row.evidence,)) for row in table]
    return _told(pairs, flat(like.columns[before]), flat(like.columns[after]))


def _in_tables(question: Analysis, like: Passage, papers: Sequence[Passage]) -> tuple[Told, ...]:
    """Of two tables of the same name, one for each period."""
    alike = [p for p in papers if p.table and _name(p) == _name(like) and len(p.columns) == len(like.columns)]
    by_period: dict[str, dict[tuple[str, str], Row]] = {}
    of_pack: dict[str, str] = {}
    for passage in sorted(alike, key=_is_revised, reverse=True):  # a revised table stands for the first one
        own = finest(periods(" ".join((passage.title, *passage.columns)))) & question.periods
        if len(own) != 1:
            continue
        period = next(iter(own))
        if of_pack.setdefault(period, passage.pack) == passage.pack:
            for row in rows([passage], passage):
                by_period.setdefault(period, {}).setdefault((_group(passage), row.label.lower()), row)
    if len(by_period) != 2:  # the two periods
        return ()
    before, after = (by_period[key] for key in sorted(by_period))
    column = _column(like)
    if column is None:
        return ()
    names = (_header(next(iter(table.values())).evidence.passage, column) for table in (before, after))
    pairs = [
        (row, before[key].amount(column), row.amount(column), (before[key].evidence, row.evidence))
        for key, row in after.items()
        if key in before
    ]
    return _told(pairs, *names)


def _is_revised(passage: Passage) -> bool:
    return passage.kind is Kind.SUPPLEMENT or bool(re.search(r"\b(?:revised|updated)\b", passage.title, re.I))


def _told(
    pairs: Sequence[tuple[Row, Amount | None, Amount | None, tuple[Evidence, ...]]], before: str, after: str
) -> tuple[Told, ...]:
    other = [
        (row, one, two, places)
        for row, one, two, places in pairs
        if one and two and one.unit == two.unit and one.value != two.value
    ]
    other.sort(key=lambda p: (not TOGETHER.match(p[0].label), -abs(p[2].value - p[1].value)))
    return tuple(
        Told(
            f"{row.label}: {before} = {one.printed}; {after} = {two.printed}{_under(row, first=n == 0)}",
            Draft(f"{row.label}: {one.printed}; {two.printed}", places),
        )
        for n, (row, one, two, places) in enumerate(other[:MOST_TOLD])
    )


def _under(row: Row, *, first: bool) -> str:
    """The table's title once, then the group of rows where there is one."""
    passage = row.evidence.passage
    title = flat(passage.title) if first else _group(passage)
    return f" ({title})" if title else ""


def _main(passage: Passage) -> str:
    return passage.title.partition(" – ")[0]


def _group(passage: Passage) -> str:
    return passage.title.partition(" – ")[2]


def _name(passage: Passage) -> frozenset[str]:
    """What a table is called, less its periods and groups of rows."""
    return words(_main(passage)) - REVISED


def _column(passage: Passage) -> int | None:
    """The column of figures: the total where there is one, else the only one."""
    totals = [i for i, c in enumerate(passage.columns) if re.search(r"\btotal\b", c, re.I)]
    figures = totals or [i for i, c in enumerate(passage.columns) if i and not _beside(c)]
    return figures[0] if len(figures) == 1 else None


def _beside(column: str) -> bool:
    return bool(BESIDE.search(re.sub(r"\b(?:total|budget)\b", "", column, flags=re.I)))


def _header(passage: Passage, column: int) -> str:
    """What a column is called, with the table's period where the header has none."""
    header = flat(passage.columns[column])
    when = PERIOD.search(passage.title)
    return header if periods(header) or when is None else f"{header} {when[0]}"
