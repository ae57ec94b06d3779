"""The agenda sheet: its items with titles, presenters and ranges of printed pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from index.agenda_rows import Row, agenda_rows, cells_of, header_columns
from index.model import AgendaItem, Page

LONGEST_STEP = 3  # between the numbers of neighbouring items; more is no list of items
LONGEST_TITLE = 220  # characters
HEADING_LINES = 40  # of a page, in which "AGENDA" may stand below a notice
NEAR = 0.9  # line heights between the lines of one title

# "1.  Apologies", "Item 4: Budget", "10a Minutes", "3.2 Finance report", "E-4. Appeal"
NUMBER = re.compile(
    r"(?:item\s+)?(?P<number>(?:[A-Z][.>]?-?)?\d{1,3}(?:\.\d{1,2})?(?:\s?[a-z](?![a-z’']))?"
    r"|[A-Z]{1,5}/(?:\d{1,4}/){1,3}\d{1,4}"
    r"|(?:X{0,2}(?:IX|IV|V?I{1,3}|V|X)))(?P<mark>[.):]*)(?:\s+|$)(?P<rest>.*)",
    re.S,
)
_DASH = r"\s*(?:[-–—]|to)\s*"
# No title begins so: "12 October 2022", "May 2022"
NO_TITLE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?\s+[A-Z]|https?:|(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b"
)
CLOCK = re.compile(r"\d{1,2}[.:]\d\d(?:\s*[ap]\.?m\.?)?(?:\s*[-–].*)?", re.I)  # "10:30", "2.00 pm - 2.15 pm"
# "(Pages 13 - 26)", "Pages 3-8", "(Page 7)", "pp. 5–9", "p 5", "To follow (Pages 3 - 4)"
MARKED_RANGE = re.compile(
    rf"[(\[]?\s*\b(?:pages?|pp?\.?)\s*:?\s*(?P<first>\d{{1,4}})(?:{_DASH}(?P<last>\d{{1,4}}))?\s*[)\]]?\s*$", re.I
)
# "7 - 40" at the end of a line, or alone in its cell
PLAIN_RANGE = re.compile(rf"(?:^|\s)(?P<first>\d{{1,4}}){_DASH}(?P<last>\d{{1,4}})$")
IN_BRACKETS = re.compile(r"[(\[](\d{1,4}(?:\s*[-–—]\s*\d{1,4})?)[)\]]")  # "(7-40)", in a cell of its own
PLAIN_START = re.compile(r"(?:^|\s)(?P<first>\d{1,4})$")
# In place of a page: "Verbal Update", "To follow", "N/A", "Presentation", "Enc 3"
NO_PAGE = re.compile(
    r"(?:(?:^|[\s(])[-–]?\s*\(?(?:verbal(?:\s+(?:update|report|item))?|to\s+follow|n/?a|none|presentation"
    r"|oral(?:\s+update)?|tabled|"
    r"enc(?:losure)?\.?\s*\w{0,3}|attached|-|–)\)?)$",
    re.I,
)
NOT_YET = re.compile(
    r"\s*[(\[](?:verbal|to follow|oral|presentation|tabled|attached)[^)\]]{0,20}[)\]]$", re.I
)  # "(to follow)"
# Words after which a number at the end of a title is part of the title: "Quarter 3", "Phase 2", "Q4"
COUNTED = re.compile(
    r"\b(?:quarter|phase|part|q|stage|level|tier|month|period|appendix|version|no\.?|section|and|to|-|–|item)\s*$", re.I
)
# "PART II", "EXEMPT ITEMS", "Items considered in private", "CONFIDENTIAL", "Part 2 - closed to the public"
CLOSED = re.compile(
    r"(?:part\s*(?:ii|2|b|two)\b|exempt\b|confidential\b"
    r"|(?:items?\s+)?(?:to be\s+)?(?:considered\s+)?in\s+(?:private|the absence of)|closed\s+(?:session|part)|"
    r"private\s+(?:items?|session|part)|not\s+for\s+publication|restricted\s+items?"
    r"|exclusion\s+of\s+(?:the\s+)?(?:press|public)|part\s+2).{0,90}",
    re.I,
)
OPEN = re.compile(
    r"(?:part\s*(?:i|1|a|one)\b|unrestricted\b|open\s+(?:session|part|items?)|public\s+(?:items?|session|part)).{0,90}",
    re.I,
)
NO_CLOSED = re.compile(r"\b(?:no|none|nil)\b|there were no|unrestricted", re.I)
# An item after which the public leaves: "Exclusion of the press and public"; and one that is closed itself
EXCLUSION = re.compile(r"exclusion\s+of\s+(?:the\s+)?(?:press|public)|motion\s+to\s+exclude", re.I)
MARKED_EXEMPT = re.compile(
    r"(?:exempt|confidential|restricted|private)\b(?!\s+(?:items?|sector|finance|hire|rented|landlord))", re.I
)
# What follows an item's title on its own lines: "To receive the minutes of ...", "Report of the Director of Finance"
EXPLANATION = re.compile(
    r"(?:to\s+(?:receive|consider|note|approve|agree|confirm|sign|discuss|review|determine|report|answer|ask"
    r"|invite|be)\b|report\s+of\s+|members\s+(?:of the public|are)\b"
    r"|the\s+(?:board|committee|cabinet|panel|council)\s+(?:is|are|will)\b|(?:a\s+)?(?:verbal|oral"
    r"|written)\s+(?:update|report)\s|please\b|note\s*:|any\s+member|members’?\s+attention)",
    re.I,
)
PRESENTER = re.compile(
    r"^(?:lead(?:\s+officer)?|presented\s+by|presenter|report\s+of|officer)\s*[:–-]?\s*(?P<name>.+)$", re.I
)
# A page with one of these lines is an agenda sheet: "AGENDA", "ITEMS TO BE DEALT WITH", "Agenda Item No"
AGENDA_LINE = re.compile(
    r"(?:(?:[A-Z][\w'’&,.–-]*|of|and|for|the|in|[-–])\s+){0,9}(?:AGENDA|Agenda)(?:\s+Item\s+No\.?|\s+[Ff]or\b.*"
    r"|\s+[Pp]apers?)?\s*:?"
    r"(?:\s*[-–,]?\s*(?!Item)[A-Z\d].{0,30})?|(?i:items?\s+to\s+be\s+dealt\s+with.*|order\s+of\s+business)"
)
# "I am now able to enclose ... unavailable when the agenda was published", "SUPPLEMENTARY AGENDA", "Late papers"
LATE = re.compile(
    r"supplement(?:ary)?\b|late\s+(?:papers?|items?|reports?)|addendum|to\s+follow\s+(?:papers?|items?"
    r"|reports?)|now\s+able\s+to\s+enclose|"
    r"(?:unavailable|not\s+available)\s+(?:when|at)|please\s+find\s+enclosed|additional\s+(?:papers?|pack)",
    re.I,
)


@dataclass
class _Open:
    """An item while its rows are read."""

    number: str
    row: Row
    title: list[str] = field(default_factory=list)
    presenter: list[str] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    exempt: bool = False
    settled: bool = False  # its title has ended


def is_agenda(page: Page) -> bool:
    """Whether a page is an agenda sheet, or the letter before a supplement, by its headings."""
    texts = [" ".join(line.text.split()) for line in page.body]
    if any(len(text) < 80 and AGENDA_LINE.fullmatch(text) for text in texts[:HEADING_LINES]):
        return True
    return any(header_columns(cells_of(line)) for line in page.body)


def is_late(pages: Sequence[Page]) -> bool:
    """Whether the front says that it brings papers later than the agenda."""
    return any(LATE.search(line.text) for page in pages[:1] for line in page.body[:25])


def read_items(pages: Sequence[Page]) -> tuple[AgendaItem, ...]:
    """The agenda items on the agenda sheet's ``pages``, in order; empty where they hold no list of items.

    ``first`` and ``last`` are printed pages. Where the sheet gives only start pages, an item ends before the next.
    """
    late = is_late(pages)
    found = [item for item in _items(pages, late) if item.title]
    numbered = [item for item in found if item.first is not None]
    if len(found) < 2 and not numbered:
        return ()
    return _with_ends(_rising(found))


def _items(pages: Sequence[Page], late: bool) -> Iterator[AgendaItem]:
    exempt = False
    item: _Open | None = None
    for row in agenda_rows(pages):
        started = _numbered(row, item, late)
        if not started and (CLOSED.fullmatch(row.text) or OPEN.fullmatch(row.text)):
            exempt = bool(CLOSED.fullmatch(row.text)) and not NO_CLOSED.search(row.text)
            if item:
                item.settled = True
        elif started:
            if item:
                yield _closed(item)
            number, rest = started
            title = next((cell for _, cell in rest if cell), "")
            item = _Open(number, row, exempt=exempt or bool(MARKED_EXEMPT.match(title)))
            exempt = exempt or bool(EXCLUSION.match(title))
            _take(item, rest, row)
        elif item and not item.settled and _continues(item, row):
            _take(item, list(enumerate(row.cells)), row)
        elif item and not item.presenter and (named := PRESENTER.match(row.text)) and row.gap < NEAR:
            item.presenter.append(named["name"])
        elif item:
            item.settled = True
    if item:
        yield _closed(item)


def _numbered(row: Row, before: _Open | None, late: bool) -> tuple[str, list[tuple[int, str]]] | None:
    """The number and the remaining cells, each with its column, of a row that begins an item."""
    filled = [place for place, cell in enumerate(row.cells) if cell]
    if len(filled) > 1 and CLOCK.fullmatch(row.cells[filled[0]]):
        filled = filled[1:]  # "09.30  1  Welcome"
    place = next((place for place in filled if row.columns.get(place) == "number"), filled[0] if filled else None)
    if place is None:
        return None
    found = NUMBER.fullmatch(row.cells[place])
    if not found:
        return None
    rest = [(column, cell) for column, cell in enumerate(row.cells) if column > place]
    if found["rest"]:
        rest.insert(0, (place, found["rest"]))
    title = next((cell for _, cell in rest if cell), "")
    number = re.sub(r"\s", "", found["number"])
    if not re.match(r"[\"“‘'(]?[A-Z0-9]", title) or NO_TITLE.match(title) or (number.isalpha() and not found["mark"]):
        return None
    marked = "page" in row.columns.values() or any(MARKED_RANGE.search(cell) for _, cell in rest)
    if before is None:
        expected = late or marked or _value(number) <= LONGEST_STEP or "/" in number or not number[0].isdigit()
    elif before.number[0].isalpha() or not number[0].isdigit():
        expected = number != before.number
    else:
        step = _value(number) - _value(before.number)
        expected = number != before.number and (0 <= step <= LONGEST_STEP or late)
    return (number, rest) if expected else None


def _value(number: str) -> int:
    figures = re.findall(r"\d+", number.split(".")[0])
    return int(figures[-1]) if figures else 0


def _take(item: _Open, cells: Sequence[tuple[int, str]], row: Row) -> None:
    """Adds one row's ``cells`` (without the number's) to the item."""
    filled = [(column, cell) for column, cell in cells if cell]
    if not filled:
        return
    paged = "page" in row.columns.values()
    text, pages = _split_pages(filled[-1][1], alone=len(filled) > 1 or len(row.cells) > 2, paged=paged)
    if pages and item.first is None:
        item.first, item.last = pages
    filled[-1] = (filled[-1][0], text)
    for place, (column, cell) in enumerate(filled):
        holds = row.columns.get(column, "title")
        if not cell or (place and (CLOCK.fullmatch(cell) or NO_PAGE.fullmatch(cell))):
            continue
        if holds == "presenter":
            item.presenter.append(cell)
        elif holds in ("title", "number"):
            item.title.append(cell)
    if pages and MARKED_RANGE.search(row.text):
        item.settled = True


def _split_pages(text: str, *, alone: bool, paged: bool) -> tuple[str, tuple[int, int | None] | None]:
    """A title and the pages at its end. ``alone``: ``text`` is a cell of its own; ``paged``: there is a page column."""
    if alone and (bracketed := IN_BRACKETS.fullmatch(text)):
        text = bracketed[1]
    for pattern in (MARKED_RANGE, PLAIN_RANGE, PLAIN_START):
        found = pattern.search(text)
        if not found:
            continue
        before = text[: found.start()].rstrip(" ,;-–")
        last = found.groupdict().get("last")
        first = int(found["first"])
        if pattern is PLAIN_START and not (paged or (alone and not before)):
            continue
        if pattern is not MARKED_RANGE and (1990 <= first <= 2100 or (before and COUNTED.search(before))):
            continue
        if last is not None and int(last) < first:
            continue
        return before, (first, int(last) if last is not None else None)
    if alone and (found := NO_PAGE.fullmatch(text)):
        return "", None
    return (NO_PAGE.sub("", text) if paged else text), None


def _continues(item: _Open, row: Row) -> bool:
    """Whether a row goes on with the item's title: close below it, not an explanation, not out to the left."""
    if not row.text or len(" ".join(item.title)) > LONGEST_TITLE:
        return False
    inside = row.box[0] >= item.row.box[0] - 0.01
    explains = bool(EXPLANATION.match(row.text)) and item.title != []
    if row.table and row.gap:  # wrapped lines are one cell; only a row broken by a page end goes on
        return False
    light = item.row.bold and not row.bold and not MARKED_RANGE.fullmatch(row.text)
    return row.gap < NEAR and inside and not explains and not light


