"""``board-qa doctor --repair``: what is derived is made anew, what cannot be is told, what is well is left alone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.copies import copy_of
from index.fulltext import any_of
from index.records import Scope
from index.repair import Finding, repair
from index.schema import DATABASE
from index.store import UPLOADS, Store
from index.unfinished import UNFINISHED_SECONDS
from index.vectors import FILE, VectorIndex
from qa import doctor
from qa.cli import main
from qa.settings import Settings
from tests.killed import FILES, Hashed, ingest
from tests.stored import EVERYONE
from tests.upload_files import FERRY, LIBRARY, locked

QUERY = np.ones(8, np.float32)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three PDFs, one of them encrypted, and of the index made of them."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in (("ferry", FERRY), ("library", LIBRARY), ("quay", locked("The quay is closed."))):
        (folder / f"{name}.pdf").write_bytes(content)
    with Store(folder / "data") as store:
        assert len(ingest(store, "first").run([folder / f"{name}.pdf" for name in ("ferry", "library")]).added) == 2
        assert ingest(store, "first").run([folder / "quay.pdf"], password="quay").added == ["quay"]
        VectorIndex(store.folder, store)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "made")
    with closing(sqlite3.connect(tmp_path / "made" / "data" / DATABASE)) as index:
        index.execute("UPDATE packs SET path = ? || file", (f"{tmp_path / 'made'}/",))
        index.commit()
    return tmp_path / "made"


def mended(folder: Path) -> dict[str, Finding]:
    """What was not well, by name."""
    found = repair(folder / "data", FILES, lambda: Hashed("first"))  # type: ignore[arg-type,return-value]  # as good
    return {finding.name: finding for finding in found if finding.state != "ok"}


def answers(folder: Path) -> object:
    """What the index gives for a search by words and one by meaning."""
    with Store(folder / "data") as store:
        ids, scores = VectorIndex(store.folder, store).search(QUERY, 9)
        by_meaning = [found.text for found in store.passages(ids, EVERYONE)]
        by_words = store.fts(any_of(["ferry", "cost", "quay"]), Scope(access=EVERYONE), 9)
        return by_meaning, scores.tolist(), [found.text for found in store.passages([id_ for id_, _ in by_words])]


def statement(*told: str) -> Callable[[Path], None]:
    def execute(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "data" / DATABASE)) as index:
            for one in told:
                index.execute(one)
            index.commit()

    return execute


def file(change: Callable[[Path], object]) -> Callable[[Path], None]:
    return lambda folder: (change(folder / "data" / FILE), None)[1]


def empty_sorted_list(folder: Path) -> None:
    """Leave no entry in a list that the database keeps sorted, as a disk might that lost a write."""
    path = folder / "data" / DATABASE
    with closing(sqlite3.connect(path)) as index:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'passages_scope'"
        place = (index.execute(query).fetchone()[0] - 1) * index.execute("PRAGMA page_size").fetchone()[0]
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as database:
        database.seek(place + 3)  # how many entries the page has
        database.write(b"\0\0")


def cut_copy(folder: Path) -> None:
    with Store(folder / "data") as store:
        copy = copy_of(folder / "data" / FILES, store.contents()["ferry"])
    copy.write_bytes(FERRY[:300])


def take_copies(folder: Path) -> None:
    for name in ("ferry", "library"):
        with Store(folder / "data") as store:
            copy_of(folder / "data" / FILES, store.contents()[name]).unlink()


def leave(folder: Path) -> None:
    files = folder / "data" / FILES
    for path in (files / f"{'0' * 64}.pdf", files / ".half.pdf.x.part", folder / "data" / f".{FILE}.x.part"):
        path.write_bytes(b"%PDF-")
        os.utime(path, (time.time() - UNFINISHED_SECONDS - 60,) * 2)


def test_what_is_well_is_left_as_it_is(folder: Path) -> None:
    def state() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}

    with Store(folder / "data") as store:
        before = store.generation(), state()[FILE]
        assert mended(folder) == {}
        assert (store.generation(), state()[FILE]) == before


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("Text index", statement("INSERT INTO passage_words (passage_words) VALUES ('delete-all')")),
        ("Text index", statement("INSERT INTO decision_words (rowid, title) VALUES (99, 'Nothing')")),
        ("Text index", statement("DELETE FROM passage_words_data WHERE id > 10")),
        ("Index file", empty_sorted_list),
        ("Vectors", statement("DELETE FROM vectors WHERE passage = 1")),
        ("Vectors", statement("UPDATE vectors SET vector = x'00000000' WHERE passage = 2")),
        ("Decision register", statement("DELETE FROM register_packs WHERE pack = 'ferry'")),
        ("Vector file", file(Path.unlink)),
        ("Vector file", file(lambda path: path.write_bytes(path.read_bytes()[:-1]))),
        ("PDFs", take_copies),
        ("PDFs", cut_copy),
        ("Leftovers", leave),
    ],
)
def test_what_is_derived_is_made_anew(folder: Path, name: str, harm: Callable[[Path], None]) -> None:
    before = answers(folder)
    harm(folder)
    found = mended(folder)
    assert found[name].state == "mended"
    assert mended(folder) == {}
    assert answers(folder) == before


def test_a_lost_pdf_that_lies_nowhere_else_is_told_with_the_command_that_brings_it_back(folder: Path) -> None:
    take_copies(folder)
    (folder / "ferry.pdf").unlink()
    (folder / "library.pdf").write_bytes(FERRY)  # another paper under the name
    found = repair(folder / "data", FILES, lambda: pytest.fail("no model is needed"))
    told = [finding for finding in found if finding.name == "PDFs"]
    assert [finding.state for finding in told] == ["warning", "warning"]
    assert all("board-qa ingest --force" in finding.advice for finding in told)
    assert "ferry" in told[0].found


def test_vectors_are_not_made_by_another_model_than_the_others(folder: Path) -> None:
    statement("DELETE FROM vectors WHERE passage = 1")(folder)
    found = repair(folder / "data", FILES, lambda: Hashed("second"))  # type: ignore[arg-type,return-value]  # as good
    [told] = [finding for finding in found if finding.state == "broken"]
    assert told.name == "Vectors"
    assert "--re-embed" in told.advice


def test_what_cannot_be_mended_is_told_with_the_way_out_and_left_for_those_who_can(folder: Path) -> None:
    path = folder / "data" / DATABASE
    statement("PRAGMA wal_checkpoint(TRUNCATE)")(folder)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    (folder / "data" / FILE).unlink()
    before = path.read_bytes()
    [told] = doctor.mend(Settings(data=folder / "data"))
    assert told.state == "broken"
    assert "board-qa restore" in told.advice
    assert path.read_bytes() == before
    assert not (folder / "data" / FILE).exists()


def test_the_command_tells_what_it_mended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: [])  # what the other tests of doctor are about
    leave(folder)
    left = folder / "data" / UPLOADS / "of-a-process-that-died"
    left.mkdir(parents=True)
    asked = ["--data", str(folder / "data"), "doctor", "--repair", "--json"]
    assert main(asked) == 0
    states = {check["name"]: check["state"] for check in json.loads(capsys.readouterr().out)}
    assert states["Leftovers"] == "mended"
    assert not left.exists()
    assert main(asked) == 0
    assert {check["state"] for check in json.loads(capsys.readouterr().out)} == {"ok"}
    assert main(["--data", str(folder / "nothing"), "doctor", "--repair"]) == 0
    assert not (folder / "nothing").exists()
