"""Addresses of packs and their pages in the web service, made and read back in one place."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote as escaped
from urllib.parse import urlencode

from index.model import Box

# Addresses stay below what browsers and proxies take: a quote of many lines marks its first ones.
MAX_BOXES = 40
MAX_QUOTE = 2000  # characters


def pack_address(pack: str, **values: str) -> str:
    """The path of a pack's own page; with values ``page`` (printed number) or ``item``, of the page they name."""
    path = f"/packs/{escaped(pack, safe='')}"
    return f"{path}?{urlencode(values)}" if values else path


def page_address(pack: str, pdf_page: int, boxes: Sequence[Box] = (), *, quote: str = "", at: int | None = None) -> str:
    """The path and query of the page viewer: PDF page ``pdf_page`` of ``pack``.

    ``quote``, words of that page, are looked for there and marked; of words that come several times those nearest to
    the offset ``at`` of the page's text. ``boxes`` are marked as they are.
    """
    values: dict[str, str] = {}
    if words := capped(quote):
        values["quote"] = words
        if at is not None:
            values["at"] = str(at)
    if boxes:
        values["boxes"] = ";".join(
            ",".join(f"{edge:.4f}".rstrip("0").rstrip(".") for edge in box) for box in boxes[:MAX_BOXES]
        )
    path = f"{pack_address(pack)}/pages/{pdf_page}"
    return f"{path}?{urlencode(values, safe=',;')}" if values else path


def capped(quote: str) -> str:
    """A quote in one line, of at most ``MAX_QUOTE`` characters and whole words."""
    words = " ".join(quote.split())
    if len(words) <= MAX_QUOTE:
        return words
    return words[: MAX_QUOTE + 1].rsplit(" ", 1)[0][:MAX_QUOTE]


def picture_address(pack: str, pdf_page: int, width: int) -> str:
    """The path and query of the picture of a page, ``width`` pixels wide."""
    return f"/api{pack_address(pack)}/pages/{pdf_page}.png?width={width}"


def pdf_address(pack: str, *, download: bool = False, pdf_page: int | None = None) -> str:
    """The address of a pack's PDF, to be opened at a page, or to be saved."""
    path = f"/api{pack_address(pack)}/pdf" + ("?download=1" if download else "")
    return path if pdf_page is None else f"{path}#page={pdf_page}"


def read_boxes(text: str) -> list[Box]:
    """The boxes of an address' ``boxes`` value; raises ValueError for anything else than page fractions."""
    boxes: list[Box] = []
    for part in text.split(";")[:MAX_BOXES] if text else []:
        x0, y0, x1, y1 = (float(edge) for edge in part.split(","))
        if not (0 <= x0 <= x1 <= 1 and 0 <= y0 <= y1 <= 1):
            raise ValueError(f"{part!r} is no box of page fractions")
        boxes.append((x0, y0, x1, y1))
    return boxes
