"""The pages that show packs: all of them, one of them, and the page viewer. They need no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from index.errors import BoardQAError
from index.model import Box, Kind
from qa.addresses import MAX_QUOTE, pack_address, page_address, pdf_address, picture_address, read_boxes
from qa.boundary import status_of
from qa.contents import around, contents
from qa.errors import UsageError
from qa.locate import located
from qa.model import Filters, PackInfo, PageInfo
from qa.pack_search import Found, search_packs
from qa.page_text import blocks
from qa.parameters import Service, pack_named
from qa.printed_numbers import number_words, pages_bearing, range_words
from qa.register_model import RegisterFilters
from qa.register_words import printed_page
from qa.templates import render
from qa.text_layer import runs

PACKS_SHOWN = 30  # on one page of the list, so that it stays quick to load
# Of a page's picture, in pixels: phones and plain screens to sharp ones
WIDTHS = (800, 1200, 1800)
KIND_WORDS = {
    Kind.AGENDA: "Agenda and papers",
    Kind.MINUTES: "Minutes",
    Kind.REPORT: "Report",
    Kind.APPENDIX: "Appendix",
    Kind.SLIDES: "Slides",
    Kind.SUPPLEMENT: "Supplement",
    Kind.EXEMPT: "Exempt papers",
    Kind.OTHER: "Papers",
}

packs_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _page(template: str, status: int = 200, **context: object) -> HTMLResponse:
    words = {"kind_words": KIND_WORDS, "printed_page": printed_page}
    addresses = {"pack_address": pack_address, "page_address": page_address, "pdf_address": pdf_address}
    return HTMLResponse(render(template, **words, **addresses, **context), status)


def _searched(service: Service, query: str, filters: Filters) -> tuple[Found | None, BoardQAError | None, int]:
    """What a search found, or why nothing could be sought, and the status of the page that tells it."""
    if not query:
        return None, None, 200
    try:
        return search_packs(service, query, filters), None, 200
    except BoardQAError as error:
        return None, error, status_of(error.code)


@packs_website.get("/packs")
def packs(service: Service, q: str = "", body: str = "", offset: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """All packs by body, newest first; with `q`, where the words stand in them."""
    every = service.packs()
    query, body = q.strip(), body.strip()
    listed = sorted((pack for pack in every if body in ("", pack.body)), key=_newest_first)
    found, error, status = _searched(service, query, Filters(body=body or None)) if every else (None, None, 200)
    shown = listed[offset : offset + PACKS_SHOWN]
    return _page(
        "packs.html",
        status,
        groups=[(name, list(group)) for name, group in groupby(shown, key=lambda pack: (pack.body, pack.council))],
        total=len(listed),
        offset=offset,
        most=PACKS_SHOWN,
        bodies=sorted({pack.body for pack in every if pack.body}),
        indexed=bool(every),
        query=query,
        body=body,
        found=found,
        error=error,
    )


def _newest_first(pack: PackInfo) -> tuple[bool, str, str, int, str]:
    """By body and council, those without last; of one body by date, none last."""
    day = pack.meeting_date or date.min
    return pack.body is None, (pack.body or "").casefold(), (pack.council or "").casefold(), -day.toordinal(), pack.pack


@packs_website.get("/packs/{pack}")
@packs_website.get("/packs/{pack}/pages")
def pack_page(service: Service, pack: str, q: str = "", page: str = "", item: str = "") -> Response:
    """One pack. `page`, a printed number, or `item` lead to the page of the pack that bears it or begins it."""
    of = pack_named(service, pack)
    pages = service.pages(of.pack)
    entries = contents(of, pages)
    wanted, refusal, bearing = page.strip(), "", list[PageInfo]()
    if wanted:
        bearing = pages_bearing(pages, wanted)
        if len(bearing) == 1:
            return RedirectResponse(page_address(of.pack, bearing[0].pdf_page), 303)
        if not bearing:
            refusal = f"No page of this pack bears the number {wanted:.20}."
    elif item.strip():
        first = next((entry.pdf_page for entry in entries if entry.item == item.strip()), None)
        if first is not None:
            return RedirectResponse(page_address(of.pack, first), 303)
        refusal = f"No page of item {item.strip():.20} is in this pack, or none that may be shown here."
    query = q.strip()
    found, error, status = _searched(service, query, Filters(pack=of.pack))
    meetings = service.register.meetings(RegisterFilters(pack=of.pack)).rows
    return _page(
        "pack.html",
        404 if refusal else status,
        pack=of,
        pages=pages,
        entries=entries,
        numbers=range_words(pages),
        wanted=wanted,
        refusal=refusal,
        bearing=bearing,
        query=query,
        found=found,
        error=error,
        meetings=[(row, any(paper.records for paper in row.papers if paper.pack == of.pack)) for row in meetings],
    )


@packs_website.get("/packs/{pack}/pages/{pdf_page}")
def page_viewer(
    service: Service,
    pack: str,
    pdf_page: int,
    quote: Annotated[str, Query(description="Words of the page to find and mark", max_length=MAX_QUOTE)] = "",
    at: Annotated[int | None, Query(description="Offset in its text near which they stand", ge=0)] = None,
    boxes: Annotated[str, Query(description="Boxes to mark")] = "",
) -> HTMLResponse:
    """The picture of a page with words marked, its text, and the ways to its neighbours and items."""
    marked: Sequence[Box] = _boxes(boxes)
    layout = service.page_layout(pack, pdf_page)
    of = pack_named(service, pack)
    pages = service.pages(of.pack)
    place = [told.pdf_page for told in pages].index(pdf_page)
    page = pages[place]
    words = " ".join(quote.split())
    quoted = located(layout, words, at) if words else None
    if quoted:
        marked = [*marked, *quoted.boxes]
    entries = contents(of, pages)
    item_before, item_after = around(entries, page)
    return _page(
        "page.html",
        pack=of,
        page=page,
        layout=layout,
        quote=words,
        quoted=quoted,
        boxes=marked,
        runs=runs(layout),
        blocks=blocks(layout, quoted.stretches if quoted else ()),
        previous=pages[place - 1] if place else None,
        next=pages[place + 1] if place + 1 < len(pages) else None,
        entries=entries,
        item_before=item_before,
        item_after=item_after,
        number_words=number_words(page),
        numbers=range_words(pages),
        picture=picture_address,
        widths=WIDTHS,
    )


def _boxes(text: str) -> list[Box]:
    try:
        return read_boxes(text)
    except ValueError:
        raise UsageError("The boxes in the address are no page fractions.", "Leave them out to see the page.") from None
