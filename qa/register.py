"""The decision register: what bodies decided, put to whom, asked of whom, each with its page.

Every query is narrowed to what may be seen, and by the filters, before anything is searched or counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

import numpy as np
import numpy.typing as npt

from index.fulltext import all_of, any_of
from index.model import Access
from index.record_model import Action, Declaration, KeyDecision, Minute, Recommendation, Said
from index.register_rows import Narrowed, Sort, Stored, StoredMeeting
from index.register_store import RegisterStore
from index.store import Store
from qa.addresses import page_address
from qa.errors import UnknownDecisionError, UnknownMeetingError
from qa.register_actions import action_rows, wanted
from qa.register_links import Answers
from qa.register_model import (
    ActionFilters,
    ActionPage,
    ActionRow,
    AttendeeRow,
    Choices,
    DecisionPage,
    DecisionRow,
    KeyDecisionRow,
    Match,
    MeetingItem,
    MeetingPage,
    MeetingRow,
    MeetingView,
    RecommendationPage,
    RecommendationRow,
    RegisterFilters,
    Trail,
)
from qa.register_model import Sort as Order
from qa.register_rows import (
    decision_row,
    declaration_row,
    key_decision_row,
    meeting_row,
    minute_rows,
    note_row,
)
from qa.register_trail import trail_of
from qa.words import content_words

# Where fewer decisions than these have all the words of a query, the nearest others fill up to them
NEAR_DECISIONS = 10
NEAR_PASSAGES = 20
# Where more have all its words, nearness says little, and the newest come first
MOST_RANKED = 2000
EVERYTHING = 10**9  # rows
MOST_TERMS = 50  # of a query; SQLite's text index cannot read expressions of any length

# Passages nearest in meaning to a query among the allowed ids, best first, at most so many
Nearest = Callable[[str, npt.NDArray[np.int64], int], Sequence[int]]


class Register:
    """The register of one index. Safe to use from several threads; ``today`` is what ages are counted to."""

    def __init__(
        self, store: Store, access: frozenset[Access], nearest: Nearest, today: Callable[[], date] = date.today
    ) -> None:
        self._packs = store
        self._register = RegisterStore(store.path)
        self._access = access
        self._nearest = nearest
        self._today = today
        self._offered: tuple[tuple[object, ...], Choices] | None = None  # of which state of the index

    def close(self) -> None:
        """Close the index."""
        self._register.close()

    # Decisions

    def decisions(self, filters: RegisterFilters) -> DecisionPage:
        """One page of the decisions that match. Raises UnknownPackError for a pack that is not there.

        With a query, those that have all its words, and, unless ``near`` is off, the few nearest others.
        """
        total, rows = self._decisions(filters, filters.offset, filters.limit)
        return DecisionPage(total=total, offset=filters.offset, limit=filters.limit, rows=rows)

    def every_decision(self, filters: RegisterFilters) -> list[DecisionRow]:
        """All decisions that match, not only one page. Raises as ``decisions``."""
        return self._decisions(filters, 0, EVERYTHING)[1]

    def decision(self, id_: str) -> DecisionRow:
        """The decision of a permanent id. Raises UnknownDecisionError."""
        found = self._register.decision(id_, self._access)
        if found is None:
            raise UnknownDecisionError(f"There is no decision {id_!r}.", "Look for it in the register at /decisions.")
        return decision_row(found)

    def _decisions(self, filters: RegisterFilters, offset: int, limit: int) -> tuple[int, list[DecisionRow]]:
        narrowed = self._narrowed(filters)
        terms = _terms(filters.query)
        by_nearness = filters.sort in (None, Order.BEST)
        order = Order.NEWEST if filters.sort is None or by_nearness else filters.sort
        if not terms:
            total, found = self._register.decisions(narrowed, order, offset, limit)
            return total, [decision_row(one) for one in found]
        having = replace(narrowed, words=all_of(terms))
        ordered = self._register.numbers(having, order)
        if by_nearness and len(ordered) <= MOST_RANKED:
            ordered = self._register.matching(having)
        near = []
        if filters.near and len(ordered) < NEAR_DECISIONS:
            near = self._near(filters.query or "", terms, narrowed, set(ordered))[: NEAR_DECISIONS - len(ordered)]
        wanted, others = [*ordered, *near], set(near)
        if near and not by_nearness:
            wanted = self._register.numbers(replace(narrowed, numbers=frozenset(wanted)), order)
        found = self._register.load(wanted[offset : offset + limit], self._access)
        return len(wanted), [decision_row(one, Match.NEAR if one.number in others else Match.WORDS) for one in found]

    def _near(self, query: str, terms: Sequence[str], narrowed: Narrowed, known: set[int]) -> list[int]:
        """Decisions without all the words: the nearest in meaning, in turn with those that have the rarest words."""
        allowed = self._register.passages(narrowed)
        nearest = self._nearest(query, allowed, NEAR_PASSAGES) if len(allowed) else []
        meant = self._register.in_passages(nearest, narrowed)
        rare = any_of(self._register.rare(terms, MOST_RANKED, self._access))
        some = self._register.matching(replace(narrowed, words=rare), NEAR_PASSAGES) if rare else []
        score: dict[int, float] = {}
        for ranking in (meant, some):
            for rank, number in enumerate(ranking, 1):
                score[number] = score.get(number, 0.0) + 1 / (60 + rank)  # reciprocal rank fusion
        ranked = sorted(score, key=lambda number: (-score[number], number))
        return [number for number in ranked if number not in known]

    # Meetings

    def meetings(self, filters: RegisterFilters) -> MeetingPage:
        """One page of meetings, newest first, of that body, council, time and pack. Raises UnknownPackError."""
        narrowed = self._narrowed(filters)
        if narrowed.pack is not None:
            # a pack's meetings are told with their other packs too
            of_pack = {one.id for one in self._register.meetings(narrowed)}
            narrowed = replace(narrowed, pack=None)
            groups = [group for group in self._meetings(narrowed) if group[0].id in of_pack]
        else:
            groups = self._meetings(narrowed)
        shown = groups[filters.offset : filters.offset + filters.limit]
        counts = self._register.counts([group[0].id for group in shown], self._access)
        rows = [meeting_row(group, *counts) for group in shown]
        return MeetingPage(total=len(groups), offset=filters.offset, limit=filters.limit, rows=rows)

    def meeting(self, id_: str) -> MeetingView:
        """One meeting with all that its minutes tell. Raises UnknownMeetingError."""
        narrowed = Narrowed(self._access, meeting=id_)
        groups = self._meetings(narrowed)
        if not groups:
            raise UnknownMeetingError(f"There is no meeting {id_!r}.", "The meetings are listed at /meetings.")
        packs = groups[0]
        head = packs[0].head
        # the minutes of one pack, so that draft and approved ones are not told twice
        minuted = replace(narrowed, pack=packs[0].pack) if packs[0].minuted else None
        decided = self._register.decisions(narrowed, Order.NEWEST, 0, EVERYTHING)[1]
        asked = {one.id for pack in packs if pack.minuted for one in self._actions_of(pack)}
        return MeetingView(
            meeting=self._row(packs),
            time=head.time,
            venue=head.venue,
            chair=head.chair,
            people=[AttendeeRow(name=p.name, role=p.role, presence=p.presence) for p in head.people],
            items=[item for pack in packs if not pack.minuted for item in self._items(pack)],
            minutes=minute_rows(self._register.entries(Sort.MINUTE, Minute, minuted), decided) if minuted else [],
            decisions=[decision_row(one) for one in decided],
            actions=[row for row in self._every_action(Narrowed(self._access)) if row.id in asked] if asked else [],
            declarations=[
                declaration_row(one)
                for one in (self._register.entries(Sort.DECLARATION, Declaration, minuted) if minuted else [])
            ],
            recommendations=self._recommendations(narrowed),
            notes=[note_row(one) for one in (self._register.entries(Sort.NOTE, Said, minuted) if minuted else [])],
            flags=list(head.flags),
        )

    def _meetings(self, narrowed: Narrowed) -> list[list[StoredMeeting]]:
        return [list(group) for _, group in groupby(self._register.meetings(narrowed), key=lambda one: one.id)]

    def _row(self, packs: Sequence[StoredMeeting]) -> MeetingRow:
        return meeting_row(packs, *self._register.counts([packs[0].id], self._access))

    def _items(self, pack: StoredMeeting) -> list[MeetingItem]:
        pages: dict[str, int] = {}
        for page in self._packs.pages(pack.pack, self._access):
            if page.item is not None:
                pages.setdefault(page.item, page.pdf_page)
        return [
            MeetingItem(
                item=item.number,
                title=item.title,
                pack=pack.pack,
                pdf_page=pages.get(item.number),
                href=page_address(pack.pack, pages.get(item.number, 1)),
            )
            for item in self._packs.pack(pack.pack, self._access).record.items
        ]

    # Actions

    def actions(self, filters: ActionFilters) -> ActionPage:
        """One page of actions, oldest first, each as it stood when it was last told. Raises UnknownPackError."""
        narrowed = Narrowed(self._access, body=filters.body or None)
        rows = wanted(self._every_action(narrowed), filters)
        if filters.pack:
            pack = self._pack(filters.pack)
            rows = [row for row in rows if pack in {row.pack, *(place.pack for place in row.also)}]
        return ActionPage(
            total=len(rows),
            open=sum(row.open for row in rows),
            offset=filters.offset,
            limit=filters.limit,
            rows=rows[filters.offset : filters.offset + filters.limit],
        )

    def _every_action(self, narrowed: Narrowed) -> list[ActionRow]:
        told = self._register.entries(Sort.ACTION, Action, narrowed, every=True)
        return action_rows(told, self._register.minuted(self._access), self._today())

    def _actions_of(self, pack: StoredMeeting) -> list[Stored[Action]]:
        narrowed = Narrowed(self._access, meeting=pack.id, pack=pack.pack)
        return self._register.entries(Sort.ACTION, Action, narrowed, every=True)

    # What bodies are asked to decide

    def recommendations(self, filters: RegisterFilters) -> RecommendationPage:
        """One page of recommendations with what came of them, newest first. Raises UnknownPackError."""
        narrowed = self._narrowed(filters)
        if terms := _terms(filters.query):
            narrowed = replace(narrowed, words=all_of(terms))
        found = self._register.entries(Sort.RECOMMENDATION, Recommendation, narrowed)
        rows = self._answered(found[filters.offset : filters.offset + filters.limit])
        return RecommendationPage(total=len(found), offset=filters.offset, limit=filters.limit, rows=rows)

    def key_decisions(self, filters: RegisterFilters) -> list[KeyDecisionRow]:
        """The entries of forward plans and decision notices, by the day of the decision. Raises UnknownPackError."""
        narrowed = self._narrowed(filters)
        if terms := _terms(filters.query):
            narrowed = replace(narrowed, words=all_of(terms))
        found = self._register.entries(Sort.KEY_DECISION, KeyDecision, narrowed)
        return sorted(map(key_decision_row, found), key=lambda row: (row.date is None, row.date or date.min))

    def _recommendations(self, narrowed: Narrowed) -> list[RecommendationRow]:
        return self._answered(self._register.entries(Sort.RECOMMENDATION, Recommendation, narrowed))

    def _answered(self, found: Sequence[Stored[Recommendation]]) -> list[RecommendationRow]:
        answers = Answers(self._register, self._access)
        return [answers.to(one) for one in found]

    # Over time

    def trail(self, topic: str, filters: RegisterFilters | None = None) -> Trail:
        """All that the papers tell of a topic, oldest first: recommended, decided, reported, acted upon.

        ``topic`` is words, or the id of a decision, whose title is then the topic. Raises UnknownPackError.
        """
        named = self._register.decision(topic.strip(), self._access)
        words = named.told.title or named.told.text if named else topic
        narrowed = replace(self._narrowed(filters or RegisterFilters()), words=all_of(_terms(words)) or None)
        if narrowed.words is None:
            return Trail(topic=words, entries=[])
        recommended = self._recommendations(narrowed)
        decided = [decision_row(one) for one in self._register.decisions(narrowed, Order.OLDEST, 0, EVERYTHING)[1]]
        actions = {one.id for one in self._register.entries(Sort.ACTION, Action, narrowed, every=True)}
        acted = [row for row in self._every_action(replace(narrowed, words=None)) if row.id in actions]
        return trail_of(words, recommended, decided, acted, self._register, narrowed)

    def choices(self) -> Choices:
        """What there is to filter by, of what may be seen."""
        generation = self._register.generation()
        if self._offered is None or self._offered[0] != generation:
            self._offered = generation, self._choices()
        return self._offered[1]

    def _choices(self) -> Choices:
        meetings = self._register.meetings(Narrowed(self._access))
        first, last = self._register.span(self._access)
        kinds = self._register.kinds(self._access)
        owners = {owner for row in self._every_action(Narrowed(self._access)) for owner in row.owners}
        return Choices(
            bodies=sorted({one.when.body for one in meetings if one.when.body}, key=str.casefold),
            councils=sorted({one.when.council for one in meetings if one.when.council}, key=str.casefold),
            kinds=kinds,
            people=self._register.people(self._access),
            owners=sorted(owners, key=str.casefold),
            first=first,
            last=last,
        )

    def _narrowed(self, filters: RegisterFilters) -> Narrowed:
        return Narrowed(
            access=self._access,
            body=filters.body or None,
            council=filters.council or None,
            since=filters.from_,
            until=filters.to,
            kind=filters.kind,
            minute=filters.minute or None,
            person=filters.person or None,
            pack=self._pack(filters.pack) if filters.pack else None,
        )

    def _pack(self, name: str) -> str:
        return self._packs.pack(name, self._access).id


def _terms(query: str | None) -> list[str]:
    """The words of a query that are looked for: those with content, or all where none has any."""
    text = query or ""
    found = content_words(text) or [word for word in text.split() if any(sign.isalnum() for sign in word)]
    return found[:MOST_TERMS]
