"""The client of the language model: endpoints of several makes, failures, time limits, stopping."""

from __future__ import annotations

import threading
import time

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM
from pydantic import SecretStr

from qa.llm import LanguageModelError, open_llm, probe, stream, tokens
from qa.progress import AnswerStoppedError
from tests.fake_endpoint import Endpoint, endpoint

pytest_plugins = ("tests.real_model",)
HELLO = [ChatMessage(role="user", content="Who chairs the Board?")]
KEY = SecretStr("sk-secret-0123456789")


def said(llm: LLM, seconds: float = 20.0) -> str:
    return "".join(stream(llm, HELLO, seconds=seconds))


def failure(behaviour: Endpoint, seconds: float = 20.0) -> LanguageModelError:
    """What is told when a model behind such an endpoint is asked."""
    with endpoint(behaviour), pytest.raises(LanguageModelError) as caught:
        said(open_llm(behaviour.url, "fake", KEY, timeout=seconds), seconds)
    return caught.value


def test_the_words_come_as_they_are_written() -> None:
    with endpoint(Endpoint(says=lambda _: "Councillor Desai chairs it.")) as there:
        pieces = list(stream(open_llm(there.url, "fake", KEY), HELLO, seconds=20))
    assert len(pieces) > 2
    assert "".join(pieces) == "Councillor Desai chairs it."
    [request] = there.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-secret-0123456789"
    assert request.body["model"] == "fake"
    assert request.body["stream"] is True
    assert request.body["temperature"] == 0.0


def test_a_key_meant_for_another_service_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-paid")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with endpoint(Endpoint(says=lambda _: "Yes.")) as there:
        said(open_llm(there.url, "fake"))
    assert "sk-paid" not in str(there.requests[0].headers)


@pytest.mark.parametrize("api_version", ["", "2024-10-21"])
def test_the_key_is_not_shown_with_the_model(api_version: str) -> None:
    llm = open_llm("http://127.0.0.1:1/v1", "fake", KEY, api_version=api_version)
    assert "sk-secret" not in repr(llm) + str(llm)


def test_azure_deployments_are_reached_by_their_dated_interface() -> None:
    with endpoint(Endpoint(says=lambda _: "Yes.")) as there:
        said(open_llm(there.url.removesuffix("/v1"), "our-model", KEY, api_version="2024-10-21"))
    [request] = there.requests
    assert request.path == "/openai/deployments/our-model/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == "sk-secret-0123456789"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://ours.openai.azure.com", "https://ours.openai.azure.com/openai/v1"),
        ("https://ours.openai.azure.com/", "https://ours.openai.azure.com/openai/v1"),
        ("https://ours.openai.azure.com/openai/v1/", "https://ours.openai.azure.com/openai/v1"),
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    ],
)
def test_an_azure_resource_needs_no_path(url: str, base: str) -> None:
    assert getattr(open_llm(url, "m", KEY), "api_base") == base  # noqa: B009  # an LLM's class tells of no address


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://host/v1", "file:///etc/passwd", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(LanguageModelError, match="no address"):
        open_llm(url, "m")


def test_a_model_must_be_named() -> None:
    with pytest.raises(LanguageModelError, match="named"):
        open_llm("http://127.0.0.1:1/v1", "")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_endpoint_is_asked_again(status: int) -> None:
    with endpoint(Endpoint(says=lambda _: "Yes.", refusals=[status], retry_after="0.01")) as there:
        assert said(open_llm(there.url, "fake")) == "Yes."
    assert len(there.requests) == 2


def test_an_endpoint_that_stays_busy_is_not_asked_for_ever() -> None:
    behaviour = Endpoint(refusals=[429] * 20, retry_after="0.01")
    error = failure(behaviour)
    assert "429" in error.message
    assert "later" in error.hint
    assert len(behaviour.requests) == 3


def test_a_long_pause_that_an_endpoint_asks_for_does_not_pass_the_time_limit() -> None:
    began = time.monotonic()
    error = failure(Endpoint(refusals=[429] * 20, retry_after="50"), seconds=0.5)
    assert "0.5 seconds" in error.message
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(("status", "hint"), [(401, "key"), (404, "name"), (400, "context")])
def test_a_refusal_says_what_to_do_and_keeps_the_key_to_itself(status: int, hint: str) -> None:
    behaviour = Endpoint(refusals=[status] * 5, message="Incorrect key sk-secret-0123456789 given")
    error = failure(behaviour)
    assert str(status) in error.message
    assert hint in error.hint
    assert "sk-secret" not in error.message + error.hint
    assert len(behaviour.requests) == 1


def test_nobody_listening_is_told() -> None:
    with pytest.raises(LanguageModelError, match="No language model answers"):
        said(open_llm("http://127.0.0.1:9/v1", "fake"))


def test_a_model_that_is_silent_too_long_is_given_up() -> None:
    began = time.monotonic()
    assert "did not finish" in failure(Endpoint(silent_for=30), seconds=0.5).message
    assert time.monotonic() - began < 5


