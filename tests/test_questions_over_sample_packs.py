"""Questions over the sample packs: whatever is answered, it is told with words that are really there."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from eval.questions import UNANSWERABLE, GoldQuestion, read_questions
from index.model import Box, Page
from index.store import Store
from qa.model import Answer, Question, Status
from qa.service import BoardQA

QUESTIONS = Path(__file__).resolve().parents[1] / "eval" / "data" / "samples"
FIGURE = re.compile(r"\d[\d,.]*\d|\d")
USUAL_WORDS, MOST_WORDS = 80, 160
LEAST_PASSAGES = 10


@pytest.fixture(scope="module")
def asked(service: BoardQA) -> list[tuple[GoldQuestion, Answer]]:
    # every sixth: the evaluation, which runs before the tests, asks them all
    return [(question, service.ask(question.asked())) for question in read_questions(QUESTIONS)[::6]]


@pytest.fixture(scope="module")
def answers(asked: list[tuple[GoldQuestion, Answer]]) -> list[Answer]:
    return [answer for _, answer in asked]


@pytest.fixture(scope="module")
def truth(sample_packs: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """What is known of each page, by pack and PDF page."""
    return {
        (path.name.removesuffix(".pages.jsonl"), page["pdf_page"]): page
        for path in sample_packs.glob("*.pages.jsonl")
        for page in map(json.loads, path.read_text("utf-8").splitlines())
    }


@pytest.fixture(scope="module")
def store(indexed: Path) -> Iterator[Store]:
    with Store(indexed) as opened:
        yield opened


def flat(text: str) -> str:
    return " ".join(text.split())


def test_every_quote_stands_word_for_word_on_its_page(answers: list[Answer], service: BoardQA) -> None:
    missing = [
        (answer.question, citation.quote)
        for answer in answers
        for citation in answer.citations
        if flat(citation.quote) not in flat(service.page(citation.pack, citation.pdf_page).text)
    ]
    assert missing == []


def test_every_citation_tells_the_number_printed_on_its_page(
    answers: list[Answer], truth: dict[tuple[str, int], dict[str, Any]]
) -> None:
    for answer in answers:
        for place in [*answer.citations, *answer.passages]:
            assert place.page == truth[place.pack, place.pdf_page]["printed"], (place.pack, place.pdf_page)


def test_boxes_lie_over_the_quoted_words(answers: list[Answer], store: Store) -> None:
    for answer in answers:
        for citation in answer.citations:
            page = store.page(citation.pack, citation.pdf_page)
            assert page is not None
            assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in citation.boxes)
            quoted, marked = Counter(citation.quote.split()), Counter(words_in(page, citation.boxes))
            assert quoted - marked == Counter(), (citation.pack, citation.pdf_page, citation.quote)
            # a box may take in a word that stands in the same line or row, never whole other lines
            assert sum((marked - quoted).values()) <= 2 + sum(quoted.values()) // 4, citation.quote


def words_in(page: Page, boxes: list[Box]) -> list[str]:
    return [
        part
        for line in page.lines
        for word in line.words
        for part in word.text.split()
        if any(
            x0 <= (word.box[0] + word.box[2]) / 2 <= x1 and y0 <= (word.box[1] + word.box[3]) / 2 <= y1
            for x0, y0, x1, y1 in boxes
        )
    ]


def test_every_figure_told_stands_on_a_cited_page(answers: list[Answer], service: BoardQA) -> None:
    for answer in answers:
        for claim in answer.claims:
            places = [answer.citations[n - 1] for n in claim.citations]
            # a table that goes on has its header on the page before
            pages = {(p.pack, max(1, p.pdf_page - back)) for p in places for back in (0, 1)}
            there = set(FIGURE.findall(" ".join(service.page(*page).text for page in pages)))
            assert set(FIGURE.findall(claim.text)) <= there, claim.text


def test_every_claim_is_cited_and_every_citation_is_used(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.answered is (answer.status in (Status.ANSWERED, Status.PARTIAL)) is bool(answer.claims)
        assert all(claim.citations for claim in answer.claims)
        used = [n for claim in answer.claims for n in claim.citations]
        assert sorted(set(used)) == [citation.n for citation in answer.citations]
        assert sorted(map(int, re.findall(r"\[(\d+)\]", answer.answer))) == sorted(used)


def test_answers_are_short(answers: list[Answer]) -> None:
    lengths = [len(answer.answer.split()) for answer in answers if answer.answered]
    assert statistics.median(lengths) <= USUAL_WORDS
    assert max(lengths) <= MOST_WORDS


def test_the_ranking_comes_with_every_answer_best_first(answers: list[Answer]) -> None:
    for answer in answers:
        if answer.status is not Status.OUT_OF_SCOPE:
            assert len(answer.passages) >= LEAST_PASSAGES, answer.question
        scores = [passage.score for passage in answer.passages]
        assert scores == sorted(scores, reverse=True)


def test_no_exempt_page_is_shown(answers: list[Answer], truth: dict[tuple[str, int], dict[str, Any]]) -> None:
    shown = {(p.pack, p.pdf_page) for answer in answers for p in [*answer.citations, *answer.passages]}
    assert [place for place in shown if truth[place]["access"] == "exempt"] == []


def test_most_answers_hold_what_was_asked_and_cite_where_it_stands(asked: list[tuple[GoldQuestion, Answer]]) -> None:
    """Far below what the evaluation asks for: this only tells an engine that is broken."""
    right = [
        all(any(way.lower() in answer.answer.lower() for way in ways) for ways in gold.must_include)
        and any(c.pdf_page in (p for pages in gold.gold for p in pages) for c in answer.citations)
        for gold, answer in asked
        if gold.kind != UNANSWERABLE
    ]
    assert sum(right) >= 0.4 * len(right)


def test_many_at_once_get_the_answers_that_each_gets_alone(
    asked: list[tuple[GoldQuestion, Answer]], service: BoardQA
) -> None:
    some = asked[::4]
    with ThreadPoolExecutor(8) as threads:
        again = list(threads.map(lambda pair: service.ask(pair[0].asked()), some))
    assert [answer.model_dump(exclude={"timing_ms"}) for answer in again] == [
        answer.model_dump(exclude={"timing_ms"}) for _, answer in some
    ]


def test_an_answer_out_of_a_table_tells_row_and_column(service: BoardQA) -> None:
    answer = service.ask(Question(question="How many weeks would it take to put steel beams below the planks?"))
    assert "31" in answer.answer
    assert "Weeks" in answer.answer
    assert answer.citations[0].pack == "kestrel-vale-board-2024-09-25"
