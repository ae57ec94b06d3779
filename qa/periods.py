"""Dates and periods in questions and papers, in one comparable form.

A period is a key: ``y2022`` a calendar year, ``f2021`` the financial year 2021/22, ``q3`` a quarter,
``m2023-01`` a month, ``d2023-01-18`` a day; ``m-01`` and ``d-01-18`` stand without their year.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
# "18 January 2023", "18th Jan 23", "Tuesday, 4th March, 2025"
DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?(?:\s+'?(?P<year>20\d\d|\d\d)\b)?", re.I
)
# "January 18, 2023"
MONTH_DAY = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)\b", re.I)
# "January 2023", "Feb 23", "in March"
MONTH_YEAR = re.compile(rf"\b{_MONTH},?(?:\s+'?(?P<year>20\d\d|\d\d(?!\d|[./%]))\b)?", re.I)
# "18/01/2023", not the minute "ICB/24/05/08"
NUMERIC = re.compile(r"(?<![\w/])(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>20\d\d|\d\d)\b")
ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b")
# "2021/22", "2021-22", "21/22", "2024-2025"
FINANCIAL = re.compile(r"(?<![\d/.-])(?:20)?(?P<first>\d\d)\s?[/–-]\s?(?:20)?(?P<second>\d\d)(?![\d/]|-\d)")
# "2024", "mid-2024", but not "£2024", "2,024", "12/2024", "1-2024"
# What every period has: a figure, or the beginning of a month's or an ordinal's name
MAYBE = re.compile(r"\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|quarter", re.I)
YEAR = re.compile(r"(?<![\d,.£/])(?<!\d-)(20\d\d|19\d\d)(?![\d,%/]|-\d|–\d)")
QUARTER = re.compile(
    r"\b(?:Q([1-4])\b|quarter\s+([1-4]|one|two|three|four)\b|(first|second|third|fourth)\s+quarter\b)", re.I
)
MAY_DO = re.compile(r"may|(?<!.)May\s+(?:I\b|[a-z])", re.S)  # the verb: "it may", "May I ask"
LEAP_YEAR = 2000  # in which every day of a year that is not told exists
ORDINALS = {"one": 1, "two": 2, "three": 3, "four": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}


@lru_cache(maxsize=20_000)
def periods(text: str) -> frozenset[str]:
    """Every period that ``text`` speaks of, as keys; a day also gives its month and year, a month its year."""
    if not MAYBE.search(text):
        return frozenset()
    found: set[str] = set()
    rest = text
    for pattern in (ISO, NUMERIC, MONTH_DAY, DAY_MONTH):
        for match in pattern.finditer(rest):
            found |= _day_keys(match)
        rest = pattern.sub(" ", rest)
    for match in MONTH_YEAR.finditer(rest):
        if match["month"].lower() == "may" and not match["year"] and MAY_DO.match(rest, match.start()):
            continue
        month = _month(match["month"])
        found.add(f"m-{month:02}")
        if match["year"]:
            found |= {f"m{_year(match['year'])}-{month:02}", f"y{_year(match['year'])}"}
    rest = MONTH_YEAR.sub(lambda m: m.group() if not m["year"] else " ", rest)
    for match in FINANCIAL.finditer(rest):
        first, second = int(match["first"]), int(match["second"])
        if (first + 1) % 100 == second and (len(match.group()) > 5 or "/" in match.group()):
            found.add(f"f20{first:02}")
    rest = FINANCIAL.sub(" ", rest)
    found |= {f"y{year}" for year in YEAR.findall(rest)}
    for match in QUARTER.finditer(rest):
        told = next(part for part in match.groups() if part).lower()
        found.add(f"q{ORDINALS.get(told) or told}")
    return frozenset(found)


def without_periods(text: str) -> str:
    """The text with every date and period blanked out."""
    for pattern in (ISO, NUMERIC, MONTH_DAY, DAY_MONTH, MONTH_YEAR, FINANCIAL, YEAR, QUARTER):
        text = pattern.sub(" ", text)
    return text


def days(text: str) -> list[date]:
    """Every full date in ``text`` that exists in the calendar."""
    found = []
    for key in sorted(periods(text)):
        if re.fullmatch(r"d\d{4}-\d\d-\d\d", key):
            found.append(date.fromisoformat(key[1:]))
    return found


def _day_keys(match: re.Match[str]) -> set[str]:
    told = match["month"]
    month = int(told) if told.isdigit() else _month(told)
    day = int(match["day"])
    year = _year(match["year"]) if match["year"] else LEAP_YEAR
    try:
        date(year, month, day)
    except ValueError:
        return set()
    keys = {f"m-{month:02}", f"d-{month:02}-{day:02}"}
    if match["year"]:
        keys |= {f"y{year}", f"m{year}-{month:02}", f"d{year}-{month:02}-{day:02}"}
    return keys


def _month(name: str) -> int:
    return MONTHS.index(name.lower()[:3]) + 1


def _year(told: str) -> int:
    return int(told) if len(told) == 4 else 2000 + int(told)
