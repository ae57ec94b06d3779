"""Figures of the running service for Prometheus. Nothing in them tells who asked, or what.

Each server process has its own: where several serve one index, each is scraped at its own port.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from qa.admission import Admission
from qa.breaker import Breaker, Circuit
from qa.model import Answer
from qa.service import BoardQA

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # upper edges of durations
STAGES = ("retrieve", "answer", "total")  # of an answer, as it tells how long they took
TASKS = Path("/proc/self/task")  # a folder for each thread, those of libraries too; Linux alone has it


class Metrics:
    """The figures of one service."""

    def __init__(self, service: BoardQA, admission: Admission) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "board_qa_requests", "Requests by the route's template", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "board_qa_request_seconds", "From a request to the end of its response", ["route"], buckets=SECONDS,
            registry=registry,
        )  # fmt: skip
        self._answers = Counter(
            "board_qa_answers", "Answers by how they ended and what made them", ["status", "engine"], registry=registry
        )
        self._stages = Histogram(
            "board_qa_answer_seconds", "Stages of an answer", ["stage"], buckets=SECONDS, registry=registry
        )
        threads = Gauge("process_threads", "Threads of the process", registry=registry)
        threads.set_function(_threads)
        about = Gauge(
            "board_qa_build_info", "1; the version, and which process this is", ["version", "pid"], registry=registry
        )
        about.labels(version("board-qa"), str(os.getpid())).set(1)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        registry.register(_State(service, admission))

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that has been answered; ``route`` is the template of its address."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, answer: Answer) -> Answer:
        """Count an answer; it is given back."""
        self._answers.labels(answer.status.value, answer.engine.partition(":")[0]).inc()
        for stage in STAGES:
            if stage in answer.timing_ms:
                self._stages.labels(stage).observe(answer.timing_ms[stage] / 1000)
        return answer

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _State:
    """What is looked up when the figures are asked for: the index, and how the language model does."""

    def __init__(self, service: BoardQA, admission: Admission) -> None:
        self._service = service
        self._admission = admission

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        places = self._admission
        yield CounterMetricFamily("board_qa_busy", "Questions refused, too many being asked at once", places.refused)
        yield GaugeMetricFamily("board_qa_answers_in_progress", "Answers in the making", places.at_work)
        yield GaugeMetricFamily("board_qa_questions_waiting", "Questions that wait for a place", places.waiting)
        extent = self._service.extent()
        for name, about, value in (
            ("packs", "Packs in the index, restricted ones too", extent.packs),
            ("pages", "Pages in the index, restricted ones too", extent.pages),
            ("passages", "Passages in the index, restricted ones too", extent.passages),
            ("generation", "State of the index: another number after each change", extent.generation),
        ):
            yield GaugeMetricFamily(f"board_qa_index_{name}", about, value)
        yield from _of_model(self._service.breaker)


def _of_model(breaker: Breaker) -> Iterator[Metric]:
    failures = CounterMetricFamily(
        "board_qa_llm_failures", "Questions that the language model did not word, by cause", labels=["cause"]
    )
    for cause, times in breaker.failed().items():
        failures.add_metric([cause.value], times)
    yield failures
    state = GaugeMetricFamily(
        "board_qa_llm_circuit", "1 for how the way to the language model stands", labels=["state"]
    )
    for circuit in Circuit:
        state.add_metric([circuit.value], float(breaker.circuit is circuit))
    yield state


def _threads() -> float:
    try:
        return len(list(TASKS.iterdir()))
    except OSError:
        return threading.active_count()
