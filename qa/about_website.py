"""The pages about the service itself: how it works, accessibility, privacy, its API; its colours, logo and robots."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from qa.brand import SVG, Brand
from qa.parameters import Service
from qa.settings import Settings
from qa.templates import render
from qa.upload_access import is_loopback

# Long enough for one sitting; after a change of settings everyone soon sees it
BRAND_CACHE = "public, max-age=300"
# An SVG opened by itself is a document: it may style itself and nothing else
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
LOG_LEVELS_OF_REQUESTS = ("debug", "info")  # at which the web server notes every request

about_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _brand(request: Request) -> Brand:
    brand: Brand = request.app.state.shown["brand"]
    return brand


@about_website.get("/how-it-works")
def how_it_works(service: Service) -> HTMLResponse:
    """How an answer comes about, what its words and numbers mean, and when not to rely on it."""
    return HTMLResponse(render("how.html", **_told(service.settings)))


@about_website.get("/accessibility")
def accessibility(service: Service) -> HTMLResponse:
    """The accessibility statement: what was tested, what does not work, whom to tell."""
    return HTMLResponse(render("accessibility.html", version=version("board-qa"), **_told(service.settings)))


@about_website.get("/privacy")
def privacy(service: Service) -> HTMLResponse:
    """What is kept, for how long, and what leaves the machine, as the settings in force have it."""
    return HTMLResponse(render("privacy.html", **_told(service.settings)))


def _told(settings: Settings) -> dict[str, object]:
    """What the pages tell of the settings; ``llm_host`` is None without a language model."""
    host = urlsplit(settings.llm_url).hostname or settings.llm_url if settings.llm_url else None
    return {
        "keep_days": settings.keep_days,
        "audit_days": settings.audit_days,
        "audit_questions": settings.audit_questions,
        "auth": settings.auth,
        "anonymous": settings.anonymous,
        "session_hours": settings.session_hours,
        "exempt_shown": settings.allow_exempt,
        "notes_requests": settings.log_level in LOG_LEVELS_OF_REQUESTS,
        "llm_host": host,
        "llm_model": settings.llm_model,
        "llm_here": host is not None and is_loopback(host),
    }


@about_website.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API in words, from its OpenAPI description."""
    description = request.app.openapi()

    def body_fields(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
        """Each field of a request's body: its name, the body's media type, its description, whether it is needed."""
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            schema = body["schema"]
            if "$ref" in schema:
                schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            for name, field in schema.get("properties", {}).items():
                yield name, kind, field, name in schema.get("required", [])

    return HTMLResponse(render("docs.html", description=description, body_fields=body_fields))


@about_website.get("/robots.txt", response_class=PlainTextResponse)
def robots(service: Service) -> PlainTextResponse:
    """Whether search engines may come: not at all, unless `BOARD_QA_ROBOTS` lets them in."""
    return PlainTextResponse(f"User-agent: *\nDisallow:{'' if service.settings.robots else ' /'}\n")


@about_website.get("/brand.css", response_class=Response)
def stylesheet(request: Request) -> Response:
    """The colours that follow from the accent that is set."""
    return Response(_brand(request).stylesheet, media_type="text/css", headers={"Cache-Control": BRAND_CACHE})


@about_website.get("/brand/logo", response_class=Response)
def logo(request: Request) -> Response:
    """The logo that is set."""
    picture = _brand(request).logo
    if picture is None:
        raise HTTPException(404)
    headers = {"Cache-Control": BRAND_CACHE}
    if picture.kind == SVG:
        headers["Content-Security-Policy"] = LOGO_POLICY
    return Response(picture.content, media_type=picture.kind, headers=headers)
