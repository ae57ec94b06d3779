"""Signing in with an OpenID Connect provider: Authorization Code with PKCE; what it tells is checked by Authlib."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from qa.errors import SignInFailedError, SignInUnavailableError
from qa.person import Person, Way
from qa.sessions import SignIn
from qa.ways_in import WaysIn

DISCOVERY = "/.well-known/openid-configuration"
PROVIDER_SECONDS = 10.0  # that the provider may take for each answer
KNOWN_SECONDS = 60 * 60  # after which it is asked anew for its addresses and keys
CLOCK_SECONDS = 60  # by which its clock may be wrong
MAX_ID_CHARS = 255  # as OpenID Connect Core 1.0 has it, section 2
MAX_NAME_CHARS = 100
# With keys that are public: "none" is no signature, and with HS… whoever knows the client secret could sign
SIGNED_WITH = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
# The claims that may hold a person's name, the best first
NAMES = ("name", "preferred_username", "email", "sub")

FAILED_HINT = "Try to sign in again. If it fails again, tell those who run this service."


class Provider:
    """The provider that the settings name; asked for its addresses when first needed, and again until it tells them."""

    def __init__(self, ways: WaysIn) -> None:
        settings = ways.settings
        self._ways = ways
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._groups_claim = settings.oidc_groups_claim
        self._app = StarletteOAuth2App(
            None,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
            server_metadata_url=self._issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": settings.oidc_scopes,
                "code_challenge_method": "S256",
                "timeout": PROVIDER_SECONDS,
                "verify": httpx2.create_ssl_context(),  # made once: reading the certificates takes a while
                # A public client has no secret to show
                "token_endpoint_auth_method": "client_secret_basic" if settings.oidc_client_secret else "none",
            },
        )

    async def begin(self, address: str, next_: str) -> tuple[str, SignIn]:
        """Where the browser has to go to sign in, and what to remember until it comes back to ``address``.

        Raises SignInUnavailableError, SignInFailedError.
        """
        async with self._asked():
            await self._metadata()
            begun = await self._app.create_authorization_url(address)
        return begun["url"], SignIn(begun["state"], begun["nonce"], begun["code_verifier"], address, next_)

    async def finish(self, sign_in: SignIn, code: str) -> tuple[Person, str]:
        """Who has signed in, and the ID token that says so. Raises SignInFailedError, SignInUnavailableError."""
        async with self._asked():
            metadata = await self._metadata()
            offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = sorted(SIGNED_WITH.intersection(offered))
            told = await self._app.fetch_access_token(sign_in.address, code=code, code_verifier=sign_in.verifier)
            claims = await self._app.parse_id_token(
                told,
                nonce=sign_in.nonce,
                claims_options={
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                leeway=CLOCK_SECONDS,
            )
        if claims is None:
            raise SignInFailedError("The sign-in provider sent no ID token.", FAILED_HINT)
        return self._person(claims), told["id_token"]

    async def sign_out_address(self, id_token: str, back: str) -> str | None:
        """Where the browser has to go to be signed out at the provider too; None where that is not offered."""
        try:
            async with self._asked():
                if not (await self._metadata()).get("end_session_endpoint"):
                    return None
                told = await self._app.create_logout_url(back, id_token or None, client_id=self._client_id)
        except (SignInUnavailableError, SignInFailedError):
            return None
        url: str = told["url"]
        return url

    async def _metadata(self) -> dict[str, Any]:
        known: dict[str, Any] = self._app.server_metadata
        if time.time() - known.get("_loaded_at", 0.0) > KNOWN_SECONDS:
            known.clear()  # keys and all
        try:
            metadata: dict[str, Any] = await self._app.load_server_metadata()
        except (ValueError, TypeError) as error:  # it is no JSON, or no object
            raise RuntimeError("the provider does not describe itself") from error
        told = metadata.get("issuer")
        if told != self._issuer:
            known.clear()
            raise SignInUnavailableError(
                f"The sign-in provider calls itself {told!r}, not {self._issuer!r}.",
                "Those who run this service have to set BOARD_QA_OIDC_ISSUER to what the provider calls itself.",
            )
        return metadata

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[None]:
        """What goes wrong while the provider is asked, in words."""
        try:
            yield
        except (SignInUnavailableError, SignInFailedError):
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL, RuntimeError, KeyError, AttributeError) as error:
            raise SignInUnavailableError(
                "The sign-in provider does not answer as it should.",
                "Try again in a few minutes; who is signed in already stays so.",
            ) from error
        # ValueError: what should be JSON or base64 is not
        except (AuthlibBaseError, JoseError, ValueError, TypeError) as error:
            raise SignInFailedError("The sign-in provider's answer is not taken.", FAILED_HINT) from error

    def _person(self, claims: Mapping[str, Any]) -> Person:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_ID_CHARS:
            raise SignInFailedError("The sign-in provider does not say who you are.", FAILED_HINT)
        name = next(given for claim in NAMES if isinstance(given := claims.get(claim), str) and given.strip())
        groups = claims.get(self._groups_claim)
        given = groups if isinstance(groups, list) else [groups]
        listed = [group for group in given if isinstance(group, str)]
        return Person(f"oidc:{subject}", " ".join(name.split())[:MAX_NAME_CHARS], self._ways.role_of(listed), Way.OIDC)
