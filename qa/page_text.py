"""The text of a page in reading order, paragraph by paragraph and table by table, with the quoted words told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.model import Page
from qa.locate import Stretch

Pieces = tuple[tuple[str, bool], ...]  # parts of a text in turn, each with whether it was quoted


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells from left to right, empty ones too."""

    cells: tuple[Pieces, ...]
    header: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or list item, its ``words`` with a newline where a line ends; or the ``rows`` of one table."""

    words: Pieces
    rows: tuple[Row, ...]


def blocks(page: Page, quoted: Sequence[Stretch]) -> list[Block]:
    """The body of the page; ``quoted`` are stretches of its text, in order and apart."""
    text = page.text
    found = []
    for (_, table), group in groupby(page.spans(), key=lambda span: (span[2].block, bool(span[2].cells))):
        lines = list(group)
        if table:
            rows = [Row(tuple(_cells(text, start, end, quoted)), line.header) for start, end, line in lines]
            found.append(Block((), tuple(rows)))
        else:
            found.append(Block(_pieces(text, lines[0][0], lines[-1][1], quoted), ()))
    return found


def _cells(text: str, start: int, end: int, quoted: Sequence[Stretch]) -> Iterator[Pieces]:
    for cell in text[start:end].split("\t"):
        yield _pieces(text, start, start + len(cell), quoted)
        start += len(cell) + 1


def _pieces(text: str, start: int, end: int, quoted: Sequence[Stretch]) -> Pieces:
    pieces, at = [], start
    for first, last in quoted:
        first, last = max(first, at), min(last, end)
        if first < last:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    pieces.append((text[at:end], False))
    return tuple(piece for piece in pieces if piece[0])
