"""Which paper every page belongs to: its agenda item, kind, title, and whether the public may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rapidfuzz import fuzz

from index.furniture import Furniture, plain
from index.minutes import ATTENDANCE, is_minutes_head, recorded_meeting
from index.model import Access, AgendaItem, Kind, PageNumber, Section
from index.numbering import ITEM_STAMP, item_stamps
from index.series import STAMPS
from index.sketch import PageSketch

SLIDE_SHAPE = 1.25  # width by height
SLIDE_TEXT = 13.0  # points; a landscape page in smaller print is a table or a poster
SLIDE_WORDS = 450
SLIDE_SHARE = 0.4  # of the landscape pages in a row
SCREENS = frozenset({(720, 540), (960, 540), (720, 405), (1280, 720), (1440, 810), (1920, 1080), (780, 540)})  # points
NAMED_ALIKE = 90.0  # per cent, between an item's title and a report's heading

# "APPENDIX 2", "Appendix One – Annual Report", "Annex A: Terms of reference", "Exhibit B", "Attachment 4"
APPENDIX = re.compile(
    r"(?P<mark>(?i:appendix|annex(?:e|ure)?|attachment|exhibit)\s+[“\"']?\s*"
    r"(?:[A-Z]{1,2}\d?|\d{1,2}[A-Za-z]?|[IVX]{1,4}|(?i:one|two|three|four|five|six|seven|eight))\b\s?[”\"']?)"
    r"(?P<title>\s*[-–—:.|\t ]*\s*.{0,140})"
)
# "REPORT TO: Health Board", "From: Jo Bloggs", "STAFF REPORT", "Report of the Director", "SUBJECT: Budget"
REPORT_HEAD = re.compile(
    r"(?:report\s+(?:to|of|by|for|title|subject|author)\b|from\s*[:\t]|to\s*[:\t]|by\s*[:\t]|subject\s*[:\t]"
    r"|title\s*[:\t]|staff\s+report|decision\s+report|portfolio\b|classification\s*:|"
    r"council\s+agenda\s*:|memorandum\b)",
    re.I,
)
SUBJECT = re.compile(
    r"(?:report\s+)?(?:subject|title|re|regular business|agenda title|report title)\s*[:\t]\s*(?P<title>\S.*)",
    re.I | re.S,
)
FIELD = re.compile(r"[A-Z][\w ()/&’'.-]{1,40}\s*[:\t]")
# "SUPPLEMENTARY AGENDA", "Supplement – item 6", "LATE PAPERS", "Addendum report"
SUPPLEMENT = re.compile(
    r"(?:supplement(?:ary)?(?:\s+(?:agenda|papers?|pack|reports?|information|item))?|late\s+(?:papers?|items?"
    r"|reports?)|addendum(?:\s+(?:report|agenda))?)\b.{0,80}",
    re.I,
)
# Marks at the head or in the margin: "NOT FOR PUBLICATION by virtue of paragraph 3", "CONFIDENTIAL",
# "EXEMPT REPORT", "Classification: Exempt", "By virtue of paragraph(s) 3 of Part 1 of Schedule 12A"
EXEMPT_MARK = re.compile(
    r"\W*(?:(?:strictly\s+|private\s+(?:and|&)\s+)?confidential(?:\s*[-–:].*|\s+(?:report|appendix|item|paper"
    r"|information))?"
    r"|not\s+for\s+publication.*|this\s+(?:report|paper|appendix|document|item)\s+is\s+(?:exempt|confidential"
    r"|not\s+for\s+publication).*"
    r"|exempt(?:\s+(?:information|report|appendix|item|paper|from\s+publication|under).*|\s*[-–:].*)?"
    r"|(?:protective\s+marking|classification|status|access)\s*:\s*(?:exempt|confidential|restricted|private"
    r"|part\s*(?:ii|2|b)|not\s+for\s+publication).*"
    r"|by\s+virtue\s+of\s+paragraphs?.*schedule\s+12a.*|part\s*(?:ii|2|two|b)(?:\s*[-–(:].*|\s+(?:item|report"
    r"|exempt|private|confidential).*)?|restricted(?:\s+(?:report|item|paper))?"
    r"|(?:exempt|confidential)\s+appendix.*|document\s+is\s+restricted\W*)",
    re.I,
)
NOT_EXEMPT = re.compile(
    r"\b(?:none|not\s+exempt|no\s+exempt|nil|n/a|not\s+applicable|unrestricted)\b"
    r"|exempt\s+information\s*:\s*(?:no|none)?$",
    re.I,
)
MARK_LINES = 7  # of the head in which such a mark may stand
MARK_LENGTH = 170  # characters; a longer line is prose


@dataclass(frozen=True, slots=True)
class PagePaper:
    """What one page is: ``begins`` where a new paper starts on it."""

    item: str | None
    kind: Kind
    title: str
    access: Access
    begins: bool


def find_sections(
    sketches: Sequence[PageSketch],
    numbers: Sequence[PageNumber],
    items: Sequence[AgendaItem],
    front: int,
    known: Furniture,
    *,
    late: bool = False,
) -> tuple[Section, ...]:
    """Sections that cover every page once, in order. ``front`` counts the agenda sheet's pages, ``late`` says that
    they bring a supplement."""
    on_page = page_items(sketches, numbers, items, front)
    heads = [body_head(page, known) for page in sketches]
    sections: list[Section] = []
    papers = _papers(sketches, heads, on_page, items, front, late)
    whole = bool(front) and is_marked_exempt(sketches[0], heads[0])  # the front sheet speaks for all behind it
    for page, head, paper in zip(sketches, heads, papers, strict=True):
        if whole:
            paper = replace(paper, access=Access.RESTRICTED)
        kind = Kind.EXEMPT if paper.access is Access.RESTRICTED else paper.kind
        last = sections[-1] if sections else None
        same = last is not None and not paper.begins and (last.item, last.kind) == (paper.item, kind)
        if last is not None and same and not _other_minutes(last, head):
            sections[-1] = replace(last, last=page.pdf_page)
            continue
        recorded = recorded_meeting(head) if paper.kind is Kind.MINUTES else None
        sections.append(Section(page.pdf_page, page.pdf_page, kind, paper.title, paper.item, paper.access, recorded))
    return tuple(sections)


def _other_minutes(before: Section, head: Sequence[str]) -> bool:
    """Whether the minutes of another meeting begin within minutes: several in a row are often one item's papers."""
    if before.kind is not Kind.MINUTES or before.recorded is None or not any(map(ATTENDANCE.match, head)):
        return False
    found = recorded_meeting(head)
    if found is None or found.date is None:
        return False
    known = before.recorded
    return found.date != known.date or bool(found.body and known.body and found.body != known.body)


