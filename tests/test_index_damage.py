"""An index of another model, of another version, or damaged is refused with what to do about it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import BoardQAError, IndexDamagedError, IndexMismatchError
from index.records import ModelIdentity
from index.schema import DATABASE, SCHEMA_VERSION, connect
from index.store import Store
from index.vectors import VectorIndex
from tests.stored import MODEL, pack, passage, write

CABINET = pack()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def test_vectors_of_another_model_are_refused_with_the_way_out(store: Store) -> None:
    write(store, CABINET, passage("swans"))
    other = replace(MODEL, name="other", query_prefix="query: ")
    for use in (lambda: store.check_model(other), lambda: write(store, pack("b"), passage("x"), model=other)):
        with pytest.raises(IndexMismatchError, match="'tiny', now 'other'") as raised:
            use()
        assert "board-qa ingest --re-embed" in raised.value.hint
    assert store.model() == MODEL


def test_an_emptied_index_takes_any_model(store: Store) -> None:
    write(store, CABINET, passage("swans"))
    store.remove(CABINET.id)
    other = ModelIdentity("other", 7)
    write(store, CABINET, passage("swans"), model=other)
    assert store.model() == other


def test_vectors_are_replaced_all_or_none(store: Store) -> None:
    write(store, CABINET, passage("swans"), passage("geese"))
    wide = ModelIdentity("wide", 6)
    with pytest.raises(BoardQAError, match="1 passages came into the index"):
        store.replace_vectors(wide, [([1], np.ones((1, 6), np.float32))])
    assert store.model() == MODEL
    batches = ([one.id for one in batch] for batch in store.every_passage(1))
    store.replace_vectors(wide, [(ids, np.full((len(ids), 6), ids[0], np.float32)) for ids in batches])
    changes = store.vector_changes(np.empty(0, np.int64), None)
    assert changes.vectors.tolist() == [[1.0] * 6, [2.0] * 6]
    store.check_model(wide)


def test_vectors_of_the_wrong_shape_are_not_taken(store: Store) -> None:
    with pytest.raises(ValueError, match="shape"), store.writing_pack(CABINET, MODEL) as writer:
        writer.add_passages([passage("swans")], np.ones((1, 5), np.float32))
    assert store.packs() == []


def test_a_foreign_damaged_or_newer_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    file.write_bytes(b"no database at all " * 500)
    with pytest.raises(IndexDamagedError) as raised:
        Store(tmp_path)
    assert "board-qa ingest" in raised.value.hint
    file.unlink()
    with sqlite3.connect(file) as foreign:
        foreign.execute("CREATE TABLE recipes (name)")
    with pytest.raises(IndexDamagedError, match="no board-qa index"):
        Store(tmp_path)
    with sqlite3.connect(file) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(IndexDamagedError, match="newer board-qa") as raised:
        Store(tmp_path)
    assert "Update" in raised.value.hint


def test_damage_inside_the_file_is_told_as_damage(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, CABINET, *[passage("swans " * 200)] * 4, pages=40)
    file = tmp_path / DATABASE
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(IndexDamagedError), Store(tmp_path) as store:
        store.passages_of(CABINET.id)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    with pytest.raises(BoardQAError, match="closed"):
        store.packs()


def test_threads_that_come_and_go_leave_no_open_files(store: Store) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("needs /proc to count open files")
    store.packs()
    before = len(list(descriptors.iterdir()))
    for _ in range(30):
        thread = threading.Thread(target=store.packs)
        thread.start()
        thread.join()
    assert len(list(descriptors.iterdir())) <= before


def test_a_journal_lost_or_cut_short_by_a_power_cut_gives_an_earlier_committed_state(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    with Store(begun) as store:
        write(store, CABINET, passage("swans"))
        reader = connect(begun / DATABASE)  # keeps what is committed from now on in the journal
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM packs").fetchone()
        for version in "23":
            write(store, replace(CABINET, sha256=version), *[passage(f"geese {version}")] * int(version))
        VectorIndex(begun, store)
        log = (begun / f"{DATABASE}-wal").read_bytes()
        kept = {path.name: path.read_bytes() for path in begun.iterdir() if not path.name.endswith(("-wal", "-shm"))}
        reader.close()
    seen = set()
    for number, length in enumerate([0, 31, 32, 500, *range(4000, len(log), len(log) // 12), len(log)]):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        for name, content in kept.items():
            (folder / name).write_bytes(content)
        (folder / f"{DATABASE}-wal").write_bytes(log[:length])
        with Store(folder) as store:
            found = store.passages_of(CABINET.id)
            index = VectorIndex(folder, store)  # its file is of the last state
            assert sorted(index.search(np.ones(4, np.float32), 9)[0].tolist()) == [one.id for one in found]
        with closing(connect(folder / DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert len({one.text for one in found}) == 1
        seen.add((found[0].text, len(found)))
    assert seen == {("swans", 1), ("geese 2", 2), ("geese 3", 3)}
