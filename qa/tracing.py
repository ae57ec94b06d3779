"""Spans for OpenTelemetry, where its packages are installed and its usual variable names an endpoint; else nothing.

A span tells how long something took, and counts. No question, no text of a paper and no person is in one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer, TracerProvider

# Of OpenTelemetry itself; its other variables are read by its own packages
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SERVICE = "board-qa"

Told = Mapping[str, str | int | float]
Tell = Callable[[Told], None]

_tracers: list[Tracer] = []  # one, once spans are wanted


def start_tracing(provider: TracerProvider | None = None) -> None:
    """Send spans to ``provider``; without one to the endpoint that the environment names, if it names one.

    Raises SettingsError where an endpoint is named and the packages are missing.
    """
    if provider is None:
        if not any(os.environ.get(name) for name in ENDPOINTS):
            return
        provider = _exporting()
    _tracers[:] = [provider.get_tracer(SERVICE)]


def stop_tracing() -> None:
    """Send no more spans."""
    _tracers.clear()


@contextmanager
def span(name: str, told: Told | None = None) -> Iterator[Tell]:
    """A span around the block, within the one that is open in this thread. It tells its time, ``told`` and what the
    block hands to the function that it is given.

    An exception that leaves the block is told by its kind alone: its words may repeat a question.
    """
    if not _tracers:
        yield _untold
        return
    from opentelemetry.trace import Status, StatusCode

    with _tracers[0].start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    ) as open_span:
        try:
            yield open_span.set_attributes
        except BaseException as error:
            open_span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _untold(_: Told) -> None:
    """Nobody wants spans."""


def _exporting() -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            f"{ENDPOINTS[0]} is set, and {error.name} is not installed.",
            'Run: pip install "board-qa[otel]", or unset the variable.',
        ) from None
    named = os.environ.get("OTEL_SERVICE_NAME", SERVICE)
    provider = Provider(resource=Resource.create({SERVICE_NAME: named}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
