"""What meeting a paper is for: body, council, date, time and venue, read from its first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from index.bodies import plain_case
from index.councils import council_of, fitting
from index.model import Meeting

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
_MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)\.?"
_YEAR = r"(?P<year>(?:19|20)\s?\d\s?\d)"
DATES: tuple[re.Pattern[str], ...] = (
    # "Wednesday, 29 March 2023", "22 nd May, 2023", "26thOctober 2017", "30th day of June 2021"
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})\s*(?:st|nd|rd|th)?\s*(?:day\s+)?(?:of\s+)?{_MONTH},?\s*{_YEAR}(?!\d)", re.I
    ),
    # "January 27, 2020", "December 19 2024"
    re.compile(rf"\b{_MONTH}\s*(?P<day>\d{{1,2}})\s*(?:st|nd|rd|th)?\s*,?\s*{_YEAR}(?!\d)", re.I),
    # "2023-03-22"
    re.compile(r"(?<!\d)(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
)
# "22/03/2023", "22.3.23", "1/12/2021"; but no minute number: "ICB/24/05/01"
FIGURES = re.compile(
    r"(?<![\d.])(?<![A-Za-z][/-])(?<!\d[/-])(?P<a>\d{1,2})\s?[/.]\s?(?P<b>\d{1,2})\s?[/.]\s?(?P<year>(?:20)?\d\d)"
    r"(?![\d/]|\.\d)"
)
WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.I)
# Cues that the month comes first: "Stadtville, CA 94025", "Staff Report Number", "City Clerk"
AMERICAN = re.compile(
    r"\b[A-Z]{2}\s+\d{5}\b|\bstaff report\b|\bcity (?:commission|clerk|manager)\b|\bcity of\b"
    r"|\bmayor and city council\b",
    re.I,
)

# "2.00 p.m.", "10:30am", "6.30 pm", "9:00 AM", "12 noon", "1400 hours", "11.15am – 12.45pm"
_CLOCK = r"\d{1,2}\s?[.:]\s?\d\s?\d(?:\s*(?:[ap]\s?\.?\s?m\b\.?|noon))?|\d{1,2}\s*(?:[ap]\.?\s?m\b\.?|noon)"
_CLOCK += r"|\d{4}\s?(?:hours|hrs)"
TIME = re.compile(rf"(?<![\d.£$])(?:{_CLOCK})(?:\s*(?:-|–|to|until)\s*(?:{_CLOCK}))?", re.I)

KINDS_OF_BODY = (
    "Board|Committee|Sub-?Committee|Cabinet|Council|Panel|Commission|Forum|Executive|Partnership|Assembly|"
    "Governing Body|Authority|Trustees|Governors|Task and Finish Group|Working Group|Joint Committee"
)
_BODY = re.compile(
    rf"(?:the\s+)?(?:[\w&'’.()/-]+,?\s+){{0,9}}?(?:{KINDS_OF_BODY})"
    r"(?:\s+(?:of|for|on)\s+(?:[\w&'’-]+,?\s*){1,6})?(?:\s+No\.?\s*\d+)?(?:\s+\d{1,2}\b)?"
    r"(?:\s*[-–(]?\s*(?:(?:held\s+)?in\s+(?:public|private)|part\s+(?:i{1,2}|[12ab])|open session)\)?)?",
    re.I,
)
# A line that begins so is no name of a body
NOT_A_BODY = re.compile(
    r"(?:dear|please|(?:committee\s+|board\s+)?members? of|chair|vice|to\b|from|the following|all\b|note"
    r"|agenda\b|item\b|subject|\d|councillors?\b"
    r"|any\b|minutes?\b|report\b|apologies|declarations?|leader|mayor|an?\b|by\b|contact|director|of\b|and\b|for\b"
    r"|membership|deputy|cabinet member|welcome|public\b|update|resolved)",
    re.I,
)
# Ways in which a sentence or a field names the body; each with its line from practice.
NAMED_BODY: tuple[re.Pattern[str], ...] = (
    # "MINUTES of a meeting of the Cabinet held in the Chamber", "At a meeting of the Audit Committee on Monday,"
    re.compile(
        r"\bmeetings?\s+of\s+(?:the\s+|a\s+|an\s+)?(?P<body>[^,;:]+?)"
        r"(?=\s+(?:will\s+be\s+|was\s+|to\s+be\s+)?(?:held|on|at|in\s+the|,)\b|\s*[,;:]|\s*$)",
        re.I,
    ),
    # "The regularly scheduled meeting of Community Board 12, the Bronx"; "Minutes of the Scrutiny Panel"
    re.compile(r"^minutes\s+of\s+(?:the\s+)?(?P<body>.+?)(?:\s+meeting\b.*|\s+held\b.*|[,;:].*)?$", re.I),
    # "REPORT TO:  Health & Wellbeing Board", "To: County Council – 9 January 2025", "Meeting: Audit Committee"
    re.compile(
        r"^(?:report\s+to|to|meeting|committee|board|body|title\s+of\s+meeting|decision\s+maker"
        r"|name\s+of\s+meeting)\s*[:\t]\s*"
        r"(?:the\s+)?(?P<body>.+?)(?:\s*[-–—,|]\s*(?=\d|[A-Z][a-z]+day|$).*|\s+\d{1,2}(?:st|nd|rd"
        r"|th)?\s+[A-Z][a-z]+\s+20\d\d.*)?$",
        re.I,
    ),
    # "CABINET - THURSDAY, 6 FEBRUARY 2025"; "Health and Wellbeing Board, 24 May 2022"
    re.compile(
        r"^(?P<body>.+?)\s*[-–—,|:]?\s*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?:st|nd|rd"
        r"|th)?\s+[A-Z][a-z]+\s+20\d\d)",
        re.I,
    ),
)
# "PB 4 MONTHLY MEETING", "EWNC Annual Meeting": where nothing else names the body
BY_ACRONYM = re.compile(
    r"(?P<body>[A-Z]{2,6}(?:\s?\d{1,3})?)\s+(?i:(?:full|board|monthly|quarterly|regular|ordinary|annual|special|public"
    r"|general)\s+){1,3}(?i:meeting)\b(?:\s+(?i:minutes))?\W*$"
)
ACRONYM_LINES = 6
# A date in such a line is not the meeting's: "Date of issue: 12 May 2022", "The next meeting is on ..."
OTHER_DATE = re.compile(
    r"next meeting|issue|publish|printed on|dispatch|future meeting|minutes of the (?:last |previous )?meeting"
    r"|deadline|by noon"
    r"|previous meeting|(?:period|year|quarter)\s+end|\bas\s+at\b|dated\b|no later than|confirm the minutes"
    r"|registered|version|updated|hearing",
    re.I,
)
# Minutes begin so, and then the date is their own; an agenda's item of the same words has its number before it
OWN_MINUTES = re.compile(
    r"(?:(?:draft|unconfirmed|confirmed|approved)\s+)?(?:minutes|notes)\s+of\s+(?:the|a)\s+meeting\b", re.I
)
OWN_LINES = 6  # of a paper's first, in which they do
# "DATE: 22 March 2023", "Meeting Date:", "COUNCIL AGENDA: 1/26/2021"
DATE_FIELD = re.compile(
    r"^(?:meeting\s+|agenda\s+)?(?:date(?:\s+of\s+(?:the\s+)?meeting)?|date\s*(?:&|and)\s*time"
    r"|council\s+agenda)\s*[:\t]",
    re.I,
)
VENUE_FIELD = re.compile(
    r"^(?:venue|location|place|p\s?lace|where|meeting\s+place|held\s+(?:at|in))\s*[:\t]\s*(?P<venue>.+)$", re.I
)
_PLACE = (
    "Chamber|Hall|Suite|Room|House|Stadium|Centre|Center|Library|Offices?|Hotel|Building|Campus|Hospital|Court|Teams|"
    "Zoom|Virtual|School|College|Church|Theatre"
)
VENUE = re.compile(rf"\b(?:{_PLACE})\b", re.I)
# "... held in the Council Chamber, County Hall, Exford on Thursday, 6 February"; "... at the Town Hall, Exford"
HELD_IN = re.compile(
    rf"\b(?:held\s+)?(?:in|at)\s+(?!public\b|private\b|person\b)(?P<venue>(?:the\s+)?[^.;]*?\b(?:{_PLACE})\b[^.;]*?)"
    r"(?=\s+(?:on|at\s+\d|commencing)\b|\s*[.;]|\s+at\s|\s*$)",
    re.I,
)
# "Exford Council"; but the County Council, and Full Council, are bodies that meet
PLAIN_COUNCIL = re.compile(
    r"(?!(?:full|county|borough|city|district|town|parish|unitary|community|youth|annual|special|extraordinary)\b)"
    r"[\w'’-]+ council",
    re.I,
)
CONTACT = re.compile(
    r"\s*\b(?:Telephone|Tel|Ask for|Contact|E-?mail|(?:Members )?Present|Apologies|Attend(?:ance|ees))\s*:", re.I
)
LONGEST_VENUE = 90  # characters
CERTAIN = 2.5  # worth of a line that has a weekday, a time, or "Date:" beside its date
HEAD = 40  # lines in which a meeting introduces itself


def dates_in(text: str, *, american: bool = False) -> list[date]:
    """The dates written in ``text``, in order; ``american`` reads 1/12/2021 as 12 January."""
    found: list[tuple[int, date]] = []
    for pattern in DATES:
        for match in pattern.finditer(text):
            month = match["month"].lower()
            number = int(month) if month.isdigit() else _month_number(month)
            day = _date(int(match["year"].replace(" ", "")), number, int(match["day"]))
            if day is not None:
                found.append((match.start(), day))
    for match in FIGURES.finditer(text):
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        first, second = int(match["a"]), int(match["b"])
        day = _date(year, first, second) if american else _date(year, second, first)
        if day is not None:
            found.append((match.start(), day))
    return [day for _, day in sorted(found)]


def _month_number(name: str) -> int:
    return next(place for place, full in enumerate(MONTHS, 1) if full.startswith(name[:3]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_meeting(lines: Sequence[str], councils: Iterable[str] = ()) -> Meeting:
    """The meeting that a paper's first ``lines`` tell of; fields that they do not tell are None.

    ``councils`` are those that the rest of the paper names, once a mention: they only settle which council it is.
    """
    head = [" ".join(line.replace("\t", " \t ").split(" ")).strip() for line in lines[:HEAD]]
    joined = _joined(head)
    american = sum(bool(AMERICAN.search(line)) for line in lines) > 0
    day, place, certain = _meeting_date(head, american)
    body = _body(joined, head)
    if body is None and not certain:
        day, place = None, -1
    if body is not None and day is None and _is_council(body):
        body = None
    council = council_of(lines, fitting(body, councils))
    if body and council and body.lower().startswith(council.lower() + " "):
        body = _clean_body(body[len(council) :]) or body
    return Meeting(
        body=body,
        council=council,
        date=day,
        time=_time(head, place),
        venue=_venue(joined, head, place),
    )


def _joined(head: Sequence[str]) -> str:
    return " ".join(" ".join(head[:12]).split())


def _meeting_date(head: Sequence[str], american: bool) -> tuple[date | None, int, bool]:
    """The meeting's date, the place in ``head`` of the line that gives it (-1 where none does), and whether the line
    says by itself that it is a meeting's date."""
    found: list[tuple[float, date, int]] = []
    letter = any(line.lower().startswith("dear ") for line in head)
    agenda = any(re.search(r"\bagenda\b", line, re.I) for line in head[:OWN_LINES])
    for place, line in enumerate(head):
        text = line
        if place + 1 < len(head) and not dates_in(line, american=american):
            text = f"{line} {head[place + 1]}"  # "... on Thursday, 30" / "January 2025"
            if dates_in(head[place + 1], american=american):
                continue
        days = dates_in(text, american=american)
        own = OWN_MINUTES.match(line) if place < OWN_LINES and not agenda else None
        if not days or OTHER_DATE.search(text, own.end() if own else 0):
            continue
        worth = 2.0 - place / 30
        worth += 2.0 * bool(WEEKDAY.search(text)) + 2.0 * bool(DATE_FIELD.match(line) and not letter)
        worth += 2.0 * bool(re.match(r"meeting date", line, re.I)) + 1.0 * bool(_names_body(line))
        worth -= 1.5 * (len(" ".join(line.split())) > 90)
        worth += 1.0 * any(TIME.search(near) and len(near) < 60 for near in head[place : place + 2])
        found.append((worth, days[0], place))
    often = Counter(day for _, day, _ in found)
    if not found:
        return None, -1, False
    worth, day, place = max(found, key=lambda one: one[0] + 0.7 * (often[one[1]] - 1))
    certain = worth >= CERTAIN or often[day] > 1
    return day, place, certain


