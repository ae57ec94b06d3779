"""The one way in: what the command line, the web service and the evaluation call."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.conversation_store import ConversationStore
from index.errors import BoardQAError
from index.feedback_store import FeedbackStore
from index.records import Scope, StoredPack
from index.store import Store
from qa.conversations import Conversations
from qa.errors import NotReadyError
from qa.examples import Examples, candidates
from qa.feedback import Feedback, FeedbackEntry, keep, kept
from qa.looked import looked_in
from qa.model import (
    Answer,
    Filters,
    Identity,
    IngestReport,
    LookedIn,
    Question,
    RankedPassage,
    Refused,
    Trace,
)
from qa.narrowing import check_words, scope_of
from qa.papers import Papers
from qa.progress import SILENT, Listener
from qa.question import analyse
from qa.register import Register
from qa.register_answer import register_address, register_answer
from qa.register_model import RegisterFilters
from qa.scope import Aim, aim
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


class BoardQA(Papers):
    """Questions and answers over one data folder. Safe to use from several threads.

    The embedding model is loaded with the first question or ingest, not at opening.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings, store)
        self._feedback = FeedbackStore(store.path)
        self.register = Register(store, self._access, self._nearest)
        self.conversations = Conversations(ConversationStore(store.path), self.sees, settings.keep_days)
        self._examples = Examples(self.ask)
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
        self.conversations.close()
        self.register.close()
        self._store.close()

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
        replaces: str | None = None,
    ) -> IngestReport:
        """Index files and folders of PDFs; what is already there and unchanged is left alone.

        ``force`` reads everything again, refused files too; ``re_embed`` first makes all vectors anew with the
        model that is set. A file that cannot be indexed is told in the report and the next one is taken.
        ``replaces`` is the id of the pack that a single file is a new version of.
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
        done = work.run(paths, password=password, progress=progress, force=force, replaces=replaces)
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

        Feedback on answers that quote them and kept answers that tell of them go too.
        """
        from index.copies import drop_unused_copies

        found = list(dict.fromkeys(self._store.pack(name, self._access).id for name in packs))
        for pack in found:
            self._feedback.forget_pack(pack)
            self.conversations.forget_pack(pack)
            self._store.remove(pack)
        drop_unused_copies(self._store, self._files)
        with self._lock:
            if self._vectors is not None and self._vectors.refresh():
                self._vectors.save()
        return found

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
        scope = scope_of(question.filters, self._store, self._access)
        packs = self._store.packs(self._access)
        answer = listed = self._from_register(question, scope, packs)
        if answer is None:
            answer = self._ready_reader().answer(question, scope, trace, listener)
            answer.decisions_href = register_address(answer.standalone_question)
        answer.looked_in = self._looked_in(question, answer, scope, packs, listed is not None)
        return answer, trace

    def _looked_in(
        self, question: Question, answer: Answer, scope: Scope, packs: Sequence[StoredPack], listed: bool
    ) -> LookedIn:
        where = Aim() if question.everywhere else aim(analyse(answer.standalone_question), packs)
        if listed:  # the register prefers no meeting
            where = replace(where, boosted=frozenset())
        narrowed = question.filters.model_dump(exclude_none=True)
        by_id = {pack.id: pack for pack in packs}
        allowed = self._store.packs_within(scope) if narrowed else frozenset(by_id)
        return looked_in(question, answer, where, by_id, allowed)

    def example_questions(self) -> tuple[str, ...]:
        """A few questions that the indexed packs answer; none until they are found, in the background."""
        return self._examples.ready(
            self._store.generation().number,
            lambda: candidates(self.packs(), self.register.decisions(RegisterFilters()).rows),
        )

    def _from_register(self, question: Question, scope: Scope, packs: Sequence[StoredPack]) -> Answer | None:
        """The answer to a question for decisions or actions as such; None where it asks for something else."""
        began = time.perf_counter()
        if scope.item or scope.kind or question.everywhere:
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
        found = self._ready_reader().finder.find(question, scope_of(question.filters, self._store, self._access))
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
        return self._ready_reader().search(query, scope_of(filters, self._store, self._access), limit)

    # What users say of answers

    def feedback(self, feedback: Feedback) -> str:
        """Keep what a user thinks of an answer; the id it is kept under.

        Raises EmptyQuestionError, QuestionTooLongError, UsageError (too large or not to be kept), FeedbackFullError.
        """
        check_words(feedback.question, self.settings.max_question_chars)
        return keep(self._feedback, feedback)

    def feedback_entries(self) -> list[FeedbackEntry]:
        """All feedback, oldest first. For those who run the service: it may quote papers that not all may see."""
        return kept(self._feedback)

    def forget_feedback(self, ids: Sequence[str]) -> int:
        """Delete feedback by its ids; how many there were."""
        return self._feedback.forget(ids)

    def _check(self, text: str) -> None:
        check_words(text, self.settings.max_question_chars)
        if not self._store.packs(self._access):
            raise NotReadyError("No pack is indexed yet.", "Run `board-qa ingest` on a folder of PDFs first.")

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
