"""Answers worded by a language model, where one is set; what it says passes the same checks as any other answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.llms import LLM

from index.errors import BoardQAError
from index.model import Passage
from qa.answer import Draft
from qa.finder import Found
from qa.generation import Origin, rewrite, write_answer
from qa.model import Question
from qa.units import Evidence

log = logging.getLogger(__name__)

FAILED = "The language model could not be used, so the answer is put together of quotes."
UNSUPPORTED = "The language model wrote nothing that the papers bear out, so the answer is put together of quotes."


@dataclass(frozen=True, slots=True)
class Worded:
    """What the model made of a question: statements, those taken out, or a note on why there is nothing of its own.

    ``abstains`` where it says that the papers do not answer.
    """

    drafts: Sequence[Draft] = ()
    removed: Sequence[str] = ()
    abstains: bool = False
    note: str = ""


class Wording:
    """Words answers by ``llm``; ``seconds`` is the time for one answer, ``name`` the model's as it is told."""

    def __init__(self, llm: LLM, name: str, seconds: float) -> None:
        self._llm = llm
        self._seconds = seconds
        self.name = name

    def standalone(self, asked: Question) -> str | None:
        """A follow-up as a question that stands alone; None where the rules must do."""
        if not asked.history:
            return None
        try:
            return rewrite(self._llm, asked.question, asked.history, seconds=self._seconds)
        except BoardQAError as error:
            log.warning("follow-up not rewritten: %s", error.message)
            return None

    def answer(self, found: Found, evidence: Sequence[Evidence]) -> Worded:
        """The model's answer from the evidence, each statement borne out by it."""

        def origin(passage: Passage) -> Origin:
            record = found.packs[passage.pack].record
            pages = ", ".join(str(span.pdf_page) for span in passage.spans)
            return Origin(record.body, record.council, record.meeting_date, pages)

        try:
            written = write_answer(self._llm, found.question.text, evidence, origin, seconds=self._seconds)
        except BoardQAError as error:
            log.warning("answer not worded: %s", error.message)
            return Worded(note=FAILED)
        if written.not_found:
            return Worded(abstains=True)
        removed = [f"{each.text} ({each.reason.value})" for each in written.removed]
        return Worded(written.drafts, removed, note="" if written.drafts else UNSUPPORTED)
