"""The agenda sheet: its items with titles, presenters and ranges of printed pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.model import AgendaItem, Line, Page

LONGEST_STEP = 3  # between the numbers of neighbouring items; more is no list of items
LONGEST_TITLE = 220  # characters

# What a header cell of an agenda table calls a column
COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("page", re.compile(r"pages?(?:\s*(?:no|number|nos|ref)s?\.?)?|page\s*no\.?s?|paper\s+page", re.I)),
    ("number", re.compile(r"(?:agenda\s+)?item(?:\s*(?:no|number|ref)\.?)?|no\.?|ref\.?|number|#", re.I)),
    ("title", re.compile(r"subject|title|agenda item|item|topic|description|business|report|details?|heading", re.I)),
    (
        "presenter",
        re.compile(r"presenter|presented by|lead(?: officer| director)?|owner|led by|officer|speaker|by whom|who|executive lead|author", re.I),
    ),
    ("other", re.compile(r"time|timings?|purpose|action|enc(?:losure|\.)?s?|paper|papers|format|attachment|type|approx.*|for", re.I)),
)
# "1.  Apologies", "Item 4: Budget", "10a Minutes", "3.2 Finance report", "E-4. Appeal"
NUMBER = re.compile(
    r"(?:item\s+)?(?P<number>(?:[A-Z]-?)?\d{1,3}(?:\.\d{1,2})?(?:\s?[a-z](?![a-z’']))?|[A-Z]{1,5}/(?:\d{1,4}/){1,3}\d{1,4}"
    r"|(?:X{0,2}(?:IX|IV|V?I{1,3}|V|X)))(?P<mark>[.):]*)(?:\s+|$)(?P<rest>.*)",
    re.S,
)
_DASH = r"\s*(?:[-–—]|to)\s*"
# "(Pages 13 - 26)", "Pages 3-8", "(Page 7)", "pp. 5–9", "To follow (Pages 3 - 4)"
MARKED_RANGE = re.compile(
    rf"[(\[]?\s*\b(?:pages?|pp?\.)\s*:?\s*(?P<first>\d{{1,4}})(?:{_DASH}(?P<last>\d{{1,4}}))?\s*[)\]]?\s*$", re.I
)
# "7 - 40" at the end of a line, or alone in its cell
PLAIN_RANGE = re.compile(rf"(?:^|\s)(?P<first>\d{{1,4}}){_DASH}(?P<last>\d{{1,4}})$")
PLAIN_START = re.compile(r"(?:^|\s)(?P<first>\d{1,4})$")
# In place of a page: "Verbal Update", "To follow", "N/A", "Presentation", "Enc 3"
NO_PAGE = re.compile(
    r"(?:(?:^|[\s(])[-–]?\s*\(?(?:verbal(?:\s+(?:update|report|item))?|to\s+follow|n/?a|none|presentation|oral(?:\s+update)?|tabled|"
    r"enc(?:losure)?\.?\s*\w{0,3}|attached|-|–)\)?)$",
    re.I,
)
# Words after which a number at the end of a title is part of the title: "Quarter 3", "Phase 2", "Q4"
COUNTED = re.compile(r"\b(?:quarter|phase|part|q|stage|level|tier|month|period|appendix|version|no\.?|section|and|to|-|–|item)\s*$", re.I)
# "PART II", "EXEMPT ITEMS", "Items considered in private", "CONFIDENTIAL", "Part 2 - closed to the public"
CLOSED = re.compile(
    r"(?:part\s*(?:ii|2|b|two)\b|exempt\b|confidential\b|(?:items?\s+)?(?:to be\s+)?(?:considered\s+)?in\s+(?:private|the absence of)|closed\s+(?:session|part)|"
    r"private\s+(?:items?|session|part)|not\s+for\s+publication|restricted\s+items?|exclusion\s+of\s+(?:the\s+)?(?:press|public)|part\s+2).{0,90}",
    re.I,
)
OPEN = re.compile(r"(?:part\s*(?:i|1|a|one)\b|unrestricted\b|open\s+(?:session|part|items?)|public\s+(?:items?|session|part)).{0,90}", re.I)
NO_CLOSED = re.compile(r"\b(?:no|none|nil)\b|there were no|unrestricted", re.I)
# An item after which the public leaves: "Exclusion of the press and public"; and one that is closed itself
EXCLUSION = re.compile(r"exclusion\s+of\s+(?:the\s+)?(?:press|public)|motion\s+to\s+exclude", re.I)
MARKED_EXEMPT = re.compile(r"(?:exempt|confidential|restricted|private)\b(?!\s+(?:items?|sector|finance|hire|rented|landlord))", re.I)
# What follows an item's title on its own lines: "To receive the minutes of ...", "Report of the Director of Finance"
EXPLANATION = re.compile(
    r"(?:to\s+(?:receive|consider|note|approve|agree|confirm|sign|discuss|review|determine|report|answer|ask|invite|be)\b|report\s+of\s+|members\s+(?:of the public|are)\b"
    r"|the\s+(?:board|committee|cabinet|panel|council)\s+(?:is|are|will)\b|(?:a\s+)?(?:verbal|oral|written)\s+(?:update|report)\s|please\b|note\s*:|any\s+member|members’?\s+attention)",
    re.I,
)
PRESENTER = re.compile(r"^(?:lead(?:\s+officer)?|presented\s+by|presenter|report\s+of|officer)\s*[:–-]?\s*(?P<name>.+)$", re.I)
# A page with one of these lines is an agenda sheet: "AGENDA", "ITEMS TO BE DEALT WITH", "Agenda Item No"
AGENDA_LINE = re.compile(
    r"(?:.*\b)?agenda(?:\s+item\s+no\.?|\s+(?:item|for).*|\s+papers?)?|items?\s+to\s+be\s+dealt\s+with.*|order\s+of\s+business|.{0,60}\bagenda\b.{0,20}", re.I
)
# "I am now able to enclose ... unavailable when the agenda was published", "SUPPLEMENTARY AGENDA", "Late papers"
LATE = re.compile(
    r"supplement(?:ary)?\b|late\s+(?:papers?|items?|reports?)|addendum|to\s+follow\s+(?:papers?|items?|reports?)|now\s+able\s+to\s+enclose|"
    r"(?:unavailable|not\s+available)\s+(?:when|at)|please\s+find\s+enclosed|additional\s+(?:papers?|pack)",
    re.I,
)


@dataclass
class _Open:
    """An item while its lines are read."""

    number: str
    line: Line
    title: list[str] = field(default_factory=list)
    presenter: list[str] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    exempt: bool = False
    settled: bool = False  # its title has ended


def is_agenda(page: Page) -> bool:
    """Whether a page is an agenda sheet, or the letter before a supplement, by its headings."""
    texts = [" ".join(line.text.split()) for line in page.body]
    if any(len(text) < 80 and AGENDA_LINE.fullmatch(text) for text in texts[:25]):
        return True
    return any(_columns(_cells(line)) for line in page.body)


def is_late(pages: Iterable[Page]) -> bool:
    """Whether the front says that it brings papers later than the agenda."""
    return any(LATE.search(line.text) for page in pages for line in page.body[:25])


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
    columns: dict[int, str] = {}
    exempt = False
    item: _Open | None = None
    previous = 0.0
    for page in pages:
        for line in page.body:
            cells = _cells(line)
            header = _columns(cells)
            text = " ".join(line.text.split())
            if header:
                columns = header
                continue
            if CLOSED.fullmatch(text) or OPEN.fullmatch(text):
                exempt = bool(CLOSED.fullmatch(text)) and not NO_CLOSED.search(text)
                if not (item and _numbered(cells, item, late)):
                    if item:
                        item.settled = True
                    continue
            started = _numbered(cells, item, late)
            if started:
                if item:
                    yield _closed(item)
                number, rest = started
                item = _Open(number, line, exempt=exempt)
                title = next((cell for cell in rest if cell), "")
                if EXCLUSION.match(title):
                    exempt = True
                elif MARKED_EXEMPT.match(title):
                    item.exempt = True
                _take(item, rest, columns, line)
            elif item and not item.settled and _continues(item, line, text, previous):
                _take(item, _bare_cells(cells, columns), columns, line)
            elif item and not item.presenter and (named := PRESENTER.match(text)) and line.box[1] - previous < 0.03:
                item.presenter.append(named["name"])
            elif item:
                item.settled = True
            previous = line.box[3]
        previous = 0.0
    if item:
        yield _closed(item)


def _cells(line: Line) -> list[str]:
    if not line.cells:
        return [part.strip() for part in line.text.split("\t")]
    row = [""] * (max(cell.column for cell in line.cells) + 1)
    for cell in line.cells:
        row[cell.column] = " ".join(cell.text.split())
    return row


def _columns(cells: Sequence[str]) -> dict[int, str]:
    """Which column of an agenda table holds what, where ``cells`` are its header; else empty."""
    named: dict[int, str] = {}
    for column, cell in enumerate(cells):
        for name, pattern in COLUMNS:
            if pattern.fullmatch(cell.strip(" .:")) and name not in named.values():
                named[column] = name
                break
        else:
            if re.fullmatch(r"item no\.?\s+subject", cell, re.I):
                named[column] = "title"
    wanted = {"page", "title", "presenter", "number"} & set(named.values())
    return named if len(wanted) >= 2 and ("page" in wanted or len(named) >= 3) else {}


def _numbered(cells: Sequence[str], before: _Open | None, late: bool) -> tuple[str, list[str]] | None:
    """The number and the remaining cells of a line that begins an item."""
    place = next((place for place, cell in enumerate(cells) if cell), None)
    if place is None:
        return None
    found = NUMBER.fullmatch(cells[place])
    if not found:
        return None
    rest = [found["rest"], *cells[place + 1 :]]
    title = next((cell for cell in rest if cell), "")
    roman = found["number"].isalpha()
    if not re.match(r"[\"“‘'(]?[A-Z0-9]", title) or re.match(r"(?:\d|January|February|March|April|May|June|July|August|September|October|November|December)\b", title):
        return None
    if roman and not found["mark"]:
        return None
    number = re.sub(r"\s", "", found["number"])
    if before is None:
        marked = any(MARKED_RANGE.search(cell) for cell in rest)
        expected = late or marked or _value(number) <= LONGEST_STEP or "/" in number or not number[0].isdigit()
    elif before.number[0].isalpha() or not number[0].isdigit():
        expected = number != before.number
    else:
        expected = (number != before.number and 0 <= _value(number) - _value(before.number) <= LONGEST_STEP) or late
    return (number, rest) if expected else None


def _value(number: str) -> int:
    figures = re.findall(r"\d+", number.split(".")[0])
    return int(figures[-1]) if figures else 0


def _bare_cells(cells: Sequence[str], columns: dict[int, str]) -> list[str]:
    return list(cells[1:]) if len(cells) > 1 and columns.get(0) == "number" and not cells[0] else list(cells)


def _take(item: _Open, cells: Sequence[str], columns: dict[int, str], line: Line) -> None:
    """Adds one line's ``cells`` (without the number's) to the item."""
    paged = "page" in columns.values()
    rest = [" ".join(cell.split()) for cell in cells]
    while rest and not rest[-1]:
        rest.pop()
    if not rest:
        return
    title, pages = _split_pages(rest[-1], alone=len(rest) > 1, paged=paged)
    if pages and item.first is None:
        item.first, item.last = pages
    rest[-1] = title
    middle = [cell for cell in rest[1:] if cell]
    if "presenter" in columns.values() and middle and not NO_PAGE.fullmatch(middle[0]):
        item.presenter.append(middle[0])
    elif middle and "presenter" not in columns.values():
        rest[0] = " ".join([rest[0], *(cell for cell in middle if not re.fullmatch(r"\d{1,2}[.:]\d\d.*", cell))])
    if rest[0]:
        item.title.append(rest[0])
    if pages and not line.cells and MARKED_RANGE.search(line.text):
        item.settled = True


def _split_pages(text: str, *, alone: bool, paged: bool) -> tuple[str, tuple[int, int | None] | None]:
    """A title and the pages at its end. ``alone``: ``text`` is a cell of its own; ``paged``: there is a page column."""
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


def _continues(item: _Open, line: Line, text: str, previous: float) -> bool:
    """Whether a line goes on with the item's title: close below it, not an explanation, not out to the left."""
    if not text or len(" ".join(item.title)) > LONGEST_TITLE:
        return False
    height = max(line.box[3] - line.box[1], 0.008)
    near = previous == 0.0 or line.box[1] - previous < 0.9 * height
    inside = line.box[0] >= item.line.box[0] - 0.01
    explains = bool(EXPLANATION.match(text)) and item.title != []
    bold_ends = item.line.bold and not line.bold and not MARKED_RANGE.fullmatch(text)
    return near and inside and not explains and not bold_ends


def _closed(item: _Open) -> AgendaItem:
    title = " ".join(" ".join(item.title).split()).strip(" -–:")
    if item.first is None:  # the range may stand on the title's last line
        title, pages = _split_pages(title, alone=False, paged=False)
        if pages:
            item.first, item.last = pages
    words = EXPLANATION.search(title)
    if words and words.start() > 12 and len(title) > 90:
        title = title[: words.start()]
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
    following = {id(item): after.first for item, after in zip(given, given[1:], strict=False)}
    ended = []
    for item in items:
        after = following.get(id(item))
        if item.first is not None and after is not None:
            item = replace(item, last=max(item.first, after - 1))
        ended.append(item)
    return tuple(ended)
