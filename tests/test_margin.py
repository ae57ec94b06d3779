"""Initials in the margin of minutes: they follow their paragraph and make no table of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.papers import Sheet, read_one, rows

LONG = [
    "The Director of Estates set out the plan for the new theatres and the",
    "cost of moving two wards while the work goes on. It was agreed that",
    "a timetable would come to the meeting in July.",
]
SHORT = ["Members asked how patients would be told of the move and when", "the first of the wards would close."]
INITIALS = ["CBa", "JW", "RT/CBa", "AL & MS"]


def minutes(beside: str, *, numbered: bool, head: str = "") -> Callable[[Sheet], None]:
    def page(sheet: Sheet) -> None:
        if head:
            sheet.write(500, 70, head, bold=True)
        y = 100.0
        for k, initials in enumerate(INITIALS):
            if numbered:
                sheet.write(72, y, f"4.{k + 1}")
            end = sheet.paragraph(100 if numbered else 72, y, SHORT if k % 2 else LONG)
            sheet.write(500, {"first": y, "last": end - 13.2, "below": end}[beside], initials)
            y = end + 20
        sheet.write(72, y + 20, "There being no other business the chair closed the meeting at noon.")

    return page


@pytest.mark.parametrize("beside", ["first", "last", "below"])
@pytest.mark.parametrize("numbered", [True, False])
def test_initials_follow_the_paragraph_beside_them(tmp_path: Path, beside: str, numbered: bool) -> None:
    page = read_one(tmp_path, minutes(beside, numbered=numbered))
    expected = []
    for k, initials in enumerate(INITIALS):
        first, *others = SHORT if k % 2 else LONG
        expected += [f"4.{k + 1} {first}" if numbered else first, *others, initials]
    assert [line.text for line in page.lines][:-1] == expected
    assert not rows(page)
    assert [line.block for line in page.lines] == sorted(line.block for line in page.lines)


@pytest.mark.parametrize("head", ["Action", "ACTION BY", "Lead"])
def test_the_word_over_the_initials_comes_before_them(tmp_path: Path, head: str) -> None:
    page = read_one(tmp_path, minutes("last", numbered=False, head=head))
    assert [line.text for line in page.lines][:4] == [head, *LONG]


def test_a_list_with_initials_on_every_row_stays_a_table(tmp_path: Path) -> None:
    items = ["Apologies for absence", "Minutes of the last meeting", "Report of the chair", "Quality report"]

    def agenda(sheet: Sheet) -> None:
        for k, (item, initials) in enumerate(zip(items, INITIALS, strict=True)):
            sheet.write(72, 100 + 20 * k, item)
            sheet.write(500, 100 + 20 * k, initials)

    page = read_one(tmp_path, agenda)
    assert rows(page) == [f"{item}\t{initials}" for item, initials in zip(items, INITIALS, strict=True)]
