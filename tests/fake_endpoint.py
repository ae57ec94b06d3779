"""A real HTTP server on loopback that speaks the OpenAI chat protocol and fails in chosen ways."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = re.compile(r"^\[([A-Z]\d[A-Z])\]", re.M)
PIECE_CHARACTERS = 7  # of an answer sent at a time


@dataclass
class Request:
    """What a client sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def asked(self) -> str:
        """The last message: evidence and question."""
        return str(self.body["messages"][-1]["content"])

    @property
    def keys(self) -> list[str]:
        """The keys of the evidence shown, in order."""
        return KEY.findall(self.asked)


@dataclass
class Endpoint:
    """How the server behaves. ``says`` makes the answer from the request; each field after it is one failure."""

    says: Callable[[Request], str] = lambda _: "NOT FOUND"
    refusals: list[int] = field(default_factory=list)  # statuses answered first, one a request
    message: str = "refused"  # told with a refusal
    retry_after: str | None = None
    pause: float = 0.0  # seconds before each piece
    silent_for: float = 0.0  # seconds before the first piece
    dies_after: int | None = None  # pieces, then the connection is cut
    ends_after: int | None = None  # pieces, then the stream ends as if whole, without saying why
    garbage: bytes | None = None  # sent in place of an answer
    requests: list[Request] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)  # set when a client went away mid-answer
    url: str = ""


@contextmanager
def endpoint(behaviour: Endpoint) -> Iterator[Endpoint]:
    """The server while the block runs; its address is in ``behaviour.url``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            behaviour.requests.append(request)
            try:
                _answer(self, behaviour, request)
            except (BrokenPipeError, ConnectionResetError):
                behaviour.closed.set()
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    behaviour.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield behaviour
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, behaviour: Endpoint, request: Request) -> None:
    if behaviour.refusals:
        _send(handler, behaviour.refusals.pop(0), {"error": {"message": behaviour.message}}, behaviour.retry_after)
        return
    if behaviour.garbage is not None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", str(len(behaviour.garbage)))
        handler.end_headers()
        handler.wfile.write(behaviour.garbage)
        return
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    _wait(handler, behaviour.silent_for)
    text = behaviour.says(request)
    pieces = [text[i : i + PIECE_CHARACTERS] for i in range(0, len(text), PIECE_CHARACTERS)]
    for n, piece in enumerate(pieces):
        if n == behaviour.dies_after:
            handler.close_connection = True
            handler.connection.shutdown(2)
            return
        if n == behaviour.ends_after:
            handler.wfile.write(b"0\r\n\r\n")
            return
        _wait(handler, behaviour.pause)
        _event(handler, {"delta": {"role": "assistant", "content": piece}, "index": 0, "finish_reason": None})
    _event(handler, {"delta": {}, "index": 0, "finish_reason": "stop"})
    _chunk(handler, b"data: [DONE]\n\n")
    handler.wfile.write(b"0\r\n\r\n")


def _wait(handler: BaseHTTPRequestHandler, seconds: float) -> None:
    """Say nothing for so long, but notice when the client goes away."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _chunk(handler, b": still there\n\n")
        time.sleep(0.02)


def _event(handler: BaseHTTPRequestHandler, choice: dict[str, Any]) -> None:
    told = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice]}
    _chunk(handler, f"data: {json.dumps(told)}\n\n".encode())


def _chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def _send(handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any], retry_after: str | None) -> None:
    data = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    if retry_after is not None:
        handler.send_header("Retry-After", retry_after)
    handler.end_headers()
    handler.wfile.write(data)
