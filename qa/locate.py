"""Where quoted words stand on a page. Pure: a page and a quote in, boxes and a share out.

White space, line ends, hyphens at them, borders of table cells, punctuation, the shape of quotation marks, accents and
letter case make no difference; what stands between two figures does ("1 2" is not "12").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from typing import NamedTuple

from rapidfuzz import fuzz, process

from index.marks import boxes_of
from index.model import Box, Page

LEAST_SHARE = 0.5  # of the quote's words; where fewer are found nothing is marked
NEAR_WORDS = 25  # of the page that may stand between two stretches of a quote, beyond those of the quote
LIKE = 80  # of 100: "cornmittee" and "committee"
LEAST_LETTERS = 4  # of a word that may have been read wrongly; shorter ones are like too many others
# A word, or one that a line's end parts: "meet-\ning"
WORD = re.compile(r"[^\W_]+(?:[-\u00ad\u2010][ \t]*\n\s*[^\W_]+)?")


class Stretch(NamedTuple):
    """Offsets in a page's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """The ``stretches`` of a page's text that were found, and the ``boxes`` that cover them, in page fractions.

    ``share`` is that of the quote's words that were found, 0 to 1; below LEAST_SHARE there are no stretches or boxes.
    """

    boxes: tuple[Box, ...]
    share: float
    stretches: tuple[Stretch, ...] = ()


class _Word(NamedTuple):
    letters: str
    start: int
    end: int


def located(page: Page, quote: str, at: int | None = None) -> Located:
    """Where the words of ``quote`` stand on ``page``.

    Where the whole quote stands there several times all are marked, or, with the offset ``at`` of the page's text,
    the one nearest to it. Else the longest stretches of it that stand there in order, near each other.
    """
    stretches, share = _stretches(page.text, quote, at)
    if share < LEAST_SHARE:
        return Located((), share)
    found = dict.fromkeys(box for start, end in stretches for box in boxes_of(page, start, end))
    return Located(tuple(found), share, tuple(stretches))


def _stretches(text: str, quote: str, at: int | None) -> tuple[list[Stretch], float]:
    whole = list(_whole(text, quote))
    if not whole:
        return _parts(_words(text), _words(quote))
    if at is not None:
        whole = [min(whole, key=lambda stretch: abs(stretch.start - at))]
    return whole, 1.0


def _whole(text: str, quote: str) -> Iterator[Stretch]:
    """Where all of the quote stands, from the beginning of a word to the end of one."""
    sought = "".join(sign for sign, _ in _signs(quote))
    if not sought:
        return
    signs = list(_signs(text))
    line = "".join(sign for sign, _ in signs)
    place = line.find(sought)
    while place >= 0:
        start, end = signs[place][1], signs[place + len(sought) - 1][1] + 1
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield Stretch(start, end)
            place = line.find(sought, place + len(sought))
        else:
            place = line.find(sought, place + 1)


def _signs(text: str) -> Iterator[tuple[str, int]]:
    """The letters and figures in one case with their offsets, and a space between figures that stand apart."""
    apart, figure = False, False
    for place, sign in enumerate(text):
        kept = [plain for plain in _plain(sign) if plain.isalnum()]
        if not kept:
            apart = True
            continue
        if apart and figure and kept[0].isdigit():
            yield " ", place
        for plain in kept:
            yield plain, place
        apart, figure = False, kept[-1].isdigit()


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKD", text).casefold()


def _words(text: str) -> list[_Word]:
    return [
        _Word("".join(sign for sign in _plain(found.group()) if sign.isalnum()), found.start(), found.end())
        for found in WORD.finditer(text)
    ]


def _parts(page: Sequence[_Word], quote: Sequence[_Word]) -> tuple[list[Stretch], float]:
    """The stretches of the quote that stand near each other on the page, and their share of its words."""
    printed = [word.letters for word in page]
    sought = _as_printed([word.letters for word in quote], printed)
    matches = SequenceMatcher(None, printed, sought, autojunk=False).get_matching_blocks()[:-1]  # the last is empty
    best = max(_chains(matches), key=_size, default=[])
    if max((match.size for match in best), default=0) < 2:  # words that stand alone are on any page
        return [], 0.0
    stretches = [Stretch(page[match.a].start, page[match.a + match.size - 1].end) for match in best]
    return stretches, _size(best) / len(quote)


def _as_printed(words: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The words, those that are not on the page as the one there that is most like, where one is."""
    known = dict.fromkeys(printed)
    choices = [word for word in known if len(word) >= LEAST_LETTERS and not word.isdigit()]
    found = []
    for word in words:
        if word not in known and len(word) >= LEAST_LETTERS and not word.isdigit():
            like = process.extractOne(word, choices, scorer=fuzz.ratio, score_cutoff=LIKE)
            word = like[0] if like else word
        found.append(word)
    return found


def _chains(matches: Sequence[Match]) -> Iterator[list[Match]]:
    """The matches, those together that stand near each other on the page."""
    chain: list[Match] = []
    for match in matches:
        if chain:
            last = chain[-1]
            left_out = match.b - (last.b + last.size)
            if match.a - (last.a + last.size) > left_out + NEAR_WORDS:
                yield chain
                chain = []
        chain.append(match)
    if chain:
        yield chain


def _size(chain: Sequence[Match]) -> int:
    return sum(match.size for match in chain)
