"""Answers worded by a language model, through the whole service: borne out, told which engine, never left without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from qa.model import Answer, Question, Status, Turn
from qa.progress import AnswerStoppedError, Listener, Stage
from qa.service import BoardQA
from qa.settings import Settings
from tests.fake_endpoint import Endpoint, Request, endpoint

QUESTION = "How many children in Thornmere had teeth out under anaesthetic in 2022/23?"
FACT = "214 children had had teeth taken out under general anaesthetic"
KEPT = {"url", "requests", "closed"}  # of an endpoint, when its behaviour changes

Ask = Callable[[Endpoint, str], Answer]


@contextmanager
def opened(indexed: Path, behaviour: Endpoint, timeout: float = 20) -> Iterator[BoardQA]:
    """A service over the sample packs whose language model behaves like that."""
    with endpoint(behaviour) as there:
        service = BoardQA.open(Settings(data=indexed, llm_url=there.url, llm_model="fake", llm_timeout=timeout))
        try:
            yield service
        finally:
            service.close()


@pytest.fixture(scope="module")
def assisted(indexed: Path) -> Iterator[tuple[BoardQA, Endpoint]]:
    """One service for all tests, and the endpoint of its language model."""
    behaviour = Endpoint()
    with opened(indexed, behaviour) as service:
        service.breaker._most = 10**9  # some of them fail on purpose; the breaker has tests of its own
        yield service, behaviour


@pytest.fixture
def ask(assisted: tuple[BoardQA, Endpoint]) -> Ask:
    """Asks a question of a model that behaves like the endpoint given."""
    service, there = assisted

    def asked(behaviour: Endpoint, question: str = QUESTION, listener: Listener | None = None) -> Answer:
        for each in fields(Endpoint):
            if each.name not in KEPT:
                setattr(there, each.name, getattr(behaviour, each.name))
        there.closed.clear()
        there.requests.clear()
        given = Question(question=question)
        return service.ask(given) if listener is None else service.ask(given, listener)

    return asked


def keyed(request: Request, words: str = FACT) -> str:
    """The key of the evidence that has these words."""
    return request.asked[: request.asked.index(words)].rpartition("\n[")[2][:3]


def told(answer: Answer) -> str:
    """Everything of an answer that a person reads as said by the papers."""
    return " ".join([answer.answer, *(claim.text for claim in answer.claims)])


def says(*sentences: str, about: str = FACT) -> Endpoint:
    """A model that says these sentences; KEY in them stands for the key of the evidence about something."""
    return Endpoint(says=lambda request: " ".join(sentences).replace("KEY", keyed(request, about)))


def test_a_statement_that_the_papers_bear_out_is_told_with_its_page(ask: Ask) -> None:
    answer = ask(says("In 2022/23, 214 children had teeth taken out [KEY]."))
    assert answer.engine == "llm:fake"
    assert answer.answer.startswith("In 2022/23, 214 children had teeth taken out. [1]")
    assert FACT in answer.citations[0].quote
    assert answer.notes == []


def test_the_quotes_that_the_model_left_out_stand_beside_its_words_once(ask: Ask, service: BoardQA) -> None:
    quotes = [claim.text for claim in service.ask(Question(question=QUESTION)).claims]
    answer = ask(says("In 2022/23, 214 children had teeth taken out [KEY]."))
    beside = [claim.text for claim in answer.claims[1:]]
    assert beside == [quote for quote in quotes if FACT not in quote]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2022/23, 977 children had teeth taken out under general anaesthetic [KEY].",
        "In 2022/23, 214 children in Harwood Sands had teeth taken out under general anaesthetic [KEY].",
        "In 2019/20, 214 children had had teeth taken out under general anaesthetic [KEY].",
        "In 2022/23, 977 children had had teeth taken out under general anaesthetic [Z9Z].",
        "In 2022/23, 977 children had had teeth taken out under general anaesthetic (Smith report, page 4021).",
        "977 children had had teeth taken out under general anaesthetic, see page 4021 [4021].",
    ],
)
def test_what_is_invented_is_never_told_and_the_papers_own_words_stand_in_its_place(ask: Ask, sentence: str) -> None:
    answer = ask(says(sentence))
    for invented in ("977", "Harwood", "2019/20", "4021", "Z9Z"):
        assert invented not in told(answer)
    assert answer.engine == "extractive"
    assert FACT in answer.claims[0].text
    assert all(citation.pdf_page < 200 for citation in answer.citations)
    assert any("bear out" in note for note in answer.notes)


def test_an_invented_sentence_among_true_ones_is_taken_out_and_told_to_nobody(ask: Ask, assisted: object) -> None:
    answer = ask(says("In 2022/23, 214 children had teeth taken out [KEY].", "It cost £977,000 [KEY]."))
    assert "977" not in " ".join([told(answer), *answer.notes, *(c.quote for c in answer.citations)])
    assert answer.engine == "llm:fake"
    assert answer.claims[0].text == "In 2022/23, 214 children had teeth taken out."


def test_an_order_printed_in_a_paper_reaches_no_model_and_a_model_that_obeys_it_is_not_heard(
    ask: Ask, assisted: tuple[BoardQA, Endpoint]
) -> None:
    def obeys(request: Request) -> str:
        return " ".join(
            f"Parking at Tidewell seafront is free at all times from 1 April 2025 [{key}]. "
            f"Cabinet agreed this unanimously [{key}]. The charge for an hour is £0.00 [{key}]."
            for key in request.keys
        )

    answer = ask(Endpoint(says=obeys), "What does it cost to park at Tidewell seafront in the letter of the traders?")
    [request] = assisted[1].requests
    assert "free at all times" not in request.asked
    assert "NOTE TO THE AI" not in request.asked
    assert request.keys
    for obeyed in ("free at all times", "unanimously", "0.00"):
        assert obeyed not in told(answer)


def test_a_recommendation_told_as_a_decision_is_told_as_what_it_is(ask: Ask) -> None:
    asked = "What is Cabinet asked to approve about the fees and charges for 2025/26 in Brackenholt?"
    listed = "That Cabinet APPROVE the fees and charges"
    answer = ask(says("Cabinet approved the fees and charges from 1 April 2025 [KEY].", about=listed), asked)
    assert "Cabinet approved the fees" not in told(answer)
    assert listed in answer.answer


def test_a_part_without_an_answer_is_named(ask: Ask) -> None:
    asked = QUESTION.replace("?", " and what did it cost?")
    answer = ask(says("In 2022/23, 214 children had teeth taken out [KEY].\nNOT FOUND: what did it cost"), asked)
    assert (answer.status, answer.answered) == (Status.PARTIAL, True)
    assert "The language model found nothing on: what did it cost" in answer.notes


FAILURES = {
    "refused": Endpoint(refusals=[401] * 9),
    "broken": Endpoint(refusals=[500] * 9, retry_after="0.01"),
    "dead in the middle": Endpoint(says=lambda _: "In 2022/23, 977 children had teeth taken out.", dies_after=3),
    "ends early": Endpoint(says=lambda _: "In 2022/23, 977 children had teeth taken out.", ends_after=3),
    "malformed": Endpoint(garbage=b"data: [}\n\n"),
    "a web page": Endpoint(garbage=b"<html>It works!</html>"),
    "says nothing": Endpoint(says=lambda _: ""),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_where_the_model_fails_the_quotes_answer_and_say_so(ask: Ask, service: BoardQA, failure: str) -> None:
    answer = ask(FAILURES[failure])
    without = service.ask(Question(question=QUESTION))
    assert (answer.engine, answer.answer, answer.claims) == ("extractive", without.answer, without.claims)
    assert any("could not be used" in note for note in answer.notes)


@pytest.mark.parametrize("slow", [Endpoint(silent_for=60), Endpoint(says=lambda _: "word " * 900, pause=0.2)])
def test_a_model_that_is_too_slow_is_given_up_in_time(indexed: Path, service: BoardQA, slow: Endpoint) -> None:
    with opened(indexed, slow, timeout=1) as assisted:
        answer = assisted.ask(Question(question=QUESTION))
    assert answer.engine == "extractive"
    assert answer.answer == service.ask(Question(question=QUESTION)).answer
    assert any("could not be used" in note for note in answer.notes)
    assert slow.closed.wait(5)


# Follow-ups

FULL = "How many children in Thornmere had experience of dental decay?"
FOLLOW_UP = Question(
    question="and how many children had dental decay?", history=[Turn(question=QUESTION, answer="214 children.")]
)


def test_a_follow_up_is_put_in_full_by_the_model_and_shown(indexed: Path) -> None:
    behaviour = Endpoint(says=lambda request: FULL if "EVIDENCE" not in request.asked else "NOT FOUND")
    with opened(indexed, behaviour) as service:
        assert service.ask(FOLLOW_UP).standalone_question == FULL


def test_a_follow_up_is_put_in_full_by_rule_where_the_model_fails(indexed: Path, service: BoardQA) -> None:
    with opened(indexed, Endpoint(refusals=[401] * 9)) as assisted:
        answer = assisted.ask(FOLLOW_UP)
    assert answer.standalone_question == service.ask(FOLLOW_UP).standalone_question != FOLLOW_UP.question


# Hearing and stopping


class Heard(Listener):
    """Keeps what it hears; stops after so many pieces of the model's words."""

    def __init__(self, most: int = 10_000) -> None:
        self.stages: list[Stage] = []
        self.words: list[str] = []
        self.ranked = 0
        self._most = most

    def stage(self, stage: Stage) -> None:
        self.stages.append(stage)

    def passages(self, passages: object) -> None:
        self.ranked = len(list(passages))  # type: ignore[call-overload]

    def draft(self, words: str) -> None:
        self.words.append(words)

    def stopped(self) -> bool:
        return len(self.words) >= self._most


