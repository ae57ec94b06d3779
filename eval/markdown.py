"""A run, or the change between two, as Markdown for a job summary or a pull request.

Whatever comes from questions, answers and packs is escaped: it shows as text, is no markup and calls nobody's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eval.compare import SIGNIFICANT, Comparison, MetricChange, QuestionChange, places_told
from eval.figures import METRICS, Better, Figure, Figures, Unit
from eval.gate import GateResult, figure, p_told
from eval.marks import Row
from eval.runs import Manifest

LONG = 5  # entries; a longer list is folded away
MOST = 100  # entries of one list; a pull request's comment holds 65,536 characters
TEXT_CHARS = 300  # of a question or answer
MARKUP = re.compile(r"([\\`*_\[\]|~$])")
CALLS = re.compile(r"[@#](?=\w)|:(?=//)|www(?=\.)")  # what services turn into names, issues and links


def escaped(text: str, most: int = TEXT_CHARS) -> str:
    """``text`` in one line for a Markdown paragraph or table cell, cut after ``most`` characters."""
    line = " ".join(text.split())
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    line = MARKUP.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return CALLS.sub(r"\g<0><!-- -->", line)


def summary_markdown(
    manifest: Manifest,
    rows: Sequence[Row],
    found: Figures,
    result: GateResult | None,
    comparison: Comparison | None,
) -> str:
    """A run and its figures in short: gate, metrics with intervals, by kind, misses by stage, what it ran on."""
    good = sum(row.good for row in rows)
    parts = [f"## board-qa evaluation: {escaped(manifest.set)}", f"{good} of {len(rows)} questions answered well."]
    if result is not None:
        parts += [_gate(result)]
    if comparison is not None:
        parts += [f"Against the baseline: {_counts(comparison)}."]
        parts += [_listed("Broken", comparison.broken)] if comparison.broken else []
    parts += ["### Metrics", _metrics(found, result), "### By kind", _by_kind(found), "### Misses by stage"]
    parts += [_table(("stage", "misses"), found.all.stages.items()) if found.all.stages else "None."]
    parts += [f"<sub>{manifest_line(manifest)}</sub>"]
    return "\n\n".join(parts) + "\n"


def comparison_markdown(comparison: Comparison, before: str = "before", after: str = "after") -> str:
    """What changed, for a pull request; ``before`` and ``after`` name the runs."""
    parts = [
        f"## Answers: {escaped(before)} → {escaped(after)}",
        f"{_counts(comparison)}.",
        _changes_of_metrics(comparison.metrics),
        "<sub>p: paired test, two-sided, one metric at a time; a bold change has p below "
        f"{SIGNIFICANT:g}. Of so many metrics one in twenty gets there by chance.</sub>",
    ]
    for title, changes in (("Broken", comparison.broken), ("Fixed", comparison.fixed), ("Moved", comparison.moved)):
        if changes:
            parts.append(_listed(title, changes))
    return "\n\n".join(parts + [escaped(remark, 1000) for remark in comparison.remarks()]) + "\n"


def manifest_line(manifest: Manifest) -> str:
    """What a run ran on, in one line of Markdown."""
    named = [f"engine {manifest.engine}", f"board-qa {manifest.version}"]
    named += [f"commit {manifest.commit[:12]}"] if manifest.commit else []
    named += [f"{what} {name}" for what, name in manifest.models.items()]
    named += [f"index {manifest.index_sha256[:12]} generation {manifest.index_generation}"]
    named += [f"set {manifest.set_sha256[:12]}", f"{manifest.started:%Y-%m-%d %H:%M}"]
    return " · ".join(escaped(name) for name in named)


def interval_told(found: Figure, metric: str) -> str:
    """A figure's 95 % interval as people read it, "-" where there is none."""
    return "-" if found.low is None else f"{value_told(found.low, metric)} to {value_told(found.high, metric)}"


def difference_told(change: MetricChange) -> str:
    """A metric's change with its sign; words and milliseconds without decimals."""
    if change.difference is None:
        return "-"
    return f"{change.difference:+.3f}" if change.metric.unit is Unit.SHARE else f"{change.difference:+.0f}"


