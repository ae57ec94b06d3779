"""Which decision answered a recommendation: the same body, matter and meeting, or a later one of the body asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from rapidfuzz import fuzz

from index.model import Access
from index.record_model import Decision, Recommendation
from index.register_rows import Narrowed, Stored
from index.register_store import RegisterStore
from index.register_writer import plain
from qa.register_model import DecisionRow, RecommendationRow, State
from qa.register_rows import decision_row, recommendation_row

SAME_TITLE = 85  # of 100: "Parking charges 2025/26" and "PARKING CHARGES"
SAME_TEXT = 75  # where the minutes call the matter otherwise but decide in the report's words
ANSWERED_WITHIN = timedelta(days=366)  # of what one body recommends to another
ALL = 10**9


class Answers:
    """Finds the decisions that answered recommendations, in what may be seen."""

    def __init__(self, register: RegisterStore, access: frozenset[Access]) -> None:
        self._register = register
        self._access = access
        self._decisions = cache(self._decided_at)
        self._recorded = register.minuted(access)
        self._minuted = frozenset(id_ for id_, _ in self._recorded)

    def to(self, asked: Stored[Recommendation]) -> RecommendationRow:
        """The recommendation with its state, and the decision where one answered it."""
        if (asked.meeting, asked.place.pack) in self._recorded:
            decision = self._of_other_body(asked)
            return recommendation_row(asked, State.DECIDED if decision else State.PROPOSED, decision)
        if asked.when.date is None:
            return recommendation_row(asked, State.UNKNOWN, None)
        if asked.meeting not in self._minuted:
            return recommendation_row(asked, State.PROPOSED, None)
        decision = _nearest(asked, self._decisions(asked.meeting))
        return recommendation_row(asked, State.DECIDED if decision else State.UNKNOWN, decision)

    def _of_other_body(self, asked: Stored[Recommendation]) -> DecisionRow | None:
        """What minutes recommend to another body is answered by a later meeting of it."""
        if not asked.told.to or asked.when.date is None:
            return None
        narrowed = Narrowed(
            self._access,
            body=asked.told.to,
            council=asked.when.council,
            since=asked.when.date + timedelta(days=1),
            until=asked.when.date + ANSWERED_WITHIN,
        )
        return _nearest(asked, self._register.decisions(narrowed, "oldest", 0, ALL)[1])

    def _decided_at(self, meeting: str) -> list[Stored[Decision]]:
        return self._register.decisions(Narrowed(self._access, meeting=meeting), "newest", 0, ALL)[1]


def _nearest(asked: Stored[Recommendation], decisions: Sequence[Stored[Decision]]) -> DecisionRow | None:
    """The decision on the same matter whose words are nearest to what was recommended."""
    title, text = plain(asked.told.title), plain(asked.told.text)
    best: tuple[float, Stored[Decision]] | None = None
    for decision in decisions:
        words = fuzz.token_set_ratio(text, plain(decision.told.text))
        same = bool(title) and fuzz.token_set_ratio(title, plain(decision.told.title)) >= SAME_TITLE
        if (same or words >= SAME_TEXT) and (best is None or words + 100 * same > best[0]):
            best = words + 100 * same, decision
    return decision_row(best[1]) if best else None
