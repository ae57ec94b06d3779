"""The index as LlamaIndex knows such things: a vector store with metadata filters, and an embedding model.

A node's id is the passage's, its source document the pack; what a person needs to cite it is in its metadata.
Importing this takes seconds (llama-index-core), so nothing that answers a question does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)

from index.embedding import Embedder
from index.errors import BoardQAError
from index.model import Access, Kind, Line, Page, PageNumber, PageSource, Passage, Span
from index.records import PUBLIC_ONLY, ModelIdentity, PackRecord, Scope, StoredPack
from index.store import Store
from index.vectors import VectorIndex

Ids = npt.NDArray[np.int64]

WHOLLY = (FilterOperator.EQ, FilterOperator.IN, FilterOperator.NE, FilterOperator.NIN)
PARTLY = (FilterOperator.CONTAINS, FilterOperator.TEXT_MATCH, FilterOperator.TEXT_MATCH_INSENSITIVE)
WHOLE_PAGE = (0.0, 0.0, 1.0, 1.0)
A4 = (595.0, 842.0)  # points; nodes from elsewhere tell no page size


class BoardEmbedding(BaseEmbedding):
    """The embedder as LlamaIndex's embedding model."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.identity.name)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "BoardEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.embed_query(query).tolist()  # type: ignore[no-any-return]  # numpy types it so

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed_passages(texts).tolist()  # type: ignore[no-any-return]  # numpy types it so