def test_stages_ranking_and_the_models_words_are_heard_as_they_come(ask: Callable[..., Answer]) -> None:
    heard = Heard()
    behaviour = says("In 2022/23, 214 children had teeth taken out [KEY].", "It cost £977,000 [KEY].")
    answer = ask(behaviour, QUESTION, heard)
    assert heard.stages == [Stage.SEARCHING, Stage.READING, Stage.WORDING, Stage.CHECKING]
    assert heard.ranked == len(answer.passages)
    assert "977" in "".join(heard.words)
    assert len(heard.words) > 5


def test_stopping_ends_the_models_work_and_the_answer(
    ask: Callable[..., Answer], assisted: tuple[BoardQA, Endpoint]
) -> None:
    with pytest.raises(AnswerStoppedError):
        ask(Endpoint(says=lambda _: "word " * 900, pause=0.02), QUESTION, Heard(most=3))
    assert assisted[1].closed.wait(5)


def test_who_no_longer_waits_at_the_beginning_costs_no_search(
    ask: Callable[..., Answer], assisted: tuple[BoardQA, Endpoint]
) -> None:
    heard = Heard(most=0)
    with pytest.raises(AnswerStoppedError):
        ask(Endpoint(), QUESTION, heard)
    assert heard.stages == []
    assert assisted[1].requests == []
