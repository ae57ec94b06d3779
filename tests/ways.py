"""Services with ways in, over no papers, and clients that ask them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.conversation_store import ConversationStore
from index.schema import DATABASE
from qa.api import create_app
from qa.audit import Act, AuditEntry, Selection
from qa.service import BoardQA
from qa.settings import Settings

PROXY = "10.0.0.5"
SITE = "https://papers.example"
PAGE = {"Accept": "text/html"}


@contextmanager
def opened(data: Path, **settings: Any) -> Iterator[FastAPI]:
    """The application of a service over nothing."""
    service = BoardQA.open(Settings(data=data, **settings))
    app = create_app(service)
    yield app
    app.state.entrance.close()
    service.close()


def client_at(app: FastAPI, address: str = "127.0.0.1", site: str = SITE, **headers: str) -> TestClient:
    """A client that connects from an address; follows no redirects."""
    return TestClient(
        app,
        base_url=site,
        client=(address, 50000),
        headers=headers,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def recorded(app: FastAPI, act: Act | None = None) -> list[AuditEntry]:
    """What is in the audit log of an application's service, newest first."""
    service: BoardQA = app.state.service
    return service.audit.entries(Selection(act=act)).entries


def refused(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, which has the one shape."""
    error = response.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["message"]
    assert error["hint"]
    return response.status_code, error["code"]


def begin_conversation(data: Path, owner: str, title: str) -> None:
    """Keep a conversation of a person's id or a browser's secret, without asking anything."""
    with closing(ConversationStore(data / DATABASE)) as store:
        store.begin(hashlib.sha256(owner.encode()).hexdigest(), title, datetime.now(UTC))
