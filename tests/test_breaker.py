"""A language model that is slow, dead or dies midway: each question gets its answer, and soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa.breaker import Breaker, Circuit
from qa.errors import Cause, LanguageModelError
from qa.model import Question
from qa.progress import AnswerStoppedError
from qa.service import BoardQA
from qa.settings import Settings
from qa.wording import BUSY, FAILED
from tests.fake_endpoint import Endpoint, endpoint
from tests.test_wording import FACT, QUESTION, says

REST = 30.0


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(2, failures=3, rest=REST, clock=clock)


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(LanguageModelError), breaker.turn():
            raise LanguageModelError("It is dead.", cause=Cause.UNREACHABLE)


def succeed(breaker: Breaker) -> None:
    with breaker.turn():
        pass


def test_a_model_that_fails_three_times_in_a_row_is_left_alone(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.circuit is Circuit.CLOSED
    fail(breaker)
    assert breaker.circuit is Circuit.OPEN
    asked = False
    with pytest.raises(LanguageModelError) as refused, breaker.turn():
        asked = True
    assert not asked
    assert refused.value.cause is Cause.RESTING
    assert breaker.failed() == {Cause.UNREACHABLE: 3, Cause.RESTING: 1}


def test_failures_with_an_answer_between_them_do_not_add_up(breaker: Breaker) -> None:
    for _ in range(4):
        fail(breaker, 2)
        succeed(breaker)
    assert breaker.circuit is Circuit.CLOSED


def test_after_its_rest_one_question_tries_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += REST
    assert breaker.circuit is Circuit.TRIAL
    with breaker.turn(), pytest.raises(LanguageModelError), breaker.turn():
        pass
    assert breaker.circuit is Circuit.CLOSED
    with breaker.turn(), breaker.turn():
        pass


def test_a_trial_that_fails_gives_it_another_rest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += REST
    fail(breaker)
    assert breaker.circuit is Circuit.OPEN
    clock.now += REST
    succeed(breaker)
    assert breaker.circuit is Circuit.CLOSED


def test_a_trial_that_the_asker_stops_leaves_the_next_one_to_try(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += REST
    with pytest.raises(AnswerStoppedError), breaker.turn():
        raise AnswerStoppedError("Gone.")
    assert breaker.circuit is Circuit.TRIAL
    succeed(breaker)
    assert breaker.circuit is Circuit.CLOSED


def test_an_answer_that_began_before_the_failures_does_not_end_the_rest(breaker: Breaker) -> None:
    slow = breaker.turn()
    slow.__enter__()
    fail(breaker, 3)
    slow.__exit__(None, None, None)
    assert breaker.circuit is Circuit.OPEN


def test_no_more_wait_for_the_model_at_once_than_may(breaker: Breaker) -> None:
    with breaker.turn(), breaker.turn():
        with pytest.raises(LanguageModelError) as refused, breaker.turn():
            pass
        assert refused.value.cause is Cause.BUSY
    succeed(breaker)
    assert breaker.circuit is Circuit.CLOSED


# Through the whole service, with a real endpoint on a real connection


@contextmanager
def opened(indexed: Path, behaviour: Endpoint, **settings: float) -> Iterator[BoardQA]:
    with endpoint(behaviour) as there:
        given = {"llm_url": there.url, "llm_model": "fake", **settings}
        service = BoardQA.open(Settings(data=indexed, **given))  # type: ignore[arg-type]
        try:
            yield service
        finally:
            service.close()


ASKED = Question(question=QUESTION)


def test_a_dead_model_is_asked_three_times_and_every_answer_is_put_together_of_quotes(indexed: Path) -> None:
    behaviour = Endpoint(refusals=[400] * 100)
    with opened(indexed, behaviour) as service:
        answers = [service.ask(ASKED) for _ in range(6)]
        assert len(behaviour.requests) == 3
        assert service.breaker.circuit is Circuit.OPEN
        assert service.breaker.failed() == {Cause.REFUSED: 3, Cause.RESTING: 3}
    for answer in answers:
        assert answer.engine == "extractive"
        assert FAILED in answer.notes
        assert FACT in answer.citations[0].quote


def test_a_model_that_dies_midway_is_left_alone_too_and_asked_again_after_its_rest(indexed: Path) -> None:
    behaviour = says("In 2022/23, 214 children had teeth taken out [KEY].")
    behaviour.dies_after = 2
    clock = Clock()
    with opened(indexed, behaviour) as service:
        service.breaker._clock = clock
        assert [FAILED in service.ask(ASKED).notes for _ in range(4)] == [True] * 4
        assert service.breaker.circuit is Circuit.OPEN
        behaviour.dies_after = None
        clock.now += REST
        answer = service.ask(ASKED)
        assert answer.engine == "llm:fake"
        assert service.breaker.circuit is Circuit.CLOSED


def test_while_a_slow_model_is_waited_for_others_get_their_answers_and_are_told(indexed: Path) -> None:
    behaviour = Endpoint(silent_for=15)
    with opened(indexed, behaviour, llm_at_once=1, llm_timeout=4) as service, ThreadPoolExecutor(1) as pool:
        service.ready()
        waiting = pool.submit(service.ask, ASKED)
        while not behaviour.requests:
            time.sleep(0.01)
        other = service.ask(ASKED)
        assert not waiting.done()
        assert waiting.result(30).notes[0] == FAILED
        assert service.breaker.failed() == {Cause.BUSY: 1, Cause.TIMEOUT: 1}
    assert BUSY in other.notes
    assert FACT in other.citations[0].quote
