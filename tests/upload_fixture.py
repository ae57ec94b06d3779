"""A client of an empty service that may add packs, and a gate before its indexing.

A test module takes these fixtures with ``pytest_plugins = ("tests.upload_fixture",)``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from qa.service import BoardQA
from tests.upload_files import Gate, client_of, embedder


@pytest.fixture
def model_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services of this test share one embedding model."""
    loaded = embedder()  # here, so that no test waits for it
    monkeypatch.setattr("index.embedding.load_embedder", lambda *_, **__: loaded)


@pytest.fixture
def client(empty_service: BoardQA, model_loaded_once: None) -> TestClient:
    """A client on the machine of an empty service."""
    return client_of(empty_service)


@pytest.fixture
def gate(empty_service: BoardQA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Holds back what the empty service would index."""
    made = Gate(empty_service, monkeypatch)
    yield made
    made.open.set()
