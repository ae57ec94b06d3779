"""The pages for people: the chat page, the page viewer and the description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from index.errors import BoardQAError
from qa.addresses import page_address, read_boxes
from qa.boundary import status_of
from qa.errors import UsageError
from qa.model import Question
from qa.parameters import QueryFilters, Service, pack_named
from qa.register_website import register_website
from qa.templates import WEB, render

website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def mount_website(app: FastAPI) -> None:
    """Add the pages and the files that they load."""
    app.include_router(website)
    app.include_router(register_website)
    app.mount("/static", StaticFiles(directory=WEB / "static"))


@website.get("/")
def chat(service: Service, filters: QueryFilters, q: str = "") -> HTMLResponse:
    """The chat page; with `q` it already holds the answer, for browsers that run no script."""
    answer, error = None, None
    if q.strip():
        try:
            answer = service.ask(Question(question=q, filters=filters))
        except BoardQAError as failure:
            error = failure
    packs = service.packs()
    page = render(
        "chat.html",
        question=q,
        answer=answer,
        error=error,
        filters=filters,
        narrowed=bool(filters.model_dump(exclude_none=True)),
        packs=packs,
        bodies=sorted({pack.body for pack in packs if pack.body}),
        max_question_chars=service.settings.max_question_chars,
    )
    return HTMLResponse(page, status_of(error.code) if error else 200)


@website.get("/packs/{pack}/pages/{pdf_page}")
def page_viewer(
    service: Service, pack: str, pdf_page: int, boxes: Annotated[str, Query(description="Boxes to mark")] = ""
) -> HTMLResponse:
    """The picture of a page with boxes marked, its text, and the ways to its neighbours."""
    try:
        marked = read_boxes(boxes)
    except ValueError:
        raise UsageError("The boxes in the address are no page fractions.", "Leave them out to see the page.") from None
    page = service.page(pack, pdf_page)
    numbers = [neighbour.pdf_page for neighbour in service.pages(pack)]
    place = numbers.index(pdf_page)
    return HTMLResponse(
        render(
            "page.html",
            pack=pack_named(service, pack),
            page=page,
            boxes=marked,
            previous=numbers[place - 1] if place else None,
            next=numbers[place + 1] if place + 1 < len(numbers) else None,
            address=page_address,
        )
    )


@website.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API in words, from its OpenAPI description."""
    description = request.app.openapi()

    def body_fields(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
        if "requestBody" not in operation:
            return
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = description["components"]["schemas"][reference.rsplit("/", 1)[1]]
        for name, field in schema["properties"].items():
            yield name, field, name in schema.get("required", [])

    return HTMLResponse(render("docs.html", description=description, body_fields=body_fields))
