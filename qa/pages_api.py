"""The HTTP API to the pages of packs: what stands on them, their pictures, and the PDF itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse

from qa.model import PageInfo, PageView
from qa.parameters import Service, pack_named
from qa.pictures import Pictures

MIN_PICTURE_WIDTH = 100
MAX_PICTURE_WIDTH = 2400
DEFAULT_PICTURE_WIDTH = 1200
# Only the reader's own browser keeps it, and asks before each use whether the page is still so and may be seen
KEPT = "private, no-cache"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}, 304: {"description": "As it was"}}
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}, 304: {"description": "As it was"}}

IfNoneMatch = Annotated[str, Header(description="ETags of what the asker has")]

pages_api = APIRouter()


@pages_api.get("/api/packs/{pack}/pages")
def pages(service: Service, pack: str) -> list[PageInfo]:
    """The pages of a pack."""
    return service.pages(pack)


@pages_api.get("/api/packs/{pack}/pages/{pdf_page}.png", response_class=Response, responses=PICTURE)
def page_picture(
    request: Request,
    service: Service,
    pack: str,
    pdf_page: int,
    width: Annotated[int, Query(ge=MIN_PICTURE_WIDTH, le=MAX_PICTURE_WIDTH)] = DEFAULT_PICTURE_WIDTH,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """A picture of a page, `width` pixels wide."""
    source = service.page_source(pack, pdf_page)
    headers = _kept_as(f"{source.stem}-{pdf_page}-{width}")
    if _has(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    pictures: Pictures = request.app.state.pictures
    return Response(pictures.png(source, pdf_page, width), media_type="image/png", headers=headers)


@pages_api.get("/api/packs/{pack}/pages/{pdf_page}")
def page(service: Service, pack: str, pdf_page: int) -> PageView:
    """One page with its text."""
    return service.page(pack, pdf_page)


@pages_api.get("/api/packs/{pack}/pdf", response_class=Response, responses=PDF)
def pdf(
    service: Service,
    pack: str,
    download: Annotated[bool, Query(description="To be saved as a file rather than shown")] = False,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """The pack's PDF."""
    path, name = service.pdf_path(pack), pack_named(service, pack).file
    headers = _kept_as(path.stem)
    if _has(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    shown = "attachment" if download else "inline"
    return FileResponse(
        path, media_type="application/pdf", filename=name, content_disposition_type=shown, headers=headers
    )


def _kept_as(name: str) -> dict[str, str]:
    return {"ETag": f'"{name}"', "Cache-Control": KEPT}


def _has(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names what would be sent; a proxy may have made the mark a weak one."""
    told = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in told or told == ["*"]
