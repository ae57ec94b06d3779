"""Signing in and out: the page, the way to the OpenID Connect provider and back."""

from __future__ import annotations

import hmac
import logging
import re
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.audit import Act
from qa.entrance import SESSION_COOKIE, SIGN_IN_COOKIE, Entrance, address_of, cookie_name, host_of, set_cookie
from qa.errors import NotAllowedError, SignInFailedError
from qa.oidc import FAILED_HINT, Provider
from qa.person import ANONYMOUS, Person
from qa.service import BoardQA
from qa.sessions import SIGN_IN_SECONDS
from qa.settings import variable
from qa.templates import render
from qa.upload_access import is_loopback

MAX_NEXT_CHARS = 2000
# A path of this service: no scheme or host, also not as browsers read "//host", "/\host" and "/<tab>/host"
OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
ERROR_NAME = re.compile(r"[a-z_]{1,40}")  # of OAuth 2.0, as in access_denied
NOT_STORED = {"Cache-Control": "no-store"}

log = logging.getLogger(__name__)

sign_in_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _entrance(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.entrance
    return entrance


def _provider(request: Request) -> Provider:
    provider = _entrance(request).provider
    if provider is None:
        raise HTTPException(404)  # nobody signs in here
    return provider


CurrentEntrance = Annotated[Entrance, Depends(_entrance)]
CurrentProvider = Annotated[Provider, Depends(_provider)]


@sign_in_website.get("/sign-in")
def sign_in(_: CurrentProvider, next: str = "/") -> Response:
    """The page from which people go to the provider to sign in."""
    page = render("sign_in.html", next=own_path(next), signed_out=False, onward=None, may_sign_in=False)
    return HTMLResponse(page, headers=NOT_STORED)


@sign_in_website.get("/sign-in/start")
async def start(request: Request, entrance: CurrentEntrance, provider: CurrentProvider, next: str = "/") -> Response:
    """The way to the provider."""
    if request.url.scheme != "https" and not is_loopback(host_of(request)):
        raise NotAllowedError(
            "People sign in over https only, as others on the way could take their place.",
            f"Where a proxy before this service speaks https, set {variable('trusted_proxies')} to its address.",
        )
    address = f"{request.base_url}sign-in/callback"
    at_provider, begun = await provider.begin(address, own_path(next))
    await entrance.looked_up(entrance.sessions.keep, begun)
    response = RedirectResponse(at_provider, 303, NOT_STORED)
    set_cookie(request, response, SIGN_IN_COOKIE, begun.state, SIGN_IN_SECONDS)
    return response


@sign_in_website.get("/sign-in/callback")
async def callback(
    request: Request,
    entrance: CurrentEntrance,
    provider: CurrentProvider,
    state: str = "",
    code: str = "",
    error: str = "",
) -> Response:
    """Where the provider sends people back to, signed in or not."""
    try:
        person, id_token, next_ = await _signed_in(request, entrance, provider, state, code, error)
    except SignInFailedError as failed:
        log.warning("a sign-in failed: %s (%s)", failed.message, failed.__cause__)
        await _record(request, ANONYMOUS, Act.REFUSED, code=failed.code, address=address_of(request))
        raise
    before = request.cookies.get(cookie_name(SESSION_COOKIE, request))
    if before:
        await entrance.looked_up(entrance.sessions.end, before)
    await _record(request, person, Act.SIGN_IN, address=address_of(request))
    secret = await entrance.looked_up(entrance.sessions.begin, person, id_token)
    response = RedirectResponse(next_, 303, NOT_STORED)
    set_cookie(request, response, SESSION_COOKIE, secret, entrance.sessions.seconds)
    set_cookie(request, response, SIGN_IN_COOKIE, "", 0)
    return response


async def _signed_in(
    request: Request, entrance: Entrance, provider: Provider, state: str, code: str, error: str
) -> tuple[Person, str, str]:
    """Who has signed in, the ID token, and the page to lead to. Raises SignInFailedError, SignInUnavailableError."""
    shown = request.cookies.get(cookie_name(SIGN_IN_COOKIE, request), "")
    same = hmac.compare_digest(shown.encode(), state.encode())
    begun = await entrance.looked_up(entrance.sessions.taken, state) if state and same else None
    if begun is None:
        raise SignInFailedError(
            "This sign-in was not begun in this browser, took too long, or is done already.", FAILED_HINT
        )
    if error:
        told = error if ERROR_NAME.fullmatch(error) else "an error"
        raise SignInFailedError(f"The sign-in provider did not sign you in: {told}.", FAILED_HINT)
    person, id_token = await provider.finish(begun, code)
    return person, id_token, begun.next


@sign_in_website.post("/sign-out")
async def sign_out(request: Request, entrance: CurrentEntrance, provider: CurrentProvider) -> Response:
    """End the session; the page leads on to the provider, where that signs people out too."""
    secret = request.cookies.get(cookie_name(SESSION_COOKIE, request))
    id_token = await entrance.looked_up(entrance.sessions.end, secret) if secret else ""
    person: Person = request.state.person
    onward = None
    if id_token:
        await _record(request, person, Act.SIGN_OUT, address=address_of(request))
        onward = await provider.sign_out_address(id_token, f"{request.base_url}sign-in")
    # Not a redirect: browsers hold the form to its own site, which the content security policy names alone
    page = render("sign_in.html", next="/", signed_out=True, onward=onward, person=ANONYMOUS, may_sign_in=False)
    response = HTMLResponse(page, headers=NOT_STORED)
    set_cookie(request, response, SESSION_COOKIE, "", 0)
    return response


def own_path(wanted: str) -> str:
    """The address to lead to after signing in: ``wanted`` where it is a path of this service, else "/"."""
    return wanted if len(wanted) <= MAX_NEXT_CHARS and OWN_PATH.fullmatch(wanted) else "/"


async def _record(request: Request, person: Person, act: Act, **about: str) -> None:
    service: BoardQA = request.app.state.service
    await run_sync(lambda: service.seen_by(person).audit.record(act, **about))
