"""One PDF's outline: meeting, agenda items, page numbers and sections, out of the sketches of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.agenda import is_agenda, is_late, read_items
from index.furniture import Furniture, find_furniture
from index.meeting import read_meeting
from index.minutes import is_minutes_head
from index.model import AgendaItem, Kind, Meeting, PackOutline, Page, PageNumber, Section
from index.numbering import item_stamps, number_pages
from index.sections import body_head, find_sections, is_report_head, slide_pages, subject
from index.series import Form, candidates
from index.sketch import PageSketch

LONGEST_FRONT = 24  # pages of an agenda sheet
MEETING_PAGES = 3  # of the front, in which the meeting is told


def outline(
    sketches: Sequence[PageSketch],
    load: Callable[[int], Page],
    known: Furniture | None = None,
) -> PackOutline:
    """The outline of a PDF. ``sketches`` are all its pages in order; ``load`` gives a page by its number from 1
    (only the first few are asked for); ``known`` is its frame, where that was found before. Acronyms are left out."""
    known = known or find_furniture(sketches)
    front = _front(sketches, load, known)
    late = bool(front) and is_late(front)
    items = read_items(front) if front else ()
    if front and items and not late:
        late = _joins_late(front, items)
    numbers = number_pages(sketches, items)
    front_pages = _front_length(len(front), sketches, numbers, items)
    sections = find_sections(sketches, numbers, items, front_pages, known, late=late)
    told = front[:MEETING_PAGES] if front else [load(page.pdf_page) for page in sketches[:1]]
    lines = [line.text for page in told for line in page.body]
    meeting = read_meeting(lines, (name for page in sketches for name in page.councils))
    kind = _file_kind(sketches, sections, front_pages, late)
    head = body_head(sketches[0], known) if sketches else []
    if kind in (Kind.OTHER, Kind.SLIDES, Kind.APPENDIX):
        meeting = _only_certain(meeting)
    return PackOutline(
        meeting=meeting,
        title=_title(meeting, kind, head),
        kind=kind,
        items=tuple(items),
        numbers=numbers,
        sections=sections,
    )


def _front(sketches: Sequence[PageSketch], load: Callable[[int], Page], known: Furniture) -> list[Page]:
    """The pages before the first paper, if an agenda sheet is among them."""
    pages: list[Page] = []
    for page in sketches[:LONGEST_FRONT]:
        head = body_head(page, known)
        if is_minutes_head(head) or is_report_head(head) or any(True for _ in item_stamps(page)):
            break
        full = load(page.pdf_page)
        stamped = any(one.form is Form.PAGE and one.number == 1 and one.pdf_page > 1 for one in candidates(page))
        if stamped and not is_agenda(full):
            break
        pages.append(full)
    while pages and not (is_agenda(pages[-1]) or pages[-1].blank or len(pages) == 1):
        if any(is_agenda(page) for page in pages) and _lists_items(pages[-1]):
            break
        pages.pop()
    return pages if any(is_agenda(page) for page in pages) else []


def _lists_items(page: Page) -> bool:
    """Whether a page goes on with the list of items: several lines of it end with pages."""
    return len(read_items([page])) > 1


def _joins_late(front: Sequence[Page], items: Sequence[AgendaItem]) -> bool:
    """A letter that lists only later items of an agenda brings papers for them."""
    letter = any(
        re.match(r"dear\s+(?:member|councillor|colleague)", line.text, re.I) for page in front for line in page.body
    )
    return letter and all(item.number.isdigit() and int(item.number) > 1 for item in items)


def _front_length(
    read: int, sketches: Sequence[PageSketch], numbers: Sequence[PageNumber], items: Sequence[AgendaItem]
) -> int:
    """How many pages stand before the first paper: the front's, with blank ones up to the first agenda page."""
    if not read:
        return 0
    firsts = [item.first for item in items if item.first is not None]
    start = f"{min(firsts)}" if firsts else None
    for number in numbers[:LONGEST_FRONT]:
        if start is not None and number.printed == start:
            return number.pdf_page - 1
    length = read
    while length < len(sketches) and sketches[length].blank and numbers[length].printed is None:
        length += 1
    return length


def _file_kind(sketches: Sequence[PageSketch], sections: Sequence[Section], front: int, late: bool) -> Kind:
    if front:
        return Kind.SUPPLEMENT if late else Kind.AGENDA
    if not sections:
        return Kind.OTHER
    slides = slide_pages(sketches, [None] * len(sketches))
    if len(slides) > len(sketches) / 2:
        return Kind.SLIDES
    return sections[0].kind


def _only_certain(meeting: Meeting) -> Meeting:
    """A paper that is neither agenda, minutes nor report tells a meeting only by body and date together."""
    if meeting.body and meeting.date:
        return meeting
    return Meeting(council=meeting.council)


def _title(meeting: Meeting, kind: Kind, head: Sequence[str]) -> str:
    """ "Health and Wellbeing Board, 22 March 2023", for a report its subject, else the paper's first line."""
    if kind in (Kind.REPORT, Kind.APPENDIX, Kind.SLIDES, Kind.OTHER):
        return subject(head) or " ".join(" ".join(head[:2]).split())[:160]
    day = f"{meeting.date.day} {meeting.date:%B %Y}" if meeting.date else ""
    name = ", ".join(part for part in (meeting.body or meeting.council or "", day) if part)
    ending = {Kind.MINUTES: "minutes", Kind.SUPPLEMENT: "supplement"}.get(kind, "")
    return ": ".join(part for part in (name, ending) if part) or " ".join(head[:1])
