"""Asks every question of a set through the service that everyone uses, and keeps the raw answers in a run folder."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePath

from eval.questions import GoldQuestion, TruePage
from eval.runs import (
    ANSWERS,
    MANIFEST,
    PAGES,
    QUESTIONS,
    Manifest,
    RunPage,
    answer_line,
    read_manifest,
    write_lines,
    write_text,
)
from qa.batch import repair
from qa.model import Answer
from qa.service import BoardQA

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ("index", "qa", "prompts")  # whose files make the answers
FIRST_RANKS = 10  # pages of the ranking that are kept with a run

Told = Callable[[int, int], None]  # questions done, of how many


def describe(service: BoardQA, name: str, questions: Sequence[GoldQuestion], engine: str, drafts: int = 0) -> Manifest:
    """What a run of ``questions`` on ``service`` would run on now."""
    identity = service.identity()
    lines = "".join(question.model_dump_json() for question in questions)
    return Manifest(
        set=name,
        set_sha256=hashlib.sha256(lines.encode()).hexdigest(),
        questions=len(questions),
        drafts=drafts,
        engine=engine,
        version=version("board-qa"),
        code_sha256=code_sha256(*PROGRAM),
        commit=_commit(),
        prompts=identity.prompts,
        index_generation=identity.index_generation,
        index_sha256=identity.index_sha256,
        models=identity.models,
        settings=identity.settings,
        started=datetime.now(UTC).replace(microsecond=0),
    )


def generate(service: BoardQA, questions: Sequence[GoldQuestion], manifest: Manifest, folder: Path, told: Told) -> None:
    """Ask ``questions`` and keep the answers in ``folder``; those of an interrupted run that was alike are kept.

    ``told`` hears how many are done of how many, first of those that were there. A run in ``folder`` that ran on
    something else is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answers_file = folder / ANSWERS
    if not _continues(manifest, folder):
        answers_file.unlink(missing_ok=True)
        write_lines(folder / QUESTIONS, questions)
        write_text(folder / MANIFEST, manifest.model_dump_json(indent=1) + "\n")
    answered = repair(answers_file)
    told(len(answered), len(questions))
    service.ready()  # the model is loaded once, so that no answer's time holds that
    with answers_file.open("a", encoding="utf-8") as lines:
        for question in questions:
            if question.id in answered:
                continue
            answer, trace = service.traced(question.asked())
            lines.write(answer_line(question.id, answer, trace))
            lines.flush()
            answered.add(question.id)
            told(len(answered), len(questions))


def keep_pages(
    service: BoardQA,
    questions: Iterable[GoldQuestion],
    answers: Iterable[Answer],
    truth: dict[str, dict[int, TruePage]],
    folder: Path,
) -> None:
    """Write the pages that scores and reports speak of; ``truth`` is of packs that have a page map, by file's stem."""
    wanted: set[tuple[str, int]] = set()
    for question in questions:
        wanted |= question.right_places()
    for answer in answers:
        wanted |= {(PurePath(c.file).stem, c.pdf_page) for c in answer.citations}
        ranked = dict.fromkeys((PurePath(p.file).stem, p.pdf_page) for p in answer.passages)
        wanted |= set(list(ranked)[:FIRST_RANKS])
    packs = {PurePath(pack.file).stem: pack.pack for pack in service.packs()}
    listed = {stem: {page.pdf_page: page for page in service.pages(packs[stem])} for stem in packs}
    kept = []
    for stem, number in sorted(wanted):
        page = listed.get(stem, {}).get(number)
        true = truth.get(stem, {}).get(number)
        if true is not None:
            readable = page is not None and page.readable and not page.blank
            kept.append(RunPage(pack=stem, pdf_page=number, printed=true.printed, text=true.text, readable=readable))
        elif page is not None:
            text = service.page(packs[stem], number).text
            kept.append(
                RunPage(
                    pack=stem,
                    pdf_page=number,
                    printed=page.page,
                    text=text,
                    readable=page.readable and not page.blank,
                    truth=False,
                )
            )
    write_lines(folder / PAGES, kept)


def _continues(manifest: Manifest, folder: Path) -> bool:
    return (folder / MANIFEST).exists() and read_manifest(folder).like(manifest)


def code_sha256(*folders: str) -> str:
    """Of the program's files and prompts in these folders of it."""
    digest = hashlib.sha256()
    for name in folders:
        for path in sorted((ROOT / name).rglob("*")):
            if path.suffix in (".py", ".txt"):
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _commit() -> str | None:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
