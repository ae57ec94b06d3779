"""The gate: a run fails beyond a floor or ceiling, or where it is significantly worse than the baseline.

Against the baseline every metric that has a better and a worse side is tested over the questions of both runs
(``eval.compare``), except times, which tell more of the machine than of the answers. The p-values are corrected by
Holm's method for the number of metrics tested, so that the chance of failing a run that is no worse stays below
5 % for all of them together. The few questions that a change may cost without being noticed are what floors are for.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.compare import SIGNIFICANT, Comparison, MetricChange, compare
from eval.figures import METRICS, Better, Unit
from eval.marks import Row
from eval.questions import QuestionSetError
from eval.significance import holm

TABLES = ("floors", "ceilings")


@dataclass(frozen=True, slots=True)
class Limits:
    """``floors``: least values; ``ceilings``: greatest values, by metric."""

    floors: Mapping[str, float]
    ceilings: Mapping[str, float]

    def told(self, metric: str) -> str:
        """A metric's limits in words, empty where it has none."""
        least = [f"at least {self.floors[metric]:g}"] if metric in self.floors else []
        most = [f"at most {self.ceilings[metric]:g}"] if metric in self.ceilings else []
        return ", ".join(least + most)


@dataclass(frozen=True, slots=True)
class Rule:
    """One metric held to its floor, its ceiling or the baseline, and the questions that speak against it."""

    metric: str
    against: Literal["floor", "ceiling", "baseline"]
    value: float | None  # None: it could not be measured, and fails
    limit: float | None  # the floor, the ceiling, the baseline's value
    passed: bool
    questions: tuple[str, ...]  # ids; empty where the rule is kept
    p: float | None = None  # against the baseline, corrected for the number of metrics

    def told(self) -> str:
        """The rule and how it came out, in words."""
        if self.value is None:
            return f"{self.metric} could not be measured"
        limit = figure(self.limit)
        if self.against == "baseline":
            place = f"significantly worse than the baseline's {limit} (p {p_told(self.p)} after Holm's correction)"
            kept = f"not significantly worse than the baseline's {limit}"
        else:
            place = f"{'below its floor' if self.against == 'floor' else 'above its ceiling'} of {limit}"
            kept = f"within its {self.against} of {limit}"
        return f"{self.metric} is {figure(self.value)}, {kept if self.passed else place}"


@dataclass(frozen=True, slots=True)
class GateResult:
    """Every rule that a run was held to; ``comparison`` is None where there was no baseline."""

    rules: tuple[Rule, ...]
    limits: Limits
    comparison: Comparison | None

    @property
    def failures(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not rule.passed)

    @property
    def passed(self) -> bool:
        return not self.failures

    def remarks(self) -> list[str]:
        """What was not held against the run but should be known."""
        if self.comparison is None:
            return ["There is no baseline; only floors and ceilings were held to."]
        return self.comparison.remarks()


def read_limits(path: Path | None) -> Limits:
    """The limits in the tables ``floors`` and ``ceilings`` of a TOML file, none for None. Raises QuestionSetError."""
    if path is None:
        return Limits({}, {})
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}.") from None
    unknown = tables.keys() - set(TABLES)
    wrong = []
    for table in (tables.get(name, {}) for name in TABLES):
        if not isinstance(table, dict):
            raise QuestionSetError(f"{path}: floors and ceilings are tables, metric = value.")
        unknown |= table.keys() - METRICS.keys()
        wrong += [name for name, value in table.items() if not _is_number(value)]
    if unknown:
        names = ", ".join(sorted(unknown))
        raise QuestionSetError(f"{path} names {names}, which is no metric or table of limits.", _metrics_hint())
    if wrong:
        raise QuestionSetError(f"{path}: the limit of {', '.join(wrong)} is no number.")
    return Limits(tables.get("floors", {}), tables.get("ceilings", {}))


def gate(rows: Sequence[Row], limits: Limits, baseline: Sequence[Row] | None = None) -> GateResult:
    """Hold a run's ``rows`` to ``limits`` and to the rows of the baseline.

    Questions that only one of both has are told, not failed. Raises QuestionSetError where no question is in both.
    """
    rules = [_limit_rule(rows, metric, limit, "floor") for metric, limit in limits.floors.items()]
    rules += [_limit_rule(rows, metric, limit, "ceiling") for metric, limit in limits.ceilings.items()]
    if baseline is None:
        return GateResult(tuple(rules), limits, None)
    comparison = compare(baseline, rows)
    if not comparison.paired:
        raise QuestionSetError(
            "No question of the baseline is in this run.", "Name the baseline of this question set, or make one."
        )
    return GateResult((*rules, *_baseline_rules(comparison)), limits, comparison)


def figure(value: float | None) -> str:
    """A metric's value as people read it: three decimals at most, "-" for None."""
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def p_told(p: float | None) -> str:
    """A p-value as people read it; exact below a thousandth helps nobody."""
    return "-" if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"


def _limit_rule(rows: Sequence[Row], name: str, limit: float, against: Literal["floor", "ceiling"]) -> Rule:
    metric = METRICS[name]
    value = metric.value(rows)
    passed = value is not None and (value >= limit if against == "floor" else value <= limit)
    against_it = metric.missed(rows) or [row for row in rows if not row.good]
    return Rule(name, against, value, limit, passed, () if passed else tuple(row.id for row in against_it))


def _baseline_rules(comparison: Comparison) -> list[Rule]:
    """A rule for each metric that both runs have, and for each that only the baseline has: that one fails."""
    changes = [
        change
        for change in comparison.metrics
        if change.metric.better is not Better.NEITHER and change.metric.unit is not Unit.MILLISECONDS
    ]
    tested = [change for change in changes if change.p is not None]
    corrected = holm([change.p for change in tested if change.p is not None])
    rules = [_tested(change, p) for change, p in zip(tested, corrected, strict=True)]
    gone = [change for change in changes if change.p is None and change.lost]
    return rules + [Rule(change.metric.name, "baseline", None, None, False, change.lost) for change in gone]


def _tested(change: MetricChange, p: float) -> Rule:
    failed = change.verdict == "worse" and p < SIGNIFICANT
    questions = change.worsened if failed else ()
    return Rule(change.metric.name, "baseline", change.after, change.before, not failed, questions, p)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _metrics_hint() -> str:
    return f"Metrics are {', '.join(METRICS)}."
