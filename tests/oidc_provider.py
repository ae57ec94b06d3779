"""An OpenID Connect provider on loopback: discovery, keys, authorisation with PKCE, tokens, sign-out.

It signs in whoever comes, as ``who`` says, and can be told to answer wrongly: ``claims`` go over those of its tokens,
``sign`` takes the place of its signing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "board-qa-tests", "a secret of the tests, with a colon: and more"
Claims = dict[str, Any]
Sign = Callable[[dict[str, str], Claims], str]


class Provider:
    """What the provider knows and how it answers just now."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.algorithms = ["RS256", "HS256", "none"]  # careless providers offer these
        self._codes: dict[str, dict[str, str]] = {}
        self.reset()

    def reset(self) -> None:
        """Answer as a provider should, to Jane."""
        self.who: Claims = {"sub": "8f31", "name": "Jane Marsh", "groups": ["Councillors"]}
        self.claims: Claims = {}
        self.discovery: Claims = {}
        self.sign: Sign = self.signed
        self.asked: list[str] = []  # the paths, in order

    def signed(self, header: dict[str, str], claims: Claims) -> str:
        return jwt.encode(header, claims, self.key)

    def metadata(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": self.algorithms,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            **self.discovery,
        }

    def code_for(self, asked: dict[str, str]) -> str:
        """A code for what a browser was sent here with."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return code

    def tokens_for(self, form: dict[str, str], authorization: str) -> Claims | None:
        """The tokens for a code, once; None where it is not taken."""
        kind, _, shown = authorization.partition(" ")
        client, _, secret = base64.b64decode(shown).decode().partition(":") if kind == "Basic" else ("", "", "")
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or (unquote(client), unquote(secret)) != (CLIENT, SECRET)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.who,
            **self.claims,
        }
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(header, {name: value for name, value in claims.items() if value is not None}),
        }


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path, query = self._asked()
        if path == "/.well-known/openid-configuration":
            self._json(self.provider.metadata())
        elif path == "/keys":
            self._json({"keys": [self.provider.key.as_dict(private=False)]})
        elif path == "/authorize":
            told = {"code": self.provider.code_for(query), "state": query["state"]}
            self._to(f"{query['redirect_uri']}?{urlencode(told)}")
        elif path == "/end":
            self._to(f"{query['post_logout_redirect_uri']}?{urlencode({'state': query['state']})}")
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        self._asked()
        form = _fields(self.rfile.read(int(self.headers["Content-Length"])).decode())
        told = self.provider.tokens_for(form, self.headers.get("Authorization", ""))
        self._json(told, 200) if told else self._json({"error": "invalid_grant"}, 400)

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        return parts.path, _fields(parts.query)

    def _json(self, told: Claims, status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _to(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider that answers meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
