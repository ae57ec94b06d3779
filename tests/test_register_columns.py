"""The columns of the register that are held in memory: what is filtered and sorted by them is what the index tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.model import Kind
from index.record_model import Outcome
from index.register_columns import ORDERS
from index.register_rows import Narrowed
from index.register_store import RegisterStore
from index.store import Store
from qa.register_model import Sort
from tests.minutes_forms import EVERY, LARKMOOR
from tests.stored import EVERYONE
from tests.test_register_store import PUBLIC, take_in


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisterStore]:
    """The minutes of ten bodies, and those of one in two more packs."""
    folder: Path = tmp_path_factory.mktemp("columns")
    with Store(folder) as store:
        for number, minutes in enumerate(EVERY):
            take_in(store, minutes, f"pack-{number}")
        take_in(store, LARKMOOR, "draft", kind=Kind.AGENDA)
        take_in(store, f"{LARKMOOR}\n---\n{LARKMOOR}", "twice", kind=Kind.AGENDA)
        opened = RegisterStore(store.path)
        yield opened
        opened.close()


def test_every_order_has_its_name_in_the_register_s_interface() -> None:
    assert set(ORDERS) | {"best"} == set(Sort)


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_holds_each_decision_once_and_sorts_by_its_key(register: RegisterStore, order: str) -> None:
    total, rows = register.decisions(Narrowed(PUBLIC), order, 0, 1000)
    assert total == len({row.id for row in rows}) > 10
    keys: dict[str, list[Any]] = {
        "newest": [-row.when.date.toordinal() for row in rows if row.when.date],
        "oldest": [row.when.date.toordinal() for row in rows if row.when.date],
        "body": [(row.when.body or "").lower() for row in rows],
        "minute": [row.told.minute.lower() for row in rows if row.told.minute],
        "title": [row.told.title.lower() for row in rows],
        "kind": [row.told.kind.value for row in rows],
    }
    assert keys[order] == sorted(keys[order])
    assert register.numbers(Narrowed(PUBLIC), order) == [row.number for row in rows]


def test_filters_together_take_what_each_takes(register: RegisterStore) -> None:
    _, every = register.decisions(Narrowed(PUBLIC), "newest", 0, 1000)
    since, until = date(2024, 1, 1), date(2024, 12, 31)
    wanted = Narrowed(PUBLIC, since=since, until=until, kind=Outcome.NOTED)
    _, found = register.decisions(wanted, "newest", 0, 1000)
    assert found
    assert [row.id for row in found] == [
        row.id for row in every if row.when.date and since <= row.when.date <= until and row.told.kind is Outcome.NOTED
    ]


def test_nothing_is_found_for_what_no_decision_has(register: RegisterStore) -> None:
    for wanted in (
        Narrowed(frozenset()),
        Narrowed(PUBLIC, minute="no such"),
        Narrowed(PUBLIC, meeting="no such"),
        Narrowed(PUBLIC, pack="no such"),
        Narrowed(PUBLIC, body="No Such Body"),
        Narrowed(PUBLIC, numbers=frozenset({-1, 10**9})),
        Narrowed(PUBLIC, since=date(2100, 1, 1)),
    ):
        assert register.decisions(wanted, "newest", 0, 10) == (0, [])
        assert register.passages(wanted).size == 0


def test_minutes_twice_in_one_pack_tell_each_decision_once(register: RegisterStore) -> None:
    total, rows = register.decisions(Narrowed(EVERYONE, pack="twice"), "newest", 0, 10)
    assert total == len({row.id for row in rows}) == 2