class BoardVectorStore(BasePydanticVectorStore):
    """The store and its vectors as LlamaIndex's vector store; ``access`` is what may be given out.

    Filters may name ``pack``, ``body``, ``meeting_date`` (ISO), ``item`` and ``kind``, joined by and, or, not; they
    narrow before the search. Raises BoardQAError for others.
    """

    stores_text: bool = True
    _store: Store = PrivateAttr()
    _vectors: VectorIndex = PrivateAttr()
    _model: ModelIdentity = PrivateAttr()
    _access: frozenset[Access] = PrivateAttr()

    def __init__(
        self, store: Store, vectors: VectorIndex, model: ModelIdentity, access: frozenset[Access] = PUBLIC_ONLY
    ) -> None:
        super().__init__(stores_text=True)
        self._store = store
        self._vectors = vectors
        self._model = model
        self._access = access

    @classmethod
    def class_name(cls) -> str:
        return "BoardVectorStore"

    @property
    def client(self) -> Store:
        """The store underneath."""
        return self._store

    def add(self, nodes: Sequence[BaseNode], **_more: Any) -> list[str]:
        """Index nodes with their embeddings as packs, one for each source document; the nodes' new ids, in order.

        All nodes of a pack come in one call: raises BoardQAError, before anything is changed, where a pack is
        already there, and where a node has no embedding.
        """
        packs: dict[str, list[int]] = defaultdict(list)
        for place, node in enumerate(nodes):
            packs[node.ref_doc_id or node.node_id].append(place)
        there = {pack.id for pack in self._store.packs(frozenset(Access))} & packs.keys()
        if there:
            raise BoardQAError(
                f"Pack {min(there)} is already indexed.", "Delete it first, and add all nodes of a pack in one call."
            )
        ids = [""] * len(nodes)
        for pack, places in packs.items():
            chosen = [nodes[place] for place in places]
            self._write(pack, chosen)
            for place, passage in zip(places, self._store.passages_of(pack, frozenset(Access)), strict=True):
                ids[place] = str(passage.id)
        return ids

    def delete(self, ref_doc_id: str, **_more: Any) -> None:
        """Take a pack out of the index; nothing happens where there is none of that id."""
        if any(pack.id == ref_doc_id for pack in self._store.packs(frozenset(Access))):
            self._store.remove(ref_doc_id)

    def clear(self) -> None:
        """Take all packs out of the index."""
        for pack in self._store.packs(frozenset(Access)):
            self._store.remove(pack.id)

    def query(self, query: VectorStoreQuery, **_more: Any) -> VectorStoreQueryResult:
        """The nodes nearest to ``query_embedding`` within filters, ``node_ids`` and ``doc_ids``, best first."""
        if query.mode != VectorStoreQueryMode.DEFAULT or query.query_embedding is None:
            raise BoardQAError(f"This vector store searches by embedding only, not by {query.mode}.")
        allowed = self._allowed(query.filters)
        if query.node_ids:  # LlamaIndex gives an empty list for no wish
            allowed = np.intersect1d(allowed, _numbers(query.node_ids))
        if query.doc_ids:
            allowed = np.intersect1d(allowed, self._ids(Scope(packs=frozenset(query.doc_ids), access=self._access)))
        vector = np.array(query.query_embedding, np.float32)
        ids, scores = self._vectors.search(vector, query.similarity_top_k, allowed)
        closeness = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        passages = self._store.passages(closeness, self._access)
        return VectorStoreQueryResult(
            nodes=self.nodes_of(passages),
            similarities=[closeness[passage.id] for passage in passages],
            ids=[str(passage.id) for passage in passages],
        )

    def get_nodes(self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None) -> list[BaseNode]:
        """The nodes of these ids, or all, within the filters, in reading order."""
        allowed = self._allowed(filters)
        chosen = allowed if node_ids is None else np.intersect1d(allowed, _numbers(node_ids))
        return list(self.nodes_of(self._store.passages(chosen, self._access)))

    def nodes_of(self, passages: Sequence[Passage]) -> list[TextNode]:
        """Passages as nodes; the text is as printed, the context goes before it where it is embedded."""
        packs = {pack.id: pack for pack in self._store.packs(self._access)}
        printed = {
            (page.pack, page.pdf_page): page.printed
            for pack in {passage.pack for passage in passages}
            for page in self._store.pages(pack, self._access)
        }
        return [_node(passage, packs[passage.pack], printed) for passage in passages if passage.pack in packs]

    def _write(self, pack: str, nodes: Sequence[BaseNode]) -> None:
        if any(node.embedding is None for node in nodes):
            raise BoardQAError(f"A node of {pack} has no embedding.", "Embed nodes before they are added.")
        told = nodes[0].metadata
        day = told.get("meeting_date")
        record = PackRecord(
            id=pack,
            file=str(told.get("file") or told.get("file_name") or PurePath(pack).name),
            sha256=f"nodes of {pack}",
            title=str(told.get("title") or ""),
            council=told.get("council"),
            body=told.get("body"),
            meeting_date=date.fromisoformat(day) if day else None,
        )
        passages, pages = _passages(nodes)
        with self._store.writing_pack(record, self._model) as writer:
            for number, texts in sorted(pages.items()):
                lines = tuple(Line(text, WHOLE_PAGE, block=block) for block, text in enumerate(texts))
                writer.add_page(Page(number, *A4, lines), PageNumber(number, None, PageSource.NONE))
            writer.add_passages(passages, np.array([node.embedding for node in nodes], np.float32))

    def _ids(self, scope: Scope) -> Ids:
        return self._store.passage_ids(scope)

    def _allowed(self, filters: MetadataFilters | None) -> Ids:
        everything = self._ids(Scope(access=self._access))
        return everything if filters is None else self._within(filters, everything)

    def _within(self, filters: MetadataFilters, everything: Ids) -> Ids:
        parts = [
            self._within(part, everything) if isinstance(part, MetadataFilters) else self._matching(part, everything)
            for part in filters.filters
        ]
        if filters.condition == FilterCondition.NOT:
            return np.setdiff1d(everything, reduce(np.union1d, parts, everything[:0]))
        if filters.condition == FilterCondition.OR:
            return reduce(np.union1d, parts, everything[:0])
        return reduce(np.intersect1d, parts, everything)

    def _matching(self, one: MetadataFilter, everything: Ids) -> Ids:
        values = one.value if isinstance(one.value, list) else [one.value]
        found = [self._ids(scope) for value in values for scope in self._scopes(one, str(value))]
        ids = reduce(np.union1d, found, everything[:0])
        return np.setdiff1d(everything, ids) if one.operator in (FilterOperator.NE, FilterOperator.NIN) else ids

    def _scopes(self, one: MetadataFilter, value: str) -> Iterable[Scope]:
        """Scopes which together hold what has the value (for NE and NIN: what is to be left out)."""
        if one.key == "meeting_date":
            since, until = _days(one, value)
            yield Scope(since=since, until=until, access=self._access)
        elif one.key == "body" and one.operator in PARTLY:
            yield Scope(body=value, access=self._access)
        elif one.operator not in WHOLLY:
            raise _unknown(one)
        elif one.key == "body":
            named = (pack.id for pack in self._store.packs(self._access) if pack.record.body == value)
            yield Scope(packs=frozenset(named), access=self._access)
        elif one.key == "pack":
            yield Scope(packs=frozenset({value}), access=self._access)
        elif one.key == "item":
            yield Scope(item=value, access=self._access)
        elif one.key == "kind" and value in set(Kind):
            yield Scope(kind=Kind(value), access=self._access)
        else:
            raise _unknown(one)


