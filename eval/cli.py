"""What each part of ``board-qa eval`` does: reads its options, calls the parts, prints. Returns the exit code."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.check import check
from eval.compare import compare
from eval.draft import draft
from eval.feedback import candidates
from eval.figures import figures, write_figures
from eval.gate import gate, read_limits
from eval.generate import code_sha256, describe, generate, keep_pages
from eval.markdown import comparison_markdown
from eval.marks import Row
from eval.questions import PAGE_MAP, GoldQuestion, QuestionSetError, TruePage, read_pages, read_questions
from eval.report import print_gate, print_report
from eval.reports import write_reports
from eval.rows import read_rows, write_rows
from eval.runs import (
    AGGREGATE,
    ANSWERS,
    MANIFEST,
    ROWS,
    read_answers,
    read_manifest,
    read_run_pages,
    read_run_questions,
    write_lines,
    write_text,
)
from eval.score import score
from qa.errors import EXIT_FAILED, UsageError
from qa.service import BoardQA
from qa.settings import Settings, variable

HERE = Path(__file__).parent
SETS = HERE / "data"
BASELINES = HERE / "baseline"
SAMPLES = "samples"
SAMPLE_PACKS = Path("build/samples")
FLOORS = HERE / "floors.toml"
READ_BY = "read-by.txt"  # which version of the program read the packs of a run's own index


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the part of ``board-qa eval`` that ``options`` names; errors are BoardQAErrors."""
    return PARTS[options.part](options, settings)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    path = _set(options.set)
    questions = read_questions(path)
    checked = [question for question in questions if question.state == "checked"]
    if not checked:
        raise QuestionSetError(f"{path} has no checked question.", 'Set "state" to "checked" once a person agrees.')
    if options.engine == "llm" and not settings.llm_url:
        raise UsageError("No language model is set.", f"Set {variable('llm_url')} and {variable('llm_model')}.")
    if options.engine == "extractive":
        settings = settings.model_copy(update={"llm_url": ""})
    packs = _packs(options)
    if packs is not None and not options.data:
        # Packs of an evaluation stay out of the everyday index unless that is named.
        settings = settings.model_copy(update={"data": options.out / "index"})
    with closing(BoardQA.open(settings)) as service:
        if packs is not None:
            _ingest(service, packs, None if options.data else settings.data / READ_BY)
        engine = "llm" if settings.llm_url else "extractive"
        manifest = describe(service, path.stem, checked, engine, len(questions) - len(checked))
        if options.fresh:
            (options.out / MANIFEST).unlink(missing_ok=True)
        with _progress() as told:
            generate(service, checked, manifest, options.out, told)
        answers, _ = read_answers(options.out / ANSWERS)
        keep_pages(service, checked, answers.values(), _truth(packs), options.out)
    return _score(argparse.Namespace(run=options.out, answers=None), settings)


def _score(options: argparse.Namespace, _: Settings) -> int:
    folder: Path = options.run
    manifest = read_manifest(folder)
    questions = read_run_questions(folder)
    answers, traces = read_answers(options.answers or folder / ANSWERS)
    pages = read_run_pages(folder)
    rows = score(questions, answers, pages, traces)
    write_rows(rows, folder / ROWS)
    told = figures(rows)
    write_figures(told, folder / AGGREGATE)
    baseline = _baseline_rows(BASELINES / manifest.set)
    comparison = compare(baseline, rows) if baseline else None
    write_reports(folder, manifest, rows, answers, pages, None, comparison)
    print_report(rows, told, Console())
    print(f"Report: {folder / 'report.html'}")
    return 0


def _compare(options: argparse.Namespace, _: Settings) -> int:
    before, after = _rows(options.before), _rows(options.after)
    print(comparison_markdown(compare(before, after)))
    return 0


def _gate(options: argparse.Namespace, _: Settings) -> int:
    folder: Path = options.run
    manifest, rows = read_manifest(folder), _rows(folder)
    floors = options.floors or (FLOORS if manifest.set == SAMPLES else None)
    baseline = _rows(options.baseline) if options.baseline else _baseline_rows(BASELINES / manifest.set)
    result = gate(rows, read_limits(floors), baseline)
    answers, _traces = read_answers(folder / ANSWERS)
    write_reports(folder, manifest, rows, answers, read_run_pages(folder), result, result.comparison)
    print_gate(result, Console())
    return 0 if result.passed else EXIT_FAILED


def _baseline(options: argparse.Namespace, _: Settings) -> int:
    manifest = read_manifest(options.run)
    target: Path = options.to or BASELINES / manifest.set
    target.mkdir(parents=True, exist_ok=True)
    _rows(options.run)
    for name in (MANIFEST, ROWS, AGGREGATE):
        shutil.copyfile(options.run / name, target / name)
    print(f"{target} now holds the run of {manifest.started:%-d %B %Y %H:%M} UTC.")
    return 0


