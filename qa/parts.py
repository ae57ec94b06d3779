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
ASKING = re.compile(rf"\b{ASKS}\b|\?", re.I)
COUNTED = re.compile(r"how (?:many|much)\b", re.I)  # of nothing: "how many for and how many against"
LEAST_WORDS = 3  # of a part; fewer ("and why?") ask for more of the same
MOST_PARTS = 3


def parts_of(question: str) -> tuple[str, ...]:
    """The things that a question asks one after the other, in its own words; one where it asks one thing.

    "Who moved it, and how did the vote go?" has two; "how and when" is one.
    """
    found = [part.strip(" ?,;–—-") for part in BREAK.split(question)]
    if len(found) > MOST_PARTS or any(len(part.split()) < LEAST_WORDS for part in found):
        return (question,)
    if any(COUNTED.match(part) and set(stems(part)) <= ASKING_WORDS for part in found):
        return (question,)
    if not ASKING.search(found[0]):  # "Joint Forward Plan slides - what's the target …" only says where to look
        return (question,)
    return tuple(found) if len(found) > 1 else (question,)
