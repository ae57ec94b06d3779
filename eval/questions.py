"""Question sets and the truth of pages: what the evaluation is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import BoardQAError
from qa.model import Question, Turn

PAGE_MAP = ".pages.jsonl"
UNANSWERABLE = "unanswerable"

M = TypeVar("M", bound=BaseModel)


class QuestionSetError(BoardQAError):
    """A question set, answers file or page map cannot be used."""

    code = "question_set"


class GoldQuestion(BaseModel):
    """One question with what a right answer holds; PDF pages count from 1, packs are named by their file's stem."""

    model_config = ConfigDict(frozen=True)

    id: str
    pack: str
    question: str
    kind: str = Field(description="number, decision, …; unanswerable ones must be abstained from")
    must_include: list[list[str]] = Field(description="Facts of the answer, each a list of ways to say it")
    evidence: list[str] = Field(description="Verbatim quotes that hold the answer")
    gold: list[list[int]] = Field(description="For each evidence quote the PDF pages on which it stands")
    also: list[int] = Field(default_factory=list, description="PDF pages that are right to cite too")
    elsewhere: dict[str, list[int]] = Field(default_factory=dict, description="PDF pages of other packs, right too")
    history: list[tuple[str, str]] = Field(default_factory=list, description="Earlier questions and their answers")

    def asked(self) -> Question:
        """The question as a person would put it to the service."""
        return Question(question=self.question, history=[Turn(question=q, answer=a) for q, a in self.history])


class TruePage(BaseModel):
    """One page as it really is: its printed agenda page number and the text of its body."""

    model_config = ConfigDict(frozen=True)

    pdf_page: int
    printed: str | None = None
    text: str


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions of a JSONL set. Raises QuestionSetError."""
    return _read(path, GoldQuestion)


def read_pages(folder: Path) -> dict[str, dict[int, TruePage]]:
    """The true pages of each pack in ``folder``, by pack and PDF page. Raises QuestionSetError."""
    maps = sorted(folder.glob("*" + PAGE_MAP))
    if not maps:
        raise QuestionSetError(f"There is no page map (*{PAGE_MAP}) in {folder}.", "Name the folder with --pages.")
    return {path.name.removesuffix(PAGE_MAP): {p.pdf_page: p for p in _read(path, TruePage)} for path in maps}


def _read(path: Path, model: type[M]) -> list[M]:
    try:
        return [model.model_validate(record) for record in json_lines(path)]
    except ValidationError as error:
        raise QuestionSetError(f"{path} holds something else than expected: {error.errors()[0]['msg']}.") from None


def json_lines(path: Path) -> Iterator[Any]:
    """The JSON value of each line of a file. Raises QuestionSetError."""
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}.", "One JSON object a line is expected.") from None
