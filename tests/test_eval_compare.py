"""Two runs side by side: what is fixed, broken or moved, and which changes are more than chance."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from eval.compare import MetricChange, compare
from eval.figures import p95, upper_median
from eval.markdown import comparison_markdown
from eval.marks import Row
from eval.significance import holm, mcnemar_p, paired_p
from tests.scored import row


def run(bad: int, questions: int = 20) -> list[Row]:
    """A run of so many questions of which the first ``bad`` are missed."""
    return [row(f"q{n:02}", good=n >= bad) for n in range(questions)]


def change(metric: str, before: list[Row], after: list[Row]) -> MetricChange:
    [found] = [found for found in compare(before, after).metrics if found.metric.name == metric]
    return found


# Question by question


def test_questions_are_fixed_broken_moved_or_left_alone() -> None:
    before = [row("a"), row("b", good=False), row("c"), row("d"), row("e", good=False)]
    after = [
        row("a", good=False),
        row("b"),
        replace(row("c"), cited=(("alder", 2), ("alder", 9))),
        row("d"),
        replace(row("e", good=False), answered=False, cited=(), stage="wrongly abstained"),
    ]
    found = compare(before, after)
    assert [c.after.id for c in found.broken] == ["a"]
    assert [c.after.id for c in found.fixed] == ["b"]
    assert [(c.after.id, c.told()) for c in found.moved] == [
        ("c", "cited alder p. 2 → alder p. 2, alder p. 9"),
        (
            "e",
            "answered before, abstained now; read but wrong span → wrongly abstained; cited alder p. 3 → nothing",
        ),
    ]
    assert found.paired == 5
    assert found.remarks() == []


def test_a_question_whose_right_page_sank_in_the_ranking_has_moved() -> None:
    found = compare([row("a")], [replace(row("a"), ranked=(0.0, 1.0, 1.0), reciprocal_rank=0.25)])
    assert [c.told() for c in found.moved] == ["first right page at 1 → at 4"]
    found = compare([row("a")], [replace(row("a"), ranked=(0.5, 0.5, 1.0))])
    assert [c.told() for c in found.moved] == ["page recall at 1/5/10: 1/1/1 → 0.5/0.5/1"]


def test_times_and_other_words_move_nothing() -> None:
    found = compare([row("a")], [replace(row("a"), ms=900.0, answer="A dozen.", words=2)])
    assert found.moved == ()


def test_questions_of_one_run_only_and_reworded_ones_are_told_and_not_compared() -> None:
    before = [row("a"), row("b"), row("c")]
    after = [row("c"), row("d", good=False), row("b", good=False, question="Something else?")]
    found = compare(before, after)
    assert (found.paired, found.broken) == (1, ())
    assert found.remarks() == [
        "1 only in the earlier run: a.",
        "1 only in the later run: d.",
        "1 reworded, so not compared: b.",
    ]
    assert {c.n for c in found.metrics} <= {0, 1}


def test_a_run_is_the_same_as_itself() -> None:
    found = compare(run(5), run(5))
    assert (found.fixed, found.broken, found.moved) == ((), (), ())
    assert {(c.difference, c.p, c.verdict) for c in found.metrics if c.n} == {(0.0, 1.0, "")}


# Metric by metric


def test_a_metric_is_compared_over_the_questions_that_both_runs_mark() -> None:
    before = [row("a"), row("b"), row("c", good=False)]
    after = [replace(row("a"), quotes=None), replace(row("b"), quotes=0.5), row("c"), row("d", good=False)]
    found = change("quote_verbatim", before, after)
    assert (found.before, found.after, found.n) == (0.5, 0.75, 2)
    assert (found.worsened, found.lost, found.verdict) == (("b",), ("a",), "better")


def test_less_abstaining_is_better_and_length_is_neither() -> None:
    before = [replace(row("a"), answered=False), row("b")]
    after = [row("a"), replace(row("b"), words=90)]
    assert change("wrong_abstain", before, after).verdict == "better"
    assert change("wrong_abstain", after, before).worsened == ("a",)
    assert change("words_median", before, after).verdict == ""


def test_a_metric_without_questions_is_told_as_such() -> None:
    found = change("abstain_recall", run(0), run(1))
    assert (found.before, found.after, found.difference, found.p, found.n) == (None, None, None, None, 0)


def test_a_change_is_significant_when_enough_questions_turn() -> None:
    assert change("grounded_accuracy", run(0), run(5)).p == pytest.approx(0.0625)
    assert not change("grounded_accuracy", run(0), run(5)).significant
    assert change("grounded_accuracy", run(0), run(6)).p == pytest.approx(0.03125)
    assert change("grounded_accuracy", run(0), run(6)).significant


def test_times_are_never_a_significant_change() -> None:
    slow = [replace(r, ms=500.0) for r in run(0)]
    found = change("ms_p50", run(0), slow)
    assert found.p is not None
    assert found.p < 0.05
    assert not found.significant


# Significance


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (5, 0), (0, 7), (9, 3), (4, 4)])
def test_yes_and_no_marks_are_tested_exactly(lost: int, won: int) -> None:
    tail = sum(comb(lost + won, k) for k in range(min(lost, won) + 1)) / 2 ** (lost + won)
    expected = min(1.0, 2 * tail)
    before = [1.0] * lost + [0.0] * won + [1.0, 0.0]
    after = [0.0] * lost + [1.0] * won + [1.0, 0.0]
    assert mcnemar_p(lost, won) == pytest.approx(expected)
    assert paired_p(before, after) == pytest.approx(expected)


def test_shares_are_tested_by_swapping_pairs() -> None:
    before = [0.5] * 6 + [1.0] * 20
    after = [0.75] * 6 + [1.0] * 20
    assert paired_p(before, after) == pytest.approx(2 / 2**6)
    assert paired_p(before, [*after[:-1], 0.0]) > 0.5
    assert paired_p([0.5, 1.0], [0.75, 1.0]) == 1.0


def test_the_permutation_test_gives_the_same_p_each_time_and_either_way() -> None:
    chance = np.random.default_rng(4)
    before, after = chance.random(60), chance.random(60)
    p = paired_p(before.tolist(), after.tolist())
    assert 0.05 < p < 1.0
    assert paired_p(before.tolist(), after.tolist()) == p
    assert paired_p(after.tolist(), before.tolist()) == pytest.approx(p, abs=0.02)


@pytest.mark.parametrize("fold", [upper_median, p95])
def test_medians_are_tested_too(fold: object) -> None:
    before = [float(n) for n in range(40)]
    assert paired_p(before, before, fold) == 1.0  # type: ignore[arg-type]
    assert paired_p(before, [n + 100 for n in before], fold) < 0.001  # type: ignore[arg-type]
    assert paired_p(before, [n + 1 if n % 2 else n - 1 for n in before], fold) > 0.05  # type: ignore[arg-type]
    assert paired_p([5.0] * 20, [500.0] * 20, fold) < 0.001  # type: ignore[arg-type]


def test_runs_of_unlike_length_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_p([1.0], [1.0, 0.0])


def test_holm_multiplies_the_least_p_most_and_keeps_the_order() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


# For a pull request


def test_markdown_lists_metrics_then_broken_fixed_and_moved_questions() -> None:
    before = [*run(1), row("x", question="Who | <b>sat</b>?")]
    after = [*run(0), row("x", good=False, question="Who | <b>sat</b>?", answer="@all of them")]
    text = comparison_markdown(compare(before, after), "main", "branch")
    assert text.startswith(
        "## Answers: main → branch\n\n**1 fixed, 1 broken, 0 moved** of 21 questions in both runs.\n"
    )
    assert "| `grounded_accuracy` | 0.952 | 0.952 | +0.000 | 1.000 | 21 |" in text
    assert text.index("### Broken: 1") < text.index("### Fixed: 1")
    assert "Moved" not in text
    assert r"- **Who \| &lt;b&gt;sat&lt;/b&gt;?** (x, fact)" in text
    assert "  - expected alder p. 2; good → read but wrong span; cited alder p. 2 → alder p. 3" in text
    assert "  - cited alder p. 3; said: @<!-- -->all of them" in text


def test_markdown_marks_significant_changes_and_folds_long_lists_away() -> None:
    text = comparison_markdown(compare(run(0, 300), run(200, 300)))
    assert "| `cite_hit` | 1 | 0.333 | **-0.667** ▼ | &lt;0.001 | 300 |" in text
    assert "<details><summary><b>Broken: 200</b></summary>" in text
    assert "- and 100 more" in text
    assert len(text) < 65_536