def _closed(item: _Open) -> AgendaItem:
    title = " ".join(" ".join(item.title).split()).strip(" -–:")
    if item.first is None:  # the range may stand on the title's last line
        title, pages = _split_pages(title, alone=False, paged=False)
        if pages:
            item.first, item.last = pages
    words = EXPLANATION.search(title)
    if words and words.start() > 12 and len(title) > 90:
        title = title[: words.start()]
    title = NOT_YET.sub("", re.split(r"\s[•●▪]", title)[0])
    presenter = " ".join(" ".join(item.presenter).split()) or None
    return AgendaItem(item.number, title[:LONGEST_TITLE].strip(" -–:"), presenter, item.first, item.last, item.exempt)


def _rising(items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The items; pages that go back behind an earlier item's are taken for something else and dropped."""
    starts = [item.first for item in items]
    best: list[tuple[int, int]] = []  # longest rising chain that ends at each item: length, place before
    for place, start in enumerate(starts):
        length, before = 0, -1
        if start is not None:
            for earlier in range(place):
                other = starts[earlier]
                if other is not None and other <= start and best[earlier][0] > length:
                    length, before = best[earlier][0], earlier
            length += 1
        best.append((length, before))
    kept = set()
    place = max(range(len(items)), key=lambda one: best[one][0], default=-1)
    while place >= 0 and starts[place] is not None:
        kept.add(place)
        place = best[place][1]
    return [item if place in kept else replace(item, first=None, last=None) for place, item in enumerate(items)]


def _with_ends(items: Sequence[AgendaItem]) -> tuple[AgendaItem, ...]:
    given = [item for item in items if item.first is not None]
    if any(item.last is not None for item in given):
        return tuple(
            replace(item, last=item.first) if item.first is not None and item.last is None else item for item in items
        )
    following = {id(item): after.first for item, after in pairwise(given)}
    ended = []
    for item in items:
        after = following.get(id(item))
        if item.first is not None and after is not None:
            item = replace(item, last=max(item.first, after - 1))
        ended.append(item)
    return tuple(ended)
