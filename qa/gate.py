"""The gate before every route: who asks, whether they may come in, and how much they may ask."""

from __future__ import annotations

import logging
import re
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import BoardQAError
from qa.audit import Act
from qa.boundary import CHANGING, CROSS_SITE, failure, same_origin, wants_page
from qa.entrance import OPEN, Entrance, address_of, peer_of
from qa.errors import BadTokenError, NotAllowedError, SignInNeededError, TooManyRequestsError
from qa.person import ANONYMOUS, Person, Right, Way
from qa.rates import Budget
from qa.service import BoardQA
from qa.templates import pages_show
from qa.upload_access import may_upload

# What each way of asking needs of a token: the first that fits method and path. Reading is what is left
RIGHTS = (
    (re.compile(r"\w+ /api/audit(/.*)?"), Right.ADMIN),
    (re.compile(r"\w+ /metrics"), Right.ADMIN),
    (re.compile(r"\w+ (/api)?/uploads?(/.*)?"), Right.WRITE),
    (re.compile(r"\w+ /(api/)?(conversations|answers)(/.*)?"), Right.ASK),
    (re.compile(r"POST /(api/ask|api/feedback)?"), Right.ASK),
    (re.compile(r"(GET|HEAD|OPTIONS) .*"), Right.READ),
    (re.compile(r"\w+ .*", re.DOTALL), Right.WRITE),
)
# What is answered by reading papers through, rather than by looking something up
QUESTIONS = re.compile(r"POST /(api/ask)?|GET /api/search")
SIGNING_IN = re.compile(r"/sign-in/.*|/sign-out")
UNCOUNTED = re.compile(r"/(static/.*|brand\.css|brand/logo|healthz|readyz|metrics)")
# What of an address is recorded: no pack's id, which would outlive the pack in the audit log
AREA = re.compile(r"(?:/api)?/[a-z-]*")
# What people who are signed in were shown, neither a browser nor a proxy keeps
NOT_KEPT = "private, no-store"

log = logging.getLogger(__name__)


class Gate:
    """Lets a request through to the routes with ``request.state.person``, or refuses it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        entrance: Entrance = scope["app"].state.entrance
        request.state.person = ANONYMOUS
        try:
            person = request.state.person = await entrance.person(request)
            _check_right(request, person)
            _count(request, person, entrance)
            if not _meant(request, person):
                await failure(request, *CROSS_SITE)(scope, receive, send)
                return
        except BoardQAError as error:
            await _note(request, error, entrance)
            await _refusal(request, error, entrance)(scope, receive, send)
            return

        async def unkept_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", NOT_KEPT)
            await send(message)

        service: BoardQA = scope["app"].state.service
        kept = entrance.ways.local or OPEN.fullmatch(scope["path"]) is not None
        with pages_show(
            person=person,
            may_sign_in=entrance.ways.oidc and person is ANONYMOUS,
            can_upload=may_upload(request, service.settings),
        ):
            await self.app(scope, receive, send if kept else unkept_send)


def _check_right(request: Request, person: Person) -> None:
    """Raise NotAllowedError where a token is not for what is asked with it."""
    if person.way is not Way.TOKEN or OPEN.fullmatch(request.scope["path"]):
        return
    asked = f"{request.method} {request.scope['path']}"
    needed = next(right for form, right in RIGHTS if form.fullmatch(asked))
    if needed not in person.rights:
        raise NotAllowedError(
            f"This API token is not for that: it lacks the right “{needed}”.",
            "Ask those who run this service for a token with it (`board-qa token add --rights`).",
        )


def _count(request: Request, person: Person, entrance: Entrance) -> None:
    """Count the request. Raises TooManyRequestsError."""
    path = request.scope["path"]
    if person.way is Way.LOCAL or UNCOUNTED.fullmatch(path):
        return
    if SIGNING_IN.fullmatch(path):
        entrance.rates.spend(Budget.SIGN_INS, None, address_of(request))
    elif QUESTIONS.fullmatch(f"{request.method} {path}") or (path == "/" and request.query_params.get("q", "").strip()):
        entrance.rates.spend(Budget.QUESTIONS, person, address_of(request))
    else:
        entrance.rates.spend(Budget.REQUESTS, person, address_of(request))


def _meant(request: Request, person: Person) -> bool:
    """Whether a request that changes something was sent by whoever is signed in, as far as a browser tells.

    A cookie, and what a proxy adds, come with what other sites send too; a token does not.
    """
    signed_in = person.way in (Way.OIDC, Way.PROXY)
    return not signed_in or request.method not in CHANGING or same_origin(request) is True


def _refusal(request: Request, error: BoardQAError, entrance: Entrance) -> Response:
    if isinstance(error, SignInNeededError) and entrance.ways.oidc and request.method == "GET" and wants_page(request):
        query = request.scope["query_string"].decode("latin-1")
        wanted = quote(request.scope["path"]) + ("?" + query if query else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303, {"Cache-Control": "no-store"})
    response = failure(request, error.code, error.message, error.hint)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.seconds)
    elif isinstance(error, BadTokenError):
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    elif isinstance(error, SignInNeededError):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _note(request: Request, error: BoardQAError, entrance: Entrance) -> None:
    """Record what somebody tried who may not; not that people have to sign in first, which is how all begin."""
    if isinstance(error, SignInNeededError | TooManyRequestsError):
        return
    try:
        entrance.rates.spend(Budget.REFUSALS, None, address_of(request))
    except TooManyRequestsError:
        return
    service: BoardQA = request.app.state.service
    audit = service.seen_by(request.state.person).audit
    area = AREA.match(request.scope["path"])
    told = {
        "code": error.code,
        "area": area[0] if area else "",
        "address": address_of(request),
        "peer": peer_of(request),
    }
    try:
        await run_sync(lambda: audit.record(Act.REFUSED, **told))
    except BoardQAError:
        log.exception("a refusal is not in the audit log")
