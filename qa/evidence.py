"""Which sentences, list items and table rows of the best passages answer a question, best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from index.minutes import is_recommendation, is_resolution
from index.model import Kind, Passage
from index.passages import BULLET
from index.sentences import sentences_in_blocks
from qa.periods import without_periods
from qa.question import Analysis, Wanted
from qa.retrieve import Hit
from qa.scope import GENERIC, agreement
from qa.words import stem, stems

PASSAGES_READ = 20
COMPARED_WORDS = 45
SHORT_TEXT = 60  # characters
COMPARED_BY_MEANING = 8  # sentences given to the embedding model, a cost of some milliseconds each
LIST_WORDS = 70  # a lead-in is read together with its list up to this length

ROW_WORDS = 80  # a longer row is a page of cells run together, not an answer
HEADING_WORDS = 9
# "3.2 ", "• ", "(a) ", "12. " before the sentence proper
MARKER = re.compile(r"^\s*(?:[•▪◦‣●○■□➢–*-]\s+|\(?(?:\d{1,3}(?:\.\d+)*|[a-z]|[ivx]+)[.)]\s+|\d{1,2}(?:\.\d{1,2})+\s+)+")
# "Appendix 2", "category 2", "Table 4.1", "COVID-19"
REFERENCES = re.compile(
    r"\b(?:appendix|annex|table|figure|section|paragraph|para|page|item|category|phase|stage|level|tier|version|part|"
    r"objective|priority|outcome|option|note|ref)\s+\d[\d.]*|(?<=[A-Za-z])-?\d+\b",
    re.I,
)
# "72 hours", "£4.2m", "15%": measures, which count nothing unless they are asked for
MEASURES = re.compile(
    r"(?:\b\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve))[ -]?"
    r"(?P<unit>minutes?|hours?|days?|weeks?|months?|years?|%|per ?cent|metres?|miles?|square|[ap]\.?m\b)|"
    r"(?P<pound>£)\d[\d,.]*(?:m|k|bn| million| billion)?",
    re.I,
)
NUMBER_AHEAD = re.compile(r"^[\w./]{0,8}\d[\w./]*\s+")  # "3.1 ", "HWB26 "

# What a sentence or row must hold to answer each kind of question.
HOLDS: Mapping[Wanted, re.Pattern[str]] = {
    # "£1.2m", "4.2 million", "1,459,897"
    Wanted.MONEY: re.compile(
        r"£\s?\d|\b\d[\d,.]*\s?(?:million|billion|m\b|bn\b|k\b)|£.*\d|\b\d{1,3}(?:,\d{3})+\b", re.I | re.S
    ),
    Wanted.FIGURE: re.compile(r"\d"),
    # "39", "1,250", "eight", but no year, date or paragraph number
    Wanted.COUNT: re.compile(
        r"(?<![\d/.-])(?!(?:19|20)\d\d\b)\d[\d,.]*(?![\d/]|\.\d|(?:st|nd|rd|th)\b)|"
        r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|none|no one|half|both)\b",
        re.I,
    ),
    # "68%", "two per cent", "a third", "3 in 10"
    Wanted.PERCENT: re.compile(
        r"\d\s?%|per ?cent|\b(?:half|third|quarter|fifth|majority)\b|\b\d+ (?:in|out of) \d", re.I
    ),
    # "5 July 2023", "since March", "in 2017", "9.00am", "for two years"
    Wanted.DATE: re.compile(
        r"\b(?:jan(?:uary)?|feb(?:ruary)?|march|mar|april|apr|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
        r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|monday|tuesday|wednesday|thursday|friday|spring|summer|autumn|"
        r"winter)\b|\b(?:19|20)\d\d\b|\b20\d\d[-/]\d\d|\b\d{1,2}[.:]\d\d ?[ap]\.?m|"
        r"\b(?:\d+|one|two|three|four|five|six|twelve)[ -](?:years?|months?|weeks?|days?)\b",
        re.I,
    ),
    # "Cllr J Smith", "Dr Patel", "Joanne Smith"
    Wanted.PERSON: re.compile(
        r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Cllrs?|Councillors?|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev|Supt)\.?\s+"
        r"(?:[A-Z]\.? ?)*[A-Z]|"
        r"\b[A-Z][a-z'’-]+ (?:[A-Z]\.? )?(?:Mc|Mac|O['’])?[A-Z][a-z'’-]+\b|\b[A-Z]\.? ?[A-Z][a-z]+\b"
    ),
    # "due to staff shortages", "so that the fund can be spent"
    Wanted.REASON: re.compile(
        r"\b(?:because|due to|owing to|as a result|result of|in order to|so that|reasons?|therefore|"
        r"caused|driven by|reflects?|to (?:ensure|allow|enable|support|reduce|improve|avoid|provide|meet))\b",
        re.I,
    ),
    # "means that", "is the", "refers to", "Better Care Fund (BCF) –"
    Wanted.DEFINITION: re.compile(
        r"\b(?:means?|is (?:a|an|the|when|where)|are|defined|refers?|known as|stands? for|i\.e\.)\b|[–:(]", re.I
    ),
}


UNITS = {Wanted.MONEY: "£", Wanted.PERCENT: "%"}  # in a table's header, they make its figures sums or shares
TITLED = re.compile(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Cllr|Councillor|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Supt)\b")
# Capitalised words that are no one's name, besides those of bodies
ROLES = frozenset(
    stem(word)
    for word in """chair chairman chairwoman chairperson vice deputy chief officer director head manager lead leader
    mayor secretary clerk solicitor president assistant senior interim acting operational strategic strategy system
    community primary secondary mental physical emergency urgent home housing education school safeguarding
    commissioning commissioner national regional local framework fund budget grant programme project review update
    overview summary introduction background recommendation conclusion next steps table figure england english britain
    british united kingdom healthwatch voluntary sector police fire""".split()
)


# "REPORT TO: Cabinet", "Author: J Smith, Finance Manager", "Purpose: For decision"
HEAD = re.compile(
    r"(?:(?P<who>from|authors?|(?:reporting |report |lead |contact )?officers?|presented|presenter|sponsor|lead|"
    r"contact|by)|(?P<when>date|meeting)|report|to|subject|title|portfolio|wards?|classification|purpose|committees?|status|"
    r"key decision|electoral|decision n)\b[^:]{0,30}:",
    re.I,
)
AGENDA = re.compile(
    r"\b(?:meet\w*|agenda|items?|members?\w*|attend\w*|public|venue|where|chair\w*|next|contact)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much in a sentence's score."""

    words: float = 1.2  # share of the question's words in the sentence, by their rarity
    around: float = 0.9  # the same for what the sentence stands under: heading, lead-in, table header
    passage: float = 0.3
    meaning: float = 0.9
    rank: float = 0.7  # the passage's own score
    kind: float = 0.4  # holds what is wanted: a sum, a date, a name
    phrase: float = 0.25  # neighbouring words of the question stand together
    period: float = 0.3
    short: float = 0.6
    heading: float = 0.8  # a heading names a matter and says nothing of it
    long: float = 0.4
    decision: float = 0.6
    head: float = 0.5  # so do the lines at a report's head: its subject, author, date
    agenda: float = 0.3  # a front sheet lists matters; it answers only questions about the meeting itself


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, list or row that may answer. ``start`` and ``end`` are offsets in the passage's text."""

    passage: Passage
    start: int
    end: int
    around: str
    score: float = 0.0
    meaning: float = 0.0
    kinds: frozenset[Wanted] = frozenset()  # of those wanted, the ones that it holds
    covers: frozenset[str] = frozenset()
    period: float = 0.0

    @property
    def text(self) -> str:
        """The words as printed."""
        return self.passage.text[self.start : self.end]


