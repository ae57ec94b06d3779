"""Memory that was freed goes back to the system while the service runs."""

from __future__ import annotations

import threading

import psutil
import pytest

from qa.trimming import trim_on, trimmer

SMALL, MANY = 60_000, 4_000  # bytes below what the C library maps by itself; together 240 MB


def held() -> float:
    return psutil.Process().memory_info().rss / 1e6


@pytest.mark.skipif(trimmer() is None, reason="this system's C library gives memory back by itself or not at all")
def test_what_a_thread_has_freed_is_given_back() -> None:
    kept: list[bytes] = []

    def fill() -> None:
        blocks = [b"x" * SMALL for _ in range(MANY)]
        kept.append(blocks[-1])  # above all others: what lies below is not given back with the end of the heap

    worker = threading.Thread(target=fill)
    worker.start()
    worker.join()
    before = held()
    trim = trimmer()
    assert trim is not None
    trim()
    assert held() < before - 0.5 * SMALL * MANY / 1e6


def test_trimming_ends_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed = threading.Event()
    monkeypatch.setattr("qa.trimming.trimmer", lambda: trimmed.set)
    stop = threading.Event()
    thread = threading.Thread(target=trim_on, args=(stop, 0.01))
    thread.start()
    assert trimmed.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_system_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert trimmer() is None
    trim_on(threading.Event())  # comes back at once
