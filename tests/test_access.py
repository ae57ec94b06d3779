"""Who may see what: whole files by name and folder, what an operator sets, and what an older index knew."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.access import why_restricted
from index.access_writer import AccessRule
from index.errors import UnknownPackError
from index.model import Access, Kind, Span
from index.records import PUBLIC_ONLY, Scope
from index.schema import DATABASE
from index.store import Store
from qa.cli import main
from qa.register import Register
from qa.register_model import RegisterFilters
from tests.minutes_forms import LARKMOOR
from tests.older import take_back
from tests.stored import EVERYONE, pack, passage, write
from tests.test_register_store import take_in

PUBLIC, RESTRICTED = Access.PUBLIC, Access.RESTRICTED
CABINET = pack("cabinet", acronyms={"BCF": "Better Care Fund"})


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path) as opened:
        yield opened


def seen(store: Store, access: frozenset[Access] = PUBLIC_ONLY) -> list[str]:
    return [found.text for found in store.passages_of("cabinet", access)]


def paged(store: Store, record=CABINET) -> None:
    """Three pages with a passage each, and one that runs over the first page's end."""
    over = passage("swans and geese", spans=(Span(1, 0, 5), Span(2, 0, 5)))
    write(store, record, passage("swans", 1), over, passage("geese", 2), passage("ducks", 3), pages=3)


@pytest.mark.parametrize(
    "name",
    [
        "Part 2 agenda.pdf",
        "cabinet_part_ii.pdf",
        "07 Exempt Appendix B.pdf",
        "Land sale (NOT FOR PUBLICATION).pdf",
        "Confidential-minutes-2024.pdf",
        "pink papers.pdf",
        "Part II/Agenda.pdf",
        "committee/Exempt papers/item 9.pdf",
        "Confidential/a/b/c.pdf",
    ],
)
def test_names_and_folders_that_close_a_file(name: str) -> None:
    assert why_restricted(Path("/papers") / name)


@pytest.mark.parametrize(
    "name",
    [
        "Agenda.pdf",
        "Local Plan part 2 of 5.pdf",
        "Non-exempt items.pdf",
        "Parting gifts.pdf",
        "Unrestricted minutes.pdf",
        "Exemptions policy.pdf",
        "Part 20.pdf",
        "a confidential helpline for residents/report.pdf",
    ],
)
def test_names_and_folders_that_close_nothing(name: str) -> None:
    assert not why_restricted(Path("/papers") / name)


def test_folders_that_an_operator_names_close_what_lies_in_them() -> None:
    folders = [Path("/papers/members only")]
    assert why_restricted(Path("/papers/members only/2024/agenda.pdf"), folders)
    assert not why_restricted(Path("/papers/members only too/agenda.pdf"), folders)


def test_pages_that_an_operator_closes_and_all_that_stands_on_them(store: Store) -> None:
    paged(store)
    store.set_access("cabinet", AccessRule(RESTRICTED, 2, 2))
    assert seen(store) == ["swans", "ducks"]
    assert seen(store, EVERYONE) == ["swans", "swans and geese", "geese", "ducks"]
    assert [page.pdf_page for page in store.pages("cabinet")] == [1, 3]
    assert store.fts('"geese"', Scope(), 9) == []
    assert len(store.fts('"geese"', Scope(access=EVERYONE), 9)) == 2
    store.set_access("cabinet", None)
    assert len(seen(store)) == 4
    assert len(store.fts('"geese"', Scope(), 9)) == 2


def test_a_closed_pack_is_not_told_to_be_there(store: Store) -> None:
    paged(store)
    store.set_access("cabinet", AccessRule(RESTRICTED))
    assert store.packs() == []
    with pytest.raises(UnknownPackError):
        store.pack("cabinet")
    store.set_access("cabinet", AccessRule(PUBLIC, 1, 1))
    assert seen(store) == ["swans"]
    assert [found.id for found in store.packs()] == ["cabinet"]


def test_an_operators_word_outlives_a_replaced_file_and_its_pages_do_not_move_with_it(store: Store) -> None:
    paged(store)
    store.set_access("cabinet", AccessRule(PUBLIC))
    paged(store, pack("cabinet", "2", access=RESTRICTED))
    assert len(seen(store)) == 4
    store.set_access("cabinet", AccessRule(RESTRICTED, 3, 3))
    assert len(seen(store)) == 3
    paged(store, pack("cabinet", "3"))  # where those pages are now, nobody knows
    assert seen(store) == []
    store.set_access("cabinet", AccessRule(PUBLIC))
    assert len(seen(store)) == 4


