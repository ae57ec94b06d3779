"""Killed at any moment: what was committed is there, what was not is not, and whoever reads notices nothing."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.backup import restore
from index.repair import check_text_index, text_indexes
from index.schema import DATABASE
from index.store import Store
from index.unfinished import UNFINISHED_SECONDS
from index.vectors import FILE, VectorIndex
from tests.killed import FILES, MODELS, NAMES, VERSIONS, ingest, source
from tests.papers import Sheet, draw
from tests.stored import EVERYONE

ROOT = Path(__file__).resolve().parents[1]
KILLS = 200
LONGEST = 0.15  # seconds that a process lives; it does one thing after another
READ_WITHIN = 10.0  # seconds for a round of reading, on a machine that is busy otherwise

Contents = dict[str, tuple[int, str]]  # of an index: each pack's version, and the model of its vectors
Deed = list[Any]


def minutes(path: Path, name: str, version: int) -> None:
    """As many pages of minutes as the version's number says, each of which names it."""

    def page(sheet: Sheet) -> None:
        lines = ["Northam Borough Council", f"{name.title()} Committee", "Minutes of the meeting held on 12 March 2024"]
        sheet.paragraph(72, 100, [*lines, "", "12 The sea wall"])
        sheet.paragraph(72, 220, [f"The officer presented {name} version {version} to members.", "", "RESOLVED:"])
        sheet.paragraph(72, 300, [f"That {name} version {version} be adopted and the wall be mended."])

    path.parent.mkdir(parents=True, exist_ok=True)
    draw(path, *[page] * version)


def contents(database: Path) -> dict[str, Any]:
    """All that the index holds, by pack, without the numbers that tell in which order it came in; whole or it fails."""
    with closing(sqlite3.connect(database)) as index:
        index.row_factory = sqlite3.Row
        assert index.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
        assert index.execute("PRAGMA foreign_key_check").fetchall() == []
        assert len(text_indexes(index)) >= 3
        for words in text_indexes(index):
            check_text_index(index, words)
        for table, other in (
            ("vectors WHERE passage", "id FROM passages"),
            ("passages WHERE id", "passage FROM vectors"),
            ("decision_texts WHERE number", "number FROM decisions"),
            ("decision_passages WHERE passage", "id FROM passages"),
            ("decision_passages WHERE decision", "number FROM decisions"),
        ):
            assert index.execute(f"SELECT count(*) FROM {table} NOT IN (SELECT {other})").fetchone()[0] == 0

        def rows(query: str, pack: str, *but: str) -> list[dict[str, Any]]:
            found = [dict(row) for row in index.execute(query, (pack,))]
            return [{name: row[name] for name in row.keys() - {"number", "body", "path", *but}} for row in found]

        passages = "SELECT p.*, v.vector FROM passages p JOIN vectors v ON v.passage = p.id WHERE p.pack = ?"
        decisions = "SELECT * FROM decisions JOIN decision_texts USING (number) WHERE pack = ? ORDER BY number"
        return {
            pack: {
                "pack": rows("SELECT * FROM packs WHERE id = ?", pack),
                "pages": rows("SELECT * FROM pages WHERE pack = ? ORDER BY pdf_page", pack),
                "passages": rows(f"{passages} ORDER BY p.id", pack, "id"),
                "decisions": rows(decisions, pack),
                "entries": rows("SELECT * FROM entries WHERE pack = ? ORDER BY number", pack),
                "meetings": rows("SELECT * FROM meetings WHERE pack = ? ORDER BY number", pack),
            }
            for (pack,) in index.execute("SELECT id FROM packs")
        }


def after(deed: Deed, before: Contents) -> Iterator[Contents]:
    """What the index may hold after each step of what was done to it."""
    kind, *what = deed
    model = next((model for _, model in before.values()), None)
    if kind == "ingest":
        name, version = what
        yield {**before, name: (version, model or "any")}
    elif kind == "folder":
        now = before
        for name in NAMES:
            now = {**now, name: (what[0], model or "any")}
            yield now
    elif kind == "remove":
        yield {name: held for name, held in before.items() if name != what[0]}
    elif kind == "re-embed":
        yield {name: (version, what[0]) for name, (version, _) in before.items()}
    else:
        yield before


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.killed", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    for name in NAMES:
        for version in VERSIONS:
            minutes(source(tmp_path, name, version), name, version)
    Store(tmp_path / "data").close()
    return tmp_path


@pytest.fixture
def whole(folder: Path) -> dict[tuple[str, int, str], Any]:
    """What each version of each pack looks like in an index that held nothing else and was never disturbed."""
    made = {}
    for model in MODELS:
        for version in VERSIONS:
            with Store(folder / f"{model}-{version}") as store:
                done = ingest(store, model).run([source(folder, name, version) for name in NAMES])
                assert sorted(done.added) == sorted(NAMES)
                for name, held in contents(store.path).items():
                    assert held["decisions"]
                    made[name, version, model] = held
    return made


