"""Haystack: PyPDFToDocument, DocumentSplitter as it comes (200 words), sentence-transformers, the store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack.components.converters import PyPDFToDocument
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.peer import PASSAGES, FoundPage, query_of
from qa.model import Question


class Haystack:
    """Meaning alone. A passage that runs over a page end has the page where it starts, and tells that PDF page."""

    def __init__(self, model: Path) -> None:
        device = ComponentDevice.from_str("cpu")
        self._passages = SentenceTransformersDocumentEmbedder(model=str(model), device=device, progress_bar=False)
        self._queries = SentenceTransformersTextEmbedder(model=str(model), device=device, progress_bar=False)
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._retriever = InMemoryEmbeddingRetriever(self._store, top_k=PASSAGES)
        self._passages.warm_up()
        self._queries.run(text="The minutes were agreed.")

    def ingest(self, files: Sequence[Path]) -> None:
        """Index the PDFs."""
        papers = PyPDFToDocument().run(sources=list(files))["documents"]
        passages = DocumentSplitter().run(documents=papers)["documents"]
        self._store.write_documents(self._passages.run(documents=passages)["documents"])

    def search(self, question: Question) -> list[FoundPage]:
        """The pages of the passages retrieved."""
        vector = self._queries.run(text=query_of(question))["embedding"]
        found = self._retriever.run(query_embedding=vector)["documents"]
        places = [(str(hit.meta["file_path"]), int(hit.meta["page_number"])) for hit in found]
        return [FoundPage(file, pdf_page, str(pdf_page)) for file, pdf_page in places]


def open_peer(model: Path, _folder: Path) -> Haystack:
    """The peer with its model loaded."""
    return Haystack(model)
