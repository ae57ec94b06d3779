"""Quoted words are found on their page however they are broken there, and on no other page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import Box, Page, Word
from qa.locate import LEAST_SHARE, Located, located
from qa.service import BoardQA
from tests.papers import Sheet, read_one

QUOTE = "The Board agreed to move the service out of GP surgeries and into places where people already go."


def minutes(sheet: Sheet) -> None:
    sheet.paragraph(
        72,
        100,
        [
            "The Board agreed to move the service out of GP",
            "surgeries and into places where people already go.",
            "It is to re-",
            "port in May; the fee is £1,250 and the Chair's “own” vote counts.",
            "The fee for the hall was 12 pounds, the fee for the court 1 pound 2 pence.",
        ],
    )


def costs(sheet: Sheet) -> None:
    sheet.grid([72, 200, 300, 400], [100, 120, 140, 160])
    for row, cells in enumerate((("Outcome", "Homes", "Days"), ("Repaired", "58", "21"), ("Sold", "31", "47"))):
        for x, cell in zip((76, 204, 304), cells, strict=True):
            sheet.write(x, 114 + row * 20, cell)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return read_one(tmp_path, minutes)


def covered(page: Page, boxes: tuple[Box, ...]) -> str:
    """The words whose middle lies in a box."""

    def inside(word: Word) -> bool:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)

    return " ".join(word.text for line in page.body for word in line.words if inside(word))


def words_marked(page: Page, quote: str, at: int | None = None) -> str:
    found = located(page, quote, at)
    assert found.share == 1
    return covered(page, found.boxes)


def test_a_quote_over_two_lines_is_marked_on_both(page: Page) -> None:
    found = located(page, QUOTE)
    assert found.share == 1
    assert len(found.boxes) == 2
    assert covered(page, found.boxes) == QUOTE


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("THE BOARD  AGREED\tto", "The Board agreed to"),
        ("It is to report in May", "port in May;"),
        ("It is to re-port in May", "port in May;"),
        ('the Chair’s "own" vote', "the Chair's “own” vote"),
        ("fee is £1,250", "fee is £1,250"),
        ("surgeries | and into", "surgeries and into"),
    ],
)
def test_spaces_case_hyphens_and_quotation_marks_make_no_difference(page: Page, quote: str, words: str) -> None:
    marked = words_marked(page, quote)
    assert marked.endswith(words)


def test_a_quote_over_table_cells_and_rows_is_marked_in_each(tmp_path: Path) -> None:
    page = read_one(tmp_path, costs)
    assert words_marked(page, "Repaired 58 21") == "Repaired 58 21"
    assert words_marked(page, "21\nSold | 31") == "21 Sold 31"
    assert located(page, "2131").share == 0


def test_figures_that_stand_apart_are_not_one_figure(page: Page) -> None:
    assert words_marked(page, "12 pounds") == "12 pounds,"
    assert located(page, "1250").share == 0
    assert located(page, "250").boxes  # of "£1,250", which is marked as a whole
    assert located(page, "25").share == 0


def test_words_within_words_are_not_meant(page: Page) -> None:
    assert located(page, "ace").share == 0
    assert words_marked(page, "go") == "go."


def test_of_words_that_come_twice_all_are_marked_or_those_nearest_to_the_hint(page: Page) -> None:
    assert words_marked(page, "the fee for the") == "The fee for the the fee for the"
    second = page.text.index("fee for the court")
    assert words_marked(page, "the fee for the", at=second) == "the fee for the"
    boxes = located(page, "the fee for the", at=second).boxes
    assert boxes[0][0] > located(page, "the fee for the", at=0).boxes[0][0]


def test_damaged_words_are_taken_as_those_they_are_most_like(page: Page) -> None:
    quote = "The B0ard agreed to rnove the service out of GP surgeries and into p1aces where people already go."
    found = located(page, quote)
    assert found.share > 0.8
    assert covered(page, found.boxes).startswith("The Board agreed to")


def test_what_is_left_out_of_a_quote_is_not_marked(page: Page) -> None:
    found = located(page, "The Board agreed to move the service … into places where people already go.")
    assert found.share == 1
    assert covered(page, found.boxes) == "The Board agreed to move the service into places where people already go."
    assert [page.text[start:end] for start, end in found.stretches] == [
        "The Board agreed to move the service",
        "into places where people already go",
    ]


def test_half_of_a_quote_is_marked_and_less_is_not(page: Page) -> None:
    half = located(page, "The Board agreed to nothing whatsoever yesterday afternoon")
    assert half.share == LEAST_SHARE
    assert covered(page, half.boxes) == "The Board agreed to"
    assert located(page, "The Board agreed on nothing whatsoever yesterday afternoon") == Located((), 0.375)


def test_words_that_stand_alone_all_over_the_page_are_no_quote(page: Page) -> None:
    assert located(page, "May the vote of people counts already fee").boxes == ()


@pytest.mark.parametrize("quote", ["", "  ", "…", "–"])
def test_no_words_are_nowhere(page: Page, quote: str) -> None:
    assert located(page, quote) == Located((), 0.0)


@cache
def layouts(service: BoardQA) -> dict[tuple[str, int], Page]:
    """Every page of the sample packs with text on it."""
    pages = {(pack.pack, p.pdf_page): p for pack in service.packs() for p in service.pages(pack.pack)}
    found = {place: service.page_layout(*place) for place in pages}
    return {place: page for place, page in found.items() if len(page.text.split()) > 20}


def test_a_quote_of_another_page_is_marked_nowhere(service: BoardQA) -> None:
    pages = layouts(service)
    places = list(pages)
    wrong = []
    for place, other in zip(places, places[7:] + places[:7], strict=True):
        words = pages[place].text.split()
        quote = " ".join(words[len(words) // 2 : len(words) // 2 + 15])
        if quote not in " ".join(pages[other].text.split()) and located(pages[other], quote).boxes:
            wrong.append((place, other, quote))
    assert len(places) > 100
    assert not wrong


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_stretch_of_any_page_is_found_where_it_stands(service: BoardQA, data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(list(layouts(service).values())))
    words = [found.span() for found in re.finditer(r"\S+", page.text)]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(first + 60, len(words) - 1)))
    start, end = words[first][0], words[last][1]
    quote = data.draw(st.sampled_from([str, str.upper, lambda text: " ".join(text.split())]))(page.text[start:end])
    if not any(sign.isalnum() for sign in quote):
        return
    found = located(page, quote, at=start)
    assert found.share == 1
    assert any(first_ <= start + 20 and last_ >= start for first_, last_ in found.stretches)
    sought = {word for word in page.text[start:end].split() if any(sign.isalnum() for sign in word)}
    assert sought <= set(covered(page, found.boxes).split())
