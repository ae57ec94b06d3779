"""Who may come in: at the machine itself, through a named proxy, and past nobody else's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.audit import Act
from qa.rates import REFUSALS_PER_MINUTE
from tests.ways import PAGE, PROXY, SITE, begin_conversation, client_at, opened, recorded, refused

LOCAL = "http://127.0.0.1:8000"
GROUPS = {"member_groups": "Councillors", "officer_groups": "Committee Services", "admin_groups": "IT"}
BEHIND = {"auth": "proxy", "trusted_proxies": f"{PROXY}, 10.1.0.0/16", **GROUPS}
JANE = {"X-Forwarded-User": "jane", "X-Forwarded-Groups": "Bowls club, Councillors"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A service behind a proxy; its limits hold, so each test names people of its own where it asks much."""
    with opened(tmp_path_factory.mktemp("behind"), **BEHIND) as app:
        yield app


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with opened(tmp_path_factory.mktemp("local")) as app:
        yield app


def as_whom(client: TestClient, **headers: str) -> str:
    """The role by which a request comes in, as what it may do tells."""
    if client.get("/api/audit", headers=headers).status_code == 200:
        return "admin"
    response = client.post("/api/uploads", headers=headers | OWN)
    return "officer" if response.json()["error"]["code"] == "bad_request" else "other"


# At the machine itself


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_the_machine_itself_asks_by_a_loopback_name(local: FastAPI, host: str) -> None:
    assert client_at(local, site=LOCAL, Host=host).get("/api/packs").status_code == 200


@pytest.mark.parametrize(
    "host", ["papers.example", "127.0.0.1.papers.example", "localhost.papers.example:8000", "10.0.0.9"]
)
def test_a_name_that_another_site_has_given_this_address_is_refused(local: FastAPI, host: str) -> None:
    client = client_at(local, site=LOCAL, Host=host)
    for path in ("/", "/api/packs", "/static/style.css", "/docs"):
        assert refused(client.get(path)) == (403, "wrong_host")
    assert refused(client.post("/api/ask", json={"question": "Who?"})) == (403, "wrong_host")


@pytest.mark.parametrize(
    "host", ["", "a b", "a/b", "user@localhost", "[::1", "[1:2]", "[fe80::1%eth0]", "localhost:port", "é"]
)
def test_a_host_that_is_none_is_told_so(local: FastAPI, host: str) -> None:
    response = client_at(local, site=LOCAL).get("/api/packs", headers={"Host": host.encode("latin-1")})  # type: ignore[dict-item]
    assert refused(response) == (403, "wrong_host")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"])
def test_nobody_comes_through_a_proxy_to_a_service_for_one(local: FastAPI, header: str) -> None:
    response = client_at(local, site=LOCAL).get("/api/audit", headers={header: "127.0.0.1"})
    assert refused(response) == (403, "not_allowed")


def test_names_in_headers_are_nothing_to_a_service_for_one(local: FastAPI) -> None:
    client = client_at(local, site=LOCAL)
    assert client.get("/api/packs", headers=JANE).status_code == 200
    assert "Signed in" not in client.get("/packs", headers=JANE | PAGE).text
    assert refused(client.get("/sign-in")) == (404, "not_found")


# Through a proxy


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ("Councillors", "other"),
        ("Bowls club,Committee Services", "officer"),
        ("Committee Services, IT", "admin"),
        ("", "other"),
        ("it, IT staff", "other"),
    ],
)
def test_a_named_proxy_tells_who_asks_and_their_groups(behind: FastAPI, groups: str, role: str) -> None:
    for address in (PROXY, f"::ffff:{PROXY}", "10.1.200.3"):
        client = client_at(behind, address)
        assert as_whom(client, **{"X-Forwarded-User": f"of {groups}", "X-Forwarded-Groups": groups}) == role


@pytest.mark.parametrize("address", ["10.0.0.6", "203.0.113.9", "127.0.0.1", "::1", "fe80::1", "unknown"])
def test_nobody_else_is_believed_and_nobody_comes_round_the_proxy(behind: FastAPI, address: str) -> None:
    client = client_at(behind, address)
    for headers in (
        {},
        JANE,
        JANE | {"X-Forwarded-For": PROXY},
        {"X-Forwarded-User": "root", "X-Forwarded-Groups": "IT"},
    ):
        for path in ("/", "/api/packs", "/api/audit", "/privacy", "/static/style.css", "/metrics"):
            assert refused(client.get(path, headers=headers)) == (403, "not_allowed")


