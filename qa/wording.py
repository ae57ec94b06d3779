"""Answers worded by a language model, where one is set; what it says passes the same checks as any other answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from llama_index.core.llms import LLM

from index.model import Passage
from index.passages import BULLET
from index.records import StoredPack
from qa.answer import Draft, Worded, told, unmarked
from qa.breaker import Breaker
from qa.errors import Cause, LanguageModelError
from qa.generation import Origin, rewrite, write_answer
from qa.grounding import Reason
from qa.held import held
from qa.model import Question
from qa.progress import Listener, Stage
from qa.question import Analysis, Wanted
from qa.units import Evidence
from qa.verify import figures_stand
from qa.words import stems

log = logging.getLogger(__name__)

FAILED = "The language model could not be used, so the answer is put together of quotes."
BUSY = "The language model is busy with other questions, so the answer is put together of quotes."
UNSUPPORTED = "The language model wrote nothing that the papers bear out, so the answer is put together of quotes."
MISSING = "The language model found nothing on: {part}"
MOST_WORDS = 140  # of the quotes and the model's statements together; what the model wrote last is left out first
SAID = 0.5  # of the words of a row or item of a list, from which it is not repeated
# Kinds of answer that a statement must not leave out
TOLD = frozenset({Wanted.MONEY, Wanted.PERCENT, Wanted.COUNT, Wanted.DATE, Wanted.PERSON})
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

    def answer(
        self,
        question: Analysis,
        packs: Mapping[str, StoredPack],
        evidence: Sequence[Evidence],
        quotes: Sequence[Draft],
        listener: Listener,
    ) -> Worded:
        """The model's answer from the evidence, each statement borne out by it, and what it left out of ``quotes``.

        Where it fails, or nothing of what it wrote stands, the answer is the quotes. Raises AnswerStoppedError.
        """

        def origin(passage: Passage) -> Origin:
            record = packs[passage.pack].record
            return Origin(record.body, record.council, record.meeting_date)

        listener.enter(Stage.WORDING)
        try:
            with self._breaker.turn():
                written = write_answer(
                    self._llm,
                    question.text,
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
        stood = [draft for draft in written.drafts if figures_stand(draft)]
        removed += [f"{draft.text} ({Reason.FIGURE.value})" for draft in written.drafts if draft not in stood]
        drafts = completed(question, stood, list(_quoted(question, written.meant, evidence)), quotes)
        if not any(draft in stood for draft in drafts):
            return Worded(drafts, removed, notes=[] if stood else [UNSUPPORTED])
        return Worded(
            drafts,
            removed,
            by_model=True,
            notes=[MISSING.format(part=written.missing)] if written.missing else [],
            missing=written.missing,
        )


def completed(
    question: Analysis, written: Sequence[Draft], read: Sequence[Draft], quotes: Sequence[Draft]
) -> list[Draft]:
    """The model's statements, what it seems to have ``read``, then the quotes that these do not say, best first.

    A quote stands in the place of statements that say less of it than is asked; every quote is told, as models leave
    out what matters as often as not. Where a figure, date or name is asked for, statements that rest on nothing of the
    kind are left out for those that do: models like to begin with what a report is about.
    """
    telling = [draft for draft in written if _tells(question, draft)]
    drafts = telling if any(_tells(question, draft) for draft in (*telling, *quotes)) else list(written)
    own = [*drafts, *(draft for draft in read if _tells(question, draft) and not _said(question, draft, drafts))]
    room = MOST_WORDS - sum(len(quote.text.split()) for quote in quotes if not _said(question, quote, own))
    drafts = []
    for draft in own:
        room -= len(draft.text.split())
        if room >= 0:
            drafts.append(draft)
    for quote in quotes:
        if not _said(question, quote, drafts):
            less = [draft for draft in drafts if draft in written and _within(draft, quote)]
            drafts.insert(drafts.index(less[0]) if less else len(drafts), quote)
            drafts = [draft for draft in drafts if draft not in less]
    return drafts


def _within(draft: Draft, quote: Draft) -> bool:
    """Whether a statement rests on nothing but what a quote says whole."""
    return all(any(_overlap(place, whole) for whole in quote.places) for place in draft.places)


def _tells(question: Analysis, draft: Draft) -> bool:
    """Whether a statement rests on what holds a kind of answer that is asked for."""
    return not question.wanted & TOLD or any(held(question, place) & TOLD for place in draft.places)


def _said(question: Analysis, quote: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether statements rest on the evidence of a quote and say what of it is asked for: the figure, date or name,
    most of a row, and of a list each of its items."""
    same = [d for d in drafts if any(_overlap(p, e) for p in quote.places for e in d.places)]
    if not same:
        return False
    place, said = quote.places[0], " ".join(draft.text for draft in same)
    if (held(question, place) & TOLD) - _held(question, place, said):
        return False
    parts = [place.text] if place.passage.table else _items(place.text)
    theirs = set(stems(said))
    return all(len(mine & theirs) >= SAID * len(mine) for part in parts if (mine := set(stems(part))))


def _items(text: str) -> list[str]:
    """The items of a list after its lead-in."""
    found: list[str] = []
    for line in text.split("\n")[1:]:
        if BULLET.match(line):
            found.append(line)
        elif found:
            found[-1] += f" {line}"
    return found


def _held(question: Analysis, place: Evidence, text: str) -> frozenset[Wanted]:
    told = replace(place.passage, text=text, table=False)
    return held(question, Evidence(told, 0, len(text), ""))


def _quoted(question: Analysis, meant: Sequence[Evidence], evidence: Sequence[Evidence]) -> Iterator[Draft]:
    """What the model seems to have read, as the extractive reader tells it."""
    for each in meant:
        known = next((e for e in evidence if _overlap(e, each) and e.end - e.start <= each.end - each.start), each)
        yield Draft(unmarked(told(question, known)), (known,))


def _overlap(one: Evidence, other: Evidence) -> bool:
    same = one.passage.pack == other.passage.pack and one.passage.id == other.passage.id
    return same and one.start < other.end and other.start < one.end
