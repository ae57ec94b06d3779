"""The index as a whole against a brute-force model, through any sequence of changes, reopening and lost files."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from index.errors import UnknownPackError
from index.fulltext import any_of
from index.model import Access, Kind, PageNumber, PageSource, Passage
from index.records import ModelIdentity, Scope
from index.schema import DATABASE
from index.store import Store
from index.unfinished import UNFINISHED, UNFINISHED_SECONDS
from index.vectors import FILE, MAGIC, VectorIndex
from tests.stored import EVERYONE, MODEL, pack, page, passage, write

NAMES = ["alderney", "brecqhou", "sark", "jethou"]
BODIES = ["Cabinet", "Health and Wellbeing Board", None]
WORDS = ["budget", "housing", "resolved", "swans"]

vectors = st.tuples(*[st.integers(-3, 3).map(float)] * 4)  # whole numbers: their products are exact in float32
passages = st.lists(
    st.tuples(
        st.builds(
            passage,
            st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
            context=st.sampled_from(["", *WORDS]),
            kind=st.sampled_from([Kind.MINUTES, Kind.REPORT]),
            item=st.sampled_from([None, "3", "4"]),
            access=st.sampled_from([Access.PUBLIC, Access.PUBLIC, Access.RESTRICTED]),
        ),
        vectors,
    ),
    min_size=1,
    max_size=6,
)
SCOPES = [
    Scope(),
    Scope(access=EVERYONE),
    Scope(body="HWB", access=EVERYONE),
    Scope(packs=frozenset({"sark", "jethou"})),
    Scope(body="cabinet", item="3", kind=Kind.MINUTES, access=EVERYONE),
]
QUERIES = [((1.0, -2.0, 3.0, 1.0), 3), ((0.0, 1.0, 1.0, -1.0), 1000)]


@dataclass
class Known:
    """What the index should hold of one passage."""

    pack: str
    body: str | None
    passage: Passage
    vector: tuple[float, ...]

    def has(self, word: str) -> bool:
        return word in f"{self.passage.text} {self.passage.context}".split()

    def within(self, scope: Scope) -> bool:
        meant = {"HWB": "Health and Wellbeing Board", "cabinet": "Cabinet"}
        return (
            (scope.body is None or self.body == meant[scope.body])
            and (scope.packs is None or self.pack in scope.packs)
            and scope.item in (None, self.passage.item)
            and scope.kind in (None, self.passage.kind)
            and self.passage.access in scope.access
        )


class IndexOverTime(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.known: dict[int, Known] = {}
        self.packs: dict[str, str] = {}
        self.highest = 0
        self.version = 0
        self.older_file: bytes | None = None
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder)
        self.vectors = VectorIndex(self.folder, self.store)

    @rule(name=st.sampled_from(NAMES), body=st.sampled_from(BODIES), content=passages)
    def add_or_replace(self, name: str, body: str | None, content: list[tuple[Passage, tuple[float, ...]]]) -> None:
        self.version += 1
        record = replace(pack(name, str(self.version)), body=body)
        with self.store.writing_pack(record, MODEL) as writer:
            writer.add_page(page(1, name), PageNumber(1, "1", PageSource.STAMP))
            for one, vector in content:
                writer.add_passages([one], np.array([vector], np.float32))
        self.known = {id_: known for id_, known in self.known.items() if known.pack != name}
        ids = [found.id for found in self.store.passages_of(name, EVERYONE)]
        assert all(id_ > self.highest for id_ in ids)
        self.highest = max([self.highest, *ids])
        for id_, (one, vector) in zip(ids, content, strict=True):
            self.known[id_] = Known(name, body, replace(one, id=id_, pack=name), vector)
        self.packs[name] = record.sha256

    @rule(name=st.sampled_from(NAMES), content=passages)
    def fail_while_writing(self, name: str, content: list[tuple[Passage, tuple[float, ...]]]) -> None:
        with pytest.raises(InterruptedError), self.store.writing_pack(pack(name, "never"), MODEL) as writer:  # noqa: PT012
            for one, vector in content:
                writer.add_passages([one], np.array([vector], np.float32))
            raise InterruptedError

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        if name not in self.packs:
            with pytest.raises(UnknownPackError):
                self.store.remove(name)
            return
        self.store.remove(name)
        del self.packs[name]
        self.known = {id_: known for id_, known in self.known.items() if known.pack != name}

    @rule(sign=st.sampled_from([-1.0, 1.0]))
    def embed_again(self, sign: float) -> None:
        for known in self.known.values():
            known.vector = tuple(sign * side for side in known.vector)
        ids = list(self.known)
        made = np.array([self.known[id_].vector for id_ in ids], np.float32).reshape(len(ids), 4)
        self.store.replace_vectors(MODEL, [(ids, made)])

    @rule(fate=st.sampled_from(["kept", "deleted", "truncated", "garbled", "older", "empty"]), saved=st.booleans())
    def reopen(self, fate: str, saved: bool) -> None:
        if saved:
            self.vectors.save()
        self.store.close()
        file = self.folder / FILE
        content = file.read_bytes() if file.exists() else b""
        if fate == "deleted":
            file.unlink(missing_ok=True)
        elif fate == "truncated":
            file.write_bytes(content[: len(content) * 2 // 3])
        elif fate == "garbled" and content:
            middle = len(content) // 2
            file.write_bytes(content[:middle] + bytes([content[middle] ^ 64]) + content[middle + 1 :])
        elif fate == "older" and self.older_file is not None:
            file.write_bytes(self.older_file)
        elif fate == "empty":
            file.write_bytes(b"")
        self.older_file = content
        self.open()

    @invariant()
    def lists_the_packs(self) -> None:
        found = {listed.id: listed.record.sha256 for listed in self.store.packs()}
        assert found == self.packs

    @invariant()
    def finds_what_a_dict_would(self) -> None:
        for scope in SCOPES:
            within = {id_: known for id_, known in self.known.items() if known.within(scope)}
            allowed = self.store.passage_ids(scope)
            assert self.store.passages(allowed, scope.access) == [known.passage for _, known in sorted(within.items())]
            for word in WORDS[:2]:
                hits = self.store.fts(any_of([word]), scope, 1000)
                assert sorted(id_ for id_, _ in hits) == sorted(id_ for id_, known in within.items() if known.has(word))
            self.expect_nearest(within, allowed)
        self.expect_nearest(self.known, None)
        frequencies = {word: sum(known.has(word) for known in self.known.values()) for word in WORDS}
        assert self.store.document_frequency(WORDS, frozenset(Access)) == frequencies

    def expect_nearest(self, within: dict[int, Known], allowed: npt.NDArray[np.int64] | None) -> None:
        for query, k in QUERIES:
            products = {id_: float(np.dot(query, known.vector)) for id_, known in within.items()}
            ids, scores = self.vectors.search(np.array(query, np.float32), k, allowed)
            assert scores.tolist() == sorted(products.values(), reverse=True)[:k]
            assert [products[int(id_)] for id_ in ids] == scores.tolist()
            assert len(set(ids.tolist())) == len(ids)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


IndexOverTime.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestIndexOverTime = IndexOverTime.TestCase


def test_a_removed_and_a_new_passage_are_never_taken_for_each_other(tmp_path: Path) -> None:
    """Other FAISS stores number by place: after A, B, C, delete A, add D they return D for C."""
    with Store(tmp_path) as store:
        index = VectorIndex(tmp_path, store)
        axes: npt.NDArray[np.float32] = np.eye(4, dtype=np.float32)
        for name, axis in zip("abc", axes, strict=False):
            with store.writing_pack(pack(name), MODEL) as writer:
                writer.add_passages([passage(name)], axis[None])
        store.remove("a")
        with store.writing_pack(pack("d"), MODEL) as writer:
            writer.add_passages([passage("d")], axes[3][None])
        for name, axis in zip("bcd", axes[1:], strict=True):
            ids, _ = index.search(axis, 1)
            assert [found.text for found in store.passages(ids)] == [name]


def test_a_flipped_bit_anywhere_in_the_file_changes_no_result(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack(), passage("swans"), passage("geese"))
        VectorIndex(tmp_path, store)
        whole = (tmp_path / FILE).read_bytes()
        for place in range(0, len(whole), 7):
            (tmp_path / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
            ids, scores = VectorIndex(tmp_path, store).search(np.array([1, 2, 0, 0], np.float32), 5)
            assert (ids.tolist(), scores.tolist()) == ([2, 1], [2.0, 1.0])


def test_a_file_cut_short_anywhere_or_swollen_is_made_anew_with_the_same_results(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack(), passage("swans"), passage("geese"))
        VectorIndex(tmp_path, store)
        whole = (tmp_path / FILE).read_bytes()
        body = whole.index(b"\n", len(MAGIC)) + 1  # where the head ends
        lengths = {0, 1, len(MAGIC) - 1, len(MAGIC), body - 1, body, body + 1, len(whole) // 2, len(whole) - 1}
        for content in [
            *(whole[:length] for length in sorted(lengths)),
            whole + b"\0",
            whole[:body] + bytes(len(whole)),
        ]:
            (tmp_path / FILE).write_bytes(content)
            ids, scores = VectorIndex(tmp_path, store).search(np.array([1, 2, 0, 0], np.float32), 5)
            assert (ids.tolist(), scores.tolist()) == ([2, 1], [2.0, 1.0])
            assert (tmp_path / FILE).read_bytes() == whole


def test_a_file_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        ids = write(store, pack(), passage("swans"))
        (tmp_path / FILE).symlink_to(tmp_path / FILE)  # a link to itself: nobody can read it, not even root
        assert VectorIndex(tmp_path, store).search(np.ones(4, np.float32), 5)[0].tolist() == ids
        assert (tmp_path / FILE).is_file()
        assert not (tmp_path / FILE).is_symlink()


def test_what_a_killed_process_left_of_the_file_is_cleared_away_later(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack(), passage("swans"))
        for name, age in (("old", UNFINISHED_SECONDS + 60), ("fresh", 0)):
            left = tmp_path / f".{FILE}.{name}{UNFINISHED}"
            left.write_bytes(b"half")
            os.utime(left, (time.time() - age,) * 2)
        VectorIndex(tmp_path, store)
    assert [path.name for path in tmp_path.glob(".*.part")] == [f".{FILE}.fresh{UNFINISHED}"]


def test_a_file_of_another_database_in_the_same_folder_is_not_believed(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack("a"), passage("old"))
        VectorIndex(tmp_path, store).save()
    (tmp_path / DATABASE).unlink()
    with Store(tmp_path) as store:
        with store.writing_pack(pack("a"), MODEL) as writer:
            writer.add_passages([passage("new")], np.array([[0, 0, 0, 1]], np.float32))
        _, scores = VectorIndex(tmp_path, store).search(np.array([0, 0, 0, 1], np.float32), 1)
        assert scores.tolist() == [1.0]


def test_a_database_restored_from_a_backup_is_not_mixed_with_later_vectors(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        write(store, pack("a"), passage("first"))
    backup = (tmp_path / DATABASE).read_bytes()
    for name, side in (("lost", 0), ("b", 3)):  # both are the first pack after the backup: same generation, same id
        (tmp_path / DATABASE).write_bytes(backup)
        with Store(tmp_path) as store:
            with store.writing_pack(pack(name), MODEL) as writer:
                writer.add_passages([passage(name)], np.eye(4, dtype=np.float32)[side][None])
            index = VectorIndex(tmp_path, store)
            ids, scores = index.search(np.eye(4, dtype=np.float32)[3], 1)
    assert (ids.tolist(), scores.tolist()) == ([2], [1.0])


def test_another_process_that_ingests_is_noticed_by_the_next_search(tmp_path: Path) -> None:
    with Store(tmp_path) as here, Store(tmp_path) as there:
        index = VectorIndex(tmp_path, here)
        assert len(index.search(np.ones(4, np.float32), 5)[0]) == 0
        ids = write(there, pack(), passage("swans"))
        assert index.search(np.ones(4, np.float32), 5)[0].tolist() == ids
        assert not index.refresh()


def test_vectors_of_another_width_take_the_place_of_all(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        ids = write(store, pack(), passage("swans"))
        index = VectorIndex(tmp_path, store)
        store.replace_vectors(ModelIdentity("wide", 6), [(ids, np.ones((1, 6), np.float32))])
        assert index.search(np.ones(6, np.float32), 5)[1].tolist() == [6.0]


def test_the_file_spares_reading_the_vectors_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path) as store:
        ids = write(store, pack(), passage("swans"))
        VectorIndex(tmp_path, store)
        monkeypatch.setattr(Store, "vector_changes", None)
        assert VectorIndex(tmp_path, store).search(np.ones(4, np.float32), 5)[0].tolist() == ids


def test_a_folder_that_cannot_take_the_file_does_not_stop_a_search(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        ids = write(store, pack(), passage("swans"))
        (tmp_path / FILE).mkdir()
        assert VectorIndex(tmp_path, store).search(np.ones(4, np.float32), 5)[0].tolist() == ids
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