Embed = Callable[[Sequence[str]], np.ndarray]


def gather(
    question: Analysis, hits: Sequence[Hit], worth: Mapping[str, float], vector: np.ndarray, embed: Embed
) -> list[Evidence]:
    """All candidate evidence of the best passages, best first.

    ``worth`` is each asked stem's inverse frequency (names of the council and body left out); ``embed`` gives
    normalised vectors of texts, ``vector`` is the question's.
    """
    found: list[Evidence] = []
    for hit in hits[:PASSAGES_READ]:
        passage_stems = frozenset(stems(hit.passage.text)) | frozenset(stems(hit.passage.context))
        found += [_weighed(question, e, hit, worth, passage_stems) for e in _units(hit.passage)]
    found.sort(key=lambda e: -e.score)
    near, rest = found[:COMPARED_BY_MEANING], found[COMPARED_BY_MEANING:]
    if near:
        closeness = embed([_compared(e) for e in near]) @ vector
        near = [
            replace(e, score=e.score + WEIGHTS.meaning * float(c), meaning=float(c))
            for e, c in zip(near, closeness, strict=True)
        ]
        floor = min(e.meaning for e in near)
        rest = [replace(e, score=e.score + WEIGHTS.meaning * floor * 0.8, meaning=0.0) for e in rest]
    return sorted([*near, *rest], key=lambda e: -e.score)


