"""The one way in: what the command line, the web service and the evaluation call."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.copies import copy_of
from index.errors import BoardQAError, UnknownPackError
from index.feedback_store import FeedbackStore
from index.model import Access, Kind, Page, Passage
from index.records import PUBLIC_ONLY, Scope, StoredPage
from index.store import Store
from qa.errors import EmptyQuestionError, NotReadyError, QuestionTooLongError, UnknownPageError, UsageError
from qa.feedback import Feedback, FeedbackEntry, keep, kept
from qa.listing import pack_info, page_info
from qa.model import (
    Answer,
    Filters,
    Identity,
    IngestReport,
    PackInfo,
    PageInfo,
    PageView,
    Question,
    RankedPassage,
    Refused,
    Trace,
)
from qa.progress import SILENT, Listener
from qa.register import Register
from qa.register_answer import register_address, register_answer
from qa.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from llama_index.core.llms import LLM

    from index.embedding import Embedder
    from index.ingest import Progress
    from index.vectors import VectorIndex
    from qa.evidence import Candidate
    from qa.question import Analysis
    from qa.reader import Reader
    from qa.wording import Wording

ANSWER_SETTINGS = ("query_prefix", "passage_prefix", "arithmetic", "ocr", "allow_exempt")  # that change answers
PASSAGES_TOLD = 30  # of the ranking, beside an answer out of the register
FILES = "files"  # folder of the copies of the indexed PDFs, each named by its content


class BoardQA:
    """Questions and answers over one data folder. Safe to use from several threads.

    The embedding model is loaded with the first question or ingest, not at opening.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self._store = store
        self._feedback = FeedbackStore(store.path)
        self.register = Register(store, self._access, self._nearest)
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
        self._reader: Reader | None = None
        self._vectors: VectorIndex | None = None

    @classmethod
    def open(cls, settings: Settings) -> BoardQA:
        """Open the index in ``settings.data``, made where there is none."""
        return cls(settings, Store(settings.data))

    def close(self) -> None:
        """Close the index."""
        self._feedback.close()
        self.register.close()
        self._store.close()

    @property
    def _access(self) -> frozenset[Access]:
        return frozenset(Access) if self.settings.allow_exempt else PUBLIC_ONLY

    @property
    def _files(self) -> Path:
        return self.settings.data / FILES

    def _model(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                from index.embedding import load_embedder

                self._embedder = load_embedder(
                    self.settings.embedding_model,
                    query_prefix=self.settings.query_prefix,
                    passage_prefix=self.settings.passage_prefix,
                    arithmetic=self.settings.arithmetic,
                    threads=self.settings.threads,
                )
            return self._embedder

    def language_model(self) -> LLM | None:
        """The language model that is set; None without one. Raises LanguageModelError where it cannot be one."""
        settings = self.settings
        if not settings.llm_url:
            return None
        from qa.llm import open_llm

        return open_llm(
            settings.llm_url,
            settings.llm_model,
            settings.llm_key,
            api_version=settings.llm_api_version,
            timeout=settings.llm_timeout,
            context=settings.llm_context,
        )

    def _wording(self) -> Wording | None:
        llm = self.language_model()
        if llm is None:
            return None
        from qa.wording import Wording

        return Wording(llm, self.settings.llm_model, self.settings.llm_timeout)

    def _ready_reader(self) -> Reader:
        with self._lock:
            if self._reader is None:
                from index.vectors import VectorIndex
                from qa.models import sharpen
                from qa.reader import Reader

                embedder = self._model()
                self._store.check_model(embedder.identity)
                self._vectors = VectorIndex(self.settings.data, self._store)
                reader = Reader(self._store, self._vectors, embedder, self._wording())
                sharpen(reader.finder, self.settings)
                self._reader = reader
            return self._reader

    def _nearest(self, query: str, allowed: npt.NDArray[np.int64], most: int) -> list[int]:
        """The ids of the allowed passages nearest in meaning to a query, best first."""
        self._ready_reader()
        vectors = self._vectors
        assert vectors is not None  # opened with the reader
        return [int(id_) for id_ in vectors.search(self._model().embed_query(query), most, allowed)[0]]

    # Indexing

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        progress: Callable[[Progress], None] | None = None,
        force: bool = False,
        re_embed: bool = False,
    ) -> IngestReport:
        """Index files and folders of PDFs; what is already there and unchanged is left alone.

        ``force`` reads everything again, refused files too; ``re_embed`` first makes all vectors anew with the
        model that is set. A file that cannot be indexed is told in the report and the next one is taken.
        """
        from index.ingest import Ingest

        work = Ingest(
            self._store,
            self._model(),
            self._files,
            ocr=self.settings.ocr,
            max_file_bytes=self.settings.max_file_mb * 1024 * 1024,
        )
        if re_embed:
            work.re_embed(progress)
        done = work.run(paths, password=password, progress=progress, force=force)
        with self._lock:
            if self._vectors is not None and self._vectors.refresh():
                self._vectors.save()
            elif self._vectors is None and (done.added or done.replaced or re_embed):
                from index.vectors import VectorIndex

                VectorIndex(self.settings.data, self._store)  # writes its file, so that the next start is quick
        return IngestReport(
            added=done.added,
            replaced=done.replaced,
            unchanged=done.unchanged,
            refused=[Refused(file=r.path or r.file, code=r.code, message=r.message, hint=r.hint) for r in done.refused],
            warnings=done.warnings,
        )

    def remove(self, packs: Sequence[str]) -> list[str]:
        """Take packs (ids or file names) out of the index; their ids. Raises UnknownPackError before any is gone.

        Feedback on answers that quote them goes too.
        """
        from index.copies import drop_unused_copies

        found = list(dict.fromkeys(self._store.pack(name, self._access).id for name in packs))
        for pack in found:
            self._feedback.forget_pack(pack)
            self._store.remove(pack)
        drop_unused_copies(self._store, self._files)
        with self._lock:
            if self._vectors is not None and self._vectors.refresh():
                self._vectors.save()
        return found

    # What is indexed

    def packs(self) -> list[PackInfo]:
        """Every pack that may be seen, by meeting date."""
        return [pack_info(pack) for pack in self._store.packs(self._access)]

    def pages(self, pack: str) -> list[PageInfo]:
        """The pages of a pack. Raises UnknownPackError."""
        found = self._store.pack(pack, self._access)
        return [page_info(page) for page in self._store.pages(found.id, self._access)]

    def page(self, pack: str, pdf_page: int) -> PageView:
        """One page with its text. Raises UnknownPackError, UnknownPageError."""
        stored, page = self._page(pack, pdf_page)
        return PageView(**page_info(stored).model_dump(), text=page.text, width=page.width, height=page.height)

    def passages(self, pack: str) -> list[Passage]:
        """The passages of a pack in reading order. Raises UnknownPackError."""
        return self._store.passages_of(self._store.pack(pack, self._access).id, self._access)

    def page_png(self, pack: str, pdf_page: int, width: int = 1200) -> bytes:
        """The picture of a page, ``width`` pixels wide. Raises UnknownPackError, UnknownPageError."""
        from index.pdf import render_png

        self._page(pack, pdf_page)
        return render_png(self._copy(pack), pdf_page, width)

    def pdf_path(self, pack: str) -> Path:
        """The PDF of a pack; exempt pages are blank in it for those who may not see them."""
        from qa.redact import public_copy

        found = self._store.pack(pack, self._access)
        source = self._copy(pack)
        hidden = [p.pdf_page for p in self._store.pages(found.id, frozenset(Access)) if p.access not in self._access]
        return public_copy(source, hidden) if hidden else source

    def _copy(self, pack: str) -> Path:
        record = self._store.pack(pack, self._access).record
        path = copy_of(self._files, record.sha256)
        if not path.exists():
            raise UnknownPackError(
                f"The PDF of pack {record.id} is no longer in {self._files}.",
                "Run `board-qa ingest --force` on the file again.",
            )
        return path

    def _page(self, pack: str, pdf_page: int) -> tuple[StoredPage, Page]:
        found = self._store.pack(pack, self._access)
        page = self._store.page(found.id, pdf_page, self._access)
        stored = next((p for p in self._store.pages(found.id, self._access) if p.pdf_page == pdf_page), None)
        if page is None or stored is None:
            raise UnknownPageError(
                f"Pack {found.id} has no page {pdf_page} of its PDF.", f"It has {found.pages} pages, counted from 1."
            )
        return stored, page

    # Asking

    def ask(self, question: Question, listener: Listener = SILENT) -> Answer:
        """Answer a question with citations, or tell that the papers do not say.

        ``listener`` hears how it comes about and can stop it. Raises EmptyQuestionError, QuestionTooLongError,
        NotReadyError (nothing indexed), UnknownPackError (filter), IndexMismatchError, ModelUnavailableError,
        AnswerStoppedError.
        """
        return self.traced(question, listener)[0]

    def traced(self, question: Question, listener: Listener = SILENT) -> tuple[Answer, Trace]:
        """As ``ask``, with how the answer came about."""
        self._check(question.question)
        trace = Trace()
        scope = self._scope(question.filters)
        answer = self._from_register(question, scope)
        if answer is None:
            answer = self._ready_reader().answer(question, scope, trace, listener)
            answer.decisions_href = register_address(answer.standalone_question)
        return answer, trace

    def _from_register(self, question: Question, scope: Scope) -> Answer | None:
        """The answer to a question for decisions or actions as such; None where it asks for something else."""
        began = time.perf_counter()
        packs = self._store.packs(self._access)
        if scope.item or scope.kind:
            return None
        answer = register_answer(
            question,
            self.register,
            packs,
            lambda pack, n: page.text if (page := self._store.page(pack, n, self._access)) else "",
            lambda pack: self._store.pages(pack, self._access),
        )
        if answer is not None:
            answer.passages = self._ready_reader().search(question.question, scope, PASSAGES_TOLD)
            answer.timing_ms = {"total": round((time.perf_counter() - began) * 1000, 1)}
        return answer

    def candidates(self, question: Question) -> tuple[Analysis, Sequence[Candidate]]:
        """The question taken apart and the best that could answer it, with what speaks for each; for fitting."""
        self._check(question.question)
        found = self._ready_reader().finder.find(question, self._scope(question.filters))
        return found.question, [candidate for candidate in found.candidates if candidate.compared]

    def identity(self) -> Identity:
        """What answers depend on besides the question: the index's content, the models, the settings."""
        from qa.models import names

        models, prompts = {"embedding": self._model().identity.name, **names(self.settings)}, {}
        if self.settings.llm_url:
            from qa.prompts import PROMPTS, prompt

            models["llm"] = self.settings.llm_model
            prompts = {name: str(prompt(name).version) for name in PROMPTS}
        contents = sorted(f"{pack.record.id} {pack.record.sha256}" for pack in self._store.packs(self._access))
        return Identity(
            index_generation=self._store.generation().number,
            index_sha256=hashlib.sha256("\n".join(contents).encode()).hexdigest(),
            models=models,
            prompts=prompts,
            settings={name: str(getattr(self.settings, name)) for name in ANSWER_SETTINGS},
        )

    def search(self, query: str, filters: Filters, limit: int = 20) -> list[RankedPassage]:
        """The passages nearest to a query, best first. Raises as ``ask``."""
        self._check(query)
        return self._ready_reader().search(query, self._scope(filters), limit)

    # What users say of answers

    def feedback(self, feedback: Feedback) -> str:
        """Keep what a user thinks of an answer; the id it is kept under.

        Raises EmptyQuestionError, QuestionTooLongError, UsageError (too large or not to be kept), FeedbackFullError.
        """
        self._check_words(feedback.question)
        return keep(self._feedback, feedback)

    def feedback_entries(self) -> list[FeedbackEntry]:
        """All feedback, oldest first. For those who run the service: it may quote papers that not all may see."""
        return kept(self._feedback)

    def forget_feedback(self, ids: Sequence[str]) -> int:
        """Delete feedback by its ids; how many there were."""
        return self._feedback.forget(ids)

    def _check(self, text: str) -> None:
        self._check_words(text)
        if not self._store.packs(self._access):
            raise NotReadyError("No pack is indexed yet.", "Run `board-qa ingest` on a folder of PDFs first.")

    def _check_words(self, text: str) -> None:
        if not text.strip() or not any(c.isalnum() for c in text):
            raise EmptyQuestionError("The question is empty.", "Ask in your own words, such as: what was agreed on …?")
        most = self.settings.max_question_chars
        if len(text) > most:
            raise QuestionTooLongError(
                f"The question has {len(text)} characters, more than {most}.", "Ask one thing in a sentence or two."
            )

    def _scope(self, filters: Filters) -> Scope:
        try:
            kind = Kind(filters.kind.lower()) if filters.kind else None
        except ValueError:
            raise UsageError(
                f"There is no kind of paper {filters.kind!r}.", "One of: " + ", ".join(kind.value for kind in Kind)
            ) from None
        packs = frozenset({self._store.pack(filters.pack, self._access).id}) if filters.pack else None
        return Scope(
            body=filters.body or None,
            since=filters.from_,
            until=filters.to,
            packs=packs,
            item=filters.item or None,
            kind=kind,
            access=self._access,
        )

    def ready(self) -> list[str]:
        """Reasons why questions cannot be answered; empty when they can."""
        reasons = []
        try:
            if not self._store.packs(self._access):
                reasons.append("no pack is indexed")
            else:
                self._ready_reader()
                self._model().load()
        except BoardQAError as error:
            reasons.append(f"{error.message} {error.hint}".strip())
        return reasons
