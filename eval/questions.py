"""Question sets and the truth of pages: what the evaluation is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

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
    must_not_include: list[str] = Field(
        default_factory=list, description="What a right answer never says, such as a lure"
    )
    evidence: list[str] = Field(description="Verbatim quotes that hold the answer")
    gold: list[list[int]] = Field(description="For each evidence quote the PDF pages on which it stands")
    also: list[int] = Field(default_factory=list, description="PDF pages that are right to cite too")
    elsewhere: dict[str, list[int]] = Field(default_factory=dict, description="PDF pages of other packs, right too")
    history: list[tuple[str, str]] = Field(default_factory=list, description="Earlier questions and their answers")
    answer: str = Field("", description="A right answer in a sentence, for people who read the report")
    asker: str = Field("", description="Whose way of asking it is: councillor or officer")
    state: Literal["draft", "checked"] = Field("checked", description="Drafts are left out until a person checked them")
    note: str = Field("", description="What a person who checks it should know")

    def right_places(self) -> set[tuple[str, int]]:
        """Every pack and PDF page that is right to cite."""
        own = {*self.also, *(page for quote in self.gold for page in quote)}
        twins = {(pack, page) for pack, pages in self.elsewhere.items() for page in pages}
        return twins | {(self.pack, page) for page in own}

    def asked(self) -> Question:
        """The question as a person would put it to the service."""
        return Question(question=self.question, history=[Turn(question=q, answer=a) for q, a in self.history])


class TruePage(BaseModel):
    """One page as it really is: its printed agenda page number and the text of its body."""

    model_config = ConfigDict(frozen=True)

    pdf_page: int
    printed: str | None = None
    text: str


def question_files(path: Path) -> list[Path]:
    """The JSONL files of a set: itself, or those in the folder. Raises QuestionSetError where there are none."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    files = [file for file in files if not file.name.endswith(PAGE_MAP)]
    if not files:
        raise QuestionSetError(f"There is no question file (*.jsonl) in {path}.", "One JSON object a line is expected.")
    return files


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions of a set: a JSONL file, or a folder of such files. Raises QuestionSetError."""
    questions = [question for file in question_files(path) for question in _read(file, GoldQuestion)]
    met: set[str] = set()
    for question in questions:
        if question.id in met:
            raise QuestionSetError(f"{path} has two questions {question.id}.", "Each id stands for one question.")
        met.add(question.id)
    return questions


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
