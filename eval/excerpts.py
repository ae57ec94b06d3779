"""What a page says around a quote: its text cut into stretches, those that matter marked, the rest shortened."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LEAST_PART = 0.6  # of a quote that must stand in one piece; the rest may be misread or broken off
BEFORE, AFTER = 240, 300  # characters of page shown around the marked places
WHOLE = 900  # characters; a shorter page is shown as it is

QUOTE, FACT = "quote", "fact"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a page's text; ``mark`` is "quote", "fact" or "" for the text between."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A page's text around its marked places; ``cut`` tells that ``whole`` has more than ``shown``."""

    shown: tuple[Stretch, ...]
    whole: tuple[Stretch, ...]
    cut: bool
    quoted: bool  # a quote was found on the page


def excerpt(text: str, quotes: Iterable[str], facts: Iterable[str] = ()) -> Excerpt:
    """``text`` with every place of ``quotes`` and ``facts`` marked; spaces, case and punctuation may differ."""
    page = _Letters(text)
    quoted = [place for quote in quotes if (place := page.find(quote))]
    given = [place for fact in facts for place in page.find_words(fact)]
    marks = [""] * len(text)
    for kind, places in ((QUOTE, quoted), (FACT, given)):
        for start, end in places:
            marks[start:end] = [kind] * (end - start)
    start, end = 0, len(text)
    if len(text) > WHOLE:
        anchors = quoted or given or [(0, WHOLE - AFTER)]
        start = max(0, min(first for first, _ in anchors) - BEFORE)
        end = min(len(text), max(last for _, last in anchors) + AFTER)
        start, end = _word_end(text, start), _word_end(text, end)
    before = [Stretch("… ")] if start > 0 else []
    after = [Stretch(" …")] if end < len(text) else []
    return Excerpt(
        shown=(*before, *_stretches(text, marks, start, end), *after),
        whole=tuple(_stretches(text, marks, 0, len(text))),
        cut=bool(before or after),
        quoted=bool(quoted),
    )


class _Letters:
    """A text's letters, figures and £ and % signs in plain form, each with where it stands in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        kept = [
            (c, i)
            for i, printed in enumerate(text)
            for c in unicodedata.normalize("NFKC", printed).lower()
            if c.isalnum() or c in "£%"
        ]
        self.plain = "".join(c for c, _ in kept)
        self.where = [i for _, i in kept]

    def find(self, quote: str) -> tuple[int, int] | None:
        """Start and end of the quote, or of its longest piece if that is most of it."""
        wanted = _Letters(quote).plain
        if not wanted:
            return None
        start = self.plain.find(wanted)
        if start >= 0:
            return self._span(start, len(wanted))
        piece = SequenceMatcher(None, self.plain, wanted, autojunk=False).find_longest_match()
        return self._span(piece.a, piece.size) if piece.size >= LEAST_PART * len(wanted) else None

    def find_words(self, fact: str) -> list[tuple[int, int]]:
        """Start and end of every place where the fact stands as whole words and figures."""
        wanted = _Letters(fact).plain
        found = []
        start = self.plain.find(wanted) if wanted else -1
        while start >= 0:
            first, last = self._span(start, len(wanted))
            if not self._continued(first - 1, first) and not self._continued(last - 1, last):
                found.append((first, last))
            start = self.plain.find(wanted, start + 1)
        return found

    def _span(self, start: int, length: int) -> tuple[int, int]:
        return self.where[start], self.where[start + length - 1] + 1

    def _continued(self, left: int, right: int) -> bool:
        """Whether one word or figure runs over the border between two neighbouring characters."""
        around = self.text[max(left - 1, 0) : left + 1], self.text[right : right + 2]
        before, after = around[0][-1:], around[1][:1]
        if left < 0 or right >= len(self.text):
            return False
        if before.isalnum() and after.isalnum():
            return True
        if before in ",." and after.isdigit():  # the fact begins inside a figure
            return around[0][:1].isdigit()
        return before.isdigit() and after in ",." and around[1][1:].isdigit()


def _stretches(text: str, marks: Sequence[str], start: int, end: int) -> Iterator[Stretch]:
    while start < end:
        stop = start + 1
        while stop < end and marks[stop] == marks[start]:
            stop += 1
        yield Stretch(text[start:stop], marks[start])
        start = stop


def _word_end(text: str, place: int) -> int:
    """The next place at or after ``place`` that splits no word."""
    while 0 < place < len(text) and not text[place - 1].isspace():
        place += 1
    return place
