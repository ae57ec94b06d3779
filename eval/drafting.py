"""What all drafting of questions shares: the pack as it is read, a candidate, and how quotes find their pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePath

from eval.matching import says
from index.minutes import recorded_meeting
from index.model import Kind, Meeting, Passage
from qa.model import PackInfo
from qa.service import BoardQA

MOST_FACTS = 3
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
# "£26,104,000", "£1.2m", "£300K", "5.66%", "2,100", "71"
FIGURE = re.compile(
    rf"£\s?{NUMBER}(?:\s?(?:million|billion|m|bn|k)\b)?|{NUMBER}\s?%|(?<![\w./–-]){NUMBER}(?![\w/]|[–-]\d|\s?[ap]\.?m\b)",
    re.I,
)
# Numbers that name things: "item 4", "quarter 3", "(2)", "Covid 19"
NAMES_IT = re.compile(
    rf"(?:\(|\b(?:item|appendix|pages?|table|figure|section|paragraph|no|part|quarter|option|phase|stage|tier|level|outcome"
    rf"|{MONTHS}|band|priority|covid|minute|form|type|key stage|years?|week|day|act)\W{{0,2}})$",
    re.I,
)
DATE = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{MONTHS})(?:,?\s+\d{{4}})?|\b(?:{MONTHS})\s+\d{{4}}\b")
YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?\b")  # "2024", "2023/24"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may become a draft. ``gold`` is filled in when the quotes have been found on their pages."""

    kind: str
    question: str
    answer: str
    facts: list[list[str]] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    gold: list[list[int]] = field(default_factory=list)
    history: list[tuple[str, str]] = field(default_factory=list)
    topic: str = ""  # the item or minute it is about; candidates are spread over topics
    asker: str = ""
    note: str = ""
    about: str = ""  # the minute's title, or the column and row, for questions made from this one


@dataclass(frozen=True, slots=True)
class DraftPack:
    """A pack as questions are drafted from it: its passages, and its pages' text by PDF page."""

    info: PackInfo
    passages: list[Passage]
    texts: dict[int, str]
    letters: dict[int, str]  # as ``plain`` makes them of ``texts``
    minutes: dict[int, Meeting]  # the meeting that the minutes on a PDF page record
    elsewhere: str  # names of all bodies that the index has packs of
    years: frozenset[int]  # in which any of the index's meetings was held

    @property
    def stem(self) -> str:
        """The pack's name in question sets."""
        return PurePath(self.info.file).stem

    def recorded(self, pdf_page: int) -> Meeting | None:
        """The earlier meeting that the minutes on this page record."""
        return self.minutes.get(pdf_page)

    def placed(self, candidate: Candidate) -> Candidate | None:
        """The candidate with every page on which each of its quotes stands.

        Facts that the question gives away are left out. None where a quote stands on no page or no fact is left.
        """
        facts = [fact for fact in candidate.facts if not says(candidate.question, fact[0])]
        if candidate.facts and not facts:
            return None
        gold = [[page for page, text in self.letters.items() if plain(quote) in text] for quote in candidate.evidence]
        return replace(candidate, facts=facts, gold=gold) if all(gold) else None


def open_pack(service: BoardQA, name: str) -> DraftPack:
    """The pack of that id or file name, read whole. Raises UnknownPackError."""
    pages = service.pages(name)
    passages = service.passages(name)
    wanted = name.strip().casefold().removesuffix(".pdf")
    packs = service.packs()
    [info, *_] = [p for p in packs if wanted in (p.pack.casefold(), p.file.casefold().removesuffix(".pdf"))]
    texts = {page.pdf_page: service.page(info.pack, page.pdf_page).text for page in pages}
    minutes: dict[int, Meeting] = {}
    meeting = None
    for page in pages:
        if page.kind != Kind.MINUTES:
            meeting = None
            continue
        meeting = recorded_meeting(texts[page.pdf_page].split("\n")) or meeting
        if meeting:
            minutes[page.pdf_page] = meeting
    letters = {page: plain(text) for page, text in texts.items()}
    bodies = " ".join(f"{pack.body} {pack.council}" for pack in packs)
    years = frozenset(pack.meeting_date.year for pack in packs if pack.meeting_date)
    return DraftPack(info, passages, texts, letters, minutes, bodies, years)


def plain(text: str) -> str:
    """Letters, digits and the signs that change a figure's meaning; what is left when layout and typography go."""
    return re.sub(r"[^\w£%]+", "", unicodedata.normalize("NFKC", text).casefold())


def blocks(passage: Passage) -> list[str]:
    """The paragraphs and list items of a passage of prose, each with its lines joined by spaces."""
    edges = sorted({0, *passage.blocks, len(passage.text)})
    parts = (" ".join(passage.text[start:end].split()) for start, end in pairwise(edges))
    return [part for part in parts if part]


def facts_in(text: str) -> list[list[str]]:
    """The dates and figures that an answer must give, as in ``must_include``; years and single digits are none."""
    found: list[tuple[int, str]] = [(match.start(), match.group()) for match in DATE.finditer(text)]
    rest = YEAR.sub(lambda m: " " * len(m.group()), DATE.sub(lambda m: " " * len(m.group()), text))
    found += [
        (match.start(), match.group())
        for match in FIGURE.finditer(rest)
        if len(match.group()) > 1 and not NAMES_IT.search(rest[: match.start()])
    ]
    return [[fact.strip()] for _, fact in sorted(dict.fromkeys(found))][:MOST_FACTS]


def without_markers(answer: str) -> str:
    """An answer's text without its citation markers."""
    return re.sub(r"\s*\[\d+\]", "", answer).strip()


def topic_of(passage: Passage) -> str:
    """What a passage is about, in words for a question: its item's title, else its heading."""
    return passage.item_title or passage.heading


def shortened(title: str) -> str:
    """A title for use inside a question: without the number before it and what stands in brackets at its end."""
    title = re.sub(r"^(?:table|figure|appendix)?\s*[\dA-Z]{0,3}[\d.]*\s*[:.–-]\s+", "", title, flags=re.I)
    return re.sub(r"(?<=\w)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)$", "", title.strip(" .:")).strip(" .:")


def evenly(items: Sequence[int], most: int) -> list[int]:
    """At most ``most`` of the items, as far apart as they can be."""
    if len(items) <= most:
        return list(items)
    return [items[(2 * place + 1) * len(items) // (2 * most)] for place in range(most)]
