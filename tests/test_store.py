"""The store: what goes in comes out, whole packs or nothing, and only to those who may see it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.errors import BoardQAError, UnknownPackError
from index.fulltext import any_of
from index.model import Access, AgendaItem, Kind, PageNumber, PageSource, Span
from index.records import PackRecord, Refusal, Scope, State
from index.schema import DATABASE
from index.slugs import slug
from index.store import Store
from tests.stored import EVERYONE, MODEL, pack, page, passage, write

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


CABINET = pack(
    title="Cabinet, 4 July 2023",
    council="Northam Borough Council",
    body="Cabinet",
    meeting_date=date(2023, 7, 4),
    kind=Kind.AGENDA,
    items=(AgendaItem("4", "Budget", "Treasurer", 3, 9), AgendaItem("5", "Land at Mill Lane", exempt=True)),
    acronyms={"MTFS": "Medium Term Financial Strategy"},
)


def test_a_pack_comes_back_as_it_was_written(store: Store) -> None:
    written = [
        passage(
            "The rent rises by 4.1%.", 2, context="Budget", heading="Rents", item="4", item_title="Budget", table=True
        ),
        replace(passage("A sentence\nover two pages."), spans=(Span(1, 90, 100), Span(2, 0, 15)), kind=Kind.MINUTES),
    ]
    ids = write(store, CABINET, *written, pages=2)
    (found,) = store.packs()
    assert (found.record, found.pages, found.files) == (CABINET, 2, ("northam-cabinet.pdf",))
    assert store.passages(ids) == [replace(one, id=id_, pack=CABINET.id) for one, id_ in zip(written, ids, strict=True)]
    first, second = store.pages(CABINET.id)
    assert (first.pdf_page, first.printed, first.source, first.item) == (1, "3", PageSource.STAMP, "4")
    assert second.item_title == "Budget"
    assert not second.scanned
    assert second.readable


def test_passages_keep_the_order_asked_for_and_leave_out_what_is_gone(store: Store) -> None:
    one, two, three = write(store, CABINET, passage("one"), passage("two"), passage("three"))
    assert [found.text for found in store.passages([three, 999, one, two])] == ["three", "one", "two"]


def test_neighbours_end_at_the_pack(store: Store) -> None:
    one, two = write(store, CABINET, passage("one"), passage("two"))
    write(store, pack("other"), passage("three"))
    before, after = store.neighbours(two)
    assert before is not None
    assert (before.id, after) == (one, None)


def test_lone_surrogates_of_a_broken_pdf_do_not_lose_the_page(store: Store) -> None:
    broken = "total \ud835 \x00 pounds"
    with store.writing_pack(CABINET, MODEL) as writer:
        writer.add_page(page(1, broken), PageNumber(1, None, PageSource.NONE))
        writer.add_passages([passage(broken)], np.ones((1, 4), np.float32))
    read = store.page(CABINET.id, 1)
    assert read is not None
    assert read.text == store.page_texts([(CABINET.id, 1)])[CABINET.id, 1]
    assert len(read.text) == len(broken)
    assert store.fts(any_of(["pounds"]), Scope(), 5)


def test_spooled_pages_wait_outside_the_index(store: Store) -> None:
    with store.writing_pack(CABINET, MODEL) as writer:
        for number in (2, 1, 3):
            writer.spool_page(page(number, f"text {number}"))
        assert [spooled.pdf_page for spooled in writer.spooled_pages()] == [1, 2, 3]
        writer.add_page(writer.spooled(2), PageNumber(2, "20", PageSource.LABEL))
        with pytest.raises(KeyError):
            writer.spooled(4)
    assert [(found.pdf_page, found.printed) for found in store.pages(CABINET.id)] == [(2, "20")]


def test_what_is_known_of_a_pack_can_be_told_after_its_pages(store: Store) -> None:
    with store.writing_pack(pack(), MODEL) as writer:
        writer.describe(CABINET)
        with pytest.raises(ValueError, match="cannot become"):
            writer.describe(pack("another"))
    assert store.pack(CABINET.id).record == CABINET


# Whole packs or nothing


def test_a_replaced_pack_leaves_nothing_of_its_older_version(store: Store) -> None:
    old = write(store, CABINET, passage("ducklings"), passage("ponds"), pages=5)
    new = write(store, replace(CABINET, sha256="2"), passage("swans"), pages=2)
    assert store.passages(old) == []
    assert store.fts(any_of(["ducklings"]), Scope(), 9) == []
    assert store.document_frequency(["ducklings", "swans"]) == {"ducklings": 0, "swans": 1}
    assert len(store.pages(CABINET.id)) == 2
    assert list(store.passage_ids(Scope())) == new
    assert min(new) > max(old)


def test_ids_are_not_used_again_even_when_the_index_was_emptied(store: Store) -> None:
    old = write(store, CABINET, passage("ducklings"))
    store.remove(CABINET.id)
    assert store.packs() == []
    assert min(write(store, CABINET, passage("swans"))) > max(old)


def test_an_exception_in_the_middle_leaves_the_older_version_whole(store: Store) -> None:
    ids = write(store, CABINET, passage("ducklings"), pages=3)
    before = store.generation()
    with contextlib.suppress(InterruptedError), store.writing_pack(replace(CABINET, sha256="2"), MODEL) as writer:
        writer.add_page(page(1, "new"), PageNumber(1, "1", PageSource.STAMP))
        writer.add_passages([passage("swans")], np.ones((1, 4), np.float32))
        raise InterruptedError
    assert store.generation() == before
    assert [found.id for found in store.passages_of(CABINET.id)] == ids
    assert len(store.pages(CABINET.id)) == 3
    assert store.fts(any_of(["swans"]), Scope(), 9) == []


KILLED = """
import sys
from pathlib import Path
import numpy as np
from index.model import Page, PageNumber, PageSource, Passage, Kind, Span
from index.records import ModelIdentity, PackRecord
from index.store import Store

