"""From a question to an answer object: scope, retrieve, read, check, and tell where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from index.embedding import Embedder
from index.fulltext import any_of
from index.model import Kind, Page, Passage
from index.records import Scope, StoredPack, StoredPage
from index.store import Store
from index.vectors import VectorIndex
from qa.addresses import page_address
from qa.answer import Draft, compose
from qa.conversation import standalone
from qa.evidence import Evidence, gather
from qa.expand import corrected, expansions
from qa.marks import boxes_of
from qa.model import Answer, Citation, Claim, Question, RankedPassage, Status, Trace, TracedPage
from qa.question import ASKING, Analysis, Wanted, analyse
from qa.remembered import Remembered
from qa.retrieve import Hit, Retriever, inverse_frequency
from qa.scope import Aim, aim
from qa.support import lacks_kind, missing_names, not_given, not_refused, off_topic, other_period, undecided_meeting
from qa.verify import Place, checked, stretches
from qa.words import content_words, stem

PASSAGES_TOLD = 30  # of the ranking, in the answer object
EARLIER_WORTH = 0.5  # of a word that only an earlier question has
READ_WEIGHT = 0.5  # of the best sentence in a passage against what the search gave it
OTHER_WORTH = 0.4  # of a word that says the same as one of the question
ASKING_WORTH = 0.3  # of a word that names the sort of answer

NOT_FOUND = "These papers do not say."
KIND_WORDS = {
    Wanted.MONEY: "sum of money",
    Wanted.PERCENT: "percentage",
    Wanted.COUNT: "number",
    Wanted.PERSON: "name",
    Wanted.REASON: "reason",
}


class Reader:
    """Answers questions from one index."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder) -> None:
        self._store = store
        self._retriever = Retriever(store, vectors, embedder)
        self._embed = Remembered(embedder.embed_sentences)
        self._words: tuple[object, list[str]] | None = None

    def search(self, query: str, scope: Scope, limit: int) -> list[RankedPassage]:
        """The passages nearest to a query, best first."""
        return self._ranked(self.hits(query, scope, limit), self._packs(scope), scope, {})

    def hits(self, query: str, scope: Scope, limit: int) -> tuple[Hit, ...]:
        """As ``search``, with the passages themselves."""
        question = analyse(query)
        packs = self._packs(scope)
        where = aim(question, list(packs.values()))
        return self._retriever.search(question, scope, where, self._other_words(question, packs)).hits[:limit]

    def answer(self, asked: Question, scope: Scope, trace: Trace | None = None) -> Answer:
        """The answer object: evidence first, checked, or "not found" with the nearest pages.

        ``trace`` is told what happened at each step.
        """
        began = time.perf_counter()
        own = analyse(asked.question)
        text = standalone(asked.question, asked.history)
        question = _joined(own, analyse(text)) if text != asked.question else own
        packs = self._packs(scope)
        where = aim(question, list(packs.values()))
        answer = Answer(
            question=asked.question,
            standalone_question=text,
            status=Status.NOT_FOUND,
            answered=False,
            answer=NOT_FOUND,
        )
        if where.unknown is not None:
            answer.status = Status.OUT_OF_SCOPE
            answer.answer = f"No papers of {where.unknown} are indexed."
            return _timed(answer, began, began)
        if where.packs is not None:
            scope = replace(scope, packs=where.packs if scope.packs is None else scope.packs)
        more = self._other_words(question, packs)
        ranking = self._retriever.search(question, scope, where, more)
        retrieved = time.perf_counter()
        counts = self._store.document_frequency(question.words.values())
        frequency = {key: counts[word] for key, word in question.words.items()}
        everywhere = Scope(access=scope.access)
        for key, name in question.proper.items():
            if not self._store.fts(any_of([name]), everywhere, 1):
                frequency[key] = 0  # what only papers hold that may not be seen is not told to be there
        worth = self._worth(question, own, where, frequency, more)
        evidence = gather(question, ranking.hits, worth, ranking.vector, self._embed)
        best_first = by_evidence(ranking.hits, evidence)
        trace = trace if trace is not None else Trace()
        trace.retrieved = _traced((hit.passage for hit in best_first), packs)
        trace.read = _traced((e.passage for e in evidence), packs)
        answer.passages = self._ranked(best_first[:PASSAGES_TOLD], packs, scope, _focus(evidence))
        reason = self._turned_down(question, ranking.hits, evidence, worth, frequency, where, packs, scope)
        if reason is not None:
            answer.notes = [reason] if reason else []
            trace.declined = reason
        else:
            drafts = compose(question, evidence, worth)
            trace.drafted = _traced((e.passage for draft in drafts for e in draft.places), packs)
            self._tell(answer, drafts, packs, scope)
            told = {claim.text for claim in answer.claims}
            trace.removed = [draft.text for draft in drafts if draft.text not in told]
        return _timed(answer, began, retrieved)

    def _other_words(self, question: Analysis, packs: Mapping[str, StoredPack]) -> list[str]:
        """Acronyms spelled out, official words for everyday ones, and what misspelled words were meant to be."""
        more = expansions(question.text, (pack.record.acronyms for pack in packs.values()))
        words = content_words(question.text)
        counts = self._store.document_frequency(words)
        unknown = [word for word in words if not counts[word] and word not in question.proper.values()]
        return more + list(corrected(unknown, self._vocabulary()).values()) if unknown else more

    def _vocabulary(self) -> list[str]:
        generation = self._store.generation()
        if self._words is None or self._words[0] != generation:
            self._words = (generation, self._store.vocabulary())
        return self._words[1]

    def _worth(
        self, question: Analysis, own: Analysis, where: Aim, frequency: Mapping[str, int], more: Sequence[str]
    ) -> dict[str, float]:
        """What each asked stem is worth: its inverse frequency; names of the council and body count for nothing."""
        count = self._store.passage_count()
        worth = {}
        for term in question.terms:
            if term in where.told:
                continue
            value = inverse_frequency(count, frequency.get(term, 0))
            if term not in own.terms:
                value *= EARLIER_WORTH
            if term in ASKING:
                value *= ASKING_WORTH
            worth[term] = value
        others = {stem(word): word for word in more}
        counts = self._store.document_frequency(others.values())
        for key, word in others.items():
            if key not in worth and key not in where.told and counts[word]:
                worth[key] = OTHER_WORTH * inverse_frequency(count, counts[word])
        return worth

    def _turned_down(
        self,
        question: Analysis,
        hits: Sequence[Hit],
        evidence: Sequence[Evidence],
        worth: Mapping[str, float],
        frequency: Mapping[str, int],
        where: Aim,
        packs: Mapping[str, StoredPack],
        scope: Scope,
    ) -> str | None:
        """Why the papers do not answer, in words; None when they seem to."""
        if off_topic(evidence, worth):
            return ""
        absent = missing_names(question, frequency, where.told)
        if absent:
            return "Not in these papers: " + ", ".join(absent)
        days = [pack.record.meeting_date for pack in packs.values() if pack.record.meeting_date]
        day = undecided_meeting(question, hits, days)
        if day is not None:
            return (
                f"The papers for the meeting of {day:%-d %B %Y} are here, but not its minutes: what it decided is not."
            )
        kind = lacks_kind(question, evidence, frequency, self._store.passage_count(), where.told)
        if kind is not None:
            return f"The papers speak of this, but give no {KIND_WORDS[kind]} for it."
        if not_given(question, evidence):
            return "The papers have this table, but do not give the figure."
        if not_refused(question, evidence):
            return "The papers tell of no refusal."
        best = {(e.passage.pack, e.passage.spans[0].pdf_page) for e in evidence[:1]}
        if other_period(question, evidence, self._store.page_texts(best, scope.access)):
            return "The papers speak of this, but for another period."
        return None

    def _tell(self, answer: Answer, drafts: Sequence[Draft], packs: Mapping[str, StoredPack], scope: Scope) -> None:
        """Fill in what survives the check: statements, citations and the answer's words."""
        pages: dict[tuple[str, int], Page | None] = {}

        def page_of(pack: str, pdf_page: int) -> Page | None:
            if (pack, pdf_page) not in pages:
                pages[pack, pdf_page] = self._store.page(pack, pdf_page, scope.access)
            return pages[pack, pdf_page]

        stored: dict[str, dict[int, StoredPage]] = {}
        for draft in drafts:
            numbers = []
            for place in checked(draft, page_of):
                if place.pack not in stored:
                    stored[place.pack] = {p.pdf_page: p for p in self._store.pages(place.pack, scope.access)}
                answer.citations.append(
                    _citation(len(answer.citations) + 1, place, packs[place.pack], stored[place.pack])
                )
                numbers.append(len(answer.citations))
            if numbers:
                answer.claims.append(Claim(text=draft.text, citations=numbers))
        answer.notes += self._later_papers(answer.citations, packs, scope)
        if answer.claims:
            answer.answered, answer.status = True, Status.ANSWERED
            answer.answer = " ".join(
                claim.text + "".join(f" [{n}]" for n in claim.citations) for claim in answer.claims
            )

    def _later_papers(self, citations: Sequence[Citation], packs: Mapping[str, StoredPack], scope: Scope) -> list[str]:
        """Warnings that a supplement to the meeting has papers on a cited item: it may replace what is cited."""
        cited = {c.pack for c in citations}
        notes = []
        for citation in citations:
            if packs[citation.pack].record.kind is Kind.SUPPLEMENT or citation.item is None:
                continue
            for late in packs.values():
                if (
                    late.record.kind is not Kind.SUPPLEMENT
                    or late.id in cited
                    or late.record.file not in packs[citation.pack].files
                ):
                    continue
                pages = [p for p in self._store.pages(late.id, scope.access) if p.item == citation.item]
                if pages:
                    where = f"page {pages[0].printed}" if pages[0].printed else f"PDF page {pages[0].pdf_page}"
                    notes.append(
                        f"A supplement to this meeting, {late.record.file}, has later papers on item {citation.item}, "
                        f"from its {where} on."
                    )
        return list(dict.fromkeys(notes))

    def _packs(self, scope: Scope) -> dict[str, StoredPack]:
        return {pack.id: pack for pack in self._store.packs(scope.access)}

    def _ranked(
        self, hits: Sequence[Hit], packs: Mapping[str, StoredPack], scope: Scope, focus: Mapping[int, int]
    ) -> list[RankedPassage]:
        """The ranking as it is told; a passage over a page end is told under the page that answers best first."""
        numbers = {
            pack: {page.pdf_page: page.printed for page in self._store.pages(pack, scope.access)}
            for pack in {hit.passage.pack for hit in hits}
        }
        ranked = []
        for hit in hits:
            passage = hit.passage
            pages = sorted((s.pdf_page for s in passage.spans), key=lambda n: (n != focus.get(passage.id), n))
            for pdf_page in pages:
                ranked.append(
                    RankedPassage(
                        file=packs[passage.pack].record.file,
                        pack=passage.pack,
                        page=numbers[passage.pack].get(pdf_page),
                        pdf_page=pdf_page,
                        score=round(hit.score, 4),
                        text=passage.text,
                        item=passage.item,
                        kind=passage.kind.value,
                        href=page_address(passage.pack, pdf_page),
                    )
                )
        return ranked


