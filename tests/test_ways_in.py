"""Which settings of signing in go together, where a service may listen, and which role a group gives."""

from __future__ import annotations

from typing import Any

import pytest

from qa.cli import ROLES, main
from qa.errors import SettingsError
from qa.person import Role
from qa.settings import Settings, load_settings
from qa.ways_in import check_address, ways_in

OIDC = {"auth": "oidc", "oidc_issuer": "https://id.example", "oidc_client_id": "board-qa"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.9", "papers.example", "10.0.0.1"])
def test_a_service_for_whoever_sits_there_listens_nowhere_else(host: str) -> None:
    with pytest.raises(SettingsError) as raised:
        check_address(Settings(host=host))
    assert host in raised.value.message
    assert "BOARD_QA_AUTH" in raised.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_loopback_addresses_need_no_signing_in(host: str) -> None:
    check_address(Settings(host=host))


def test_the_command_refuses_to_listen_for_others(tmp_path, capsys) -> None:
    assert main(["--data", str(tmp_path), "serve", "--host", "0.0.0.0", "--port", "1"]) == 2
    told = capsys.readouterr().err
    assert "0.0.0.0" in told
    assert "BOARD_QA_AUTH" in told


def test_with_signing_in_a_service_may_listen_anywhere() -> None:
    check_address(Settings(host="0.0.0.0", **OIDC))
    check_address(Settings(host="::", auth="proxy", trusted_proxies="10.0.0.5"))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"auth": "proxy"}, "TRUSTED_PROXIES"),
        ({"auth": "proxy", "trusted_proxies": "proxy.example"}, "proxy.example"),
        ({"auth": "proxy", "trusted_proxies": "10.0.0.5, 0.0.0.0/0"}, "0.0.0.0/0"),
        ({"auth": "proxy", "trusted_proxies": "::/0"}, "::/0"),
        ({"auth": "proxy", "trusted_proxies": "10.0.0.5/8"}, "10.0.0.5/8"),
        ({"auth": "oidc"}, "OIDC_ISSUER"),
        ({"auth": "oidc", "oidc_issuer": "https://id.example"}, "OIDC_CLIENT_ID"),
        ({**OIDC, "oidc_issuer": "http://id.example"}, "http://id.example"),
        ({**OIDC, "oidc_issuer": "id.example"}, "id.example"),
        ({**OIDC, "oidc_scopes": "profile"}, "OIDC_SCOPES"),
        ({"anonymous": True}, "ANONYMOUS"),
        ({"trusted_proxies": "10.0.0.5"}, "TRUSTED_PROXIES"),
    ],
)
def test_settings_that_do_not_go_together_are_told(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        ways_in(Settings(**given))
    assert named in raised.value.message + raised.value.hint
    assert raised.value.hint


def test_the_highest_role_of_any_group_counts() -> None:
    ways = ways_in(
        Settings(**OIDC, member_groups="Councillors, Officers", officer_groups="Committee Services", admin_groups="IT")
    )
    assert ways.role_of(["Councillors"]) is Role.MEMBER
    assert ways.role_of(["Officers", "Committee Services", "Bowls club"]) is Role.OFFICER
    assert ways.role_of(["Committee Services", "IT"]) is Role.ADMIN
    assert ways.role_of(["councillors", "Committee"]) is Role.PUBLIC
    assert ways.role_of([]) is Role.PUBLIC


def test_who_is_signed_in_and_in_no_group_has_the_role_that_is_set() -> None:
    assert ways_in(Settings(**OIDC, signed_in_role="member")).role_of(["Bowls club"]) is Role.MEMBER


def test_a_proxy_is_known_by_address_or_network() -> None:
    ways = ways_in(Settings(auth="proxy", trusted_proxies="10.0.0.5, 192.168.7.0/24, fd00::/64"))
    assert all(map(ways.is_proxy, ("10.0.0.5", "192.168.7.200", "fd00::5", "::ffff:10.0.0.5")))
    assert not any(map(ways.is_proxy, ("10.0.0.6", "192.168.8.1", "fd00:0:0:1::5", "", "proxy", "127.0.0.1")))


def test_the_providers_secret_is_not_shown(monkeypatch) -> None:
    monkeypatch.setenv("BOARD_QA_OIDC_CLIENT_SECRET", "swordfish")
    assert "swordfish" not in repr(load_settings())


def test_the_roles_of_the_command_line_are_the_roles() -> None:
    assert list(Role) == list(ROLES)
