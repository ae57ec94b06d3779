"""Asks every question of a set as a user would and keeps the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from eval.questions import GoldQuestion, QuestionSetError, json_lines
from qa.model import Answer, Question


def generate(ask: Callable[[Question], Answer], questions: Iterable[GoldQuestion], out: Path) -> dict[str, Answer]:
    """Ask ``questions`` and write the answers to ``out``, one JSON object with its ``id`` a line; answers by id."""
    answers: dict[str, Answer] = {}
    with out.open("w", encoding="utf-8") as lines:
        for question in questions:
            answer = ask(question.asked())
            answers[question.id] = answer
            record = {"id": question.id, **answer.model_dump(mode="json")}
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    return answers


def read_answers(path: Path) -> dict[str, Answer]:
    """Answers by id, out of a file that ``generate`` or ``board-qa ask --batch`` wrote. Raises QuestionSetError."""
    answers = {}
    for record in json_lines(path):
        try:
            answers[str(record["id"])] = Answer.model_validate(record)
        except (KeyError, TypeError, ValueError):
            raise QuestionSetError(
                f"{path} holds a line that is no answer.", "Write it with `board-qa ask --batch`."
            ) from None
    return answers