def page_items(
    sketches: Sequence[PageSketch], numbers: Sequence[PageNumber], items: Sequence[AgendaItem], front: int
) -> list[str | None]:
    """The agenda item of every page: by its printed number, else by the item stamps and headings before it."""
    if not items and not any(True for page in sketches for _ in item_stamps(page)):
        return [None] * len(sketches)
    by_name = {item.number.lower().rstrip("."): item.number for item in items}
    found: list[str | None] = []
    highest, current, restarted = 0, None, False
    for page, number in zip(sketches, numbers, strict=True):
        if page.pdf_page <= front:
            found.append(None)
            continue
        printed = _printed(number.printed)
        stamp = next((by_name.get(stamp.lower(), stamp) for stamp in item_stamps(page)), None)
        if printed is not None:
            restarted = restarted and printed < highest if printed > highest else restarted or printed < highest - 1
            highest = highest if restarted else max(highest, printed)
        ranged = None if restarted else _in_range(printed, items)
        current = stamp or ranged or (_named(page, items) if printed is None or restarted else None) or current
        found.append(current)
    if len(items) == 1:
        found = [item or (items[0].number if place >= front else None) for place, item in enumerate(found)]
    return found


def _printed(text: str | None) -> int | None:
    figures = re.search(r"(\d+)[a-z]?$", text or "")
    return int(figures[1]) if figures else None


