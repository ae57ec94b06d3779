"""Answers worded by a language model, through the whole service: borne out, told which engine, never left without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.model import Answer, Question, Turn
from qa.service import BoardQA
from qa.settings import Settings
from tests.fake_endpoint import Endpoint, Request, endpoint

QUESTION = "How many children in Thornmere had teeth out under anaesthetic in 2022/23?"
FACT = "214 children had had teeth taken out under general anaesthetic"


@contextmanager
def asked(indexed: Path, behaviour: Endpoint) -> Iterator[Callable[[Question], Answer]]:
    """A service over the sample packs whose language model behaves like that."""
    with endpoint(behaviour) as there:
        service = BoardQA.open(Settings(data=indexed, llm_url=there.url, llm_model="fake", llm_timeout=10))
        try:
            yield service.ask
        finally:
            service.close()


def keyed(request: Request) -> str:
    return request.asked[: request.asked.index(FACT)].rpartition("\n[")[2][:3]


def test_a_statement_that_the_papers_bear_out_is_told_with_its_page(indexed: Path) -> None:
    behaviour = Endpoint(says=lambda r: f"In 2022/23, 214 children had teeth taken out [{keyed(r)}].")
    with asked(indexed, behaviour) as ask:
        answer = ask(Question(question=QUESTION))
    assert answer.engine == "llm:fake"
    assert answer.answer == "In 2022/23, 214 children had teeth taken out. [1]"
    assert FACT in answer.citations[0].quote
    assert answer.notes == []


def test_an_invented_figure_is_never_told_and_quotes_answer_instead(indexed: Path) -> None:
    behaviour = Endpoint(says=lambda r: f"In 2022/23, 977 children had teeth taken out [{keyed(r)}].")
    with asked(indexed, behaviour) as ask:
        answer = ask(Question(question=QUESTION))
    assert answer.engine == "extractive"
    assert "977" not in answer.answer
    assert "214" in answer.answer
    assert any("bear out" in note for note in answer.notes)


def test_a_dead_endpoint_is_told_and_quotes_answer_instead(indexed: Path) -> None:
    with asked(indexed, Endpoint(refusals=[401] * 9)) as ask:
        answer = ask(Question(question=QUESTION))
    assert answer.engine == "extractive"
    assert "214" in answer.answer
    assert any("could not be used" in note for note in answer.notes)


def test_a_model_that_finds_nothing_abstains_with_the_nearest_pages(indexed: Path) -> None:
    with asked(indexed, Endpoint()) as ask:
        answer = ask(Question(question=QUESTION))
    assert not answer.answered
    assert answer.engine == "llm:fake"
    assert len(answer.passages) >= 10


def test_a_follow_up_is_put_in_full_by_the_model_and_shown(indexed: Path) -> None:
    full = "How many children in Thornmere had experience of dental decay?"

    def says(request: Request) -> str:
        return full if "EVIDENCE" not in request.asked else "NOT FOUND"

    history = [Turn(question=QUESTION, answer="214 children.")]
    with asked(indexed, Endpoint(says=says)) as ask:
        answer = ask(Question(question="and how many children had dental decay?", history=history))
    assert answer.standalone_question != ""
    assert "Thornmere" in answer.standalone_question
