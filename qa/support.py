"""Whether the evidence found really answers: the rules by which a question is turned down.

Each rule is about what kind of answer is missing, never about how alike the words are: a question that the papers
do not answer is often worded just as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import date

from index.model import Kind
from qa.evidence import Evidence
from qa.periods import periods
from qa.question import Analysis, Wanted
from qa.retrieve import Hit
from qa.words import names, stem, stems

TYPED_SHARE = 0.72  # the best sentence that holds the wanted kind must come this near the best of all
LEAST_MEANING = 0.28  # of the best sentence, where next to none of the asked words is found either
LEAST_WORDS = 0.12
LEAST_NAME = 5  # letters of a name that counts as one
RARE = 0.03  # share of the passages that a rare name stands in at most
HARD_KINDS = (Wanted.MONEY, Wanted.PERCENT, Wanted.COUNT, Wanted.PERSON)
# What was decided, in the past: "did the board approve", "what was agreed"
DECIDED = re.compile(
    r"\b(?:did|has|have|had)\b(?! to\b).{0,80}\b(?:agree|approve|decide|resolve|adopt|endorse|sign off|vote|reject|"
    r"refuse)|"
    r"\b(?:agreed|approved|decided|resolved|adopted|endorsed|rejected|refused|signed off|voted)\b",
    re.I,
)
# What is put to a meeting, not decided by it: "asked to agree", "recommended", "proposed"
PROPOSED = re.compile(
    r"\b(?:asked|recommend\w*|propos\w*|invited|requested|being put|due to|expected|supposed)\b", re.I
)


def missing_names(question: Analysis, frequency: Mapping[str, int], told: frozenset[str]) -> list[str]:
    """Names in the question that stand nowhere in the papers; acronyms are not counted, as anyone makes them up."""
    plain = {stem(name): name for name in names(question.text) if len(name) >= LEAST_NAME and name[1:].islower()}
    return sorted(name for key, name in plain.items() if key not in told and frequency.get(key, 0) == 0)


def undecided_meeting(question: Analysis, hits: Sequence[Hit], meetings: Sequence[date]) -> date | None:
    """The meeting whose decision is asked for, when its papers are indexed but no minutes of it are."""
    if not DECIDED.search(question.text) or PROPOSED.search(question.text):
        return None
    for day in meetings:
        keys = {f"d{day.isoformat()}"} & question.periods or {f"m{day:%Y-%m}"} & question.periods
        if not keys:
            continue
        recorded = any(h.passage.kind is Kind.MINUTES and periods(h.passage.context) & keys for h in hits)
        if not recorded:
            return day
    return None


def lacks_kind(
    question: Analysis, evidence: Sequence[Evidence], frequency: Mapping[str, int], count: int, told: frozenset[str]
) -> Wanted | None:
    """The kind of answer that is asked for and that no good evidence holds.

    Good means near the best in score, and in a passage that has the rare names of the question: a figure given for
    another place is no answer.
    """
    hard = [w for w in HARD_KINDS if w in question.wanted]
    if not hard or not evidence:
        return None
    rare = {
        key
        for key in (stem(n) for n in names(question.text) if len(n) >= LEAST_NAME - 1 and n[1:].islower())
        if key not in told and 0 < frequency.get(key, 0) <= RARE * count and not periods(key)
    }
    for kind in hard:
        typed = [e for e in evidence if kind in e.kinds and e.score >= TYPED_SHARE * evidence[0].score]
        if not any(_anchored(e, rare) for e in typed):
            return kind
    return None


def _anchored(e: Evidence, rare: Set[str]) -> bool:
    """Whether at least half of the rare names stand in the evidence's passage or above it."""
    if not rare:
        return True
    there = set(stems(e.passage.text)) | set(stems(e.passage.context)) | set(stems(e.around))
    return 2 * len(rare & there) >= len(rare)


def other_period(question: Analysis, evidence: Sequence[Evidence], pages: Mapping[tuple[str, int], str]) -> bool:
    """Whether the best evidence speaks of another year than the question asks for.

    Either it, its heading or its table says so and no other good evidence agrees, or neither its page nor its
    meeting is near the asked year.
    """
    asked = {p for p in question.periods if p[0] in "fy"}
    if not asked or not evidence:
        return False
    best = evidence[0]
    if any(e.period > 0 for e in evidence[:5]):
        return False
    if best.period < 0:
        return True
    page = pages.get((best.passage.pack, best.passage.spans[0].pdf_page), best.passage.text)
    near = {int(p[1:5]) for p in periods(f"{best.around} {best.passage.context}") | periods(page) if p[0] in "fy"}
    return bool(near) and all(abs(int(p[1:]) - year) > 1 for p in asked for year in near)


def off_topic(evidence: Sequence[Evidence], worth: Mapping[str, float]) -> bool:
    """Whether the papers do not speak of the matter at all."""
    if not evidence:
        return True
    total = sum(worth.values()) or 1.0
    words = max(sum(worth[s] for s in e.covers) / total for e in evidence[:5])
    return max(e.meaning for e in evidence[:5]) < LEAST_MEANING and words < LEAST_WORDS
