"""What goes in and out of the decision register: decisions, meetings, actions, recommendations and their trail."""

from __future__ import annotations

from datetime import date as Day  # fields are called date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from index.model import Box
from index.record_model import Outcome

DEFAULT_ROWS = 50
MOST_ROWS = 500  # of one page of the register


class Sort(StrEnum):
    """In what order rows come; those alike by it, newest first, then as printed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    BODY = "body"
    MINUTE = "minute"
    TITLE = "title"
    KIND = "kind"
    BEST = "best"  # those with all words of the query first, each nearest first; newest where there is no query


class Match(StrEnum):
    """How a decision fits the query."""

    WORDS = "words"  # it has all of its words, inflected as they may be
    NEAR = "near"  # it is near in meaning, or has some of its words


class State(StrEnum):
    """What a decision, or a recommendation, has come to."""

    DECIDED = "decided"
    DEFERRED = "deferred"
    LOST = "lost"
    RECOMMENDED = "recommended"  # decided to recommend it to another body, which has the last word
    PROPOSED = "proposed"  # put to a meeting whose minutes are not indexed
    UNKNOWN = "unknown"  # the minutes are indexed, but no decision in them clearly answers it


class Stage(StrEnum):
    """What happens to a matter, in the order in which it mostly does."""

    RECOMMENDED = "recommended"
    DECIDED = "decided"
    REPORTED = "reported"
    ACTION = "action"


class RegisterFilters(BaseModel):
    """What of the register is wanted; every field narrows, an empty one does not. Applied before any search."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    query: str | None = Field(None, description="Words to look for; meaning counts too")
    body: str | None = Field(None, description="Body's name, part of it, or its acronym, also with its council's")
    council: str | None = Field(None, description="Council's or trust's name, or part of it")
    from_: Day | None = Field(None, alias="from", description="Earliest meeting date, ISO")
    to: Day | None = Field(None, description="Latest meeting date, ISO")
    kind: Outcome | None = Field(None, description="What the body did: " + ", ".join(Outcome))
    minute: str | None = Field(None, description="Minute number as printed, or its last part")
    person: str | None = Field(None, description="Name, or part of it, of who moved, seconded or voted")
    pack: str | None = Field(None, description="Pack id or file name")
    near: bool = Field(True, description="Whether a query also finds what is only near to it in meaning")
    sort: Sort | None = Field(
        None, description="Order of the rows: " + ", ".join(Sort) + "; left out, best with a query, else newest"
    )
    offset: int = Field(0, ge=0, description="Rows to pass over")
    limit: int = Field(DEFAULT_ROWS, ge=1, le=MOST_ROWS, description="Rows to give")


class ActionFilters(BaseModel):
    """Which actions are wanted; every field narrows."""

    model_config = ConfigDict(extra="forbid")

    owner: str | None = Field(None, description="Name, initials or role of who is to act, or part of it")
    body: str | None = Field(None, description="Body's name, part of it, or its acronym")
    open: bool | None = Field(None, description="Only those not yet done, or only those done")
    pack: str | None = Field(None, description="Pack id or file name")
    offset: int = Field(0, ge=0, description="Rows to pass over")
    limit: int = Field(DEFAULT_ROWS, ge=1, le=MOST_ROWS, description="Rows to give")


class Place(BaseModel):
    """Where words of the register stand."""

    pack: str = Field(description="Pack id")
    file: str
    page: str | None = Field(description="Printed agenda page number of the first page; null where it has none")
    pdf_page: int = Field(description="First page of the file, from 1")
    pdf_pages: list[int] = Field(description="All pages of the file on which the words stand")
    boxes: list[Box] = Field(description="Where on the first page, in page fractions, origin top left")
    href: str = Field(description="Address of the first page with the words marked")


class Part(BaseModel):
    """One part of a resolution."""

    label: str = Field(description='As printed: "(a)", "ii)"; empty for an unlabelled one')
    text: str


