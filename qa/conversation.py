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
FEW_WORDS = 4  # content words below which a question after another hardly stands alone


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it refers to; unchanged where there is no history or it stands alone."""
    if not history:
        return question
    before = history[-1].question.strip()
    if OPENS.search(question) or POINTS_BACK.search(question) or len(stems(question)) < FEW_WORDS:
        return f"{question.strip()} (asked after: {before})"
    return question
