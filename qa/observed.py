"""Every request as those see it who run the service: its id, a line in the log, the figures, a span."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.logs import FIELDS, request_id
from qa.metrics import Metrics
from qa.person import Person
from qa.tracing import span

ID_HEADER = "X-Request-ID"
ID = re.compile(r"[A-Za-z0-9._-]{8,64}")  # of those given by who asks; others get one of ours
OTHER = "other"  # the route of what leads nowhere: the address itself may be anything
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = logging.getLogger("qa.requests")


class Observed:
    """Around all that looks at a request: what is refused at the edge is told too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(ID_HEADER, "")
        id_ = given if ID.fullmatch(given) else uuid4().hex
        method = scope["method"] if scope["method"] in METHODS else OTHER
        status = 500  # where nothing at all is sent
        began = time.perf_counter()

        async def marked_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = id_
            await send(message)

        held = request_id.set(id_)
        try:
            with span("request", {"http.request.method": method}) as told:
                try:
                    await self.app(scope, receive, marked_send)
                finally:
                    seconds = time.perf_counter() - began
                    route = _route(scope)
                    told({"http.route": route, "http.response.status_code": status})
                    metrics: Metrics = scope["app"].state.metrics
                    metrics.requested(route, method, status, seconds)
                    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
                    log.info("request", extra={FIELDS: fields | _role(scope)})
        finally:
            request_id.reset(held)


def _route(scope: Scope) -> str:
    """The template of the address, as in "/packs/{pack}": the address itself tells what is read."""
    found = scope.get("route")
    return getattr(found, "path_format", None) or getattr(found, "path", None) or OTHER


def _role(scope: Scope) -> dict[str, str]:
    """What whoever asks may do; not who it is. Nothing where the request was refused before that was known."""
    person: Person | None = scope.get("state", {}).get("person")
    return {"role": person.role.value, "way": person.way.value} if person else {}
