"""A pack's items as a table of contents: which pages each has, and what comes before and after a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.model import PackInfo, PageInfo
from qa.printed_numbers import pages_bearing


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. ``pages`` puts its pages into words ("pages 5 to 12"), or that it has none or none to be shown.

    ``pdf_page`` is the first of them, None where there is none.
    """

    item: str
    title: str
    pages: str
    pdf_page: int | None


def contents(pack: PackInfo, pages: Sequence[PageInfo]) -> list[Entry]:
    """The pack's items in the order of its agenda, then those that only its pages tell of."""
    titles = {item.item: item.title for item in pack.items}
    for page in pages:
        if page.item is not None:
            titles.setdefault(page.item, page.item_title or "")
    told = {item.item: item.first for item in pack.items}
    return [_entry(item, title, pages, told.get(item)) for item, title in titles.items()]


def _entry(item: str, title: str, pages: Sequence[PageInfo], first: str | None) -> Entry:
    own = [page for page in pages if page.item == item]
    if not own and first is not None:  # a page is of one item only, and two may begin on it
        own = pages_bearing(pages, first)[:1]
    return Entry(item, title, _pages_words(own, first is not None), own[0].pdf_page if own else None)


def _pages_words(pages: Sequence[PageInfo], told: bool) -> str:
    """A run of pages by their printed numbers or those of the PDF; ``told``: the agenda says that there are some."""
    if not pages:
        return "not shown here" if told else "no pages"
    first, last = pages[0].page, pages[-1].page
    name = "page"
    if first is None or last is None:
        first, last, name = str(pages[0].pdf_page), str(pages[-1].pdf_page), "PDF page"
    return f"{name} {first}" if first == last else f"{name}s {first} to {last}"


def around(entries: Sequence[Entry], page: PageInfo) -> tuple[Entry | None, Entry | None]:
    """The item before and the item after the one that a page is of, by where they begin."""
    begun = sorted((entry for entry in entries if entry.pdf_page is not None), key=lambda entry: entry.pdf_page or 0)
    own = next((place for place, entry in enumerate(begun) if entry.item == page.item), None)
    if own is not None:
        return (begun[own - 1] if own else None), (begun[own + 1] if own + 1 < len(begun) else None)
    before = [entry for entry in begun if (entry.pdf_page or 0) < page.pdf_page]
    after = [entry for entry in begun if (entry.pdf_page or 0) > page.pdf_page]
    return (before[-1] if before else None), (after[0] if after else None)
