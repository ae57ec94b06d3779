"""Who may add packs by the page: officers, and whoever sits at the machine."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.requests import Request

from qa.errors import NotAllowedError
from qa.person import Person, Right, Role, Way
from qa.settings import Settings

# A request that has one comes through a proxy, whose address tells nothing of whoever asks
OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def may_upload(request: Request, settings: Settings) -> bool:
    """Whether whoever sent the request may add packs.

    People who are signed in and tokens may by their role. Without signing in, with `auto`, that is who sits at the
    machine that the service runs on: it listens on a loopback address, is asked from one, and by such a name (else any
    site whose name leads to 127.0.0.1 could ask through a reader's browser).
    """
    person: Person = request.state.person
    if person.way is not Way.LOCAL:
        return settings.upload != "off" and person.role.covers(Role.OFFICER) and Right.WRITE in person.rights
    if settings.upload != "auto":
        return settings.upload == "on"
    return (
        is_loopback(settings.host)
        and request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(request.url.hostname or "")
        and not through_proxy(request)
    )


def require_upload(request: Request, settings: Settings) -> None:
    """Raise NotAllowedError where the request may not add packs."""
    if not may_upload(request, settings):
        raise NotAllowedError(
            "Packs cannot be added here.", "Those who run this service add packs; ask them for those you miss."
        )


def through_proxy(request: Request) -> bool:
    """Whether a request tells that a proxy passed it on."""
    return any(name in request.headers for name in OF_PROXIES)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is of this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1, as a socket for both kinds tells it
    return (mapped or address).is_loopback
