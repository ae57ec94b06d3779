"""Words that OCR misread are mended by how the same pack prints them, and by nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from index.misread import mended, printed_words
from index.model import Box, Cell, Line, Page, Word

BOX: Box = (0.1, 0.2, 0.9, 0.22)
PRINTED = Counter({"escalation": 4, "governance": 3, "committee": 9, "modern": 2, "casting": 5, "easting": 5})


def scan(text: str, *, scanned: bool = True) -> Page:
    words = tuple(Word(word, BOX) for word in text.split())
    return Page(1, 595.0, 842.0, (Line(text, BOX, words),), scanned=scanned)


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("de-escaiation of the response.", "de-escalation of the response."),
        ("Govemance of the COMMlTTEE", "Governance of the COMMITTEE"),
        ("GOVEMANCE", "GOVERNANCE"),
        ("Committees escaped", "Committees escaped"),  # no confusion away from anything
        ("the modem", "the modem"),  # too short
    ],
)
def test_a_word_a_confusion_away_from_one_that_is_printed_becomes_that(read: str, right: str) -> None:
    page = mended(scan(read), PRINTED)
    assert page.lines[0].text == right
    assert " ".join(word.text for word in page.lines[0].words) == page.lines[0].text


@pytest.mark.parametrize("text", ["escalation", "coverning", "rarelyy"])
def test_what_is_printed_seldom_printed_or_could_be_two_words_is_left_alone(text: str) -> None:
    known = Counter({"escalation": 1, "eoverning": 4, "covernlng": 4, "rarely": 1})
    assert mended(scan(text), known).lines[0].text == text


def test_pages_with_text_of_their_own_are_left_alone_and_are_what_is_known() -> None:
    page = scan("de-escaiation and escalation", scanned=False)
    assert mended(page, PRINTED) is page
    assert printed_words(page)["escalation"] == 1
    assert not printed_words(scan("escalation"))


def test_a_tables_cells_are_mended_with_its_row() -> None:
    row = Line(
        "escaiation\t4", BOX, (Word("escaiation", BOX), Word("4", BOX)), cells=(Cell("escaiation", 0), Cell("4", 1))
    )
    (told,) = mended(Page(1, 595.0, 842.0, (row,), scanned=True), PRINTED).lines
    assert told.text == "escalation\t4"
    assert [cell.text for cell in told.cells] == ["escalation", "4"]
