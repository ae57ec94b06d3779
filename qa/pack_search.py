"""Searching the packs for the reader who browses them: pages with the words around the hits, pack by pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qa.addresses import page_address
from qa.excerpts import Excerpt, excerpt
from qa.model import Filters, PackInfo, RankedPassage
from qa.service import BoardQA

PASSAGES_SOUGHT = 60
PAGES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class PageHit:
    """One page of the ranking with its best words; ``href`` is the page with those sought marked."""

    place: RankedPassage
    excerpt: Excerpt
    href: str


@dataclass(frozen=True, slots=True)
class PackHits:
    """The pages found of one pack, best first."""

    pack: PackInfo
    pages: tuple[PageHit, ...]

    @property
    def count(self) -> int:
        """How many pages."""
        return len(self.pages)


@dataclass(frozen=True, slots=True)
class Found:
    """Pages with all words of the query, and pages with some of them or near in meaning; best pack first."""

    with_words: tuple[PackHits, ...]
    near: tuple[PackHits, ...]


def search_packs(service: BoardQA, query: str, filters: Filters) -> Found:
    """The pages nearest to a query. Raises as ``BoardQA.search``."""
    places: dict[tuple[str, int], RankedPassage] = {}
    for passage in service.search(query, filters, PASSAGES_SOUGHT):
        places.setdefault((passage.pack, passage.pdf_page), passage)
    shown = dict(list(places.items())[:PAGES_SHOWN])
    texts = service.texts(shown)
    hits = [_hit(query, place, texts[key]) for key, place in shown.items() if key in texts]
    packs = {pack.pack: pack for pack in service.packs()}
    return Found(
        with_words=_by_pack((hit for hit in hits if hit.excerpt.whole), packs),
        near=_by_pack((hit for hit in hits if not hit.excerpt.whole), packs),
    )


def _hit(query: str, place: RankedPassage, text: str) -> PageHit:
    # The page's own text, for a passage may run over the page's end
    found = excerpt(text, query)
    return PageHit(place, found, page_address(place.pack, place.pdf_page, quote=found.sought))


def _by_pack(hits: Iterable[PageHit], packs: Mapping[str, PackInfo]) -> tuple[PackHits, ...]:
    groups: dict[str, list[PageHit]] = {}
    for hit in hits:
        groups.setdefault(hit.place.pack, []).append(hit)
    return tuple(PackHits(packs[pack], tuple(pages)) for pack, pages in groups.items() if pack in packs)