def _joined(own: Analysis, whole: Analysis) -> Analysis:
    """A follow-up with the words of what it refers to; what kind of answer is wanted, it says itself."""
    return replace(whole, wanted=own.wanted, periods=own.periods or whole.periods, names=own.names, proper=own.proper)


def by_evidence(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[Hit]:
    """The passages in the order of their own score and that of the best evidence in them."""
    best: dict[int, float] = {}
    for e in evidence:
        best[e.passage.id] = max(best.get(e.passage.id, 0.0), e.score)
    top = max(best.values(), default=1.0) or 1.0
    scored = [
        Hit(hit.passage, (hit.score + READ_WEIGHT * best.get(hit.passage.id, 0.0) / top) / (1 + READ_WEIGHT))
        for hit in hits
    ]
    return sorted(scored, key=lambda hit: -hit.score)


def _focus(evidence: Sequence[Evidence]) -> dict[int, int]:
    """The PDF page on which each passage's best evidence stands."""
    found: dict[int, int] = {}
    for e in evidence:
        for pdf_page, _, _, _ in stretches(e.passage, e.start, e.end):
            found.setdefault(e.passage.id, pdf_page)
    return found


def _traced(passages: Iterable[Passage], packs: Mapping[str, StoredPack]) -> list[TracedPage]:
    """The pages of passages, each once, in their order."""
    pages = dict.fromkeys((passage.pack, span.pdf_page) for passage in passages for span in passage.spans)
    return [TracedPage(file=packs[pack].record.file, pack=pack, pdf_page=number) for pack, number in pages]


def _citation(n: int, place: Place, pack: StoredPack, pages: Mapping[int, StoredPage]) -> Citation:
    page = pages[place.page.pdf_page]
    boxes = boxes_of(place.page, place.start, place.end)
    return Citation(
        n=n,
        file=pack.record.file,
        pack=pack.id,
        pack_title=pack.record.title,
        body=pack.record.body,
        meeting_date=pack.record.meeting_date,
        item=page.item,
        item_title=page.item_title or None,
        kind=page.kind.value,
        page=page.printed,
        page_source=page.source.value,
        pdf_page=page.pdf_page,
        quote=place.quote,
        boxes=boxes,
        href=page_address(pack.id, page.pdf_page, boxes),
    )


def _timed(answer: Answer, began: float, retrieved: float) -> Answer:
    ended = time.perf_counter()
    answer.timing_ms = {
        "retrieve": round((retrieved - began) * 1000, 1),
        "answer": round((ended - retrieved) * 1000, 1),
        "total": round((ended - began) * 1000, 1),
    }
    return answer