def test_a_removed_pack_takes_along_what_was_set_for_it(store: Store) -> None:
    paged(store)
    store.set_access("cabinet", AccessRule(RESTRICTED))
    store.remove("cabinet")
    paged(store)
    assert len(seen(store)) == 4


def test_pages_that_a_pack_does_not_have_are_told(store: Store) -> None:
    paged(store)
    for first, last in ((0, 1), (3, 4), (3, 2)):
        with pytest.raises(UnknownPackError, match="no PDF pages"):
            store.set_access("cabinet", AccessRule(RESTRICTED, first, last))
    assert len(seen(store)) == 4


def test_how_often_a_word_stands_in_closed_papers_shows_nowhere(store: Store) -> None:
    write(store, pack("open"), passage("swans nest"), passage("ducks"))
    before = store.fts('"swans" OR "ducks"', Scope(), 9)
    counts = (store.document_frequency(["swans", "ducks"]), store.vocabulary(least=1), store.passage_count())
    closed = [passage(f"swans and zebras {n}", access=RESTRICTED) for n in range(4)]
    write(store, pack("closed", access=RESTRICTED), *closed)
    assert store.fts('"swans" OR "ducks"', Scope(), 9) == before
    after = (store.document_frequency(["swans", "ducks"]), store.vocabulary(least=1), store.passage_count())
    assert after == counts
    assert store.document_frequency(["swans"], EVERYONE) == {"swans": 5}


def test_the_register_follows_what_an_operator_sets(store: Store, tmp_path: Path) -> None:
    take_in(store, LARKMOOR, "draft", kind=Kind.AGENDA)
    take_in(store, LARKMOOR, "approved")
    with closing(Register(store, PUBLIC_ONLY, lambda *_: [])) as register:
        shown = register.every_decision(RegisterFilters())
        assert {row.pack for row in shown} == {"approved"}
        store.set_access("approved", AccessRule(RESTRICTED))
        now = register.every_decision(RegisterFilters())
        assert [(row.id, row.pack, row.also) for row in now] == [(row.id, "draft", []) for row in shown]
        assert len(register.every_decision(RegisterFilters(query="charges", near=False))) == 1
        store.set_access("draft", AccessRule(RESTRICTED))
        assert register.every_decision(RegisterFilters()) == []
        assert register.every_decision(RegisterFilters(query="charges")) == []
        assert register.meetings(RegisterFilters()).rows == []
        assert register.choices().kinds == []


def test_an_older_index_keeps_what_was_exempt_from_the_public(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack("open"), passage("swans"))
        write(store, pack("closed", access=RESTRICTED), passage("swans and zebras", access=RESTRICTED))
    take_back(tmp_path, 4)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as older:
        assert older.execute("SELECT count(*) FROM passages WHERE access = 'exempt'").fetchone() == (1,)
    with Store(tmp_path) as store:
        assert [found.id for found in store.packs()] == ["open"]
        assert store.document_frequency(["swans", "zebras"]) == {"swans": 1, "zebras": 0}
        store.set_access("closed", None)  # what it was marked as is known too
        assert [found.id for found in store.packs()] == ["open"]


def test_the_command_tells_and_sets_access(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(tmp_path) as store:
        paged(store)
    at = ["--data", str(tmp_path)]
    assert main([*at, "access", "cabinet.pdf", "restricted", "--pages", "2-3", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["pack"], told["access"], told["restricted"]) == ("cabinet", "public", [2, 3])
    assert main([*at, "access"]) == 0
    assert "2–3" in capsys.readouterr().out
    assert main([*at, "access", "cabinet", "restricted"]) == 0
    capsys.readouterr()
    assert main([*at, "packs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main([*at, "access", "cabinet", "marked"]) == 0
    capsys.readouterr()
    assert main([*at, "access"]) == 0
    assert "No paper is restricted" in capsys.readouterr().out
    assert main([*at, "access", "cabinet", "--pages", "2"]) == 2
    assert main([*at, "access", "cabinet", "restricted", "--pages", "9"]) == 1
