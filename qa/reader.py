"""From a question to an answer object: scope, retrieve, read, check, and tell where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.marks import boxes_of
from index.model import Kind, Page, Passage
from index.records import Scope, StoredPack, StoredPage
from index.store import Store
from index.vectors import VectorIndex
from qa import changes
from qa.addresses import page_address
from qa.answer import USUAL_WORDS, Draft, Worded, compose, listed, meeting_day
from qa.conclude import Conclusion, conclude
from qa.conversation import standalone
from qa.declined import declined
from qa.finder import Finder, Found
from qa.model import Answer, Citation, Claim, Question, RankedPassage, Status, Trace, TracedPage
from qa.pointed import told_of
from qa.progress import SILENT, Listener, Stage
from qa.question import analyse
from qa.retrieve import Hit
from qa.told import Told
from qa.tracing import span
from qa.units import Evidence
from qa.verify import Place, checked, stretches

SUMMARY_WORDS = 100  # of an item or page in short
PASSAGES_TOLD = 30  # of the ranking, in the answer object
READ_WEIGHT = 1.5  # of the best sentence in a passage against what the search gave it
NOT_FOUND = "These papers do not say."

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
        packs = self.finder.packs(scope)
        return self._ranked(self.finder.hits(query, scope, packs, limit), packs, scope, {})

    def answer(self, asked: Question, scope: Scope, trace: Trace | None = None, listener: Listener = SILENT) -> Answer:
        """The answer object: evidence first, checked, or "not found" with the nearest pages.

        ``trace`` is told what happened at each step, ``listener`` while it happens. Raises AnswerStoppedError.
        """
        began = time.perf_counter()
        listener.enter(Stage.SEARCHING)
        with span("retrieve"):
            parts = self._found(asked, scope, listener)
        first = parts[0]
        listener.enter(Stage.READING)
        answer = Answer(
            question=asked.question,
            standalone_question=first.question.text if len(parts) == 1 else standalone(asked.question, asked.history),
            status=Status.NOT_FOUND,
            answered=False,
            answer=NOT_FOUND,
        )
        if first.where.unknown is not None:
            answer.status = Status.OUT_OF_SCOPE
            answer.answer = f"No papers of {first.where.unknown} are indexed."
            return _timed(answer, began, began)
        trace = trace if trace is not None else Trace()
        best_first = together([by_evidence(part.hits, part.evidence) for part in parts])
        trace.retrieved = _traced((hit.passage for hit in best_first), first.packs)
        trace.read = _traced((e.passage for part in parts for e in part.evidence), first.packs)
        focus = _focus([e for part in parts for e in part.evidence])
        answer.passages = self._ranked(best_first[:PASSAGES_TOLD], first.packs, first.scope, focus)
        listener.passages(answer.passages)
        reasons = [declined(part, self._store) for part in parts]
        answerable = [part for part, reason in zip(parts, reasons, strict=True) if reason is None]
        if not answerable:
            answer.notes = list(dict.fromkeys(reason for reason in reasons if reason))
            trace.declined = next(reason for reason in reasons if reason is not None)
            return _timed(answer, began, parts[-1].retrieved)
        with span("read"):
            worded = self._drafted(asked, answerable, listener)
        trace.removed = list(worded.removed)
        answer.notes = list(worded.notes)
        if worded.by_model and self._wording is not None:
            answer.engine = f"llm:{self._wording.name}"
        listener.enter(Stage.CHECKING)
        with span("verify"):
            conclusion = self._concluded(answerable, worded)
            answer.notes += conclusion.notes
            answer.notes += [told_of(part.in_short, part.packs) for part in answerable if part.in_short is not None]
            trace.drafted = _traced((e.passage for told in conclusion.told for e in told.grounds.places), first.packs)
            self._tell(answer, conclusion.told, first.packs, first.scope)
        said = {claim.text for claim in answer.claims}
        trace.removed += [told.text for told in conclusion.told if told.text not in said]
        lacking = [(part, reason) for part, reason in zip(parts, reasons, strict=True) if reason is not None]
        if answer.answered and (lacking or worded.missing):
            answer.status = Status.PARTIAL
            answer.notes += [f"Not answered: {part.asked}. {reason}".strip() for part, reason in lacking]
        return _timed(answer, began, parts[-1].retrieved)

    def _found(self, asked: Question, scope: Scope, listener: Listener) -> tuple[Found, ...]:
        """What was found for each thing asked."""
        text = self._wording.standalone(asked, listener) if self._wording is not None else None
        return self.finder.find_parts(asked, scope, text)

    def _drafted(self, asked: Question, parts: Sequence[Found], listener: Listener) -> Worded:
        """The statements of the answer, worded by the language model where there is one."""
        quotes: list[Draft] = []
        for part in parts:
            room = USUAL_WORDS if part.in_short is None else SUMMARY_WORDS
            quotes += compose(part.question, part.evidence, part.worth, parts=len(parts), before=quotes, words=room)
        first = parts[0]
        by_rule = len(parts) == 1 and (changes.wanted(first.question) or listed(quotes))  # whole tables
        if self._wording is None or by_rule:
            return Worded(quotes)
        question = first.question if len(parts) == 1 else analyse(standalone(asked.question, asked.history))
        by_rank = zip_longest(*(part.evidence for part in parts))
        evidence = [e for several in by_rank for e in several if e is not None]
        return self._wording.answer(question, first.packs, evidence, quotes, listener)

    def _concluded(self, parts: Sequence[Found], worded: Worded) -> Conclusion:
        """What the quotes of a question that asks one thing lead to, other answers as they are; decisions with the day
        where that is asked."""
        found = self._led_to(parts, worded)
        return replace(found, told=tuple(_with_day(parts, told) for told in found.told))

    def _led_to(self, parts: Sequence[Found], worded: Worded) -> Conclusion:
        if len(parts) > 1 or worded.by_model:
            return Conclusion(tuple(Told(draft.text, draft) for draft in worded.drafts))
        access = parts[0].scope.access
        return conclude(
            parts[0],
            parts[0].evidence,
            worded.drafts,
            lambda pack: self._store.passages_of(pack, access),
            lambda pack, n: next((p.printed for p in self._store.pages(pack, access) if p.pdf_page == n), None),
        )

    def _tell(self, answer: Answer, told: Sequence[Told], packs: Mapping[str, StoredPack], scope: Scope) -> None:
        """Fill in what survives the check: statements, citations and the answer's words."""
        pages: dict[tuple[str, int], Page | None] = {}

        def page_of(pack: str, pdf_page: int) -> Page | None:
            if (pack, pdf_page) not in pages:
                pages[pack, pdf_page] = self._store.page(pack, pdf_page, scope.access)
            return pages[pack, pdf_page]

        stored: dict[str, dict[int, StoredPage]] = {}
        for statement in told:
            numbers = []
            for place in checked(statement.grounds, page_of):
                if place.pack not in stored:
                    stored[place.pack] = {p.pdf_page: p for p in self._store.pages(place.pack, scope.access)}
                answer.citations.append(
                    _citation(len(answer.citations) + 1, place, packs[place.pack], stored[place.pack])
                )
                numbers.append(len(answer.citations))
            if numbers:
                answer.claims.append(Claim(text=statement.text, citations=numbers))
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
                        pack_title=packs[passage.pack].record.title,
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