def _time(head: Sequence[str], place: int) -> str | None:
    near = [place, place + 1, place - 1, place + 2] if place >= 0 else []
    fields = [number for number, line in enumerate(head) if re.match(r"time\b", line, re.I)]
    for number in [*fields, *near]:
        if not 0 <= number < len(head):
            continue
        for found in TIME.finditer(head[number]):
            text = found[0].strip(" .")
            stated = number == place and re.match(r"\d\d[.:]\d\d\b(?!\.\d)", text) is not None
            if (
                stated
                or re.search(r"[ap]\s?\.?\s?m|noon|hours|hrs", text, re.I)
                or re.search(rf"\bat\s+{re.escape(text)}", head[number])
            ):
                return " ".join(text.split()) + ("." if re.search(r"\.m$", text) else "")
    return None


def _venue(joined: str, head: Sequence[str], place: int) -> str | None:
    for line in head:
        field = VENUE_FIELD.match(line)
        if field:
            return _tidy(field["venue"])
    held = re.search(r"\bheld\b.*", joined[:600], re.I)
    if held and (found := HELD_IN.search(held[0])) and len(found["venue"]) < 120:
        return _tidy(re.sub(r"^the\s+", "", CONTACT.split(found["venue"])[0]))
    if place < 0:
        return None
    for number in (place + 1, place + 2, place + 3, place):
        if not 0 <= number < len(head):
            continue
        line = CONTACT.split(head[number])[0].replace("\t", " ")
        line = TIME.sub("", line) if number != place else re.split(TIME, line)[-1]
        named = VENUE.search(line) and not _names_body(line) and not re.match(r"\s*(?:[a-z]|[A-Z ]{2,20}:)", line)
        if named and len(line) < LONGEST_VENUE:
            following = CONTACT.split(head[number + 1])[0].replace("\t", " ") if number + 1 < len(head) else ""
            carried = line.rstrip().endswith(",") and VENUE.search(following)
            return _tidy(f"{line} {following}" if carried else line)
    return None


