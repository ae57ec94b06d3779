"""How much may be asked in a minute, by a person and from an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.errors import TooManyRequestsError
from qa.person import ANONYMOUS, Person, Role, Way, local_person
from qa.rates import PEOPLE_PER_ADDRESS, SIGN_INS_PER_MINUTE, Budget, Rates, network_of
from qa.settings import Settings
from tests.ways import PAGE, PROXY, client_at, opened, refused

BEHIND = {"auth": "proxy", "trusted_proxies": PROXY, "questions_per_minute": 3, "requests_per_minute": 5}
OWN = {"Sec-Fetch-Site": "same-origin"}
QUESTION = {"question": "Who chaired?"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time; its only element can be set."""
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def person(name: str) -> Person:
    return Person(f"proxy:{name}", name, Role.MEMBER, Way.PROXY)


def spent(rates: Rates, who: Person | None, address: str, budget: Budget = Budget.QUESTIONS) -> int:
    """How often who asks from an address until it is too often."""
    for times in range(1000):
        try:
            rates.spend(budget, who, address)
        except TooManyRequestsError:
            return times
    raise AssertionError("there is no limit")


def test_each_person_has_their_own_budget_at_one_address() -> None:
    rates = Rates(Settings(questions_per_minute=3))
    assert spent(rates, person("jane"), "203.0.113.9") == 3
    assert spent(rates, person("jane"), "203.0.113.10") == 0
    assert spent(rates, person("sam"), "203.0.113.9") == 3


def test_many_names_at_one_address_have_an_end_together() -> None:
    rates = Rates(Settings(questions_per_minute=2))
    asked = sum(spent(rates, person(str(n)), "203.0.113.9") for n in range(2 * PEOPLE_PER_ADDRESS))
    assert asked == 2 * PEOPLE_PER_ADDRESS
    assert spent(rates, person("jane"), "203.0.113.10") == 2


def test_who_has_not_signed_in_shares_with_the_address() -> None:
    rates = Rates(Settings(questions_per_minute=3))
    assert spent(rates, ANONYMOUS, "203.0.113.9") == 3
    assert spent(rates, ANONYMOUS, "203.0.113.10") == 3
    assert spent(rates, ANONYMOUS, "2001:db8:1:2::1") == 3
    assert spent(rates, ANONYMOUS, "2001:db8:1:2:ffff::9") == 0
    assert spent(rates, ANONYMOUS, "2001:db8:1:3::1") == 3


def test_questions_requests_and_sign_ins_are_counted_by_themselves() -> None:
    rates = Rates(Settings(questions_per_minute=3, requests_per_minute=5))
    assert spent(rates, ANONYMOUS, "203.0.113.9") == 3
    assert spent(rates, ANONYMOUS, "203.0.113.9", Budget.REQUESTS) == 5
    assert spent(rates, None, "203.0.113.9", Budget.SIGN_INS) == SIGN_INS_PER_MINUTE


def test_what_was_asked_a_minute_ago_counts_no_longer(clock: list[float]) -> None:
    rates = Rates(Settings(questions_per_minute=2))
    rates.spend(Budget.QUESTIONS, ANONYMOUS, "203.0.113.9")
    clock[0] += 40
    rates.spend(Budget.QUESTIONS, ANONYMOUS, "203.0.113.9")
    with pytest.raises(TooManyRequestsError) as raised:
        rates.spend(Budget.QUESTIONS, ANONYMOUS, "203.0.113.9")
    assert raised.value.seconds == 20
    assert "20 seconds" in raised.value.hint
    clock[0] += 20.5
    assert spent(rates, ANONYMOUS, "203.0.113.9") == 1


def test_nought_sets_no_limit() -> None:
    rates = Rates(Settings(questions_per_minute=0))
    with pytest.raises(AssertionError):
        spent(rates, ANONYMOUS, "203.0.113.9")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_one_holder_of_addresses_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_word_that_is_no_address_takes_little_room() -> None:
    assert len(network_of("x" * 10_000)) < 100


# Over HTTP


def test_too_many_questions_are_told_with_the_time_to_wait(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND) as app:
        client = client_at(app, PROXY, **{"X-Forwarded-User": "jane"})
        asked = [
            client.post("/api/ask", json=QUESTION, headers=OWN),
            client.get("/api/search", params={"q": "roads"}),
            client.get("/", params={"q": "Who chaired?"}),
        ]
        assert [response.status_code for response in asked] == [503, 503, 503]
        for response in (
            client.post("/api/ask", json=QUESTION, headers=OWN),
            client.get("/api/search", params={"q": "roads"}),
            client.post("/", data={"q": "Who chaired?"}, headers=OWN),
        ):
            assert refused(response) == (429, "too_many_requests")
            assert 1 <= int(response.headers["Retry-After"]) <= 60
        page = client.get("/", params={"q": "Who chaired?"}, headers=PAGE)
        assert page.status_code == 429
        assert "Too many questions in a minute." in page.text
        assert "Wait" in page.text
        # Other pages, and other people, are still served
        assert client.get("/packs", headers=PAGE).status_code == 200
        assert client_at(app, PROXY, **{"X-Forwarded-User": "sam"}).get("/").status_code == 200


def test_other_requests_have_their_own_end_and_files_of_pages_none(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND) as app:
        client = client_at(app, PROXY, **{"X-Forwarded-User": "jane"})
        assert [client.get("/api/packs").status_code for _ in range(6)] == [200] * 5 + [429]
        assert all(client.get("/static/style.css").status_code == 200 for _ in range(10))
        assert client.get("/healthz").status_code == 200


def test_the_address_that_counts_is_the_visitors_and_not_the_proxys(tmp_path: Path) -> None:
    with opened(tmp_path, **BEHIND, anonymous=True) as app:
        client = client_at(app, PROXY)
        first, second = ({"X-Forwarded-For": address} for address in ("203.0.113.9", "203.0.113.10"))
        assert [client.get("/api/packs", headers=first).status_code for _ in range(6)] == [200] * 5 + [429]
        forged = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        assert client.get("/api/packs", headers=forged).status_code == 429
        assert client.get("/api/packs", headers=second).status_code == 200


def test_whoever_sits_at_the_machine_may_ask_as_much_as_they_like(tmp_path: Path) -> None:
    assert local_person().way is Way.LOCAL
    with opened(tmp_path, questions_per_minute=1, requests_per_minute=1) as app:
        client = client_at(app, site="http://127.0.0.1:8000")
        assert {client.get("/api/packs").status_code for _ in range(5)} == {200}
        assert {client.post("/api/ask", json=QUESTION).status_code for _ in range(5)} == {503}
