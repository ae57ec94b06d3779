"""Stems are the same whichever thread asks for them."""

from __future__ import annotations

import random
import string
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.words import stem

ENDINGS = ("ing", "ed", "ations", "iveness", "ies", "ly", "ment", "s")


def test_threads_that_stem_at_once_do_not_mix_their_words():
    chance = random.Random(7)
    made = ("".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(4000))
    words = [word + chance.choice(ENDINGS) for word in made]
    stem.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda part: [stem(word) for word in part], [words[n::4] for n in range(4)]))
    stem.cache_clear()
    assert at_once == [[stem(word) for word in words[n::4]] for n in range(4)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Chairman", "chair"), ("Cllr", "councillor"), ("organization", "organisation"), ("center", "centre")],
)
def test_spellings_and_forms_of_one_word_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("size", "sise"), ("prize", "prise")])
def test_short_words_keep_their_z(one: str, other: str) -> None:
    assert stem(one) != stem(other)
