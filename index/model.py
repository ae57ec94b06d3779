"""The vocabulary of board papers: what a pack, a page, an agenda item and a passage are.

Every object here is frozen and knows nothing of files, databases or models. Boxes are fractions of the page as
it is displayed (after /Rotate), ``(x0, y0, x1, y1)`` with the origin at the top left, so that a page picture of
any size can be marked with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Box = tuple[float, float, float, float]


class PageSource(StrEnum):
    """Where a printed agenda page number was taken from."""

    STAMP = "stamp"  # printed on the page by the publishing system
    LABEL = "label"  # the PDF's own /PageLabels
    INFERRED = "inferred"  # missing on the page, counted inside a consistent run
    NONE = "none"  # the page has no agenda page number


class Kind(StrEnum):
    """What sort of paper a page belongs to."""

    AGENDA = "agenda"
    MINUTES = "minutes"
    REPORT = "report"
    APPENDIX = "appendix"
    SLIDES = "slides"
    SUPPLEMENT = "supplement"
    EXEMPT = "exempt"
    OTHER = "other"


class Access(StrEnum):
    """Who may be shown a page: restricted ones (exempt, Schedule 12A, Part II …) only people with that right."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


class Role(StrEnum):
    """Whether a line belongs to the paper itself or to the page's frame."""

    BODY = "body"
    FURNITURE = "furniture"  # running header or footer, stamp, page number


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word; ``box`` in page fractions."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: ``text`` with its wrapped lines joined, ``column`` from 0, ``span`` columns wide."""

    text: str
    column: int
    span: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose, or one whole table row (then ``cells`` is not empty).

    ``text`` is the words joined by single spaces; a row's cells are joined by a tab, empty cells kept, and each
    cell's wrapped lines joined by a space. ``size`` is the font size in points; ``block`` numbers the paragraph,
    list item or table that the line belongs to, from 0, rising in reading order; all rows of a table share one
    ``block``. ``header`` marks a table row as a header row.
    """

    text: str
    box: Box
    words: tuple[Word, ...] = ()
    size: float = 0.0
    bold: bool = False
    block: int = 0
    cells: tuple[Cell, ...] = ()
    header: bool = False
    role: Role = Role.BODY


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a PDF as read: ``pdf_page`` counts from 1, ``width`` and ``height`` in points as displayed.

    ``label`` is the page's /PageLabels entry where the file has any. ``scanned`` means that the text came from, or
    needed, OCR; ``readable`` is false where a page shows something but no text could be had from it; ``blank``
    means that nothing is printed on it but at most a stamp or "intentionally left blank". ``cut`` means
    that the page has more characters than the limit and the rest was left out; ``hidden`` counts the letters and
    figures of text that the page does not show, which was left out too.
    """

    pdf_page: int
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    rotation: int = 0
    label: str | None = None
    scanned: bool = False
    blank: bool = False
    readable: bool = True
    cut: bool = False
    hidden: int = 0

    @property
    def body(self) -> tuple[Line, ...]:
        """The lines of the paper itself, in reading order."""
        return tuple(line for line in self.lines if line.role is Role.BODY)

    @property
    def text(self) -> str:
        """The body lines joined by newlines: what quotes are checked against."""
        return "\n".join(line.text for line in self.body)

    def spans(self) -> Iterator[tuple[int, int, Line]]:
        """Each body line with its start and end offset in ``text``."""
        start = 0
        for line in self.body:
            yield start, start + len(line.text), line
            start += len(line.text) + 1


@dataclass(frozen=True, slots=True)
class PageNumber:
    """The printed agenda page number of one page: ``printed`` is None where the page has none."""

    pdf_page: int
    printed: str | None
    source: PageSource


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item of the agenda sheet; ``first`` and ``last`` are printed agenda pages, None where none is given."""

    number: str
    title: str
    presenter: str | None = None
    first: int | None = None
    last: int | None = None
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One sitting of a body, as the front sheet (or a report's or the minutes' head) tells it."""

    body: str | None = None
    council: str | None = None
    date: date | None = None
    time: str | None = None
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A run of pages that is one paper. ``first`` and ``last`` are PDF pages; ``item`` is an agenda item's number.

    ``recorded`` is the date and body of the earlier meeting that minutes record, None for other papers.
    """

    first: int
    last: int
    kind: Kind
    title: str = ""
    item: str | None = None
    access: Access = Access.PUBLIC
    recorded: Meeting | None = None


@dataclass(frozen=True, slots=True)
class PackOutline:
    """What the parsers found in one PDF: its meeting, items, page numbers (one a page) and sections (all pages)."""

    meeting: Meeting
    title: str
    kind: Kind
    items: tuple[AgendaItem, ...]
    numbers: tuple[PageNumber, ...]
    sections: tuple[Section, ...]
    acronyms: dict[str, str] = field(default_factory=dict)

    @property
    def restricted(self) -> bool:
        """Whether all of it is restricted, so that not even its title is told to others."""
        return bool(self.sections) and all(section.access is Access.RESTRICTED for section in self.sections)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one page's ``text``: offsets ``start`` to ``end`` on PDF page ``pdf_page``."""

    pdf_page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is searched and quoted.

    ``text`` is the page text as printed (a run over a page end has one span a page, joined by a newline);
    ``context`` is what is put before it for searching (body, date, item, section heading, table title and header).
    A prose passage's ``blocks`` are the offsets in ``text`` where a paragraph or list item begins. A table passage
    has one row a line of ``text``, cells apart by tabs; ``columns`` are the header cells, ``title`` the table's
    title. ``id`` is given by the store and never used again; 0 before that.
    """

    text: str
    context: str
    spans: tuple[Span, ...]
    kind: Kind
    item: str | None = None
    item_title: str = ""
    heading: str = ""
    access: Access = Access.PUBLIC
    table: bool = False
    blocks: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    title: str = ""
    id: int = 0
    pack: str = ""
