"""Scores answers against a question set.

Terms. A *fact* is right when one of its ways to be said stands in the answer as a whole word or number. An answer is
*correct* with all its facts in at most 160 words. A page is *right* when it is one of the evidence's or another named
as right (``also``, ``elsewhere``); a citation is right on a right page. The *ranking* is the distinct pages of an
answer's passages, best first.

grounded_accuracy   share of questions answered correctly with a right citation, or rightly abstained from
answer_correct      share of answerable questions answered correctly
facts               mean share of facts given
cite_hit@1          share whose first citation is right
cite_hit            share with any right citation
evidence_recall     mean share of evidence quotes whose page is cited
cite_precision      mean share of citations that are right
page_recall@k       mean share of evidence quotes whose page is among the first k pages of the ranking
mrr                 mean reciprocal rank: 1 / place of the first right page in the ranking, 0 without one
abstain_recall      share of unanswerable questions abstained from
wrong_abstain       share of answerable questions abstained from
quote_verbatim      mean share of an answer's quotes that stand on the page they cite (near matches on scans count)
printed_page_right  mean share of an answer's citations whose printed page number is the true one; pages whose number
                    is known from the index alone do not count
words_median        words an answer; the upper median
ms_p50, ms_p95      milliseconds an answer that was timed; the upper median, and what 95 in 100 answers stay within

A question without an answer is scored as an empty answer that did not abstain. Where a miss arose: ``eval.stages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from eval.marks import RANKS, Place, Row
from eval.matching import place_of, says, stands_on, unsaid
from eval.questions import GoldQuestion
from eval.runs import Pages
from eval.stages import stage_of
from qa.model import Answer, Citation, Trace

__all__ = ["MAX_WORDS", "says", "score", "stands_on"]

MAX_WORDS = 160  # a right answer that drowns the reader is none


def score(
    questions: Iterable[GoldQuestion],
    answers: Mapping[str, Answer],
    pages: Pages,
    traces: Mapping[str, Trace] = MappingProxyType({}),
) -> list[Row]:
    """One row a question, in order. ``answers`` and ``traces`` by question id, ``pages`` by pack and PDF page."""
    rows = []
    for question in questions:
        answer = answers.get(question.id)
        row = _row(question, answer, pages)
        stage = stage_of(question, answer, row, traces.get(question.id), pages)
        rows.append(replace(row, stage=stage))
    return rows


def _row(question: GoldQuestion, answer: Answer | None, pages: Pages) -> Row:
    text = answer.answer if answer else ""
    citations = answer.citations if answer else []
    answered = answer.answered if answer else None
    right = question.right_places()
    cited = tuple(place_of(citation) for citation in citations)
    row = Row(
        id=question.id,
        kind=question.kind,
        pack=question.pack,
        asker=question.asker,
        question=question.question,
        answer=text,
        expected=tuple(sorted(right, key=lambda place: (place[0] != question.pack, place))),
        cited=cited,
        missing=answer is None,
        answered=answered,
        good=answered is False,
        words=len(text.split()),
        ms=answer.timing_ms.get("total") if answer else None,
        quotes=_mean(_quote_stands(citation, pages) for citation in citations),
        printed=_printed_right(citations, pages),
    )
    if not row.answerable:
        return row
    twins = {(pack, page) for pack, numbers in question.elsewhere.items() for page in numbers}
    ranking = list(dict.fromkeys(place_of(passage) for passage in (answer.passages if answer else [])))
    missed = unsaid(text, question.must_include)
    facts = len(question.must_include)
    hits = [place in right for place in cited]
    lured = any(says(text, lure) for lure in question.must_not_include)
    correct = facts > 0 and not missed and not lured and row.words <= MAX_WORDS
    return replace(
        row,
        good=correct and any(hits),
        correct=correct,
        facts=1 - len(missed) / facts if facts else 0.0,
        facts_missed=tuple(fact[0] for fact in missed if fact),
        hit_first=bool(hits) and hits[0],
        hit=any(hits),
        evidence=_covered(question, twins, cited),
        precision=_mean(hits) or 0.0,
        ranked=tuple(_covered(question, twins, ranking[:rank]) for rank in RANKS),
        reciprocal_rank=next((1 / rank for rank, place in enumerate(ranking, 1) if place in right), 0.0),
    )


def _covered(question: GoldQuestion, twins: set[Place], places: Sequence[Place]) -> float:
    """The share of evidence quotes that have one of their pages (or a twin page) in ``places``."""
    if twins & set(places):
        return 1.0
    return _mean(any((question.pack, page) in places for page in quote) for quote in question.gold) or 0.0


def _quote_stands(citation: Citation, pages: Pages) -> bool:
    pack, number = place_of(citation)
    page = pages.get(pack, {}).get(number)
    return stands_on(citation.quote, page.text if page else "")


def _printed_right(citations: Sequence[Citation], pages: Pages) -> float | None:
    """The share right among citations of pages whose printed number is known from elsewhere than the index.

    None without citations, or when the index had to be believed for all of them; 0 when they cite no page there is.
    """
    found = [
        (citation, pages.get(pack, {}).get(number)) for citation in citations for pack, number in [place_of(citation)]
    ]
    known = [citation.page == page.printed for citation, page in found if page is not None and page.truth]
    if known:
        return _mean(known)
    return None if all(page is not None for _, page in found) else 0.0


def _mean(marks: Iterable[bool]) -> float | None:
    known = list(marks)
    return sum(known) / len(known) if known else None
