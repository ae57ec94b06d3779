"""Rows of the register's tables as the objects they stand for, and back."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter

from index.model import Access, Box, Meeting
from index.record_model import Attendee, Outcome

T = TypeVar("T")


class Sort(StrEnum):
    """What an entry of the register tells, decisions aside."""

    MINUTE = "minute"
    ACTION = "action"
    DECLARATION = "declaration"
    RECOMMENDATION = "recommendation"
    KEY_DECISION = "key decision"
    NOTE = "note"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Head:
    """What minutes, or an agenda, tell of a meeting besides its body and date."""

    time: str | None = None
    venue: str | None = None
    chair: str | None = None
    people: tuple[Attendee, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row's words stand: ``printed`` is the agenda page number of ``pdf_page``, on which the boxes lie."""

    pack: str
    file: str
    printed: str | None
    pdf_page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """One row of the register with ``also`` where the same stands in other packs.

    ``meeting`` and ``id`` are permanent; ``when`` is the meeting with its body, council and date.
    """

    number: int
    id: str
    meeting: str
    when: Meeting
    told: T
    place: Standing
    also: tuple[Standing, ...] = ()
    item: str | None = None


@dataclass(frozen=True, slots=True)
class StoredMeeting:
    """One pack of a meeting: its own papers, or (``minuted``) one with its minutes, from ``pdf_page`` on."""

    id: str
    when: Meeting
    minuted: bool
    pack: str
    file: str
    title: str
    pdf_page: int
    head: Head


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the register is wanted; each field narrows, None does not, ``access`` always applies.

    ``words`` is an FTS5 expression, ``body`` a name, part of one or an acronym, ``packs`` and ``numbers`` are ids of
    packs and of rows; ``since`` and ``until`` are meeting dates, both included.
    """

    access: frozenset[Access]
    words: str | None = None
    numbers: frozenset[int] | None = None
    body: str | None = None
    council: str | None = None
    since: date | None = None
    until: date | None = None
    kind: Outcome | None = None
    minute: str | None = None
    person: str | None = None
    pack: str | None = None
    meeting: str | None = None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def encode(told: object) -> str:
    """A frozen object of ``index.record_model``, or one of these, as JSON."""
    return _adapter(cast(Hashable, type(told))).dump_json(told).decode()


def decode(kind: type[T], told: str) -> T:
    """The object that ``encode`` was given."""
    found: T = _adapter(cast(Hashable, kind)).validate_json(told)
    return found


def encode_boxes(boxes: Sequence[Box]) -> str:
    """Boxes as JSON, to a ten-thousandth of the page."""
    return json.dumps([[round(edge, 4) for edge in box] for box in boxes], separators=(",", ":"))


def decode_boxes(boxes: str) -> tuple[Box, ...]:
    """The boxes that ``encode_boxes`` was given."""
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in json.loads(boxes))
