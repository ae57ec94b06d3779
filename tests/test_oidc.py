"""Signing in with an OpenID Connect provider: a real one on loopback, asked over HTTP, that can be made to lie."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from qa.api import create_app
from qa.audit import Act
from qa.people_store import PEOPLE
from qa.rates import SIGN_INS_PER_MINUTE
from qa.sessions import IDLE_SECONDS, SIGN_IN_SECONDS
from qa.sign_in_website import own_path
from tests.oidc_provider import CLIENT, SECRET, Provider, provided
from tests.ways import PAGE, SITE, client_at, opened, recorded, refused

SESSION, STATE = "__Host-board_qa_session", "__Host-board_qa_sign_in"
NUMBERS = count(1)
BROWSER = httpx.Client()  # made once: reading the certificates takes a while
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provided() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """The provider as it is when nothing is wrong."""
    running.reset()
    return running


@pytest.fixture(scope="module")
def app(running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with opened(tmp_path_factory.mktemp("oidc"), **settings_for(running)) as app:
        yield app


@pytest.fixture
def client(app: FastAPI, provider: Provider) -> TestClient:
    """A browser at an address of its own, as sign-ins are counted by it."""
    return client_at(app, f"203.0.113.{next(NUMBERS)}")


def settings_for(provider: Provider) -> dict[str, Any]:
    return {
        "auth": "oidc",
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "member_groups": "Councillors",
        "officer_groups": "Committee Services",
        "admin_groups": "IT",
    }


def begun(client: TestClient, next_: str = "/packs") -> str:
    """The address at the provider to which a sign-in leads."""
    response = client.get("/sign-in/start", params={"next": next_})
    assert response.status_code == 303, response.text
    return response.headers["location"]


def answered(client: TestClient, next_: str = "/packs") -> str:
    """The address to which the provider sends the browser back."""
    back = BROWSER.get(begun(client, next_))
    assert back.status_code == 302
    return back.headers["location"]


def sign_in(client: TestClient, next_: str = "/packs") -> httpx.Response:
    """The service's answer to what the provider sends."""
    return client.get(answered(client, next_))


def signed_in(client: TestClient) -> bool:
    return client.get("/api/packs").status_code == 200


def role(client: TestClient) -> str:
    if client.get("/api/audit").status_code == 200:
        return "admin"
    code = client.post("/api/uploads", headers=OWN).json()["error"]["code"]
    return "officer" if code == "bad_request" else "below"


# As it should be


def test_a_page_leads_to_signing_in_and_back_to_itself(client: TestClient) -> None:
    wanted = client.get("/packs?x=1&y=2", headers=PAGE)
    assert (wanted.status_code, wanted.headers["location"]) == (303, "/sign-in?next=/packs%3Fx%3D1%26y%3D2")
    page = client.get(wanted.headers["location"], headers=PAGE)
    assert 'href="/sign-in/start?next=/packs%3Fx%3D1%26y%3D2"' in page.text
    response = sign_in(client, "/packs?x=1&y=2")
    assert (response.status_code, response.headers["location"]) == (303, "/packs?x=1&y=2")
    page = client.get("/packs", headers=PAGE)
    assert page.status_code == 200
    assert "Signed in as Jane Marsh" in page.text
    assert "Sign out" in page.text


def test_programs_are_told_to_sign_in(client: TestClient) -> None:
    assert refused(client.get("/api/packs", headers=PAGE)) == (401, "sign_in_needed")
    assert refused(client.post("/api/ask", json={"question": "Who?"})) == (401, "sign_in_needed")
    assert client.post("/", data={"q": "Who?"}, headers=PAGE | OWN).status_code == 401


