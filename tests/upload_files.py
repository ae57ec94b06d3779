"""Uploads in tests: files good and bad, a client that sends them, and what became of them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader, PdfWriter

from index.embedding import Embedder, load_embedder
from index.store import UPLOADS
from qa.api import create_app
from qa.service import BoardQA
from tests.papers import Sheet, draw

PATIENCE = 60.0  # seconds that an upload may take on a busy machine
HERE = ("127.0.0.1", 50000)
Job = dict[str, Any]
Files = Mapping[str, bytes] | list[tuple[str, bytes]]


@cache
def embedder() -> Embedder:
    """The bundled model, loaded once for all tests that index something."""
    loaded = load_embedder()
    loaded.load()
    return loaded


def paper(*pages: str) -> bytes:
    """A PDF of one sentence a page."""
    with TemporaryDirectory() as folder:
        return draw(Path(folder) / "paper.pdf", *map(_sentence, pages)).read_bytes()


def _sentence(text: str) -> Callable[[Sheet], None]:
    return lambda sheet: sheet.write(72, 120, text)


def locked(*pages: str, password: str = "quay") -> bytes:
    """A PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper(*pages))))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


LIBRARY = paper("The Cabinet agreed to open Northam library on Sundays.", "The cost is £12,000 a year.")
FERRY = paper("The Committee resolved to keep the Marlby ferry running until October.")
TEXT = b"Minutes as plain text, only named as if they were a PDF."
BROKEN = LIBRARY[:700]


def client_of(service: BoardQA, client: tuple[str, int] = HERE, site: str = "http://127.0.0.1:8000") -> TestClient:
    return TestClient(create_app(service), base_url=site, client=client, raise_server_exceptions=False)


def send(client: TestClient, files: Files, replace: bool = False) -> Job:
    """Send files; the job as it is at once."""
    pairs = list(files.items()) if isinstance(files, Mapping) else files
    response = client.post(
        "/api/uploads",
        files=[("files", (name, content, "application/pdf")) for name, content in pairs],
        data={"replace": "true"} if replace else None,
    )
    assert response.status_code == 202, response.text
    return response.json()


def finished(client: TestClient, job: Job) -> Job:
    """The job when all its files are added or refused."""
    began = time.monotonic()
    while not job["done"]:
        assert time.monotonic() - began < PATIENCE, job
        time.sleep(0.02)
        job = client.get(f"/api/uploads/{job['id']}").json()
    return job


def add(client: TestClient, files: Files, replace: bool = False) -> Job:
    return finished(client, send(client, files, replace))


def states(job: Job) -> list[str]:
    return [file["state"] for file in job["files"]]


def refused(job: Job) -> dict[str, str]:
    """The code of each refused file; each has a reason and a way out."""
    found = [file for file in job["files"] if file["state"] == "refused"]
    assert all(file["message"] and file["hint"] and not file["href"] for file in found)
    return {file["name"]: file["code"] for file in found}


def texts(service: BoardQA, name: str) -> str:
    return " ".join(service.page(name, page.pdf_page).text for page in service.pages(name))


def received(service: BoardQA) -> list[Path]:
    """The files that are still in the uploads folder."""
    return list((service.settings.data / UPLOADS).rglob("*.pdf"))


class Gate:
    """Holds each ingest back until it is opened."""

    def __init__(self, service: BoardQA, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.at_once: list[int] = []
        inside = 0
        ingest = service.ingest

        def held(*given: Any, **more: Any) -> Any:
            nonlocal inside
            inside += 1
            self.at_once.append(inside)
            self.reached.set()
            assert self.open.wait(PATIENCE)
            try:
                return ingest(*given, **more)
            finally:
                inside -= 1

        monkeypatch.setattr(service, "ingest", held)
