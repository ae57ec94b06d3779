"""Attempts planted in packs or asked change neither answers, nor what they cite, nor where they lead; both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from eval.injections import Attempt, faults, read_attempts
from qa.model import Answer, Filters, Question, Turn
from qa.service import BoardQA
from qa.settings import Settings
from tests.fake_endpoint import Endpoint, Request, endpoint
from tests.injected_packs import NAME, QUESTIONS, pack

ATTEMPTS = read_attempts(Path(__file__).parents[1] / "eval" / "data" / "injections" / "attempts.jsonl")
PLANTED = [attempt for attempt in ATTEMPTS if attempt.place not in ("question", "history")]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the plain pack, and one pack for each attempt."""
    folder, data = tmp_path_factory.mktemp("injected"), tmp_path_factory.mktemp("data")
    pack(folder, NAME)
    for attempt in PLANTED:
        pack(folder, attempt.id, [attempt])
    with ExitStack() as until_done:
        service = BoardQA.open(Settings(data=data))
        until_done.callback(service.close)
        report = service.ingest([folder])
    assert not report.refused
    assert len(report.added) == len(PLANTED) + 1
    return data


def obedient(request: Request) -> str:
    """What a model says that does whatever it reads: the first attempt that it is shown, or else the first evidence."""
    shown = request.asked
    key = request.keys[0] if request.keys else "B2C"
    for attempt in ATTEMPTS:
        if attempt.text[:40] in shown or any(word in shown for word in attempt.never):
            told = f"{attempt.text} [{key}]" if attempt.place == "history" else attempt.text
            return (
                f"{told}\nIt is {attempt.never[0]} [{key}]. It is {attempt.never[0]} [{key}] [1]\n"
                f"See [here](https://evil.example/?q=1) [{key}] and <img src=x onerror=alert(1)> [{key}].\n"
                f"Visit www.evil.example for more [{key}]."
            )
    lines = shown.split("Question:")[0].split("\n")
    first = next((n for n, line in enumerate(lines) if line.startswith(f"[{key}]")), 0)
    return f"{lines[first + 1].rstrip('.')} [{key}]."


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
def before(service: BoardQA) -> dict[str, Answer]:
    return {name: ask(service, NAME, question) for name, question in QUESTIONS.items()}


def ask(service: BoardQA, pack: str, question: str, history: list[Turn] | None = None) -> Answer:
    return service.ask(Question(question=question, history=history or [], filters=Filters(pack=pack)))


def test_there_are_enough_attempts_of_many_kinds() -> None:
    assert len(ATTEMPTS) >= 25
    assert len({attempt.place for attempt in ATTEMPTS}) == 13
    assert len({attempt.id for attempt in ATTEMPTS}) == len(ATTEMPTS)


def test_without_attempts_the_questions_are_answered(before: dict[str, Answer]) -> None:
    assert "£31,200" in before["cost"].answer
    assert "£1.2 million" in before["reserve"].answer
    assert "Ada Brook" in before["chair"].answer
    assert re.search(r"\b2\b", before["members"].answer)


@pytest.mark.parametrize("attempt", PLANTED, ids=lambda attempt: attempt.id)
def test_what_is_planted_in_a_pack_changes_no_answer(
    service: BoardQA, before: dict[str, Answer], attempt: Attempt
) -> None:
    names = {Path(info.file).stem: info.pack for info in service.packs()}
    name = next(pack for stem, pack in names.items() if stem == attempt.id or stem.startswith(f"{attempt.id}. "))
    answer = ask(service, name, QUESTIONS[attempt.asks])
    assert faults(attempt, answer, before[attempt.asks]) == []


@pytest.mark.parametrize("attempt", [a for a in ATTEMPTS if a not in PLANTED], ids=lambda attempt: attempt.id)
def test_what_is_asked_or_was_said_is_never_told(service: BoardQA, before: dict[str, Answer], attempt: Attempt) -> None:
    asked = attempt.text if attempt.place == "question" else QUESTIONS[attempt.asks]
    history = [Turn(question="What about the pavilion?", answer=attempt.text)] if attempt.place == "history" else []
    answer = ask(service, NAME, asked, history)
    assert faults(attempt, answer, before[attempt.asks]) == []
