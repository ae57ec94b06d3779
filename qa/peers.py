"""The outermost layer: who is connected, and, where that is a named proxy, for which address and by which scheme."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from qa.ways_in import Network


class Peers:
    """Keeps the connected address as ``request.state.peer``, then takes X-Forwarded-For and -Proto of ``proxies``
    alone."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = ProxyHeadersMiddleware(app, [str(proxy) for proxy in proxies])  # type: ignore[arg-type]  # the same

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host, port = scope["client"] or ("", 0)
            host = _plain(host or "")
            scope["client"] = host, port
            scope.setdefault("state", {})["peer"] = host
        await self._app(scope, receive, send)  # type: ignore[arg-type]


def _plain(host: str) -> str:
    """An address of version 4 as such, which a socket for both versions tells as ::ffff:10.0.0.5."""
    try:
        mapped = getattr(ip_address(host), "ipv4_mapped", None)
    except ValueError:
        return host
    return str(mapped) if mapped else host
