"""A run on the terminal: its figures, what was missed and where, and how the gate came out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.figures import METRICS, Figures
from eval.gate import GateResult, Rule, p_told
from eval.markdown import interval_told, value_told
from eval.marks import Row

SHOWN_CHARS = 110  # of a missed question's answer


def print_report(rows: Sequence[Row], found: Figures, console: Console) -> None:
    """The metrics with their intervals, the questions that went wrong with what was answered, misses by stage."""
    table = Table("metric", title=f"{len(rows)} questions")
    for name in ("value", "95 % interval", "questions"):
        table.add_column(name, justify="right")
    for name, of in found.all.metrics.items():
        table.add_row(name, value_told(of.value, name), interval_told(of, name), str(of.n))
    console.print(table)
    for row in rows:
        if row.stage or not row.good:
            said = " ".join(row.answer.split())[:SHOWN_CHARS] or "(no answer)"
            verdict = "good but" if row.good else "missed"
            _say(console, f"{verdict} {row.id} [{row.kind}] {row.question}\n    {row.stage or 'missed'}: {said}")
    if found.all.stages:
        stages = Table("stage", title="misses by stage")
        stages.add_column("misses", justify="right")
        for stage, count in found.all.stages.items():
            stages.add_row(stage, str(count))
        console.print(stages)


def print_gate(result: GateResult, console: Console) -> None:
    """Each metric beside its limits and the baseline, the broken rules with their questions, and the outcome."""
    rules: dict[str, list[Rule]] = {name: [] for name in METRICS}
    for rule in result.rules:
        rules[rule.metric].append(rule)
    table = Table("metric")
    for name in ("value", "limit", "baseline", "p", "outcome"):
        table.add_column(name, justify="right")
    for name, of_metric in rules.items():
        if of_metric:
            compared = next((rule for rule in of_metric if rule.against == "baseline"), None)
            before = (value_told(compared.limit, name), p_told(compared.p)) if compared else ("", "")
            passed = all(rule.passed for rule in of_metric)
            cells = (name, value_told(of_metric[0].value, name), result.limits.told(name), *before)
            table.add_row(*cells, "kept" if passed else "broken", style=None if passed else "bold red")
    console.print(table)
    for rule in result.failures:
        _say(console, f"{rule.told()}: {', '.join(rule.questions) or 'no single question'}", "bold red")
    for remark in result.remarks():
        _say(console, remark)
    _say(console, "gate passed" if result.passed else "gate failed", "bold green" if result.passed else "bold red")


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