def test_the_provider_is_asked_with_state_nonce_and_a_code_challenge(client: TestClient, provider: Provider) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun(client)).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert min(len(asked["state"]), len(asked["nonce"])) >= 20
    assert asked["redirect_uri"] == f"{SITE}/sign-in/callback"
    again = {name: values[0] for name, values in parse_qs(urlsplit(begun(client)).query).items()}
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())
    assert SECRET not in begun(client)


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(client: TestClient, app: FastAPI) -> None:
    cookies = sign_in(client).headers.get_list("set-cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith(f"{SESSION}=")]
    for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/", f"Max-Age={8 * 60 * 60}"):
        assert part in session
    assert "Domain" not in session
    secret = client.cookies[SESSION]
    assert len(secret) == 43
    kept = b"".join(file.read_bytes() for file in app.state.service.settings.data.glob(f"{PEOPLE}*"))
    assert b"Jane Marsh" in kept
    assert secret.encode() not in kept


def test_a_new_sign_in_has_a_new_secret_and_ends_the_one_before(client: TestClient, app: FastAPI) -> None:
    sign_in(client)
    before = client.cookies[SESSION]
    sign_in(client)
    assert client.cookies[SESSION] != before
    thief = client_at(app, "203.0.113.66")
    thief.cookies.set(SESSION, before)
    assert not signed_in(thief)
    assert signed_in(client)


def test_a_secret_that_an_attacker_has_set_is_not_signed_in_with(client: TestClient, app: FastAPI) -> None:
    client.cookies.set(SESSION, "A" * 43)
    sign_in(client)
    thief = client_at(app, "203.0.113.66")
    thief.cookies.set(SESSION, "A" * 43)
    assert not signed_in(thief)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["Councillors"], "below"),
        (["Committee Services", "Councillors"], "officer"),
        ("IT", "admin"),
        ([], "below"),
        (None, "below"),
        ([7, {"name": "IT"}], "below"),
        ({"IT": True}, "below"),
    ],
)
def test_groups_give_roles(client: TestClient, provider: Provider, groups: Any, expected: str) -> None:
    provider.who["groups"] = groups
    assert sign_in(client).status_code == 303
    assert role(client) == expected


def test_a_role_is_lost_with_the_next_sign_in(client: TestClient, provider: Provider) -> None:
    provider.who["groups"] = ["IT"]
    sign_in(client)
    provider.who["groups"] = []
    assert role(client) == "admin"
    sign_in(client)
    assert role(client) == "below"


