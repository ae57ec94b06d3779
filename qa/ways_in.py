"""By which ways people may come in and which role a group gives: the settings of signing in, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from qa.errors import SettingsError
from qa.person import Role
from qa.settings import Settings, variable, words
from qa.upload_access import is_loopback

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The checked settings. ``proxies`` are the networks that a request may come from in another's name."""

    settings: Settings
    proxies: tuple[Network, ...]
    groups: tuple[tuple[Role, frozenset[str]], ...]  # the highest role first

    @property
    def local(self) -> bool:
        """Whether only whoever sits at the machine may come in."""
        return self.settings.auth == "local"

    @property
    def proxy(self) -> bool:
        """Whether a proxy tells who comes in."""
        return self.settings.auth == "proxy"

    @property
    def oidc(self) -> bool:
        """Whether people sign in with an OpenID Connect provider."""
        return self.settings.auth == "oidc"

    def is_proxy(self, address: str) -> bool:
        """Whether a network address is that of a named proxy."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)  # ::ffff:10.0.0.5, as a socket for both kinds tells it
        return any((mapped or found) in network for network in self.proxies)

    def role_of(self, groups: Iterable[str]) -> Role:
        """The highest role that one of a signed-in person's groups gives."""
        given = frozenset(groups)
        return next((role for role, named in self.groups if named & given), Role(self.settings.signed_in_role))


def ways_in(settings: Settings) -> WaysIn:
    """The ways in that the settings open. Raises SettingsError where they do not go together."""
    proxies = tuple(_network(word) for word in words(settings.trusted_proxies))
    groups = (
        (Role.ADMIN, frozenset(words(settings.admin_groups))),
        (Role.OFFICER, frozenset(words(settings.officer_groups))),
        (Role.MEMBER, frozenset(words(settings.member_groups))),
    )
    if settings.auth == "proxy" and not proxies:
        raise SettingsError(
            f"{variable('auth')} is proxy, but no proxy is named.",
            f"Set {variable('trusted_proxies')} to the address that the proxy connects from, as in 10.0.0.5.",
        )
    if settings.auth == "oidc":
        _check_provider(settings)
    if settings.auth == "local" and settings.anonymous:
        raise SettingsError(
            f"{variable('anonymous')} is for people who have not signed in, and {variable('auth')} is local.",
            f"Set {variable('auth')} to proxy or oidc, or unset {variable('anonymous')}.",
        )
    if settings.auth == "local" and proxies:
        raise SettingsError(
            f"{variable('trusted_proxies')} is set, but {variable('auth')} is local, which takes nobody from a proxy.",
            f"Set {variable('auth')} to proxy or oidc.",
        )
    return WaysIn(settings, proxies, groups)


def check_address(settings: Settings) -> None:
    """Refuse to listen where others can reach a service that does not ask who they are. Raises SettingsError."""
    if settings.auth == "local" and not is_loopback(settings.host):
        raise SettingsError(
            f"On {settings.host} others could reach this service, and it would not ask who they are.",
            f"Set {variable('auth')} to proxy or oidc (README, “Who may see what”), or listen on 127.0.0.1.",
        )


def _network(word: str) -> Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise SettingsError(
            f"{variable('trusted_proxies')}: {word!r} is no network address.",
            "Name addresses or networks with commas between, as in 10.0.0.5, fd00::/64; host names are not taken.",
        ) from None
    if network.prefixlen == 0:
        raise SettingsError(
            f"{variable('trusted_proxies')}: {word} is everybody.",
            "Whoever connects from a trusted address can be anyone; name the proxy alone.",
        )
    return network


def _check_provider(settings: Settings) -> None:
    for name in ("oidc_issuer", "oidc_client_id"):
        if not getattr(settings, name):
            raise SettingsError(
                f"{variable('auth')} is oidc, but {variable(name)} is not set.",
                "The provider tells it where this service is registered there.",
            )
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme != "https" and not (issuer.scheme == "http" and is_loopback(issuer.hostname or "")):
        raise SettingsError(
            f"{variable('oidc_issuer')}: {settings.oidc_issuer!r} is no https address.",
            "Anyone on the way could sign in as anybody.",
        )
    if "openid" not in settings.oidc_scopes.split():
        raise SettingsError(f"{variable('oidc_scopes')} lacks openid.", "Set it as in: openid profile.")
