"""LlamaIndex's BM25Retriever over the same nodes: words alone, no model."""

from __future__ import annotations

from pathlib import Path

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import BaseNode

from benchmarks.peers.llama_pages import LlamaPages, words


class LlamaBM25(LlamaPages):
    """Words alone."""

    def retriever(self, nodes: list[BaseNode]) -> BaseRetriever:
        """The BM25 retriever."""
        return words(nodes)


def open_peer(_model: Path, _folder: Path) -> LlamaBM25:
    """The peer; it needs no model."""
    return LlamaBM25()
