"""What the outline needs to remember of each page, so that a pack of any length is read in one stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from index.councils import councils_in
from index.model import Box, Line, Page

MARGIN = 0.13  # of the page's height: running headers, footers and stamps lie within it
SIDE = 0.07  # of the page's width: stamps set sideways
HEAD_LINES = 15
TAIL_LINES = 4
KEPT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class MarginLine:
    """A line near an edge of the page; ``size`` in points, ``in_table`` for a row of a table of several rows."""

    text: str
    box: Box
    edge: str
    size: float = 0.0
    in_table: bool = False


@dataclass(frozen=True, slots=True)
class PageSketch:
    """The small part of a page that decides numbers, furniture and sections.

    ``margin`` are the lines near the page's edges, ``head`` the first and ``tail`` the last body
    lines in reading order as text, ``size`` the usual font size in points, ``words`` how
    many words the page has, ``councils`` the councils and NHS bodies that it names.
    """

    pdf_page: int
    width: float
    height: float
    label: str | None = None
    blank: bool = False
    scanned: bool = False
    readable: bool = True
    margin: tuple[MarginLine, ...] = ()
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    lines: int = 0
    words: int = 0
    size: float = 0.0
    councils: tuple[str, ...] = ()

    @property
    def landscape(self) -> bool:
        return self.width > self.height


def sketch(page: Page) -> PageSketch:
    """The sketch of one page as read."""
    texts = [line.text[:KEPT_CHARACTERS] for line in page.lines]
    return PageSketch(
        pdf_page=page.pdf_page,
        width=page.width,
        height=page.height,
        label=page.label,
        blank=page.blank,
        scanned=page.scanned,
        readable=page.readable,
        margin=tuple(margin_lines(page)),
        head=tuple(texts[:HEAD_LINES]),
        tail=tuple(texts[HEAD_LINES:][-TAIL_LINES:]),
        lines=len(texts),
        words=sum(line.text.count(" ") + 1 for line in page.lines),
        size=usual_size(page),
        councils=tuple(name for line in page.lines for name in councils_in(line.text)),
    )


def margin_lines(page: Page) -> Iterator[MarginLine]:
    """The lines that lie in the margins of ``page``: top, bottom, or sideways at an edge."""
    rows = Counter(line.block for line in page.lines if line.cells)
    for line in page.lines:
        edge = edge_of(line)
        if line.text.strip() and edge is not None:
            in_table = bool(line.cells) and rows[line.block] > 1
            yield MarginLine(line.text[:KEPT_CHARACTERS], line.box, edge, line.size, in_table)


def edge_of(line: Line) -> str | None:
    """Which margin a line lies in: "top", "bottom", "side", or None for the body of the page."""
    left, top, right, bottom = line.box
    if bottom <= MARGIN:
        return "top"
    if top >= 1 - MARGIN:
        return "bottom"
    if (right <= SIDE or left >= 1 - SIDE) and bottom - top > right - left:
        return "side"
    return None


def usual_size(page: Page) -> float:
    """The font size in points that most of the page's characters are set in; 0.0 for a page without text."""
    weights: dict[float, int] = {}
    for line in page.lines:
        size = round(line.size * 2) / 2
        weights[size] = weights.get(size, 0) + len(line.text)
    return max(weights, key=lambda size: (weights[size], size), default=0.0)