def _compared(e: Evidence) -> str:
    """What is compared with the question: the beginning of the evidence, a short one with what it stands under."""
    text = f"{e.around} {e.text}" if len(e.text) < SHORT_TEXT else e.text
    return " ".join(text.split()[:COMPARED_WORDS])


def _units(passage: Passage) -> Iterator[Evidence]:
    """The sentences, lists and list items of a passage, or its table rows."""
    if passage.table:
        around = " ".join([passage.title or passage.heading, *passage.columns])
        start = 0
        for row in passage.text.split("\n"):
            if row.strip() and not _is_header(row, passage.columns) and len(row.split()) <= ROW_WORDS:
                yield Evidence(passage, start, start + len(row), around)
            start += len(row) + 1
        return
    before, lead = "", ""
    blocks = [*passage.blocks, len(passage.text)]
    spans = list(sentences_in_blocks(passage.text, passage.blocks))
    for start, end in spans:
        text = passage.text[start:end]
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


def _is_header(row: str, columns: Sequence[str]) -> bool:
    cells = [_flat(cell) for cell in row.split("\t") if cell.strip()]
    return bool(columns) and all(any(cell in column for column in columns) for cell in cells)


def _list_end(passage: Passage, lead: int, start: int, blocks: Sequence[int]) -> int:
    """Where the list ends that follows the lead-in from ``lead`` to ``start``; a long one is read as far as usual."""
    end = start
    for first, last in pairwise(blocks):
        if first < start:
            continue
        if not BULLET.match(passage.text[first:last]) or len(passage.text[lead:last].split()) > LIST_WORDS:
            break
        end = last
    return len(passage.text[:end].rstrip()) if end > start else start


def _weighed(
    question: Analysis, e: Evidence, hit: Hit, worth: Mapping[str, float], passage_stems: frozenset[str]
) -> Evidence:
    own, near = frozenset(stems(e.text)), frozenset(stems(e.around))
    total = sum(worth.values()) or 1.0
    covers = frozenset(s for s in worth if s in own)
    words = sum(worth[s] for s in covers) / total
    around = sum(worth[s] for s in worth if s in near and s not in own) / total
    wider = sum(worth[s] for s in worth if s in passage_stems and s not in near and s not in own) / total
    ordered = stems(e.text)
    pairs = set(pairwise(ordered))
    asked = list(pairwise(question.terms))
    phrase = sum(pair in pairs for pair in asked) / len(asked) if asked else 0.0
    kinds = held(question, e)
    period = agreement(question, f"{e.text} {e.around}")
    length = len(e.text.split())
    score = (
        WEIGHTS.words * words
        + WEIGHTS.around * around
        + WEIGHTS.passage * wider
        + WEIGHTS.rank * hit.score
        + WEIGHTS.kind * kind_share(question, kinds)
        + WEIGHTS.phrase * phrase
        + WEIGHTS.period * period
        - (WEIGHTS.short if length < 5 and not e.passage.table else 0.0)
        - (WEIGHTS.heading if _is_heading(e) else 0.0)
        - WEIGHTS.long * max(0, length - 50) / 50
        + _decides(question, e)
        - (WEIGHTS.head if e.passage.table and _is_head(question, e) else 0.0)
        - (WEIGHTS.agenda if e.passage.kind is Kind.AGENDA and not AGENDA.search(question.text) else 0.0)
    )
    return replace(e, score=score, kinds=kinds, covers=covers, period=period)