def test_the_machine_itself_may_see_whether_the_service_runs(behind: FastAPI) -> None:
    assert client_at(behind, "127.0.0.1").get("/healthz").status_code == 200
    assert refused(client_at(behind, "127.0.0.1").get("/readyz")) == (503, "not_ready")
    assert refused(client_at(behind, "10.0.0.6").get("/healthz")) == (403, "not_allowed")


def test_figures_are_for_the_machine_itself_and_administrators(behind: FastAPI, local: FastAPI) -> None:
    assert client_at(local, site=LOCAL).get("/metrics").status_code == 200
    assert client_at(behind, "127.0.0.1", LOCAL).get("/metrics").status_code == 200
    for client in (
        client_at(local, site="http://papers.example"),
        client_at(behind, "127.0.0.1"),  # by a name that another site may have given this address
        client_at(behind, "127.0.0.1", LOCAL, **{"X-Forwarded-For": "203.0.113.9"}),
        client_at(behind, PROXY, LOCAL, **JANE),
    ):
        assert client.get("/metrics").status_code == 403
    admin = {"X-Forwarded-User": "max", "X-Forwarded-Groups": "IT"}
    assert client_at(behind, PROXY, **admin).get("/metrics").status_code == 200


def test_a_header_that_stands_twice_or_is_too_long_is_refused(behind: FastAPI) -> None:
    client = client_at(behind, PROXY)
    twice = [("X-Forwarded-User", "jane"), ("X-Forwarded-User", "root")]
    assert refused(client.get("/api/packs", headers=twice)) == (403, "not_allowed")
    assert refused(client.get("/api/packs", headers={"X-Forwarded-User": "j" * 256})) == (403, "not_allowed")


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_names_beyond_ascii_are_read_in_either_coding(tmp_path: Path, coding: str) -> None:
    named = {"X-Forwarded-User": "Siân".encode(coding), "X-Forwarded-Groups": "Gweinyddwyr â".encode(coding)}
    with opened(tmp_path, auth="proxy", trusted_proxies=PROXY, admin_groups="Gweinyddwyr â") as app:
        client = client_at(app, PROXY)
        assert "Signed in as Siân" in client.get("/packs", headers={**named, **PAGE}).text
        assert client.get("/api/audit", headers=named).status_code == 200


def test_who_is_named_by_no_proxy_has_to_sign_in(behind: FastAPI) -> None:
    client = client_at(behind, PROXY)
    for headers in ({}, {"X-Forwarded-User": "  "}, {"X-Forwarded-Groups": "IT"}, {"X-Forwarded-Email": "jane"}):
        response = client.get("/api/packs", headers=headers)
        assert refused(response) == (401, "sign_in_needed")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    page = client.get("/packs", headers=PAGE)
    assert (page.status_code, "Sign in first" in page.text) == (401, True)
    for path in ("/healthz", "/robots.txt", "/privacy", "/accessibility", "/static/style.css", "/brand.css"):
        assert client.get(path).status_code == 200


def test_other_headers_can_be_set_to_hold_the_names(tmp_path: Path) -> None:
    names = {"proxy_user_header": "Remote-User", "proxy_groups_header": "Remote-Groups"}
    with opened(tmp_path, **BEHIND, **names) as app:
        client = client_at(app, PROXY)
        assert as_whom(client, **{"Remote-User": "jane", "Remote-Groups": "IT"}) == "admin"
        assert client.get("/api/packs", headers=JANE).status_code == 401


def test_without_signing_in_people_are_the_public_where_that_is_set(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND, anonymous=True) as app:
        client = client_at(app, PROXY)
        assert client.get("/packs", headers=PAGE).status_code == 200
        assert as_whom(client) == "other"
        assert refused(client.get("/api/audit")) == (403, "not_allowed")
        assert refused(client.get("/upload")) == (403, "not_allowed")
        assert "/upload" not in client.get("/packs", headers=PAGE).text
        assert client_at(app, "10.0.0.6").get("/packs").status_code == 403


def test_pages_say_who_is_signed_in_and_are_kept_by_nobody(behind: FastAPI) -> None:
    client = client_at(behind, PROXY)
    page = client.get("/packs", headers=PAGE | {"X-Forwarded-User": "<b>jane</b>", "X-Forwarded-Groups": "Councillors"})
    assert "Signed in as &lt;b&gt;jane&lt;/b&gt;" in page.text
    assert "Sign out" not in page.text  # that is the proxy's
    assert page.headers["Cache-Control"] == "private, no-store"
    assert client.get("/api/packs", headers=JANE).headers["Cache-Control"] == "private, no-store"
    assert "no-store" not in client.get("/static/style.css", headers=JANE).headers["Cache-Control"]


