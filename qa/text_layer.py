"""The words of a page as runs of text to be laid over its picture, for selecting and copying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.model import Box, Line, Page, Word

SAME_LINE = 0.5  # share of a word's height that must lie beside the word before it
WIDEST_SPACE = 0.9  # times a word's height; what is further right is another cell
BASELINE = 0.22  # share of a box's height that lies below the line that letters stand on


@dataclass(frozen=True, slots=True)
class Run:
    """Words side by side. ``x``, ``y`` (left end of the base line), ``width`` and ``size`` in points of the page."""

    text: str
    x: float
    y: float
    width: float
    size: float


def runs(page: Page) -> list[Run]:
    """The runs of all lines, headers and footers too, in the order of the lines."""
    return [_run(words, page) for line in page.lines for words in _side_by_side(line) if words]


def _side_by_side(line: Line) -> Iterator[list[Word]]:
    if not line.words:
        yield [Word(line.text, line.box)]
        return
    words: list[Word] = []
    for word in line.words:
        if words and not _follows(words[-1].box, word.box):
            yield words
            words = []
        words.append(word)
    yield words


def _follows(before: Box, box: Box) -> bool:
    height = box[3] - box[1]
    beside = min(before[3], box[3]) - max(before[1], box[1]) > SAME_LINE * height
    return beside and before[0] <= box[0] < before[2] + WIDEST_SPACE * height


def _run(words: list[Word], page: Page) -> Run:
    left, right = min(word.box[0] for word in words), max(word.box[2] for word in words)
    top, bottom = min(word.box[1] for word in words), max(word.box[3] for word in words)
    height = (bottom - top) * page.height
    return Run(
        text=" ".join(word.text for word in words),
        x=round(left * page.width, 1),
        y=round(bottom * page.height - BASELINE * height, 1),
        width=round(max((right - left) * page.width, 0.1), 1),
        size=round(max(height * (1 - BASELINE), 1.0), 1),
    )
