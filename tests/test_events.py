"""An answer as an event stream, over a real connection: what is sent when, and that going away ends the work."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from qa.api import create_app
from tests.fake_endpoint import Endpoint
from tests.running import running
from tests.test_wording import FACT, QUESTION, opened, says

STREAM = {"Accept": "text/event-stream"}


@contextmanager
def served(indexed: Path, behaviour: Endpoint) -> Iterator[str]:
    """The address of a web service over the sample packs whose language model behaves like that."""
    with opened(indexed, behaviour) as service:
        service.ready()
        with running(create_app(service)) as url:
            yield url


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Name and data of each event as it comes."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_drafts_come_before_the_checked_answer_and_are_marked(indexed: Path) -> None:
    behaviour = says("In 2022/23, 214 children had teeth taken out [KEY].", "It cost £977,000 [KEY].")
    with (
        served(indexed, behaviour) as url,
        httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION}, headers=STREAM, timeout=60) as response,
    ):
        got = list(events(response.iter_lines()))
    names = list(dict.fromkeys(name for name, _ in got))
    assert names == ["status", "passages", "delta", "answer", "done"]
    assert [data["stage"] for name, data in got if name == "status"] == ["searching", "reading", "wording", "checking"]
    drafts = [data for name, data in got if name == "delta"]
    assert "977" in "".join(draft["text"] for draft in drafts)
    assert all(draft["checked"] is False for draft in drafts)
    [answer] = [data for name, data in got if name == "answer"]
    assert "977" not in answer["answer"]
    assert FACT in answer["citations"][0]["quote"]


def test_going_away_ends_the_models_work(indexed: Path) -> None:
    behaviour = Endpoint(says=lambda _: "word " * 2000, pause=0.05)
    with served(indexed, behaviour) as url:
        with httpx.stream(
            "POST", f"{url}/api/ask", json={"question": QUESTION}, headers=STREAM, timeout=60
        ) as response:
            for name, _ in events(response.iter_lines()):
                if name == "delta":
                    break
        assert behaviour.closed.wait(10)


def test_going_away_while_the_model_is_silent_ends_its_work(indexed: Path) -> None:
    behaviour = Endpoint(silent_for=300)
    with served(indexed, behaviour) as url:
        with httpx.stream(
            "POST", f"{url}/api/ask", json={"question": QUESTION}, headers=STREAM, timeout=60
        ) as response:
            told = events(response.iter_lines())  # held: forgetting it hangs up
            assert any(name == "status" and data["stage"] == "wording" for name, data in told)
            until = time.monotonic() + 30
            while not behaviour.requests and time.monotonic() < until:
                time.sleep(0.02)
            assert behaviour.requests
        assert behaviour.closed.wait(10)
