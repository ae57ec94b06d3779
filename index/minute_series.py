"""Where each minute of a meeting begins: numbered headings that go on from one another, or headings without numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.minutes import HEADING_WORDS, SENTENCE, minute_heading
from index.paragraphs import OPENERS, Paragraph, joined
from index.record_model import Said

LEAST_SERIES = 3  # numbers in a row that show how a record is numbered
LONGEST_START = 60  # headings among which the first minute must be
MOST_BEFORE = 8  # headings of another form before the first minute
HIGH = 20  # a first number above it is no list's

# "A) Adoption of January 2013 minutes", "IV. Committee Reports", "2) Petition": headings of lists within lists
LETTERED = re.compile(r"(?P<number>[A-Z]|[IVX]{1,5}|\d{1,2})[.)]\s+(?P<title>[A-Z0-9“‘(].+)")
BE_IT_RESOLVED = re.compile(r"(?:now,?\s+)?(?:therefore,?\s+)?be\s+(?:it\s+)?(?:further\s+)?resolved\b", re.I)
VOTED = re.compile(r"(?:board\s+)?vote\s*:", re.I)
LONGEST_RESOLUTION = 50  # paragraphs
LEAST_FULL_LINE = 30  # characters of a heading that may go on in the next line
TITLE_OPEN = re.compile(r"(?:[-–—:,&]|\b(?:and|of|the|for|to|in|on|with))$", re.I)
BULLET = re.compile(r"[•▪◦‣●■□➢➤✓*–-]")
NUMBER_CELL = re.compile(r"(?P<number>(?:[A-Z]{1,6}[ /]?)?\d{1,4}(?:[/.-]\d{1,4}){0,3})[.)]?")
# what a heading never begins with
NO_HEADING = re.compile(
    r"(?:(?:board\s+|committee\s+|council\s+)?(?:members|staff)\s+(?:present|absent)\b|present"
    r"|in attendance|apologies\s*:|also |members present|attendees|minutes of an?\b|minutes of the meeting"
    r"|at a meeting|action\b.{0,40}[:–-]"
    r"|the voting was|\(item \d|item \d+$|page \d|date\s*:|time\s*:|venue\s*:"
    r"|motion by|second\s*:|signed|chair(?:man)?$|attest|_{3,}|resolution\b.{0,20}:"
    r"|(?:(?:decisions?|motions?|amendments?|voting|votes?|resolutions?|resolved|agreed"
    r"|outcome)(?:\(s\))?\s*\d*\s*[:–-]?)$)",
    re.I,
)


@dataclass(slots=True)
class MinuteText:
    """One minute's paragraphs under its heading."""

    number: str | None
    title: str
    heading: Said | None
    body: list[Paragraph] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Heading:
    number: str
    title: str
    strong: bool  # its form alone shows that it is a minute's heading
    tail: int
    prefix: str


def minutes_in(paragraphs: Sequence[Paragraph]) -> list[MinuteText]:
    """The minutes in order; what stands before the first one is a minute without number and title."""
    headings = {place: heading for place, one in enumerate(paragraphs) if (heading := _heading(one))}
    chosen = _series(headings)
    plain_before = sum(is_plain_heading(one) for one in paragraphs[: min(chosen, default=0)])
    if plain_before > MOST_BEFORE:  # a list inside a record that has headings of another form
        chosen = set()
    series = len(chosen) >= LEAST_SERIES
    found = [MinuteText(None, "", None)]
    wrapped: set[int] = set()  # second lines of headings
    for place, one in enumerate(paragraphs):
        told = headings.get(place)
        if place in wrapped:
            continue
        if told is not None and place in chosen:
            found.append(MinuteText(told.number, told.title, one.said()))
            if place + 1 < len(paragraphs) and _title_goes_on(told.title, paragraphs[place + 1], place + 1 in headings):
                wrapped.add(place + 1)
                after = paragraphs[place + 1]
                found[-1].title = f"{told.title} {after.flat}"
                found[-1].heading = joined([one.said(), after.said()])
            if one.cells:  # the row tells the minute too
                found[-1].body.append(one)
        elif series:
            found[-1].body.append(one)
        elif told is not None and _counts_on(told, found[-1], paragraphs[place - 1] if place else None):
            found.append(MinuteText(told.number, told.title, one.said()))
        elif is_plain_heading(one) and not (told is None and _inside_resolution(paragraphs, place)):
            title, number = _title(one)
            if found[-1].body or not found[-1].title or number:
                found.append(MinuteText(number, title, one.said()))
            else:
                found[-1].body.append(one)
        else:
            found[-1].body.append(one)
    return found


def _title_goes_on(title: str, after: Paragraph, numbered: bool) -> bool:
    """Whether the paragraph after a heading is its second line: "HWB7 AIR QUALITY … – ANNUAL" / "REPORT 2021"."""
    if numbered or not is_plain_heading(after) or len(title) < LEAST_FULL_LINE or after.label:
        return False
    return TITLE_OPEN.search(title) is not None or (title.isupper() and after.flat.isupper())


def _counts_on(heading: _Heading, before: MinuteText, last: Paragraph | None) -> bool:
    """Whether a numbered line, in whatever print, follows the vote that ended the minute with the number before."""
    if last is None or VOTED.match(last.text) is None or not (before.number or "").isdigit():
        return False
    return heading.number.isdigit() and int(heading.number) == int(before.number or 0) + 1


