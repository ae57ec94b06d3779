"""Tells where an answer was looked for, and where else the same question could be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from index.records import StoredPack
from qa.model import Answer, Chip, Filters, LookedIn, Question, Rescope
from qa.places import long_date
from qa.scope import Aim

MOST_OTHERS = 3
ALL = "All packs"
FILTER_NAMES = {"body": "body", "from_": "from", "to": "to", "pack": "pack", "item": "item", "kind": "kind"}


def looked_in(
    asked: Question, answer: Answer, where: Aim, packs: Mapping[str, StoredPack], allowed: frozenset[str]
) -> LookedIn:
    """Where the answer was looked for: ``packs`` may be seen (by id), ``allowed`` of them fit the filters.

    ``where`` is how the names in the question were understood.
    """
    among = [pack for id_, pack in packs.items() if id_ in allowed]
    limited = [pack for pack in among if where.packs is None or pack.id in where.packs] or among
    first = [pack for pack in limited if pack.id in where.boosted] or limited
    words = pack_words(first, packs)
    if len(first) < len(limited):
        words += ", before other papers"  # what it names is preferred, the others are looked in too
    chips = _filter_chips(asked, packs)
    if len(first) < len(among):
        without = Rescope(words=ALL if not chips else "Other packs too", filters=asked.filters, everywhere=True)
        chips.append(Chip(what="question", words=words, without=without))
    near = _near(answer, packs) if not _one_meeting(first) else []
    named = {pack.id for pack in [*(first if _one_meeting(first) else []), *near]} | ({asked.filters.pack} & set(packs))
    return LookedIn(words=words, chips=chips, others=_others(asked, chips, near, packs), packs=sorted(named))


def pack_words(chosen: Sequence[StoredPack], packs: Mapping[str, StoredPack]) -> str:
    """Packs in words: "Cabinet, 14 January 2025", "Cabinet (3 packs)", "Kent County Council (5 packs)", "all 8 packs".

    The council is told where another of ``packs`` has a body of that name.
    """
    if _one_meeting(chosen):
        record = chosen[0].record
        if record.body is None and record.council is None:
            return record.title or record.file
        councils = {pack.record.council for pack in packs.values() if pack.record.body == record.body}
        council = record.council if record.body is None or len(councils) > 1 else None
        return ", ".join(part for part in (record.body, council, long_date(record.meeting_date)) if part)
    if len(chosen) == len(packs):
        return f"all {len(packs)} packs"
    for names in (
        {", ".join(part for part in (p.record.body, p.record.council) if p.record.body and part) for p in chosen},
        {pack.record.council for pack in chosen},
    ):
        if len(names) == 1 and (name := next(iter(names))):
            return f"{name} ({len(chosen)} packs)"
    return f"{len(chosen)} packs"


def _meeting(pack: StoredPack) -> tuple[object, ...]:
    """The same for the packs of one meeting."""
    record = pack.record
    return (record.council, record.body, record.meeting_date) if record.body and record.meeting_date else (pack.id,)


def _one_meeting(packs: Sequence[StoredPack]) -> bool:
    return len({_meeting(pack) for pack in packs}) == 1


def _filter_chips(asked: Question, packs: Mapping[str, StoredPack]) -> list[Chip]:
    chips = []
    for field, name in FILTER_NAMES.items():
        value = getattr(asked.filters, field)
        if value is None:
            continue
        filters = asked.filters.model_copy(update={field: None})
        without = Rescope(words=ALL, filters=filters, everywhere=asked.everywhere)
        chips.append(Chip(what=name, words=_filter_words(name, value, packs), without=without))
    return chips


def _filter_words(name: str, value: Any, packs: Mapping[str, StoredPack]) -> str:
    if name == "pack" and value in packs:
        return pack_words([packs[value]], packs)
    words = {"from": "since {}", "to": "until {}", "item": "item {}", "kind": "{} only"}.get(name, "{}")
    return words.format(long_date(value) if isinstance(value, date) else value)


def _near(answer: Answer, packs: Mapping[str, StoredPack]) -> list[StoredPack]:
    """A pack of each of the meetings that the answer rests on or comes near to."""
    near: dict[tuple[object, ...], StoredPack] = {}
    told = [citation.pack for citation in answer.citations] + [passage.pack for passage in answer.passages]
    for pack in (packs[id_] for id_ in told):
        near.setdefault(_meeting(pack), pack)
    return list(near.values())[:MOST_OTHERS]


def _others(
    asked: Question, chips: Sequence[Chip], near: Sequence[StoredPack], packs: Mapping[str, StoredPack]
) -> list[Rescope]:
    """All packs where they were narrowed, and each of the meetings near to the answer."""
    others = [Rescope(words=ALL, filters=Filters(), everywhere=True)] if chips else []
    for pack in near:
        day = pack.record.meeting_date
        meeting = Filters(body=pack.record.body, from_=day, to=day)
        filters = meeting if pack.record.body and day else Filters(pack=pack.id)
        words = f"Only {pack_words([pack], packs)}"
        others.append(Rescope(words=words, filters=filters, everywhere=asked.everywhere))
    return others
