"""How places in packs, dates and votes are put into words, on the terminal and on the pages alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qa.model import Citation, RankedPassage
from qa.register_model import Votes

NEAREST_SHOWN = 3
# Words that the name of a body has in common with those of other councils and trusts
SHARED = frozenset("Council Borough County City District Town Parish NHS Trust Board Committee and of the".split())


def short_date(day: date | None) -> str:
    """A date as people write it: 22 Mar 2023; empty for None."""
    return f"{day.day} {day:%b %Y}" if day else ""


def long_date(day: date | None) -> str:
    """A date in full: 22 March 2023; empty for None."""
    return f"{day.day} {day:%B %Y}" if day else ""


def page_words(page: str | None, pdf_page: int) -> str:
    """How a page is named: "page 12 (PDF page 14)", or "PDF page 14" where no number is printed."""
    return f"page {page} (PDF page {pdf_page})" if page else f"PDF page {pdf_page}"


def votes_words(votes: Votes | None) -> str:
    """How members voted, in a few words: "7 for, 2 against, 1 abstained", "unanimous", or as printed."""
    if votes is None:
        return ""
    counts = ((votes.for_, "for"), (votes.against, "against"), (votes.abstained, "abstained"))
    told = ", ".join(f"{count} {what}" for count, what in counts if count is not None)
    return told or ("unanimous" if votes.unanimous else votes.text)


def citation_words(citation: Citation) -> str:
    """One line that names the cited place: "p. 12 · item 3 Life Rooms · Halton HWB 22 March 2023"."""
    number = f"p. {citation.page}" if citation.page else f"PDF page {citation.pdf_page} (no agenda page number)"
    item = f"item {citation.item}" if citation.item else ""
    where, when = _meeting(citation)
    parts = (number, f"{item} {citation.item_title or ''}".strip(), f"{where} {when}".strip())
    return " · ".join(part for part in parts if part)


def full_citation_words(citation: Citation) -> str:
    """The cited place for a text that has no links: "Halton HWB, 22 March 2023, item 3, page 12 (PDF page 14)"."""
    item = f"item {citation.item}" if citation.item else ""
    parts = (*_meeting(citation), item, page_words(citation.page, citation.pdf_page))
    return ", ".join(part for part in parts if part)


def _meeting(citation: Citation) -> tuple[str, str]:
    """Body and date in words; where the body is not known the pack's title, which mostly tells the date itself."""
    day = citation.meeting_date
    told = day is None or (citation.body is None and str(day.year) in citation.pack_title)
    return body_words(citation.body, citation.council) or citation.pack_title, "" if told else long_date(day)


def body_words(body: str | None, council: str | None) -> str:
    """A body with its council, where its name does not tell: "Halton Borough Council Health and Wellbeing Board".

    Empty where no body is known.
    """
    if not body or not council or any(word in body.split() for word in council.split() if word not in SHARED):
        return body or ""
    return f"{council} {body}"


def passage_words(passage: RankedPassage) -> str:
    """One line that names a passage's place: pack, item and page."""
    item = f", item {passage.item}" if passage.item else ""
    return f"{passage.pack_title or passage.file}{item}, {page_words(passage.page, passage.pdf_page)}"


def nearest(passages: Sequence[RankedPassage]) -> list[RankedPassage]:
    """The first passage of each of the first pages of a ranking: what is offered where nothing answers."""
    by_page: dict[tuple[str, int], RankedPassage] = {}
    for passage in passages:
        by_page.setdefault((passage.pack, passage.pdf_page), passage)
    return list(by_page.values())[:NEAREST_SHOWN]
