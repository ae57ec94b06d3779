"""The whole retrieval (scope, words and meaning fused) as a LlamaIndex retriever.

Importing this takes seconds (llama-index-core), so nothing that answers a question does.
"""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from index.llama import BoardVectorStore
from index.records import Scope
from qa.reader import Reader


class BoardRetriever(BaseRetriever):
    """Gives the passages nearest to a query as nodes, best first, at most ``limit``, only from within ``scope``.

    A node's metadata hold what is needed to cite it; its score is that of the fused ranking, 1 about the most.
    """

    def __init__(self, reader: Reader, store: BoardVectorStore, scope: Scope, limit: int = 10) -> None:
        super().__init__()
        self._reader = reader
        self._store = store
        self._scope = scope
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        finder = self._reader.finder
        hits = finder.hits(query_bundle.query_str, self._scope, finder.packs(self._scope), self._limit)
        nodes = self._store.nodes_of([hit.passage for hit in hits])
        return [NodeWithScore(node=node, score=hit.score) for node, hit in zip(nodes, hits, strict=True)]