def test_a_model_that_is_slow_all_along_is_given_up() -> None:
    behaviour = Endpoint(says=lambda _: "word " * 400, pause=0.05)
    assert "did not finish" in failure(behaviour, seconds=1.0).message


def test_a_connection_cut_in_the_middle_is_told() -> None:
    failure(Endpoint(says=lambda _: "The levy is four pounds and five pence.", dies_after=2))


def test_a_stream_that_ends_early_is_not_taken_for_whole() -> None:
    error = failure(Endpoint(says=lambda _: "The levy is four pounds and five pence.", ends_after=2))
    assert "broke off" in error.message


@pytest.mark.parametrize(
    "garbage", [b"data: {not json}\n\n", b"<html>Bad gateway</html>", b"", b'data: {"choices": "none"}\n\n']
)
def test_what_is_no_answer_is_told(garbage: bytes) -> None:
    assert failure(Endpoint(garbage=garbage)).message


def test_an_error_in_the_middle_of_a_stream_is_told() -> None:
    failure(Endpoint(garbage=b'data: {"error": {"message": "out of memory"}}\n\n'))


def test_stopping_ends_the_answer_at_once_and_hangs_up() -> None:
    stop = threading.Event()
    with endpoint(Endpoint(says=lambda _: "word " * 2000, pause=0.02)) as there:
        pieces = stream(open_llm(there.url, "fake"), HELLO, seconds=60, stopped=stop.is_set)
        assert next(pieces)
        stop.set()
        began = time.monotonic()
        with pytest.raises(AnswerStoppedError):
            list(pieces)
        assert time.monotonic() - began < 1
        assert there.closed.wait(5)


def test_stopping_works_while_the_model_has_said_nothing() -> None:
    with endpoint(Endpoint(silent_for=60)) as there:
        with pytest.raises(AnswerStoppedError):
            list(stream(open_llm(there.url, "fake"), HELLO, seconds=60, stopped=lambda: bool(there.requests)))
        assert there.closed.wait(5)


def test_no_longer_listening_hangs_up() -> None:
    with endpoint(Endpoint(says=lambda _: "word " * 2000, pause=0.02)) as there:
        pieces = stream(open_llm(there.url, "fake"), HELLO, seconds=60)
        next(pieces)
        pieces.close()
        assert there.closed.wait(5)


def test_several_answers_at_a_time_do_not_mix() -> None:
    with endpoint(Endpoint(says=lambda request: request.asked * 20, pause=0.001)) as there:
        llm = open_llm(there.url, "fake")
        got: dict[str, str] = {}

        def ask(word: str) -> None:
            got[word] = "".join(stream(llm, [ChatMessage(role="user", content=word)], seconds=30))

        threads = [threading.Thread(target=ask, args=(f"<{n}>",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert got == {f"<{n}>": f"<{n}>" * 20 for n in range(6)}


def test_a_probe_returns_the_first_words() -> None:
    with endpoint(Endpoint(says=lambda _: " ready ")) as there:
        assert probe(open_llm(there.url, "fake"), 20) == "ready"


def test_tokens_are_counted_on_the_safe_side() -> None:
    assert tokens("") == 0
    assert tokens("the levy") == 2
    assert tokens("£4.20") == 6  # the sign may be two
    assert tokens("1,250\t3,300\n") == 12
    assert tokens("Überschuss") > 3


@pytest.mark.llm
def test_a_real_model_streams(smollm2: str) -> None:
    pieces = list(stream(open_llm(smollm2, "smollm2", timeout=120), HELLO, seconds=120))
    assert len(pieces) > 3
    assert any(piece.strip() for piece in pieces)


@pytest.mark.llm
def test_a_real_model_is_stopped_in_the_middle(smollm2: str) -> None:
    llm = open_llm(smollm2, "smollm2", timeout=120)
    story = [ChatMessage(role="user", content="Tell a very long story about a harbour.")]
    pieces = stream(llm, story, seconds=120)
    next(pieces)
    pieces.close()
    assert probe(llm, 60)  # the server is free again at once


@pytest.mark.llm
def test_no_tokenizer_of_a_real_model_makes_more_of_a_text(smollm2: str) -> None:
    import httpx

    texts = [
        "RESOLVED: That the grant of £340,000 to Brockhall Trust be approved, subject to Appendix 2 (minute HWB26).",
        "Adult care\t4,120\t4,560\nChildren\t3,300\t3,150\nTotal\t7,420\t7,710",
        "The safeguarding sub-committee's multi-agency arrangements – see “Working Together” – were reviewed.",
        "Cllr. A. Okonkwo-Szczepański; Dr J. O’Neill; Mx P. van der Berg",
    ]
    for text in texts:
        real = httpx.post(f"{smollm2.removesuffix('/v1')}/tokenize", json={"content": text}, timeout=60).json()
        assert tokens(text) >= len(real["tokens"])
