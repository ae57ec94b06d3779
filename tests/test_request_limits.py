"""How large and how slow a request may be, and how large an answer: in process, and over real connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from qa import boundary, server, slow_senders
from qa.boundary import MAX_HEADER_BYTES, MAX_URL_BYTES
from tests.browser import START_SECONDS
from tests.ways import PAGE, client_at, opened, refused

LOCAL = "http://127.0.0.1:8000"
SHORT = 0.3  # seconds that take the place of the real ones
ASK = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with opened(tmp_path_factory.mktemp("limits")) as app:
        yield app


@contextmanager
def listening(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """The address at which the application is served as `board-qa serve` does."""
    running: list[uvicorn.Server] = []
    run = uvicorn.Server.run
    service = app.state.service

    def noted(self: uvicorn.Server, sockets: list[socket.socket]) -> None:
        running.append(self)
        port.append(sockets[0].getsockname()[1])
        run(self, sockets)

    port: list[int] = []
    monkeypatch.setattr(uvicorn.Server, "run", noted)
    settings = service.settings.model_copy(update={"port": 0})
    thread = threading.Thread(target=server.serve, args=(service, settings), daemon=True)
    thread.start()
    began = time.monotonic()
    while not running or not running[0].started:
        assert time.monotonic() - began < START_SECONDS
        time.sleep(0.01)
    yield "127.0.0.1", port[0]
    running[0].should_exit = True
    thread.join(START_SECONDS)


def closes_within(connection: socket.socket, seconds: float) -> bytes:
    """What the other end sends until it closes, which it must do in time."""
    connection.settimeout(seconds)
    told = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(4096):
            told += part
    return told


def sent_without_end(connection: socket.socket) -> None:
    for _ in range(1000):
        connection.sendall(b"X-A: " + b"y" * 4096 + b"\r\n")
        time.sleep(0.001)


def test_a_long_address_is_refused(app: FastAPI) -> None:
    client = client_at(app, site=LOCAL)
    assert client.get("/api/packs", params={"x": "y" * (MAX_URL_BYTES - 20)}).status_code == 200
    assert refused(client.get("/api/packs", params={"x": "y" * MAX_URL_BYTES})) == (414, "url_too_long")
    assert refused(client.get("/" + "x" * MAX_URL_BYTES)) == (414, "url_too_long")
    assert client.get("/?q=" + "x" * MAX_URL_BYTES, headers=PAGE).status_code == 414


def test_the_longest_question_fits_into_an_address(app: FastAPI) -> None:
    most = app.state.service.settings.max_question_chars
    response = client_at(app, site=LOCAL).get("/api/search", params={"q": "\U0001d54f" * most})
    assert refused(response) == (503, "not_ready")


def test_large_headers_are_refused(app: FastAPI) -> None:
    client = client_at(app, site=LOCAL)
    assert client.get("/api/packs", headers={"Cookie": "x" * (MAX_HEADER_BYTES - 1000)}).status_code == 200
    assert refused(client.get("/api/packs", headers={"Cookie": "x" * MAX_HEADER_BYTES})) == (431, "headers_too_large")
    many = [(f"X-{n}", "y") for n in range(MAX_HEADER_BYTES // 4)]
    assert refused(client.get("/api/packs", headers=many)) == (431, "headers_too_large")


def test_an_answer_that_would_be_too_large_is_not_sent(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_at(app, site=LOCAL)
    described = client.get("/openapi.json")
    assert described.status_code == 200
    monkeypatch.setattr(boundary, "MAX_JSON_BYTES", len(described.content) - 1)
    response = client.get("/openapi.json")
    assert refused(response) == (422, "answer_too_large")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(client.get("/packs", headers=PAGE).content) > 0
    monkeypatch.setattr(boundary, "MAX_JSON_BYTES", len(described.content))
    assert client.get("/openapi.json").content == described.content


def test_senders_that_do_not_get_on_are_cut_off_and_others_served(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_senders, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(boundary, "BODY_SECONDS", SHORT)
    with listening(app, monkeypatch) as address:
        silent, dripping, slow_body, again = (socket.create_connection(address) for _ in range(4))
        dripping.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        slow_body.sendall(ASK)
        again.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert again.recv(4096).startswith(b"HTTP/1.1 200")
        again.sendall(b"GET /healthz HTT")  # the second request of a connection
        assert httpx.get(f"http://{address[0]}:{address[1]}/healthz").status_code == 200
        with suppress(ConnectionError):  # cut off already, on a busy machine
            for _ in range(3):  # a byte now and then gains no time
                time.sleep(SHORT / 4)
                dripping.sendall(b"y")
        assert closes_within(silent, 5) == b""
        assert closes_within(dripping, 5) == b""
        assert b"HTTP/" not in closes_within(again, 5)  # of the first one only the body is left
        told = closes_within(slow_body, 5)
        assert told.startswith(b"HTTP/1.1 408")
        assert b'"code":"request_too_slow"' in told
        for connection in (silent, dripping, slow_body, again):
            connection.close()


def test_a_head_without_end_is_not_kept_in_memory(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(app, monkeypatch) as address, socket.create_connection(address) as endless:
        endless.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            sent_without_end(endless)


def test_headers_of_other_machines_are_not_believed_by_the_server(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvicorn by itself believes what 127.0.0.1 says of for whom a request is."""
    with listening(app, monkeypatch) as (host, port):
        response = httpx.get(f"http://{host}:{port}/packs", headers={"X-Forwarded-Proto": "https"})
        assert response.status_code == 200
        assert "strict-transport-security" not in response.headers
