"""The one way in: what the command line, the web service and the evaluation call."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index import erasure
from index.access_writer import AccessRule
from index.errors import BoardQAError
from index.model import Access
from index.records import Scope, StoredPack
from index.store import Store
from qa.audit import Act, Audit
from qa.conversations import Conversations
from qa.engine import Engine, Extent
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
    PackAccess,
    Question,
    RankedPassage,
    Refused,
    Trace,
)
from qa.narrowing import check_words, scope_of
from qa.papers import Papers
from qa.person import Person, Role, local_person, require_role
from qa.progress import SILENT, Listener
from qa.quarantine import RefusedFile, refused_file
from qa.question import analyse
from qa.register import Register
from qa.register_answer import register_address, register_answer
from qa.register_model import RegisterFilters
from qa.scope import Aim
from qa.settings import Settings, words

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from index.ingest import Progress
    from qa.breaker import Breaker
    from qa.evidence import Candidate
    from qa.question import Analysis

ANSWER_SETTINGS = ("query_prefix", "passage_prefix", "arithmetic", "ocr", "allow_exempt")  # that change answers
T = TypeVar("T")
TRIES = 3  # to answer, where packs come in while an answer is looked for
PASSAGES_TOLD = 30  # of the ranking, beside an answer out of the register


class BoardQA(Papers):
    """Questions and answers over one data folder, for one person. Safe to use from several threads.

    The embedding model is loaded with the first question or ingest, not at opening.
    """

    def __init__(self, engine: Engine, person: Person) -> None:
        super().__init__(engine.settings, engine.store, person.access(engine.settings.allow_exempt))
        self.person = person
        self._engine = engine
        self._views: dict[frozenset[Access], BoardQA] = {self._access: self}
        self._making = threading.Lock()
        self.register = Register(engine.store, self._access, engine.nearest)
        self.conversations = Conversations(engine.kept, self.sees, engine.settings.keep_days, self._access)
        self._examples = Examples(lambda question: self.traced(question)[0])

    @classmethod
    def open(cls, settings: Settings) -> BoardQA:
        """Open the index in ``settings.data``, made where there is none, for whoever sits at the machine."""
        return cls(Engine(settings, Store(settings.data)), local_person())

    def seen_by(self, person: Person) -> BoardQA:
        """The same papers as another person sees them."""
        access = person.access(self.settings.allow_exempt)
        with self._making:
            if access not in self._views:
                other = self._views[access] = BoardQA(self._engine, person)
                other._views, other._making = self._views, self._making
            view = copy(self._views[access])
        view.person = person
        return view

    def close(self) -> None:
        """Close the index, for all who see it."""
        for view in self._views.values():
            view.register.close()
        self._engine.close()

    @property
    def audit(self) -> Audit:
        """The audit log, as the person who asks writes to it and reads it."""
        return Audit(self._engine.audit, self.settings, self.person, self._access, self._store.contents)

    def language_model(self) -> LLM | None:
        """The language model that is set; None without one. Raises LanguageModelError where it cannot be one."""
        return self._engine.language_model()

    @property
    def breaker(self) -> Breaker:
        """How the way to the language model stands."""
        return self._engine.breaker

    def extent(self) -> Extent:
        """What the whole index holds, restricted papers too: for those who run the service."""
        return self._engine.extent()

    # Indexing

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        progress: Callable[[Progress], None] | None = None,
        force: bool = False,
        re_embed: bool = False,
        retry: bool = False,
        replaces: str | None = None,
        access: Access | None = None,
    ) -> IngestReport:
        """Index files and folders of PDFs; what is already there and unchanged is left alone.

        ``force`` reads everything again, ``retry`` refused files too, for no paths all of these; ``re_embed`` first
        makes all vectors anew with the model that is set. A file that cannot be indexed is told in the report and the
        next one is taken. ``replaces`` is the id of the pack that a single file is a new version of. ``access`` sets
        who may see the packs, whatever their papers say.
        """
        from index.ingest import Ingest

        work = Ingest(
            self._store,
            self._engine.indexing_embedder(),
            self._files,
            ocr=self.settings.ocr,
            max_file_bytes=self.settings.max_file_mb * 1024 * 1024,
            restricted_folders=[Path(folder) for folder in words(self.settings.restricted_folders)],
            access=access,
        )
        if re_embed:
            work.re_embed(progress)
        with self.audit.acting(Act.INGEST) as told:
            done = work.run(paths, password=password, progress=progress, force=force, retry=retry, replaces=replaces)
            told["packs"] = self.audit.sha256_of([*done.added, *done.replaced])
            told |= {name: len(getattr(done, name)) for name in ("added", "replaced", "unchanged", "refused")}
        self._engine.catch_up(write=bool(done.added or done.replaced or re_embed))
        self.sweep()
        return IngestReport(
            added=done.added,
            replaced=done.replaced,
            unchanged=done.unchanged,
            refused=[Refused(file=r.path or r.file, code=r.code, message=r.message, hint=r.hint) for r in done.refused],
            warnings=done.warnings,
        )

    def refused(self) -> list[RefusedFile]:
        """The files that could not be indexed, by path. Raises NotAllowedError for all but officers."""
        require_role(self.person, Role.OFFICER)
        return [refused_file(refusal) for refusal in self._store.refusals()]

    def remove(self, packs: Sequence[str]) -> list[str]:
        """Take packs (ids or file names) out of the index; their ids. Raises UnknownPackError before any is gone.

        Feedback on answers that quote them and kept answers that tell of them go too; ``remains`` tells whether all of
        it is out of the files. Raises NotAllowedError for all but officers.
        """
        from index.copies import drop_unused_copies

        found = list(dict.fromkeys(self._of_all(name, Role.OFFICER).id for name in packs))
        with self.audit.acting(Act.REMOVE, packs=self.audit.sha256_of(found)):
            for pack in found:
                self._store.remove(pack)
        drop_unused_copies(self._store, self._files)
        self._engine.catch_up(write=True)
        self.sweep()
        return found

    def remains(self) -> bool:
        """Whether something of deleted papers or conversations may still be in the data folder's files."""
        return erasure.remains(self._store.path)

    def sweep(self) -> bool:
        """Leave nothing of what was deleted in the files; false where another process is in the way."""
        return erasure.sweep(self._store.path)

    def set_access(self, pack: str, access: Access | None, pages: tuple[int, int] | None = None) -> PackAccess:
        """Set who may see a pack (id or file name), or the PDF pages first to last of it; None goes back to what its
        papers are marked as.

        Raises UnknownPackError for a pack or page that is not there, NotAllowedError for all but administrators.
        """
        found = self._of_all(pack)
        rule = AccessRule(access, *(pages or (None, None))) if access is not None else None
        with self.audit.acting(Act.SET_ACCESS) as told:
            told |= {"packs": self.audit.sha256_of([found.id]), "access": access or "as marked", "pages": pages}
            self._store.set_access(found.id, rule)
        return self._access_of(self._of_all(found.id))

    def restricted(self, pack: str | None = None) -> list[PackAccess]:
        """Which pages are restricted: of one pack (id or file name), or of every pack that has any.

        Raises UnknownPackError, NotAllowedError for all but administrators.
        """
        if pack is not None:
            return [self._access_of(self._of_all(pack))]
        require_role(self.person, Role.ADMIN)
        every = [self._access_of(found) for found in self._store.packs(frozenset(Access))]
        return [told for told in every if told.restricted]

    def _of_all(self, pack: str, role: Role = Role.ADMIN) -> StoredPack:
        """A pack that somebody with the role names, who may not see it as a reader."""
        require_role(self.person, role)
        return self._store.pack(pack, frozenset(Access))

    def _access_of(self, pack: StoredPack) -> PackAccess:
        hidden = [p.pdf_page for p in self._store.pages(pack.id, frozenset(Access)) if p.access is Access.RESTRICTED]
        return PackAccess(
            pack=pack.id, file=pack.record.file, access=pack.record.access, pages=pack.pages, restricted=hidden
        )

    # Asking

    def ask(self, question: Question, listener: Listener = SILENT) -> Answer:
        """Answer a question with citations, or tell that the papers do not say.

        ``listener`` hears how it comes about and can stop it. Raises EmptyQuestionError, QuestionTooLongError,
        NotReadyError (nothing indexed), UnknownPackError (filter), IndexMismatchError, ModelUnavailableError,
        AnswerStoppedError, AuditUnavailableError.
        """
        answer = self.traced(question, listener)[0]
        self.audit.asked(question.question, answer)
        return answer

    def traced(self, question: Question, listener: Listener = SILENT) -> tuple[Answer, Trace]:
        """As ``ask``, with how the answer came about; it is not in the audit log."""
        self._check(question.question)

        def work() -> tuple[tuple[Answer, Trace], set[str]]:
            answer, trace = self._answered(question, listener)
            told = {one.pack for one in answer.citations} | {one.pack for one in answer.passages}
            return (answer, trace), told if answer.answered else set()

        return self._of_one_state(work)

    def _of_one_state(self, work: Callable[[], tuple[T, set[str]]]) -> T:
        """What ``work`` gives beside the packs it tells of; done again where one was replaced meanwhile, or any where
        it tells of none: else both versions might be told of, or neither."""
        for _ in range(TRIES):
            before = self._store.contents(self._access)
            given, told = work()
            after = self._store.contents(self._access)
            if after == before or (told and all(before.get(pack) == after.get(pack) for pack in told)):
                break
        return given

    def _answered(self, question: Question, listener: Listener) -> tuple[Answer, Trace]:
        trace = Trace()
        scope = scope_of(question.filters, self._store, self._access)
        packs = self._store.packs(self._access)
        answer = listed = self._from_register(question, scope, packs)
        if answer is None:
            answer = self._engine.reader().answer(question, scope, trace, listener)
            answer.decisions_href = register_address(answer.standalone_question)
        answer.looked_in = self._looked_in(question, answer, scope, packs, listed is not None)
        self._tell_restricted(answer)
        return answer, trace

    def _looked_in(
        self, question: Question, answer: Answer, scope: Scope, packs: Sequence[StoredPack], listed: bool
    ) -> LookedIn:
        asked = analyse(answer.standalone_question)
        where = Aim() if question.everywhere else self._engine.aims.of(asked, packs, self._access)
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
            lambda asked: self._engine.aims.of(asked, packs, self._access),
        )
        if answer is not None:
            answer.passages = self._engine.reader().search(question.question, scope, PASSAGES_TOLD)
            answer.timing_ms = {"total": round((time.perf_counter() - began) * 1000, 1)}
        return answer

    def candidates(self, question: Question) -> tuple[Analysis, Sequence[Candidate]]:
        """The question taken apart and the best that could answer it, with what speaks for each; for fitting."""
        self._check(question.question)
        found = self._engine.reader().finder.find(question, scope_of(question.filters, self._store, self._access))
        return found.question, [candidate for candidate in found.candidates if candidate.compared]

    def identity(self) -> Identity:
        """What answers depend on besides the question: the index's content, the models, the settings."""
        from qa.models import names

        models, prompts = {"embedding": self._engine.embedder().identity.name, **names(self.settings)}, {}
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

        def work() -> tuple[list[RankedPassage], set[str]]:
            found = self._engine.reader().search(query, scope_of(filters, self._store, self._access), limit)
            return found, {passage.pack for passage in found}

        passages = self._of_one_state(work)
        self.audit.searched(query, passages)
        return passages

    # What users say of answers

    def feedback(self, feedback: Feedback) -> str:
        """Keep what a user thinks of an answer; the id it is kept under.

        Raises EmptyQuestionError, QuestionTooLongError, UsageError (too large or not to be kept), FeedbackFullError.
        """
        check_words(feedback.question, self.settings.max_question_chars)
        return keep(self._engine.feedback, feedback)

    def feedback_entries(self) -> list[FeedbackEntry]:
        """All feedback, oldest first. For those who run the service: it may quote papers that not all may see."""
        entries = kept(self._engine.feedback)
        self.audit.record(Act.EXPORT_FEEDBACK, entries=len(entries))
        return entries

    def forget_feedback(self, ids: Sequence[str]) -> int:
        """Delete feedback by its ids; how many there were."""
        with self.audit.acting(Act.FORGET_FEEDBACK) as told:
            told["entries"] = gone = self._engine.feedback.forget(ids)
        return gone

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
                self._engine.reader()
                self._engine.embedder().load()
        except BoardQAError as error:
            reasons.append(f"{error.message} {error.hint}".strip())
        return reasons
