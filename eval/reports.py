"""The reports of a run as files in its folder, beside the rows and figures they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.compare import Comparison
from eval.figures import read_figures
from eval.gate import GateResult
from eval.junit import junit_xml
from eval.markdown import summary_markdown
from eval.marks import Row
from eval.report_html import report_html
from eval.runs import AGGREGATE, Manifest, Pages, read_run_questions, write_text
from qa.model import Answer

SUMMARY = "summary.md"
HTML = "report.html"
JUNIT = "junit.xml"


def write_reports(
    folder: Path,
    manifest: Manifest,
    rows: Sequence[Row],
    answers: Mapping[str, Answer],
    pages: Pages,
    result: GateResult | None,
    comparison: Comparison | None,
) -> None:
    """Write ``summary.md``, ``report.html`` and ``junit.xml`` into the folder of the run.

    The folder holds the run's questions and figures. Raises QuestionSetError where those cannot be read.
    """
    questions = {question.id: question for question in read_run_questions(folder)}
    found = read_figures(folder / AGGREGATE)
    write_text(folder / SUMMARY, summary_markdown(manifest, rows, found, result, comparison))
    write_text(folder / HTML, report_html(manifest, rows, found, questions, answers, pages, result, comparison))
    write_text(folder / JUNIT, junit_xml(manifest.set, rows, result))
