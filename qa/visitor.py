"""Whose conversations are whose: those of people who are signed in, and of tokens, are theirs wherever they ask from;
a browser of somebody unknown has a random secret in a cookie, set with the first answer that is kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from qa.parameters import person_of
from qa.person import Way

COOKIE = "board_qa_visitor"
SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
SECONDS_OF_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class VisitorCookie:
    """The secret of the browser that asks, or the id of who is signed in; ``known`` where one was shown."""

    secret: str
    known: bool
    secure: bool
    signed_in: bool = False

    def remember(self, response: Response, keep_days: int) -> None:
        """Have the browser keep the secret for as long as a conversation asked now is kept."""
        if self.signed_in:
            return
        response.set_cookie(
            COOKIE,
            self.secret,
            max_age=keep_days * SECONDS_OF_DAY,
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )


def _visitor(request: Request) -> VisitorCookie:
    secure = request.url.scheme == "https"
    person = person_of(request)
    if person.way not in (Way.LOCAL, Way.ANONYMOUS):
        return VisitorCookie(person.id, True, secure, signed_in=True)  # has a colon, which no secret has
    shown = request.cookies.get(COOKIE, "")
    known = SECRET.fullmatch(shown) is not None
    return VisitorCookie(shown if known else secrets.token_urlsafe(24), known, secure)


Visitor = Annotated[VisitorCookie, Depends(_visitor)]
