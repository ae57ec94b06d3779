"""What the chat tells in a real browser while an answer comes about, and when it does not come."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from qa.model import Answer, Question
from qa.progress import SILENT, AnswerStoppedError, Listener, Stage
from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import opened, served
from tests.test_chat_browser import ANSWERED, ask, data, service, site

__all__ = ["data", "service", "site"]  # fixtures
pytest_plugins = ("tests.browser_fixture",)


class Held:
    """Stands before the service's ``ask``: goes through the stages as it is told, and answers when it is let go."""

    def __init__(self, ask: Callable[[Question, Listener], Answer]) -> None:
        self._ask = ask
        self.at = Stage.SEARCHING
        self.let_go = threading.Event()
        self.stopped = threading.Event()

    def __call__(self, question: Question, listener: Listener = SILENT) -> Answer:
        listener.enter(self.at)
        listener.draft("The Board agreed [1] to")
        told = self.at
        while not self.let_go.wait(0.02):
            if told != self.at:
                told = self.at
                listener.stage(told)
            if listener.stopped():
                self.stopped.set()
                raise AnswerStoppedError("The answer was stopped.")
        return self._ask(question, listener)


@pytest.fixture
def held(service: BoardQA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """The service holds its answers back."""
    held = Held(service.ask)
    monkeypatch.setattr(service, "ask", held)
    yield held
    held.let_go.set()


def start(page: Page, question: str) -> None:
    """Ask without waiting for the answer."""
    page.get_by_role("textbox", name="question").fill(question)
    page.keyboard.press("Enter")


def test_each_state_and_slowness_are_told_and_a_draft_is_told_as_one(page: Page, site: str, held: Held) -> None:
    page.clock.install()
    page.goto(site)
    start(page, ANSWERED)
    expect(page.get_by_text("Searching the packs…").first).to_be_visible()
    expect(page.locator(".draft")).to_have_text("Draft, not yet checked: The Board agreed to")
    for stage, words in (("reading", "Reading the best pages…"), ("checking", "Checking each quote…")):
        held.at = Stage(stage)
        expect(page.locator(".state")).to_have_text(words)
    assert page.locator("#told").inner_text() == "Searching the packs…"  # not each stage is read out
    page.clock.fast_forward(10_000)
    expect(page.locator(".slow")).to_have_text("This is taking longer than usual.")
    assert page.locator("#told").inner_text().startswith("This is taking longer than usual.")
    held.let_go.set()
    expect(page.locator(".status")).to_be_visible()
    assert page.locator(".waiting").count() == 0
    assert page.locator("#told").inner_text() == "The answer is there: Answered from these papers."


def test_stop_ends_the_answer_and_gives_the_question_back(page: Page, site: str, held: Held) -> None:
    page.goto(site)
    start(page, ANSWERED)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("Stopped.")
    assert held.stopped.wait(15)
    assert page.get_by_role("textbox", name="question").input_value() == ANSWERED
    expect(page.get_by_role("textbox", name="question")).to_be_focused()
    held.let_go.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .status")).to_have_count(1)
    assert page.get_by_role("textbox", name="question").input_value() == ""


def test_who_types_on_while_an_answer_comes_keeps_the_focus(page: Page, site: str, held: Held) -> None:
    page.goto(site)
    start(page, ANSWERED)
    page.keyboard.type("And wh")
    held.let_go.set()
    expect(page.locator(".status")).to_be_visible()
    page.keyboard.type("en?")
    assert page.get_by_role("textbox", name="question").input_value() == "And when?"


def test_where_nothing_is_kept_the_page_itself_remembers(
    page: Page, site: str, service: BoardQA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "settings", service.settings.model_copy(update={"keep_days": 0}))
    page.goto(site)
    ask(page, ANSWERED)
    assert page.url == f"{site}/"
    assert page.get_by_role("link", name="Link to this answer").count() == 0
    with page.expect_request("**/api/ask") as sent:
        ask(page, "And in how many car parks?")
    told = json.loads(sent.value.post_data or "")
    assert told["history"] == [{"question": ANSWERED, "answer": page.locator(".answer").first.inner_text()}]
    assert "conversation" not in told
    assert "Understood as:" in page.locator(".turn").last.inner_text()


def test_what_the_language_model_cannot_do_is_put_together_of_quotes_and_told(browser: Browser, data: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    service = BoardQA.open(Settings(data=data, llm_url=f"http://127.0.0.1:{port}/v1", llm_model="m", llm_timeout=5))
    assert not service.ready()
    with served(service) as site, opened(browser) as page:
        page.goto(site)
        ask(page, ANSWERED)
        assert "64 charging points" in page.locator(".answer").inner_text()
        assert "the answer is put together of quotes" in page.get_by_role("list", name="To note").inner_text()
        page.get_by_text("How this was answered").click()
        assert "without a language model" in page.locator(".how").inner_text()
    service.close()


def test_what_goes_wrong_is_told_where_it_was_asked(page: Page, site: str, data: Path) -> None:
    page.goto(site)
    start(page, "x" * 1001)
    expect(page.get_by_role("alert")).to_contain_text("more than 1000")
    assert len(page.get_by_role("textbox", name="question").input_value()) == 1001

    def broken(route: Route) -> None:
        route.fulfill(content_type="text/event-stream", body='event: status\ndata: {"stage": "reading"}\n\n')

    for lose in (broken, lambda route: route.abort("connectionrefused")):
        page.goto(site)
        page.route("**/api/ask", lose)
        start(page, ANSWERED)
        expect(page.get_by_role("alert")).to_contain_text("The connection to the service was lost.")
        assert page.get_by_role("textbox", name="question").input_value() == ANSWERED
        page.unroute("**/api/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .status")).to_have_text("Answered from these papers")
    assert page.locator(".turn").count() == 1


def test_a_service_that_was_stopped_is_told(browser: Browser, data: Path) -> None:
    service = BoardQA.open(Settings(data=data))
    with opened(browser) as page:
        with served(service) as site:
            page.goto(site)
        start(page, ANSWERED)
        expect(page.get_by_role("alert")).to_contain_text("The connection to the service was lost.")
    service.close()


def test_an_empty_index_says_how_to_add_packs(browser: Browser, tmp_path: Path) -> None:
    service = BoardQA.open(Settings(data=tmp_path))
    with served(service) as site, opened(browser) as page:
        page.goto(site)
        assert page.get_by_role("heading", name="No packs yet").count() == 1
        assert "board-qa ingest" in page.locator(".empty").inner_text()
        assert page.get_by_role("link", name="Add packs").get_attribute("href") == "/upload"
        start(page, ANSWERED)
        expect(page.get_by_role("alert")).to_contain_text("No pack is indexed yet.")
    service.close()
