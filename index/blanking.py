"""A PDF written again with some of its pages blank, and nothing of them left in it."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, PdfObject, StreamObject

from index.pdf import open_pdf

# What a page may refer to other pages by, and so carry them along: links and form fields, beads of an article,
# actions; and what editors and tagging programs keep of its words beside the page itself.
LEADS_AWAY = ("/Annots", "/B", "/AA", "/PieceInfo", "/StructParents", "/Metadata", "/Thumb", "/AF")
DRAWN = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")  # "/Im3 Do": an image or form put on the page


def with_blank_pages(source: Path, hidden: Set[int]) -> PdfWriter:
    """``source``, its PDF pages ``hidden`` (from 1) blank.

    Built page by page from nothing, so that outlines, attachments and objects of the hidden pages stay out. A damaged
    PDF makes pypdf raise nearly anything; ValueError where its pages are not numbered as those of the index.
    """
    pages = PdfReader(source).pages
    with open_pdf(source, ocr="off") as read:
        if read.page_count != len(pages):
            raise ValueError(f"{source.name} has {len(pages)} pages by one reading, {read.page_count} by another")
    writer = PdfWriter()
    for number, page in enumerate(pages, start=1):
        if number in hidden:
            blank = writer.add_blank_page(float(page.mediabox.width), float(page.mediabox.height))
            blank.rotate(page.rotation)
            continue
        for key in LEADS_AWAY:
            page.pop(key, None)
        _drop_undrawn(page)
        writer.add_page(page)
    return writer


def _drop_undrawn(page: PageObject) -> None:
    """Take the images and forms that a page does not draw out of its resources: pages often share one list of all."""
    resources = _dictionary(page.get("/Resources"))
    listed = _dictionary(resources.get("/XObject"))
    drawn = _drawn(page.get_contents(), listed)
    own = DictionaryObject({key: resources.raw_get(key) for key in resources})
    own[NameObject("/XObject")] = DictionaryObject({key: listed.raw_get(key) for key in listed if key in drawn})
    page[NameObject("/Resources")] = own


def _dictionary(value: PdfObject | None) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _drawn(contents: StreamObject | None, listed: DictionaryObject) -> set[str]:
    """The names drawn by a page's contents, and by its forms that have no resources of their own."""
    found: set[str] = set()
    waiting = [contents] if contents is not None else []
    while waiting:
        names = {"/" + name.decode("latin-1") for name in DRAWN.findall(waiting.pop().get_data())}
        for name in (names - found) & set(listed):
            found.add(name)
            drawn = listed[name].get_object()
            if isinstance(drawn, StreamObject) and "/Resources" not in drawn and drawn.get("/Subtype") == "/Form":
                waiting.append(drawn)
    return found
