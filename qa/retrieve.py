"""Which passages speak of a question: words and meaning searched together, ranks fused, within the allowed scope."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Embedder
from index.fulltext import any_of
from index.model import Passage
from index.records import Scope
from index.store import Store
from index.vectors import VectorIndex
from qa.amounts import other_spellings
from qa.periods import periods
from qa.question import Analysis
from qa.scope import Aim
from qa.words import content_words

DEPTH = 80  # of each ranking; the reader looks at far fewer
FUSION_OFFSET = 20  # of reciprocal rank fusion: how fast a place loses worth
LEXICAL_WEIGHT = 1.0
DENSE_WEIGHT = 1.0
CONTEXT_WEIGHT = 0.3  # of a hit in the heading, item or meeting against one in the passage itself
PAGE_WEIGHT = 0.3  # of what else the page holds
BOOST = 0.25  # for the meeting or body that the question names
PERIOD_BOOST = 0.15
PAPER_BOOST = 0.25  # for the sort of paper that the question names
FOCUS_SHARE = 0.1  # of the passages, in which a word may stand to tell what packs and items speak of
PACK_FOCUS = 0.3  # for a pack that has all such words of the question
ITEM_FOCUS = 0.25  # the same for an agenda item


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score; 1 is about the most there is."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages, best first, and the question's vector, with which sentences are compared."""

    hits: tuple[Hit, ...]
    vector: np.ndarray


class Retriever:
    """Searches one index."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder) -> None:
        self._store = store
        self._vectors = vectors
        self._embedder = embedder

    def search(self, question: Analysis, scope: Scope, where: Aim, more: Sequence[str] = ()) -> Ranking:
        """Rank the passages within ``scope``; ``more`` are further words to look for (other spellings, names)."""
        vector = self._embedder.embed_query(question.text)
        words = [*content_words(question.text), *more, *other_spellings(question.text)]
        lexical = self._store.fts(any_of(words), scope, DEPTH, (1.0, CONTEXT_WEIGHT))
        ids, closeness = self._vectors.search(vector, DEPTH, self._store.passage_ids(scope))
        dense = [(int(id_), float(score)) for id_, score in zip(ids, closeness, strict=True)]
        fused = fuse([(lexical, LEXICAL_WEIGHT), (dense, DENSE_WEIGHT)])
        passages = {p.id: p for p in self._store.passages(fused, scope.access)}
        scores = {id_: score for id_, score in fused.items() if id_ in passages}
        scores = _with_pages(scores, passages)
        focus = self._focus(question, scope)
        for id_ in scores:
            scores[id_] *= 1 + focus.get((passages[id_].pack, passages[id_].item), 0.0)
        for id_ in scores:
            scores[id_] *= 1 + _preference(question, where, passages[id_])
        best = sorted(scores, key=lambda id_: (-scores[id_], id_))
        return Ranking(tuple(Hit(passages[id_], scores[id_]) for id_ in best), vector)

    def _focus(self, question: Analysis, scope: Scope) -> dict[tuple[str, str | None], float]:
        """What to prefer: the packs, and in them the agenda items, that speak of what the question speaks of."""
        count = self._store.passage_count(scope.access)
        held = self._store.holding(question.words.values(), scope, int(FOCUS_SHARE * count))
        worth = {term: inverse_frequency(count, sum(places.values())) for term, places in held.items()}
        total = sum(worth.values())
        if not total:
            return {}
        packs: dict[str, float] = defaultdict(float)
        items: dict[tuple[str, str | None], float] = defaultdict(float)
        for term, places in held.items():
            for pack in {pack for pack, _ in places}:
                packs[pack] += worth[term] / total
            for place in places:
                items[place] += worth[term] / total
        return {place: PACK_FOCUS * packs[place[0]] + ITEM_FOCUS * items[place] for place in items}


def fuse(rankings: Sequence[tuple[Sequence[tuple[int, float]], float]]) -> dict[int, float]:
    """Weighted reciprocal rank fusion, scaled so that first place in every ranking is 1.

    Each place counts weight / (FUSION_OFFSET + rank); within a ranking the score's share of the best one counts as
    much again, as a clear first is worth more than a bare one.
    """
    total: dict[int, float] = defaultdict(float)
    full = 0.0
    for ranking, weight in rankings:
        if not ranking:
            continue
        full += weight
        top, bottom = ranking[0][1], ranking[-1][1]
        for rank, (id_, score) in enumerate(ranking):
            place = FUSION_OFFSET / (FUSION_OFFSET + rank)
            share = (score - bottom) / (top - bottom) if top > bottom else 1.0
            total[id_] += weight * (place + share) / 2
    return {id_: score / full for id_, score in total.items()} if full else {}


def _with_pages(scores: Mapping[int, float], passages: Mapping[int, Passage]) -> dict[int, float]:
    """Add what the rest of a passage's page scores: a page that answers mostly does so in several places."""
    on_page: dict[tuple[str, int], list[float]] = defaultdict(list)
    for id_, score in scores.items():
        passage = passages[id_]
        on_page[passage.pack, passage.spans[0].pdf_page].append(score)
    worth = {page: sum(s / 2**k for k, s in enumerate(sorted(found, reverse=True))) for page, found in on_page.items()}
    top = max(worth.values(), default=1.0)
    return {
        id_: (score + PAGE_WEIGHT * worth[passages[id_].pack, passages[id_].spans[0].pdf_page] / top)
        / (1 + PAGE_WEIGHT)
        for id_, score in scores.items()
    }


def _preference(question: Analysis, where: Aim, passage: Passage) -> float:
    wanted = BOOST if passage.pack in where.boosted else 0.0
    if question.periods & periods(passage.context):
        wanted += PERIOD_BOOST
    if passage.kind in question.papers:
        wanted += PAPER_BOOST
    if question.item and passage.item == question.item:
        wanted += BOOST
    return wanted


def inverse_frequency(count: int, frequency: int) -> float:
    """The worth of a term that stands in ``frequency`` of ``count`` passages."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
