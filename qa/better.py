"""Which end of a measure's scale is asked for: the greatest or the least figure, by its target or what it measures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.grid import Amount, Row, words
from qa.pairs import Compared
from qa.question import Analysis

# What is better when there is more of it, and what worse; told by a measure's own name
MORE_IS_BETTER = words("uptake coverage satisfaction attendance completed compliance achieved recovery vaccinated")
MORE_IS_WORSE = words(
    "wait waits waiting deaths falls vacancy vacant vacancies complaints sickness arrears overspend deficit overdue "
    "empty missed harm infections delays breaches crime fires"
)


def greatest_asked(
    asked: str, question: Analysis, measure: str, found: Sequence[Compared], table: Sequence[Row]
) -> bool | None:
    """Whether the greatest figure is asked for, None where that is not plain.

    ``asked`` is "high", "low", "bad" or "good"; ``measure`` names what is compared, ``table`` may hold its target.
    """
    if asked in {"high", "low"}:
        return asked == "high"
    sides = {c.amount.value > goal.value for c in found for goal in _targets(table) if goal.unit == c.amount.unit}
    told = words(f"{measure} {question.text}")
    better, worse = bool(told & MORE_IS_BETTER), bool(told & MORE_IS_WORSE)
    if better != worse:
        return (asked == "good") == better
    # all miss the target on one side of it: the farthest from it is the worst
    if len(sides) == 1:
        return (asked == "bad") == sides.pop()
    return None


def _targets(table: Sequence[Row]) -> list[Amount]:
    found = []
    for row in table:
        for i, column in enumerate(row.evidence.passage.columns):
            if re.search(r"\b(?:target|standard|goal)\b", column, re.I) and (goal := row.amount(i)):
                found.append(goal)
    return found
