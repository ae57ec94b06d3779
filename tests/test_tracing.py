"""Spans for OpenTelemetry: which there are, how they hang together, and that they hold nothing that was asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from qa import tracing
from qa.api import create_app
from qa.breaker import Breaker
from qa.errors import Cause, LanguageModelError, SettingsError
from qa.service import BoardQA

pytest.importorskip("opentelemetry.sdk", reason="NOT TESTED: the extra `otel` is not installed")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

QUESTION = "Who chaired the meeting of the health and wellbeing board in March 2024?"


@pytest.fixture
def sent() -> Iterator[InMemorySpanExporter]:
    """Where spans arrive while the test runs."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.start_tracing(provider)
    yield exporter
    tracing.stop_tracing()


def of(sent: InMemorySpanExporter, name: str) -> ReadableSpan:
    [found] = [span for span in sent.get_finished_spans() if span.name == name]
    return found


def test_a_request_has_a_span_with_those_of_its_answer_in_it(service: BoardQA, sent: InMemorySpanExporter) -> None:
    client = TestClient(create_app(service), base_url="http://localhost")
    assert client.post("/api/ask", json={"question": QUESTION}).json()["answered"]
    request = of(sent, "request")
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/ask",
        "http.response.status_code": 200,
    }
    for name in ("retrieve", "read", "verify"):
        parent = of(sent, name).parent
        assert parent is not None
        assert request.context is not None
        assert parent.span_id == request.context.span_id
    assert all("chaired" not in span.to_json() for span in sent.get_finished_spans())


def test_an_error_is_told_by_its_kind_alone(sent: InMemorySpanExporter) -> None:
    with pytest.raises(LanguageModelError), Breaker(1).turn():
        raise LanguageModelError(QUESTION, cause=Cause.REFUSED)
    span = of(sent, "llm")
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "LanguageModelError"
    assert not span.events
    assert "chaired" not in span.to_json()


def test_without_an_endpoint_in_the_environment_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    tracing.start_tracing()
    with tracing.span("request") as told:
        told({"http.route": "/"})
    assert not tracing._tracers


def test_a_named_endpoint_without_the_packages_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tracing.ENDPOINTS[0], "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError) as refused:
        tracing.start_tracing()
    assert "board-qa[otel]" in refused.value.hint
