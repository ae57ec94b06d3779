"""What the log tells: a line for each request, nothing of what was asked, and no line that somebody else wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from qa.api import create_app
from qa.logs import JsonLines, TextLines, plain, set_up_logs
from qa.service import BoardQA
from qa.settings import Settings
from tests.running import running

SECRET = "aubergine"


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What stands on standard error, told as JSON at the level `info`; logging is as before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logs(Settings(data=tmp_path, log_level="info", log_format="json"))
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the client of the tests tells addresses
    yield capsys
    root.handlers[:] = before
    root.setLevel(level)


def lines(told: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in told.readouterr().err.splitlines()]


def requests(told: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [line for line in lines(told) if line["logger"] == "qa.requests"]


def test_each_request_is_told_by_its_route_and_without_what_was_asked(
    empty_service: BoardQA, told: pytest.CaptureFixture[str]
) -> None:
    with running(create_app(empty_service)) as url:
        httpx.get(url, params={"q": SECRET})
        httpx.get(f"{url}/api/search", params={"q": SECRET})
        httpx.post(f"{url}/api/ask", json={"question": SECRET})
        httpx.get(f"{url}/packs/{SECRET}")
        httpx.get(f"{url}/{SECRET}")
    all_told = told.readouterr().err
    assert SECRET not in all_told
    found = [line for line in map(json.loads, all_told.splitlines()) if line["logger"] == "qa.requests"]
    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("GET", "/", 503),
        ("GET", "/api/search", 503),
        ("POST", "/api/ask", 503),
        ("GET", "/packs/{pack}", 404),
        ("GET", "other", 404),
    ]
    assert all(line["role"] == "admin" and line["way"] == "local" for line in found)
    assert all(isinstance(line["ms"], float) and line["ms"] > 0 for line in found)


def test_a_request_keeps_the_id_that_it_came_with_and_others_get_one(
    empty_service: BoardQA, told: pytest.CaptureFixture[str]
) -> None:
    client = TestClient(create_app(empty_service), base_url="http://localhost")
    given = ["proxy-4711-a", "short", "with space", "x" * 65]
    answered = [client.get("/healthz", headers={"X-Request-ID": id_}).headers["X-Request-ID"] for id_ in given]
    assert answered[0] == given[0]
    assert all(len(id_) == 32 and id_ not in given for id_ in answered[1:])
    assert [line["request_id"] for line in requests(told)] == answered


def test_what_is_refused_at_the_edge_is_told_too(empty_service: BoardQA, told: pytest.CaptureFixture[str]) -> None:
    client = TestClient(create_app(empty_service), base_url="http://localhost")
    refused = client.post("/api/ask", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    [line] = requests(told)
    assert (line["status"], line["request_id"]) == (403, refused.headers["X-Request-ID"])
    assert "role" not in line


def test_a_crash_is_told_with_its_place_and_request_and_without_its_words(
    empty_service: BoardQA, told: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(f"cannot answer {SECRET}") from error

    monkeypatch.setattr(BoardQA, "ask", crash)
    client = TestClient(create_app(empty_service), base_url="http://localhost", raise_server_exceptions=False)
    answered = client.post("/api/ask", json={"question": SECRET})
    assert answered.status_code == 500
    all_told = told.readouterr().err
    assert SECRET not in all_told
    crashed, requested = map(json.loads, all_told.splitlines())
    assert crashed["level"] == "error"
    assert crashed["request_id"] == requested["request_id"] == answered.headers["X-Request-ID"]
    assert "ValueError" in crashed["trace"]
    assert crashed["trace"][-1] == "RuntimeError"
    assert any("test_logs.py" in line and line.endswith(" in crash") for line in crashed["trace"])


def record(message: str, *given: object, error: BaseException | None = None) -> logging.LogRecord:
    raised = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("qa.test", logging.WARNING, __file__, 1, message, given, raised)


FORGED = "a\nERROR qa.gate: forged\r\x1b[2Jwiped\u2028next\u202egnp.exe"


@pytest.mark.parametrize("form", [TextLines, JsonLines])
def test_nobody_can_forge_a_line_or_steer_a_terminal(form: type[TextLines] | type[JsonLines]) -> None:
    line = form(words_of_errors=True).format(record("name %s", FORGED))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert "forged" in line


def test_the_lines_of_a_trace_cannot_be_forged_either() -> None:
    line = TextLines(words_of_errors=True).format(record("failed", error=ValueError(FORGED)))
    assert all(part.startswith("  ") for part in line.split("\n")[1:])
    assert "\x1b" not in line


def test_plain_text_stays_as_it_is() -> None:
    assert plain("Cllr Ó Néill – £4 “per head”") == "Cllr Ó Néill – £4 “per head”"


def test_the_words_of_errors_are_told_where_the_settings_ask_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told: pytest.CaptureFixture[str]
) -> None:
    for wanted in (False, True):
        set_up_logs(Settings(data=tmp_path, log_questions=wanted))
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("qa").exception("failed")
        assert (SECRET in capsys.readouterr().err) is wanted


def test_libraries_never_tell_what_is_sent_to_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(Settings(data=tmp_path, log_level="debug"))
    for name in ("openai._base_client", "httpcore.http11", "python_multipart.multipart"):
        logging.getLogger(name).debug("request options: %s", SECRET)
    logging.getLogger("qa.test").debug("ours")
    assert capsys.readouterr().err == "DEBUG qa.test: ours\n"


def test_what_the_system_says_is_told_without_the_file_that_it_names(tmp_path: Path) -> None:
    try:
        (tmp_path / SECRET).read_text()
    except OSError as error:
        line = TextLines(words_of_errors=False).format(record("failed", error=error))
    assert line.endswith("\n  FileNotFoundError: No such file or directory")
