from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.api import create_app
from qa.model import Status
from qa.service import BoardQA
from qa.settings import Settings
from qa.templates import WEB

BASELINE = Path(__file__).resolve().parents[1] / "eval" / "baseline" / "samples" / "aggregate.json"
Opener = Callable[..., TestClient]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Opener]:
    """Opens an installation with nothing indexed and the settings that are given."""
    services = []

    def opened(**settings: object) -> TestClient:
        service = BoardQA.open(Settings(data=tmp_path, **settings))  # type: ignore[arg-type]
        services.append(service)
        return TestClient(create_app(service), raise_server_exceptions=False, headers={"Accept": "text/html"})

    yield opened
    for service in services:
        service.close()


def words(client: TestClient, path: str) -> str:
    """What a page's main part says, without its elements."""
    response = client.get(path)
    assert response.status_code == 200
    main = re.search(r"<main.*?</main>", response.text, re.S)
    assert main
    return " ".join(unescape(re.sub(r"<[^>]+>", "", main[0])).split())


@pytest.mark.parametrize(("days", "told"), [(365, "at most 365 days after"), (1, "at most 1 day after")])
def test_privacy_says_how_long_conversations_are_kept_and_by_which_cookie(site: Opener, days: int, told: str) -> None:
    page = words(site(keep_days=days), "/privacy")
    assert told in page
    assert "board_qa_visitor" in page
    assert f"lasts {days} day{'s' if days > 1 else ''} after the last such question" in page
    assert "No conversation is kept" not in page


def test_privacy_says_so_where_nothing_is_kept(site: Opener) -> None:
    page = words(site(keep_days=0), "/privacy")
    assert "No conversation is kept" in page
    assert "Cookies There are none." in page
    assert "board_qa_visitor" not in page


def test_privacy_says_that_nothing_leaves_the_machine_without_a_language_model(site: Opener) -> None:
    page = words(site(), "/privacy")
    assert "What leaves the machine Nothing." in page
    assert "language model" not in page


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://models.example.org:8443/v1", "models.example.org"), ("http://192.168.1.7:11434/v1", "192.168.1.7")],
)
def test_privacy_names_the_host_that_questions_go_to(site: Opener, url: str, host: str) -> None:
    client = site(llm_url=url, llm_model="plain-8b", llm_key="secret-key")
    page = words(client, "/privacy")
    assert f"worded by a language model, plain-8b, at {host}." in page
    assert "What leaves the machine Nothing." not in page
    assert "plain-8b" in words(client, "/how-it-works")
    assert "secret-key" not in page


@pytest.mark.parametrize("url", ["http://localhost:11434/v1", "http://127.0.0.1:8080/v1", "http://[::1]:8080/v1"])
def test_privacy_tells_a_language_model_on_the_same_machine_from_one_elsewhere(site: Opener, url: str) -> None:
    page = words(site(llm_url=url, llm_model="plain-8b"), "/privacy")
    assert "What leaves the machine Nothing." in page
    assert "plain-8b, that runs on the same machine" in page


@pytest.mark.parametrize(("level", "noted"), [("warning", False), ("error", False), ("info", True), ("debug", True)])
def test_privacy_says_whether_requests_are_logged(site: Opener, level: str, noted: bool) -> None:
    assert ("log notes each request" in words(site(log_level=level), "/privacy")) == noted


@pytest.mark.parametrize("shown", [True, False])
def test_privacy_says_whether_exempt_papers_are_shown(site: Opener, shown: bool) -> None:
    page = words(site(allow_exempt=shown), "/privacy")
    assert ("set to show exempt papers" in page) == shown
    assert ("exempt are shown to nobody" in page) != shown


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("democracy@example.org", '<a href="mailto:democracy@example.org">democracy@example.org</a>'),
        ("https://example.org/help", '<a href="https://example.org/help">https://example.org/help</a>'),
        ("the clerk, room <4>", "the clerk, room &lt;4&gt;"),
        ("javascript:alert(1)@x", "mailto:javascript:alert(1)@x"),
    ],
)
def test_whom_to_tell_stands_on_the_pages(site: Opener, contact: str, link: str) -> None:
    client = site(contact=contact)
    for path in ("/accessibility", "/privacy", "/how-it-works"):
        assert link in client.get(path).text
    assert 'href="javascript:' not in client.get("/accessibility").text


def test_without_a_contact_the_statement_still_says_whom_to_tell(site: Opener) -> None:
    page = words(site(), "/accessibility")
    assert "Tell whoever gave you the address" in page
    assert "Equality Advisory and Support Service" in page


