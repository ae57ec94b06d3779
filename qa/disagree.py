"""Papers that contradict each other: the same measure with different figures or dates, and which of them stands.

A false alarm is worse than silence. Other years, other rows and names, targets beside what came about, rounded and
approximate figures are no contradiction; nor is anything that two sentences do not say of the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from index.model import Kind
from index.records import StoredPack
from qa.grid import flat, row_of
from qa.periods import periods
from qa.polarity import is_proposal
from qa.question import FIGURES, Analysis
from qa.readings import Reading, about, apart, readings, same_value
from qa.units import Evidence
from qa.words import names, stem, stems

NEAR = 0.7  # of the best score
LEAST_COMMON = 3  # content words that both say
ALIKE = 0.5  # of the shorter one's content words, that the other says too
ALIKE_ASKED = 0.4  # where the question itself speaks of two figures
COVERED = 0.4  # of the asked words' worth, in each with what it stands under
COVERED_ASKED = 0.15
# "the papers disagree", "I've seen two figures", "they can't both be right"
DISPUTED = re.compile(
    r"\b(?:disagree\w*|differ(?:s|ent)?|contradict\w*|conflict\w*|inconsisten\w*|(?:do not|don.t|does not|doesn.t)"
    r" (?:match|agree|tally|give the same)|can['’]?t both|two (?:\w+ ){0,2}(?:figures|numbers|dates|prices|answers)|"
    r"which (?:one )?is (?:right|correct|it)|says? one\b.*\banother)\b",
    re.I,
)
# Words that make another measure of the same words
ANOTHER = frozenset(
    stem(w)
    for w in """target targets goal aim standard plan planned budget budgeted forecast estimate estimated projected
    proposed proposal actual outturn limit minimum maximum average median previous previously earlier last first
    increase increased rise rose fall fell decrease reduction reduced saving savings change difference variance share
    total each per weekly monthly quarterly annual yearly daily gross net capital revenue cumulative national england
    expected men women boys girls male female under over more less without excluding including only further additional
    extra new remaining other half""".split()
)
SUPERSEDES = re.compile(
    r"\b(?:supersed\w+|replac(?:es?|ed|ing)|revised|corrected|correction|corrigendum|errat(?:um|a)|amended|updated)\b",
    re.I,
)
# "The figure of 642 was wrong": the papers themselves have settled it
SETTLED = re.compile(
    r"\b(?:wrong|in error|mistake|misprint\w*|incorrect\w*|instead of|rather than|in place of|not £?\d)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two readings of one thing; ``preferred`` is that of the paper that supersedes the other, where one does."""

    one: Reading
    other: Reading
    preferred: Reading | None = None


def disagreement(
    question: Analysis, evidence: Sequence[Evidence], worth: Mapping[str, float], packs: Mapping[str, StoredPack]
) -> Disagreement | None:
    """The best two readings that contradict each other; ``evidence`` is best first, ``packs`` by id."""
    asked = bool(DISPUTED.search(question.text))
    if not evidence or not (asked or question.wanted & FIGURES):
        return None
    near = [e for e in evidence if e.score >= NEAR * evidence[0].score]
    total = sum(worth.values()) or 1.0
    found = [
        reading
        for e in near
        if _cover(e, worth) / total >= (COVERED_ASKED if asked else COVERED) and not SETTLED.search(e.text)
        for reading in readings(question, e)
    ]
    for one, other in combinations(found, 2):
        if _contradict(one, other, packs, asked=asked):
            return Disagreement(one, other, _later(one, other, packs))
    return None


def _cover(e: Evidence, worth: Mapping[str, float]) -> float:
    there = set(stems(f"{e.text} {e.around} {e.passage.heading} {e.passage.title}"))
    return sum(value for key, value in worth.items() if key in there)


def _contradict(one: Reading, other: Reading, packs: Mapping[str, StoredPack], *, asked: bool) -> bool:
    here, there = one.evidence, other.evidence
    if one.unit != other.unit or here.passage.id == there.passage.id or _page(here) == _page(there):
        return False
    if same_value(one, other) or (one.about & ANOTHER) != (other.about & ANOTHER):
        return False
    if is_proposal(here.text, here.around) != is_proposal(there.text, there.around):
        return False  # what was proposed and what was decided may differ
    common = one.about & other.about
    if len(common) < LEAST_COMMON or len(common) / min(len(one.about), len(other.about)) < (
        ALIKE_ASKED if asked else ALIKE
    ):
        return False
    if not _same_periods(one, other) or _council(here, packs) != _council(there, packs):
        return False
    if here.passage.table and there.passage.table:
        return asked and _label(here) == _label(there) and here.passage.title != there.passage.title
    if not (_label(here) <= other.about and _label(there) <= one.about):
        return False
    return asked or (_names_fit(here, there) and _names_fit(there, here))


def _council(e: Evidence, packs: Mapping[str, StoredPack]) -> str | None:
    return packs[e.passage.pack].record.council


def _label(e: Evidence) -> frozenset[str]:
    """The stems of a row's name; none for a sentence."""
    row = row_of(e)
    return about(row.label) if row else frozenset()


def _page(e: Evidence) -> tuple[str, int]:
    return e.passage.pack, e.passage.spans[0].pdf_page


def _same_periods(one: Reading, other: Reading) -> bool:
    """Whether both tell the same periods, at each grain that both tell; a year may be told by one alone."""
    mine, theirs = _told_periods(one), _told_periods(other)
    for grain in "dmqfy":
        here, there = {k for k in mine if k[0] == grain}, {k for k in theirs if k[0] == grain}
        if here and there and not here & there:
            return False
        if grain in "mq" and bool(here) != bool(there) and one.unit != "date":
            return False
    years_here, years_there = {k for k in mine if k[0] in "fy"}, {k for k in theirs if k[0] in "fy"}
    return bool(years_here & years_there) or not (years_here and years_there)


def _told_periods(reading: Reading) -> Set[str]:
    e = reading.evidence
    if reading.unit == "date":
        return frozenset()
    row = row_of(e)
    header = f"{e.passage.title} {' '.join(e.passage.columns) if row is None else ''}"
    return periods(f"{apart(e.text)} {header if e.passage.table else ''}")


def _names_fit(e: Evidence, other: Evidence) -> bool:
    """Whether every name in the one stands with the other too."""
    there = set(stems(f"{other.text} {other.around} {other.passage.heading} {other.passage.context}"))
    return all(set(stems(name)) & there for name in names(flat(e.text)) if not periods(name))


def _later(one: Reading, other: Reading, packs: Mapping[str, StoredPack]) -> Reading | None:
    """The reading of the paper that says it replaces the other, of the supplement, or of the same body's later one."""
    marks = [_supersedes(one, packs), _supersedes(other, packs)]
    if marks[0] != marks[1]:
        return one if marks[0] else other
    records = [packs[r.evidence.passage.pack].record for r in (one, other)]
    days = [record.meeting_date for record in records]
    if records[0].body == records[1].body and days[0] and days[1] and days[0] != days[1]:
        return one if days[0] > days[1] else other
    return None


def _supersedes(reading: Reading, packs: Mapping[str, StoredPack]) -> bool:
    passage = reading.evidence.passage
    if Kind.SUPPLEMENT in {passage.kind, packs[passage.pack].record.kind}:
        return True
    told = f"{reading.evidence.text} {passage.title} {passage.heading} {passage.item_title}"
    return bool(SUPERSEDES.search(told))
