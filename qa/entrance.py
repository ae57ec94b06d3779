"""Who sends a request, by what it shows: a loopback name, a proxy's header, a session's cookie or an API token."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from qa.errors import BadTokenError, NotAllowedError, SignInNeededError, WrongHostError
from qa.oidc import MAX_ID_CHARS, MAX_NAME_CHARS, Provider
from qa.people_store import PeopleStore
from qa.person import ANONYMOUS, Person, Role, Way, local_person
from qa.rates import Budget, Rates
from qa.sessions import Sessions
from qa.settings import Settings, variable, words
from qa.tokens import PREFIX as TOKEN_PREFIX
from qa.tokens import Tokens
from qa.upload_access import is_loopback, through_proxy
from qa.ways_in import WaysIn

T = TypeVar("T")

SESSION_COOKIE, SIGN_IN_COOKIE = "board_qa_session", "board_qa_sign_in"
LOOKUPS_AT_ONCE = 4  # of sessions and tokens; by themselves, so that they never wait for answers in the making
# What tells nothing of the papers, and is asked for before anybody can sign in
OPEN = re.compile(r"/(healthz|readyz|robots\.txt|privacy|accessibility|static/.*|brand\.css|brand/logo|sign-in(/.*)?)")
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})  # asked by programs that watch over the service
METRICS = "/metrics"


class Entrance:
    """The way into one service. Raises SettingsError where the settings do not go together."""

    def __init__(self, settings: Settings, ways: WaysIn) -> None:
        self.ways = ways
        self.rates = Rates(settings)
        self.provider = Provider(ways) if ways.oidc else None
        self._people = PeopleStore(settings.data)
        self.sessions = Sessions(self._people, settings.session_hours)
        self.tokens = Tokens(self._people)
        self._settings = settings
        self._local = local_person()
        self._lookups = anyio.CapacityLimiter(LOOKUPS_AT_ONCE)

    def close(self) -> None:
        """Close the file of people's data."""
        self._people.close()

    async def person(self, request: Request) -> Person:
        """Who sends the request; ANONYMOUS for nobody known where that is enough.

        Raises WrongHostError, NotAllowedError, BadTokenError, TooManyRequestsError, SignInNeededError.
        """
        path = request.scope["path"]
        if path in PROBES and _at_machine(request, path) and not self.ways.is_proxy(peer_of(request)):
            return self._local if self.ways.local else ANONYMOUS
        self._check_way(request)
        person = await self._known(request) or ANONYMOUS
        if path == METRICS and not person.role.covers(Role.ADMIN):
            raise NotAllowedError("Metrics are for administrators.", "Ask from the machine itself, or with a token.")
        if person is ANONYMOUS and not self._settings.anonymous and not OPEN.fullmatch(path):
            raise SignInNeededError("Sign in first.", self._sign_in_hint())
        return person

    async def looked_up(self, look: Callable[..., T], *given: object) -> T:
        """What a call to the file of people's data gives, without holding up other requests meanwhile."""
        return await run_sync(look, *given, limiter=self._lookups)

    def _check_way(self, request: Request) -> None:
        if self.ways.local:
            if not is_loopback(host_of(request)):
                raise WrongHostError(
                    "This service answers only to the machine that it runs on, by the name localhost or 127.0.0.1.",
                    f"To let others in, set {variable('auth')} to proxy or oidc.",
                )
            if through_proxy(request):
                raise NotAllowedError(
                    "This service takes nobody who comes through a proxy.",
                    f"To let others in, set {variable('auth')} to proxy or oidc.",
                )
        if self.ways.proxy and not self.ways.is_proxy(peer_of(request)):
            raise NotAllowedError(
                "This service is reached through its proxy alone.",
                f"Open the address that the proxy serves. {variable('trusted_proxies')} names the proxy's own address.",
            )

    async def _known(self, request: Request) -> Person | None:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        shown = shown.strip()
        # A proxy may have signed in people by a token of another kind, and pass that on
        if scheme.lower() == "bearer" and (shown.startswith(TOKEN_PREFIX) or not self.ways.proxy):
            address = address_of(request)
            self.rates.check(Budget.BAD_TOKENS, address)
            try:
                return await self.looked_up(self.tokens.person, shown)
            except BadTokenError:
                self.rates.spend(Budget.BAD_TOKENS, None, address)
                raise
        if self.ways.local:
            return self._local
        if self.ways.proxy:
            return self._named_by_proxy(request)
        secret = request.cookies.get(cookie_name(SESSION_COOKIE, request))
        return await self.looked_up(self.sessions.person, secret) if secret else None

    def _named_by_proxy(self, request: Request) -> Person | None:
        named = [_in_utf8(name).strip() for name in request.headers.getlist(self._settings.proxy_user_header)]
        if len(named) > 1 or any(len(name) > MAX_ID_CHARS for name in named):
            raise NotAllowedError(
                "The proxy names more than one person, or a name that is too long.",
                "The proxy has to take out what its visitors send in the header by which it names them.",
            )
        if not named or not named[0]:
            return None
        listed = _in_utf8(",".join(request.headers.getlist(self._settings.proxy_groups_header)))
        role = self.ways.role_of(words(listed))
        return Person(f"proxy:{named[0]}", named[0][:MAX_NAME_CHARS], role, Way.PROXY)

    def _sign_in_hint(self) -> str:
        if self.ways.oidc:
            return "Open /sign-in in a browser, or send an API token as “Authorization: Bearer …”."
        return "The proxy before this service signs people in; programs send an API token as “Authorization: Bearer …”."


def peer_of(request: Request) -> str:
    """The address that is connected, be it a proxy's."""
    peer: str = request.state.peer
    return peer


def address_of(request: Request) -> str:
    """The address that the request is from, as far as named proxies tell."""
    return request.client.host if request.client else ""


def host_of(request: Request) -> str:
    """The host that the request names, without its port."""
    host = request.headers.get("host", "")
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def cookie_name(name: str, request: Request) -> str:
    """What a cookie is called: on https no other host and no http page can set one of that name."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Have the browser keep a secret that no script reads and no other site's form sends; 0 seconds take it back."""
    response.set_cookie(
        cookie_name(name, request),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _in_utf8(header: str) -> str:
    """A header's text, which is read as Latin-1 and mostly is UTF-8."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeDecodeError:
        return header


def _at_machine(request: Request, path: str) -> bool:
    """Whether a program on this machine asks, and no proxy for somebody else.

    Probes of whether the service runs name no host, at times; for figures they must, as else a page of another site
    could have a browser on this machine ask for them.
    """
    proxied = through_proxy(request)
    return is_loopback(peer_of(request)) and not proxied and (path != METRICS or is_loopback(host_of(request)))