def _in_range(printed: int | None, items: Sequence[AgendaItem]) -> str | None:
    if printed is None:
        return None
    for item in reversed(items):
        if item.first is not None and item.first <= printed and (item.last is None or printed <= item.last):
            return item.number
    return None


def _named(page: PageSketch, items: Sequence[AgendaItem]) -> str | None:
    """The item whose title stands in the page's first lines."""
    lines = [plain(line) for line in page.head[:8]]
    joined = [*lines, *(f"{one} {two}" for one, two in pairwise(lines))]
    for item in items:
        title = plain(item.title)
        if len(title) > 11 and any(fuzz.ratio(title, line) >= NAMED_ALIKE for line in joined):
            return item.number
    return None


def body_head(page: PageSketch, known: Furniture) -> list[str]:
    """The first lines of a page without its frame."""
    running = {one.text for one in known.running if one.first <= page.pdf_page <= one.last}
    return [line for line in page.head if not _is_frame(line, running)]


def _is_frame(line: str, running: set[str]) -> bool:
    text = " ".join(line.split())
    stamped = ITEM_STAMP.fullmatch(text) or any(stamp.fullmatch(text) for _, stamp in STAMPS)
    return bool(stamped) or plain(line) in running


def _papers(
    sketches: Sequence[PageSketch],
    heads: Sequence[Sequence[str]],
    on_page: Sequence[str | None],
    items: Sequence[AgendaItem],
    front: int,
    late: bool,
) -> Iterator[PagePaper]:
    by_number = {item.number: item for item in items}
    slides = slide_pages(sketches, on_page)
    before: PagePaper | None = None
    appendix = ""
    for page, head, number in zip(sketches, heads, on_page, strict=True):
        if page.pdf_page <= front:
            before = PagePaper(None, Kind.AGENDA, "Agenda", Access.PUBLIC, page.pdf_page == 1)
            yield before
            continue
        item = by_number.get(number or "")
        after_front = before is None or page.pdf_page == front + 1
        new_item = after_front or (before is not None and number != before.item) or any(True for _ in item_stamps(page))
        if (page.blank or not head) and before is not None and not new_item:
            before = replace(before, begins=False)
            yield before
            continue
        kind, title, mark = _kind(page, head, item, before, new_item, page.pdf_page in slides)
        if late and kind is Kind.REPORT:
            kind = Kind.SUPPLEMENT
        begins = new_item or (mark != "" and mark != appendix) or (before is not None and kind is not before.kind)
        appendix = mark or ("" if begins else appendix)
        exempt = (item is not None and item.exempt) or is_marked_exempt(page, head)
        if not begins and before is not None:
            exempt = exempt or before.access is Access.RESTRICTED
            title = before.title
        access = Access.RESTRICTED if exempt else Access.PUBLIC
        before = PagePaper(number, kind, title, access, begins)
        yield before


def _kind(
    page: PageSketch,
    head: Sequence[str],
    item: AgendaItem | None,
    before: PagePaper | None,
    new_item: bool,
    slide: bool,
) -> tuple[Kind, str, str]:
    """Kind, title, and the mark of an appendix ("appendix 2") of a page that has text."""
    named = item.title if item else ""
    appendix = appendix_heading(page)
    if any(SUPPLEMENT.fullmatch(" ".join(line.split())) for line in head[:6]) and (new_item or before is not None):
        return Kind.SUPPLEMENT, named or "Supplement", ""
    if is_minutes_head(head):
        return Kind.MINUTES, named or "Minutes", ""
    if appendix:
        return (Kind.SLIDES if _shape(page) in SCREENS else Kind.APPENDIX), appendix[1], appendix[0]
    was = before.kind if before is not None and not new_item else None
    if was is Kind.SUPPLEMENT:
        return Kind.SUPPLEMENT, named, ""
    if slide and was is not Kind.MINUTES:
        return Kind.SLIDES, _first_line(head) or named, ""
    if new_item:
        minutes = item is not None and re.search(r"\bminutes\b", item.title, re.I) and not is_report_head(head)
        return (Kind.MINUTES if minutes else Kind.REPORT), named or subject(head) or _first_line(head), ""
    if is_report_head(head):
        return Kind.REPORT, subject(head) or named, ""
    if was in (None, Kind.SLIDES, Kind.AGENDA):
        return (Kind.APPENDIX if was is Kind.SLIDES and item else Kind.REPORT), _first_line(head) or named, ""
    return was or Kind.REPORT, named, ""


