"""Answers worded by a language model, where one is set; what it says passes the same checks as any other answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from llama_index.core.llms import LLM

from index.model import Passage
from index.passages import BULLET
from qa.answer import Draft, Worded, told, unmarked
from qa.breaker import Breaker
from qa.errors import Cause, LanguageModelError
from qa.finder import Found
from qa.generation import Origin, rewrite, write_answer
from qa.model import Question
from qa.progress import Listener, Stage
from qa.question import Analysis
from qa.units import Evidence
from qa.words import stems

log = logging.getLogger(__name__)

FAILED = "The language model could not be used, so the answer is put together of quotes."
BUSY = "The language model is busy with other questions, so the answer is put together of quotes."
UNSUPPORTED = "The language model wrote nothing that the papers bear out, so the answer is put together of quotes."
MISSING = "The papers do not say: {part}"
MOST_WORDS = 100  # up to which quotes are put beside the model's statements
SAID = 0.5  # of the words of a row or list, from which it is not repeated
REWRITE_SHARE = 1 / 3  # of the time for an answer that putting a follow-up in full may take on top


class Wording:
    """Words answers by ``llm``; ``seconds`` is the time for one answer, ``name`` the model's as it is told.

    ``breaker`` keeps questions from a model that fails, and too many from one that is slow.
    """

    def __init__(self, llm: LLM, name: str, seconds: float, breaker: Breaker) -> None:
        self._llm = llm
        self._seconds = seconds
        self._breaker = breaker
        self.name = name

    def standalone(self, asked: Question, listener: Listener) -> str | None:
        """A follow-up as a question that stands alone; None where the rules must do. Raises AnswerStoppedError."""
        if not asked.history:
            return None
        seconds = self._seconds * REWRITE_SHARE
        try:
            with self._breaker.turn():
                return rewrite(self._llm, asked.question, asked.history, seconds=seconds, stopped=listener.stopped)
        except LanguageModelError as error:
            log.warning("follow-up not rewritten: %s", error.cause)
            return None

    def answer(self, found: Found, evidence: Sequence[Evidence], quotes: Sequence[Draft], listener: Listener) -> Worded:
        """The model's answer from the evidence, each statement borne out by it, and what it left out of ``quotes``.

        Where it fails, or nothing of what it wrote stands, the answer is the quotes. Raises AnswerStoppedError.
        """

        def origin(passage: Passage) -> Origin:
            record = found.packs[passage.pack].record
            return Origin(record.body, record.council, record.meeting_date)

        listener.enter(Stage.WORDING)
        try:
            with self._breaker.turn():
                written = write_answer(
                    self._llm,
                    found.question.text,
                    evidence,
                    origin,
                    seconds=self._seconds,
                    stopped=listener.stopped,
                    heard=listener.draft,
                )
        except LanguageModelError as error:
            # Not its message: an endpoint may repeat the question in it
            log.warning("answer not worded: %s", error.cause)
            return Worded(quotes, notes=[BUSY if error.cause is Cause.BUSY else FAILED])
        removed = [f"{each.text} ({each.reason.value})" for each in written.removed]
        if written.not_found:
            return Worded((), removed, by_model=True)
        quotes = [*_quoted(found.question, written.meant, evidence), *quotes]
        if not written.drafts:
            return Worded(completed([], quotes), removed, notes=[UNSUPPORTED])
        return Worded(
            completed(written.drafts, quotes),
            removed,
            by_model=True,
            notes=[MISSING.format(part=written.missing)] if written.missing else [],
            missing=written.missing,
        )


def completed(written: Sequence[Draft], quotes: Sequence[Draft]) -> list[Draft]:
    """The model's statements, then the quotes that they do not say, best first, as far as there is room."""
    drafts = list(written)
    words = sum(len(draft.text.split()) for draft in drafts)
    for quote in quotes:
        length = len(quote.text.split())
        if (not drafts or words + length <= MOST_WORDS) and not _said(quote, drafts):
            drafts.append(quote)
            words += length
    return drafts


def _said(quote: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether statements rest on the evidence of a quote; of a row or list they must also say most."""
    same = [d for d in drafts if any(_overlap(p, e) for p in quote.places for e in d.places)]
    place = quote.places[0]
    if not place.passage.table and not any(BULLET.match(line) for line in place.text.split("\n")[1:]):
        return bool(same)
    theirs = {key for draft in same for key in stems(draft.text)}
    mine = set(stems(quote.text))
    return bool(same) and len(mine & theirs) >= SAID * len(mine)


def _quoted(question: Analysis, meant: Sequence[Evidence], evidence: Sequence[Evidence]) -> Iterator[Draft]:
    """What the model seems to have read, as the extractive reader tells it."""
    for each in meant:
        known = next((e for e in evidence if _overlap(e, each) and e.end - e.start <= each.end - each.start), each)
        yield Draft(unmarked(told(question, known)), (known,))


def _overlap(one: Evidence, other: Evidence) -> bool:
    same = one.passage.pack == other.passage.pack and one.passage.id == other.passage.id
    return same and one.start < other.end and other.start < one.end
