"""Words that OCR misread by a letter, mended by how the same pack prints them elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from index.model import Cell, Line, Page, Word

LEAST_LETTERS = 6  # of a word that is mended; of shorter ones too many are a letter apart
LEAST_PRINTED = 2  # times, on pages that needed no OCR
# What scans read for each other: "de-escaiation", "govemance", "c1inic"
CONFUSED = (
    ("i", "l"), ("l", "i"), ("1", "l"), ("1", "i"), ("0", "o"), ("5", "s"), ("rn", "m"), ("m", "rn"), ("c", "e"),
    ("e", "c"), ("ii", "u"), ("cl", "d"), ("vv", "w"), ("h", "b"), ("b", "h"), ("f", "t"), ("t", "f"), ("n", "u"),
    ("u", "n"), ("ti", "h"), ("n", "ri"),
)  # fmt: skip
TOKEN = re.compile(r"[A-Za-z01]*[A-Za-z][A-Za-z015]*")


def printed_words(page: Page) -> Counter[str]:
    """The words of a page that needed no OCR, in lower case, with how often each stands there."""
    if page.scanned:
        return Counter()
    return Counter(token.lower() for token in TOKEN.findall(page.text) if len(token) >= LEAST_LETTERS)


def mended(page: Page, printed: Mapping[str, int]) -> Page:
    """The page; on a scanned one each word that is ``printed`` nowhere and a confusion away from just one that is
    becomes that one."""
    if not page.scanned:
        return page
    lines = tuple(_line(line, printed) for line in page.lines)
    return page if lines == page.lines else replace(page, lines=lines)


def _line(line: Line, printed: Mapping[str, int]) -> Line:
    text = _text(line.text, printed)
    if text == line.text:
        return line
    words = tuple(Word(_text(word.text, printed), word.box) for word in line.words)
    cells = tuple(Cell(_text(cell.text, printed), cell.column, cell.span) for cell in line.cells)
    return replace(line, text=text, words=words, cells=cells)


def _text(text: str, printed: Mapping[str, int]) -> str:
    return TOKEN.sub(lambda found: _word(found[0], printed), text)


def _word(word: str, printed: Mapping[str, int]) -> str:
    low = word.lower()
    if len(low) < LEAST_LETTERS or low in printed:
        return word
    likely = {other for other in _one_confusion_away(low) if printed.get(other, 0) >= LEAST_PRINTED}
    if len(likely) != 1:
        return word
    (right,) = likely
    capitals = sum(sign.isupper() for sign in word)
    return right.upper() if capitals * 2 > len(word) else right.capitalize() if word[0].isupper() else right


def _one_confusion_away(word: str) -> Iterator[str]:
    for read, meant in CONFUSED:
        at = word.find(read)
        while at >= 0:
            yield word[:at] + meant + word[at + len(read) :]
            at = word.find(read, at + 1)
