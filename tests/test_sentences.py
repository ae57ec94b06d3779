"""Sentences end where readers see them end, whatever stops, quotes and numbers stand in between."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import is_finished, sentences, sentences_in_blocks


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The Chair welcomed members.", "Apologies were noted."],
        ["Cllr. Fenwick and Dr. Osei spoke.", "Prof. Lunt replied."],  # titles
        ["The Rt. Hon. Hilda Moss, Lt. Col. Peake and PC. Orme came.", "All were thanked."],
        ["Mrs. J. R. Hale seconded it.", "It was carried."],  # initials
        ["The U.K. Government wrote in Jan. 2025 about it.", "Nobody replied."],
        ["It costs £4.2m, i.e. 3.5% more.", "The target was 2.0%."],  # decimals
        ["1. The report was noted.", "2. The fee was agreed."],  # numbers before a paragraph
        ["3.2. Officers will report in May.", "It is urgent."],
        ["See para. 4.3, fig. 2 and No. 7 Mill Lane.", "The rest follows."],
        ["“Must we wait?” asked a resident.", "“No.”", "The Chair moved on."],  # quotes
        ["(The item was deferred.)", "Members left at once."],
        ["Was it paid?", "£40,000 was.", "Really!", "• Action: none."],
        ["The meeting closed at 4.15 p.m.", "The next is in June."],  # an abbreviation ends the sentence too
        ["It was sold to Marl Homes Ltd.", "They will build there."],
        ["Staff moved to Ward B.", "There they stay."],
        ["The rents, fees, etc. were raised.", "It was not liked."],
        ["The first line\nruns on here.", "A second begins\non another line."],
        ["No stop at the end"],
    ],
)
def test_a_text_is_cut_into_its_sentences(expected: list[str]) -> None:
    assert cut(" ".join(expected)) == expected


def test_space_around_a_text_belongs_to_no_sentence() -> None:
    assert cut("\n The fee was agreed.  \n It rises. ") == ["The fee was agreed.", "It rises."]
    assert cut(" \n\t ") == cut("") == []


def test_a_sum_in_thousands_ends_a_sentence_as_a_number_does() -> None:
    assert cut("It costs £90K. A tender follows. Plan B. Jones wrote it.") == [
        "It costs £90K.",
        "A tender follows.",
        "Plan B. Jones wrote it.",
    ]


def test_a_long_row_of_initials_or_dots_is_read_at_once() -> None:
    initials, dots = "A. " * 100_000, "." * 200_000
    assert cut(initials) == [initials.strip()]
    assert cut(dots) == [dots]


def test_list_items_and_paragraphs_are_cut_apart_without_a_stop() -> None:
    text = "The Panel asked for:\n• a plan by June\n• a map"
    spans = list(sentences_in_blocks(text, (0, text.index("• a plan"), text.index("• a map"))))
    assert [text[start:end] for start, end in spans] == text.split("\n")


@pytest.mark.parametrize("text", ["It was agreed.", "“Was it?”", "(It was.)", "as follows:", "land; ", "No!\n"])
def test_a_finished_text_is_told(text: str) -> None:
    assert is_finished(text)


@pytest.mark.parametrize("text", ["the cost of", "the cost, ", "in the sum of £4.2m", "“The", ""])
def test_a_text_that_breaks_off_is_told(text: str) -> None:
    assert not is_finished(text)


WORDS = ["The", "fee", "Cllr.", "J.", "£4.2m", "p.m.", "3.1", "(a)", "“Yes.”", "No.", "fell.", "why?", "•", "it", ";"]
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=30).flatmap(
        lambda words: st.lists(st.sampled_from([" ", "\n", "  "]), min_size=len(words), max_size=len(words)).map(
            lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True))
        )
    ),
    st.text(max_size=80),
)


@given(TEXTS, st.lists(st.integers(0, 80), max_size=5))
def test_sentences_are_in_order_apart_and_leave_out_nothing_but_space(text: str, blocks: list[int]) -> None:
    blocks = [block for block in blocks if block <= len(text)]
    for spans in (list(sentences(text)), list(sentences_in_blocks(text, blocks))):
        assert all(start < end for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        covered = {at for start, end in spans for at in range(start, end)}
        assert all(text[at].isspace() for at in range(len(text)) if at not in covered)
        assert all(text[start:end] == text[start:end].strip() for start, end in spans)
