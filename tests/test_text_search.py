"""Scopes narrow before any search, and the text index finds words as people inflect them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BoardQAError
from index.fulltext import all_of, any_of, index_terms
from index.model import Kind
from index.records import Scope
from index.store import Store
from tests.stored import pack, passage, write

CABINET = pack()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


# Scope


@pytest.fixture
def three_bodies(store: Store) -> Store:
    hwb = replace(
        pack("hwb"), body="Health and Wellbeing Board", council="Northam Council", meeting_date=date(2022, 3, 1)
    )
    osc = replace(
        pack("osc"), body="Overview & Scrutiny Committee", council="Northam Council", meeting_date=date(2023, 3, 1)
    )
    icb = replace(
        pack("icb"), body="Board", acronyms={"CICB": "Carrick Integrated Care Board"}, council="Carrick Integrated Care"
    )
    write(store, hwb, passage("hwb 3", item="3", kind=Kind.MINUTES), passage("hwb 4", item="4a"))
    write(store, osc, passage("osc 3", item="3"))
    write(store, icb, passage("icb"))
    return store


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"hwb 3", "hwb 4", "osc 3", "icb"}),
        (Scope(body="wellbeing"), {"hwb 3", "hwb 4"}),
        (Scope(body="health & wellbeing board"), {"hwb 3", "hwb 4"}),
        (Scope(body="HWB"), {"hwb 3", "hwb 4"}),
        (Scope(body="Northam HWB"), {"hwb 3", "hwb 4"}),
        (Scope(body="Carrick HWB"), set()),
        (Scope(body="O&S"), {"osc 3"}),
        (Scope(body="Overview and Scrutiny"), {"osc 3"}),
        (Scope(body="cicb"), {"icb"}),
        (Scope(body="Planning"), set()),
        (Scope(body="  "), set()),
        (Scope(since=date(2023, 3, 1)), {"osc 3"}),
        (Scope(until=date(2023, 2, 28)), {"hwb 3", "hwb 4"}),
        (Scope(since=date(2022, 1, 1), until=date(2023, 12, 31)), {"hwb 3", "hwb 4", "osc 3"}),
        (Scope(packs=frozenset({"icb", "osc"})), {"osc 3", "icb"}),
        (Scope(packs=frozenset()), set()),
        (Scope(item="3"), {"hwb 3", "osc 3"}),
        (Scope(item="4A"), {"hwb 4"}),
        (Scope(kind=Kind.MINUTES), {"hwb 3"}),
        (Scope(body="northam", item="3", kind=Kind.REPORT), {"osc 3"}),
    ],
)
def test_a_scope_narrows_passages_and_text_search_alike(three_bodies: Store, scope: Scope, expected: set[str]) -> None:
    ids = three_bodies.passage_ids(scope)
    assert {found.text for found in three_bodies.passages(ids)} == expected
    hits = three_bodies.fts(any_of(["hwb", "osc", "icb"]), scope, 10)
    assert {id_ for id_, _ in hits} == set(ids)


# Text search


def test_a_word_is_found_in_every_inflection_and_accent(store: Store) -> None:
    (id_,) = write(store, CABINET, passage("The Café was RESOLVED upon"))
    for asked in ("resolve", "resolving", "cafe", "CAFÉ"):
        assert [found for found, _ in store.fts(any_of([asked]), Scope(), 5)] == [id_]


def test_weights_decide_between_text_and_context(store: Store) -> None:
    in_text, in_context = write(
        store, CABINET, passage("housing plan", context="minutes here"), passage("minutes here", context="housing plan")
    )
    assert store.fts("housing", Scope(), 1, (5.0, 0.1))[0][0] == in_text
    assert store.fts("housing", Scope(), 1, (0.1, 5.0))[0][0] == in_context


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_text_makes_a_safe_query(tmp_path_factory: pytest.TempPathFactory, terms: list[str]) -> None:
    with Store(tmp_path_factory.getbasetemp() / "queries") as store:
        for expression in (any_of(terms), all_of(terms)):
            store.fts(expression, Scope(), 3)


def test_a_query_that_cannot_be_read_is_an_error_of_ours(store: Store) -> None:
    for expression in ('"open', "AND", "nothere: x"):
        with pytest.raises(BoardQAError, match="cannot read the query"):
            store.fts(expression, Scope(), 3)


def test_document_frequency_counts_passages_by_stem(store: Store) -> None:
    write(store, CABINET, passage("budgets budget"), passage("a budget", context="Budgeting"), passage("rents"))
    assert store.document_frequency(["budget", "Rent", "rent budget", "zebra", "£"]) == {
        "budget": 2,
        "Rent": 1,
        "rent budget": 1,
        "zebra": 0,
        "£": 0,
    }
    assert store.passage_count() == 3


def test_index_terms_are_those_of_the_text_index() -> None:
    assert index_terms(["Resolved: O&S", "", "naïve councils"]) == [("resolv", "o", "s"), (), ("naiv", "council")]
