"""``board-qa eval``: asks a question set, scores the answers, and fails when a score falls below its floor."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from eval.generate import generate
from eval.questions import QuestionSetError, read_pages, read_questions
from eval.report import Limits, print_report, read_limits, shortfalls, write_report
from eval.score import score
from qa.service import BoardQA
from qa.settings import load_settings

HERE = Path(__file__).parent
SAMPLE_QUESTIONS = HERE / "data" / "samples.jsonl"
SAMPLE_FLOORS = HERE / "floors.toml"


def run_eval(questions: Path, data: Path, pages_dir: Path, out: Path, floors: Path | None) -> int:
    """Ask the set ``questions`` over the packs in ``pages_dir`` and score the answers; 1 below a floor, else 0.

    ``pages_dir`` holds the PDFs and, beside each, its true pages; PDFs that are not yet in the index ``data`` are
    ingested first. ``out`` gets ``answers.jsonl``, ``questions.csv`` and ``aggregate.json``. Raises QuestionSetError
    for files that cannot be used, and what ``BoardQA`` raises.
    """
    asked = read_questions(questions)
    pages = read_pages(pages_dir)
    limits = read_limits(floors) if floors else Limits({}, {})
    out.mkdir(parents=True, exist_ok=True)
    service = BoardQA.open(load_settings(data=data))
    try:
        report = service.ingest([pages_dir])
        if report.refused:
            names = ", ".join(refused.file for refused in report.refused)
            raise QuestionSetError(f"Not all packs of the set could be indexed: {names}.", report.refused[0].message)
        answers = generate(service.ask, asked, out / "answers.jsonl")
    finally:
        service.close()
    rows = score(asked, answers, pages)
    write_report(rows, out)
    print_report(rows, asked, answers, limits, Console())
    return 1 if shortfalls(rows, limits) else 0
