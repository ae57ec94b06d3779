"""Many who ask at once: so many answers are made, some questions wait a moment, the others are refused honestly."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest

from qa.admission import QUEUED_A_PLACE, Admission, admission
from qa.api import create_app
from qa.errors import BusyError
from qa.events import answer_events
from qa.model import Answer, Status
from qa.service import BoardQA
from qa.settings import Settings
from tests.running import running

HTML = {"Accept": "text/html"}


class Held:
    """Work that goes on until it is let go, and counts how much of it there was at once."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.most = self._now = 0
        self._lock = threading.Lock()

    def __call__(self, *_: object) -> Answer:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.begun.release()
        self.let_go.wait(20)
        with self._lock:
            self._now -= 1
        return Answer(question="?", standalone_question="?", status=Status.NOT_FOUND, answered=False, answer="No.")


async def _together(*works: Callable[[], Awaitable[object]]) -> list[object]:
    """What each gives, or the BusyError that it ends with."""
    results: list[object] = [None] * len(works)

    async def one(number: int, work: Callable[[], Awaitable[object]]) -> None:
        try:
            results[number] = await work()
        except BusyError as error:
            results[number] = error

    async with anyio.create_task_group() as group:
        for number, work in enumerate(works):
            group.start_soon(one, number, work)
    return results


def test_no_more_answers_are_made_at_once_than_there_are_places() -> None:
    held = Held()
    held.let_go.set()
    places = Admission(2, patience=20)

    results = anyio.run(_together, *[lambda: places.run(held)] * 12)

    assert all(isinstance(result, Answer) for result in results)
    assert held.most <= 2
    assert (places.at_work, places.waiting, places.refused) == (0, 0, 0)


def test_who_waits_longer_than_the_patience_is_refused_and_the_place_is_kept_by_the_other() -> None:
    held = Held()
    places = Admission(1, patience=0.05)

    async def two() -> list[object]:
        async def later() -> Answer:
            while not places.at_work:
                await anyio.sleep(0.005)
            try:
                return await places.run(held)
            finally:
                held.let_go.set()

        return await _together(lambda: places.run(held), later)

    first, second = anyio.run(two)

    assert isinstance(first, Answer)
    assert isinstance(second, BusyError)
    assert (held.most, places.refused) == (1, 1)


def test_a_full_queue_refuses_at_once() -> None:
    held = Held()
    places = Admission(1, patience=20)

    async def crowd() -> list[object]:
        async def last() -> Answer:
            while places.waiting < QUEUED_A_PLACE:
                await anyio.sleep(0.005)
            try:
                return await places.run(held)
            finally:
                held.let_go.set()

        return await _together(*[lambda: places.run(held)] * (QUEUED_A_PLACE + 1), last)

    *answered, refused = anyio.run(crowd)

    assert all(isinstance(result, Answer) for result in answered)
    assert isinstance(refused, BusyError)


def test_a_failure_gives_its_place_back() -> None:
    places = Admission(1, patience=0.05)

    def failing() -> None:
        raise ValueError

    async def both() -> int:
        with pytest.raises(ValueError):  # noqa: PT011  # it has no words
            await places.run(failing)
        return await places.run(lambda: 7)

    assert anyio.run(both) == 7


def test_a_language_model_gets_places_beside_those_of_the_cores(tmp_path: Path) -> None:
    told = Settings(data=tmp_path, answers_at_once=3)
    assert admission(told).places == 3
    waiting = Settings(data=tmp_path, answers_at_once=3, llm_url="http://127.0.0.1:9/v1", llm_at_once=2)
    assert admission(waiting).places == 5


def test_an_event_stream_that_gets_no_place_tells_so_and_ends() -> None:
    held = Held()
    places = Admission(1, patience=0.05)

    async def both() -> list[str]:
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, held)
            while not places.at_work:
                await anyio.sleep(0.005)
            told = [event async for event in answer_events(held, places)]
            held.let_go.set()
        return told

    [told] = anyio.run(both)

    assert told.startswith("event: error\n")
    assert '"code": "busy"' in told


@pytest.fixture
def held(service: BoardQA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Answering that goes on until it is let go."""
    work = Held()
    monkeypatch.setattr(BoardQA, "ask", work)
    yield work
    work.let_go.set()


@pytest.fixture
def site(service: BoardQA, held: Held) -> Iterator[str]:
    """A web service with one place, taken, and nobody's patience."""
    app = create_app(service)
    app.state.places = Admission(1, patience=0.05)
    with running(app) as url, ThreadPoolExecutor(1) as pool:
        first = pool.submit(httpx.post, f"{url}/api/ask", json={"question": "Who?"}, timeout=30)
        assert held.begun.acquire(timeout=20)
        yield url
        held.let_go.set()
        assert first.result().status_code == 200


def test_programs_pages_and_streams_are_refused_with_when_to_come_again(site: str) -> None:
    for answer in (
        httpx.post(f"{site}/api/ask", json={"question": "Who?"}),
        httpx.get(f"{site}/api/search", params={"q": "Who?"}),
    ):
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "3"
        assert answer.json()["error"]["code"] == "busy"
    for page in (
        httpx.get(site, params={"q": "Who was there?"}, headers=HTML),
        httpx.post(site, data={"q": "Who was there?"}, headers=HTML),
    ):
        assert page.status_code == 429
        assert page.headers["retry-after"] == "3"
        assert "ask again in a few seconds" in page.text
        assert "Who was there?" in page.text
    stream = httpx.post(f"{site}/api/ask", json={"question": "Who?"}, headers={"Accept": "text/event-stream"})
    assert stream.text.count("event: ") == 1
    assert "ask again in a few seconds" in stream.text


def test_all_else_is_answered_while_every_place_is_taken(site: str, service: BoardQA) -> None:
    pack = service.packs()[0].pack
    with ThreadPoolExecutor(30) as pool:
        asked = {"json": {"question": "Who?"}, "timeout": 30}
        refused = [pool.submit(httpx.post, f"{site}/api/ask", **asked) for _ in range(30)]
        for path in ("/healthz", "/metrics", "/", f"/packs/{pack}/pages/1", f"/api/packs/{pack}/pages/1.png"):
            assert httpx.get(site + path, timeout=20).status_code == 200, path
    assert {answer.result().status_code for answer in refused} == {429}