def kind_share(question: Analysis, kinds: Set[Wanted]) -> float:
    """Which share of the kinds wanted these are; a half where none is told."""
    asked = question.wanted & HOLDS.keys()
    return len(kinds) / len(asked) if asked else 0.5


def held(question: Analysis, e: Evidence) -> frozenset[Wanted]:
    """The kinds of answer wanted that the evidence holds."""
    if e.passage.kind is Kind.AGENDA and not question.wanted & {Wanted.DATE, Wanted.PERSON}:
        return frozenset()  # the figures of a front sheet are times and pages
    header = f"{e.passage.title} {' '.join(e.passage.columns)}" if e.passage.table else ""
    possible = [
        kind
        for kind in question.wanted & HOLDS.keys()
        if HOLDS[kind].search(e.text) or ((sign := UNITS.get(kind)) and sign in header)
    ]
    if not possible:
        return frozenset()
    text = _without(question, e.text)
    found = set()
    for kind in possible:
        if kind is Wanted.PERSON:
            there = names_person(text, question)
        else:
            sign = UNITS.get(kind)
            there = bool(HOLDS[kind].search(text)) or bool(sign and sign in header and re.search(r"\d", text))
        if there:
            found.add(kind)
    return frozenset(found)


def names_person(text: str, question: Analysis) -> bool:
    """Whether a person other than those in the question is named."""
    for match in HOLDS[Wanted.PERSON].finditer(text):
        words = {stem(word) for word in re.findall(r"[A-Za-z'’-]{2,}", match.group())}
        if TITLED.match(match.group()) or not words & (GENERIC | ROLES | question.names | set(question.terms)):
            return True
    return False


def _is_heading(e: Evidence) -> bool:
    """A few words that end nothing and hold no figure; items of lists and table rows are often like that too."""
    text = e.text.strip()
    if e.passage.table or BULLET.match(text):
        return False
    bare = NUMBER_AHEAD.sub("", text)
    named = _flat(text) == e.passage.heading or (len(text) > 6 and text.upper() == text)
    return named or (len(bare.split()) <= HEADING_WORDS and text[-1] not in ".?!;:" and not re.search(r"\d", bare))


def _is_head(question: Analysis, e: Evidence) -> bool:
    """A row like "SUBJECT: | Annual report" of the block at the head of a report, unless that is asked for."""
    cells = [cell for cell in e.text.split("\t") if cell.strip()]
    head = HEAD.match(_flat(e.text))
    if head is None or len(cells) > 3:
        return False
    asked = {"who": Wanted.PERSON, "when": Wanted.DATE}.get(head.lastgroup or "")
    return asked not in question.wanted


def _without(question: Analysis, text: str) -> str:
    """The text less figures that answer nothing: its own paragraph number, dates, references, the question's own."""
    text = REFERENCES.sub(" ", MARKER.sub("", text, count=1))
    if Wanted.DATE not in question.wanted:
        text = without_periods(text)
    if Wanted.COUNT in question.wanted:
        text = MEASURES.sub(
            lambda m: m.group() if (m["unit"] or "£").lower()[:3] in question.text.lower() else " ", text
        )
    for figure in re.findall(r"£?\d[\d,.]*\d(?:[mk]\b|%)?", question.text):
        text = text.replace(figure, " ")
    return text


def _decides(question: Analysis, e: Evidence) -> float:
    if Wanted.DECISION not in question.wanted:
        return 0.0
    if is_resolution(e.text) or is_resolution(e.around):
        return WEIGHTS.decision if e.passage.kind is Kind.MINUTES else WEIGHTS.decision / 2
    return WEIGHTS.decision / 2 if is_recommendation(e.text) or is_recommendation(e.around) else 0.0


def _flat(text: str) -> str:
    return " ".join(text.split())
