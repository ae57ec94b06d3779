"""A matter through the papers: recommended, decided, reported back, acted upon, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from index.record_model import Minute
from index.register import Paper
from index.register_rows import Narrowed, Sort, Stored
from index.register_store import RegisterStore
from qa.register_model import ActionRow, DecisionRow, Place, RecommendationRow, Stage, Trail, TrailEntry
from qa.register_rows import flat, place_of

STAGES = list(Stage)


def trail_of(
    topic: str,
    recommended: Sequence[RecommendationRow],
    decided: Sequence[DecisionRow],
    acted: Sequence[ActionRow],
    register: RegisterStore,
    narrowed: Narrowed,
) -> Trail:
    """The trail of what was found on a topic, with the reports and discussions on it that led to no decision."""
    entries = [_recommended(row) for row in recommended]
    entries += [_decided(row) for row in decided]
    for row in acted:
        entries += _acted(row)
    known = {(entry.pack, entry.item, flat(entry.title)) for entry in entries}
    for stored in register.entries(Sort.PAPER, Paper, narrowed):
        if (stored.place.pack, stored.item, flat(stored.told.title)) not in known:
            entries.append(_reported(stored, ""))
    for minute in register.entries(Sort.MINUTE, Minute, narrowed):
        if (minute.place.pack, minute.told.number, flat(minute.told.title)) not in known:
            entries.append(_reported(minute, minute.told.text))
    entries.sort(
        key=lambda entry: (entry.date is None, entry.date or date.min, STAGES.index(entry.stage), entry.pdf_page)
    )
    return Trail(topic=topic, entries=entries)


def _place(row: Place) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Place.model_fields}


def _recommended(row: RecommendationRow) -> TrailEntry:
    return TrailEntry(
        **_place(row),
        date=row.date,
        stage=Stage.RECOMMENDED,
        body=row.body,
        council=row.council,
        meeting=row.meeting,
        item=row.item,
        title=row.title,
        text=row.text,
        state=row.state,
        kind=None,
        id=row.id,
    )


def _decided(row: DecisionRow) -> TrailEntry:
    return TrailEntry(
        **_place(row),
        date=row.date,
        stage=Stage.DECIDED,
        body=row.body,
        council=row.council,
        meeting=row.meeting,
        item=row.minute,
        title=row.title,
        text=row.text,
        state=row.state,
        kind=row.kind,
        id=row.id,
    )


def _acted(row: ActionRow) -> Iterator[TrailEntry]:
    """An action when it was asked for, and what became of it when that was told."""
    told: dict[str, Any] = {
        "stage": Stage.ACTION,
        "body": row.body,
        "council": row.council,
        "meeting": row.meeting,
        "item": row.minute,
        "title": row.title,
        "state": None,
        "kind": None,
        "id": row.id,
    }
    owners = f"{', '.join(row.owners)}: " if row.owners else ""
    first = row.also[0] if row.also else row
    yield TrailEntry(**_place(first), **told, date=row.since, text=f"{owners}{row.what}")
    if row.status and row.told and row.told != row.since:
        yield TrailEntry(**_place(row), **told, date=row.told, text=f"{row.what} – {row.status}")


def _reported(stored: Stored[Any], text: str) -> TrailEntry:
    when = stored.when
    return TrailEntry(
        **_place(place_of(stored.place, stored.told.spans)),
        date=when.date,
        stage=Stage.REPORTED,
        body=when.body,
        council=when.council,
        meeting=stored.meeting,
        item=stored.item,
        title=flat(stored.told.title),
        text=text,
        state=None,
        kind=None,
        id=None,
    )
