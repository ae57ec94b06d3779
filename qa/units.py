"""What of a passage can answer a question: its sentences, pairs of them, lists and table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.model import Passage
from index.passages import BULLET
from index.sentences import sentences_in_blocks
from qa.instructions import speaks_to_assistant, without_orders
from qa.question import Wanted

# "3.2 ", "• ", "(a) ", "12. " before the sentence proper
MARKER = re.compile(r"^\s*(?:[•▪◦‣●○■□➢–*-]\s+|\(?(?:\d{1,3}(?:\.\d+)*|[a-z]|[ivx]+)[.)]\s+|\d{1,2}(?:\.\d{1,2})+\s+)+")
LABEL = re.compile(r"\s*[A-Z][\w ]{1,24}(?: \(\d+\))?:\s")  # "Against (3): Councillors Amory and Whittle"
LABELLED = re.compile(r"\s*[A-Z][A-Za-z ]{1,24}:\s*\S")  # "Target: 700"
# An address on the web by itself, also over a line's end: "https://www.northam.gov.uk/info/ pools_2023"
LINK = re.compile(r"\W*(?:https?://|www\.)\S+(?:\s\S*[/_\d]\S*)*\s*", re.I)
PASSAGES_KEPT = 1024  # taken apart last: whoever asks, asks of the same few meetings
LIST_WORDS = 100  # a lead-in is read together with its list up to this length
PAIR_WORDS = 45  # two neighbouring sentences are read together up to this length
ROW_WORDS = 80  # a longer row is a page of cells run together, not an answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, list or row that may answer. ``start`` and ``end`` are offsets in the passage's text."""

    passage: Passage
    start: int
    end: int
    around: str  # what it stands under: heading, lead-in, table header
    score: float = 0.0
    plain: float = 0.0  # the score without what holding a wanted kind of answer adds
    meaning: float = 0.0
    kinds: frozenset[Wanted] = frozenset()  # of those wanted, the ones that it holds
    covers: frozenset[str] = frozenset()
    period: float = 0.0

    @property
    def text(self) -> str:
        """The words as printed."""
        return self.passage.text[self.start : self.end]


@lru_cache(maxsize=PASSAGES_KEPT)
def units(passage: Passage) -> tuple[Evidence, ...]:
    """The sentences, pairs of sentences, lists and list items of a passage, or its table rows."""
    return tuple(_units(passage))


def _units(passage: Passage) -> Iterator[Evidence]:
    if passage.table:
        around = " ".join([passage.title or passage.heading, *passage.columns])
        start = 0
        rows = passage.text.split("\n")
        for row, below in zip(rows, [*rows[1:], ""], strict=True):
            read = row.strip() and not _names_rows(row, passage) and len(row.split()) <= ROW_WORDS
            if read and not speaks_to_assistant(row):
                yield Evidence(passage, start, start + len(row), around)
            if read and _is_card(row, below) and not speaks_to_assistant(f"{row} {below}"):
                yield Evidence(passage, start, start + len(row) + 1 + len(below), around)
            start += len(row) + 1
        return
    before, lead = "", ""
    blocks = [*passage.blocks, len(passage.text)]
    spans = without_orders(list(sentences_in_blocks(passage.text, passage.blocks)), passage.text, passage.blocks)
    for start, end in spans:
        text = passage.text[start:end]
        if LINK.fullmatch(text):
            continue
        item = bool(BULLET.match(text)) and start in passage.blocks
        leads = text.rstrip().endswith(":")
        last = _list_end(passage, start, end, blocks) if leads else end
        # a lead-in says nothing without its list
        around = " ".join(p for p in (passage.heading, lead if item else "", before) if p and last == end)
        yield Evidence(passage, start, last, around or passage.heading)
        if leads:
            lead = text
        elif not item:
            lead = ""
        before = text if not item else before
    for (start, middle), (second, end) in pairwise(spans):
        if second in passage.blocks or passage.text[start:middle].rstrip().endswith(":"):
            continue
        most = PAIR_WORDS
        if passage.text[second:end].rstrip().endswith(":"):  # "The hub opened in May. Its clinics were:" with the list
            last = _list_end(passage, start, end, blocks)
            if last == end:
                continue
            end, most = last, LIST_WORDS
        if len(passage.text[start:end].split()) <= most:
            yield Evidence(passage, start, end, passage.heading)


def _is_card(row: str, below: str) -> bool:
    """Whether a row of labelled figures ("Latest: 613 | Target: 700 | Previous: 612") is that of the row above it."""
    cells = [cell for cell in below.split("\t") if cell.strip()]
    return len(cells) > 1 and all(LABELLED.match(cell) for cell in cells) and not LABELLED.match(row)


def _names_rows(row: str, passage: Passage) -> bool:
    """Whether a row only names others: the table's header, or the group of the rows under it."""
    cells = [_flat(cell) for cell in row.split("\t") if cell.strip()]
    group = len(cells) == 1 and cells[0].rstrip(":") in passage.title.split(" – ")[1:]
    header = bool(passage.columns) and all(any(cell in column for column in passage.columns) for cell in cells)
    return group or header


def _list_end(passage: Passage, lead: int, start: int, blocks: Sequence[int]) -> int:
    """Where the list ends that follows the lead-in from ``lead`` to ``start``; a long one is read as far as usual."""
    end = start
    for first, last in pairwise(blocks):
        if first < start:
            continue
        block = passage.text[first:last]
        if not (BULLET.match(block) or LABEL.match(block)) or len(passage.text[lead:last].split()) > LIST_WORDS:
            break
        end = last
    return len(passage.text[:end].rstrip()) if end > start else start


def _flat(text: str) -> str:
    return " ".join(text.split())
