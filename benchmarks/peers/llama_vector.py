"""LlamaIndex as its starter tutorial has it: VectorStoreIndex over SentenceSplitter over SimpleDirectoryReader."""

from __future__ import annotations

from pathlib import Path

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import BaseNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.peers.llama_pages import LlamaPages, embedding, vectors


class LlamaVector(LlamaPages):
    """Meaning alone."""

    def __init__(self, model: HuggingFaceEmbedding) -> None:
        super().__init__()
        self._model = model

    def retriever(self, nodes: list[BaseNode]) -> BaseRetriever:
        """The vector index's own retriever."""
        return vectors(nodes, self._model)


def open_peer(model: Path, _folder: Path) -> LlamaVector:
    """The peer with its model loaded."""
    return LlamaVector(embedding(model))
