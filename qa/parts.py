"""The parts of a question that asks several things at once: each is searched and answered by itself."""

from __future__ import annotations

import re

from qa.question import ASKING as ASKING_WORDS
from qa.words import stems

ASKS = (
    r"(?:what|who|whose|whom|how|when|which|why|where|did|does|do|is|are|was|were|has|have|had|will|would|can|could|"
    r"should)"
)
# "…, and how much …", "… – what was …", "… ? Why …", "…; who …"; not "how and when", "whether and why", nor
# "was it approved or did they defer it", which asks one thing
BREAK = re.compile(
    rf"(?:\s*[,;–—-])?\s+(?:and|but|also|plus)\s+(?:also\s+)?(?={ASKS}\b)|\?\s+(?=\w)|\s*;\s+(?={ASKS}\b)"
    rf"|\s+[–—-]\s+(?={ASKS}\b)",
    re.I,
)
# "What is the rent for the shop and for the hall?"; not "between March and in …", where a verb follows
TWICE = re.compile(
    rf"(?P<asked>(?:[^?;]*, )?[^?,;]*\b(?:what|how|who|which|when|where|why)\b[^?,;]*?) "
    rf"(?P<of>for|in|on|at|by|of|to|from) "
    rf"(?P<one>(?:(?!\b{ASKS}\b|\band\b)[^?,;])+?) and (?P=of) (?P<other>(?:(?!\b{ASKS}\b|\band\b)[^?,;])+)\??$",
    re.I,
)
# How an answer is wished for asks nothing: "Give both figures."
TOLD_HOW = re.compile(
    r"(?<=[?.]) +(?:please )?(?:give|state|list|name|quote|include|show|tell)(?: (?:me|us))?(?: \w+){0,4}[.?!]*$",
    re.I,
)
ASKING = re.compile(rf"\b{ASKS}\b|\?", re.I)
COUNTED = re.compile(r"how (?:many|much)\b", re.I)  # of nothing: "how many for and how many against"
LEAST_WORDS = 3  # of a part; fewer ("and why?") ask for more of the same
MOST_PARTS = 3


def parts_of(question: str) -> tuple[str, ...]:
    """The things that a question asks one after the other, in its own words; one where it asks one thing.

    "Who moved it, and how did the vote go?" has two, "what is spent on roads and on paths" too; "how and when" is one.
    """
    twice = TWICE.match(question.strip())
    if twice:
        return tuple(f"{twice['asked']} {twice['of']} {what.strip()}" for what in (twice["one"], twice["other"]))
    found = [part.strip(" ?,;–—-") for part in BREAK.split(TOLD_HOW.sub("", question))]
    if len(found) > MOST_PARTS or any(len(part.split()) < LEAST_WORDS for part in found):
        return (question,)
    if any(COUNTED.match(part) and set(stems(part)) <= ASKING_WORDS for part in found):
        return (question,)
    if not ASKING.search(found[0]):  # "Joint Forward Plan slides - what's the target …" only says where to look
        return (question,)
    return tuple(found) if len(found) > 1 else (question,)
