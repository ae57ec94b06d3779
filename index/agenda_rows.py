"""The lines of an agenda sheet as rows: cells, what their columns hold, and how far below the last row they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.model import Box, Line, Page

# What a header cell of an agenda table calls a column
COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("page", re.compile(r"(?:paper\s+)?pages?(?:\s*(?:no|number|nos|ref)s?\.?s?)?", re.I)),
    ("number", re.compile(r"(?:agenda\s+)?item(?:\s*(?:no|number|ref)\.?)|no\.?|ref\.?|number|#", re.I)),
    ("title", re.compile(r"subject|title|agenda item|items?|topic|description|business|report|details?|heading", re.I)),
    (
        "presenter",
        re.compile(
            r"presenter|presented by|presenting|lead(?: officer| director)?|owner|led by|officer|speaker|by whom|who"
            r"|executive lead|author",
            re.I,
        ),
    ),
    (
        "other",
        re.compile(
            r"time|timings?|purpose|action|enc(?:losure|\.)?s?|papers?|format|attachments?|type|approx.*|for|duration",
            re.I,
        ),
    ),
)
ITEM = re.compile(r"(?:agenda )?item", re.I)  # over the numbers, where another column is headed so:
SUBJECT = re.compile(r"subject|title|topic|description|business|report|details?|heading|agenda item", re.I)
NUMBER_ALONE = re.compile(r"(?:[A-Z][.-]{0,2})?\d{1,3}(?:\.\d{1,2})?[a-z]?[.):]?")
# "7", "7 - 40", "(7-40)", "[7]", "(pp. 7–40)", "Page 7", alone at the right of a title
PAGES_ALONE = re.compile(r"[(\[]?(?:(?:pp?|pages?)\.?\s*)?\d{1,4}(?:\s*[-–—]\s*\d{1,4})?[)\]]?", re.I)
LEVEL = 0.2  # of its height must a page number share with its title's line
PIECES = (re.compile(r"\d{1,4}\s*[-–]?"), re.compile(r"[-–]?\s*\d{1,4}"))  # "11" and "- 18" of one range


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``columns`` says what each of its cells holds ("number", "title", "page" ...), where a header told.

    ``gap`` is the distance to the row above in line heights, 0 at the top of a page.
    """

    cells: tuple[str, ...]
    box: Box
    bold: bool
    gap: float
    table: bool = False
    columns: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(cell for cell in self.cells if cell)


def agenda_rows(pages: Sequence[Page]) -> Iterator[Row]:
    """The rows of all ``pages`` in order, without the header rows."""
    columns: dict[int, str] = {}
    for page in pages:
        below = 0.0
        for lines in _with_their_pages(list(_side_by_side(page.body))):
            cells = [cell for line in lines for cell in cells_of(line)]
            header = header_columns(cells)
            top, bottom = min(line.box[1] for line in lines), max(line.box[3] for line in lines)
            if header:
                columns, below = _carried(header, columns, len(cells)), bottom
                continue
            box = (lines[0].box[0], top, max(line.box[2] for line in lines), bottom)
            table = bool(lines[0].cells)
            height = max(0.008, min(line.box[3] - line.box[1] for line in lines) if not table else 0.016)
            fits = columns if table and len(cells) > max(columns, default=0) else {}
            row = Row(
                tuple(_joined_range(cells)), box, lines[0].bold, (top - below) / height if below else 0.0, table, fits
            )
            below = bottom
            yield row


def cells_of(line: Line) -> list[str]:
    """A line's cells by column; a line of prose has one, or as many as tabs part it into."""
    if not line.cells:
        return [" ".join(part.split()) for part in line.text.split("\t")]
    row = [""] * (max(cell.column for cell in line.cells) + 1)
    for cell in line.cells:
        row[cell.column] = " ".join(cell.text.split())
    return row


def header_columns(cells: Sequence[str]) -> dict[int, str]:
    """Which column holds what, where ``cells`` are the header of an agenda table; else empty."""
    named: dict[int, str] = {}
    for column, cell in enumerate(cells):
        for name, pattern in COLUMNS:
            if pattern.fullmatch(cell.strip(" .:")) and (name == "other" or name not in named.values()):
                named[column] = name
                break
    item = next((column for column, name in named.items() if name == "title" and ITEM.fullmatch(cells[column])), None)
    subject = next((column for column, cell in enumerate(cells) if SUBJECT.fullmatch(cell)), None)
    if item is not None and subject is not None and "number" not in named.values():
        named.update({item: "number", subject: "title"})
    wanted = {"page", "title", "presenter", "number"} & set(named.values())
    return named if len(wanted) >= 2 and ("page" in wanted or len(named) >= 3) else {}


def _carried(header: dict[int, str], before: dict[int, str], width: int) -> dict[int, str]:
    """A header repeated on the next page may leave the presenter's column without its name."""
    blank = [column for column in range(1, width) if column not in header]
    if "presenter" in before.values() and "presenter" not in header.values() and blank:
        return {**header, blank[0]: "presenter"}
    return header


def _side_by_side(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines in order; a number that stands alone together with the title to its right."""
    place = 0
    while place < len(lines):
        line = lines[place]
        after = lines[place + 1] if place + 1 < len(lines) else None
        if after is not None and not line.cells and not after.cells and NUMBER_ALONE.fullmatch(line.text.strip()):
            overlap = min(line.box[3], after.box[3]) - max(line.box[1], after.box[1])
            if after.box[0] > line.box[2] and overlap > 0.5 * (line.box[3] - line.box[1]):
                yield [line, after]
                place += 2
                continue
        yield [line]
        place += 1


def _with_their_pages(groups: Sequence[list[Line]]) -> list[list[Line]]:
    """Lines with the pages that stand to their right: a column of pages may be read before or after all the titles."""
    pages = [k for k, lines in enumerate(groups) if len(lines) == 1 and PAGES_ALONE.fullmatch(lines[0].text.strip())]
    joined = [list(lines) for lines in groups]
    for k in pages:
        x0, y0, _, y1 = groups[k][0].box
        beside = [
            (min(y1, lines[0].box[3]) - max(y0, lines[0].box[1]), -place)
            for place, lines in enumerate(groups)
            if place not in pages and not lines[0].cells and lines[-1].box[2] < x0
        ]
        overlap, place = max(beside, default=(0.0, 0))
        if overlap > LEVEL * (y1 - y0):
            joined[-place].append(groups[k][0])
            joined[k] = []
    return [lines for lines in joined if lines]


def _joined_range(cells: Sequence[str]) -> list[str]:
    """A range of pages that was set over two columns, in one cell again."""
    filled = [place for place, cell in enumerate(cells) if cell]
    joined = list(cells)
    if len(filled) > 2:
        left, right = filled[-2:]
        pieces = PIECES[0].fullmatch(cells[left]) and PIECES[1].fullmatch(cells[right])
        pieces = pieces and re.search("[-–]", cells[left] + cells[right])
        if pieces:
            joined[right] = f"{cells[left].rstrip(' -–')} - {cells[right].lstrip(' -–')}"
            joined[left] = ""
    return joined
