"""The record of a meeting: minutes' pages → who was there, what each minute says, decided, asked for and declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.actions import actions_in, logged_actions
from index.attendance import LABEL, chair_of, people_in
from index.decisions import CALL_IN, decisions_in
from index.declarations import declarations_in
from index.meeting import HEAD, dates_in, read_meeting
from index.minute_series import MinuteText, minutes_in
from index.minutes import minute_heading
from index.model import Meeting, Page
from index.paragraphs import Paragraph, joined, paragraphs
from index.recommendations import LEAD, recommendations_among
from index.record_model import Action, Attendee, Decision, Declaration, MeetingRecord, Minute, Recommendation, Said

# "Meeting ended at 3.50pm", "The meeting closed at 4.50 pm.", "The meeting was duly adjourned at 9:55 pm"
END = re.compile(
    r"(?:the\s+)?(?:meeting|session)\s+(?:was\s+)?(?:duly\s+|then\s+)?(?:ended|closed|finished|concluded|rose"
    r"|adjourned|terminated)\b"
    r"(?!\s+(?:for|until|to\s+\w+|and\s+re))|(?:the\s+)?(?:chair(?:man)?|mayor)\s+closed\s+the\s+meeting"
    r"|duration\s+of\s+(?:the\s+)?meeting",
    re.I,
)
ROLL = re.compile(r"\bstatus\b.*\barrived\b|\bpresent\b.*\babsent\b", re.I | re.S)  # a roll call's columns
AGAIN = re.compile(r"\b(?:re-?convened|resumed|re-?started)\b", re.I)
MINUTES_OF = re.compile(r"\b(?:minutes|meeting)\b", re.I)
APOLOGIES = re.compile(r"\b(?:apolog|welcome|absence|substitut)", re.I)
TAKES_EFFECT = re.compile(r"\b(?:take|come)s?\s+(?:into\s+)?effect\b", re.I)
TRAILING_ITEM = re.compile(r"\s*\((?:agenda\s+)?item\s+[\w.]+\)\s*$", re.I)
LEAST_HEAD = 4  # lines before the first minute
MINUTES_TOLD = 10  # lines in which minutes say whose and when they are
LONGEST_HEAD = 9  # minutes, or headings, among which people are listed
AFTER_END = 12  # paragraphs after the end in which notes on call-in and signature stand


def record_of(pages: Sequence[Page], told: Meeting | None = None) -> MeetingRecord:
    """The record of the meeting whose minutes ``pages`` are (a pack's section, or a whole file).

    ``told`` is what the outline knows of the recorded meeting; what it leaves open is read from the head. The date is
    never that of the pack. Other papers after the end of the minutes are left alone. Any pages give a record; one
    without minutes has flags.
    """
    everything = paragraphs(pages)
    inside, after = _until_end(everything)
    found = [_cleaned(minute) for minute in minutes_in(inside)]
    sorry = [one for minute in found if APOLOGIES.search(minute.title) for one in minute.body]
    people = people_in(_head(found), sorry)
    meeting = _meeting(pages, told)
    decisions: list[Decision] = []
    actions: list[Action] = []
    declarations: list[Declaration] = []
    recommendations: list[Recommendation] = []
    for minute in found:
        decided = decisions_in(minute)
        decisions += decided
        actions += actions_in(minute, decided, people)
        declarations += declarations_in(minute)
        recommending = [one for one in minute.body if LEAD.match(one.text)]
        if recommending:
            recommendations += recommendations_among(minute.body, minute.number, minute.title)
    actions += logged_actions(inside, people)
    minutes = tuple(_minute(minute) for minute in found if minute.title)
    flags = _flags(meeting, people, minutes, decisions)
    return MeetingRecord(
        meeting=meeting,
        people=people,
        chair=chair_of(people),
        minutes=minutes,
        decisions=tuple(decisions),
        actions=tuple(actions),
        declarations=tuple(declarations),
        recommendations=tuple(recommendations),
        notes=tuple(one.said() for one in after if CALL_IN.search(one.text) or TAKES_EFFECT.search(one.text)),
        flags=flags,
    )


def _until_end(told: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """The paragraphs up to the end of the meeting, and the few after it."""
    for place, one in enumerate(told):
        if place > 3 and (found := END.search(one.flat)):
            near = one.flat[found.start() :] + " ".join(later.flat for later in told[place + 1 : place + 3])
            if not AGAIN.search(near) and (found.start() < 60 or found.end() > len(one.flat) - 60):
                return list(told[: place + 1]), list(told[place + 1 : place + 1 + AFTER_END])
    return list(told), []


def _head(found: Sequence[MinuteText]) -> list[Paragraph]:
    """What stands before the first minute, and, where nobody is listed there, in the first few minutes."""
    head = list(found[0].body)
    for minute in found[1:LONGEST_HEAD]:
        if any(LABEL.match(one.text) or ROLL.search(one.text) for one in head):
            break
        head += minute.body
    return head


def _meeting(pages: Sequence[Page], told: Meeting | None) -> Meeting:
    lines = [line.text for page in pages[:2] for line in page.body][:HEAD]
    first = next(
        (place for place, line in enumerate(lines) if place >= LEAST_HEAD and minute_heading(line)), len(lines)
    )
    read = read_meeting(lines[:first])
    given = told or Meeting()
    body = given.body or read.body
    day = given.date or _date_beside_minutes(lines[: min(first, MINUTES_TOLD)]) or read.date
    return replace(
        read,
        body=body,
        council=given.council or read.council,
        date=day,
        time=given.time or read.time,
        venue=given.venue or read.venue,
    )


def _date_beside_minutes(lines: Sequence[str]) -> date | None:
    """The first date in the lines that say that these are minutes, or in the one after them."""
    for place, line in enumerate(lines):
        if MINUTES_OF.search(line):
            days = dates_in(" ".join(lines[place : place + 3]))
            if days:
                return days[0]
    return None


def _cleaned(minute: MinuteText) -> MinuteText:
    return replace(minute, title=TRAILING_ITEM.sub("", " ".join(minute.title.split())))


def _minute(minute: MinuteText) -> Minute:
    whole = joined([one.said() for one in minute.body]) if minute.body else Said("", ())
    spans = whole.spans or (minute.heading.spans if minute.heading else ())
    return Minute(minute.number, minute.title, whole.text, spans)


def _flags(
    meeting: Meeting, people: Sequence[Attendee], minutes: Sequence[Minute], decisions: Sequence[Decision]
) -> tuple[str, ...]:
    flags = []
    if meeting.date is None:
        flags.append("the date of the meeting was not found")
    if meeting.body is None:
        flags.append("the body was not found")
    if not people:
        flags.append("nobody is named as present")
    if not minutes:
        flags.append("no minute was found")
    elif not decisions:
        flags.append("no decision was found")
    return tuple(flags)
