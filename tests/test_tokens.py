"""API tokens: made and revoked by the command line, shown by programs, and never more than their role and rights."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qa.audit import Act
from qa.cli import main
from qa.errors import BadTokenError, UnknownTokenError, UsageError
from qa.people_store import PEOPLE, PeopleStore
from qa.person import Right, Role, Way
from qa.rates import BAD_TOKENS_PER_MINUTE
from qa.tokens import NOTED_SECONDS, SECONDS_OF_DAY, Tokens
from tests.ways import begin_conversation, client_at, opened, recorded, refused

LOCAL = "http://127.0.0.1:8000"
PUBLIC = {"auth": "proxy", "trusted_proxies": "10.0.0.5"}


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(PeopleStore(tmp_path))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time; its only element can be set."""
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_stands_for_its_role_and_rights(tokens: Tokens) -> None:
    made, secret = tokens.add("Intranet  search", Role.MEMBER, [Right.READ], None)
    person = tokens.person(secret)
    assert (person.id, person.name, person.way) == (f"token:{made.id}", "Intranet search", Way.TOKEN)
    assert (person.role, person.rights) == (Role.MEMBER, {Right.READ})


def test_only_a_hash_of_the_secret_is_kept(tokens: Tokens, tmp_path: Path) -> None:
    _, secret = tokens.add("Intranet", Role.MEMBER, None, None)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Intranet" in kept
    assert secret[13:].encode() not in kept
    assert (tmp_path / PEOPLE).stat().st_mode & 0o077 == 0


def test_what_is_no_token_is_not_taken(tokens: Tokens) -> None:
    made, secret = tokens.add("Intranet", Role.MEMBER, None, None)
    other = "A" if secret[-2] != "A" else "B"
    for shown in (
        "",
        "bqa_",
        f"bqa_{made.id}_",
        secret[:-2] + other + secret[-1],
        secret + "A",
        secret[4:],
        f"bqa_{'0' * 8}_x",
    ):
        with pytest.raises(BadTokenError):
            tokens.person(shown)


def test_a_token_ends_with_its_days(tokens: Tokens, clock: list[float]) -> None:
    made, secret = tokens.add("Intranet", Role.MEMBER, None, 90)
    clock[0] += 90 * SECONDS_OF_DAY - 1
    tokens.person(secret)
    clock[0] += 1
    with pytest.raises(BadTokenError):
        tokens.person(secret)
    assert not tokens.all()[0].holds(clock[0])
    assert tokens.all()[0].id == made.id


def test_a_revoked_token_is_taken_no_more(tokens: Tokens) -> None:
    made, secret = tokens.add("Intranet", Role.MEMBER, None, None)
    tokens.revoke(made.id)
    with pytest.raises(BadTokenError):
        tokens.person(secret)
    with pytest.raises(UnknownTokenError):
        tokens.revoke(made.id)


def test_the_last_use_is_noted_but_not_each(tokens: Tokens, clock: list[float]) -> None:
    _, secret = tokens.add("Intranet", Role.MEMBER, None, None)
    assert tokens.all()[0].used is None
    tokens.person(secret)
    first = clock[0]
    clock[0] += NOTED_SECONDS
    tokens.person(secret)
    assert tokens.all()[0].used == first
    clock[0] += 1
    tokens.person(secret)
    assert tokens.all()[0].used == clock[0]


@pytest.mark.parametrize(
    ("name", "role", "rights", "days"),
    [
        ("", Role.MEMBER, None, None),
        ("x" * 101, Role.MEMBER, None, None),
        ("Intranet", Role.MEMBER, [], None),
        ("Intranet", Role.MEMBER, [Right.READ, Right.WRITE], None),
        ("Intranet", Role.OFFICER, [Right.ADMIN], None),
        ("Intranet", Role.PUBLIC, [Right.ADMIN], None),
        ("Intranet", Role.MEMBER, None, 100_000),
    ],
)
def test_a_token_beyond_its_role_or_without_an_end_is_not_made(tokens: Tokens, name, role, rights, days) -> None:
    with pytest.raises(UsageError):
        tokens.add(name, role, rights, days)
    assert not tokens.all()


# Over HTTP


@pytest.mark.parametrize(
    ("settings", "address", "site"), [({}, "127.0.0.1", LOCAL), (PUBLIC, "10.0.0.5", "https://p.example")]
)
def test_a_token_opens_what_it_is_for_in_every_mode(tmp_path: Path, settings, address: str, site: str) -> None:
    with opened(tmp_path, **settings) as app:
        client = client_at(app, address, site)
        tokens = Tokens(PeopleStore(tmp_path))
        _, reading = tokens.add("Reader", Role.OFFICER, [Right.READ], None)
        _, all_of_it = tokens.add("Clerk", Role.OFFICER, None, None)
        _, admin = tokens.add("IT", Role.ADMIN, None, None)
        _, member = tokens.add("Intranet", Role.MEMBER, None, None)
        assert client.get("/api/packs", headers=bearer(reading)).status_code == 200
        ask = {"json": {"question": "Who chaired?"}}
        assert refused(client.post("/api/ask", **ask, headers=bearer(reading))) == (403, "not_allowed")
        assert refused(client.post("/api/ask", **ask, headers=bearer(all_of_it))) == (503, "not_ready")
        for secret in (reading, member):
            assert refused(client.post("/api/uploads", headers=bearer(secret))) == (403, "not_allowed")
        assert refused(client.post("/api/uploads", headers=bearer(all_of_it))) == (422, "bad_request")
        for secret in (reading, all_of_it, member):
            assert refused(client.get("/api/audit", headers=bearer(secret))) == (403, "not_allowed")
        assert client.get("/api/audit", headers=bearer(admin)).status_code == 200


