"""Nearest passages by vector: a FAISS index derived from the store, and caught up with it whenever that has changed.

The file on disk only saves time at the start. It carries the generation of the store that it was made from and a
checksum; where it is missing, damaged or behind, the index is made from the store.
"""

from __future__ import annotations

import contextlib
import json
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.records import Generation, VectorChanges
from index.store import Store
from index.unfinished import drop, forgotten, written_whole

# Threads share out queries, of which there is one at a time: more would only wait for each other
faiss.omp_set_num_threads(1)

FILE = "board-qa.faiss"
MAGIC = b"board-qa vectors 1\n"


@dataclass(frozen=True, slots=True)
class _Copy:
    """One state of the index, never changed once others can see it. ``index`` is None while there is no vector."""

    generation: Generation | None
    ids: npt.NDArray[np.int64]
    index: Any


EMPTY = _Copy(None, np.empty(0, np.int64), None)


class VectorIndex:
    """The vectors of a store, searchable by inner product. Safe to use from several threads.

    Opening reads the file in ``folder`` where it is good, brings it up to the store and writes it back if need be.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._path = folder / FILE
        self._store = store
        self._lock = threading.Lock()
        self._copy = _load(self._path) or EMPTY
        if self.refresh():
            self.save()

    def __len__(self) -> int:
        return len(self._copy.ids)

    def refresh(self) -> bool:
        """Catch up with the store; whether there was anything to do. Costs some 20 microseconds where not."""
        if self._store.generation() == self._copy.generation:
            return False
        with self._lock:
            before = self._copy
            changes = self._store.vector_changes(before.ids, before.generation)
            if changes.generation == before.generation:
                return False
            index: Any
            if changes.afresh or before.index is None:
                width = changes.vectors.shape[1]
                index = faiss.IndexIDMap2(faiss.IndexFlatIP(width)) if width else None
                kept = np.empty(0, np.int64)
            else:
                # Searches that run just now keep the old one
                index = faiss.clone_index(before.index) if len(changes.removed) or len(changes.added) else before.index
                if len(changes.removed):
                    index.remove_ids(changes.removed)
                kept = np.setdiff1d(before.ids, changes.removed, assume_unique=True)
            if index is not None and len(changes.added):
                index.add_with_ids(changes.vectors, changes.added)
            self._copy = _Copy(changes.generation, np.concatenate([kept, changes.added]), index)
            return True

    def search(
        self, vector: npt.NDArray[np.float32], k: int, allowed: npt.NDArray[np.int64] | None = None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The ids of the ``k`` nearest passages, best first, with their inner products; fewer where there are fewer.

        ``vector`` has shape (dimensions,). Only passages among the ``allowed`` ids are compared; None allows all,
        exempt ones too.
        """
        self.refresh()
        copy = self._copy
        nothing = np.empty(0, np.int64), np.empty(0, np.float32)
        if copy.index is None or k < 1 or not len(copy.ids) or (allowed is not None and not len(allowed)):
            return nothing
        parameters = None
        if allowed is not None:
            bits = np.zeros(int(allowed.max()) + 1, np.uint8)
            bits[allowed] = 1
            bitmap = np.packbits(bits, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bitmap), faiss.swig_ptr(bitmap))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # SWIG hides its arguments
        query = np.ascontiguousarray(vector, np.float32).reshape(1, -1)
        scores, ids = copy.index.search(query, min(k, len(copy.ids)), params=parameters)
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def save(self) -> None:
        """Write the file, whole or not at all. A folder that cannot be written to costs nothing but time."""
        copy = self._copy
        body = b"" if copy.index is None else faiss.serialize_index(copy.index).tobytes()
        head = {"generation": copy.generation, "bytes": len(body), "crc32": zlib.crc32(body)}
        with contextlib.suppress(OSError):
            drop(forgotten(self._path.parent, f".{FILE}."))
            with written_whole(self._path) as file:
                file.write(MAGIC + json.dumps(head).encode() + b"\n")
                file.write(body)


def remake(folder: Path, store: Store) -> bool | None:
    """Write the file anew unless it holds what the store does: None where it does, else whether it could be written."""
    held, there = _load(folder / FILE), store.vector_changes(EMPTY.ids, None)
    if not len(there.added) or (held is not None and _agree(held, there)):
        return None
    with contextlib.suppress(OSError):
        (folder / FILE).unlink()
    VectorIndex(folder, store)
    held = _load(folder / FILE)
    return held is not None and _agree(held, there)


def _agree(held: _Copy, there: VectorChanges) -> bool:
    if held.generation != there.generation or not np.array_equal(np.sort(held.ids), there.added):
        return False
    return np.array_equal(held.index.reconstruct_batch(there.added), there.vectors)


def _load(path: Path) -> _Copy | None:
    """The index in the file, None where there is none or it is not whole."""
    try:
        content = path.read_bytes()
        if not content.startswith(MAGIC):
            return None
        end = content.index(b"\n", len(MAGIC))
        head = json.loads(content[len(MAGIC) : end])
        body = content[end + 1 :]
        if len(body) != head["bytes"] or zlib.crc32(body) != head["crc32"]:
            return None
        if not body:
            return None
        index: Any = faiss.deserialize_index(np.frombuffer(body, np.uint8))
        return _Copy(Generation(*head["generation"]), faiss.vector_to_array(index.id_map), index)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None
