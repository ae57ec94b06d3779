"""What a question asks for: words, names, dates, and the kind of answer that would answer it."""

from __future__ import annotations

import pytest

from index.model import Kind
from qa.conversation import standalone
from qa.model import Turn
from qa.question import Wanted, analyse
from qa.words import names, stem, stems


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How much did the new roof cost?", Wanted.MONEY),
        ("What's the highways budget?", Wanted.MONEY),
        ("How much was set aside for the ferry?", Wanted.MONEY),
        ("How many lifeguards are employed?", Wanted.COUNT),
        ("What is the number of empty posts?", Wanted.COUNT),
        ("What percentage of bins was missed?", Wanted.PERCENT),
        ("What proportion of patients waited?", Wanted.PERCENT),
        ("When does the pool reopen?", Wanted.DATE),
        ("What is the deadline for replies?", Wanted.DATE),
        ("Who chairs the panel?", Wanted.PERSON),
        ("Which councillors voted against?", Wanted.PERSON),
        ("Why was the ferry stopped?", Wanted.REASON),
        ("What was agreed about the ferry?", Wanted.DECISION),
        ("Did the cabinet sign off the lease?", Wanted.DECISION),
        ("What does RAAC stand for?", Wanted.DEFINITION),
    ],
)
def test_the_kind_of_answer_is_told_by_how_it_is_asked(question: str, wanted: Wanted) -> None:
    assert wanted in analyse(question).wanted


def test_a_question_may_want_no_kind_or_several() -> None:
    assert analyse("Tell me about the ferry").wanted == frozenset()
    both = analyse("Who asked for it, and how much did the ferry cost?").wanted
    assert {Wanted.PERSON, Wanted.MONEY} <= both


def test_items_pages_and_periods_are_read() -> None:
    asked = analyse("What does agenda item 7b on page 43 say of spending in 2023/24?")
    assert (asked.item, asked.page, asked.periods) == ("7b", "43", {"f2023"})
    plain = analyse("What is said of spending?")
    assert (plain.item, plain.page, plain.periods) == (None, None, frozenset())


def test_names_are_told_from_words_that_begin_a_sentence() -> None:
    asked = analyse("Did Councillor Fenwick's motion on the Quayside Ferry pass in March? Members asked NHS staff.")
    assert {"Fenwick", "Quayside", "Ferry"} <= set(asked.proper.values())
    assert not {"Did", "Members", "March", "NHS"} & set(asked.proper.values())
    assert names("Ferries sail. Ferries rust.") == []


def test_words_are_compared_by_their_stems_and_compounds_in_parts() -> None:
    assert stem("Committees") == stem("committee’s") == stem("committee")
    assert set(stems("the well-being of under-fives")) >= {stem("well-being"), stem("under-fives"), stem("fives")}
    assert stems("what is it of the and") == ()


def test_each_asked_word_is_kept_once_as_it_was_written() -> None:
    asked = analyse("Ferry fares: are ferries' fares fair?")
    assert len(asked.terms) == len(set(asked.terms))
    assert asked.words[stem("ferry")] == "Ferry"


def test_the_sort_of_paper_that_is_named_is_known() -> None:
    assert analyse("What do the slides say?").papers == {Kind.SLIDES}
    assert analyse("Was it in the minutes or an appendix?").papers == {Kind.MINUTES, Kind.APPENDIX}
    assert not analyse("Did the ferry wait 20 minutes each day?").papers


def test_a_follow_up_put_in_full_asks_for_no_word_of_the_putting() -> None:
    assert analyse(standalone("and when?", [Turn(question="How late is the ferry?")])).terms == ("late", "ferri")


def test_shortened_words_say_as_little_as_in_full() -> None:
    assert stems("What's the fare, who’s late, isn't it, they've sailed, havent they") == ("fare", "late", "sail")
    assert stems("the Board's ferry") == ("board", "ferri")