def test_a_bad_token_is_refused_even_where_nobody_needs_one(tmp_path: Path) -> None:
    with opened(tmp_path, anonymous=True, **PUBLIC) as app:
        client = client_at(app, "10.0.0.5")
        assert client.get("/api/packs").status_code == 200
        response = client.get("/api/packs", headers=bearer("bqa_00000000_x"))
        assert refused(response) == (401, "bad_token")
        assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        entry = recorded(app)[0]
        assert (entry.act, entry.about["code"], entry.about["address"]) == (Act.REFUSED, "bad_token", "10.0.0.5")


def test_guessing_tokens_is_slowed_down_for_the_address_alone(tmp_path: Path) -> None:
    with opened(tmp_path, **PUBLIC) as app:
        client = client_at(app, "10.0.0.5")
        _, secret = Tokens(PeopleStore(tmp_path)).add("Intranet", Role.MEMBER, None, None)
        guessing = {"X-Forwarded-For": "203.0.113.9"} | bearer("bqa_00000000_x")
        for _ in range(BAD_TOKENS_PER_MINUTE):
            assert client.get("/api/packs", headers=guessing).status_code == 401
        assert refused(client.get("/api/packs", headers=guessing)) == (429, "too_many_requests")
        assert client.get("/api/packs", headers={"X-Forwarded-For": "203.0.113.10"} | bearer(secret)).status_code == 200


def test_a_token_needs_no_sign_that_it_comes_from_our_page(tmp_path: Path) -> None:
    with opened(tmp_path, **PUBLIC) as app:
        _, secret = Tokens(PeopleStore(tmp_path)).add("Intranet", Role.MEMBER, None, None)
        response = client_at(app, "10.0.0.5").post("/api/ask", json={"question": "Who?"}, headers=bearer(secret))
        assert refused(response) == (503, "not_ready")


def test_conversations_of_a_token_are_its_own_and_need_no_cookie(tmp_path: Path) -> None:
    with opened(tmp_path, **PUBLIC) as app:
        tokens = Tokens(PeopleStore(tmp_path))
        first, second = (tokens.add(name, Role.MEMBER, None, None) for name in ("One", "Two"))
        begin_conversation(tmp_path, f"token:{first[0].id}", "Potholes")
        client = client_at(app, "10.0.0.5")
        own = client.get("/api/conversations", headers=bearer(first[1]))
        assert [one["title"] for one in own.json()] == ["Potholes"]
        assert "set-cookie" not in own.headers
        assert client.get("/api/conversations", headers=bearer(second[1])).json() == []


# On the command line


def test_a_token_is_made_listed_and_revoked_by_the_command_line(tmp_path: Path, capsys) -> None:
    data = ["--data", str(tmp_path)]
    assert main([*data, "token", "add", "Intranet", "--role", "member", "--rights", "read,ask", "--days", "90"]) == 0
    out = capsys.readouterr().out
    secret = out.splitlines()[-1]
    assert re.fullmatch(r"bqa_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", secret)
    assert main([*data, "token", "list", "--json"]) == 0
    listed = capsys.readouterr().out
    assert secret[13:] not in listed
    (one,) = json.loads(listed)
    assert (one["name"], one["role"], one["rights"], one["used"]) == ("Intranet", "member", ["read", "ask"], None)
    assert main([*data, "token", "list"]) == 0
    assert "Intranet" in capsys.readouterr().out
    assert main([*data, "token", "revoke", one["id"]]) == 0
    assert main([*data, "token", "revoke", one["id"]]) == 1
    assert one["id"] in capsys.readouterr().err
    with opened(tmp_path) as app:
        acts = [(entry.act, entry.about["token"]) for entry in reversed(recorded(app))]
    assert acts == [(Act.MAKE_TOKEN, one["id"]), (Act.REVOKE_TOKEN, one["id"]), (Act.REVOKE_TOKEN, one["id"])]


@pytest.mark.parametrize(
    "given",
    [["--role", "member", "--rights", "admin"], ["--role", "member", "--rights", "fly"], ["--role", "king"], []],
)
def test_the_command_line_makes_no_token_beyond_its_role(tmp_path: Path, capsys, given: list[str]) -> None:
    try:
        code = main(["--data", str(tmp_path), "token", "add", "Intranet", *given])
    except SystemExit as left:
        code = int(left.code or 0)
    assert code == 2
    assert "bqa_" not in capsys.readouterr().out
