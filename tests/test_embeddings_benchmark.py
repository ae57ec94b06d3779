"""Embedding models side by side: what each way of searching finds, and how it is told."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from benchmarks.embedding import _searched
from benchmarks.embeddings import ANSWERS, RECALLS, print_report
from eval.figures import aggregate
from eval.questions import read_questions
from eval.score import score
from qa.settings import Settings

SAMPLES = Path(__file__).resolve().parents[1] / "eval" / "data" / "samples"


def test_each_way_of_searching_gives_a_ranking_that_can_be_scored(indexed: Path) -> None:
    asked = [question for question in read_questions(SAMPLES) if question.gold][::20]
    found = {way: aggregate(score(asked, order, {})) for way, order in _searched(Settings(data=indexed), asked).items()}
    assert list(found) == ["vectors alone", "words alone (FTS5)", "both, ranks fused"]
    for figures in found.values():
        recalls = [figures[name] or 0.0 for name in RECALLS[:3]]
        assert recalls == sorted(recalls)
        assert recalls[-1] > 0.5


def told(recall: float, seconds: float) -> dict[str, object]:
    figures = dict.fromkeys((*RECALLS, *ANSWERS), recall)
    ways = dict.fromkeys(("vectors alone", "the whole engine"), figures)
    return {
        "rankings": ways,
        "passages": 100,
        "embed": seconds,
        "peak_mb": 500.0,
        "load": 0.5,
        "arithmetic": "float32",
    }


def test_figures_are_told_with_their_ratio_to_the_first_model() -> None:
    out = io.StringIO()
    print_report({"first": told(0.5, 2.0), "models/second:query": told(0.6, 4.0)}, Console(file=out, width=250))
    lines = out.getvalue().splitlines()
    assert any(line.startswith("vectors alone, first") and line.split()[-1] == "0.500" for line in lines)
    assert any(line.startswith("vectors alone, second") and "0.600 (1.20)" in line for line in lines)
    assert any(line.startswith("second") and "25 (0.50)" in line and "500 (1.00)" in line for line in lines)