class Witness:
    """Holds the index of a data folder to what was done to it."""

    def __init__(self, folder: Path, whole: dict[tuple[str, int, str], Any]) -> None:
        self.folder, self._whole = folder, whole
        self._told = 0
        self.held: Contents = {}
        self.ended: Counter[str] = Counter()  # which deeds the kills fell into

    def look(self) -> None:
        """After a kill: the index is as what was done left it, or as a step of what was being done."""
        lines = (self.folder / "journal").read_text().splitlines() if (self.folder / "journal").exists() else []
        found = contents(self.folder / "data" / DATABASE)
        deeds = [json.loads(line) for line in lines[self._told :]]
        self._told = len(lines)
        going: Deed | None = None
        for said, *deed in deeds:
            if said == "began":
                going = deed
            elif going is not None:
                *_, self.held = after(going, self.held)
                if going[0] == "back up":
                    self._look_into_backup(str(going[1]))
                going = None
        allowed = [self.held, *(after(going, self.held) if going else ())]
        for now in allowed:
            if self._agree(found, now):
                self.held = {name: (version, self._model(found, name)) for name, (version, _) in now.items()}
                self.ended[going[0] if going else "nothing"] += 1
                break
        else:
            pytest.fail(f"after {going} of {self.held} there is {self._short(found)}")
        self._look_for_vectors()

    def _model(self, found: dict[str, Any], name: str) -> str:
        return next(m for m in MODELS if any(found[name] == self._whole.get((name, v, m)) for v in VERSIONS))

    def _agree(self, found: dict[str, Any], now: Contents) -> bool:
        models = {model for _, model in now.values()} - {"any"} or set(MODELS)
        return any(
            found == {name: self._whole[name, version, model] for name, (version, _) in now.items()} for model in models
        )

    def _short(self, found: dict[str, Any]) -> dict[str, list[tuple[str, int, str]]]:
        return {name: [key for key, held in self._whole.items() if held == found[name]] for name in found}

    def _look_for_vectors(self) -> None:
        data = self.folder / "data"
        with Store(data) as store:
            there = store.vector_changes(np.empty(0, np.int64), None)
            for _ in range(2):  # as it was left, and as it was mended
                ids, scores = VectorIndex(data, store).search(np.ones(8, np.float32), 1000)
                products = dict(zip(there.added.tolist(), there.vectors.sum(axis=1).tolist(), strict=True))
                assert sorted(ids.tolist()) == sorted(products)
                assert np.allclose(scores, sorted(products.values(), reverse=True), atol=1e-5)
            for pack in store.packs(EVERYONE):
                version, _ = self.held[pack.id]
                copy = data / FILES / f"{pack.record.sha256}.pdf"
                assert copy.read_bytes() == source(self.folder, pack.id, version).read_bytes()

    def _look_into_backup(self, label: str) -> None:
        made = self.folder / "restored" / label
        restore(self.folder / "backups" / f"{label}.zip", made, FILES)
        assert self._agree(contents(made / DATABASE), self.held)
        assert len(list((made / FILES).iterdir())) == len(self.held)


def test_an_index_whose_writers_are_killed_at_any_moment_is_as_they_committed_it(
    folder: Path, whole: dict[tuple[str, int, str], Any]
) -> None:
    chance = random.Random(7)
    witness = Witness(folder, whole)
    with ExitStack() as processes:
        writer = processes.enter_context(running("change", str(folder)))
        reader = processes.enter_context(running("read", str(folder)))
        assert writer.stdin is not None
        assert writer.stdout is not None
        for seed in range(KILLS):
            print(seed, chance.uniform(0, LONGEST), file=writer.stdin, flush=True)
            assert writer.stdout.readline() == "killed\n"
            witness.look()
        told, _ = reader.communicate("")
        seen = json.loads(told)
    assert seen["wrong"] == []
    assert seen["times"] > KILLS
    assert seen["longest"] < READ_WITHIN
    assert {"ingest", "remove", "re-embed", "back up"} <= set(witness.ended)
    assert witness.ended["nothing"] < KILLS / 2  # that few were killed between two deeds
    leaves_nothing_behind(folder, witness.held)


def leaves_nothing_behind(folder: Path, held: Contents) -> None:
    """An hour later, the next ingest and the next backup clear away what those that were killed had begun."""
    data = folder / "data"
    began = time.time() - UNFINISHED_SECONDS - 60
    for path in [*folder.rglob("*")]:
        os.utime(path, (began, began))
    with Store(data) as store:
        model = store.model()
        ingest(store, model.name if model else MODELS[0]).run([])
        VectorIndex(data, store).save()
        copies = {f"{pack.record.sha256}.pdf" for pack in store.packs(EVERYONE)}
    assert {path.name for path in (data / FILES).iterdir()} == copies
    assert len(copies) == len(held)
    assert {path.name for path in data.iterdir()} <= {DATABASE, FILE, FILES, f".{FILES}.lock"}
