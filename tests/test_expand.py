"""Other words for what is asked: acronyms both ways, everyday words, and misspellings put right."""

from __future__ import annotations

import pytest

from qa.expand import abbreviated, corrected, expansions, same_words


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("when are the bins emptied", "refuse"),
        ("how many kids were seen", "children"),
        ("what is the JSNA", "needs"),
        ("what's said of the better care fund", "BCF"),
        ("is the BCF spent", "care"),
    ],
)
def test_the_words_of_the_papers_are_added(question: str, word: str) -> None:
    assert word in expansions(question, [])


def test_a_packs_own_acronyms_are_spelled_out_and_shortened() -> None:
    own = [{"QFT": "Quayside Ferry Trust"}, {"DRS": "Depot Roof Scheme"}]
    assert {"Quayside", "Ferry", "Trust"} <= set(expansions("What does QFT pay?", own))
    assert "DRS" in expansions("How far is the depot roof scheme?", own)
    assert expansions("How far is the ferry?", own) == []


def test_words_of_the_question_are_not_added_again() -> None:
    assert "fund" not in expansions("Is the BCF fund spent?", [])


@pytest.mark.parametrize(("wrong", "right"), [("libary", "librari"), ("ferrry", "ferri"), ("vaccinne", "vaccin")])
def test_a_misspelled_word_is_taken_for_the_nearest_known(wrong: str, right: str) -> None:
    assert corrected([wrong], ["fluorid", "vaccin", "librari", "quay", "ferri"]) == {wrong: right}


def test_words_far_from_any_known_and_short_ones_are_left_alone() -> None:
    assert corrected(["zebra", "qua", "12345"], ["fluorid", "quay", "ferri"]) == {}


def test_an_acronym_and_its_name_are_the_same_words() -> None:
    own = [{"QFT": "Quayside Ferry Trust"}]
    named, short = abbreviated("What does the quayside ferry trust pay?", own), abbreviated("What does QFT pay?", own)
    assert named["qft"] == short["qft"] == {"quaysid", "ferri", "trust"}
    assert "qft" not in abbreviated("What does the ferry pay?", own)
    assert same_words(frozenset({"qft", "pay"}), named) == {"qft", "pay", "quaysid", "ferri", "trust"}
    assert same_words(frozenset({"quaysid", "ferri", "trust"}), named) >= {"qft"}
    assert same_words(frozenset({"ferri"}), named) == {"ferri"}
