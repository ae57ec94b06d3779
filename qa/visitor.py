"""Whose conversations a browser has: a random secret in a cookie, set with the first answer that is kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

COOKIE = "board_qa_visitor"
SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
SECONDS_OF_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class VisitorCookie:
    """The secret of the browser that asks; ``known`` where it showed one."""

    secret: str
    known: bool
    secure: bool

    def remember(self, response: Response, keep_days: int) -> None:
        """Have the browser keep the secret for as long as a conversation asked now is kept."""
        response.set_cookie(
            COOKIE,
            self.secret,
            max_age=keep_days * SECONDS_OF_DAY,
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )


def _visitor(request: Request) -> VisitorCookie:
    shown = request.cookies.get(COOKIE, "")
    known = SECRET.fullmatch(shown) is not None
    return VisitorCookie(shown if known else secrets.token_urlsafe(24), known, request.url.scheme == "https")


Visitor = Annotated[VisitorCookie, Depends(_visitor)]
