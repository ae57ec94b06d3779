"""The edge of the web service: size limit, security headers, and one error shape for every failure."""

from __future__ import annotations

import logging
import re
from ipaddress import IPv6Address

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import BoardQAError
from qa.errors import BusyError
from qa.templates import pages_show, render

log = logging.getLogger(__name__)

# A question of 1,000 characters with twenty earlier turns takes less than a tenth of this.
MAX_REQUEST_BYTES = 256 * 1024
# A question of 1,000 characters takes up to 12 bytes each in an address; register and pack links are far shorter
MAX_URL_BYTES = 16 * 1024
MAX_HEADER_BYTES = 24 * 1024  # all together; what proxies add to sign people in can take most of it
BODY_SECONDS = 30.0  # in which a request has to be sent whole
UPLOAD_SECONDS = 60 * 60.0  # the same where larger ones are taken
MAX_JSON_BYTES = 32 * 1024 * 1024  # of one answer; the whole register of a thousand packs takes a third of it
# What a Host header may be: anything else would break the addresses that are made of it
HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::\d{1,5})?")

# Nothing is loaded from elsewhere and nothing inline runs; pages cannot be framed.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Search engines are kept out of every address unless the settings let them in.
UNLISTED = {"X-Robots-Tag": "noindex, nofollow"}
# Only where the request came by https, itself or by a proxy that the web server trusts; of this host alone.
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}

# The HTTP status of each error code; a code that is not here is the server's fault: 500.
STATUS_OF_CODE = {
    "bad_request": 422,
    "empty_question": 422,
    "question_too_long": 422,
    "request_too_large": 413,
    "unknown_pack": 404,
    "unknown_page": 404,
    "unknown_decision": 404,
    "unknown_meeting": 404,
    "unknown_conversation": 404,
    "unknown_answer": 404,
    "cross_site": 403,
    "conversations_full": 507,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_allowed": 403,
    "unknown_upload": 404,
    "upload_too_large": 413,
    "uploads_busy": 503,
    "busy": 429,
    "pictures_busy": 503,
    "damaged_file": 422,
    "limit_exceeded": 422,
    "disk_full": 507,
    "reader_unavailable": 503,
    "feedback_full": 507,
    "not_ready": 503,
    "index_mismatch": 503,
    "index_damaged": 503,
    "model_unavailable": 503,
    "audit_unavailable": 503,
    "sign_in_needed": 401,
    "bad_token": 401,
    "sign_in_failed": 400,
    "sign_in_unavailable": 503,
    "wrong_host": 403,
    "too_many_requests": 429,
    "answer_too_large": 422,
}

# What the web framework itself refuses, by HTTP status: code, message (method and path are put in), hint.
OF_STATUS = {
    404: ("not_found", "There is nothing at {path}.", "The addresses that there are stand at /docs."),
    405: ("method_not_allowed", "{path} does not take {method}.", "The addresses and their methods stand at /docs."),
    408: ("request_too_slow", "The request was not sent in time.", "Send it again, over a better connection."),
    413: (
        "request_too_large",
        f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB.",
        "Send a shorter question or fewer earlier turns.",
    ),
    414: (
        "url_too_long",
        f"The address is longer than {MAX_URL_BYTES // 1024} KiB.",
        "Send questions to POST /api/ask.",
    ),
    431: (
        "headers_too_large",
        f"The request's headers are larger than {MAX_HEADER_BYTES // 1024} KiB.",
        "Delete the cookies of this site in the browser.",
    ),
}
# The rest of what was sent is not read, so nothing else can be asked on that connection
CLOSED = {"Connection": "close"}

# What is told of a failure that nobody foresaw: code, message, hint.
CRASH = ("internal_error", "Something went wrong in board-qa.", "The server's log says what.")


# A form or script of another site that acts in a reader's name
CROSS_SITE = (
    "cross_site",
    "This was sent from another web site.",
    "Open the page itself and send it from there; a proxy must pass the Host header on.",
)
ANSWER_TOO_LARGE = (
    "answer_too_large",
    f"The answer would be larger than {MAX_JSON_BYTES >> 20} MiB.",
    "Narrow it by filters: a body, dates, a pack.",
)
BAD_HOST = ("wrong_host", "The Host header is none.", "Send it as in “papers.example” or “localhost:8000”.")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def same_origin(request: Request) -> bool | None:
    """Whether a browser tells that a page of this service sends the request; None where nothing is told, as by
    programs."""
    if sender := request.headers.get("sec-fetch-site"):  # told by browsers on https and on loopback addresses
        return sender in ("same-origin", "none")
    origin = request.headers.get("origin")
    return None if origin is None else origin.partition("://")[2] == request.headers.get("host")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to show."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/api/")


