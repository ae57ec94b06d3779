"""From a question to an answer object: scope, retrieve, read, check, and tell where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.model import Kind, Page, Passage
from index.records import Scope, StoredPack, StoredPage
from index.store import Store
from index.vectors import VectorIndex
from qa.addresses import page_address
from qa.answer import Draft, compose
from qa.finder import Finder, Found
from qa.marks import boxes_of
from qa.model import Answer, Citation, Claim, Question, RankedPassage, Status, Trace, TracedPage
from qa.question import Wanted
from qa.retrieve import Hit
from qa.support import lacks_kind, missing_names, not_given, not_refused, off_topic, other_period, undecided_meeting
from qa.units import Evidence
from qa.verify import Place, checked, stretches

PASSAGES_TOLD = 30  # of the ranking, in the answer object
READ_WEIGHT = 0.5  # of the best sentence in a passage against what the search gave it
NOT_FOUND = "These papers do not say."
KIND_WORDS = {
    Wanted.MONEY: "sum of money",
    Wanted.PERCENT: "percentage",
    Wanted.COUNT: "number",
    Wanted.PERSON: "name",
    Wanted.REASON: "reason",
}


if TYPE_CHECKING:
    from qa.wording import Wording


class Reader:
    """Answers questions from one index."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder, wording: Wording | None = None) -> None:
        self._store = store
        self.finder = Finder(store, vectors, embedder)
        self._wording = wording

    def search(self, query: str, scope: Scope, limit: int) -> list[RankedPassage]:
        """The passages nearest to a query, best first."""
        return self._ranked(self.finder.hits(query, scope, limit), self.finder.packs(scope), scope, {})

    def answer(self, asked: Question, scope: Scope, trace: Trace | None = None) -> Answer:
        """The answer object: evidence first, checked, or "not found" with the nearest pages.

        ``trace`` is told what happened at each step.
        """
        began = time.perf_counter()
        found = self.finder.find(asked, scope, self._wording.standalone(asked) if self._wording else None)
        answer = Answer(
            question=asked.question,
            standalone_question=found.question.text,
            status=Status.NOT_FOUND,
            answered=False,
            answer=NOT_FOUND,
        )
        if found.where.unknown is not None:
            answer.status = Status.OUT_OF_SCOPE
            answer.answer = f"No papers of {found.where.unknown} are indexed."
            return _timed(answer, began, began)
        evidence = [candidate.evidence for candidate in found.candidates]
        best_first = by_evidence(found.hits, evidence)
        trace = trace if trace is not None else Trace()
        trace.retrieved = _traced((hit.passage for hit in best_first), found.packs)
        trace.read = _traced((e.passage for e in evidence), found.packs)
        answer.passages = self._ranked(best_first[:PASSAGES_TOLD], found.packs, found.scope, _focus(evidence))
        reason = self._turned_down(found, evidence)
        if reason is not None:
            answer.notes = [reason] if reason else []
            trace.declined = reason
        else:
            drafts, trace.removed = self._drafted(found, evidence, answer)
            trace.drafted = _traced((e.passage for draft in drafts for e in draft.places), found.packs)
            self._tell(answer, drafts, found.packs, found.scope)
            told = {claim.text for claim in answer.claims}
            trace.removed += [draft.text for draft in drafts if draft.text not in told]
        return _timed(answer, began, found.retrieved)

    def _drafted(self, found: Found, evidence: Sequence[Evidence], answer: Answer) -> tuple[Sequence[Draft], list[str]]:
        """The statements of the answer, and those that the language model wrote and the papers do not bear out."""
        removed: list[str] = []
        if self._wording is not None:
            worded = self._wording.answer(found, evidence)
            removed = list(worded.removed)
            if worded.drafts or worded.abstains:
                answer.engine = f"llm:{self._wording.name}"
                return worded.drafts, removed
            answer.notes.append(worded.note)
        return compose(found.question, evidence, found.worth), removed

    def _turned_down(self, found: Found, evidence: Sequence[Evidence]) -> str | None:
        """Why the papers do not answer, in words; None when they seem to."""
        question, hits, where, packs = found.question, found.hits, found.where, found.packs
        frequency, worth, scope = found.frequency, found.worth, found.scope
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
