"""Dates and periods as councils and trusts write them, in one form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.periods import days, periods, without_periods


@pytest.mark.parametrize(
    "text",
    [
        "18 January 2023",
        "Wednesday, 18th January, 2023",
        "the 18th of January 2023",
        "18 Jan 23",
        "January 18, 2023",
        "18/01/2023",
        "18.1.23",
        "2023-01-18",
    ],
)
def test_a_day_is_the_same_day_however_it_is_written(text: str) -> None:
    assert periods(text) == {"d2023-01-18", "d-01-18", "m2023-01", "m-01", "y2023"}
    assert days(text) == [date(2023, 1, 18)]


@pytest.mark.parametrize("text", ["2023/24", "2023-24", "23/24", "2023/2024", "2023–24", "FY2023/24"])
def test_a_financial_year_is_the_same_however_it_is_written(text: str) -> None:
    assert periods(f"the budget for {text} was set") == {"f2023"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 2024", {"m2024-03", "m-03", "y2024"}),
        ("Sept '24", {"m2024-09", "m-09", "y2024"}),
        ("last December", {"m-12"}),
        ("on 4 May", {"d-05-04", "m-05"}),
        ("in 2019 and mid-2021", {"y2019", "y2021"}),
        ("Q3 of 2022/23", {"q3", "f2022"}),
        ("the fourth quarter", {"q4"}),
        ("quarter two, 2024", {"q2", "y2024"}),
        ("by May", {"m-05"}),
        ("May", {"m-05"}),
    ],
)
def test_periods_of_other_lengths_are_read(text: str, expected: set[str]) -> None:
    assert periods(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "What was decided separately by the marketing novelists?",  # month names within words
        "12 decisions, 5 separate marches, 3 octaves",
        "it may go on",
        "May I ask who chairs it?",
        "31 February 2024",
        "31 June",
        "£2024 or 2,024 people",
        "minute 12/24 on pages 12-13",
        "13/13/2024",
        "minute ICB/24/05/08 and HCP/11/12/05",
    ],
)
def test_what_is_no_period_is_left_alone(text: str) -> None:
    assert periods(text) == frozenset()
    assert days(text) == []


def test_dates_are_taken_out_of_a_text_and_figures_left() -> None:
    text = "In 2023/24, from 18 January 2023 to March 214 separate visits cost £2024."
    assert " ".join(without_periods(text).split()) == "In , from to 214 separate visits cost £2024."


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_every_day_of_the_calendar_is_read_back(day: date) -> None:
    for form in (f"{day:%-d %B %Y}", f"{day:%d/%m/%Y}", f"{day:%a} {day.day} {day:%b}. {day.year}", day.isoformat()):
        assert days(f"It met on {form} at the hall.") == [day], form
