"""Where a miss arose: the earliest stage at which a question's right answer was lost, by rule.

The stages in the order in which an answer passes them, so the first that holds is the cause: a page that was never
retrieved explains an abstention as well as a wrong answer, and only what was read can be wrongly abstained from.
A wrong page label alone is no miss by the terms of ``eval.score``, but an officer who turns to that page finds
nothing, so good answers are held to it too.

What had to be found depends on what was lost. An answer that lacks facts needed, for each, an evidence quote that
gives it (every quote where one is given by none in the words of the question set); one that says all but cites no
right page, or drowns it, needed any right page. A quote is reached through any page on which it stands, or a twin.

Answers of ``board-qa ask --batch`` have no trace: their passages then stand for what was retrieved, a page that was
retrieved counts as read, and "not in the reader's window" is never told. "Verified away" is never told without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from eval.marks import Place, Row
from eval.matching import place_of, says, unsaid
from eval.questions import GoldQuestion
from eval.runs import Pages
from qa.model import Answer, Citation, RankedPassage, Status, Trace, TracedPage

NO_ANSWER = "no answer"
SHOULD_HAVE_ABSTAINED = "should have abstained"
UNREADABLE = "page unreadable"
NEVER_RETRIEVED = "passage never retrieved"
NOT_IN_WINDOW = "retrieved but not in the reader's window"
VERIFIED_AWAY = "verified away"
WRONGLY_ABSTAINED = "wrongly abstained"
WRONG_SPAN = "read but wrong span"
WRONG_LABEL = "wrong page label"

STAGES: dict[str, str] = {
    NO_ANSWER: "The run holds no answer to the question.",
    SHOULD_HAVE_ABSTAINED: "The papers do not answer the question, but an answer was given.",
    UNREADABLE: "No text could be had from any page on which the evidence stands.",
    NEVER_RETRIEVED: "No passage found for the question stands on a page of the evidence.",
    NOT_IN_WINDOW: "A passage of the evidence's page was found, but ranked too low to be read.",
    VERIFIED_AWAY: "The right statement was drafted, but the last check took it out.",
    WRONGLY_ABSTAINED: "The evidence's page was read, or nothing was searched, and the question was abstained from.",
    WRONG_SPAN: "The evidence's page was read, but the answer lacks a fact, drowns it, or rests on another page.",
    WRONG_LABEL: "The answer is right, but a printed page number in its citations is not the page's own.",
}


def stage_of(question: GoldQuestion, answer: Answer | None, row: Row, trace: Trace | None, pages: Pages) -> str | None:
    """The stage (a key of ``STAGES``) at which the answer marked by ``row`` was lost; None for a good one."""
    if answer is None:
        return NO_ANSWER
    if row.good:
        return WRONG_LABEL if _mislabelled(answer, pages) else None
    if not row.answerable:
        return SHOULD_HAVE_ABSTAINED
    return _lost(question, answer, row, trace, pages)


def _lost(question: GoldQuestion, answer: Answer, row: Row, trace: Trace | None, pages: Pages) -> str:
    lacking = unsaid(answer.answer, question.must_include)
    needed = _needed(question, lacking)
    if any(all(_unreadable(place, pages) for place in places) for places in needed):
        return UNREADABLE
    seen = _places(trace.read, trace.drafted) if trace else set()
    seen |= set(row.cited)
    retrieved = seen | _places(trace.retrieved if trace else answer.passages)
    if answer.status is Status.OUT_OF_SCOPE and not retrieved:
        return WRONGLY_ABSTAINED  # turned away before anything was searched
    if any(not places & retrieved for places in needed):
        return NEVER_RETRIEVED
    if trace and any(not places & seen for places in needed):
        return NOT_IN_WINDOW
    if trace and _verified_away(question, answer, row, trace, lacking):
        return VERIFIED_AWAY
    return WRONG_SPAN if answer.answered else WRONGLY_ABSTAINED


def _needed(question: GoldQuestion, lacking: Sequence[Sequence[str]]) -> list[set[Place]]:
    """The places of each thing that had to be found, one of them enough."""
    if not lacking and question.must_include:
        needed = [question.right_places()]
    else:
        quotes = _quotes(question)
        giving = [[places for quote, places in quotes if any(says(quote, way) for way in fact)] for fact in lacking]
        told = all(giving) and bool(giving)
        needed = [set[Place]().union(*some) for some in giving] if told else [places for _, places in quotes]
    return [places for places in needed if places]


def _quotes(question: GoldQuestion) -> list[tuple[str, set[Place]]]:
    """Each evidence quote with the places that hold it or its twin."""
    twins = {(pack, page) for pack, numbers in question.elsewhere.items() for page in numbers}
    wording = chain(question.evidence, repeat(""))
    return [
        (quote, twins | {(question.pack, page) for page in gold})
        for quote, gold in zip(wording, question.gold, strict=False)
    ]


def _verified_away(
    question: GoldQuestion, answer: Answer, row: Row, trace: Trace, lacking: Sequence[Sequence[str]]
) -> bool:
    """Whether the last check took out a lacking fact, the only statement on a right page, or all there was."""
    if not trace.removed:
        return False
    if any(says(statement, way) for statement in trace.removed for fact in lacking for way in fact):
        return True
    drafted_right = bool(_places(trace.drafted) & question.right_places())
    return drafted_right and not row.hit and (not lacking or not answer.answered)


def _mislabelled(answer: Answer, pages: Pages) -> bool:
    for citation in answer.citations:
        pack, number = place_of(citation)
        page = pages.get(pack, {}).get(number)
        if page is not None and page.truth and page.printed != citation.page:
            return True
    return False


def _unreadable(place: Place, pages: Pages) -> bool:
    page = pages.get(place[0], {}).get(place[1])
    return page is not None and not page.readable


def _places(*several: Iterable[Citation | RankedPassage | TracedPage]) -> set[Place]:
    return {place_of(page) for pages in several for page in pages}
