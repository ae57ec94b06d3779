"""A run on disk: a folder that holds all that scoring and reports need, so that nothing is asked twice.

run.json         what the run ran on: ``Manifest``
questions.jsonl  the question set as it was asked
answers.jsonl    one object a line: the answer object, ``id`` and ``trace`` (how the answer came about)
pages.jsonl      every page that is expected, cited or in the first ranks: ``RunPage``
questions.csv, aggregate.json and the reports are made from these four and can be made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.questions import GoldQuestion, QuestionSetError, json_lines, read_questions
from qa.model import Answer, Trace

MANIFEST = "run.json"
QUESTIONS = "questions.jsonl"
ANSWERS = "answers.jsonl"
PAGES = "pages.jsonl"
ROWS = "questions.csv"
AGGREGATE = "aggregate.json"


class Manifest(BaseModel):
    """What a run ran on; runs that differ in nothing but ``started`` and ``commit`` give the same answers."""

    model_config = ConfigDict(frozen=True)

    set: str = Field(description="Name of the question set")
    set_sha256: str = Field(description="Of its questions")
    questions: int = Field(description="How many there are")
    drafts: int = Field(0, description="How many more were left out as drafts")
    engine: str = Field(description="extractive or llm")
    version: str = Field(description="Of board-qa")
    code_sha256: str = Field(description="Of the program's files and prompts")
    commit: str | None = Field(description="Git commit; null outside git")
    index_generation: int = Field(description="Of the index; raised by every change")
    index_sha256: str = Field(description="Of the indexed packs")
    models: dict[str, str] = Field(description="Name of each model by what it does")
    settings: dict[str, str] = Field(description="Settings that answers depend on")
    prompts: dict[str, str] = Field(description="Version of each prompt by name")
    started: datetime

    def like(self, other: Manifest) -> bool:
        """Whether both would give the same answers."""
        aside = {"started", "commit", "index_generation"}
        return self.model_dump(exclude=aside) == other.model_dump(exclude=aside)


class RunPage(BaseModel):
    """One page as it really is; where no page map tells the truth, the index has to be believed."""

    model_config = ConfigDict(frozen=True)

    pack: str = Field(description="Its file's stem")
    pdf_page: int
    printed: str | None
    text: str
    readable: bool = Field(True, description="Whether text was found on it when it was indexed")
    truth: bool = Field(True, description="Whether a page map tells so, else it is what the index holds")


Pages = Mapping[str, Mapping[int, RunPage]]


def read_manifest(folder: Path) -> Manifest:
    """What a run ran on. Raises QuestionSetError where ``folder`` is no run."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        raise QuestionSetError(f"{folder} is no run of an evaluation.", "`board-qa eval run` makes one.") from None


def read_run_questions(folder: Path) -> list[GoldQuestion]:
    """The questions of a run. Raises QuestionSetError."""
    return read_questions(folder / QUESTIONS)


def read_answers(path: Path) -> tuple[dict[str, Answer], dict[str, Trace]]:
    """Answers and, where told, their traces by id, out of a file of a run or of ``ask --batch``.

    Raises QuestionSetError.
    """
    answers, traces = {}, {}
    for record in json_lines(path):
        try:
            identity = str(record["id"])
            answers[identity] = Answer.model_validate(record)
            if "trace" in record:
                traces[identity] = Trace.model_validate(record["trace"])
        except (KeyError, TypeError, ValueError):
            hint = "`board-qa eval run` and `board-qa ask --batch` write such files."
            raise QuestionSetError(f"{path} holds a line that is no answer.", hint) from None
    return answers, traces


def read_run_pages(folder: Path) -> dict[str, dict[int, RunPage]]:
    """The pages of a run by pack and PDF page. Raises QuestionSetError."""
    pages: dict[str, dict[int, RunPage]] = {}
    try:
        for record in json_lines(folder / PAGES):
            page = RunPage.model_validate(record)
            pages.setdefault(page.pack, {})[page.pdf_page] = page
    except ValidationError:
        raise QuestionSetError(f"{folder / PAGES} holds something else than pages.", "Run the set again.") from None
    return pages


def write_lines(path: Path, models: Iterable[BaseModel]) -> None:
    """Write one JSON object a line, all or nothing."""
    write_text(path, "".join(model.model_dump_json() + "\n" for model in models))


def write_text(path: Path, text: str) -> None:
    """Write a file, all or nothing."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def answer_line(identity: str, answer: Answer, trace: Trace) -> str:
    """One line of a run's answers."""
    record = {"id": identity, **answer.model_dump(mode="json"), "trace": trace.model_dump(mode="json")}
    return json.dumps(record, ensure_ascii=False) + "\n"