def value_told(value: float | None, metric: str) -> str:
    """A metric's value as people read it; milliseconds without decimals."""
    whole = value is not None and METRICS[metric].unit is Unit.MILLISECONDS
    return f"{value:.0f}" if whole else figure(value)


def _gate(result: GateResult) -> str:
    if result.passed:
        lines = [f"**Gate passed**: {len(result.rules)} rules kept."]
    else:
        lines = [f"**Gate failed**: {len(result.failures)} of {len(result.rules)} rules broken.", ""]
        lines += [f"- {escaped(rule.told())}. Questions: {_ids(rule.questions)}" for rule in result.failures]
    return "\n".join([*lines, *(f"\n{escaped(remark, 1000)}" for remark in result.remarks())])


def _ids(ids: Sequence[str]) -> str:
    named = ", ".join(escaped(identity) for identity in ids[:MOST]) or "none by itself"
    return named + (f" and {len(ids) - MOST} more" if len(ids) > MOST else "")


def _metrics(found: Figures, result: GateResult | None) -> str:
    broken = {rule.metric for rule in result.failures} if result else set()
    lines = []
    for name, of in found.all.metrics.items():
        shown = value_told(of.value, name)
        limit = result.limits.told(name) if result else ""
        lines.append((f"`{name}`", f"**{shown}** ✗" if name in broken else shown, interval_told(of, name), of.n, limit))
    return _table(("metric", "value", "95 % interval", "questions", "limit"), lines)


def _by_kind(found: Figures) -> str:
    lines = []
    for kind, group in found.by["kind"].items():
        accuracy = group.metrics["grounded_accuracy"]
        lines.append(
            (escaped(kind), group.questions, figure(accuracy.value), interval_told(accuracy, "grounded_accuracy"))
        )
    return _table(("kind", "questions", "grounded_accuracy", "95 % interval"), lines)


def _changes_of_metrics(changes: Iterable[MetricChange]) -> str:
    lines = []
    for change in changes:
        name = change.metric.name
        told = difference_told(change)
        if change.significant:
            told = f"**{told}**"
        mark = {"better": " ▲", "worse": " ▼"}.get(change.verdict, "")
        if change.metric.better is Better.NEITHER or change.metric.unit is Unit.MILLISECONDS:
            mark = ""
        before, after = value_told(change.before, name), value_told(change.after, name)
        lines.append((f"`{name}`", before, after, told + mark, p_told(change.p).replace("<", "&lt;"), change.n))
    return _table(("metric", "before", "after", "change", "p", "questions"), lines)


def _counts(comparison: Comparison) -> str:
    counts = f"**{len(comparison.fixed)} fixed, {len(comparison.broken)} broken, {len(comparison.moved)} moved**"
    return f"{counts} of {comparison.paired} questions in both runs"


def _change(change: QuestionChange) -> str:
    row = change.after
    expected = places_told(row.expected) if row.answerable else "no answer"
    lines = [
        f"- **{escaped(row.question)}** ({escaped(row.id)}, {escaped(row.kind)})",
        f"  - expected {escaped(expected)}; {escaped(change.told())}",
    ]
    if not row.good:
        lines.append(f"  - cited {escaped(places_told(row.cited))}; said: {escaped(row.answer) or '(nothing)'}")
    return "\n".join(lines)


def _listed(title: str, changes: Sequence[QuestionChange]) -> str:
    entries = [_change(change) for change in changes[:MOST]]
    entries += [f"- and {len(changes) - MOST} more"] if len(changes) > MOST else []
    listed, heading = "\n".join(entries), f"{title}: {len(changes)}"
    if len(changes) <= LONG:
        return f"### {heading}\n\n{listed}"
    return f"<details><summary><b>{heading}</b></summary>\n\n{listed}\n\n</details>"


def _table(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A Markdown table, all columns but the first to the right; cells are Markdown already."""
    rule = "|".join(["---", *["---:"] * (len(heads) - 1)])
    body = (" | ".join(str(cell) for cell in line) for line in lines)
    return "\n".join([f"| {' | '.join(heads)} |", f"|{rule}|", *(f"| {line} |" for line in body)])
