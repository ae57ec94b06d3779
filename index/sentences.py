"""Where sentences begin and end in printed text, newlines counting as spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

# Words whose full stop ends no sentence, as board papers write them: "Cllr. Wright", "approx. 40", "No. 7".
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof cllr cllrs rev hon rt st no nos fig para paras p pp vs v e.g i.e eg ie etc approx dept ref tel "
    "ext inc ltd co bros jan feb mar apr jun jul aug sept sep oct nov dec a.m p.m supt sgt pc lt col capt al sec cf "
    "ch art sch vol min max".split()
)
# Words that begin sentences and no name: after "4 p.m.", "Ltd.", "Ward B." they tell that the sentence did end.
OPENERS = re.compile(
    r"\s+[\"'“‘(\[]*(?:The|This|That|These|Those|There|It|Its|They|Their|He|She|We|Our|Members|Officers|Councillors|"
    r"If|When|While|As|At|For|From|To|However|Following)\b"
)
# A stop, closing quotes or brackets, white space, then something that can begin a sentence.
STOP = re.compile(r"(?<![.?!])[.?!]++[\"'”’)\]]*+(?=\s+[\"'“‘(\[]*[A-Z0-9£•])")
NUMBER = re.compile(r"\s*\(?\d+(?:\.\d+)*\.")  # "1." or "3.2." alone is a paragraph's number, no sentence
LONGEST_WORD = 40  # characters; a longer one is no abbreviation
LAST_WORD = re.compile(r"(?<!\d)([A-Za-z][A-Za-z.]*)[.?!]+[\"'”’)\]]*$")
INITIALS = re.compile(r"[A-Z](?:\.[A-Z])*")  # "J.", "A.B.", "U.K."


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end offset of each sentence in ``text``, without surrounding white space."""
    start = 0
    for stop in STOP.finditer(text):
        if _ends_sentence(text, start, stop):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, len(text))


def sentences_in_blocks(text: str, blocks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """As ``sentences``, with every offset in ``blocks`` (starts of paragraphs and list items) a boundary too."""
    edges = sorted({0, *blocks, len(text)})
    for first, last in pairwise(edges):
        for start, end in sentences(text[first:last]):
            yield first + start, first + end


def is_finished(text: str) -> bool:
    """Whether ``text`` ends the way a sentence ends (a page that ends otherwise runs on over its end)."""
    return text.rstrip().rstrip("\"'”’)]").endswith((".", "?", "!", ":", ";"))


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    word = LAST_WORD.search(text[max(start, stop.end() - LONGEST_WORD) : stop.end()])
    if word is None:
        return NUMBER.fullmatch(text, start, stop.end()) is None
    last = word.group(1).rstrip(".")
    if INITIALS.fullmatch(last) or last.lower() in ABBREVIATIONS:
        return OPENERS.match(text, stop.end()) is not None
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
