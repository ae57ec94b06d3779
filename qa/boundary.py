"""The edge of the web service: size limit, security headers, and one error shape for every failure."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import BoardQAError
from qa.templates import pages_show, render
from qa.upload_access import may_upload

log = logging.getLogger(__name__)

# A question of 1,000 characters with twenty earlier turns takes less than a tenth of this.
MAX_REQUEST_BYTES = 256 * 1024

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
    "feedback_full": 507,
    "not_ready": 503,
    "index_mismatch": 503,
    "index_damaged": 503,
    "model_unavailable": 503,
}

# What the web framework itself refuses, by HTTP status: code, message (method and path are put in), hint.
OF_STATUS = {
    404: ("not_found", "There is nothing at {path}.", "The addresses that there are stand at /docs."),
    405: ("method_not_allowed", "{path} does not take {method}.", "The addresses and their methods stand at /docs."),
    413: (
        "request_too_large",
        f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB.",
        "Send a shorter question or fewer earlier turns.",
    ),
}

# What is told of a failure that nobody foresaw: code, message, hint.
CRASH = ("internal_error", "Something went wrong in board-qa.", "The server's log says what.")


# A form or script of another site that acts in a reader's name
CROSS_SITE = (
    "cross_site",
    "This was sent from another web site.",
    "Open the page itself and send it from there; a proxy must pass the Host header on.",
)
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _cross_site(request: Request) -> bool:
    """Whether a browser tells that another site sends a request that changes something; programs tell nothing."""
    if request.method not in CHANGING:
        return False
    if sender := request.headers.get("sec-fetch-site"):  # told by browsers on https and on loopback addresses
        return sender not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def error_body(code: str, message: str, hint: str = "") -> dict[str, dict[str, str]]:
    """The error shape of every failure."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def status_of(code: str) -> int:
    """The HTTP status of an error code."""
    return STATUS_OF_CODE.get(code, 500)


def failure(request: Request, code: str, message: str, hint: str, status: int | None = None) -> Response:
    """A failure as the asker reads it: a page for a browser that opened a page, else the error object."""
    status = status or status_of(code)
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
        return HTMLResponse(render("error.html", message=message, hint=hint, status=status), status)
    return JSONResponse(error_body(code, message, hint), status)


def install_error_handlers(app: FastAPI) -> None:
    """Give known errors, refused requests and unknown addresses the one error shape."""

    @app.exception_handler(BoardQAError)
    def known(request: Request, error: BoardQAError) -> Response:
        return failure(request, error.code, error.message, error.hint)

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
        message = message.format(path=request.url.path, method=request.method)
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
        started = False
        received = 0
        most = scope["app"].state.request_limits.get(scope["path"], MAX_REQUEST_BYTES)
        shown = scope["app"].state.shown
        added = SECURITY_HEADERS | ({} if shown["robots"] else UNLISTED)
        if scope["scheme"] == "https":
            added = added | HTTPS_ONLY

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)  # a route may have a stricter one
            await send(message)

        async def guarded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                # FastAPI lets an HTTPException raised while it reads the body through to the handlers above.
                raise HTTPException(413)
            return message

        shown = shown | {"can_upload": may_upload(Request(scope), scope["app"].state.service.settings)}
        with pages_show(**shown):
            try:
                if _cross_site(Request(scope)):
                    await failure(Request(scope), *CROSS_SITE)(scope, receive, guarded_send)
                    return
                await self.app(scope, guarded_receive, guarded_send)
            except Exception:
                log.exception("%s %s failed", scope["method"], scope["path"])
                if started:
                    raise
                await failure(Request(scope), *CRASH)(scope, receive, guarded_send)
