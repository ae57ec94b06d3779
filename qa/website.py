"""The pages for people, all together, and the files that they load."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from qa.about_website import about_website
from qa.brand import brand_of
from qa.chat_website import chat_website
from qa.packs_website import packs_website
from qa.register_website import register_website
from qa.sign_in_website import sign_in_website
from qa.templates import WEB
from qa.upload_website import upload_website

WEBSITES = (about_website, chat_website, packs_website, register_website, upload_website, sign_in_website)


class _Files(StaticFiles):
    """Static files that browsers ask for anew each time (and mostly need not fetch): after an update none is stale."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


def mount_website(app: FastAPI) -> None:
    """Add the pages and the files that they load. Raises SettingsError for a logo that cannot be shown."""
    settings = app.state.service.settings
    app.state.shown = {"brand": brand_of(settings), "robots": settings.robots}
    for router in WEBSITES:
        app.include_router(router)
    app.mount("/static", _Files(directory=WEB / "static"))
