"""What the LlamaIndex peers share: its tutorial's reader, splitter and embedding, and whose page a node is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode, NodeWithScore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from benchmarks.peers.peer import PASSAGES, FoundPage, query_of
from qa.model import Question


class LlamaPages:
    """Reads and splits PDFs; a subclass makes the retriever over the nodes."""

    def __init__(self) -> None:
        self._places: dict[str, FoundPage] = {}
        self._retriever: BaseRetriever | None = None

    def retriever(self, nodes: list[BaseNode]) -> BaseRetriever:
        """The retriever over all nodes, giving ``PASSAGES`` of them."""
        raise NotImplementedError

    def ingest(self, files: Sequence[Path]) -> None:
        """Index the PDFs."""
        pages = SimpleDirectoryReader(input_files=list(files), raise_on_error=True).load_data()
        read: Counter[str] = Counter()
        for page in pages:  # its reader makes one document of each page, in their order
            file = str(page.metadata["file_name"])
            read[file] += 1
            self._places[page.id_] = FoundPage(file, read[file], page.metadata.get("page_label"))
        self._retriever = self.retriever(SentenceSplitter().get_nodes_from_documents(pages))

    def search(self, question: Question) -> list[FoundPage]:
        """The pages of the nodes retrieved."""
        assert self._retriever is not None, "ingest first"
        found: list[NodeWithScore] = self._retriever.retrieve(query_of(question))
        return [self._places[hit.node.ref_doc_id] for hit in found if hit.node.ref_doc_id]


def embedding(model: Path) -> HuggingFaceEmbedding:
    """The model as LlamaIndex runs it, on the processor, warmed up."""
    loaded = HuggingFaceEmbedding(model_name=str(model), device="cpu")
    loaded.get_text_embedding_batch(["The minutes were agreed."] * 10)
    return loaded


def vectors(nodes: list[BaseNode], model: HuggingFaceEmbedding) -> BaseRetriever:
    """The retriever of a VectorStoreIndex in memory."""
    return VectorStoreIndex(nodes, embed_model=model).as_retriever(similarity_top_k=PASSAGES)


def words(nodes: list[BaseNode]) -> BaseRetriever:
    """The BM25 retriever, with its own English stemmer and stop words."""
    retriever: BaseRetriever = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(PASSAGES, len(nodes)))
    return retriever
