"""The figures and dates that a piece of evidence states, each with what it is of and how exactly it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from qa.amounts import IN_WORDS, SCALES
from qa.facts import AMOUNT
from qa.grid import column_asked, flat, row_of
from qa.held import REFERENCES
from qa.periods import periods, without_periods
from qa.question import Analysis, Wanted
from qa.units import MARKER, PAIR_WORDS, Evidence
from qa.words import STOPWORDS, stem, stems

# Before a figure that is not exact, or is the end of a range
ABOUT = re.compile(
    r"(?:\d[\w.,%]*\s?(?:[-–]|to|or)|\b(?:about|around|approximately|approx|roughly|nearly|almost|over|under|(?:more|"
    r"less|fewer) than|at least|at most|up to|no more than|no fewer than|some|between|as many as|circa|c\.?))\s*$",
    re.I,
)
RANGE = re.compile(r"^\s?(?:[-–]|to\b|or\b|and\b(?=\s+[£\d]))|^\s?\+")
SHARE = re.compile(r"\s(?=\d[\d.,]*\s?(?:%|per cent))")
UNIT_WORD = re.compile(r"\s*(?:of\s+(?:the\s+)?)?([A-Za-z][a-z]+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure or date of a piece of evidence: ``printed`` as it stands, ``about`` the stems of what it is of."""

    evidence: Evidence
    value: Decimal | str
    unit: str
    printed: str
    about: frozenset[str]


def readings(question: Analysis, e: Evidence) -> list[Reading]:
    """The figure of a row's asked cell, or the one figure of each unit of a sentence."""
    if e.passage.table:
        return _of_row(question, e)
    text = apart(MARKER.sub("", flat(e.text), count=1))
    if len(text.split()) > PAIR_WORDS:
        return []
    if Wanted.DATE in question.wanted:
        days = {key for key in periods(text) if re.fullmatch(r"d\d{4}.*", key)}
        day = re.search(r"\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]+ (?:20)?\d\d", text)
        if len(days) == 1 and day:
            return [Reading(e, days.pop(), "date", day[0], about(without_periods(text)))]
    plain = REFERENCES.sub(lambda m: " " * len(m[0]), without_periods(text))
    by_unit: dict[str, list[Reading]] = {}
    for match in AMOUNT.finditer(plain):
        if ABOUT.search(plain[: match.start()]) or RANGE.match(plain[match.end() :]):
            continue
        unit, printed = match["sign"] or ("%" if match["share"] else ""), match[0].strip()
        counted = UNIT_WORD.match(plain[match.end() :])
        if not unit and counted and counted[1].lower() not in STOPWORDS:
            unit, printed = stem(counted[1]), f"{printed} {counted[1]}"
        value = Decimal(match["number"].replace(",", "")) * SCALES.get((match["scale"] or "").lower(), 1)
        by_unit.setdefault(unit, []).append(Reading(e, value, unit, printed, about(plain)))
    return [readings[0] for unit, readings in by_unit.items() if unit and len(readings) == 1]


def apart(text: str) -> str:
    """The text with percentages set off from what is before them: "in June 71% were filled" tells no year."""
    return SHARE.sub(" ; ", text)


def _of_row(question: Analysis, e: Evidence) -> list[Reading]:
    row = row_of(e)
    column = column_asked(question, row, e.passage.columns) if row else None
    if row is None or column is None or (found := row.amount(column)) is None:
        return []
    of_what = about(f"{row.label} {e.passage.columns[column]} {e.passage.title}")
    return [Reading(e, found.value, found.unit, found.printed, of_what)]


def about(text: str) -> frozenset[str]:
    """The stems of what a text speaks of, less its figures."""
    return frozenset(s for s in stems(text) if not any(c.isdigit() for c in s) and s not in IN_WORDS)


def same_value(one: Reading, other: Reading) -> bool:
    """Whether the two are equal, or one is the other rounded."""
    if isinstance(one.value, str) or isinstance(other.value, str):
        return one.value == other.value
    coarse = max(_step(one), _step(other))
    return abs(one.value - other.value) <= coarse / 2


def _step(reading: Reading) -> Decimal:
    """The worth of the last digit that is told: 100,000 for "£1.2m", 1,000 for "585,000"."""
    match = AMOUNT.search(reading.printed)
    if match is None or not isinstance(reading.value, Decimal):
        return Decimal(1)
    digits = match["number"].replace(",", "")
    scale = SCALES.get((match["scale"] or "").lower(), 1)
    if "." in digits:
        return Decimal(scale).scaleb(-len(digits.partition(".")[2]))
    printed = Decimal(digits) * scale
    told = reading.value / printed if printed else Decimal(1)  # what a table's header ("£000") adds
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0"))) * scale * max(told, Decimal(1))
