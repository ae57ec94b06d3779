"""What the index tells of the register, as the rows that people and programs get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.model import Span
from index.record_model import (
    Amendment,
    Decision,
    Declaration,
    KeyDecision,
    Minute,
    Outcome,
    Recommendation,
    Said,
    Vote,
)
from index.register_rows import Standing, Stored, StoredMeeting
from qa.addresses import page_address
from qa.register_model import (
    AmendmentRow,
    DecisionRow,
    DeclarationRow,
    KeyDecisionRow,
    Match,
    MeetingPaper,
    MeetingRow,
    MinuteRow,
    NoteRow,
    Part,
    Place,
    RecommendationRow,
    State,
    Votes,
)

STATES = {
    Outcome.DEFERRED: State.DEFERRED,
    Outcome.LOST: State.LOST,
    Outcome.RECOMMENDED: State.RECOMMENDED,
}


def place_of(standing: Standing, spans: Sequence[Span] = ()) -> Place:
    """A place with the address of its page, the words marked; ``spans`` are those of the words, where known."""
    pages = sorted({standing.pdf_page, *(span.pdf_page for span in spans)})
    return Place(
        pack=standing.pack,
        file=standing.file,
        page=standing.printed,
        pdf_page=standing.pdf_page,
        pdf_pages=pages,
        boxes=list(standing.boxes),
        href=page_address(standing.pack, standing.pdf_page, standing.boxes),
    )


def _placed(stored: Stored[Any]) -> dict[str, Any]:
    return place_of(stored.place, stored.told.spans).model_dump()


def sourced(stored: Stored[Any]) -> dict[str, Any]:
    """The fields of ``Sourced`` for a row of the register."""
    return {
        **_placed(stored),
        "also": [place_of(standing) for standing in stored.also],
        "confidence": stored.told.confidence,
        "flags": list(stored.told.flags),
    }


def _held(stored: Stored[Any]) -> dict[str, Any]:
    """The meeting of a row."""
    when = stored.when
    return {"date": when.date, "body": when.body, "council": when.council, "meeting": stored.meeting}


def flat(text: str) -> str:
    """Words as printed, in one line."""
    return " ".join(text.split())


def _name(said: Said | None) -> str | None:
    return flat(said.text) if said else None


def decision_row(stored: Stored[Decision], match: Match | None = None) -> DecisionRow:
    """One decision; ``match`` says how it fits the query."""
    told = stored.told
    return DecisionRow(
        **sourced(stored),
        **_held(stored),
        id=stored.id,
        link=f"/decisions/{stored.id}",
        minute=told.minute,
        title=flat(told.title),
        kind=told.kind,
        state=STATES.get(told.kind, State.DECIDED),
        text=told.text,
        parts=_parts(told),
        votes=_votes(told.vote),
        mover=_name(told.mover),
        seconder=_name(told.seconder),
        amendments=[_amendment(one) for one in told.amendments],
        call_in=_name(told.call_in),
        match=match,
    )


def _parts(told: Decision | Recommendation) -> list[Part]:
    return [Part(label=part.label, text=part.text) for part in told.parts]


def _amendment(told: Amendment) -> AmendmentRow:
    return AmendmentRow(
        text=told.text,
        carried=told.carried,
        mover=_name(told.mover),
        seconder=_name(told.seconder),
        votes=_votes(told.vote),
    )


def _votes(vote: Vote | None) -> Votes | None:
    if vote is None:
        return None
    return Votes(
        for_=vote.in_favour,
        against=vote.against,
        abstained=vote.abstained,
        names_for=list(vote.names_for),
        names_against=list(vote.names_against),
        names_abstained=list(vote.names_abstained),
        unanimous=vote.unanimous,
        carried=vote.carried,
        text=flat(vote.text),
    )


def recommendation_row(stored: Stored[Recommendation], state: State, decision: DecisionRow | None) -> RecommendationRow:
    """One recommendation with what came of it."""
    told = stored.told
    return RecommendationRow(
        **sourced(stored),
        **_held(stored),
        id=stored.id,
        to=told.to,
        item=stored.item,
        title=flat(told.title),
        text=told.text,
        parts=_parts(told),
        state=state,
        decision=decision,
    )


def key_decision_row(stored: Stored[KeyDecision]) -> KeyDecisionRow:
    """One entry of a forward plan, or one notice."""
    told = stored.told
    return KeyDecisionRow(
        **sourced(stored),
        id=stored.id,
        date=told.date,
        title=told.title,
        text=told.text,
        reference=told.reference,
        maker=told.maker,
        wards=told.wards,
        contact=told.contact,
        key=told.key,
        proposed=told.proposed,
        council=stored.when.council,
    )


def declaration_row(stored: Stored[Declaration]) -> DeclarationRow:
    """One declared interest."""
    told = stored.told
    return DeclarationRow(**_placed(stored), who=told.who, text=told.text, minute=told.minute)


def note_row(stored: Stored[Said]) -> NoteRow:
    """One note at the end of minutes."""
    return NoteRow(**_placed(stored), text=stored.told.text)


def minute_rows(minutes: Sequence[Stored[Minute]], decisions: Iterable[Stored[Decision]]) -> list[MinuteRow]:
    """The minutes of one meeting in their order, each with its decisions: those whose words stand in it, and those of
    another pack's minutes that have its number and title."""
    held: list[list[DecisionRow]] = [[] for _ in minutes]
    for decision in decisions:
        within = [place for place, one in enumerate(minutes) if _stands_in(decision, one)]
        alike = [place for place, one in enumerate(minutes) if _named_alike(decision.told, one.told)]
        for place in (within or alike)[:1]:
            held[place].append(decision_row(decision))
    return [
        MinuteRow(
            **_placed(one), number=one.told.number, title=one.told.title, text=one.told.text, decisions=held[place]
        )
        for place, one in enumerate(minutes)
    ]


def _stands_in(decision: Stored[Decision], minute: Stored[Minute]) -> bool:
    if decision.place.pack != minute.place.pack or not decision.told.spans:
        return False
    first = decision.told.spans[0]
    return any(
        span.pdf_page == first.pdf_page and span.start <= first.start < max(span.end, span.start + 1)
        for span in minute.told.spans
    )


def _named_alike(decision: Decision, minute: Minute) -> bool:
    return decision.minute == minute.number and (
        minute.number is not None or flat(decision.title) == flat(minute.title)
    )


def meeting_row(packs: Sequence[StoredMeeting], decisions: Mapping[str, int], actions: Mapping[str, int]) -> MeetingRow:
    """One meeting out of the packs that tell of it; the counts are by meeting id."""
    first = packs[0]
    return MeetingRow(
        id=first.id,
        link=f"/meetings/{first.id}",
        date=first.when.date,
        body=first.when.body,
        council=first.when.council,
        minuted=any(pack.minuted for pack in packs),
        decisions=decisions.get(first.id, 0),
        actions=actions.get(first.id, 0),
        papers=[
            MeetingPaper(
                pack=pack.pack,
                file=pack.file,
                title=pack.title,
                records=pack.minuted,
                href=page_address(pack.pack, pack.pdf_page),
            )
            for pack in packs
        ],
    )
