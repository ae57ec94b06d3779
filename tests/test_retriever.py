"""LlamaIndex's side of retrieval: the fused ranking as nodes that can be cited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.embedding import load_embedder
from index.llama import BoardVectorStore
from index.records import Scope
from index.store import Store
from index.vectors import VectorIndex
from qa.finder import known
from qa.llama import BoardRetriever
from qa.model import Filters
from qa.reader import Reader
from qa.retrieve import Hit
from qa.service import BoardQA
from tests.stored import passage


@pytest.fixture
def retriever(indexed: Path) -> BoardRetriever:
    store = Store(indexed)
    embedder = load_embedder()
    vectors = VectorIndex(indexed, store)
    nodes = BoardVectorStore(store, vectors, embedder.identity)
    return BoardRetriever(Reader(store, vectors, embedder), nodes, Scope(), limit=6)


def test_the_retriever_gives_the_services_own_ranking_as_nodes(retriever: BoardRetriever, service: BoardQA) -> None:
    query = "petition about the Orley Bank beds"
    nodes = retriever.retrieve(query)
    passages = service.search(query, Filters(), 6)
    assert len(nodes) == 6
    assert [node.text for node in nodes] == list(dict.fromkeys(p.text for p in passages))[:6]
    assert "petition" in nodes[0].text.lower()
    assert nodes[0].metadata["pack"] == passages[0].pack
    assert [node.score for node in nodes] == sorted((node.score or 0 for node in nodes), reverse=True)


def test_the_retriever_stays_within_its_scope(indexed: Path, retriever: BoardRetriever) -> None:
    [pack] = [p.id for p in Store(indexed).packs() if p.id.startswith("kestrel")]
    retriever._scope = Scope(packs=frozenset({pack}))
    assert {node.metadata["pack"] for node in retriever.retrieve("Better Care Fund budget")} == {pack}


def test_a_text_that_stands_in_several_packs_is_ranked_once_and_one_that_a_pack_repeats_each_time() -> None:
    def hit(pack: str, text: str) -> Hit:
        return Hit(replace(passage(text), pack=pack), 1.0)

    hits = [
        hit("a", "The ferry is late."),
        hit("b", "The ferry\nis late."),
        hit("a", "The ferry is late."),
        hit("b", "It rains."),
    ]
    kept = known(hits, {"a": None, "b": None})
    assert [(h.passage.pack, h.passage.text) for h in kept] == [
        ("a", "The ferry is late."), ("a", "The ferry is late."), ("b", "It rains."),
    ]  # fmt: skip