def _judge(options: argparse.Namespace, settings: Settings) -> int:
    from eval.judge import judge_run

    with closing(BoardQA.open(settings)) as service:
        llm = service.language_model()
    if llm is None:
        raise UsageError("No language model is set.", f"Set {variable('llm_url')} and {variable('llm_model')}.")
    questions = read_run_questions(options.run)
    answers, _ = read_answers(options.run / ANSWERS)
    with _progress() as told:
        judgements = judge_run(llm, questions, answers, options.run, told)
    for name in ("faithfulness", "relevancy"):
        marks = [mark for judgement in judgements if (mark := getattr(judgement, name)) is not None]
        print(f"{name}: {sum(marks) / len(marks):.3f} of {len(marks)}" if marks else f"{name}: none judged")
    return 0


def _new(options: argparse.Namespace, settings: Settings) -> int:
    with closing(BoardQA.open(settings)) as service:
        _written(draft(service, options.pack, options.limit), options.out)
    return 0


def _feedback(options: argparse.Namespace, settings: Settings) -> int:
    with closing(BoardQA.open(settings)) as service:
        entries = service.feedback_entries()
        _written(candidates(entries), options.out)
        if options.forget:
            service.forget_feedback([entry.id for entry in entries])
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    path = _set(options.set)
    if options.pages or (options.set == SAMPLES and SAMPLE_PACKS.is_dir()):
        pages = read_pages(options.pages or SAMPLE_PACKS)
    else:
        with closing(BoardQA.open(settings)) as service:
            pages = _indexed_pages(service)
    problems = check(path, pages)
    for problem in problems:
        print(f"{problem.file}:{problem.line}: {problem.id}: {problem.message} {problem.hint}".rstrip())
    questions = read_questions(path)
    drafts = sum(question.state == "draft" for question in questions)
    print(f"{len(questions)} questions, {drafts} of them drafts, {len(problems)} problems")
    return EXIT_FAILED if problems else 0


PARTS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "run": _run,
    "score": _score,
    "compare": _compare,
    "gate": _gate,
    "baseline": _baseline,
    "judge": _judge,
    "new": _new,
    "check": _check,
    "feedback": _feedback,
}


def _set(name: str) -> Path:
    """The file or folder of a set: one of the project's own by name, else a path."""
    own = SETS / name
    path = own if own.is_dir() else Path(name)
    if not path.exists():
        raise QuestionSetError(f"There is no question set {name}.", f"Name a file, a folder, or: {SAMPLES}.")
    return path


def _packs(options: argparse.Namespace) -> Path | None:
    """The folder of the set's packs; None where the everyday index is to be asked."""
    if options.pages is None and options.set != SAMPLES:
        return None
    folder: Path = options.pages or SAMPLE_PACKS
    if not folder.is_dir():
        build = "Build the sample packs with `python -m tests.packs.build build/samples`, or name --set and --pages."
        raise QuestionSetError(f"There is no folder {folder}.", build)
    return folder


def _ingest(service: BoardQA, packs: Path, read_by: Path | None) -> None:
    """Index the packs, all of them anew where ``read_by`` says that another version of the program read them."""
    code = code_sha256("index")
    changed = read_by is not None and read_by.exists() and read_by.read_text(encoding="utf-8") != code
    report = service.ingest([packs], force=changed)
    if report.refused:
        names = ", ".join(refused.file for refused in report.refused)
        raise QuestionSetError(f"Not all packs of the set could be indexed: {names}.", report.refused[0].message)
    if read_by is not None:
        write_text(read_by, code)


def _truth(packs: Path | None) -> dict[str, dict[int, TruePage]]:
    mapped = packs is not None and any(packs.glob("*" + PAGE_MAP))
    return read_pages(packs) if packs is not None and mapped else {}


def _indexed_pages(service: BoardQA) -> dict[str, dict[int, TruePage]]:
    """The pages as the index holds them."""
    return {
        Path(pack.file).stem: {
            page.pdf_page: TruePage(
                pdf_page=page.pdf_page, printed=page.page, text=service.page(pack.pack, page.pdf_page).text
            )
            for page in service.pages(pack.pack)
        }
        for pack in service.packs()
    }


def _rows(folder: Path) -> list[Row]:
    path = folder / ROWS
    if not path.exists():
        raise QuestionSetError(f"{folder} holds no scores.", f"`board-qa eval score {folder}` makes them of a run.")
    return read_rows(path)


def _baseline_rows(folder: Path) -> list[Row] | None:
    return read_rows(folder / ROWS) if (folder / ROWS).exists() else None


def _written(questions: list[GoldQuestion], out: Path | None) -> None:
    if out is None:
        for question in questions:
            print(question.model_dump_json())
    else:
        write_lines(out, questions)
        print(f'{len(questions)} drafts in {out}; edit them and set "state" to "checked".')


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left, on standard error; hears how many are done of how many."""
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("asking", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
