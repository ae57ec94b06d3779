"""What a question is about, which passages speak of it, and everything in them that could answer it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.model import Access
from index.records import Generation, Scope, StoredPack
from index.store import Store
from index.vectors import VectorIndex
from qa.absence import DECIDED
from qa.aims import Aims
from qa.conversation import standalone
from qa.evidence import Candidate, gather
from qa.expand import abbreviated, corrected, expansions
from qa.late import AskedWords
from qa.model import Question, Turn
from qa.parts import parts_of
from qa.pointed import Pointed, pointed, summary
from qa.question import ASKING, DECIDING, LIGHT, Analysis, Wanted, analyse
from qa.retrieve import Hit, Retriever, inverse_frequency
from qa.scope import Aim
from qa.units import Evidence
from qa.words import content_words, stem

if TYPE_CHECKING:
    from qa.rerank import Reranker
    from qa.spans import SpanReader

EARLIER_WORTH = 0.5  # of a word that only an earlier question has
OTHER_WORTH = 0.4  # of a word that says the same as one of the question
ASKING_WORTH = 0.3  # of a word that names the sort of answer, or is one of mere talk


@dataclass(frozen=True, slots=True)
class Found:
    """A question taken apart, where it is aimed, and what was found: ``hits`` and ``candidates``, best first.

    ``worth`` is each asked stem's inverse frequency, ``frequency`` in how many passages each stands; ``scope`` is
    that of the question, narrowed to the council that it names. Nothing is searched for a council without papers.
    """

    question: Analysis
    packs: Mapping[str, StoredPack]
    where: Aim
    scope: Scope
    hits: tuple[Hit, ...] = ()
    frequency: Mapping[str, int] = field(default_factory=dict)
    worth: Mapping[str, float] = field(default_factory=dict)
    candidates: Sequence[Candidate] = ()
    retrieved: float = 0.0  # when the search was done, by ``time.perf_counter``
    asked: str = ""  # in the asker's own words
    pointed: Pointed | None = None
    short: Mapping[str, frozenset[str]] = field(default_factory=dict)  # acronyms (stems) with the stems of their names

    @property
    def evidence(self) -> list[Evidence]:
        """What could answer, best first."""
        return [candidate.evidence for candidate in self.candidates]

    @property
    def in_short(self) -> Pointed | None:
        """The item or page of which nothing but what it says is asked for, if any."""
        return self.pointed if self.pointed is not None and self.pointed.alone else None


class Finder:
    """Searches one index for what could answer."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder) -> None:
        self._store = store
        self._retriever = Retriever(store, vectors, embedder)
        self._embedder = embedder
        self._aims = Aims(store)
        self.reranker: Reranker | None = None  # this and the next one where they are set: ``qa.models``
        self.spans: SpanReader | None = None
        self._words: dict[frozenset[Access], tuple[Generation, list[str]]] = {}

    def hits(self, query: str, scope: Scope, packs: Mapping[str, StoredPack], limit: int) -> tuple[Hit, ...]:
        """The passages of ``packs`` nearest to a query, best first."""
        question = analyse(query)
        where = self._aims.of(question, list(packs.values()), scope.access)
        more = [*_said_otherwise(question, packs), *self._meant(question, scope).values()]
        ranking = self._retriever.search(question, scope, where, more)
        return self._reranked(question, known(ranking.hits, packs))[:limit]

    def packs(self, scope: Scope) -> dict[str, StoredPack]:
        """The packs that may be seen, by id."""
        return {pack.id: pack for pack in self._store.packs(scope.access)}

    def find(self, asked: Question, scope: Scope, text: str | None = None) -> Found:
        """Everything that could answer the question within the scope; ``text`` is a follow-up put in full."""
        whole = analyse(text or standalone(asked.question, asked.history))
        return self._find(asked, analyse(asked.question), whole, whole, scope)

    def find_parts(self, asked: Question, scope: Scope, text: str | None = None) -> tuple[Found, ...]:
        """What could answer each thing that the question asks, in order; one for a question that asks one thing.

        ``text`` is a follow-up put in full.
        """
        parts = parts_of(asked.question)
        if len(parts) == 1:
            return (self.find(asked, scope, text),)
        whole = analyse(text or standalone(asked.question, asked.history))
        found = []
        for part in parts:
            others = Turn(question=" ".join(other for other in parts if other != part))
            alone = analyse(standalone(part, [*asked.history, others]))
            found.append(self._find(asked, analyse(part), alone, whole, scope))
        return tuple(found)

    def _find(self, asked: Question, own: Analysis, question: Analysis, about: Analysis, scope: Scope) -> Found:
        """``own`` is what is asked, ``question`` the same so that it stands alone; ``about`` tells where to look."""
        if question.text != own.text:
            question = _joined(own, question)
        question = replace(question, periods=question.periods or about.periods)
        packs = self.packs(scope)
        where = self._aims.of(about, list(packs.values()), scope.access)
        if asked.everywhere:
            where = Aim(told=where.told)
        if where.unknown is not None:
            return Found(question, packs, where, scope, retrieved=time.perf_counter(), asked=own.text)
        if where.packs is not None:
            scope = replace(scope, packs=where.packs if scope.packs is None else scope.packs)
        more, meant = _said_otherwise(question, packs), self._meant(question, scope)
        ranking = self._retriever.search(question, scope, where, [*more, *meant.values()])
        hits = self._reranked(question, known(ranking.hits, packs))
        retrieved = time.perf_counter()
        counts = self._store.document_frequency(question.words.values(), scope.access)
        frequency = {key: counts[word] for key, word in question.words.items()}
        worth = self._worth(question, own, where, frequency, more, meant, scope)
        words = AskedWords(self._embedder, question.text, question.terms)
        place = pointed(question, scope, where, packs, lambda pack: self._store.pages(pack, scope.access))
        if place is not None and place.alone:
            hits = self._there(place, (), scope)
            candidates = [Candidate(e, {}) for e in summary([hit.passage for hit in hits])]
            return Found(
                question, packs, where, scope, hits, frequency, worth, candidates, retrieved, own.text, pointed=place
            )
        # what was decided under an item stands in minutes elsewhere
        if place is not None and place.pages and (question.page or not DECIDED.search(question.text)):
            hits = self._there(place, hits, scope)
        short = abbreviated(question.text, (pack.record.acronyms for pack in packs.values()))
        candidates = gather(question, hits, worth, ranking.vector, words, self._embedder.read, short)
        if self.spans is not None:
            candidates = self.spans.preferred(question.text, candidates)
        return Found(
            question, packs, where, scope, hits, frequency, worth, candidates, retrieved, own.text, short=short
        )

    def _there(self, place: Pointed, hits: Sequence[Hit], scope: Scope) -> tuple[Hit, ...]:
        """The passages on the pages that are pointed at: those found, best first, then the others in reading order."""
        found = {hit.passage.id: hit.score for hit in hits}
        there = [
            Hit(passage, found.get(passage.id, 0.0))
            for pack in sorted({pack for pack, _ in place.pages})
            for passage in self._store.passages_of(pack, scope.access)
            if any((pack, span.pdf_page) in place.pages for span in passage.spans)
        ]
        return tuple(sorted(there, key=lambda hit: -hit.score))

    def _reranked(self, question: Analysis, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return self.reranker.reranked(question.text, hits) if self.reranker is not None else hits

    def _meant(self, question: Analysis, scope: Scope) -> dict[str, str]:
        """For each word that stands nowhere in the papers, the one (stemmed) that it is most likely a slip for."""
        words = content_words(question.text)
        counts = self._store.document_frequency(words, scope.access)
        unknown = [word for word in words if not counts[word] and word not in question.proper.values()]
        return corrected(unknown, self._vocabulary(scope.access)) if unknown else {}

    def _vocabulary(self, access: frozenset[Access]) -> list[str]:
        generation = self._store.generation()
        known = self._words.get(access)
        if known is None or known[0] != generation:
            known = self._words[access] = (generation, self._store.vocabulary(access))
        return known[1]

    def _worth(
        self,
        question: Analysis,
        own: Analysis,
        where: Aim,
        frequency: Mapping[str, int],
        more: Sequence[str],
        meant: Mapping[str, str],
        scope: Scope,
    ) -> dict[str, float]:
        """What each asked stem is worth: its inverse frequency; names of the council and body count for nothing.

        ``more`` are other words for the same, ``meant`` what misspelled words were meant to be, instead of them.
        """
        count = self._store.passage_count(scope.access)
        slips = {stem(word): stem(known) for word, known in meant.items()}
        others = {stem(word): word for word in more}
        counts = self._store.document_frequency([*others.values(), *slips.values()], scope.access)
        # "what was agreed" is agreed in other words; who voted is told in those
        deciding = Wanted.DECISION in own.wanted and Wanted.PERSON not in own.wanted
        form = ASKING | LIGHT | DECIDING if deciding else ASKING | LIGHT
        worth: dict[str, float] = {}
        for term in question.terms:
            if term in where.told:
                continue
            key = slips.get(term, term)
            value = inverse_frequency(count, counts[key] if term in slips else frequency.get(term, 0))
            if term not in own.terms:
                value *= EARLIER_WORTH
            if key in form:
                value *= ASKING_WORTH
            worth[key] = max(value, worth.get(key, 0.0))
        for key, word in others.items():
            if key not in worth and key not in where.told and counts[word]:
                worth[key] = OTHER_WORTH * inverse_frequency(count, counts[word])
        return worth


def _said_otherwise(question: Analysis, packs: Mapping[str, StoredPack]) -> list[str]:
    """Acronyms spelled out, and official words for everyday ones."""
    return expansions(question.text, (pack.record.acronyms for pack in packs.values()))


def known(hits: Sequence[Hit], packs: Mapping[str, StoredPack]) -> tuple[Hit, ...]:
    """The hits in these packs (of one that came in since they were looked up, nothing else is known), each text once:
    the same paper may be in several packs."""
    seen: dict[str, str] = {}
    return tuple(
        hit
        for hit in hits
        if hit.passage.pack in packs
        and seen.setdefault(_letters(hit.passage.text), hit.passage.pack) == hit.passage.pack
    )


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _joined(own: Analysis, whole: Analysis) -> Analysis:
    """A follow-up with the words of what it refers to; what kind of answer is wanted, it says itself."""
    return replace(whole, wanted=own.wanted, periods=own.periods or whole.periods, names=own.names, proper=own.proper)