def _with_day(parts: Sequence[Found], told: Told) -> Told:
    if told.text != told.grounds.text:
        return told
    days = (meeting_day(part.question, told.grounds.places[0]) for part in parts)
    return replace(told, text=told.text + next(filter(None, days), ""))


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


def together(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """One ranking of several, each passage once; of several, a passage's score is its share of its ranking's best."""
    if len(rankings) == 1:
        return list(rankings[0])
    best: dict[int, Hit] = {}
    for hits in rankings:
        for hit in hits:
            share = hit.score / hits[0].score if hits[0].score > 0 else 0.0
            if hit.passage.id not in best or best[hit.passage.id].score < share:
                best[hit.passage.id] = Hit(hit.passage, share)
    return sorted(best.values(), key=lambda hit: -hit.score)


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
    return Citation(
        n=n,
        file=pack.record.file,
        pack=pack.id,
        pack_title=pack.record.title,
        council=pack.record.council,
        body=pack.record.body,
        meeting_date=pack.record.meeting_date,
        item=page.item,
        item_title=page.item_title or None,
        kind=page.kind.value,
        page=page.printed,
        page_source=page.source.value,
        pdf_page=page.pdf_page,
        quote=place.quote,
        boxes=boxes_of(place.page, place.start, place.end),
        href=page_address(pack.id, page.pdf_page, quote=place.quote, at=place.start),
    )


def _timed(answer: Answer, began: float, retrieved: float) -> Answer:
    ended = time.perf_counter()
    answer.timing_ms = {
        "retrieve": round((retrieved - began) * 1000, 1),
        "answer": round((ended - retrieved) * 1000, 1),
        "total": round((ended - began) * 1000, 1),
    }
    return answer
