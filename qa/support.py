"""Whether the evidence found really answers: the rules by which a question is turned down.

Each rule is about what kind of answer is missing, never about how alike the words are: a question that the papers
do not answer is often worded just as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set

from index.model import Passage
from qa.expand import same_words
from qa.features import NO_ACRONYMS, said
from qa.periods import periods
from qa.question import Analysis, Wanted
from qa.scope import years
from qa.units import Evidence
from qa.words import stems

# The best evidence of the wanted kind must come this near the best of all, the worth of being of that kind left out.
# Where a sum is told, it is told where the matter is; a name or a count may stand apart from it.
TYPED_SHARE = {
    Wanted.MONEY: 0.86,
    Wanted.PERCENT: 0.75,
    Wanted.COUNT: 0.75,
    Wanted.REASON: 0.42,
    Wanted.PERSON: 0.5,
    Wanted.VOTE: 0.5,
}
ON_PAGE_SHARE = 0.75  # enough for a sentence on the page of the best evidence
LEAST_MEANING = 0.28  # of the best sentence, where next to none of the asked words is found either
LEAST_WORDS = 0.12
LEAST_ABSENT = 5  # letters of a name whose absence tells something; shorter ones are often short forms
RARE = 0.03  # share of the passages that a rare name stands in at most
RAREST = 8  # passages; where a figure for such a name is asked, others do for none
NAMED_SHARE = 0.55  # enough where the evidence itself has every rare name of the question
# What a month may be the date of, in place of what is asked for: "according to the March 2024 report"
PAPER = re.compile(
    r"\b(?:reports?|papers?|updates?|packs?|agendas?|surveys?|reviews?|minutes|presentation|slides|contract|agreement|"
    r"strategy|policy|accounts)\b",
    re.I,
)
SITTING = re.compile(
    r"\b(?:meetings?|met|votes?|voted|boards?|committees?|cabinet|councils?|panel|members|councillors)\b", re.I
)
NEAR_WORDS = 5  # between a date and what it is the date of
GOOD = 8  # places of the ranking that count as good evidence
WHY = re.compile(r"\s*why\b", re.I)
# "Why did the board refuse …", "who voted against …"
REFUSED = re.compile(
    r"\b(?:refus\w*|reject\w*|turn(?:ed)? down|oppos\w*|vot\w* against|den(?:y|ied)|blocked|thr[eo]w out)\b", re.I
)
# "turned down or waved through", "approve it or refuse it": nothing is taken for granted
ALTERNATIVE = re.compile(
    rf"(?:{REFUSED.pattern})\s+(?:\w+\s+){{0,2}}or\b|\bor\s+(?:\w+\s+){{0,3}}(?:{REFUSED.pattern})", re.I
)
REFUSAL_TOLD = re.compile(
    r"\b(?:refus\w*|reject\w*|declin\w*|oppos\w*|against|turned down|lost|denied|dismiss\w*|objection\w*|block\w*|"
    r"not (?:be )?(?:support|agree|approve|accept)\w*)\b",
    re.I,
)


def missing_names(question: Analysis, frequency: Mapping[str, int], told: frozenset[str]) -> list[str]:
    """Names in the question that stand nowhere in the papers; acronyms are not counted, as anyone makes them up."""
    return sorted(
        name
        for key, name in question.proper.items()
        if len(name) >= LEAST_ABSENT and key not in told and frequency.get(key, 0) == 0
    )


def lacks_kind(
    question: Analysis,
    evidence: Sequence[Evidence],
    frequency: Mapping[str, int],
    count: int,
    told: frozenset[str],
    short: Mapping[str, frozenset[str]] = NO_ACRONYMS,
) -> Wanted | None:
    """The kind of answer that is asked for and that no good evidence holds.

    Good means near the best in score, and in a passage that has the rare names of the question, or stands with them
    under one heading: a figure given for another place is no answer. ``short`` are acronyms (stems) of names in the
    question with the stems of those.
    """
    hard = [w for w in TYPED_SHARE if w in question.wanted and (w is not Wanted.REASON or WHY.match(question.text))]
    if not hard or not evidence:
        return None
    first = max(evidence, key=lambda e: e.plain)
    best = max(first.plain, 0.01)
    rare = {key for key in question.proper if key not in told and 0 < frequency.get(key, 0) <= RARE * count}
    headed = _by_heading(evidence) if rare else {}
    for kind in hard:
        typed = [(e, e.plain / best) for e in evidence if kind in e.kinds]
        near = any(
            share >= (min(TYPED_SHARE[kind], ON_PAGE_SHARE) if _beside(e, first) else TYPED_SHARE[kind])
            and _anchored(e, rare, frequency, headed, short)
            for e, share in typed
        )
        named = any(share >= NAMED_SHARE and rare <= set(stems(e.text)) for e, share in typed) if rare else False
        if not (near or named):
            return kind
    return None


def _beside(e: Evidence, other: Evidence) -> bool:
    """Whether evidence is on the page of another; a row of a table is of its own matter."""
    mine, theirs = e.passage, other.passage
    return not mine.table and (mine.pack, mine.spans[0].pdf_page) == (theirs.pack, theirs.spans[0].pdf_page)


def _anchored(
    e: Evidence,
    rare: Set[str],
    frequency: Mapping[str, int],
    headed: Mapping[tuple[str, str], Set[str]],
    short: Mapping[str, frozenset[str]],
) -> bool:
    """Whether at least half of the rare names stand with the evidence, and each of the rarest."""
    if not rare:
        return True
    there = said(f"{e.passage.context} {e.around}", short)
    there |= same_words(frozenset(headed[_headed(e.passage)]), short)
    return 2 * len(rare & there) >= len(rare) and all(frequency[key] > RAREST for key in rare - there)


def _headed(passage: Passage) -> tuple[str, str]:
    """What passages under one heading have in common; one without a heading stands alone."""
    return passage.pack, passage.heading or f"passage {passage.id}"


def _by_heading(evidence: Sequence[Evidence]) -> dict[tuple[str, str], set[str]]:
    """The stems of the passages that were read, together where they stand under one heading of a pack."""
    found: dict[tuple[str, str], set[str]] = {}
    for passage in {e.passage.id: e.passage for e in evidence}.values():
        found.setdefault(_headed(passage), set()).update(stems(passage.text))
    return found


def dates_papers(question: Analysis, form: re.Pattern[str] = PAPER) -> frozenset[str]:
    """The asked months and days that stand next to a word of ``form``: "the March 2024 report" asks for what that
    report says, of whatever year."""
    found: set[str] = set()
    for match in form.finditer(question.text):
        before = question.text[: match.start()].split()[-NEAR_WORDS:]
        after = question.text[match.end() :].split()[:NEAR_WORDS]
        found |= periods(" ".join(before)) | periods(" ".join(after))
    return frozenset(p for p in found & question.periods if p[0] in "dm" and p[1] != "-")


def other_period(
    question: Analysis, evidence: Sequence[Evidence], pages: Mapping[tuple[str, int], str], report: Iterable[str] = ()
) -> bool:
    """Whether the best evidence speaks of another year than the question asks for.

    Either it, its heading or its table says so and no other good evidence agrees, or neither its page nor its
    meeting is near the asked year. A date of the papers themselves is met by the meeting's, and that of a report by
    any page of the ``report`` that the evidence is from.
    """
    asked = {p for p in question.periods if p[0] in "fy"}
    if not asked or not evidence:
        return False
    best = evidence[0]
    if any(e.period > 0 for e in evidence[:5]):
        return False
    told_by = dates_papers(question)
    if (told_by | dates_papers(question, SITTING)) & periods(best.passage.context):
        return False
    if told_by and any(told_by & periods(page) for page in report):
        return False
    if best.period < 0:
        return True
    page = pages.get((best.passage.pack, best.passage.spans[0].pdf_page), best.passage.text)
    near = {p for p in years(periods(f"{best.around} {best.passage.context}") | periods(page)) if p[0] in "fy"}
    return bool(near) and not asked & near


def not_refused(question: Analysis, evidence: Sequence[Evidence]) -> bool:
    """Whether the question takes for granted a refusal that no good evidence tells of."""
    if not REFUSED.search(question.text) or ALTERNATIVE.search(question.text):
        return False
    return not any(REFUSAL_TOLD.search(f"{e.around} {e.text}") for e in evidence[:GOOD])


def off_topic(evidence: Sequence[Evidence], worth: Mapping[str, float]) -> bool:
    """Whether the papers do not speak of the matter at all."""
    if not evidence:
        return True
    total = sum(worth.values()) or 1.0
    words = max(sum(worth[s] for s in e.covers) / total for e in evidence[:5])
    return max(e.meaning for e in evidence[:5]) < LEAST_MEANING and words < LEAST_WORDS