def slide_pages(sketches: Sequence[PageSketch], on_page: Sequence[str | None]) -> set[int]:
    """The PDF pages that are presentation slides, told for each unbroken run of landscape pages of one item."""
    slides: set[int] = set()
    for _, run in groupby(zip(sketches, on_page, strict=True), key=lambda one: (_shape(one[0]), one[1])):
        pages = [page for page, _ in run]
        if pages[0].width < SLIDE_SHAPE * pages[0].height:
            continue
        shown = [page for page in pages if page.words] or pages
        large = sum(page.size >= SLIDE_TEXT and page.words <= SLIDE_WORDS for page in shown)
        if _shape(pages[0]) in SCREENS or large >= SLIDE_SHARE * len(shown):
            slides.update(page.pdf_page for page in pages)
    return slides


def _shape(page: PageSketch) -> tuple[int, int]:
    return round(page.width), round(page.height)


def is_report_head(head: Sequence[str]) -> bool:
    """Whether a page begins a report: two of a report's fields in its first lines, or "STAFF REPORT"."""
    fields = [line for line in head[:10] if REPORT_HEAD.match(line.strip())]
    return len(fields) >= 2 or any(re.match(r"\s*staff\s+report\b", line, re.I) for line in fields)


def subject(head: Sequence[str]) -> str:
    """The subject that a report's head gives, with its further lines; empty where it gives none."""
    for place, line in enumerate(head):
        found = SUBJECT.match(line.strip())
        if not found or re.fullmatch(r"see below\.?", found["title"].split("\t")[0].strip(), re.I):
            continue
        lines = [found["title"]]
        for following in head[place + 1 : place + 4]:
            if FIELD.match(following) or len(lines[-1]) < 35 or following.isupper() != lines[-1].isupper():
                break
            lines.append(following)
        return " ".join(" ".join(lines).split())
    return ""


def appendix_heading(page: PageSketch) -> tuple[str, str] | None:
    """The mark ("appendix 2") and title ("Appendix 2 – Outturn") where a page's first lines say it is an appendix."""
    lines = [" ".join(line.split()) for line in page.head[:5]]
    for place, line in enumerate(lines):
        found = APPENDIX.fullmatch(line)
        if (
            not found
            or len(line) > 130
            or re.search(r"\b(?:sets?|shows?|provides?|contains?|is|are|details?)\b", found["title"])
        ):
            continue
        title = line
        if not found["title"].strip(" -–—:.") and place + 1 < len(lines):
            following = next((one for one in lines[place + 1 :] if not _is_frame(one, set())), "")
            title = f"{line} – {following[:100]}" if following else line
        return " ".join(found["mark"].casefold().split()), title
    return None


def _first_line(head: Sequence[str]) -> str:
    return " ".join(head[0].split())[:120] if head else ""


def is_marked_exempt(page: PageSketch, head: Sequence[str]) -> bool:
    """Whether a page's head or margin marks it as not for the public; prose that mentions Schedule 12A does not."""
    marks = [*head[:MARK_LINES], *(line.text for line in page.margin)]
    return any(
        len(mark) <= MARK_LENGTH and EXEMPT_MARK.fullmatch(" ".join(mark.split())) and not NOT_EXEMPT.search(mark)
        for mark in marks
    )
