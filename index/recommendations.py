"""What a body is asked to decide: recommendations of reports, and those that a body makes to another in its minutes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.minute_series import is_plain_heading
from index.minutes import minute_heading
from index.paragraphs import OPENERS, Paragraph
from index.record_model import Part, Recommendation, Said
from index.resolution_text import Resolution, inline_parts

# "Recommendations", "2. RECOMMENDATION(S)", "2.0 Recommendations:", "Officer recommendation", "Action required"
HEADING = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?(?:officers?['’]?\s+|summary\s+of\s+|the\s+)?"
    r"(?:recommendations?|recommendation\(s\)|recommended\s+actions?|decisions?\s+(?:required|sought|requested)"
    r"|action\s+(?:required|requested))(?:\s+\d{1,2}\b.{0,80}|\s*\(s\))?\s*[:.]?",
    re.I,
)
# "2.0 RECOMMENDED: That the report be noted.", "RECOMMENDED that Cabinet:", "It is recommended that"
LEAD = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?(?:RECOMMENDED\b|Recommended\s*[:–-]"
    r"|RECOMMENDATIONS?\s*(?:\(s\))?\s*[:–-]\s*(?=\S)"
    r"|Recommendations?\s*(?:\(s\))?\s*[:–-]\s*(?=\S)|[Ii]t\s+is\s+(?:therefore\s+)?recommended\s+that\b"
    r"|(?:Staff|Officers|We)\s+recommends?\b)"
)
# "The Board is asked to:", "Cabinet is recommended to", "Members are invited to note", "That Cabinet:"
_VERBS = (
    r"(?:note|approve|ratify|agree|endorse|consider|discuss|take|confirm|adopt|receive|support|ask|choose|comment"
    r"|delegate|recommend"
    r"|review|resolve|authorise|determine|scrutinise|say|grant|refuse|accept|decide|appoint|consent|welcome"
    r"|acknowledge)"
)
ASKED = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?"
    r"(?:That\s+(?P<that>(?:the\s+)?(?:Board|Committee|Cabinet|Council|Panel|Executive|Governing\s+Body)\b)"
    r"|(?P<asked>(?:The\s+)?(?:[A-Z][\w&'’()-]*\s+(?:(?:and|of|for|&)\s+)?){0,8}?"
    rf"(?:Board|Committee|Cabinet|Council|Panel|Members?|Commission|Executive|Trustees|Governors|Directors|Forum"
    rf"|Partnership|Body))\s+(?:\([A-Z]{{2,6}}\)\s+)?(?:is|are)"
    rf"\s+(?:therefore\s+)?(?:asked|requested|invited|recommended)\s+to\s*(?:[:(]|$|(?={_VERBS}\b)))",
    re.I,
)
TO = re.compile(
    r"\b(?i:to|that)\s+(?P<to>(?:the\s+)?(?:[A-Z][\w&’'-]*\s+(?:and\s+)?){0,5}(?:Board|Committee|Cabinet|Council"
    r"|Panel|Executive))\b"
)
CERTAIN, LIKELY = 0.95, 0.85
WHO = 200  # characters of a recommendation in which the body asked is named


def recommendations_among(told: Sequence[Paragraph], minute: str | None, title: str) -> tuple[Recommendation, ...]:
    """The recommendations among the paragraphs of a report or of one minute."""
    found: list[Recommendation] = []
    place = 0
    while place < len(told):
        one = told[place]
        if one.cells:
            found += _row(one, minute, title)
            place += 1
        elif HEADING.fullmatch(one.flat) and (one.bold or one.flat.isupper() or minute is None):
            place = _under(told, place + 1, found, minute, title)
        elif LEAD.match(one.text) or ASKED.match(one.text):
            place = _lead(told, place, found, minute, title, CERTAIN)
        else:
            place += 1
    return tuple(found)


def _under(told: Sequence[Paragraph], place: int, found: list[Recommendation], minute: str | None, title: str) -> int:
    """What stands under a heading that says that it recommends, to the next heading."""
    if place >= len(told) or told[place].cells:
        return place
    start = place
    if LEAD.match(told[place].text) or ASKED.match(told[place].text):
        return _lead(told, place, found, minute, title, CERTAIN)
    resolution = Resolution([told[place].said()])
    first = told[place]
    if _ends(first):
        return place
    place += 1
    while place < len(told) and not _ends(told[place]) and not told[place].cells and place - start < 25:
        if not (told[place].label or resolution.open or _same_list(first, told[place])):
            break
        resolution.add(told[place])
        place += 1
    parts = resolution.parts()
    if first.label and parts:
        parts = (Part(first.label, first.text, first.spans), *parts)
    _keep(found, resolution.said, parts, minute, title, LIKELY)
    return place


def _same_list(first: Paragraph, other: Paragraph) -> bool:
    number = re.compile(r"\d{1,2}(?:\.\d{1,2})+\s")
    return bool(number.match(first.text) and number.match(other.text))


def _ends(one: Paragraph) -> bool:
    return (
        is_plain_heading(one)
        or bool(one.bold and minute_heading(one.flat))
        or bool(OPENERS.match(one.text) and not LEAD.match(one.text))
    )


def _lead(
    told: Sequence[Paragraph],
    place: int,
    found: list[Recommendation],
    minute: str | None,
    title: str,
    confidence: float,
) -> int:
    one = told[place]
    resolution = Resolution([one.said()])
    place += 1
    while place < len(told) and not told[place].cells and resolution.goes_on_with(told[place]):
        resolution.add(told[place])
        place += 1
    parts = resolution.parts() or inline_parts(one, 0, len(one.text))
    _keep(found, resolution.said, parts, minute, title, confidence)
    return place


def _row(one: Paragraph, minute: str | None, title: str) -> list[Recommendation]:
    """ "Recommendation | The Board is asked to APPROVE option 3"."""
    if (
        len(one.cells) < 2
        or not HEADING.fullmatch(" ".join(one.cell(0).text.split()))
        or (one.header and len(one.cells) > 2)
    ):
        return []
    said = one.cell(1)
    if len(said.text.split()) < 4:
        return []
    found: list[Recommendation] = []
    _keep(found, said, inline_parts(one, one.cells[1][0], one.cells[1][1]), minute, title, CERTAIN)
    return found


def _keep(
    found: list[Recommendation], said: Said, parts: Sequence[Part], minute: str | None, title: str, confidence: float
) -> None:
    flat = " ".join(said.text.split())
    if len(flat.split()) < 4:
        return
    asked = ASKED.search(flat[:WHO])
    to = (asked["that"] or asked["asked"]) if asked else None
    if to is None and (match := TO.search(flat)):
        to = match["to"]
    flags = () if confidence > LIKELY else ("taken from under its heading",)
    found.append(Recommendation(said.text, said.spans, tuple(parts), to, minute, title, confidence, flags))
