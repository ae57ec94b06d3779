"""Figures of a run: every metric over all questions and by kind, asker and pack, with how sure it is.

The terms are defined at the top of ``eval.score``. A metric's interval is the percentile bootstrap's: the questions
that the metric is over are drawn anew, with repeats, and the middle 95 % of the results are told. It tells what
another choice of questions like these could have shown; where all have the same mark it has no width.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.stats import bootstrap

from eval.marks import RANKS, Row
from eval.questions import QuestionSetError
from eval.runs import write_text
from eval.stages import STAGES

RESAMPLES = 2000
CONFIDENCE = 0.95
SEED = 20240314  # the same rows have the same intervals
DIMENSIONS = ("kind", "asker", "pack")

Marks = np.ndarray[Any, Any]
Fold = Callable[[Marks, int], Any]  # values and the axis to fold, as numpy.mean takes them


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Unit(StrEnum):
    SHARE = "share"  # between 0 and 1
    WORDS = "words"
    MILLISECONDS = "ms"


def upper_median(values: Marks, axis: int = -1) -> Any:
    """The middle value, the greater one of two."""
    return _ranked(values, axis, 50)


def p95(values: Marks, axis: int = -1) -> Any:
    """The least value that more than 95 in 100 values do not pass, or the greatest."""
    return _ranked(values, axis, 95)


def _ranked(values: Marks, axis: int, percent: int) -> Any:
    place = values.shape[axis] * percent // 100
    return np.take(np.partition(values, place, axis=axis), place, axis=axis)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: each question's mark, which questions have one, and how the marks become one value."""

    name: str
    over: Callable[[Row], bool]
    mark: Callable[[Row], float | None]  # None where the question has none; such questions do not count
    better: Better = Better.HIGHER
    fold: Fold = np.mean
    unit: Unit = Unit.SHARE

    def marks(self, rows: Sequence[Row]) -> dict[str, float]:
        """The mark of each question that the metric is over, by question id."""
        marks = ((row.id, self.mark(row)) for row in rows if self.over(row))
        return {identity: float(mark) for identity, mark in marks if mark is not None}

    def value(self, rows: Sequence[Row]) -> float | None:
        """The metric over ``rows``, None where no row has a mark."""
        marks = self._array(rows)
        return float(self.fold(marks, -1)) if marks.size else None

    def interval(self, rows: Sequence[Row]) -> tuple[float, float] | None:
        """The 95 % interval, None where fewer than two rows have a mark."""
        marks = self._array(rows)
        if marks.size < 2:
            return None
        found = bootstrap(
            (marks,),
            self.fold,
            n_resamples=RESAMPLES,
            vectorized=True,
            axis=-1,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=SEED,
        ).confidence_interval
        return float(found.low), float(found.high)

    def missed(self, rows: Sequence[Row]) -> list[Row]:
        """The rows whose mark is not the best there is; for words and milliseconds those worse than the metric."""
        if self.unit is Unit.SHARE:
            limit: float | None = 0.0 if self.better is Better.LOWER else 1.0
        else:
            limit = self.value(rows)
        if limit is None:
            return []
        found = []
        for row in rows:
            mark = self.mark(row) if self.over(row) else None
            if mark is not None and (mark < limit if self.better is Better.HIGHER else mark > limit):
                found.append(row)
        return found

    def _array(self, rows: Sequence[Row]) -> Marks:
        marks = (self.mark(row) for row in rows if self.over(row))
        return np.array([mark for mark in marks if mark is not None], dtype=float)


def _every(_: Row) -> bool:
    return True


def _answerable(row: Row) -> bool:
    return row.answerable


def _unanswerable(row: Row) -> bool:
    return not row.answerable


