"""Late interaction: a word that says much the same is found, and counts only where the asked word itself is not."""

from __future__ import annotations

import pytest

from index.embedding import Embedder, load_embedder
from qa.late import AskedWords, soft_cover
from qa.question import analyse


@pytest.fixture(scope="module")
def model() -> Embedder:
    return load_embedder()


def test_a_like_word_comes_nearer_than_an_unlike_one(model: Embedder) -> None:
    question = analyse("Which physician spoke?")
    asked = AskedWords(model, question.text, question.terms)
    doctor, ferry = (asked.likeness(reading.tokens)[1] for reading in model.read(["The doctor spoke.", "The ferry."]))
    assert doctor["physician"] > ferry["physician"] + 0.1


def test_words_that_stand_there_add_nothing_to_the_soft_cover() -> None:
    likeness, worth = {"ferri": 0.9, "cost": 0.5}, {"ferri": 3.0, "cost": 1.0}
    assert soft_cover(likeness, worth, frozenset()) == pytest.approx((3 * 0.6 + 1 * 0.2) / 4)
    assert soft_cover(likeness, worth, frozenset({"ferri"})) == pytest.approx(0.2 / 4)
    assert soft_cover(likeness, {}, frozenset()) == 0.0


def test_a_sentence_without_words_is_like_nothing(model: Embedder) -> None:
    asked = AskedWords(model, "Who?", ("who",))
    assert asked.likeness(model.read([""])[0].tokens) == (0.0, {})