def _tidy(text: str) -> str | None:
    return " ".join(text.replace("\t", " ").split()).strip(" ,.;:-–") or None


def _names_body(line: str) -> bool:
    return any(_clean_body(found["body"]) for pattern in NAMED_BODY if (found := pattern.search(line)))


def _body(joined: str, head: Sequence[str]) -> str | None:
    """The body's plain name: from a line that is the name, or a sentence or field that holds it."""
    found: list[tuple[float, str]] = []
    for place, line in enumerate(head[:30]):
        text = " ".join(line.replace("\t", " ").split())
        name = _clean_body(text)
        if name:
            found.append((3.0 - place / 15 - 2.5 * bool(_is_council(name)), name))
        for worth, pattern in zip((4.0, 3.0, 3.5, 3.5), NAMED_BODY, strict=True):
            match = pattern.search(line.strip() if "\t" in line else text)
            if match and (name := _clean_body(match["body"])):
                found.append((worth - place / 15 - 1.0 * bool(_is_council(name)), name))
    match = NAMED_BODY[0].search(joined)
    if match and (name := _clean_body(match["body"])):
        found.append((3.5, name))
    if found:
        return max(found, key=lambda one: one[0])[1]
    return next(
        (" ".join(match["body"].split()) for line in head[:ACRONYM_LINES] if (match := BY_ACRONYM.match(line))), None
    )


