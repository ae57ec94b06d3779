"""LlamaIndex's QueryFusionRetriever over its vector and BM25 retrievers, fused by reciprocal rank."""

from __future__ import annotations

from pathlib import Path

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.peers.llama_pages import LlamaPages, embedding, vectors, words
from benchmarks.peers.peer import PASSAGES


class LlamaHybrid(LlamaPages):
    """Meaning and words."""

    def __init__(self, model: HuggingFaceEmbedding) -> None:
        super().__init__()
        self._model = model

    def retriever(self, nodes: list[BaseNode]) -> BaseRetriever:
        """The fusion of both; one query each, so that no language model is asked (unset, it would be a paid one)."""
        return QueryFusionRetriever(
            [vectors(nodes, self._model), words(nodes)],
            llm=MockLLM(),
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=PASSAGES,
            num_queries=1,
            use_async=False,
        )


def open_peer(model: Path, _folder: Path) -> LlamaHybrid:
    """The peer with its model loaded."""
    return LlamaHybrid(embedding(model))
