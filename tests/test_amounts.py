"""One sum is the same sum however it is printed, in the question's words and in the papers'."""

from __future__ import annotations

import pytest

from qa.amounts import in_figures, other_spellings
from qa.question import analyse
from qa.words import stems


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("£15.9m", "£15.9 million"),
        ("£356k", "£356.0k"),
        ("£356k", "£356,000"),
        ("£1.2bn", "£1,200,000,000"),
        ("£803,500", "803,500"),
        ("£52", "£52.00"),
        ("40%", "40 per cent"),
        ("3.5 percent", "3.5%"),
        ("20 homes", "twenty homes"),
    ],
)
def test_an_amount_is_one_word_however_it_is_written(asked: str, printed: str) -> None:
    assert stems(asked) == stems(printed)


@pytest.mark.parametrize("text", ["item 7", "paragraph 3.2", "2025/26", "18/01/2024", "Q3", "HWB26", "in 2025"])
def test_what_is_no_amount_is_left_as_it_is(text: str) -> None:
    assert in_figures(text) == text


@pytest.mark.parametrize(("one", "other"), [("£15.9m", "£15.8m"), ("£356k", "£356m"), ("40%", "40"), ("£1.5m", "£15m")])
def test_different_amounts_stay_different(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_papers_are_searched_for_every_usual_spelling_of_a_large_sum() -> None:
    assert {"15,900,000", "15.9m", "15.9 million"} <= set(other_spellings("How much of the £15.9m is left?"))
    assert {"356,000", "356k", "356.0k"} <= set(other_spellings("the extra £356k"))
    assert other_spellings("the £5 rise of 40% in 2025") == []


def test_a_questions_sum_is_known_with_its_printed_form() -> None:
    assert analyse("Where is the £15.9m?").words["15900000"] == "£15.9m"
