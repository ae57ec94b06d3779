"""Where sentences begin and end in printed text, newlines counting as spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# Words whose full stop ends no sentence, as board papers write them: "Cllr. Wright", "approx. 40", "No. 7".
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof cllr cllrs rev hon st no nos fig para paras p pp vs v e.g i.e eg ie etc approx dept ref tel "
    "ext inc ltd co jan feb mar apr jun jul aug sept sep oct nov dec a.m p.m supt sgt ch art sch vol min max".split()
)
# A stop, closing quotes or brackets, white space, then something that can begin a sentence.
STOP = re.compile(r"[.?!]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9£•])")
LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)[.?!]+[\"'”’)\]]*$")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end offset of each sentence in ``text``, without surrounding white space."""
    start = 0
    for stop in STOP.finditer(text):
        if _ends_sentence(text[start : stop.end()]):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, len(text))


def sentences_in_blocks(text: str, blocks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """As ``sentences``, with every offset in ``blocks`` (starts of paragraphs and list items) a boundary too."""
    edges = sorted({0, *blocks, len(text)})
    for first, last in zip(edges, edges[1:], strict=False):
        for start, end in sentences(text[first:last]):
            yield first + start, first + end


def is_finished(text: str) -> bool:
    """Whether ``text`` ends the way a sentence ends (a page that ends otherwise runs on over its end)."""
    return text.rstrip().rstrip("\"'”’)]").endswith((".", "?", "!", ":", ";"))


def _ends_sentence(piece: str) -> bool:
    word = LAST_WORD.search(piece)
    if word is None:
        # "1." or "3.2." alone is a paragraph's number, not a sentence
        return re.fullmatch(r"\s*\(?\d+(\.\d+)*\.", piece) is None
    last = word.group(1).rstrip(".")
    return not (last.lower() in ABBREVIATIONS or (len(last) == 1 and last.isupper()))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
