"""What all that ask one data folder share: the index, its vectors, the models. Loaded when first needed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.conversation_store import ConversationStore
from index.feedback_store import FeedbackStore
from index.model import Access
from index.store import Store
from qa.aims import Aims
from qa.audit_store import AuditStore
from qa.breaker import Breaker
from qa.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from llama_index.core.llms import LLM

    from index.embedding import Embedder
    from index.vectors import VectorIndex
    from qa.reader import Reader
    from qa.wording import Wording


@dataclass(frozen=True, slots=True)
class Extent:
    """What the whole index holds, restricted papers too: for those who run the service, not for readers.

    ``passages`` are those that this process searches; 0 before the first question.
    """

    packs: int
    pages: int
    passages: int
    generation: int


class Engine:
    """One data folder, open. Safe to use from several threads; knows nothing of who asks."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.feedback = FeedbackStore(store.path)
        self.kept = ConversationStore(store.path)
        self.audit = AuditStore(settings.data)
        self.breaker = Breaker(settings.llm_at_once)
        self.aims = Aims(store)
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
        self._indexing: Embedder | None = None
        self._reader: Reader | None = None
        self._vectors: VectorIndex | None = None

    def close(self) -> None:
        """Close the index, and let go of the models."""
        self.feedback.close()
        self.kept.close()
        self.audit.close()
        self.store.close()
        with self._lock:  # a process may open others after this one
            self._embedder = self._indexing = self._reader = self._vectors = None

    def embedder(self) -> Embedder:
        """The embedding model that is set."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self._load_embedder(self.settings.threads)
            return self._embedder

    def indexing_embedder(self) -> Embedder:
        """The model to index with. Once questions are answered it is one of its own, on one core, as whoever asks would
        else wait for the many passages of a pack."""
        with self._lock:
            if self._reader is None:
                return self.embedder()
            if self._indexing is None:
                self._indexing = self._load_embedder(threads=1)
            return self._indexing

    def _load_embedder(self, threads: int) -> Embedder:
        from index.embedding import load_embedder

        return load_embedder(
            self.settings.embedding_model,
            query_prefix=self.settings.query_prefix,
            passage_prefix=self.settings.passage_prefix,
            arithmetic=self.settings.arithmetic,
            threads=threads,
        )

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

        return Wording(llm, self.settings.llm_model, self.settings.llm_timeout, self.breaker)

    def reader(self) -> Reader:
        """What answers questions. Raises IndexMismatchError, ModelUnavailableError."""
        with self._lock:
            if self._reader is None:
                from index.vectors import VectorIndex
                from qa.models import sharpen
                from qa.reader import Reader

                embedder = self.embedder()
                self.store.check_model(embedder.identity)
                self._vectors = VectorIndex(self.settings.data, self.store)
                reader = Reader(self.store, self._vectors, embedder, self._wording())
                sharpen(reader.finder, self.settings)
                self._reader = reader
            return self._reader

    def nearest(self, query: str, allowed: npt.NDArray[np.int64], most: int) -> list[int]:
        """The ids of the allowed passages nearest in meaning to a query, best first."""
        self.reader()
        vectors = self._vectors
        assert vectors is not None  # opened with the reader
        return [int(id_) for id_ in vectors.search(self.embedder().embed_query(query), most, allowed)[0]]

    def extent(self) -> Extent:
        """What the whole index holds."""
        packs = self.store.packs(frozenset(Access))
        vectors = self._vectors
        return Extent(
            packs=len(packs),
            pages=sum(pack.pages for pack in packs),
            passages=len(vectors) if vectors is not None else 0,
            generation=self.store.generation().number,
        )

    def catch_up(self, *, write: bool = False) -> None:
        """Bring the vectors and their file up to the index after it has changed; ``write`` the file in any case."""
        with self._lock:
            if self._vectors is not None:
                if self._vectors.refresh() or write:
                    self._vectors.save()
            elif write:
                from index.vectors import VectorIndex

                VectorIndex(self.settings.data, self.store)  # writes its file, so that the next start is quick
