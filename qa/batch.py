"""Many questions from a file into a file of answers, resumable: one JSON object a line on both sides."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from index.errors import UnknownPackError
from qa.errors import EmptyQuestionError, QuestionTooLongError, UsageError
from qa.model import Filters, Question

if TYPE_CHECKING:
    from qa.service import BoardQA

Identity = str | int
# What is wrong with one question only; any other error would meet every question and ends the batch.
QUESTION_ERRORS = (EmptyQuestionError, QuestionTooLongError, UnknownPackError)


@dataclass
class BatchCounts:
    """How many questions were answered now, were answered before, and could not be asked."""

    answered: int = 0
    skipped: int = 0
    failed: int = 0


class _BadLineError(Exception):
    """The line is no question; the message says why."""


def ask_batch(
    service: BoardQA, questions: Path, answers: Path, filters: Filters, failed: Callable[[int, str], None]
) -> BatchCounts:
    """Ask every question of the file ``questions`` and append each answer with its ``id`` to ``answers``.

    A question line is ``{"id", "question", "history"?, "filters"?}``; other keys are passed over. A line's own
    filters win over ``filters``. Ids that ``answers`` already holds are skipped; a line of ``answers`` that was cut
    short by a crash is dropped first. ``failed`` is told the line number (from 1) and the reason of each line that
    cannot be asked; the others go on. Raises UsageError where a file cannot be read or written.
    """
    counts = BatchCounts()
    if questions.resolve() == answers.resolve():
        raise UsageError("--batch and --out name the same file.", "Give the answers a file of their own.")
    try:
        answered = repair(answers)
        met: set[Identity] = set()
        service.ready()  # with its model loaded it answers many questions in half the time
        with questions.open("rb") as source, answers.open("a", encoding="utf-8") as sink:
            for number, raw in enumerate(source, 1):
                if not raw.strip():
                    continue
                try:
                    identity, question = _read_question(raw, filters)
                    if identity in met:
                        raise _BadLineError(f"the id {identity!r} stands on an earlier line too")
                    met.add(identity)
                    if identity in answered:
                        counts.skipped += 1
                        continue
                    answer = service.ask(question)
                except _BadLineError as error:
                    counts.failed += 1
                    failed(number, str(error))
                except QUESTION_ERRORS as error:
                    counts.failed += 1
                    failed(number, error.message)
                else:
                    line = {"id": identity, **answer.model_dump(mode="json")}
                    sink.write(json.dumps(line, ensure_ascii=False) + "\n")
                    sink.flush()
                    counts.answered += 1
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}.", "Check the paths of --batch and --out.") from None
    return counts


def _read_question(raw: bytes, filters: Filters) -> tuple[Identity, Question]:
    """One line of the question file; raises _BadLineError."""
    try:
        record = json.loads(raw.decode("utf-8-sig"))
    except ValueError as error:
        raise _BadLineError(f"no JSON: {error}") from None
    if not isinstance(record, dict):
        raise _BadLineError("no JSON object")
    identity = record.get("id")
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise _BadLineError('"id" is missing, or neither text nor a whole number')
    try:
        own = Filters.model_validate(record.get("filters") or {})
        merged = filters.model_copy(update=own.model_dump(exclude_unset=True, by_alias=False))
        question = Question.model_validate(
            {"question": record.get("question"), "history": _turns(record.get("history")), "filters": merged}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _BadLineError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return identity, question


def _turns(history: object) -> object:
    """Earlier turns as objects; question sets write them as ["question", "answer"] pairs too."""
    if not isinstance(history, list):
        return history or []
    return [
        dict(zip(("question", "answer"), turn, strict=False)) if isinstance(turn, list) else turn for turn in history
    ]


def repair(answers: Path) -> set[Identity]:
    """The ids in ``answers``, after cutting off a last line that a crash left unfinished; none for a missing file.

    Raises UsageError where another line is no answer: the file then is something else and is left as it is.
    """
    if not answers.exists():
        return set()
    content = answers.read_bytes()
    identities: set[Identity] = set()
    kept = 0
    for number, raw in enumerate(content.splitlines(keepends=True), 1):
        try:
            if not raw.isspace():
                identities.add(json.loads(raw)["id"])
        except (ValueError, KeyError, TypeError):
            if not raw.startswith(b"{") or kept + len(raw) != len(content):
                raise UsageError(
                    f"{answers}:{number}: this is no answer.", "Name a new file for --out, or one that --batch wrote."
                ) from None
            break
        kept += len(raw)
    if kept != len(content):
        os.truncate(answers, kept)
    elif content and not content.endswith(b"\n"):
        with answers.open("ab") as sink:
            sink.write(b"\n")
    return identities
