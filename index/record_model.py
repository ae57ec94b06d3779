"""The vocabulary of what meetings decide: decisions, votes, actions, recommendations, and the record of a meeting.

Every object is frozen; wherever words are told, ``spans`` say where they stand in the ``text`` of which PDF pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Day  # a field is called date
from enum import StrEnum

from index.model import Meeting, Span


class Outcome(StrEnum):
    """What a body did with a matter."""

    RESOLVED = "resolved"
    AGREED = "agreed"
    APPROVED = "approved"
    NOTED = "noted"
    DEFERRED = "deferred"
    REFERRED = "referred"
    RATIFIED = "ratified"
    RECOMMENDED = "recommended"  # decided to recommend something to another body
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Said:
    """Words as printed and where they stand: ``text`` is the slices of the pages' text, joined by newlines."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person whom minutes name; ``presence`` is "present", "in attendance" or "apologies".

    ``initials`` are those that the attendance list prints, or those of the name; None where two people share them.
    """

    name: str
    role: str | None
    presence: str
    initials: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Vote:
    """How members voted: counts None where not told, names as printed; ``carried`` None where not told."""

    text: str
    spans: tuple[Span, ...]
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    names_for: tuple[str, ...] = ()
    names_against: tuple[str, ...] = ()
    names_abstained: tuple[str, ...] = ()
    unanimous: bool = False
    carried: bool | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a resolution: ``label`` as printed ("(a)", "ii)", "•", "(a)(i)"), "" for an unlabelled one."""

    label: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A proposed change; ``carried`` is None where its fate is not told."""

    text: str
    spans: tuple[Span, ...]
    carried: bool | None = None
    mover: Said | None = None
    seconder: Said | None = None
    vote: Vote | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a meeting decided. ``text`` is verbatim and whole, with its parts; its date is that of the meeting.

    ``confidence`` is 0 to 1; ``flags`` say in words what a person should look at, empty where nothing is unsure.
    """

    kind: Outcome
    text: str
    spans: tuple[Span, ...]
    parts: tuple[Part, ...] = ()
    minute: str | None = None
    title: str = ""
    vote: Vote | None = None
    mover: Said | None = None
    seconder: Said | None = None
    amendments: tuple[Amendment, ...] = ()
    call_in: Said | None = None
    confidence: float = 1.0
    flags: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[int, ...]:
        """The PDF pages on which it stands."""
        return tuple(dict.fromkeys(span.pdf_page for span in self.spans))


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody is to do. ``owners`` are people as the attendance list names them, else as printed;
    ``due`` and ``status`` are words as printed; ``decided`` is the earlier meeting's date in an action log."""

    what: str
    spans: tuple[Span, ...]
    owners: tuple[str, ...] = ()
    due: str | None = None
    status: str | None = None
    ref: str | None = None
    minute: str | None = None
    title: str = ""
    decided: Day | None = None
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """An interest that somebody declared: ``text`` is the sentence, with what follows about it."""

    who: str
    text: str
    spans: tuple[Span, ...]
    minute: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What a body is asked to decide, or asks another to decide: never a decision. ``to`` is that body as printed."""

    text: str
    spans: tuple[Span, ...]
    parts: tuple[Part, ...] = ()
    to: str | None = None
    minute: str | None = None
    title: str = ""
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyDecision:
    """One entry of a forward plan or one decision notice; every field as printed but ``date``."""

    title: str
    spans: tuple[Span, ...]
    text: str = ""
    reference: str | None = None
    date: Day | None = None
    maker: str | None = None
    wards: str | None = None
    contact: str | None = None
    key: bool | None = None
    proposed: bool = True  # False for a notice of a decision that was made
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: ``text`` as printed without its heading; ``number`` None where none is printed."""

    number: str | None
    title: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """The minutes of one meeting. ``flags`` say what could not be read for sure (no date, nobody named)."""

    meeting: Meeting
    people: tuple[Attendee, ...] = ()
    chair: str | None = None
    minutes: tuple[Minute, ...] = ()
    decisions: tuple[Decision, ...] = ()
    actions: tuple[Action, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    notes: tuple[Said, ...] = ()  # on when decisions take effect and call-in
    flags: tuple[str, ...] = ()
