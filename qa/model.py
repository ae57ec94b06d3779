"""What goes in and out of the service: questions, filters, answers, citations (the shapes of the JSON interface)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from index.model import Access, Box


class Filters(BaseModel):
    """What to look in; every field narrows, an empty one does not. Applied before any search."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    body: str | None = Field(None, description="Body's name, part of it, or its acronym")
    from_: date | None = Field(None, alias="from", description="Earliest meeting date, ISO")
    to: date | None = Field(None, description="Latest meeting date, ISO")
    pack: str | None = Field(None, description="Pack id or file name")
    item: str | None = Field(None, description="Agenda item number")
    kind: str | None = Field(None, description="Kind of paper: minutes, report, appendix, slides, …")


class Turn(BaseModel):
    """One earlier question of the conversation with the answer that was given."""

    question: str
    answer: str = ""

    @model_validator(mode="before")
    @classmethod
    def from_pair(cls, value: Any) -> Any:
        """A turn may also be written as a pair: ["question", "answer"]."""
        if isinstance(value, list | tuple) and 1 <= len(value) <= 2:
            return dict(zip(("question", "answer"), value, strict=False))
        return value


class Question(BaseModel):
    """A question with what was said before it."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="The question in the asker's own words")
    history: list[Turn] = Field(default_factory=list, description="Earlier turns, oldest first")
    filters: Filters = Field(default_factory=lambda: Filters())
    everywhere: bool = Field(False, description="Do not narrow to the council or meeting that the question names")
    conversation: str | None = Field(
        None, description='Id of a kept conversation to go on with, or "new"; its turns are the history then'
    )


class Rescope(BaseModel):
    """Another narrowing with which the same question can be asked again."""

    words: str = Field(description='As "All packs" or "Only Cabinet, 14 January 2025"')
    filters: Filters
    everywhere: bool = False


class Chip(BaseModel):
    """One narrowing in force."""

    what: str = Field(description="body, from, to, pack, item or kind of the filters, or question: what it names")
    words: str
    without: Rescope = Field(description="The same question without this narrowing")


class LookedIn(BaseModel):
    """Where an answer was looked for, as the question and the filters were understood."""

    words: str = Field(description='As "Health and Wellbeing Board, 14 March 2024" or "all 8 packs"')
    chips: list[Chip] = Field(default_factory=list)
    others: list[Rescope] = Field(default_factory=list, description="Other places to look in")
    packs: list[str] = Field(default_factory=list, exclude=True, description="Ids of the packs whose names stand in it")


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_FOUND = "not_found"
    OUT_OF_SCOPE = "out_of_scope"


class Citation(BaseModel):
    """One place in a pack where a claim stands."""

    n: int = Field(description="The marker's number in the answer, from 1")
    file: str
    pack: str = Field(description="Pack id")
    pack_title: str
    council: str | None = None
    body: str | None
    meeting_date: date | None
    item: str | None
    item_title: str | None
    kind: str
    page: str | None = Field(description="Printed agenda page number; null where the page has none")
    page_source: str = Field(description="stamp, label, inferred or none")
    pdf_page: int = Field(description="Page of the file, from 1")
    quote: str = Field(description="Verbatim text of that page")
    boxes: list[Box] = Field(description="Where the quote stands, fractions of the page, origin top left")
    href: str = Field(description="Address of the page in the web service")
    access: Access = Field(Access.PUBLIC, description="Whether the page is for everyone: public or restricted")


class Claim(BaseModel):
    text: str
    citations: list[int]


class RankedPassage(BaseModel):
    """One passage of the ranking that an answer was made from."""

    file: str
    pack: str
    pack_title: str = ""
    page: str | None
    pdf_page: int
    score: float
    text: str
    item: str | None = None
    kind: str = "other"
    href: str = ""


class Answer(BaseModel):
    """The answer object of ``board-qa ask --json`` and ``POST /api/ask``."""

    question: str
    standalone_question: str
    status: Status
    answered: bool
    answer: str
    claims: list[Claim] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    passages: list[RankedPassage] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    decisions_href: str | None = Field(None, description="Where the register lists decisions on this, if asked for")
    engine: str = "extractive"
    timing_ms: dict[str, float] = Field(default_factory=dict)
    looked_in: LookedIn | None = None
    answer_id: str | None = Field(None, description="Under which the answer is kept; null where it is not")
    href: str | None = Field(None, description="Permanent address of the kept answer")
    conversation: str | None = Field(None, description="Id of the conversation it is kept in")


class KeptTurn(BaseModel):
    """One kept question with its answer, whose `passages` are the nearest pages only, without their text."""

    id: str
    question: str
    asked: datetime
    answer: Answer


class ConversationInfo(BaseModel):
    """One conversation of a list; times are UTC."""

    id: str
    title: str
    made: datetime
    changed: datetime
    turns: int = Field(description="How many questions were asked")


class Conversation(BaseModel):
    """One conversation, oldest turn first."""

    id: str
    title: str
    made: datetime
    changed: datetime
    turns: list[KeptTurn]


class TracedPage(BaseModel):
    """One page that an answer passed on its way."""

    file: str
    pack: str
    pdf_page: int


class Trace(BaseModel):
    """How an answer came about, step by step; asked for to find where a miss arose."""

    retrieved: list[TracedPage] = Field(default_factory=list, description="Pages of all passages found, best first")
    read: list[TracedPage] = Field(default_factory=list, description="Pages whose text was weighed as evidence")
    drafted: list[TracedPage] = Field(default_factory=list, description="Pages that the drafted statements rest on")
    removed: list[str] = Field(default_factory=list, description="Drafted statements that the last check took out")
    declined: str | None = Field(None, description="Why nothing was drafted, in the words told; null when it was")


class Identity(BaseModel):
    """What answers depend on besides the question, for telling runs of an evaluation apart."""

    index_generation: int = Field(description="Raised by every change to the index")
    index_sha256: str = Field(description="Of the ids and contents of the packs that may be seen")
    models: dict[str, str] = Field(description="Name of each model by what it does")
    prompts: dict[str, str] = Field(default_factory=dict, description="Version of each prompt by name")
    settings: dict[str, str]


class PackItem(BaseModel):
    item: str
    title: str
    first: str | None
    last: str | None


class PackAccess(BaseModel):
    """Who may see a pack, as administrators are told."""

    pack: str = Field(description="Id of the pack")
    file: str = Field(description="Name of the PDF")
    access: Access = Field(description="Of the pack as a whole: whether it is told to be there at all")
    pages: int = Field(description="Pages of the PDF")
    restricted: list[int] = Field(description="PDF pages that only those may see who have that right")


class PackInfo(BaseModel):
    """One indexed pack, as ``packs --json`` lists it; ``files`` are all the PDFs of the same meeting."""

    pack: str
    file: str
    files: list[str]
    title: str
    body: str | None
    council: str | None
    meeting_date: date | None
    kind: str
    access: str
    pages: int
    items: list[PackItem]


class PageInfo(BaseModel):
    """One page, as ``pages PACK --json`` lists it."""

    pdf_page: int
    page: str | None
    page_source: str
    item: str | None
    item_title: str | None
    kind: str
    scanned: bool
    blank: bool
    readable: bool
    access: Access = Access.PUBLIC


class PageView(PageInfo):
    """One page with its text; ``width`` and ``height`` in points as displayed."""

    text: str
    width: float
    height: float


class Refused(BaseModel):
    file: str
    code: str
    message: str
    hint: str


class IngestReport(BaseModel):
    """What an ingest did, file by file."""

    added: list[str] = Field(default_factory=list, description="Pack ids newly indexed")
    replaced: list[str] = Field(default_factory=list, description="Pack ids whose file had changed")
    unchanged: list[str] = Field(default_factory=list, description="Pack ids already indexed as they are")
    refused: list[Refused] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list, description="Pages that could not be read, and the like")