def test_the_limits_tell_the_figures_of_the_baseline(site: Opener) -> None:
    measured = json.loads(BASELINE.read_text(encoding="utf-8"))["all"]
    value = {name: metric["value"] for name, metric in measured["metrics"].items()}

    def per_100(share: float) -> int:
        return round(share * 100)

    page = words(site(), "/how-it-works")
    assert f"on {measured['questions']} questions about eight packs" in page
    assert f"{per_100(value['cite_hit'])} were answered with a right page" in page
    assert f"{per_100(value['cite_hit@1'])} with a right page named first" in page
    assert f"{per_100(value['answer_correct'])} got all that was asked for" in page
    assert value["printed_page_right"] == 1
    assert f"All but {round((1 - value['quote_verbatim']) * 1000)} in 1,000 quotes" in page
    assert f"{per_100(1 - value['abstain_recall'])} were answered all the same" in page
    assert f"{per_100(value['wrong_abstain'])} of 100 such questions got “These papers do not say”" in page
    assert json.loads((BASELINE.parent / "run.json").read_text(encoding="utf-8"))["engine"] == "extractive"


def test_the_words_above_answers_are_those_that_the_answers_have(site: Opener) -> None:
    template = (WEB / "templates" / "answer.html").read_text(encoding="utf-8")
    page = site().get("/how-it-works").text
    for status in Status:
        told = re.search(rf'"{status.value}": "([^"]+)"', template)
        assert told
        assert f"<dt><strong>{told[1]}</strong></dt>" in page


@pytest.mark.parametrize("listed", [True, False])
def test_robots_are_kept_out_unless_the_settings_let_them_in(site: Opener, listed: bool) -> None:
    client = site(robots=listed)
    assert client.get("/robots.txt").text == f"User-agent: *\nDisallow:{'' if listed else ' /'}\n"
    for path in ("/meetings", "/api/packs", "/static/style.css", "/nowhere", "/api/nowhere"):
        assert client.get(path).headers.get("x-robots-tag") == (None if listed else "noindex, nofollow")
    assert ('<meta name="robots" content="noindex, nofollow">' in client.get("/privacy").text) != listed


def test_only_pages_that_came_by_https_ask_to_be_opened_so_from_now_on(site: Opener) -> None:
    client = site()
    assert "strict-transport-security" not in client.get("/privacy").headers
    assert client.get("https://localhost/privacy").headers["strict-transport-security"] == "max-age=31536000"


def test_an_error_page_says_what_is_wrong_what_to_do_and_how_to_go_on(site: Opener) -> None:
    client = site(contact="democracy@example.org")
    response = client.get("/packs/nowhere/pages/1")
    assert response.status_code == 404
    assert "<h1>Nothing is here</h1>" in response.text
    assert 'role="alert"' in response.text
    assert '<a href="/">Ask a question</a>' in response.text
    assert "Try again" not in response.text


def test_the_api_is_described_with_the_fields_of_every_body(site: Opener) -> None:
    page = words(site(), "/docs")
    assert "POST /api/ask" in page
    assert "question application/json, needed" in page
    assert "Earlier turns, oldest first" in page


@pytest.mark.parametrize(
    ("settings", "told", "untold"),
    [
        ({}, "a log is kept for 365 days", "not its words"),
        ({"audit_days": 1}, "a log is kept for 1 day.", "None is kept."),
        ({"audit_questions": False}, "a question or a search: not its words, but which pages", "a search: its words"),
        ({"audit_days": 0}, "The audit log None is kept.", "a log is kept"),
    ],
)
def test_privacy_says_what_the_audit_log_holds(
    site: Opener, settings: dict[str, object], told: str, untold: str
) -> None:
    page = words(site(**settings), "/privacy")
    assert told in page
    assert untold not in page


def test_privacy_tells_those_who_sign_in_what_is_kept_of_them(site: Opener) -> None:
    provider = {"auth": "oidc", "oidc_issuer": "https://id.example.org", "oidc_client_id": "board-qa"}
    page = words(site(**provider), "/privacy")
    assert "at most for 8 hours" in page
    assert "board_qa_session" in page
    assert "board_qa_visitor" not in page
    assert "There are no accounts" not in page
    assert "shown only to people whose role allows it" in page
    assert "board_qa_visitor" in words(site(**provider, anonymous=True), "/privacy")
    local = words(site(), "/privacy")
    assert "board_qa_session" not in local
    assert "There are no accounts" in local
