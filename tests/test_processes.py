"""Several processes over one data folder: an answer is of one state of the packs, a new one is seen by all soon."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.backup import back_up, restore
from index.store import Store
from qa.papers import FILES
from qa.people_store import PEOPLE
from qa.service import BoardQA
from qa.settings import Settings
from tests.upload_files import paper

pytest_plugins = ("tests.upload_fixture",)
ROOT = Path(__file__).resolve().parents[1]
REPLACED = 6
STARTED_WITHIN = 180.0  # seconds, on a machine that is busy otherwise
VERSION = re.compile(r"revision (\d+)")
# A few threads ask here without a pause, each of which has to be answered, however slow the machine
UNHURRIED = dict.fromkeys(("BOARD_QA_QUESTIONS_PER_MINUTE", "BOARD_QA_REQUESTS_PER_MINUTE"), "1000000")
UNHURRIED["BOARD_QA_ANSWERS_AT_ONCE"] = "8"
QUESTION = "What does the ferry timetable cost?"


def timetable(path: Path, revision: int) -> Path:
    pages = [
        f"The ferry timetable revision {revision} costs £{revision},000 a year.",
        f"The harbour master presented revision {revision} of the ferry timetable.",
        f"The Committee agreed that revision {revision} of the timetable be adopted.",
    ]
    path.write_bytes(paper(*pages))
    return path


@contextmanager
def server(data: Path) -> Iterator[httpx.Client]:
    """A client of ``board-qa serve`` over the data folder, once it is ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = data.with_name(f"{port}.log")
    with log.open("w") as told, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        command = [sys.executable, "-m", "qa.cli", "--data", str(data), "serve", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **UNHURRIED}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=told, stdout=told)
        try:
            yield client
        finally:
            process.terminate()
            assert process.wait(30) in (0, -15), log.read_text()


def wait_until_ready(client: httpx.Client) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the service did not come up")


@pytest.fixture
def service(tmp_path: Path, model_loaded_once: None) -> Iterator[BoardQA]:
    with closing(BoardQA.open(Settings(data=tmp_path / "data"))) as opened:
        opened.ingest([timetable(tmp_path / "ferry.pdf", 1)])
        yield opened


class Asking:
    """Threads that ask servers all the time; ``wrong`` is what they were told that is of no single revision."""

    def __init__(self, clients: list[httpx.Client]) -> None:
        self.wrong: list[str] = []
        self.told = 0
        self._stop = threading.Event()
        asks = (self._ask, self._search, self._page)
        self._threads = [threading.Thread(target=self._go_on, args=(client, ask)) for client in clients for ask in asks]

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, client: httpx.Client, ask: Callable[[httpx.Client], Any]) -> None:
        while not self._stop.is_set():
            response = ask(client)
            told = json.dumps(response.json(), ensure_ascii=False)
            revisions = set(VERSION.findall(told)) | set(re.findall(r"£(\d+),000", told))
            if (
                response.status_code != 200
                or len(revisions) != 1
                or (ask == self._ask and not response.json()["answered"])
            ):
                self.wrong.append(f"{response.status_code} {sorted(revisions)} {told[:300]}")
            self.told += 1

    def _ask(self, client: httpx.Client) -> httpx.Response:
        return client.post("/api/ask", json={"question": QUESTION})

    def _search(self, client: httpx.Client) -> httpx.Response:
        return client.get("/api/search", params={"q": "ferry timetable"})

    def _page(self, client: httpx.Client) -> httpx.Response:
        return client.get("/api/packs/ferry/pages/2")


def sees(client: httpx.Client, revision: int) -> bool:
    """Whether a server's next answers are of that revision: its page, and what it finds."""
    page = client.get("/api/packs/ferry/pages/1").json()["text"]
    found = client.get("/api/search", params={"q": "ferry timetable cost"}).json()["passages"]
    return all(f"revision {revision} " in text for text in (page, *(one["text"] for one in found))) and bool(found)


def test_every_server_tells_of_one_revision_at_a_time_and_of_a_new_one_at_once(
    service: BoardQA, tmp_path: Path
) -> None:
    with ExitStack() as running:
        clients = [running.enter_context(server(service.settings.data)) for _ in range(2)]
        for client in clients:
            wait_until_ready(client)
        with Asking(clients) as asking:
            for revision in range(2, REPLACED + 2):
                report = service.ingest([timetable(tmp_path / "ferry.pdf", revision)])
                assert report.replaced == ["ferry"]
                assert all(sees(client, revision) for client in clients)  # at once: nobody has to wait for it
    assert asking.wrong == []
    assert asking.told > REPLACED


def test_a_backup_that_another_process_ingests_meanwhile_is_of_one_moment(service: BoardQA, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(12):
        timetable(papers / f"{number:02}.pdf", number + 30)
    data = service.settings.data
    service.audit.record("ask")
    command = [sys.executable, "-m", "qa.cli", "--data", str(data), "ingest", str(papers)]
    held = []
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as going:
        while going.poll() is None:
            target = tmp_path / f"{len(held)}.zip"
            assert back_up(data, FILES, target, (PEOPLE,)).without_pdf == ()
            made = tmp_path / f"made{len(held)}"
            restore(target, made, FILES, (PEOPLE,))
            with Store(made) as store:
                packs = store.packs()
                assert all(len(store.pages(pack.id)) == 3 and store.passages_of(pack.id) for pack in packs)
            copies = {path.stem for path in (made / FILES).iterdir()}
            assert copies == {pack.record.sha256 for pack in packs}
            assert (made / PEOPLE).exists()
            held.append(len(packs))
            target.unlink()
            time.sleep(0.05)
    assert going.returncode == 0
    assert held == sorted(held)
    assert {1, 13} & set(held)
