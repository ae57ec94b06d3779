"""What one question of a run was given: the record that scoring makes and every report reads."""

from __future__ import annotations

from dataclasses import dataclass

from eval.questions import UNANSWERABLE

RANKS = (1, 5, 10)

Place = tuple[str, int]  # pack (its file's stem) and PDF page, from 1


@dataclass(frozen=True, slots=True)
class Row:
    """One question's marks, shares between 0 and 1. None where a mark has no meaning for the question."""

    id: str
    kind: str
    pack: str
    asker: str  # councillor, officer or ""
    question: str
    answer: str
    expected: tuple[Place, ...]  # pages of the evidence quotes and others that are right to cite
    cited: tuple[Place, ...]  # in the order of the citations
    missing: bool  # there is no answer object
    answered: bool | None
    good: bool  # right and cited, or rightly abstained from
    words: int
    ms: float | None = None
    quotes: float | None = None
    printed: float | None = None
    correct: bool | None = None
    facts: float | None = None
    facts_missed: tuple[str, ...] = ()  # first way of saying each required fact that the answer lacks
    hit_first: bool | None = None
    hit: bool | None = None
    evidence: float | None = None
    precision: float | None = None
    ranked: tuple[float, ...] = ()  # page recall at each of RANKS
    reciprocal_rank: float | None = None  # 1 / place of the first right page in the ranking, 0 without one
    stage: str | None = None  # where a miss arose, one of eval.stages.STAGES; None for a good answer

    @property
    def answerable(self) -> bool:
        return self.kind != UNANSWERABLE
