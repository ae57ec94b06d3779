"""Whether the papers answer a question at all: the reason why not, in words for the asker."""

from __future__ import annotations

from collections.abc import Sequence

from index.fulltext import any_of
from index.store import Store
from qa.absence import not_given, only_proposed, other_body, other_month, still_awaited, undecided, undecided_meeting
from qa.finder import Found
from qa.question import ASKING, DECIDING, LIGHT, Wanted
from qa.support import dates_papers, lacks_kind, missing_names, not_refused, off_topic, other_period

KIND_WORDS = {
    Wanted.MONEY: "sum of money",
    Wanted.PERCENT: "percentage",
    Wanted.COUNT: "number",
    Wanted.PERSON: "name",
    Wanted.REASON: "reason",
    Wanted.VOTE: "vote",
}


def declined(found: Found, store: Store) -> str | None:
    """Why the papers do not answer, in words ("" where they do not speak of the matter); None when they seem to."""
    question, evidence, where, worth = found.question, found.evidence, found.where, found.worth
    if found.in_short is not None:
        return None if evidence else f"No paper that was looked in has {found.in_short.name}."
    if off_topic(evidence, worth):
        return ""
    unheard = _unheard(found, store)
    if unheard:
        return f"No paper that was looked in has the {'words' if len(unheard) > 1 else 'word'} {_listed(unheard)}."
    absent = missing_names(question, found.frequency, where.told)
    if absent:
        return "Not in these papers: " + ", ".join(absent)
    days = [pack.record.meeting_date for pack in found.packs.values() if pack.record.meeting_date]
    day = undecided_meeting(question, found.hits, days)
    if day is not None:
        return f"The papers for the meeting of {day:%-d %B %Y} are here, but not its minutes: what it decided is not."
    count = store.passage_count(found.scope.access)
    kind = lacks_kind(question, evidence, found.frequency, count, where.told, found.short)
    if kind is not None:
        return f"The papers speak of this, but give no {KIND_WORDS[kind]} for it."
    if not_given(question, evidence, worth):
        return "The papers have this table, but leave open what is asked for."
    if only_proposed(question, evidence):
        return "The papers recommend this; no decision on it is in them."
    if undecided(question, evidence):
        return "The papers speak of this, but record no decision on it."
    body = other_body(question, evidence, found.packs, where.told)
    if body is not None:
        return f"No papers of the {body} are here, and the others do not tell what it decided."
    if still_awaited(found.asked, evidence, worth):
        return "It had not come when these papers were written."
    if not_refused(question, evidence):
        return "The papers tell of no refusal."
    best = {(e.passage.pack, e.passage.spans[0].pdf_page) for e in evidence[:1]}
    pages = store.page_texts(best, found.scope.access)
    if other_period(question, evidence, pages, _report(found, store)) or other_month(question, evidence, pages):
        return "The papers speak of this, but for another period."
    return None


def _report(found: Found, store: Store) -> list[str]:
    """The pages of the report that the best evidence is from, where the question gives a report's date."""
    if not found.evidence or not dates_papers(found.question):
        return []
    best = found.evidence[0].passage
    access = found.scope.access
    pages = {
        (best.pack, p.pdf_page) for p in store.pages(best.pack, access) if p.item is not None and p.item == best.item
    }
    return list(store.page_texts(pages, access).values())


def _unheard(found: Found, store: Store) -> list[str]:
    """The words that tell what the question is about, when no paper that was looked in has any of them."""
    question = found.question
    keys = [key for key in question.terms if key not in found.where.told and key not in ASKING | DECIDING | LIGHT]
    if found.worth.keys() - set(question.terms):  # other words for the same were found
        return []
    words = [question.words[key] for key in keys]
    return [] if any(store.fts(any_of([word]), found.scope, 1) for word in words) else words


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
