"""The register in the index: draft and approved minutes, replaced and removed packs, older indexes, access."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.model import Access, Kind, Meeting, PackOutline, PageNumber, PageSource, Section
from index.record_model import Outcome
from index.register import register_of
from index.register_renewal import read_again, unread
from index.schema import DATABASE, SCHEMA_VERSION
from index.store import Store
from qa.register import Register
from qa.register_model import DecisionRow, RegisterFilters
from qa.service import BoardQA
from qa.settings import Settings
from tests.minutes_forms import EVERY, LARKMOOR, MOORSIDE, SALLOWFIELD
from tests.minutes_text import pages
from tests.older import take_back
from tests.stored import EVERYONE, MODEL, pack

PUBLIC = frozenset({Access.PUBLIC})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


def take_in(
    store: Store, minutes: str, name: str, access: Access = Access.PUBLIC, kind: Kind = Kind.MINUTES, **told: object
) -> None:
    """Index minutes as a pack of their own; ``told`` are fields of its record."""
    read = pages(minutes)
    section = Section(1, len(read), Kind.MINUTES, access=access)
    numbers = tuple(PageNumber(page.pdf_page, str(page.pdf_page + 8), PageSource.STAMP) for page in read)
    outline = PackOutline(Meeting(), "", kind, (), numbers, (section,))
    record = replace(pack(name), kind=kind, **told)  # type: ignore[arg-type]  # made up for the test
    with store.writing_pack(record, MODEL) as writer:
        for page, number in zip(read, numbers, strict=True):
            writer.add_page(page, number, kind=Kind.MINUTES, access=access)
        writer.register(register_of(outline, writer.added))


def told(store: Store, access: frozenset[Access] = PUBLIC, **filters: object) -> list[DecisionRow]:
    register = Register(store, access, lambda *_: [])
    try:
        return register.every_decision(RegisterFilters.model_validate(filters))
    finally:
        register.close()


def test_decisions_of_ten_bodies_are_kept_with_body_date_and_page(store: Store) -> None:
    for number, minutes in enumerate(EVERY):
        take_in(store, minutes, f"pack-{number}")
    rows = told(store)
    assert len({row.pack for row in rows}) == len(EVERY)
    assert all(row.date for row in rows)
    assert all(row.body for row in rows if row.pack not in {"pack-7"})
    assert {row.page for row in rows} <= {"9", "10"}
    fell = told(store, kind=Outcome.LOST)
    assert {row.date for row in fell} == {date(2024, 3, 5), date(2024, 4, 18)}


def test_draft_and_approved_minutes_tell_each_decision_once_with_both_places(store: Store) -> None:
    take_in(store, LARKMOOR, "draft", kind=Kind.AGENDA)
    before = told(store)
    approved = LARKMOOR.replace("the charges in appendix 1 be approved", "the charges in Appendix 1 be approved")
    take_in(store, approved.replace("a review be reported", "a full review be reported"), "approved")
    rows = told(store)
    assert [row.id for row in rows] == [row.id for row in before]
    assert [row.pack for row in rows] == ["approved", "approved"]
    assert [[place.pack for place in row.also] for row in rows] == [["draft"], ["draft"]]
    assert "a full review" in rows[0].text
    assert [row.pack for row in told(store, pack="draft")] == ["draft", "draft"]
    store.remove("approved")
    assert [row.model_dump() for row in told(store)] == [row.model_dump() for row in before]


def test_a_pack_and_its_printed_minutes_tell_each_decision_once_with_each_page(store: Store) -> None:
    take_in(store, LARKMOOR, "printed")
    take_in(store, "! Agenda\n\nThe agenda is here.\n---\n" + LARKMOOR, "pack", kind=Kind.AGENDA)
    rows = told(store)
    assert [(row.pack, row.pdf_page, row.page) for row in rows] == [("printed", 1, "9"), ("printed", 2, "10")]
    also = [[(one.pack, one.pdf_page, one.page) for one in row.also] for row in rows]
    assert also == [[("pack", 2, "10")], [("pack", 3, "11")]]
    assert [(row.pack, row.pdf_page) for row in told(store, pack="pack")] == [("pack", 2), ("pack", 3)]


def test_an_open_register_tells_what_came_in_since(store: Store) -> None:
    register = Register(store, PUBLIC, lambda *_: [])
    take_in(store, LARKMOOR, "larkmoor")
    assert register.decisions(RegisterFilters()).total == 2
    take_in(store, MOORSIDE, "moorside")
    assert register.decisions(RegisterFilters(query="garage")).total > 0
    store.remove("larkmoor")
    store.remove("moorside")
    assert register.decisions(RegisterFilters()).total == 0
    register.close()


def test_a_minute_holds_its_decisions_under_whatever_heading_they_stand(store: Store) -> None:
    minutes = (
        "! HALL COMMITTEE\n\nMinutes of a meeting of the Hall Committee held on 6 May 2024\n\nPresent: Cllr A Frost\n\n"
        "! 1. Apologies\n\nNone.\n\n! 2. Repairs\n\n! Roof\n\nRESOLVED that the roof be mended.\n\n"
        "! Gate\n\nRESOLVED that the gate be mended.\n\n! 3. Date\n\nIt is in June."
    )
    take_in(store, minutes, "hall")
    register = Register(store, PUBLIC, lambda *_: [])
    view = register.meeting(told(store)[0].meeting)
    register.close()
    held = {minute.number: [decision.title for decision in minute.decisions] for minute in view.minutes}
    assert held == {"1": [], "2": ["Roof", "Gate"], "3": []}


def test_a_decision_that_approved_minutes_add_is_another_one(store: Store) -> None:
    take_in(store, LARKMOOR, "draft")
    more = LARKMOOR.replace("The meeting closed", "RESOLVED that the museum open on Sundays.\n\nThe meeting closed")
    take_in(store, more, "approved")
    assert len(told(store)) == 3
    assert len({row.id for row in told(store)}) == 3


def test_the_same_words_at_two_meetings_are_two_decisions(store: Store) -> None:
    take_in(store, LARKMOOR, "march")
    take_in(store, LARKMOOR.replace("Tuesday, 4 March 2025", "Tuesday, 1 April 2025"), "april")
    rows = told(store)
    assert len({row.id for row in rows}) == 4
    assert [row.date for row in rows] == [date(2025, 4, 1)] * 2 + [date(2025, 3, 4)] * 2


def test_the_same_body_of_another_council_has_its_own_meeting(store: Store) -> None:
    take_in(store, LARKMOOR, "larkmoor")
    take_in(store, LARKMOOR.replace("LARKMOOR BOROUGH", "FENWICK COUNTY"), "fenwick")
    assert len({row.meeting for row in told(store)}) == 2
    assert {row.council for row in told(store, council="fenwick")} == {"Fenwick County Council"}


def test_minutes_that_do_not_name_the_council_take_that_of_the_same_meeting(store: Store) -> None:
    take_in(store, LARKMOOR.replace("! LARKMOOR BOROUGH COUNCIL\n", ""), "nameless")
    assert {row.council for row in told(store)} == {None}
    take_in(store, LARKMOOR, "named")
    assert {row.council for row in told(store)} == {"Larkmoor Borough Council"}
    assert {row.meeting for row in told(store)} == {row.meeting for row in told(store, pack="nameless")}


def test_a_replaced_pack_keeps_the_ids_of_what_it_still_tells(store: Store) -> None:
    take_in(store, MOORSIDE, "moorside")
    before = {row.minute: row.id for row in told(store)}
    take_in(store, MOORSIDE.replace("! PH/24/12 Garage court", "! PH/24/12 Garages"), "moorside", sha256="other")
    assert {row.minute: row.id for row in told(store)} == before


def test_a_removed_pack_leaves_nothing_in_the_register(store: Store) -> None:
    take_in(store, SALLOWFIELD, "sallowfield")
    assert told(store, query="winter plan")
    store.remove("sallowfield")
    assert told(store) == told(store, query="winter plan") == []
    with sqlite3.connect(store.path) as connection:
        for table in ("decisions", "decision_texts", "decision_passages", "entries", "meetings", "register_packs"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        for words in ("decision_words", "entry_words"):
            found = connection.execute(f"SELECT count(*) FROM {words} WHERE {words} MATCH 'plan'")
            assert found.fetchone()[0] == 0


def test_exempt_minutes_are_told_only_to_who_may_see_them(store: Store) -> None:
    take_in(store, MOORSIDE, "secret", access=Access.RESTRICTED)
    assert told(store) == told(store, query="Mill Road") == told(store, person="Reed") == []
    assert told(store, EVERYONE, query="Mill Road")
    register = Register(store, PUBLIC, lambda *_: [])
    try:
        assert register.meetings(RegisterFilters()).total == 0
        assert register.choices().kinds == register.choices().people == register.choices().bodies == []
        assert register.choices().first is None
        assert register.trail("Mill Road").entries == []
    finally:
        register.close()


def test_a_decision_in_public_and_exempt_minutes_is_shown_from_the_public_ones(store: Store) -> None:
    take_in(store, LARKMOOR, "a-secret", access=Access.RESTRICTED)
    take_in(store, LARKMOOR, "public")
    assert [(row.pack, row.also) for row in told(store)] == [("public", []), ("public", [])]
    assert [[place.pack for place in row.also] for row in told(store, EVERYONE)] == [["a-secret"], ["a-secret"]]


def test_only_allowed_passages_are_compared_in_meaning(service: BoardQA) -> None:
    asked: list[int] = []

    def nearest(_: str, allowed: object, __: int) -> list[int]:
        asked.append(len(allowed))  # type: ignore[arg-type]  # an array
        return []

    register = Register(service._store, PUBLIC, nearest)
    try:
        register.decisions(RegisterFilters(query="zebra"))
        register.decisions(RegisterFilters(query="zebra", body="cabinet"))
        register.decisions(RegisterFilters(query="zebra", body="no such body"))
    finally:
        register.close()
    everything, cabinet = asked  # of a body that is not there, nothing is compared
    assert 0 < cabinet < everything


def test_an_index_of_the_version_before_is_read_for_the_register_from_its_stored_pages(
    indexed: Path, service: BoardQA, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(indexed, data)
    take_back(data, 2)
    now = BoardQA.open(Settings(data=data))
    try:
        assert now.register.decisions(RegisterFilters()).total == 0
        assert len(unread(data / DATABASE)) == len(now.packs())
        assert len(read_again(data / DATABASE)) == len(now.packs())
        assert unread(data / DATABASE) == []
        again = now.register.every_decision(RegisterFilters())
        assert [row.model_dump() for row in again] == [
            row.model_dump() for row in service.register.every_decision(RegisterFilters())
        ]
        many = RegisterFilters(limit=500)
        assert now.register.recommendations(many).total == service.register.recommendations(many).total
    finally:
        now.close()
    with sqlite3.connect(data / DATABASE) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION


def test_the_next_ingest_reads_an_older_index_for_the_register_and_says_so(indexed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(indexed, data)
    with sqlite3.connect(data / DATABASE) as older:
        older.execute("DELETE FROM register_packs WHERE pack LIKE 'brackenholt-cabinet%'")
    opened = BoardQA.open(Settings(data=data))
    try:
        report = opened.ingest([])
        assert [told for told in report.warnings if "brackenholt-cabinet" in told]
        assert opened.ingest([]).warnings == []
        assert len(opened.register.every_decision(RegisterFilters(body="cabinet"))) == 9
    finally:
        opened.close()
