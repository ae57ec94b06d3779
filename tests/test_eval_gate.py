"""The gate: what fails a run, what is only told, and which questions are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.gate import GateResult, Limits, Rule, gate, read_limits
from eval.marks import Row
from eval.questions import QuestionSetError
from tests.scored import row

FLOORS = Path(__file__).resolve().parents[1] / "eval" / "floors.toml"
NONE = Limits({}, {})


def run(bad: int, questions: int = 60) -> list[Row]:
    """A run of so many questions of which the first ``bad`` are missed."""
    return [row(f"q{n:02}", good=n >= bad) for n in range(questions)]


def failed(result: GateResult) -> dict[tuple[str, str], Rule]:
    return {(rule.against, rule.metric): rule for rule in result.failures}


# Floors and ceilings


def test_a_run_within_its_limits_passes() -> None:
    result = gate(run(1), Limits({"grounded_accuracy": 0.9, "cite_hit": 59 / 60}, {"wrong_abstain": 0.0}))
    assert result.passed
    assert [rule.questions for rule in result.rules] == [(), (), ()]


def test_a_metric_below_its_floor_fails_and_names_the_questions() -> None:
    result = gate(run(2), Limits({"cite_hit": 0.99, "page_recall@5": 0.5}, {}))
    [rule] = result.failures
    assert (rule.metric, rule.against, rule.questions) == ("cite_hit", "floor", ("q00", "q01"))
    assert rule.told() == "cite_hit is 0.967, below its floor of 0.99"


def test_a_metric_above_its_ceiling_fails_and_names_the_questions() -> None:
    rows = [replace(row("a"), answered=False), row("b"), replace(row("c"), words=150)]
    result = gate(rows, Limits({}, {"wrong_abstain": 0.1, "words_median": 0.5, "ms_p95": 1000}))
    assert {rule.metric: rule.questions for rule in result.failures} == {
        "wrong_abstain": ("a",),
        "words_median": ("c",),
    }


def test_times_can_be_held_to_a_ceiling() -> None:
    assert not gate(run(0), Limits({}, {"ms_p50": 4.0})).passed


def test_a_metric_that_could_not_be_measured_fails() -> None:
    rows = [replace(r, quotes=None) for r in run(3)]
    [rule] = gate(rows, Limits({"quote_verbatim": 0.5}, {})).failures
    assert (rule.value, rule.questions) == (None, ("q00", "q01", "q02"))
    assert rule.told() == "quote_verbatim could not be measured"


def test_an_empty_run_fails_every_limit() -> None:
    limits = Limits({"grounded_accuracy": 0.0}, {"wrong_abstain": 1.0})
    assert len(gate([], limits).failures) == 2


# The baseline


def test_a_run_significantly_below_the_baseline_fails_and_names_the_questions_that_broke() -> None:
    result = gate(run(12), NONE, run(2))
    rule = failed(result)["baseline", "grounded_accuracy"]
    assert rule.questions == tuple(f"q{n:02}" for n in range(2, 12))
    assert rule.limit == pytest.approx(58 / 60)
    assert rule.p is not None
    assert rule.p < 0.05
    assert "significantly worse than the baseline's 0.967 (p " in rule.told()


def test_a_few_questions_fewer_than_the_baseline_do_not_fail() -> None:
    result = gate(run(5), NONE, run(2))
    assert result.passed
    assert all(rule.questions == () for rule in result.rules)


def test_the_number_of_metrics_tested_is_corrected_for() -> None:
    """Six questions of one metric lost is p 0.031 by itself; of fifteen metrics one gets there by chance."""
    worse = [replace(r, evidence=0.0) if n < 6 else r for n, r in enumerate(run(0))]
    result = gate(worse, NONE, run(0))
    [change] = [c for c in result.comparison.metrics if c.metric.name == "evidence_recall"] if result.comparison else []
    assert change.p == pytest.approx(0.03125)
    assert result.passed
    much_worse = [replace(r, evidence=0.0) if n < 12 else r for n, r in enumerate(run(0))]
    assert failed(gate(much_worse, NONE, run(0))).keys() == {("baseline", "evidence_recall")}


def test_a_run_better_than_the_baseline_passes() -> None:
    assert gate(run(0), NONE, run(30)).passed


def test_slower_answers_and_longer_ones_never_fail_against_the_baseline() -> None:
    slow = [replace(r, ms=90_000.0, words=140) for r in run(0)]
    result = gate(slow, NONE, run(0))
    assert result.passed
    assert not {"ms_p50", "ms_p95", "words_median"} & {rule.metric for rule in result.rules}


def test_a_metric_that_only_the_baseline_has_fails() -> None:
    bare = [replace(r, printed=None) for r in run(0)]
    rule = failed(gate(bare, NONE, run(0)))["baseline", "printed_page_right"]
    assert rule.value is None
    assert len(rule.questions) == 60


def test_questions_that_only_one_run_has_are_told_and_not_failed() -> None:
    new = [row(f"new{n}", good=False) for n in range(30)]
    result = gate([*run(0)[5:], *new], NONE, run(0))
    assert result.passed
    assert result.remarks()[0] == "5 only in the earlier run: q00, q01, q02, q03, q04."
    assert result.remarks()[1].startswith("30 only in the later run: new0, ")


def test_a_baseline_of_other_questions_is_refused() -> None:
    with pytest.raises(QuestionSetError, match="No question of the baseline"):
        gate(run(0), NONE, [row("other")])


def test_without_a_baseline_that_is_told() -> None:
    assert gate(run(0), NONE).remarks() == ["There is no baseline; only floors and ceilings were held to."]


# The file of limits


def test_the_samples_floors_can_be_read_and_demand_verbatim_quotes() -> None:
    limits = read_limits(FLOORS)
    assert limits.floors["quote_verbatim"] >= 0.995
    assert {"grounded_accuracy", "abstain_recall"} <= limits.floors.keys()
    assert limits.told("words_median") == "at most 68"
    assert limits.told("facts") == ""


def test_without_a_file_there_are_no_limits() -> None:
    assert read_limits(None) == NONE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[floors]\ngrounded = 0.5\n", "names grounded,"),
        ("[flors]\n", "names flors,"),
        ("[floors\n", "cannot be read"),
        ("floors = 3\n", "are tables"),
        ('[floors]\nfacts = "high"\n', "limit of facts is no number"),
        ("[ceilings]\nfacts = true\n", "limit of facts is no number"),
        ("[ceilings]\nms_p50 = nan\n", "limit of ms_p50 is no number"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "floors.toml"
    path.write_text(text)
    with pytest.raises(QuestionSetError, match=rf"floors\.toml.*{reason}"):
        read_limits(path)