def error_body(code: str, message: str, hint: str = "") -> dict[str, dict[str, str]]:
    """The error shape of every failure."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def status_of(code: str) -> int:
    """The HTTP status of an error code."""
    return STATUS_OF_CODE.get(code, 500)


def failure(request: Request, code: str, message: str, hint: str, status: int | None = None) -> Response:
    """A failure as the asker reads it: a page for a browser that opened a page, else the error object."""
    status = status or status_of(code)
    if wants_page(request):
        return HTMLResponse(render("error.html", message=message, hint=hint, status=status), status)
    return JSONResponse(error_body(code, message, hint), status)


def install_error_handlers(app: FastAPI) -> None:
    """Give known errors, refused requests and unknown addresses the one error shape."""

    @app.exception_handler(BoardQAError)
    def known(request: Request, error: BoardQAError) -> Response:
        response = failure(request, error.code, error.message, error.hint)
        if isinstance(error, BusyError):
            response.headers["Retry-After"] = str(error.seconds)
        return response

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
        message = f"{place}: {first['msg']}." if place else f"{first['msg']}."
        return failure(
            request,
            "bad_request",
            message,
            "The fields are described at /docs; a body is sent as Content-Type: application/json.",
        )

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        code, message, hint = OF_STATUS.get(error.status_code, ("bad_request", str(error.detail), ""))
        message = message.format(path=request.scope["path"], method=request.method)
        response = failure(request, code, message, hint, error.status_code)
        response.headers.update(error.headers or {})
        return response


class Boundary:
    """Outermost layer: adds the security headers, refuses large requests, tells nothing of a crash but its code."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = dropped = complete = False
        received = 0
        most = scope["app"].state.request_limits.get(scope["path"], MAX_REQUEST_BYTES)
        until = anyio.current_time() + (BODY_SECONDS if most == MAX_REQUEST_BYTES else UPLOAD_SECONDS)
        shown = scope["app"].state.shown
        added = SECURITY_HEADERS | ({} if shown["robots"] else UNLISTED)
        if scope["scheme"] == "https":
            added = added | HTTPS_ONLY
        request = Request(scope)

        async def headed_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)  # a route may have a stricter one
            await send(message)

        async def guarded_send(message: Message) -> None:
            nonlocal dropped
            if message["type"] == "http.response.start" and _too_large(message):
                dropped = True
                await failure(request, *ANSWER_TOO_LARGE)(scope, receive, headed_send)
            elif not dropped:
                await headed_send(message)

        async def guarded_receive() -> Message:
            nonlocal received, complete
            if complete:  # what comes now tells that the asker went away
                return await receive()
            # FastAPI lets an HTTPException raised while it reads the body through to the handlers above.
            try:
                with anyio.fail_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers=CLOSED) from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > most:
                raise HTTPException(413, headers=CLOSED)
            return message

        with pages_show(**shown):
            try:
                if (refused := _refused(request)) is not None:
                    await refused(scope, receive, headed_send)
                    return
                await self.app(scope, guarded_receive, guarded_send)
            except Exception:
                log.exception("%s %s failed", scope["method"], scope["path"])
                if started:
                    raise
                await failure(request, *CRASH)(scope, receive, headed_send)


def _refused(request: Request) -> Response | None:
    """The answer to a request that goes no further, by its headers alone."""
    scope = request.scope
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
        return _by_status(request, 414)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return _by_status(request, 431)
    host = request.headers.get("host")
    if host is not None and not _is_host(host):
        return failure(request, *BAD_HOST)
    if request.method in CHANGING and same_origin(request) is False:
        return failure(request, *CROSS_SITE)
    return None


def _is_host(told: str) -> bool:
    form = HOST.fullmatch(told)
    if form is None or form["v6"] is None:
        return form is not None
    try:
        return IPv6Address(form["v6"]) is not None
    except ValueError:
        return False


def _by_status(request: Request, status: int) -> Response:
    code, message, hint = OF_STATUS[status]
    return failure(request, code, message, hint, status)


def _too_large(start: Message) -> bool:
    """Whether a response that starts so is JSON of more bytes than may be."""
    headers = Headers(raw=start["headers"])
    return (
        headers.get("content-type", "").startswith("application/json")
        and int(headers.get("content-length", 0)) > MAX_JSON_BYTES
    )
