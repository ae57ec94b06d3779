"""Other words for what is asked: acronyms both ways, everyday words, and misspellings put right."""

from __future__ import annotations

import pytest

from qa.expand import corrected, expansions


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
    assert expansions("How far is the pool?", own) == []


def test_words_of_the_question_are_not_added_again() -> None:
    assert "fund" not in expansions("Is the BCF fund spent?", [])


@pytest.mark.parametrize(
    ("wrong", "right"), [("fluoridasion", "fluorid"), ("vaccinaton", "vaccin"), ("libary", "librari")]
)
def test_a_misspelled_word_is_taken_for_the_nearest_known(wrong: str, right: str) -> None:
    known = ["fluorid", "vaccin", "librari", "quay", "ferri"]
    assert corrected([wrong], known) in ({wrong: right}, {})
    assert corrected(["zebra", "qua", "12345"], known) == {}
    assert corrected(["fluoridat"], ["fluorid"]) == {"fluoridat": "fluorid"}
