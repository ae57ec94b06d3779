"""Addresses of cited pages in the web service, made and read back in one place."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from index.model import Box

# Addresses stay below what browsers and proxies take: a quote of many lines marks its first ones.
MAX_BOXES = 40


def page_address(pack: str, pdf_page: int, boxes: Sequence[Box] = ()) -> str:
    """The path and query of the page viewer: PDF page ``pdf_page`` of ``pack`` with ``boxes`` marked."""
    path = f"/packs/{quote(pack, safe='')}/pages/{pdf_page}"
    if not boxes:
        return path
    marks = ";".join(",".join(f"{edge:.4f}".rstrip("0").rstrip(".") for edge in box) for box in boxes[:MAX_BOXES])
    return f"{path}?{urlencode({'boxes': marks}, safe=',;')}"


def read_boxes(text: str) -> list[Box]:
    """The boxes of an address' ``boxes`` value; raises ValueError for anything else than page fractions."""
    boxes: list[Box] = []
    for part in text.split(";")[:MAX_BOXES] if text else []:
        x0, y0, x1, y1 = (float(edge) for edge in part.split(","))
        if not (0 <= x0 <= x1 <= 1 and 0 <= y0 <= y1 <= 1):
            raise ValueError(f"{part!r} is no box of page fractions")
        boxes.append((x0, y0, x1, y1))
    return boxes
