"""The index through LlamaIndex's own interfaces: index, retriever, filters, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from index.embedding import load_embedder
from index.errors import BoardQAError
from index.ingest import embedded_text
from index.llama import BoardEmbedding, BoardVectorStore
from index.model import Access, Kind
from index.store import Store
from index.vectors import VectorIndex
from tests.stored import EVERYONE, MODEL, pack, passage, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two meetings; passages 1 to 3 in the first, 4 in the second, the third exempt."""
    with Store(tmp_path) as opened:
        hwb = replace(pack("hwb"), body="Health and Wellbeing Board", meeting_date=date(2023, 3, 22))
        write(
            opened,
            hwb,
            passage("one", context="Minutes", kind=Kind.MINUTES, item="3", heading="Votes"),
            passage("two", item="4"),
            passage("three", item="4", access=Access.RESTRICTED),
        )
        write(
            opened, replace(pack("cabinet"), body="Cabinet", meeting_date=date(2023, 7, 4)), passage("four", item="3")
        )
        yield opened


def over(store: Store, access: frozenset[Access] = frozenset({Access.PUBLIC})) -> BoardVectorStore:
    return BoardVectorStore(store, VectorIndex(store.folder, store), MODEL, access)


def by(key: str, value: object, operator: FilterOperator = FilterOperator.EQ) -> MetadataFilter:
    return MetadataFilter(key=key, value=value, operator=operator)


ANY = [0.1, 0.2, 0.3, 0.4]


def test_a_query_gives_nodes_that_can_be_cited_best_first(store: Store) -> None:
    result = over(store).query(VectorStoreQuery(query_embedding=[1.0, 0.5, 0.0, 0.0], similarity_top_k=2))
    assert result.nodes is not None
    assert result.similarities == [1.0, 1.0]
    node = next(node for node in result.nodes if node.node_id == "1")
    assert result.ids == [found.node_id for found in result.nodes]
    assert node.ref_doc_id == "hwb"
    assert node.metadata == {
        "pack": "hwb",
        "file": "hwb.pdf",
        "title": "",
        "council": None,
        "body": "Health and Wellbeing Board",
        "meeting_date": "2023-03-22",
        "item": "3",
        "item_title": "",
        "kind": "minutes",
        "heading": "Votes",
        "pdf_page": 1,
        "page": "3",
        "context": "Minutes",
    }


def test_a_node_is_embedded_as_its_passage_is(store: Store) -> None:
    for node, one in zip(over(store).get_nodes(), store.passages([1, 2, 4]), strict=True):
        assert node.get_content(MetadataMode.EMBED).strip() == embedded_text(one)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([by("pack", "hwb")], {"1", "2"}),
        ([by("pack", ["hwb", "cabinet"], FilterOperator.IN)], {"1", "2", "4"}),
        ([by("pack", "hwb", FilterOperator.NE)], {"4"}),
        ([by("body", "Cabinet")], {"4"}),
        ([by("body", "wellbeing")], set()),
        ([by("body", "wellbeing", FilterOperator.CONTAINS)], {"1", "2"}),
        ([by("kind", "minutes")], {"1"}),
        ([by("item", "3")], {"1", "4"}),
        ([by("item", ["3", "9"], FilterOperator.NIN)], {"2"}),
        ([by("meeting_date", "2023-07-04")], {"4"}),
        ([by("meeting_date", "2023-07-04", FilterOperator.LT)], {"1", "2"}),
        ([by("meeting_date", "2023-07-04", FilterOperator.GTE)], {"4"}),
        ([by("meeting_date", "2023-03-22", FilterOperator.GT)], {"4"}),
        ([by("meeting_date", "2023-03-22", FilterOperator.LTE), by("item", "4")], {"2"}),
        ([MetadataFilters(filters=[by("item", "4"), by("pack", "cabinet")], condition=FilterCondition.OR)], {"2", "4"}),
        ([MetadataFilters(filters=[by("item", "4")], condition=FilterCondition.NOT)], {"1", "4"}),
    ],
)
def test_filters_narrow_before_the_search(
    store: Store, filters: list[MetadataFilter | MetadataFilters], expected: set[str]
) -> None:
    query = VectorStoreQuery(query_embedding=ANY, similarity_top_k=9, filters=MetadataFilters(filters=filters))
    assert set(over(store).query(query).ids or []) == expected
    assert {node.node_id for node in over(store).get_nodes(filters=query.filters)} == expected