def _page_recall(place: int) -> Callable[[Row], float | None]:
    return lambda row: row.ranked[place]


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("grounded_accuracy", _every, lambda row: row.good),
        Metric("answer_correct", _answerable, lambda row: row.correct),
        Metric("facts", _answerable, lambda row: row.facts),
        Metric("cite_hit@1", _answerable, lambda row: row.hit_first),
        Metric("cite_hit", _answerable, lambda row: row.hit),
        Metric("evidence_recall", _answerable, lambda row: row.evidence),
        Metric("cite_precision", _answerable, lambda row: row.precision),
        *(Metric(f"page_recall@{rank}", _answerable, _page_recall(i)) for i, rank in enumerate(RANKS)),
        Metric("mrr", _answerable, lambda row: row.reciprocal_rank),
        Metric("abstain_recall", _unanswerable, lambda row: row.good),
        Metric("wrong_abstain", _answerable, lambda row: row.answered is False, Better.LOWER),
        Metric("quote_verbatim", _every, lambda row: row.quotes),
        Metric("printed_page_right", _every, lambda row: row.printed),
        Metric("words_median", _every, lambda row: row.words, Better.NEITHER, upper_median, Unit.WORDS),
        Metric("ms_p50", _every, lambda row: row.ms, Better.LOWER, upper_median, Unit.MILLISECONDS),
        Metric("ms_p95", _every, lambda row: row.ms, Better.LOWER, p95, Unit.MILLISECONDS),
    )
}


def aggregate(rows: Sequence[Row]) -> dict[str, float | None]:
    """Every metric over ``rows``, None where no row has the mark."""
    return {name: metric.value(rows) for name, metric in METRICS.items()}


def interval(rows: Sequence[Row], metric: str) -> tuple[float, float] | None:
    """The 95 % interval of the metric of that name, None where fewer than two rows have the mark."""
    return METRICS[metric].interval(rows)


def groups(rows: Sequence[Row]) -> dict[str, dict[str, list[Row]]]:
    """The rows by "kind", "asker" and "pack", names sorted; a question whose asker is not told is in no asker's."""
    found: dict[str, dict[str, list[Row]]] = {}
    for dimension in DIMENSIONS:
        names = sorted({getattr(row, dimension) for row in rows} - {""})
        found[dimension] = {name: [row for row in rows if getattr(row, dimension) == name] for name in names}
    return found


class Figure(BaseModel):
    """One metric over some questions."""

    model_config = ConfigDict(frozen=True)

    value: float | None = Field(description="None where no question has the mark")
    low: float | None = Field(description="Lower end of the 95 % interval; None where fewer than two have the mark")
    high: float | None = Field(description="Its upper end")
    n: int = Field(description="How many questions have the mark")


class Group(BaseModel):
    """Some questions of a run: how many there are, their metrics by name, and how many were missed where."""

    model_config = ConfigDict(frozen=True)

    questions: int
    missing: int = Field(description="Questions without an answer object")
    metrics: dict[str, Figure]
    stages: dict[str, int] = Field(description="Misses by the stage at which they arose, stages in their order")


class Figures(BaseModel):
    """All figures of a run."""

    model_config = ConfigDict(frozen=True)

    all: Group
    by: dict[str, dict[str, Group]] = Field(description='By "kind", "asker" and "pack", then by its name')


def figures(rows: Sequence[Row]) -> Figures:
    """Every metric with its interval, over all ``rows`` and over each of their groups."""
    by = {d: {name: _group(some) for name, some in named.items()} for d, named in groups(rows).items()}
    return Figures(all=_group(rows), by=by)


def write_figures(found: Figures, path: Path) -> None:
    """Write ``found`` as JSON, all or nothing."""
    write_text(path, found.model_dump_json(indent=1) + "\n")


def read_figures(path: Path) -> Figures:
    """What ``write_figures`` wrote. Raises QuestionSetError."""
    try:
        return Figures.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError) as error:
        reason = "it holds something else than figures" if isinstance(error, ValidationError) else str(error)
        raise QuestionSetError(f"{path} cannot be read: {reason}.", "`board-qa eval score` writes it.") from None


def _group(rows: Sequence[Row]) -> Group:
    missed = Counter(row.stage for row in rows)
    metrics = {}
    for name, metric in METRICS.items():
        low, high = metric.interval(rows) or (None, None)
        metrics[name] = Figure(value=metric.value(rows), low=low, high=high, n=len(metric.marks(rows)))
    return Group(
        questions=len(rows),
        missing=sum(row.missing for row in rows),
        metrics=metrics,
        stages={stage: missed[stage] for stage in STAGES if missed[stage]},
    )
