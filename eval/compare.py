"""Two runs question by question and metric by metric: what got better, what got worse, what just moved.

Questions are paired by id. One whose wording or kind differs between the runs is another question: it is told as
reworded and compared no further. Figures are those over the paired questions, so they can differ from each run's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.figures import METRICS, Better, Metric, Unit
from eval.marks import RANKS, Place, Row
from eval.significance import paired_p

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric over the ``n`` questions that have its mark in both runs; None where there are none.

    ``p`` is of a two-sided paired test of this metric alone (see ``eval.significance``).
    """

    metric: Metric
    before: float | None
    after: float | None
    p: float | None
    n: int
    worsened: tuple[str, ...]  # ids of the questions whose mark got worse
    lost: tuple[str, ...]  # ids of the questions that had a mark before and have none now

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def verdict(self) -> str:
        """The word better or worse; empty for no difference, or one that is neither."""
        if not self.difference or self.metric.better is Better.NEITHER:
            return ""
        return "better" if (self.difference > 0) == (self.metric.better is Better.HIGHER) else "worse"

    @property
    def significant(self) -> bool:
        """Whether this metric changed by more than chance; times never did, they tell of the machine."""
        return self.p is not None and self.p < SIGNIFICANT and self.metric.unit is not Unit.MILLISECONDS


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question in both runs."""

    before: Row
    after: Row

    def told(self) -> str:
        """In words what changed besides the verdict."""
        found = []
        if self.before.answered != self.after.answered:
            found.append(f"{_state(self.before)} before, {_state(self.after)} now")
        if self.before.stage != self.after.stage:
            found.append(f"{self.before.stage or 'good'} → {self.after.stage or 'good'}")
        if set(self.before.cited) != set(self.after.cited):
            found.append(f"cited {places_told(self.before.cited)} → {places_told(self.after.cited)}")
        elif self.before.cited != self.after.cited:
            found.append("citations in another order")
        if self.before.reciprocal_rank != self.after.reciprocal_rank and self.after.answerable:
            found.append(f"first right page {_rank(self.before)} → {_rank(self.after)}")
        elif self.before.ranked != self.after.ranked:
            found.append(f"page recall at {_at(RANKS)}: {_at(self.before.ranked)} → {_at(self.after.ranked)}")
        return "; ".join(found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another; questions in the order of the later run."""

    metrics: tuple[MetricChange, ...]
    fixed: tuple[QuestionChange, ...]
    broken: tuple[QuestionChange, ...]
    moved: tuple[QuestionChange, ...]  # same verdict, but other pages, ranks, stage, or answered and abstained
    paired: int
    only_before: tuple[Row, ...]
    only_after: tuple[Row, ...]
    reworded: tuple[QuestionChange, ...]

    def remarks(self) -> list[str]:
        """In words which questions could not be compared, empty where all could."""
        named = (
            ("only in the earlier run", [row.id for row in self.only_before]),
            ("only in the later run", [row.id for row in self.only_after]),
            ("reworded, so not compared", [change.after.id for change in self.reworded]),
        )
        return [f"{len(ids)} {what}: {', '.join(ids)}." for what, ids in named if ids]


def compare(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """What changed from ``before`` to ``after``, two runs over the same questions or nearly so."""
    earlier = {row.id: row for row in before}
    later = {row.id: row for row in after}
    shared = [QuestionChange(earlier[row.id], row) for row in after if row.id in earlier]
    paired = [change for change in shared if _same_question(change)]
    return Comparison(
        metrics=tuple(_metric_change(metric, paired) for metric in METRICS.values()),
        fixed=tuple(change for change in paired if change.after.good and not change.before.good),
        broken=tuple(change for change in paired if change.before.good and not change.after.good),
        moved=tuple(change for change in paired if change.before.good == change.after.good and change.told()),
        paired=len(paired),
        only_before=tuple(row for row in before if row.id not in later),
        only_after=tuple(row for row in after if row.id not in earlier),
        reworded=tuple(change for change in shared if not _same_question(change)),
    )


def places_told(places: Sequence[Place]) -> str:
    """Pages in words: pack and PDF page, each once, in order."""
    return ", ".join(f"{pack} p. {page}" for pack, page in dict.fromkeys(places)) or "nothing"


def _metric_change(metric: Metric, paired: Sequence[QuestionChange]) -> MetricChange:
    before = metric.marks([change.before for change in paired])
    after = metric.marks([change.after for change in paired])
    both = [identity for identity in before if identity in after]
    known = set(both)
    old = [change.before for change in paired if change.before.id in known]
    new = [change.after for change in paired if change.after.id in known]
    sign = -1 if metric.better is Better.LOWER else 1
    return MetricChange(
        metric=metric,
        before=metric.value(old),
        after=metric.value(new),
        p=paired_p([before[i] for i in both], [after[i] for i in both], metric.fold) if both else None,
        n=len(both),
        worsened=tuple(i for i in both if metric.better is not Better.NEITHER and sign * (after[i] - before[i]) < 0),
        lost=tuple(i for i in before if i not in after),
    )


def _same_question(change: QuestionChange) -> bool:
    return (change.before.question, change.before.kind) == (change.after.question, change.after.kind)


def _state(row: Row) -> str:
    if row.answered is None:
        return "no answer"
    return "answered" if row.answered else "abstained"


def _at(figures: Sequence[float]) -> str:
    return "/".join(f"{figure:.2g}" for figure in figures)


def _rank(row: Row) -> str:
    return f"at {round(1 / row.reciprocal_rank)}" if row.reciprocal_rank else "not found"
