"""Candidate questions from tables: one cell by its row's and column's header, then the same column of another row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from eval.drafting import Candidate, DraftPack, evenly, shortened, topic_of
from index.model import Kind, Passage

ROWS_A_TABLE = 2
COUNTED = re.compile(r"\W*(?:no|nr|ref|item|rank)?\W*", re.I)  # header of a column that only numbers the rows
FIGURE = re.compile(r"[£(]*-?\d[\d,]*(?:\.\d+)?\s?(?:%|m|k|bn)?\)?", re.I)
RATING = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?")  # "Amber", "On track"
MAX_LABEL_WORDS = 14


def table_candidates(pack: DraftPack) -> Iterator[Candidate]:
    """A few cells of each table that has a header, and a follow-up to the first."""
    tables: dict[tuple[str, tuple[str, ...]], list[tuple[Passage, str, list[str]]]] = {}
    for passage in pack.passages:
        if passage.table and passage.columns and passage.kind is not Kind.AGENDA:
            rows = tables.setdefault((passage.title or passage.heading, passage.columns), [])
            rows += [(passage, row, [cell.strip() for cell in row.split("\t")]) for row in passage.text.split("\n")]
    for (title, columns), rows in tables.items():
        yield from _of_table(shortened(title), columns, rows)


def _of_table(title: str, columns: tuple[str, ...], rows: list[tuple[Passage, str, list[str]]]) -> Iterator[Candidate]:
    full = [row for row in rows if len(row[2]) == len(columns)]
    names = Counter(_label(columns, cells)[1] for _, _, cells in full)
    usable = [
        place
        for place, (_, _, cells) in enumerate(full)
        if names[_label(columns, cells)[1]] == 1 and _askable(columns, cells)
    ]
    asked: list[tuple[int, Candidate]] = []
    for turn, place in enumerate(evenly(usable, ROWS_A_TABLE)):
        passage, row, cells = full[place]
        askable = _askable(columns, cells)
        column = askable[(len(askable) - 1 - turn) % len(askable)]
        label = _label(columns, cells)[1]
        where = title or shortened(topic_of(passage))
        about = f"“{columns[column]}” for “{label}”"
        asked.append(
            (
                column,
                Candidate(
                    kind="table",
                    question=f"What is given under {about}" + (f" in “{where}”?" if where else "?"),
                    answer=f"{label}: {cells[column]} ({columns[column]}).",
                    facts=[[cells[column].strip("()")]],
                    evidence=[row],
                    topic=topic_of(passage),
                    asker="officer",
                    about=about,
                ),
            )
        )
    yield from (candidate for _, candidate in asked)
    if asked:
        column, first = asked[0]
        yield from _followup(columns, column, full, usable, first)


def _followup(
    columns: tuple[str, ...],
    column: int,
    full: list[tuple[Passage, str, list[str]]],
    usable: list[int],
    first: Candidate,
) -> Iterator[Candidate]:
    for place in reversed(usable):
        passage, row, cells = full[place]
        label = _label(columns, cells)[1]
        if column in _askable(columns, cells) and [row] != first.evidence:
            yield Candidate(
                kind="followup",
                question=f"And for “{label}”?",
                answer=f"{label}: {cells[column]} ({columns[column]}).",
                facts=[[cells[column].strip("()")]],
                evidence=[row],
                history=[(first.question, first.answer)],
                topic=topic_of(passage),
                asker="councillor",
            )
            return


def _label(columns: tuple[str, ...], cells: list[str]) -> tuple[int, str]:
    """The cell that says what a row is about, and its place: the first with words in it."""
    for place, cell in enumerate(cells):
        words = cell != columns[place] and sum(char.isalpha() for char in cell) > 3 and not FIGURE.fullmatch(cell)
        if words and not COUNTED.fullmatch(columns[place]):
            return place, cell
    return -1, ""


def _askable(columns: tuple[str, ...], cells: list[str]) -> list[int]:
    """The columns whose cell is a figure or a rating, under a header that says what it is."""
    place, label = _label(columns, cells)
    if place < 0 or len(label.split()) > MAX_LABEL_WORDS or re.fullmatch(r"(?:sub-?)?totals?\b.*", label, re.I):
        return []
    return [
        column
        for column in range(place + 1, len(cells))
        if re.search(r"[^\W\d_]{2}|\d{4}|Q\d", columns[column])
        and (FIGURE.fullmatch(cells[column]) or RATING.fullmatch(cells[column]))
    ]
