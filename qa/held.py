"""Which kinds of answer (a sum, a date, a name, …) a sentence or row holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from index.model import Kind
from index.record_model import Said
from index.votes import vote_in
from qa.periods import without_periods
from qa.question import Analysis, Wanted
from qa.scope import GENERIC
from qa.units import MARKER, Evidence
from qa.words import stem

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
    r"(?P<money>[£$€])\d[\d,.]*(?:m|k|bn| million| billion)?",
    re.I,
)
# What a sentence or row must hold to answer each kind of question.
HOLDS: Mapping[Wanted, re.Pattern[str]] = {
    # "£1.2m", "4.2 million", "1,459,897" in a cell of its own
    Wanted.MONEY: re.compile(
        r"[£$€]\s?\d|\b\d[\d,.]*\s?(?:million|billion|m\b|bn\b|k\b)|[£$€].*\d|\t\s*\d{1,3}(?:,\d{3})+\b", re.I | re.S
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
    # "Passed, with 29 in favour", "AGAINST: Councillor Hale", "carried unanimously"; ``index.votes`` reads it
    Wanted.VOTE: re.compile(
        r"\b(?:vot(?:e|es|ed|ing)|in favou?r|against|abst\w+|ayes?|nays?|noes|unanim\w+|nem\.? ?con)\b", re.I
    ),
    # "means that", "is the", "refers to", "Better Care Fund (BCF) –"
    Wanted.DEFINITION: re.compile(
        r"\b(?:means?|is (?:a|an|the|when|where)|are|defined|refers?|known as|stands? for|i\.e\.)\b|[–:(]", re.I
    ),
}


# Columns of tables whose figures tell only when or where something stands
PLACES = re.compile(
    r"(?:(?:ref(?:erence)?|item|minute|meeting|page|action|risk)(?: (?:no|number|date|ref))?|no|number|date.*|due.*|"
    r"deadline|(?:by )?when)\.?",
    re.I,
)
BARE = frozenset({Wanted.FIGURE, Wanted.COUNT, Wanted.PERCENT})  # what a figure without a sign may answer
# In a table's header, they make its figures sums or shares
UNITS = {Wanted.MONEY: re.compile(r"[£$€]"), Wanted.PERCENT: re.compile("%")}
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


def kind_share(question: Analysis, kinds: Set[Wanted]) -> float:
    """Which share of the kinds wanted these are; a half where none is told."""
    asked = question.wanted & HOLDS.keys()
    return len(kinds) / len(asked) if asked else 0.5


def held(question: Analysis, e: Evidence) -> frozenset[Wanted]:
    """The kinds of answer wanted that the evidence holds."""
    # the bare figures of a front sheet are times and pages
    unlikely = BARE if e.passage.kind is Kind.AGENDA else frozenset()
    header = f"{e.passage.title} {' '.join(e.passage.columns)}" if e.passage.table else ""
    possible = [
        kind
        for kind in (question.wanted & HOLDS.keys()) - unlikely
        if HOLDS[kind].search(e.text) or (kind in UNITS and UNITS[kind].search(header))
    ]
    if not possible:
        return frozenset()
    text = _without(question, _telling(e) if Wanted.DATE not in question.wanted else e.text)
    found = set()
    for kind in possible:
        if kind is Wanted.PERSON:
            there = names_person(text, question)
        elif kind is Wanted.VOTE:
            there = vote_in(Said(e.text, ())) is not None
        elif kind is Wanted.COUNT:
            there = bool(HOLDS[kind].search(_without_measures(question, text)))
        else:
            unit = kind in UNITS and UNITS[kind].search(header)
            there = bool(HOLDS[kind].search(text) or (unit and re.search(r"\d", text)))
        if there:
            found.add(kind)
    return frozenset(found)


def _telling(e: Evidence) -> str:
    """The text, of a table row without the cells that only number, date or place it."""
    if not e.passage.table:
        return e.text
    columns = e.passage.columns
    cells = enumerate(e.text.split("\t"))
    return "\t".join(cell for i, cell in cells if i >= len(columns) or not PLACES.fullmatch(columns[i].strip()))


def names_person(text: str, question: Analysis) -> bool:
    """Whether a person other than those in the question is named."""
    for match in HOLDS[Wanted.PERSON].finditer(text):
        words = {stem(word) for word in re.findall(r"[A-Za-z'’-]{2,}", match.group())}
        if TITLED.match(match.group()) or not words & (GENERIC | ROLES | question.names | set(question.terms)):
            return True
    return False


def _without(question: Analysis, text: str) -> str:
    """The text less figures that answer nothing: its own paragraph number, dates, references, the question's own."""
    text = REFERENCES.sub(" ", MARKER.sub("", text, count=1))
    if Wanted.DATE not in question.wanted:
        text = without_periods(text)
    for figure in re.findall(r"[£$€]?\d[\d,.]*\d(?:[mk]\b|%)?", question.text):
        text = re.sub(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", " ", text)
    return text


def _without_measures(question: Analysis, text: str) -> str:
    """The text less measures of a unit that the question does not name."""
    asked = question.text.lower()
    return MEASURES.sub(lambda m: m.group() if (m["unit"] or m["money"]).lower()[:3] in asked else " ", text)
