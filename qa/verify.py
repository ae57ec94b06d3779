"""The last check before an answer leaves: every quote stands on its page, every figure told stands in a quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from index.model import Page, Passage
from qa.answer import Draft
from qa.units import Evidence

FIGURE = re.compile(r"\d[\d,.]*\d|\d")
YEARS = re.compile(r"\b(19|20)(\d\d)\s?[-–/]\s?(?:(?:19|20)(?=\d\d\b))?(\d\d)\b")  # "2024/25", "2024 - 2025"
LEAST_QUOTE = 6  # letters; the few words of a sentence left over on the next page are no citation


@dataclass(frozen=True, slots=True)
class Place:
    """A quote with the page it stands on: offsets ``start`` to ``end`` in the page's text."""

    pack: str
    page: Page
    start: int
    end: int
    evidence: Evidence

    @property
    def quote(self) -> str:
        """The page's words, line ends and cell borders as spaces."""
        return " ".join(self.page.text[self.start : self.end].split())


PageOf = Callable[[str, int], Page | None]


def checked(draft: Draft, page_of: PageOf) -> list[Place]:
    """The places that bear a statement out, empty where it must not be told."""
    places = [place for e in draft.places for place in _places(e, page_of)]
    if not places or places[0].evidence is not draft.places[0]:
        return []
    return places if _stands(draft, (place.quote for place in places)) else []


def figures_stand(draft: Draft) -> bool:
    """Whether every figure of a statement stands in its evidence or what that stands under, year ranges however
    they are written."""
    return _stands(draft, (e.text for e in draft.places))


def _stands(draft: Draft, quotes: Iterable[str]) -> bool:
    best = draft.places[0]
    around = (best.passage.title, best.passage.heading, *best.passage.columns, best.around)
    return _figures(draft.text) <= _figures(" ".join((*quotes, *around)))


def _figures(text: str) -> set[str]:
    return set(FIGURE.findall(YEARS.sub(r"\1\2 \1\3", text)))


def _places(e: Evidence, page_of: PageOf) -> Iterator[Place]:
    """Each stretch of page that a piece of evidence stands on, if its words are really there."""
    for pdf_page, start, end, wanted in stretches(e.passage, e.start, e.end):
        page = page_of(e.passage.pack, pdf_page)
        if page is None or page.text[start:end] != wanted:
            continue
        if sum(c.isalnum() for c in wanted) < min(LEAST_QUOTE, sum(c.isalnum() for c in e.text)):
            continue
        yield Place(e.passage.pack, page, start, end, e)


def stretches(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int, int, str]]:
    """PDF page, start and end in that page's text, and the words, of a stretch of a passage's text."""
    offset = 0
    for span in passage.spans:
        length = span.end - span.start
        first, last = max(start, offset), min(end, offset + length)
        if first < last:
            yield span.pdf_page, span.start + first - offset, span.start + last - offset, passage.text[first:last]
        offset += length + 1
