"""Runs the web service on the address that the settings name."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import closing

import uvicorn
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

from qa.api import create_app
from qa.errors import AddressInUseError
from qa.service import BoardQA
from qa.settings import Settings
from qa.slow_senders import PatientProtocol
from qa.tracing import start_tracing
from qa.trimming import trim_on
from qa.ways_in import check_address

KEEP_ALIVE_SECONDS = 5  # without a request, after which a connection is closed
MAX_CONNECTIONS = 500  # open at once; who comes then gets 503
MAX_HEAD_BYTES = 64 * 1024  # of a request line with its headers, before it is even looked at
STOPPING_SECONDS = 30  # in which answers in the making are finished when the service is stopped


def serve(service: BoardQA, settings: Settings) -> None:
    """Serve until interrupted. Raises SettingsError, AddressInUseError where the address cannot be had."""
    check_address(settings)
    start_tracing()
    # Several questions are answered at once: each on one core, as threads that wait for each other slow all down
    threadpool_limits(1, user_api="blas")
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
        config = uvicorn.Config(
            app,
            log_config=None,  # what it tells goes where all else does
            access_log=False,  # it would hold what people ask; each request is told without
            server_header=False,
            http=PatientProtocol,
            proxy_headers=False,  # the application itself believes the proxies that are named, and nobody else
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOPPING_SECONDS,
            limit_concurrency=MAX_CONNECTIONS,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        )
        threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        stopped = threading.Event()
        threading.Thread(target=trim_on, args=(stopped,), name="trimming", daemon=True).start()
        with closing(app.state.entrance):
            uvicorn.Server(config).run(sockets=[listener])
        stopped.set()


def _warm_up(service: BoardQA) -> None:
    """Load the model and find example questions, so that the first reader waits for neither."""
    if not service.ready():  # what went wrong is told by /readyz
        service.example_questions()