class Stalled(Exception): ...

store = Store(Path(sys.argv[1]))
with store.writing_pack(PackRecord("northam-cabinet", "northam-cabinet.pdf", "2"), ModelIdentity("tiny", 4)) as writer:
    writer.add_page(Page(1, 595, 842), PageNumber(1, "1", PageSource.STAMP))
    writer.add_passages([Passage("swans", "", (Span(1, 0, 5),), Kind.REPORT)] * 50, np.ones((50, 4), np.float32))
    if sys.argv[2] == "committing":
        # stop between the last row and the commit
        from index import pack_writer
        def stall(connection):
            print("there", flush=True)
            sys.stdin.read()
        pack_writer.count_change = stall
    else:
        print("there", flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize("moment", ["reading", "committing"])
def test_a_process_killed_in_the_middle_leaves_the_older_version_whole(tmp_path: Path, moment: str) -> None:
    with Store(tmp_path) as store:
        ids = write(store, CABINET, passage("ducklings"), pages=3)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdin, process.stdout:
        assert process.stdout.readline() == b"there\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Store(tmp_path) as store:
        assert [found.text for found in store.passages(ids)] == ["ducklings"]
        assert len(store.pages(CABINET.id)) == 3
        assert store.fts(any_of(["swans"]), Scope(), 9) == []
        assert write(store, replace(CABINET, sha256="3"), passage("herons"))
    assert {path.name for path in tmp_path.iterdir()} == {DATABASE}


def test_readers_see_whole_packs_while_another_store_writes(tmp_path: Path) -> None:
    stop = threading.Event()
    wrong: list[object] = []

    def keep_reading(store: Store) -> None:
        while not stop.is_set():
            ids = store.passage_ids(Scope())
            found = len(store.passages_of(CABINET.id))
            if found not in (0, 40) or len(ids) not in (0, 40):
                wrong.append((found, len(ids)))

    with Store(tmp_path) as reader, Store(tmp_path) as writer:
        threads = [threading.Thread(target=keep_reading, args=(reader,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for version in range(8):
            write(writer, replace(CABINET, sha256=str(version)), *[passage("swans")] * 40)
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_two_processes_may_prepare_packs_at_the_same_time(tmp_path: Path) -> None:
    with Store(tmp_path) as one, Store(tmp_path) as two:
        with one.writing_pack(pack("a"), MODEL) as first, two.writing_pack(pack("b"), MODEL) as second:
            first.add_passages([passage("alpha")], np.ones((1, 4), np.float32))
            second.add_passages([passage("beta")], np.ones((1, 4), np.float32))
        assert {found.text for found in one.passages(one.passage_ids(Scope()))} == {"alpha", "beta"}


def test_every_change_is_a_new_generation_and_reading_is_none(store: Store) -> None:
    seen = [store.generation()]
    write(store, CABINET, passage("swans"))
    seen.append(store.generation())
    store.packs()
    store.fts(any_of(["swans"]), Scope(), 1)
    assert store.generation() == seen[-1]
    store.remove(CABINET.id)
    seen.append(store.generation())
    assert [generation.number for generation in seen] == sorted({generation.number for generation in seen})


# What may be seen


def test_exempt_papers_are_shown_only_when_asked_for(store: Store) -> None:
    with store.writing_pack(CABINET, MODEL) as writer:
        writer.add_page(page(1, "open"), PageNumber(1, "1", PageSource.STAMP))
        writer.add_page(page(2, "land price"), PageNumber(2, "2", PageSource.STAMP), access=Access.RESTRICTED)
        papers = [passage("open"), passage("land price", 2, access=Access.RESTRICTED, kind=Kind.EXEMPT)]
        writer.add_passages(papers, np.eye(2, 4, dtype=np.float32))
    everything = store.passage_ids(Scope(access=EVERYONE))
    public = store.passage_ids(Scope())
    (secret,) = set(everything) - set(public)
    assert store.fts(any_of(["land"]), Scope(), 5) == []
    assert [id_ for id_, _ in store.fts(any_of(["land"]), Scope(access=EVERYONE), 5)] == [secret]
    assert [found.text for found in store.passages(everything)] == ["open"]
    assert [found.text for found in store.passages_of(CABINET.id)] == ["open"]
    assert store.neighbours(int(public[0])) == (None, None)
    assert [found.pdf_page for found in store.pages(CABINET.id)] == [1]
    assert store.page(CABINET.id, 2) is None
    assert store.page(CABINET.id, 2, EVERYONE) is not None
    assert list(store.page_texts([(CABINET.id, 1), (CABINET.id, 2)])) == [(CABINET.id, 1)]


def test_a_pack_that_is_exempt_as_a_whole_is_not_listed(store: Store) -> None:
    write(store, replace(CABINET, access=Access.RESTRICTED), passage("swans", access=Access.RESTRICTED))
    assert store.packs() == []
    with pytest.raises(UnknownPackError):
        store.pack(CABINET.id)
    assert store.pack(CABINET.id, EVERYONE).id == CABINET.id


# Files and packs


def test_several_files_of_one_meeting_are_listed_together(store: Store) -> None:
    for name in ("main", "late"):
        write(store, replace(CABINET, id=name, file=f"{name}.pdf", sha256=name))
    write(store, replace(CABINET, id="next", file="next.pdf", sha256="next", meeting_date=date(2023, 8, 1)))
    assert [found.files for found in store.packs()] == [
        ("late.pdf", "main.pdf"),
        ("late.pdf", "main.pdf"),
        ("next.pdf",),
    ]
    store.remove("late")
    assert store.pack("main").files == ("main.pdf",)


def test_a_supplement_that_does_not_name_its_council_joins_the_only_one_that_met(store: Store) -> None:
    write(store, replace(CABINET, id="main", file="main.pdf", sha256="main", council="Northam Council"))
    write(store, replace(CABINET, id="late", file="late.pdf", sha256="late", council=None))
    assert [(found.record.council, found.files) for found in store.packs()] == [
        ("Northam Council", ("late.pdf", "main.pdf")),
        ("Northam Council", ("late.pdf", "main.pdf")),
    ]
    write(store, replace(CABINET, id="other", file="other.pdf", sha256="other", council="Southam Council"))
    assert store.pack("late").files == ("late.pdf",)
    assert store.pack("late").record.council is None


def test_packs_without_body_or_date_are_meetings_of_their_own(store: Store) -> None:
    write(store, pack("a"))
    write(store, pack("b"))
    assert [found.files for found in store.packs()] == [("a.pdf",), ("b.pdf",)]


def test_a_pack_is_found_by_id_or_file_in_any_case(store: Store) -> None:
    write(store, replace(CABINET, file="Cabinet Papers.PDF"))
    for name in ("northam-cabinet", "Cabinet Papers.PDF", "cabinet papers", " NORTHAM-CABINET "):
        assert store.pack(name).id == "northam-cabinet"


def test_an_unknown_pack_is_told_with_near_names(store: Store) -> None:
    write(store, CABINET)
    with pytest.raises(UnknownPackError) as raised:
        store.remove("northam-cabnet")
    assert "northam-cabinet" in raised.value.hint


def test_standing_follows_content_then_place(store: Store, tmp_path: Path) -> None:
    here, there = tmp_path / "July" / "agenda.pdf", tmp_path / "May" / "agenda.pdf"
    for file in (here, there):
        file.parent.mkdir()
        file.touch()
    first = store.standing(here, "a")
    assert (first.state, first.pack) == (State.NEW, "agenda")
    write(store, PackRecord(first.pack, here.name, "a", str(here)))
    assert (store.standing(here, "a").state, store.standing(there, "a").state) == (State.UNCHANGED, State.UNCHANGED)
    assert (store.standing(here, "b").state, store.standing(here, "b").pack) == (State.CHANGED, "agenda")
    assert (store.standing(there, "b").state, store.standing(there, "b").pack) == (State.NEW, "agenda-2")
    here.unlink()
    assert (store.standing(there, "b").state, store.standing(there, "b").pack) == (State.CHANGED, "agenda")


def test_refused_files_are_remembered_until_they_change(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    refusal = Refusal(file.name, str(file), "a", "not_a_pdf", "broken.pdf is no PDF.", "Export it again.")
    store.refuse(refusal)
    standing = store.standing(file, "a")
    assert (standing.state, standing.refusal) == (State.REFUSED, refusal)
    assert store.standing(file, "b").state is State.NEW
    write(store, PackRecord("broken", file.name, "b", str(file)))
    assert store.refusals() == []


def test_refused_files_are_tried_again_when_forgotten(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    store.refuse(Refusal(file.name, str(file), "a", "not_a_pdf", "broken.pdf is no PDF."))
    store.forget_refusals([refusal.path for refusal in store.refusals()])
    assert store.standing(file, "a").state is State.NEW


def test_the_same_content_cannot_enter_as_two_packs(store: Store) -> None:
    write(store, CABINET, passage("swans"))
    with pytest.raises(BoardQAError, match="already indexed as pack northam-cabinet"):
        write(store, replace(CABINET, id="copy"), passage("swans"))
    assert [found.id for found in store.packs()] == ["northam-cabinet"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Health & Wellbeing Board 22.03.2023.pdf", "health-wellbeing-board-22-03-2023"),
        ("Ynys Môn — Pwyllgor.PDF", "ynys-mon-pwyllgor"),
        ("議程.pdf", "pack"),
        ("a" * 200 + ".pdf", "a" * 80),
    ],
)
def test_pack_ids_are_readable(file: str, expected: str) -> None:
    assert slug(file) == expected
