"""What a search shows of a page: the words around the hits, the hits themselves told apart."""

from __future__ import annotations

from qa.excerpts import WORDS_SHOWN, excerpt

LONG = " ".join(f"word{n}" for n in range(60))


def hits(text: str, query: str) -> list[str]:
    return [words for words, hit in excerpt(text, query).pieces if hit]


def test_sought_words_are_told_apart_however_they_are_inflected() -> None:
    text = "The Committees\tnoted that smokers, who stopped\nsmoking, were few."
    assert hits(text, "committee on smoking") == ["Committees", "smoking,"]
    assert "".join(words for words, _ in excerpt(text, "smoking").pieces) == " ".join(text.split())
    assert hits(text, "zebra") == []


def test_the_part_with_most_of_the_words_is_shown() -> None:
    found = excerpt(f"A lease. {LONG} The lease of the land was agreed. {LONG}", "lease land")
    assert found.before
    assert found.after
    assert sum(len(words.split()) for words, _ in found.pieces) == WORDS_SHOWN
    assert found.sought == "lease of the land"
    assert found.whole


def test_a_text_without_the_words_shows_its_start() -> None:
    found = excerpt(LONG, "lease")
    assert not found.before
    assert found.after
    assert found.sought == ""
    assert not found.whole
    assert excerpt("", "lease").pieces == ()


def test_words_that_stand_far_apart_are_all_there_though_not_all_shown() -> None:
    found = excerpt(f"The lease. {LONG} The land.", "lease land")
    assert found.whole
    assert found.sought == "lease."


def test_a_query_of_common_words_alone_is_sought_as_it_is() -> None:
    assert hits("What we have is what we are.", "who we are") == ["we", "we are."]