def test_a_search_may_be_within_given_nodes_and_packs(store: Store) -> None:
    board = over(store)
    query = VectorStoreQuery(query_embedding=ANY, similarity_top_k=9, node_ids=["2", "3", "4", "made-up"])
    assert set(board.query(query).ids or []) == {"2", "4"}
    assert set(board.query(replace(query, doc_ids=["cabinet"])).ids or []) == {"4"}


def test_exempt_papers_need_their_own_access(store: Store) -> None:
    query = VectorStoreQuery(query_embedding=ANY, similarity_top_k=9)
    assert set(over(store).query(query).ids or []) == {"1", "2", "4"}
    assert set(over(store, EVERYONE).query(query).ids or []) == {"1", "2", "3", "4"}


@pytest.mark.parametrize(
    "unknown",
    [
        by("colour", "red"),
        by("kind", "poem"),
        by("item", "3", FilterOperator.GT),
        by("meeting_date", "yesterday"),
        by("meeting_date", "2023-01-01", FilterOperator.CONTAINS),
    ],
)
def test_filters_that_cannot_be_kept_are_refused(store: Store, unknown: MetadataFilter) -> None:
    with pytest.raises(BoardQAError, match="cannot filter by"):
        over(store).get_nodes(filters=MetadataFilters(filters=[unknown]))


def test_other_ways_of_searching_are_refused(store: Store) -> None:
    for query in (VectorStoreQuery(query_str="x"), VectorStoreQuery([1.0] * 4, mode=VectorStoreQueryMode.HYBRID)):
        with pytest.raises(BoardQAError, match="by embedding only"):
            over(store).query(query)


def node(text: str, source: str, **told: object) -> TextNode:
    return TextNode(
        text=text,
        embedding=[1.0, 0.0, 0.0, 0.0],
        metadata=told,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=source)},
    )


def test_added_nodes_become_packs_with_pages_and_words(store: Store) -> None:
    board = over(store)
    told = {"body": "Planning", "meeting_date": "2024-01-09", "kind": "report"}
    ids = board.add(
        [node("Trees fall.", "a", pdf_page=2, **told), node("Bats", "b"), node("Owls stay.", "a", pdf_page=2)]
    )
    assert [found.text for found in store.passages(map(int, ids))] == ["Trees fall.", "Bats", "Owls stay."]
    record = store.pack("a").record
    assert (record.body, record.meeting_date) == ("Planning", date(2024, 1, 9))
    text = store.page_texts([("a", 2)])["a", 2]
    for found in store.passages_of("a"):
        (span,) = found.spans
        assert text[span.start : span.end] == found.text
    board.delete("a")
    board.delete("never there")
    assert {one.id for one in store.packs()} == {"hwb", "cabinet", "b"}
    board.clear()
    assert store.packs() == []


def test_nodes_are_added_whole_or_not_at_all(store: Store) -> None:
    board = over(store)
    before = store.generation()
    with pytest.raises(BoardQAError, match="Pack hwb is already indexed"):
        board.add([node("x", "new"), node("y", "hwb")])
    bare = node("x", "new")
    bare.embedding = None
    with pytest.raises(BoardQAError, match="has no embedding"):
        board.add([bare])
    assert store.generation() == before


def test_llamaindex_builds_searches_and_deletes_over_it(tmp_path: Path) -> None:
    embedder = load_embedder(arithmetic="float32")
    with Store(tmp_path) as store:
        board = BoardVectorStore(store, VectorIndex(tmp_path, store), embedder.identity)
        documents = [
            Document(text="The rent of council homes rises in April.", id_="rents", metadata={"body": "Cabinet"}),
            Document(text="Swans were counted on the reservoir.", id_="swans", metadata={"body": "Parks Committee"}),
        ]
        index = VectorStoreIndex.from_documents(
            documents,
            storage_context=StorageContext.from_defaults(vector_store=board),
            embed_model=BoardEmbedding(embedder),
        )
        hits = index.as_retriever(similarity_top_k=1).retrieve("How many birds are there?")
        assert [hit.node.ref_doc_id for hit in hits] == ["swans"]
        filters = MetadataFilters(filters=[by("body", "Cabinet")])
        hits = index.as_retriever(similarity_top_k=5, filters=filters).retrieve("How many birds are there?")
        assert [hit.node.ref_doc_id for hit in hits] == ["rents"]
        index.delete_ref_doc("swans")
        assert [found.id for found in store.packs()] == ["rents"]
        asked = np.array(BoardEmbedding(embedder).get_query_embedding("rent"))
        np.testing.assert_allclose(asked, embedder.embed_query("rent"), atol=1e-7)
