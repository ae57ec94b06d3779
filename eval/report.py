"""Results of an evaluation: a CSV a question, an aggregate JSON, a short table, and what fell below its floor."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.questions import GoldQuestion, QuestionSetError
from eval.score import RANKS, Row, aggregate
from qa.model import Answer

SHOWN_CHARS = 110  # of a missed question's answer
# Which questions a metric beyond its limit is traced to; for the others it is every question that is not good.
TRACES: dict[str, Callable[[Row], bool]] = {
    "abstain_recall": lambda row: not row.answerable and not row.good,
    "wrong_abstain": lambda row: row.answerable and row.answered is False,
    "quote_verbatim": lambda row: row.quotes is not None and row.quotes < 1,
    "printed_page_right": lambda row: row.printed is not None and row.printed < 1,
    "cite_hit": lambda row: row.hit is False,
    "cite_hit@1": lambda row: row.hit_first is False,
    "page_recall@1": lambda row: row.answerable and row.ranked[0] < 1,
    "page_recall@5": lambda row: row.answerable and row.ranked[1] < 1,
    "page_recall@10": lambda row: row.answerable and row.ranked[2] < 1,
}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A metric on the wrong side of its limit, with the ids of the questions that brought it there."""

    metric: str
    value: float | None
    limit: float
    floor: bool  # a floor, else a ceiling
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """``floors``: least values; ``ceilings``: greatest values, by metric."""

    floors: Mapping[str, float]
    ceilings: Mapping[str, float]


def read_limits(path: Path) -> Limits:
    """The limits of a TOML file with tables ``floors`` and ``ceilings``. Raises QuestionSetError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}.") from None
    unknown = (tables.keys() - {"floors", "ceilings"}) | {
        name for table in tables.values() for name in table if name not in aggregate([])
    }
    if unknown:
        raise QuestionSetError(f"{path} names {', '.join(sorted(unknown))}, which is no metric or table of limits.")
    return Limits(tables.get("floors", {}), tables.get("ceilings", {}))


def shortfalls(rows: Sequence[Row], limits: Limits) -> list[Shortfall]:
    """The metrics of ``rows`` that break their limit; one that could not be measured breaks it too."""
    metrics = aggregate(rows)
    found = []
    for floor, table in ((True, limits.floors), (False, limits.ceilings)):
        for metric, limit in table.items():
            value = metrics[metric]
            if value is None or (value < limit if floor else value > limit):
                missed = tuple(row.id for row in rows if TRACES.get(metric, _not_good)(row))
                found.append(Shortfall(metric, value, limit, floor, missed))
    return found


def write_report(rows: Sequence[Row], out: Path) -> None:
    """Write ``questions.csv`` (a line a question) and ``aggregate.json`` into ``out``."""
    names = [field.name for field in fields(Row) if field.name != "ranked"]
    with (out / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*names, *(f"page_recall@{rank}" for rank in RANKS)])
        for row in rows:
            record = asdict(row)
            table.writerow([*(record[name] for name in names), *(row.ranked or [None] * len(RANKS))])
    kinds = sorted({row.kind for row in rows})
    figures = {
        "questions": len(rows),
        "missing": sum(row.missing for row in rows),
        "all": aggregate(rows),
        "kinds": {kind: aggregate([row for row in rows if row.kind == kind]) for kind in kinds},
    }
    (out / "aggregate.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def print_report(
    rows: Sequence[Row],
    questions: Sequence[GoldQuestion],
    answers: Mapping[str, Answer],
    limits: Limits,
    console: Console,
) -> None:
    """The metrics beside their limits, the missed questions with what was answered, and the shortfalls."""
    table = Table(title=f"{len(rows)} questions")
    table.add_column("metric")
    table.add_column("value", justify="right")
    table.add_column("limit", justify="right")
    below = shortfalls(rows, limits)
    broken = {shortfall.metric for shortfall in below}
    for metric, value in aggregate(rows).items():
        limit = f"at least {limits.floors[metric]:g}" if metric in limits.floors else ""
        limit = f"at most {limits.ceilings[metric]:g}" if metric in limits.ceilings else limit
        table.add_row(metric, _figure(value), limit, style="bold red" if metric in broken else None)
    console.print(table)
    asked = {question.id: question for question in questions}
    for row in rows:
        if not row.good:
            answer = answers[row.id].answer if row.id in answers else ""
            said = " ".join(answer.split())[:SHOWN_CHARS] or "(no answer)"
            missed = f"missed {row.id} [{row.kind}] {asked[row.id].question}\n    {said}"
            console.print(missed, markup=False, highlight=False, soft_wrap=True)
    for shortfall in below:
        side = "below its floor" if shortfall.floor else "above its ceiling"
        console.print(
            f"{shortfall.metric} is {_figure(shortfall.value)}, {side} of {shortfall.limit:g}: "
            f"{', '.join(shortfall.missed) or 'no single question'}",
            style="bold red",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _not_good(row: Row) -> bool:
    return not row.good


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