def _clean_body(text: str) -> str | None:
    text = " ".join(text.replace("\t", " ").split()).strip(" ,.;:-–—|")
    text = re.sub(r"^(?:the|a|an|full)\s+", "", text, flags=re.I)
    text = re.sub(r"^(?:hono(?:u)?rable\s+)?mayor\s+and\s+(?:members\s+of\s+(?:the\s+)?)?", "", text, flags=re.I)
    text = re.sub(r"\s*[:,–-]?\s*(?:a\s+)?meetings?\s+(?:held\s+)?in\s+(?:public|private)$", "", text, flags=re.I)
    text = re.sub(r"\s+members$", "", text, flags=re.I)
    text = re.sub(r"(?<=\d),\s*(?:the\s+)?\w+(?:\s\w+)?$", "", text)
    text = re.sub(
        r"\s*[-–(]?\s*(?:regular|special|ordinary|annual|extraordinary|public)?\s*(?:meeting)?\s*(?:agenda|minutes)?$",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(
        r"^(?:regular|special|ordinary|extraordinary|scheduled|joint meeting of)\s+(?:meeting\s+of\s+(?:the\s+)?)?",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"\s*[-–(]\s*(?:part\s+\w+|open session|held in public|in public)\)?$", "", text, flags=re.I)
    if not text or len(text.split()) > 12 or NOT_A_BODY.match(text) or not _BODY.fullmatch(text) or dates_in(text):
        return None
    letters = [char for char in text if char.isalpha()]
    return plain_case(text) if sum(char.isupper() for char in letters) > 0.8 * len(letters) else text


def _is_council(name: str) -> bool:
    typed = re.search(r"\b(?:county|borough|city|district|town)\s+council$", name, re.I) and len(name.split()) > 2
    return bool(typed or PLAIN_COUNCIL.fullmatch(name))