def _days(one: MetadataFilter, value: str) -> tuple[date | None, date | None]:
    """The first and last day that a filter on the meeting date allows (for NE and NIN: forbids)."""
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise _unknown(one) from error
    match one.operator:
        case FilterOperator.GTE:
            return day, None
        case FilterOperator.GT:
            return day + timedelta(days=1), None
        case FilterOperator.LTE:
            return None, day
        case FilterOperator.LT:
            return None, day - timedelta(days=1)
        case operator if operator in WHOLLY:
            return day, day
    raise _unknown(one)


def _unknown(one: MetadataFilter) -> BoardQAError:
    return BoardQAError(
        f"This vector store cannot filter by {one.key} {one.operator.value} {one.value!r}.",
        "Filter by pack, body, item or kind (==, !=, in, nin), body (contains) or meeting_date (also <, <=, >, >=).",
    )


def _numbers(node_ids: Sequence[str]) -> Ids:
    return np.array([int(id_) for id_ in node_ids if id_.isdecimal()], np.int64)


def _node(passage: Passage, pack: StoredPack, printed: dict[tuple[str, int], str | None]) -> TextNode:
    record = pack.record
    first = passage.spans[0].pdf_page if passage.spans else None
    known = {
        "pack": record.id,
        "file": record.file,
        "title": record.title,
        "council": record.council,
        "body": record.body,
        "meeting_date": record.meeting_date.isoformat() if record.meeting_date else None,
        "item": passage.item,
        "item_title": passage.item_title,
        "kind": passage.kind.value,
        "heading": passage.heading,
        "pdf_page": first,
        "page": printed.get((passage.pack, first)) if first is not None else None,
        "context": passage.context,
    }
    told_apart = [key for key in known if key != "context"]
    return TextNode(
        id_=str(passage.id),
        text=passage.text,
        metadata=known,
        excluded_embed_metadata_keys=told_apart,
        excluded_llm_metadata_keys=told_apart,
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.pack)},
    )


def _passages(nodes: Sequence[BaseNode]) -> tuple[list[Passage], dict[int, list[str]]]:
    """Nodes as passages, and the lines of the pages that these make up together, by PDF page."""
    passages: list[Passage] = []
    pages: dict[int, list[str]] = defaultdict(list)
    for node in nodes:
        told = node.metadata
        text = node.get_content(MetadataMode.NONE)
        number = int(told.get("pdf_page") or told.get("page_label") or 1)
        start = sum(len(line) + 1 for line in pages[number])
        pages[number].append(text)
        kind = told.get("kind")
        passages.append(
            Passage(
                text=text,
                context=str(told.get("context") or ""),
                spans=(Span(number, start, start + len(text)),),
                kind=Kind(kind) if kind in set(Kind) else Kind.OTHER,
                item=told.get("item"),
                item_title=str(told.get("item_title") or ""),
                heading=str(told.get("heading") or ""),
            )
        )
    return passages, pages
