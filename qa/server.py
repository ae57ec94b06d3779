"""Runs the web service on the address that the settings name."""

from __future__ import annotations

import socket
import sys
import threading

import uvicorn

from qa.api import create_app
from qa.errors import AddressInUseError
from qa.service import BoardQA
from qa.settings import Settings


def serve(service: BoardQA, settings: Settings) -> None:
    """Serve until interrupted. Raises SettingsError, AddressInUseError where the address cannot be had."""
    app = create_app(service)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    # As servers do: a port whose last connections are just closing can be taken again.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise AddressInUseError(
                f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.",
                "Choose another port, as in: board-qa serve --port 8001",
            ) from None
        shown = f"[{settings.host}]" if family == socket.AF_INET6 else settings.host
        print(f"board-qa listens on http://{shown}:{settings.port}/ (Ctrl-C stops it)", file=sys.stderr, flush=True)
        config = uvicorn.Config(app, log_level=settings.log_level, server_header=False)
        threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        uvicorn.Server(config).run(sockets=[listener])


def _warm_up(service: BoardQA) -> None:
    """Load the model and find example questions, so that the first reader waits for neither."""
    if not service.ready():  # what went wrong is told by /readyz
        service.example_questions()
