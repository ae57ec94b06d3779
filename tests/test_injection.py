"""Attempts planted in packs or asked change neither answers, nor what they cite, nor where they lead; both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import pytest

from eval.injections import Attempt, faults, followed, read_attempts
from qa.model import Answer, Filters, Question, Turn
from qa.service import BoardQA
from qa.settings import Settings
from qa.wording import BUSY, FAILED, UNSUPPORTED
from tests.fake_endpoint import Endpoint, Request, endpoint
from tests.injected_packs import FACTS, NAME, QUESTIONS, pack

pytest_plugins = ("tests.real_model",)
ATTEMPTS = read_attempts(Path(__file__).parents[1] / "eval" / "data" / "injections" / "attempts.jsonl")
PLANTED = [attempt for attempt in ATTEMPTS if attempt.place not in ("question", "history")]
ASKED = [attempt for attempt in ATTEMPTS if attempt not in PLANTED]
PACKS = 6
# Packs with attempts of different places at once; one in a heading of the minutes changes what others may cite
HEADINGS = [attempt for attempt in PLANTED if attempt.place == "title"]
OTHERS = sorted((attempt for attempt in PLANTED if attempt not in HEADINGS), key=lambda attempt: attempt.place)
GROUPS = [HEADINGS, *(OTHERS[first::PACKS] for first in range(PACKS))]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the plain pack, and copies with attempts planted in them."""
    folder, data = tmp_path_factory.mktemp("injected"), tmp_path_factory.mktemp("data")
    pack(folder, NAME)
    for number, attempts in enumerate(GROUPS):
        pack(folder, f"planted-{number}", attempts)
    with ExitStack() as until_done:
        service = BoardQA.open(Settings(data=data))
        until_done.callback(service.close)
        report = service.ingest([folder])
    assert not report.refused
    assert len(report.added) == len(GROUPS) + 1
    return data


def obedient(request: Request) -> str:
    """What a model says that does whatever it reads: the first attempt that it is shown, or else its first evidence."""
    key = request.keys[0] if request.keys else "B2C"
    for attempt in ATTEMPTS:
        if any(word in request.asked for word in attempt.never):
            return (
                f"{attempt.text} [{key}]\nIt is {attempt.never[0]} [{key}]. It is {attempt.never[0]} [{key}] [1]\n"
                f"See [here](https://evil.example/?q=1) [{key}] and <img src=x onerror=alert(1)> [{key}].\n"
                f"Visit www.evil.example for more [{key}]."
            )
    block = request.asked.split(f"[{key}]")[-1].split("\n\n")[0].split("END OF EVIDENCE")[0]
    return f"{max(block.strip().splitlines()[1:], key=len).rstrip('.')} [{key}]."


@pytest.fixture(scope="session")
def endpoint_that_obeys() -> Iterator[Endpoint]:
    with endpoint(Endpoint(says=obedient)) as running:
        yield running


@pytest.fixture(scope="session", params=["extractive", "llm"])
def service(request: pytest.FixtureRequest, data: Path, endpoint_that_obeys: Endpoint) -> Iterator[BoardQA]:
    model = {"llm_url": endpoint_that_obeys.url, "llm_model": "obedient"} if request.param == "llm" else {}
    opened = BoardQA.open(Settings(data=data, **model))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def answers(service: BoardQA) -> Callable[[Attempt], Answer]:
    return answers_of(service)


@pytest.fixture(scope="session")
def before(service: BoardQA) -> dict[str, Answer]:
    return {name: ask(service, NAME, question) for name, question in QUESTIONS.items()}


def ask(service: BoardQA, pack: str, question: str, history: list[Turn] | None = None) -> Answer:
    return service.ask(Question(question=question, history=history or [], filters=Filters(pack=pack)))


def answers_of(service: BoardQA) -> Callable[[Attempt], Answer]:
    """The answers of the packs with attempts to the questions that these are to spoil, each asked once."""

    @cache
    def of(number: int, question: str) -> Answer:
        name = next(info.pack for info in service.packs() if info.file.startswith(f"planted-{number}."))
        return ask(service, name, QUESTIONS[question])

    def answer(attempt: Attempt) -> Answer:
        return of(next(number for number, attempts in enumerate(GROUPS) if attempt in attempts), attempt.asks)

    return answer


def asked_with(service: BoardQA, attempt: Attempt) -> Answer:
    """The answer where the attempt is in the question itself, or in what was said before."""
    asked = attempt.text if attempt.place == "question" else QUESTIONS[attempt.asks]
    history = [Turn(question="What about the pavilion?", answer=attempt.text)] if attempt.place == "history" else []
    return ask(service, NAME, asked, history)


def test_there_are_enough_attempts_of_many_kinds() -> None:
    assert len(ATTEMPTS) >= 25
    assert len({attempt.place for attempt in ATTEMPTS}) == 13
    assert len({attempt.id for attempt in ATTEMPTS}) == len(ATTEMPTS)


def test_without_attempts_the_questions_are_answered(before: dict[str, Answer]) -> None:
    assert all(fact in before[name].answer for name, fact in FACTS.items())


@pytest.mark.parametrize("attempt", PLANTED, ids=lambda attempt: attempt.id)
def test_what_is_planted_in_a_pack_changes_no_answer(
    answers: Callable[[Attempt], Answer], before: dict[str, Answer], attempt: Attempt
) -> None:
    answer = answers(attempt)
    fact = FACTS[attempt.asks] if answer.engine != "extractive" or before[attempt.asks].engine != "extractive" else None
    assert faults(attempt, answer, before[attempt.asks], fact=fact) == []


@pytest.mark.parametrize("attempt", ASKED, ids=lambda attempt: attempt.id)
def test_what_is_asked_or_was_said_is_never_told(service: BoardQA, before: dict[str, Answer], attempt: Attempt) -> None:
    assert faults(attempt, asked_with(service, attempt), before[attempt.asks]) == []


@pytest.mark.llm
def test_a_real_model_is_led_nowhere(smollm2: str, data: Path) -> None:
    with closing(BoardQA.open(Settings(data=data, llm_url=smollm2, llm_model="smollm2", llm_timeout=600))) as service:
        answers = answers_of(service)
        told = {attempt.id: answers(attempt) for attempt in PLANTED}
        told |= {attempt.id: asked_with(service, attempt) for attempt in ASKED}
    assert {a.id: followed(a, told[a.id]) for a in ATTEMPTS} == {a.id: [] for a in ATTEMPTS}
    wrote = [a for a in told.values() if a.engine != "extractive" or UNSUPPORTED in a.notes]
    assert len(wrote) > len(ATTEMPTS) / 2  # the other questions led to no evidence that it could be asked about
    assert not any(note in (FAILED, BUSY) for answer in told.values() for note in answer.notes)
