"""A run as one HTML file that needs nothing else: no script, no network, nothing beside it.

Everything that people or packs wrote goes through Jinja's escaping; the templates lay out, this module decides what
is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from eval import score
from eval.compare import Comparison
from eval.excerpts import Excerpt, excerpt
from eval.figures import DIMENSIONS, METRICS, Figure, Figures, Group, Unit
from eval.gate import GateResult, p_told
from eval.markdown import difference_told, interval_told, value_told
from eval.marks import Place, Row
from eval.questions import GoldQuestion
from eval.runs import Manifest, Pages
from eval.stages import STAGES
from qa.model import Answer

GOOD = "grounded_accuracy"
TILES = {
    GOOD: "answered well",
    "cite_hit": "cite a right page",
    "page_recall@5": "of right pages in the first five",
    "abstain_recall": "of unanswerable ones abstained from",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share with its interval, drawn on a line from 0 to 100 %; ``label`` says it in words."""

    value: float
    low: float
    span: float
    limit: float | None
    bad: bool
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table of figures; ``bar`` is None for what is no share."""

    name: str
    value: str
    interval: str
    n: int
    limit: str = ""
    bad: bool = False
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class PageView:
    """One page beside the answer: its name, and what stands on it or why that cannot be shown."""

    name: str
    excerpt: Excerpt | None
    note: str


@dataclass(frozen=True, slots=True)
class Miss:
    """One missed question with all that a person needs to see why."""

    anchor: str
    row: Row
    stage: str
    sentence: str
    earlier: tuple[tuple[str, str], ...]
    right: str
    notes: tuple[str, ...]
    expected: tuple[PageView, ...]
    also: tuple[str, ...]
    cited: tuple[PageView, ...]


def report_html(
    manifest: Manifest,
    rows: Sequence[Row],
    found: Figures,
    questions: Mapping[str, GoldQuestion],
    answers: Mapping[str, Answer],
    pages: Pages,
    result: GateResult | None = None,
    comparison: Comparison | None = None,
) -> str:
    """The report as HTML. ``questions`` and ``answers`` are by question id; those that are not there are left out."""
    missed = [row for row in rows if row.stage or not row.good]
    anchors = {row.id: f"miss-{n}" for n, row in enumerate(missed, 1)}
    environment = Environment(
        loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html").render(
        title=f"board-qa evaluation: {manifest.set}",
        manifest=_manifest(manifest),
        manifest_line=f"{manifest.questions} questions, engine {manifest.engine}, "
        f"{manifest.started.day} {manifest.started:%B %Y %H:%M}",
        tiles=_tiles(found, result),
        result=result,
        metrics=_metrics(found, result),
        terms=score.__doc__,
        groups=_groups(found),
        stages=_stages(found.all),
        comparison=comparison,
        changed=_changed(comparison) if comparison else [],
        missed_ids=anchors,
        misses=[_miss(row, anchors[row.id], questions.get(row.id), answers.get(row.id), pages) for row in missed],
        rows=rows,
    )


def _manifest(manifest: Manifest) -> list[tuple[str, str]]:
    lines = [
        ("Question set", f"{manifest.set}, SHA-256 {manifest.set_sha256}"),
        ("Questions", f"{manifest.questions}; {manifest.drafts} more left out as drafts"),
        ("Engine", manifest.engine),
        ("board-qa", f"version {manifest.version}, code SHA-256 {manifest.code_sha256}"),
        ("Git commit", manifest.commit or "outside git"),
        ("Index", f"generation {manifest.index_generation}, SHA-256 {manifest.index_sha256}"),
    ]
    lines += [(f"Model: {what}", name) for what, name in manifest.models.items()]
    lines += [(f"Prompt: {name}", version) for name, version in manifest.prompts.items()]
    lines += [(f"Setting: {name}", value) for name, value in manifest.settings.items()]
    return [*lines, ("Started", manifest.started.isoformat(timespec="seconds"))]


def _tiles(found: Figures, result: GateResult | None) -> list[dict[str, Any]]:
    broken = _broken(result)
    tiles: list[dict[str, Any]] = []
    for name, label in TILES.items():
        value = found.all.metrics[name].value
        shown = "-" if value is None else f"{value:.0%}"
        tiles.append({"value": shown, "label": label, "bad": name in broken})
    if result:
        tiles.append({"value": "passed" if result.passed else "failed", "label": "gate", "bad": not result.passed})
    return tiles


def _metrics(found: Figures, result: GateResult | None) -> list[Line]:
    broken = _broken(result)
    return [
        Line(
            name,
            value_told(of.value, name),
            interval_told(of, name),
            of.n,
            result.limits.told(name) if result else "",
            name in broken,
            _bar(name, of, _limit(name, result), name in broken) if METRICS[name].unit is Unit.SHARE else None,
        )
        for name, of in found.all.metrics.items()
    ]


def _groups(found: Figures) -> list[dict[str, Any]]:
    groups = []
    for by in DIMENSIONS:
        lines = []
        for name, group in found.by.get(by, {}).items():
            of = group.metrics[GOOD]
            shown, interval = value_told(of.value, GOOD), interval_told(of, GOOD)
            lines.append(Line(name, shown, interval, group.questions, bar=_bar(name, of)))
        if lines:
            groups.append({"by": by, "lines": lines})
    return groups


def _bar(name: str, of: Figure, limit: float | None = None, bad: bool = False) -> Bar | None:
    if of.value is None:
        return None
    low, high = (of.value if end is None else end for end in (of.low, of.high))
    label = f"{name}: {of.value:.1%}, 95 % interval {low:.1%} to {high:.1%}"
    label += "" if limit is None else f", limit {limit:.0%}"
    shown = None if limit is None else round(100 * limit, 2)
    return Bar(round(100 * of.value, 2), round(100 * low, 2), round(100 * (high - low), 2), shown, bad, label)


def _limit(name: str, result: GateResult | None) -> float | None:
    return result.limits.floors.get(name, result.limits.ceilings.get(name)) if result else None


def _broken(result: GateResult | None) -> set[str]:
    return {rule.metric for rule in result.failures} if result else set()


def _stages(group: Group) -> list[dict[str, Any]]:
    most = max(group.stages.values(), default=0)
    return [
        {
            "name": stage,
            "count": count,
            "share": round(100 * count / most, 2),
            "label": f"{count} misses: {stage}",
            "sentence": STAGES[stage],
        }
        for stage, count in group.stages.items()
    ]


def _changed(comparison: Comparison) -> list[dict[str, str]]:
    return [
        {
            "name": change.metric.name,
            "verdict": change.verdict if change.significant else "",
            "before": value_told(change.before, change.metric.name),
            "after": value_told(change.after, change.metric.name),
            "change": difference_told(change),
            "p": p_told(change.p),
        }
        for change in comparison.metrics
    ]


def _miss(row: Row, anchor: str, question: GoldQuestion | None, answer: Answer | None, pages: Pages) -> Miss:
    facts = [way for fact in question.must_include for way in fact] if question else []
    expected, also = _expected(row, question, facts, pages)
    cited: dict[Place, list[str]] = {place: [] for place in row.cited}
    labels: dict[Place, str | None] = {}
    for place, citation in zip(row.cited, answer.citations if answer else [], strict=False):
        cited[place].append(citation.quote)
        labels.setdefault(place, citation.page)
    return Miss(
        anchor=anchor,
        row=row,
        stage=row.stage or "missed",
        sentence=STAGES.get(row.stage or "", ""),
        earlier=tuple(question.history) if question else (),
        right=_right(row, question),
        notes=tuple(answer.notes) if answer else (),
        expected=expected,
        also=also,
        cited=tuple(
            _page_view(place, quotes, facts, pages, cited_as=labels.get(place)) for place, quotes in cited.items()
        ),
    )


def _expected(
    row: Row, question: GoldQuestion | None, facts: Sequence[str], pages: Pages
) -> tuple[tuple[PageView, ...], tuple[str, ...]]:
    """The pages on which the evidence stands, and the names of the others that are right to cite."""
    quotes: dict[Place, list[str]] = {}
    for evidence, numbers in zip(question.evidence, question.gold, strict=False) if question else ():
        for number in numbers:
            quotes.setdefault((row.pack, number), []).append(evidence)
    shown = quotes or {place: [] for place in row.expected}
    views = tuple(_page_view(place, some, facts, pages) for place, some in shown.items())
    others = dict.fromkeys(place for place in row.expected if place not in shown)
    return views, tuple(_name(place, pages) for place in others)


def _right(row: Row, question: GoldQuestion | None) -> str:
    if not row.answerable:
        return "To abstain: the papers do not hold the answer."
    if question is None:
        return "The question is not in the run's question set."
    return question.answer or "; ".join(" or ".join(fact) for fact in question.must_include)


def _page_view(
    place: Place, quotes: Sequence[str], facts: Sequence[str], pages: Pages, cited_as: str | None = None
) -> PageView:
    page = pages.get(place[0], {}).get(place[1])
    if page is None:
        return PageView(_name(place, pages), None, "The run does not hold this page's text.")
    notes = []
    if cited_as is not None and page.truth and cited_as != page.printed:
        notes.append(f"Cited as printed page {cited_as}.")
    if not page.truth:
        notes.append("No page map: the text is what was read from the PDF.")
    if not page.readable or not page.text.strip():
        return PageView(_name(place, pages), None, " ".join([*notes, "No text could be read from this page."]))
    said = excerpt(page.text, quotes, facts)
    if quotes and not said.quoted:
        notes.append("The quote does not stand on this page.")
    return PageView(_name(place, pages), said, " ".join(notes))


def _name(place: Place, pages: Pages) -> str:
    page = pages.get(place[0], {}).get(place[1])
    printed = f"page {page.printed}, " if page and page.printed else ""
    return f"{place[0]}, {printed}PDF page {place[1]}"