def _inside_resolution(paragraphs: Sequence[Paragraph], place: int) -> bool:
    """Whether a heading stands between "Be it resolved" and the vote on it."""
    before = paragraphs[max(0, place - LONGEST_RESOLUTION) : place]
    after = paragraphs[place + 1 : place + LONGEST_RESOLUTION]
    last = next((one for one in reversed(before) if BE_IT_RESOLVED.match(one.text) or VOTED.match(one.text)), None)
    first = next((one for one in after if BE_IT_RESOLVED.match(one.text) or VOTED.match(one.text)), None)
    opened = last is not None and BE_IT_RESOLVED.match(last.text) is not None
    return opened and first is not None and VOTED.match(first.text) is not None


def is_plain_heading(one: Paragraph) -> bool:
    """A short bold or shouted paragraph that names a matter."""
    text = one.flat
    words = text.split()
    if one.cells or not 1 <= len(words) <= HEADING_WORDS or text.endswith((";", ",")):
        return False
    if OPENERS.match(text) or NO_HEADING.match(text) or not re.search(r"[A-Za-z]{3}", text):
        return False
    if not (one.bold or (text.isupper() and len(text) > 6)) or BULLET.match(text):
        return False
    return text.isupper() or bool(minute_heading(text)) or not SENTENCE.search(text)


def _title(one: Paragraph) -> tuple[str, str | None]:
    """Title and number of a heading outside a series."""
    told = minute_heading(one.flat)
    if told:
        return told[1], told[0]
    found = LETTERED.fullmatch(one.flat)
    return (found["title"], found["number"]) if found else (one.flat, None)


def _heading(one: Paragraph) -> _Heading | None:
    if one.cells:
        return _row_heading(one)
    first = one.flat
    told = minute_heading(first.rstrip(":")) or minute_heading(one.text.split("\n")[0])
    if told is None or OPENERS.match(told[1]):
        return None
    number, title = told
    tail = re.search(r"(\d+)[a-z]?$", number)
    if tail is None:
        return None
    prefix = number[: tail.start()]
    return _Heading(number, title, bool(prefix.strip(" .")) or one.bold, int(tail[1]), prefix)


def _row_heading(one: Paragraph) -> _Heading | None:
    """ "4. | Decisions The Board …": a minute told in a row whose first cell is its number."""
    if len(one.cells) < 2 or one.header:
        return None
    number, rest = one.cell(0).text, one.cell(1).text
    found = NUMBER_CELL.fullmatch(number.strip())
    if not found or len(rest.split()) < 2:
        return None
    title = _leading_title(rest)
    tail = re.search(r"(\d+)$", found["number"])
    return _Heading(found["number"], title, True, int(tail[1]), "") if tail else None


def _leading_title(text: str) -> str:
    """The words of a cell before its first sentence: "Budget" of "Budget The Governors agreed …"."""
    words = text.split()
    for place in range(1, min(len(words), HEADING_WORDS)):
        rest = words[place:]
        if re.match(r"(?:The|There|This|Apologies|It|All|Minutes)$", rest[0]) and len(rest) > 3:
            return " ".join(words[:place])
        if re.match(r"(?:declared|said|reported|was|were|had|presented|stated)$", rest[min(2, len(rest) - 1)]):
            return " ".join(words[:place])
    return " ".join(words[:8])


def _series(headings: dict[int, _Heading]) -> set[int]:
    """The places whose headings are the record's own minutes: those with a prefix of their own ("HWB26"), and of the
    bare numbers the longest run that counts on."""
    with_prefix: dict[str, list[int]] = {}
    for place, one in headings.items():
        if one.prefix.strip(" ."):
            with_prefix.setdefault(re.sub(r"\d+", "0", one.prefix), []).append(place)
    best = max(with_prefix.values(), key=len, default=[])
    bare = [place for place in sorted(headings) if not headings[place].prefix.strip(" .")]
    run = max(_runs(bare, headings), key=lambda places: (len(places), -places[0]), default=[])
    if len(best) >= 2 and len(best) >= len(run):
        return set(best)
    outside = [place for place in bare if place not in run and headings[place].strong]
    restarts = sum(headings[place].tail == 1 for place in outside)
    if len(run) < LEAST_SERIES or restarts > 2:
        return set()
    return set(run)


def _nested(place: int, last: int, places: Sequence[int], headings: dict[int, _Heading]) -> bool:
    """Whether a number counts on in a list within the minute that began at ``last``, and stands again after it."""
    at = places.index(place)
    before, number = places[at - 1], headings[place].tail
    if before == last or headings[before].tail != number - 1:
        return False
    again = next((k for k in range(at + 1, len(places)) if headings[places[k]].tail == number), None)
    return again is not None and headings[places[again - 1]].tail != number - 1


def _runs(places: Sequence[int], headings: dict[int, _Heading]) -> Iterator[list[int]]:
    """Every run of places whose numbers count on by one (one may be missing), begun at a strong heading or a row."""
    for index, first in enumerate(places[:LONGEST_START]):
        run = [first]
        for place in places[index + 1 :]:
            step = headings[place].tail - headings[run[-1]].tail
            if step == 1 and _nested(place, run[-1], places, headings):
                continue
            both = headings[place].strong and headings[run[-1]].strong
            if step == 1 or (step == 2 and both and len(run) >= LEAST_SERIES):  # one misread
                run.append(place)
        strong = sum(headings[place].strong for place in run)
        if 2 * strong >= len(run) or headings[first].tail > HIGH:
            yield run
