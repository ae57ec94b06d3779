"""The words around a hit of a search: what of a page's text is shown, and which words of it were sought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from qa.words import stem, stems, tokens

WORDS_SHOWN = 36  # of a page, around the most hits


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a text: ``pieces`` are its words in turn, each with whether they were sought.

    ``whole`` tells whether the text, if not this part of it, has all words that were sought; ``before`` and ``after``
    whether it goes on there.
    """

    pieces: tuple[tuple[str, bool], ...]
    whole: bool
    before: bool
    after: bool

    @property
    def sought(self) -> str:
        """The words from the first that was sought to the last, as they stand in the text; empty without any."""
        hits = [place for place, (_, hit) in enumerate(self.pieces) if hit]
        return "".join(words for words, _ in self.pieces[hits[0] : hits[-1] + 1]) if hits else ""


def excerpt(text: str, query: str) -> Excerpt:
    """The part of ``text`` that holds most of the query's words, inflected as they may be; its start if it has none."""
    words = text.split()
    sought = frozenset(stems(query)) or frozenset(stem(token) for token in tokens(query))
    meant = [_meant(word) & sought for word in words]
    start = _best(meant)
    shown = list(zip(words, meant, strict=True))[start : start + WORDS_SHOWN]
    pieces: list[tuple[str, bool]] = []
    for hit, run in groupby(shown, key=lambda pair: bool(pair[1])):
        pieces.append((" ".join(word for word, _ in run), hit))
    return Excerpt(
        pieces=tuple(_spaced(pieces)),
        whole=bool(sought) and sought <= frozenset().union(*meant),
        before=start > 0,
        after=start + WORDS_SHOWN < len(words),
    )


def _meant(word: str) -> frozenset[str]:
    return frozenset(stems(word)) | frozenset(stem(token) for token in tokens(word))


def _best(meant: Sequence[frozenset[str]]) -> int:
    """Where the window begins that has the most different words sought, then the most of them."""
    hits = [place for place, found in enumerate(meant) if found]
    if not hits:
        return 0

    def worth(start: int) -> tuple[int, int]:
        window = [found for found in meant[start : start + WORDS_SHOWN] if found]
        return len(frozenset().union(*window)), len(window)

    first = max(hits, key=lambda start: (*worth(start), -start))
    last = max(place for place in hits if place < first + WORDS_SHOWN)
    spare = WORDS_SHOWN - (last - first + 1)  # half of it goes before the first hit
    return max(0, min(first - spare // 2, len(meant) - WORDS_SHOWN))


def _spaced(pieces: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The pieces with the spaces between them, which belong to the words that were not sought."""
    spaced: list[tuple[str, bool]] = []
    for words, hit in pieces:
        if spaced:
            if hit:
                spaced[-1] = (spaced[-1][0] + " ", False)
            else:
                words = " " + words
        spaced.append((words, hit))
    return spaced
