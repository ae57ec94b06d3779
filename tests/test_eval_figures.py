"""Metrics, their intervals and groups, and the two files that hold them: aggregate.json and questions.csv."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from eval.figures import (
    METRICS,
    Better,
    aggregate,
    figures,
    groups,
    interval,
    p95,
    read_figures,
    upper_median,
    write_figures,
)
from eval.marks import RANKS, Row
from eval.questions import QuestionSetError
from eval.rows import BYTE_ORDER_MARK, FORMS, read_rows, write_rows
from eval.stages import STAGES
from tests.scored import row

# Metrics


@pytest.mark.parametrize(
    ("values", "middle", "high"),
    [
        ([3.0], 3, 3),
        ([3.0, 1.0], 3, 3),
        ([3.0, 1.0, 2.0], 2, 3),
        ([4.0, 1.0, 2.0, 3.0], 3, 4),
        ([float(n) for n in range(1, 21)], 11, 20),
        ([float(n) for n in range(1, 101)], 51, 96),
    ],
)
def test_medians_and_percentiles_are_values_that_were_measured(values: list[float], middle: int, high: int) -> None:
    assert (upper_median(np.array(values)), p95(np.array(values))) == (middle, high)
    both = np.array([values, values[::-1]])
    assert upper_median(both, axis=1).tolist() == [middle, middle]


def test_no_rows_have_no_metrics() -> None:
    assert set(aggregate([]).values()) == {None}
    assert {interval([], name) for name in METRICS} == {None}


def test_a_metric_tells_which_questions_kept_it_from_its_best() -> None:
    slow = row("slow", ms=90.0, words=40)
    abstained = row("abstained", good=False, answered=False, quotes=None, printed=None)
    wrong = row("wrong", good=False)
    told = row("told", good=False, kind="unanswerable", correct=None, facts=None, hit=None, ranked=(), quotes=0.5)
    rows = [slow, abstained, wrong, told]
    missed = {name: [r.id for r in metric.missed(rows)] for name, metric in METRICS.items()}
    assert missed["grounded_accuracy"] == ["abstained", "wrong", "told"]
    assert missed["cite_hit"] == missed["page_recall@5"] == missed["mrr"] == ["abstained", "wrong"]
    assert missed["wrong_abstain"] == ["abstained"]
    assert missed["abstain_recall"] == ["told"]
    assert missed["quote_verbatim"] == ["wrong", "told"]
    assert missed["ms_p50"] == ["slow"]
    assert missed["ms_p95"] == []
    assert METRICS["words_median"].better is Better.NEITHER


# Intervals


def test_an_interval_is_the_one_that_chance_draws() -> None:
    rows = [row(str(n), good=n < 80) for n in range(100)]
    low, high = interval(rows, "grounded_accuracy") or (0, 0)
    assert low == pytest.approx(binom.ppf(0.025, 100, 0.8) / 100, abs=0.011)  # 0.72
    assert high == pytest.approx(binom.ppf(0.975, 100, 0.8) / 100, abs=0.011)  # 0.87
    assert interval(rows, "grounded_accuracy") == (low, high)


def test_an_interval_is_over_the_questions_that_have_the_mark() -> None:
    rows = [row("a", quotes=0.0), row("b", quotes=1.0), *(row(str(n), quotes=None) for n in range(50))]
    assert interval(rows, "quote_verbatim") == (0.0, 1.0)
    assert interval(rows[1:], "quote_verbatim") is None
    assert interval(rows, "grounded_accuracy") == (1.0, 1.0)
    assert interval(rows, "abstain_recall") is None


def test_an_interval_of_a_median_has_ends_that_were_measured() -> None:
    rows = [row(str(n), ms=float(n)) for n in range(101)]
    low, high = interval(rows, "ms_p50") or (0, 0)
    assert (low, high) == (pytest.approx(40, abs=2), pytest.approx(60, abs=2))  # 50 and twice the root of 101 / 4
    assert interval(rows, "ms_p95") == (pytest.approx(91, abs=2), pytest.approx(99, abs=1))


# Groups and aggregate.json


ROWS = [
    row("1", kind="date", asker="officer"),
    row("2", False, kind="date", asker="councillor", stage="passage never retrieved"),
    row("3", False, kind="fact", asker="", pack="birch", stage="wrongly abstained", answered=False),
    row("4", False, kind="fact", asker="officer", stage="passage never retrieved"),
    row("5", kind="unanswerable", asker="officer", stage="wrong page label"),
]


def test_rows_are_grouped_by_kind_asker_and_pack() -> None:
    found = {by: {name: [r.id for r in rows] for name, rows in named.items()} for by, named in groups(ROWS).items()}
    assert found == {
        "kind": {"date": ["1", "2"], "fact": ["3", "4"], "unanswerable": ["5"]},
        "asker": {"councillor": ["2"], "officer": ["1", "4", "5"]},
        "pack": {"alder": ["1", "2", "4", "5"], "birch": ["3"]},
    }


def test_figures_have_every_metric_of_every_group_and_survive_the_disk(tmp_path: Path) -> None:
    found = figures(ROWS)
    accuracy = found.all.metrics["grounded_accuracy"]
    assert (accuracy.value, accuracy.n) == (0.4, 5)
    assert (found.all.metrics["wrong_abstain"].value, found.all.metrics["wrong_abstain"].n) == (0.25, 4)
    assert found.by["kind"]["date"].metrics["grounded_accuracy"].value == 0.5
    assert found.by["pack"]["birch"].metrics["facts"].model_dump() == {"value": 0.0, "low": None, "high": None, "n": 1}
    assert list(found.all.stages.items()) == [
        ("passage never retrieved", 2),
        ("wrongly abstained", 1),
        ("wrong page label", 1),
    ]
    assert found.by["asker"]["councillor"].stages == {"passage never retrieved": 1}
    assert found.by["kind"]["unanswerable"].metrics["facts"].n == 0
    assert all(group.metrics.keys() == METRICS.keys() for group in (found.all, *found.by["pack"].values()))
    for name, figure in found.all.metrics.items():
        assert figure.value is None or figure.low is None or figure.low <= figure.value <= (figure.high or 0), name
    write_figures(found, tmp_path / "aggregate.json")
    assert read_figures(tmp_path / "aggregate.json") == found


@pytest.mark.parametrize("text", [None, "", "[]", '{"all": {}}', "\xff"])
def test_a_file_without_figures_is_refused_by_name(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "aggregate.json"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(QuestionSetError, match=r"aggregate\.json cannot be read"):
        read_figures(path)


# questions.csv

shares = st.floats(0, 1)
texts = st.one_of(st.text(max_size=40), st.sampled_from(["=1+1", "-5", "'quoted", "+44", "@x", 'a\r\nb,"c"', "\x00"]))
names = st.one_of(st.text(max_size=12), st.sampled_from(["a pack", "50%20", "a:1 b", "=x", "-"]))
places = st.lists(st.tuples(names, st.integers(1, 999)), max_size=4).map(tuple)
rows = st.builds(
    Row,
    id=texts,
    kind=texts,
    pack=names,
    asker=texts,
    question=texts,
    answer=texts,
    expected=places,
    cited=places,
    words=st.integers(0, 500),
    ms=st.none() | st.floats(0, allow_nan=False),
    quotes=st.none() | shares,
    printed=st.none() | shares,
    facts=st.none() | shares,
    facts_missed=st.lists(texts, max_size=3).map(tuple),
    evidence=st.none() | shares,
    precision=st.none() | shares,
    reciprocal_rank=st.none() | shares,
    ranked=st.just(()) | st.tuples(*[shares] * len(RANKS)),
    stage=st.none() | st.sampled_from(list(STAGES)),
)


@settings(deadline=None, max_examples=50)  # a slow disk is no failure
@given(st.lists(rows, max_size=4))
def test_rows_survive_the_disk(tmp_path_factory: pytest.TempPathFactory, written: list[Row]) -> None:
    path = tmp_path_factory.getbasetemp() / "questions.csv"
    write_rows(written, path)
    assert read_rows(path) == written


def test_every_field_of_a_row_is_in_the_table() -> None:
    assert {*FORMS, "ranked"} == {field.name for field in fields(Row)}


def test_the_table_can_be_read_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    formula = '=HYPERLINK("x")'
    one = row("a", answer=formula, cited=(("alder pack", 12), ("birch", 3)), facts_missed=("£5",), ms=None, facts=0.5)
    write_rows([one, row("b", answer="- four\n- five")], path)
    assert path.read_bytes().startswith(BYTE_ORDER_MARK.encode())
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["answer"] == "'" + formula
    assert second["answer"] == "'- four\n- five"
    assert (first["cited"], first["facts_missed"], first["ms"]) == ("alder%20pack:12 birch:3", '["£5"]', "")
    assert (first["facts"], first["good"], first["page_recall@5"]) == ("0.5", "true", "1.0")


@pytest.mark.parametrize("text", [None, "a,b\n1,2\n", "id,kind\nx\n", "\xff\xfe"])
def test_a_file_without_rows_is_refused_by_name(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "questions.csv"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(QuestionSetError, match=r"questions\.csv"):
        read_rows(path)