def test_a_session_ends_without_use_and_in_any_case_after_its_hours(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    now, began = time.time, time.time()
    for after, expected in ((IDLE_SECONDS - 5, True), (2 * IDLE_SECONDS - 20, True), (3 * IDLE_SECONDS, False)):
        monkeypatch.setattr("time.time", lambda after=after: began + after)
        assert signed_in(client) is expected
    monkeypatch.setattr("time.time", now)
    sign_in(client)
    began = time.time()
    for hour in range(1, 17):
        monkeypatch.setattr("time.time", lambda hour=hour: began + hour * (IDLE_SECONDS // 2))
        assert signed_in(client) is (hour < 16), hour


def test_signing_out_ends_the_session_here_and_leads_on_to_the_provider(client: TestClient, app: FastAPI) -> None:
    sign_in(client)
    before = client.cookies[SESSION]
    page = client.post("/sign-out", headers=PAGE | OWN)
    assert page.status_code == 200
    assert "You are signed out" in page.text
    assert "Signed in as" not in page.text
    onward = page.text.split('http-equiv="refresh" content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(onward).query).items()}
    assert asked["post_logout_redirect_uri"] == f"{SITE}/sign-in"
    assert asked["client_id"] == CLIENT
    assert asked["id_token_hint"].count(".") == 2
    back = BROWSER.get(onward).headers["location"]
    assert client.get(back, headers=PAGE).status_code == 200
    assert SESSION not in client.cookies
    client.cookies.set(SESSION, before)
    assert not signed_in(client)
    acts = [(entry.act, entry.person) for entry in recorded(app)]
    assert acts[:2] == [(Act.SIGN_OUT, "oidc:8f31"), (Act.SIGN_IN, "oidc:8f31")]


def test_signing_out_works_where_the_provider_knows_of_none(app: FastAPI, provider: Provider) -> None:
    provider.discovery["end_session_endpoint"] = None
    client = client_at(create_app(app.state.service))
    sign_in(client)
    page = client.post("/sign-out", headers=PAGE | OWN)
    assert "You may still be signed in where you signed in" in page.text
    assert not signed_in(client)


def test_another_site_signs_nobody_out_nor_asks_in_their_name(client: TestClient) -> None:
    sign_in(client)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert refused(client.post("/sign-out", headers=headers)) == (403, "cross_site")
        assert refused(client.post("/api/ask", json={"question": "Who?"}, headers=headers)) == (403, "cross_site")
    assert refused(client.post("/api/ask", json={"question": "Who?"}, headers=OWN)) == (503, "not_ready")


def test_people_who_have_not_signed_in_are_offered_it_where_they_may_ask(provider: Provider, tmp_path: Path) -> None:
    with opened(tmp_path, **settings_for(provider), anonymous=True) as app:
        client = client_at(app, "203.0.113.9")
        page = client.get("/packs", headers=PAGE)
        assert page.status_code == 200
        assert '<a href="/sign-in">Sign in</a>' in page.text
        assert role(client) == "below"


def test_the_session_is_for_every_process_of_the_service(client: TestClient, app: FastAPI) -> None:
    other = client_at(create_app(app.state.service), "203.0.113.9")
    back = answered(client)
    other.cookies = client.cookies
    assert other.get(back).status_code == 303
    assert signed_in(other)


# What is not taken


def not_taken(response: httpx.Response, client: TestClient) -> None:
    assert refused(response) == (400, "sign_in_failed")
    assert SESSION not in client.cookies
    assert not signed_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": None},
        {"aud": "another-service", "azp": CLIENT},
        {"aud": [CLIENT, "another-service"], "azp": "another-service"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 9_000_000_000, "exp": 9_000_000_300},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_not_taken(
    client: TestClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    not_taken(sign_in(client), client)


def _unsigned(_: dict[str, str], claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def _of_another_key(header: dict[str, str], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, OTHER_KEY)


def _by_the_client_secret(_: dict[str, str], claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def _by_an_unknown_key(header: dict[str, str], claims: dict[str, Any]) -> str:
    return jwt.encode({**header, "kid": "unheard of"}, claims, OTHER_KEY)


def _nothing(_: dict[str, str], claims: dict[str, Any]) -> str:
    return "not.a.token"


@pytest.mark.parametrize("sign", [_unsigned, _of_another_key, _by_the_client_secret, _by_an_unknown_key, _nothing])
def test_an_id_token_that_the_provider_has_not_signed_is_not_taken(
    client: TestClient, provider: Provider, app: FastAPI, sign: Any
) -> None:
    provider.sign = sign
    not_taken(sign_in(client), client)
    entry = recorded(app)[0]
    assert (entry.act, entry.about["code"]) == (Act.REFUSED, "sign_in_failed")


def test_a_changed_signature_is_not_taken(client: TestClient, provider: Provider) -> None:
    def changed(header: dict[str, str], claims: dict[str, Any]) -> str:
        head, body, signature = provider.signed(header, claims).split(".")
        return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"

    provider.sign = changed
    not_taken(sign_in(client), client)


def test_changed_claims_are_not_taken(client: TestClient, provider: Provider) -> None:
    def changed(header: dict[str, str], claims: dict[str, Any]) -> str:
        head, _, signature = provider.signed(header, claims).split(".")
        body = base64.urlsafe_b64encode(json.dumps({**claims, "groups": ["IT"]}).encode()).rstrip(b"=").decode()
        return f"{head}.{body}.{signature}"

    provider.sign = changed
    not_taken(sign_in(client), client)


def test_keys_may_be_changed_by_the_provider(client: TestClient, provider: Provider) -> None:
    before = provider.key
    assert sign_in(client).status_code == 303
    provider.key = OTHER_KEY
    try:
        assert sign_in(client).status_code == 303
    finally:
        provider.key = before


def test_an_answer_is_taken_once(client: TestClient, provider: Provider) -> None:
    back = answered(client)
    assert client.get(back).status_code == 303
    provider.asked.clear()
    assert refused(client.get(back)) == (400, "sign_in_failed")
    assert "/token" not in provider.asked
    assert signed_in(client)  # by the first one


def test_a_code_that_was_used_already_is_not_taken(client: TestClient, app: FastAPI) -> None:
    code = parse_qs(urlsplit(answered(client)).query)["code"][0]
    first, second = (parse_qs(urlsplit(answered(client)).query) for _ in range(2))
    assert client.get("/sign-in/callback", params={"code": second["code"][0], "state": second["state"][0]}).is_redirect
    victim = client_at(app, "203.0.113.66")
    state = parse_qs(urlsplit(begun(victim)).query)["state"][0]
    for used in (code, second["code"][0], first["code"][0], "", "guessed"):
        not_taken(victim.get("/sign-in/callback", params={"code": used, "state": state}), victim)
        state = parse_qs(urlsplit(begun(victim)).query)["state"][0]


def test_an_answer_to_another_browsers_sign_in_is_not_taken(client: TestClient, app: FastAPI) -> None:
    attackers = answered(client_at(app, "203.0.113.66"))
    not_taken(client.get(attackers), client)
    begun(client)
    not_taken(client.get(attackers), client)


def test_a_sign_in_takes_no_longer_than_it_may(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    back, now = answered(client), time.time()
    monkeypatch.setattr("time.time", lambda: now + SIGN_IN_SECONDS + 1)
    not_taken(client.get(back), client)


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>"])
def test_people_whom_the_provider_does_not_sign_in_are_told(client: TestClient, error: str) -> None:
    state = parse_qs(urlsplit(begun(client)).query)["state"][0]
    page = client.get("/sign-in/callback", params={"error": error, "state": state}, headers=PAGE)
    assert page.status_code == 400
    assert "did not sign you in" in page.text
    assert ("access_denied" in page.text) is (error == "access_denied")
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "http://127.0.0.1:1/authorize", "issuer": "x"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    app: FastAPI, provider: Provider, wrong: dict[str, Any]
) -> None:
    client = client_at(create_app(app.state.service))
    provider.discovery = wrong
    assert refused(client.get("/sign-in/start")) == (503, "sign_in_unavailable")
    provider.discovery = {}
    assert client.get("/sign-in/start").status_code == 303 or "issuer" not in wrong


def test_a_provider_that_is_down_is_told_on_a_page_and_signs_nobody_out(provider: Provider, tmp_path: Path) -> None:
    down = {**settings_for(provider), "oidc_issuer": "http://127.0.0.1:1"}
    with opened(tmp_path, **down) as app:
        page = client_at(app).get("/sign-in/start", headers=PAGE)
        assert page.status_code == 503
        assert "The sign-in provider does not answer as it should." in page.text
        assert client_at(app).get("/sign-in", headers=PAGE).status_code == 200
    with opened(tmp_path, **settings_for(provider)) as app:
        client = client_at(app)
        sign_in(client)
        back = answered(client)
        provider.discovery["token_endpoint"] = "http://127.0.0.1:1/token"
        other = client_at(create_app(app.state.service))
        other.cookies = client.cookies
        assert refused(other.get(back)) == (503, "sign_in_unavailable")
        assert signed_in(other)  # still, from before


# Where signing in leads, and how often


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/packs/a-b/pages/3?q=x&y=%20#n", "/packs/a-b/pages/3?q=x&y=%20#n"),
        ("/", "/"),
        ("", "/"),
        ("packs", "/"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/a\\..\\evil.example", "/"),
        ("/a\nSet-Cookie: x=1", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 3000, "/"),
    ],
)
def test_signing_in_leads_to_pages_of_this_service_alone(wanted: str, leads: str) -> None:
    assert own_path(wanted) == leads


def test_a_foreign_address_is_neither_linked_nor_led_to(client: TestClient) -> None:
    page = client.get("/sign-in", params={"next": "https://evil.example/"})
    assert "evil" not in page.text
    assert sign_in(client, "//evil.example").headers["location"] == "/"


def test_nobody_signs_in_without_https_over_a_network(client: TestClient, app: FastAPI) -> None:
    assert refused(client.get("http://papers.example/sign-in/start")) == (403, "not_allowed")
    here = client_at(app, "127.0.0.1", "http://127.0.0.1:8000")
    assert sign_in(here).status_code == 303
    assert set(here.cookies) == {SESSION.removeprefix("__Host-")}
    assert signed_in(here)


def test_a_cookie_without_its_prefix_counts_for_nothing_on_https(client: TestClient) -> None:
    sign_in(client)
    secret = client.cookies[SESSION]
    client.cookies.clear()
    client.cookies.set(SESSION.removeprefix("__Host-"), secret)
    assert not signed_in(client)


def test_sign_ins_from_one_address_have_an_end(client: TestClient, app: FastAPI) -> None:
    codes = [client.get("/sign-in/callback").status_code for _ in range(SIGN_INS_PER_MINUTE + 1)]
    assert codes == [400] * SIGN_INS_PER_MINUTE + [429]
    assert begun(client_at(app, "203.0.113.66"))