class Votes(BaseModel):
    """How members voted; counts are null where the minutes do not tell them."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    for_: int | None = Field(None, alias="for")
    against: int | None = None
    abstained: int | None = None
    names_for: list[str] = Field(default_factory=list)
    names_against: list[str] = Field(default_factory=list)
    names_abstained: list[str] = Field(default_factory=list)
    unanimous: bool = False
    carried: bool | None = Field(None, description="Null where the minutes do not say")
    text: str = Field("", description="As printed")


class AmendmentRow(BaseModel):
    """A proposed change to what was decided."""

    text: str
    carried: bool | None = Field(description="Null where the minutes do not say")
    mover: str | None
    seconder: str | None
    votes: Votes | None


class Sourced(Place):
    """A row of the register with the place that it is shown from, and all others that tell the same."""

    also: list[Place] = Field(default_factory=list, description="The same in other packs: draft, approved minutes")
    confidence: float = Field(description="0 to 1")
    flags: list[str] = Field(default_factory=list, description="What a person should look at; empty where sure")


class DecisionRow(Sourced):
    """One decision. ``date`` is that of the meeting that decided, never that of the pack."""

    id: str = Field(description="Permanent: it outlives a new ingest of the same minutes")
    link: str = Field(description="Permanent address: /decisions/{id}")
    date: Day | None
    body: str | None
    council: str | None
    meeting: str = Field(description="Meeting id, for /meetings/{id}")
    minute: str | None = Field(description="Minute number as printed")
    title: str
    kind: Outcome
    state: State
    text: str = Field(description="Verbatim and whole, with its parts")
    parts: list[Part]
    votes: Votes | None
    mover: str | None
    seconder: str | None
    amendments: list[AmendmentRow]
    call_in: str | None = Field(description="What the minutes say of call-in")
    match: Match | None = Field(None, description="How it fits the query; null without one")


class DecisionPage(BaseModel):
    """One page of the register."""

    total: int = Field(description="Decisions that match, on all pages")
    offset: int
    limit: int
    rows: list[DecisionRow]


class ActionRow(Sourced):
    """What somebody is to do, as it stood when it was last told."""

    id: str
    what: str
    owners: list[str]
    due: str | None = Field(description="As printed")
    due_date: Day | None = Field(description="The day that ``due`` names; null where it names none")
    status: str | None = Field(description="As printed in an action log")
    open: bool = Field(description="Not told to be done")
    overdue: bool = Field(description="Open, and due before today")
    since: Day | None = Field(description="The meeting that asked for it")
    told: Day | None = Field(description="The meeting whose papers told of it last")
    age_days: int | None = Field(description="Since ``since`` till today; null for a done one and without a date")
    ref: str | None = Field(description="Its number in the action log")
    body: str | None
    council: str | None
    meeting: str
    minute: str | None
    title: str


class ActionPage(BaseModel):
    """One page of actions, oldest first."""

    total: int
    open: int = Field(description="How many of the total are open")
    offset: int
    limit: int
    rows: list[ActionRow]


class RecommendationRow(Sourced):
    """What a body is asked to decide: never a decision, whatever its state."""

    id: str
    date: Day | None = Field(description="Of the meeting that it is put to, or that made it")
    body: str | None = Field(description="That it is put to, or that made it")
    council: str | None
    meeting: str
    to: str | None = Field(description="The body asked, as printed")
    item: str | None = Field(description="Agenda item of the report, or minute number")
    title: str
    text: str
    parts: list[Part]
    state: State = Field(description="proposed, decided or unknown")
    decision: DecisionRow | None = Field(description="That answered it")


class RecommendationPage(BaseModel):
    """One page of recommendations, newest first."""

    total: int
    offset: int
    limit: int
    rows: list[RecommendationRow]


class KeyDecisionRow(Sourced):
    """One entry of a forward plan, or one decision notice."""

    id: str
    date: Day | None = Field(description="When it is to be, or was, decided")
    title: str
    text: str
    reference: str | None
    maker: str | None
    wards: str | None
    contact: str | None
    key: bool | None = Field(description="Whether it is a key decision; null where it is not told")
    proposed: bool = Field(description="Yet to be made")
    council: str | None


class AttendeeRow(BaseModel):
    name: str
    role: str | None
    presence: str = Field(description="present, in attendance or apologies")


class DeclarationRow(Place):
    """An interest that somebody declared."""

    who: str
    text: str
    minute: str | None


class NoteRow(Place):
    """What minutes say at their end: when decisions take effect, until when they may be called in."""

    text: str


class MinuteRow(Place):
    """One minute with what was decided in it."""

    number: str | None
    title: str
    text: str = Field(description="As printed, without its heading")
    decisions: list[DecisionRow]


class MeetingItem(BaseModel):
    """One item of a meeting's agenda."""

    item: str
    title: str
    pack: str
    pdf_page: int | None = Field(description="First page of its papers; null where it has none")
    href: str = Field(description="Address of that page, else of the pack's first")


class MeetingPaper(BaseModel):
    """One pack of a meeting: its agenda and papers, or one that holds its minutes."""

    pack: str
    file: str
    title: str
    records: bool = Field(description="It holds the minutes of this meeting")
    href: str = Field(description="Address of the first page of these papers or minutes")


class MeetingRow(BaseModel):
    """One meeting, by its own papers, by its minutes, or by both."""

    id: str
    link: str = Field(description="Permanent address: /meetings/{id}")
    date: Day | None
    body: str | None
    council: str | None
    minuted: bool = Field(description="Its minutes are indexed")
    decisions: int
    actions: int
    papers: list[MeetingPaper]


class MeetingPage(BaseModel):
    """One page of meetings, newest first."""

    total: int
    offset: int
    limit: int
    rows: list[MeetingRow]


class MeetingView(BaseModel):
    """One meeting with all that its minutes tell."""

    meeting: MeetingRow
    time: str | None
    venue: str | None
    chair: str | None
    people: list[AttendeeRow] = Field(description="Present, in attendance and apologies, in this order")
    items: list[MeetingItem] = Field(description="Of its agenda, where that is indexed")
    minutes: list[MinuteRow]
    decisions: list[DecisionRow] = Field(description="In the order of the minutes")
    actions: list[ActionRow]
    declarations: list[DeclarationRow]
    recommendations: list[RecommendationRow] = Field(description="Put to it by reports, with what came of them")
    notes: list[NoteRow]
    flags: list[str] = Field(description="What could not be read for sure in its minutes")


class TrailEntry(Place):
    """One step of a matter through the papers."""

    date: Day | None
    stage: Stage
    body: str | None
    council: str | None
    meeting: str | None = Field(description="Meeting id; null where the meeting is not known")
    item: str | None = Field(description="Agenda item or minute number")
    title: str
    text: str
    state: State | None = Field(description="Of a decision or recommendation")
    kind: Outcome | None = Field(description="Of a decision")
    id: str | None = Field(description="Of the decision, action or recommendation")


class Trail(BaseModel):
    """All that the papers tell of a topic over time, oldest first; entries without a date last."""

    topic: str
    entries: list[TrailEntry]


class Choices(BaseModel):
    """What can be filtered by: for the register page's lists."""

    bodies: list[str]
    councils: list[str]
    kinds: list[Outcome]
    people: list[str] = Field(description="Who moved, seconded or voted by name")
    owners: list[str] = Field(description="Who has actions")
    first: Day | None = Field(description="Date of the earliest decision")
    last: Day | None