@pytest.mark.parametrize(("groups", "allowed"), [("Councillors", False), ("Committee Services", True), ("IT", True)])
def test_packs_are_added_by_officers(behind: FastAPI, groups: str, allowed: bool) -> None:
    client = client_at(behind, PROXY, **{"X-Forwarded-User": "sam", "X-Forwarded-Groups": groups})
    assert client.get("/upload", headers=PAGE).status_code == (200 if allowed else 403)
    assert ('href="/upload"' in client.get("/packs", headers=PAGE).text) is allowed


def test_nobody_adds_packs_where_that_is_off(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND, upload="off") as app:
        client = client_at(app, PROXY, **{"X-Forwarded-User": "sam", "X-Forwarded-Groups": "IT"})
        assert refused(client.get("/upload")) == (403, "not_allowed")


# For whom a request is


def test_https_is_believed_of_a_named_proxy_alone(behind: FastAPI, local: FastAPI) -> None:
    told = {"X-Forwarded-Proto": "https"} | JANE
    by_proxy = client_at(behind, PROXY, "http://papers.example").get("/packs", headers=told)
    assert "strict-transport-security" in by_proxy.headers
    by_other = client_at(behind, "10.0.0.6", "http://papers.example").get("/packs", headers=told)
    assert "strict-transport-security" not in by_other.headers
    at_machine = client_at(local, site=LOCAL).get("/packs", headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in at_machine.headers


def test_the_address_recorded_is_the_one_a_named_proxy_tells(behind: FastAPI) -> None:
    client = client_at(behind, PROXY)
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.77", "Authorization": "Bearer bqa_x"}
    assert client.get("/api/packs", headers=forged).status_code == 401
    entry = recorded(behind)[0]
    assert (entry.act, entry.about["address"], entry.about["peer"]) == (Act.REFUSED, "203.0.113.77", PROXY)


def test_refusals_fill_no_disk(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND) as app:
        client = client_at(app, "203.0.113.9")
        for _ in range(REFUSALS_PER_MINUTE + 5):
            assert client.get("/api/packs").status_code == 403
        assert len(recorded(app, Act.REFUSED)) == REFUSALS_PER_MINUTE


# What is sent in somebody's name


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": SITE}, True),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SITE}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://papers.example.evil.example"}, False),
        ({"Origin": "https://papers.example:444"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
    ],
)
def test_what_changes_something_must_come_from_our_own_page(behind: FastAPI, headers, meant: bool) -> None:
    client = client_at(behind, PROXY, **JANE)
    asked = client.post("/api/ask", json={"question": "Who chaired?"}, headers=headers)
    assert refused(asked) == ((503, "not_ready") if meant else (403, "cross_site"))
    deleted = client.delete("/api/conversations/x", headers=headers)
    assert refused(deleted) == ((404, "unknown_conversation") if meant else (403, "cross_site"))


def test_reading_needs_no_such_sign(behind: FastAPI) -> None:
    assert (
        client_at(behind, PROXY, **JANE).get("/api/packs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    )


# Whose conversations are whose


def test_conversations_belong_to_who_is_signed_in_on_every_device(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND) as app:
        begin_conversation(tmp_path, "proxy:jane", "Potholes")
        begin_conversation(tmp_path, "x" * 32, "Libraries")
        jane, sam = (client_at(app, PROXY, **{"X-Forwarded-User": name}) for name in ("jane", "sam"))
        own = jane.get("/api/conversations")
        assert [one["title"] for one in own.json()] == ["Potholes"]
        assert "set-cookie" not in own.headers
        # Another's conversation opens for nobody, nor does a cookie of before count beside a name
        id_ = own.json()[0]["id"]
        sam.cookies.set("board_qa_visitor", "x" * 32)
        assert sam.get("/api/conversations").json() == []
        assert refused(sam.get(f"/api/conversations/{id_}")) == (404, "unknown_conversation")
        assert refused(sam.delete(f"/api/conversations/{id_}", headers=OWN)) == (404, "unknown_conversation")
        assert "Potholes" in jane.get("/conversations", headers=PAGE).text


def test_a_cookie_cannot_name_who_is_signed_in(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND, anonymous=True) as app:
        begin_conversation(tmp_path, "proxy:jane", "Potholes")
        client = client_at(app, PROXY)
        client.cookies.set("board_qa_visitor", "proxy:jane")
        assert client.get("/api/conversations").json() == []
