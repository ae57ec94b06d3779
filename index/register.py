"""What of one pack belongs in the decision register: its pages and outline → minutes, recommendations, actions, plans.

Pure: nothing is stored here. Words keep their spans; each entry knows the boxes on its first page, and who may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from index.actions import logged_actions
from index.key_decisions import key_decisions_among
from index.marks import boxes_of
from index.minutes import is_minutes_head, recorded_meeting
from index.model import Access, Box, Kind, Meeting, PackOutline, Page, Section, Span
from index.paragraphs import paragraphs
from index.recommendations import recommendations_among
from index.record import record_of
from index.record_model import (
    Action,
    Attendee,
    Decision,
    Declaration,
    KeyDecision,
    MeetingRecord,
    Minute,
    Recommendation,
    Said,
)

MOST_PAGES = 80  # of one paper that are looked through for recommendations, action logs and plans
HEAD_LINES = 12  # in which exempt minutes say that they are minutes
# Papers to a meeting; what a body is asked stands in the first two, plans and logs of actions in any
ASKING = (Kind.REPORT, Kind.SUPPLEMENT, Kind.EXEMPT)
PAPERS = (*ASKING, Kind.APPENDIX, Kind.SLIDES, Kind.OTHER)


class Told(Protocol):
    """Whatever stands somewhere in a pack."""

    @property
    def spans(self) -> tuple[Span, ...]: ...


T = TypeVar("T", bound=Told)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One thing that a pack tells; ``boxes`` lie on ``pdf_page``, the first of its pages. ``item`` is the agenda's."""

    told: T
    pdf_page: int
    boxes: tuple[Box, ...]
    access: Access
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One report, appendix or set of slides put to the meeting."""

    title: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting in a pack; they begin on ``pdf_page``."""

    meeting: Meeting
    pdf_page: int
    access: Access
    chair: str | None
    people: tuple[Attendee, ...]
    flags: tuple[str, ...]
    minutes: tuple[Entry[Minute], ...]
    decisions: tuple[Entry[Decision], ...]
    actions: tuple[Entry[Action], ...]
    declarations: tuple[Entry[Declaration], ...]
    recommendations: tuple[Entry[Recommendation], ...]
    notes: tuple[Entry[Said], ...]


@dataclass(slots=True)
class PackRegister:
    """All that one pack gives to the register. ``meeting`` is that which its papers are for, None where not told."""

    meeting: Meeting | None = None
    minutes: list[Minutes] = field(default_factory=list)
    papers: list[Entry[Paper]] = field(default_factory=list)
    recommendations: list[Entry[Recommendation]] = field(default_factory=list)
    actions: list[Entry[Action]] = field(default_factory=list)
    key_decisions: list[Entry[KeyDecision]] = field(default_factory=list)


def register_of(found: PackOutline, load: Callable[[int], Page]) -> PackRegister:
    """What the pack of that outline gives to the register; ``load`` gives a page, its frame marked, by its PDF page."""
    register = PackRegister()
    if found.kind is not Kind.MINUTES and (found.meeting.body or found.meeting.date):
        register.meeting = found.meeting
    papers: list[Section] = []
    for section in found.sections:
        if section.kind is Kind.MINUTES or (section.kind is Kind.EXEMPT and _is_minutes(load(section.first))):
            register.minutes.append(_minutes(section, found, load))
        elif section.kind in PAPERS:
            papers.append(section)
    people = tuple(person for minutes in register.minutes for person in minutes.people)
    for section in papers:
        _read_paper(section, load, people, register)
    return register


def _is_minutes(page: Page) -> bool:
    return is_minutes_head(_head(page))


def _head(page: Page) -> list[str]:
    return [line.text for line in page.body[:HEAD_LINES]]


def _minutes(section: Section, found: PackOutline, load: Callable[[int], Page]) -> Minutes:
    pages = [load(number) for number in range(section.first, section.last + 1)]
    # the head of exempt minutes was not read by the outline, which knows them as exempt only
    told = section.recorded or (recorded_meeting(_head(pages[0])) if section.kind is Kind.EXEMPT else None)
    record = record_of(pages, told)
    placed = _Placed(pages, section)
    return Minutes(
        meeting=_of_pack(record, found.meeting),
        pdf_page=section.first,
        access=section.access,
        chair=record.chair,
        people=record.people,
        flags=record.flags,
        minutes=placed.all(record.minutes),
        decisions=placed.all(record.decisions),
        actions=placed.all(record.actions),
        declarations=placed.all(record.declarations),
        recommendations=placed.all(record.recommendations),
        notes=placed.all(record.notes),
    )


def _of_pack(record: MeetingRecord, pack: Meeting) -> Meeting:
    """The recorded meeting; a council, or a body, that the minutes do not name is the pack's. Never its date."""
    meeting = record.meeting
    return replace(meeting, body=meeting.body or pack.body, council=meeting.council or pack.council)


def _read_paper(
    section: Section, load: Callable[[int], Page], people: Sequence[Attendee], register: PackRegister
) -> None:
    last = min(section.last, section.first + MOST_PAGES - 1)
    pages = [load(number) for number in range(section.first, last + 1)]
    placed = _Placed(pages, section)
    told = paragraphs(pages)
    if section.title:
        register.papers += placed.all([Paper(section.title, (Span(section.first, 0, 0),))])
    if section.kind in ASKING:
        register.recommendations += placed.all(recommendations_among(told, None, section.title))
    register.actions += placed.all(logged_actions(told, people))
    register.key_decisions += placed.all(key_decisions_among(told))


class _Placed:
    """Finds the boxes of what stands on the pages of one section."""

    def __init__(self, pages: Sequence[Page], section: Section) -> None:
        self._pages = {page.pdf_page: page for page in pages}
        self._section = section

    def all(self, things: Iterable[T]) -> tuple[Entry[T], ...]:
        return tuple(self._one(thing) for thing in things)

    def _one(self, thing: T) -> Entry[T]:
        first = thing.spans[0].pdf_page if thing.spans else self._section.first
        boxes: list[Box] = []
        for span in thing.spans:
            if span.pdf_page == first and span.end > span.start:
                boxes += boxes_of(self._pages[first], span.start, span.end)
        return Entry(thing, first, tuple(boxes), self._section.access, self._section.item)
