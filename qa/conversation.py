"""Follow-up questions: what a question means after what was said before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.model import Turn
from qa.words import stems

# "And how many…", "What about Runcorn?", "so who agreed that"
OPENS = re.compile(
    r"^\s*(?:and|but|so|then|ok(?:ay)?|what about|how about|what of|same for|also|which of|any other)\b", re.I
)
# Words that point back: "when does it end", "which one", "that drop"
POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|she|his|him|her|that|those|these|this|there|one|ones|same|former|latter|"
    r"next one|above)\b",
    re.I,
)
# Those of them that stand for what was named: "when do they have to have it done"; not "those young people"
STANDS_FOR = re.compile(r"\b(?:it|its|they|them|their|theirs|he|she|his|him|her)\b", re.I)
# The same words where they point at nothing: "how many are there", "did they agree that the fee", "this year"
POINTS_NOWHERE = re.compile(
    r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were|will|has|have)\b|"
    r"\b(?:agree\w*|said|says?|found|finds?|show\w*|recommend\w*|report\w*|note[ds]?|fear\w*|hope\w*|sure) that\b|"
    r"\bthis (?:year|month|quarter|meeting|council|board|committee|area|borough|county)\b|\bone of\b",
    re.I,
)
# "Joint Forward Plan", "Dr Hettie Marlow": what a single capitalised word is, cannot be told
NAME = re.compile(r"[A-Z][\w’'&-]*(?:\s(?:(?:of|and|the|for|&)\s){0,2}[A-Z][\w’'&-]*)+")
BEGINNING_WORDS = 30
MOST_NAMES = 2
FEW_WORDS = 4  # content words below which a question after another hardly stands alone


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it refers to; unchanged where there is no history or it stands alone.

    Earlier questions are added, latest last, back to one that stands alone; then the names that the latest answer began
    with, as "it" and "they" may be those.
    """
    before: list[str] = []
    for asked in [question, *(turn.question for turn in reversed(history))]:
        before.append(asked.strip())
        if not leans(asked):
            break
    if len(before) == 1:
        return question
    told = _named(history[-1].answer, " ".join(before)) if STANDS_FOR.search(POINTS_NOWHERE.sub(" ", question)) else []
    return f"{before[0]} (after: {'; '.join([*reversed(before[1:]), *told])})"


def _named(answer: str, known: str) -> list[str]:
    """The first names of an answer's beginning that are not ``known`` already."""
    beginning = " ".join(answer.split()[:BEGINNING_WORDS])
    told = set(stems(known))
    found = [name for name in NAME.findall(beginning) if not set(stems(name)) <= told]
    return list(dict.fromkeys(found))[:MOST_NAMES]


def leans(question: str) -> bool:
    """Whether a question needs what was said before it."""
    pointing = POINTS_BACK.search(POINTS_NOWHERE.sub(" ", question))
    return bool(OPENS.search(question) or pointing) or len(stems(question)) < FEW_WORDS
