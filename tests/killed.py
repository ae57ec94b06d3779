"""Processes of the tests that kill: one that changes an index until it is killed, one that reads it all the while.

``python -m tests.killed change FOLDER`` takes lines of a seed and the seconds until the kill, and answers each when the
process that it started for it is dead. ``python -m tests.killed read FOLDER`` reads until its input ends, then tells.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from index.backup import back_up
from index.copies import drop_unused_copies
from index.errors import UnknownPackError
from index.fulltext import any_of
from index.ingest import Ingest
from index.records import ModelIdentity, Scope
from index.sandbox import SANDBOX
from index.store import Store
from index.vectors import VectorIndex

NAMES = ("alderney", "brecqhou", "sark")
VERSIONS = (1, 2, 3)
FILES = "files"
ENDS_WITHIN = 10.0  # seconds
MARK = re.compile(r"version \d")


class Hashed:
    """Stands for an embedding model, whose loading the tests cannot wait for: vectors from a hash of the text."""

    max_tokens = 60

    def __init__(self, name: str) -> None:
        self.identity = ModelIdentity(name, 8)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), 8)

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        seed = zlib.crc32(f"{self.identity.name} {text}".encode())
        return np.random.default_rng(seed).standard_normal(8)


MODELS = ("first", "second")


def source(folder: Path, name: str, version: int) -> Path:
    """Where the PDF of that version of a pack lies."""
    return folder / "papers" / str(version) / f"{name}.pdf"


def ingest(store: Store, model: str) -> Ingest:
    return Ingest(store, Hashed(model), store.folder / FILES, ocr="off")  # type: ignore[arg-type]  # as good as one


def change(folder: Path) -> None:
    """Start a process for each line, kill it when its time is over, and say so."""
    with Store(folder / "warm") as store:  # so that each life is spent on changing, not on preparing
        ingest(store, MODELS[0]).run([source(folder, NAMES[0], 1)])
    for line in sys.stdin:
        seed, seconds = line.split()
        child = os.fork()
        if child == 0:
            SANDBOX._owner = os.getpid()  # the process that opens PDFs serves each life, as starting one takes longer
            _change_for_ever(folder, random.Random(int(seed)), seed)
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.001)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        print("killed" if _readers_end() else "its PDF is still being read", flush=True)


def _readers_end() -> bool:
    """Whether what reads PDFs for a process ends when that is killed, and soon."""
    assert SANDBOX._process is not None
    opener = psutil.Process(SANDBOX._process.pid)
    until = time.monotonic() + ENDS_WITHIN
    while opener.children(recursive=True):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _change_for_ever(folder: Path, chance: random.Random, seed: str) -> None:
    if chance.random() < 0.5:
        _die_within_sqlite(chance.randrange(300))
    journal = os.open(folder / "journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(*said: object) -> None:
        os.write(journal, (json.dumps(said) + "\n").encode())

    with Store(folder / "data") as store:
        for number in range(10**6):
            deed, work = _some_deed(folder, store, chance, f"{seed}-{number}")
            tell("began", *deed)
            work()
            VectorIndex(store.folder, store)
            tell("done")


def _die_within_sqlite(steps: int) -> None:
    """Have this process kill itself after twenty times so many steps of SQLite's machine, mostly in a transaction."""
    left = iter(range(steps))

    def step() -> int:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    connect = sqlite3.connect

    def armed(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.set_progress_handler(step, 20)
        return connection

    sqlite3.connect = armed


def _some_deed(
    folder: Path, store: Store, chance: random.Random, label: str
) -> tuple[tuple[object, ...], Callable[[], object]]:
    """What to do next, as it is told and as it is done."""
    held = store.model()
    model = held.name if held else MODELS[0]
    kind = chance.choices(["ingest", "folder", "remove", "re-embed", "back up"], [5, 1, 3, 2, 2])[0]
    name, version = chance.choice(NAMES), chance.choice(VERSIONS)
    if kind == "ingest":
        path = source(folder, name, version)
        return (kind, name, version), lambda: ingest(store, model).run([path], replaces=name)
    if kind == "folder":
        paths = [source(folder, each, version) for each in NAMES]

        def take_all() -> None:
            for path in paths:
                ingest(store, model).run([path], replaces=path.stem)

        return (kind, version), take_all
    if kind == "remove":

        def take_out() -> None:
            try:
                store.remove(name)
            except UnknownPackError:
                return
            drop_unused_copies(store, store.folder / FILES)

        return (kind, name), take_out
    if kind == "re-embed":
        other = chance.choice(MODELS)
        return (kind, other), ingest(store, other).re_embed
    return (kind, label), lambda: back_up(store.folder, FILES, folder / "backups" / f"{label}.zip")


def read(folder: Path) -> None:
    """Read until the input ends; then print how often, the longest time that it took, and what was seen half."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    times, longest, wrong = 0, 0.0, []
    with Store(folder / "data") as store:
        vectors = VectorIndex(store.folder, store)
        while not ended.is_set():
            began = time.perf_counter()
            for name in NAMES:
                seen = {mark for found in store.passages_of(name) for mark in MARK.findall(found.text)}
                if len(seen) > 1:
                    wrong.append(f"{name} of {sorted(seen)}")
            found = store.fts(any_of(["adopted"]), Scope(), 99)
            if len({id_ for id_, _ in found}) != len(found):
                wrong.append("a passage was found twice")
            ids, _ = vectors.search(np.ones(8, np.float32), 99)
            if len(set(ids.tolist())) != len(ids):
                wrong.append("a vector was found twice")
            longest = max(longest, time.perf_counter() - began)
            times += 1
    print(json.dumps({"times": times, "longest": longest, "wrong": wrong[:5]}))


if __name__ == "__main__":
    {"change": change, "read": read}[sys.argv[1]](Path(sys.argv[2]))
