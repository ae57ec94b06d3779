"""The index on disk: one SQLite file that holds packs, pages, passages, vectors and the text index.

Any number of threads and processes may read while another writes; they see whole packs only. Every function that
returns content takes the access levels that may be seen, public only unless told otherwise.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from index import access_writer, erasure, pack_writer
from index.access_writer import AccessRule
from index.connections import Connections
from index.errors import BoardQAError, IndexDamagedError, UnknownPackError
from index.fulltext import document_frequencies, holders, words_table
from index.meetings import PackList
from index.model import Access, Page, Passage
from index.pack_writer import PackWriter
from index.page_codec import decode_page
from index.records import (
    PUBLIC_ONLY,
    Generation,
    ModelIdentity,
    PackRecord,
    Refusal,
    Scope,
    Standing,
    State,
    StoredPack,
    StoredPage,
    VectorChanges,
)
from index.rows import PAGE_COLUMNS, PASSAGE_COLUMNS, condition_of, page_of, passage_of, refusal_of
from index.schema import DATABASE, connect, plain_errors, prepare
from index.slugs import free_slug

UPLOADS = "uploads"  # folder, in the data folder, in which uploaded files lie until they are indexed
SCOPES_KEPT = 32  # ids of the scopes asked last; a conversation stays within a few


class Store:
    """The index in a data folder. Made where there is none.

    Raises IndexDamagedError where the file is no index of this version, BoardQAError where the folder or file
    cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.path = self.folder / DATABASE
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BoardQAError(
                f"The data folder {folder} cannot be made: {error}", "Choose another by --data."
            ) from error
        prepare(self.path)
        self._connections = Connections(self.path)
        self._packs = PackList()
        self._lock = threading.Lock()
        self._scopes: dict[tuple[Generation, Scope], npt.NDArray[np.int64]] = {}

    def close(self) -> None:
        """Close the file. What other threads are reading just now is finished first."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def standing(self, file: Path, sha256: str, replaces: str | None = None) -> Standing:
        """How a file stands to the index, by its content first and then by the place it lay at.

        The same content is the same pack under whatever name. Other content at the same path, or under the same
        name where the older file is no longer there, is a changed pack that keeps its id; not so where that was
        uploaded, as it is always gone. All else is new, and gets an id from its name that no other pack has.
        ``replaces`` is the id of the pack that the file is known to be a new version of.
        """
        path = str(file.absolute())
        with self._connections.reading() as connection:
            row = connection.execute("SELECT id FROM packs WHERE sha256 = ?", (sha256,)).fetchone()
            if row is not None:
                return Standing(State.UNCHANGED, row["id"])
            taken = {row["id"]: row for row in connection.execute("SELECT id, file, path FROM packs")}
            refused = connection.execute("SELECT * FROM refused WHERE sha256 = ?", (sha256,)).fetchone()
        older = [pack for pack, row in taken.items() if pack == replaces or row["path"] == path] or [
            pack for pack, row in taken.items() if row["file"] == file.name and self._lost(Path(row["path"]))
        ]
        pack = older[0] if older else free_slug(file.name, taken)
        if refused is not None:
            return Standing(State.REFUSED, pack, refusal_of(refused))
        return Standing(State.CHANGED if older else State.NEW, pack)

    def _lost(self, path: Path) -> bool:
        return not path.exists() and not path.is_relative_to(self.folder.absolute() / UPLOADS)

    @contextmanager
    def writing_pack(self, record: PackRecord, model: ModelIdentity) -> Iterator[PackWriter]:
        """Write one pack: it enters the index, in place of its older version, when the block ends without exception.

        ``model`` is that of the vectors that will be added. Raises IndexMismatchError, before the block and again
        at its end, where the index holds another model's vectors.
        """
        self.check_model(model)
        with plain_errors(self.path), closing(connect(self.path)) as connection:
            writer = PackWriter(connection, record, model)
            yield writer
            writer.commit()

    def remove(self, pack: str) -> str:
        """Take a pack, named by id or file, out of the index at once; its id. Raises UnknownPackError.

        Kept answers that tell of it and feedback that quotes it go too; of all, remains stay until ``erasure.sweep``.
        """
        found = self.pack(pack, frozenset(Access)).id
        with self._connections.changing() as connection:
            connection.execute(
                "DELETE FROM refused WHERE EXISTS (SELECT 1 FROM packs WHERE id = ? AND"
                " (packs.path = refused.path OR packs.sha256 = refused.sha256))",
                (found,),
            )
            pack_writer.take_out(connection, found)
            access_writer.forget_rules(connection, found)
            erasure.forget_removed(connection, found)
        return found

    def set_access(self, pack: str, rule: AccessRule | None) -> None:
        """Set who may see a pack (by id) or pages of it; None goes back to what its papers are marked as.

        Raises UnknownPackError where it has none of the pages.
        """
        with self._connections.changing() as connection:
            access_writer.set_rule(connection, pack, rule)

    def replace_vectors(
        self, model: ModelIdentity, batches: Iterable[tuple[Sequence[int], npt.NDArray[np.float32]]]
    ) -> None:
        """Put another model's vectors in the place of all there are, at once when the last batch has come.

        ``batches`` gives passage ids with their vectors, float32 of shape (ids, dimensions). Raises BoardQAError,
        and changes nothing, where a passage is left without a vector.
        """
        with plain_errors(self.path), closing(connect(self.path)) as connection:
            pack_writer.replace_vectors(connection, model, batches)

    def refuse(self, refusal: Refusal) -> None:
        """Remember a file that could not be indexed, in place of what was remembered of that path."""
        with self._connections.one() as connection:
            told = (refusal.code, refusal.message, refusal.hint, refusal.at)
            connection.execute(
                "INSERT OR REPLACE INTO refused (path, file, sha256, code, message, hint, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (refusal.path, refusal.file, refusal.sha256, *told),
            )

    def forget_refusals(self, paths: Iterable[str]) -> None:
        """Forget that files at these paths were refused."""
        with self._connections.one() as connection:
            connection.executemany("DELETE FROM refused WHERE path = ?", [(path,) for path in paths])

    # The index as a whole

    def generation(self) -> Generation:
        """Which state the index is in: another one after every committed change."""
        with self._connections.one() as connection:
            return _generation(connection)

    def model(self) -> ModelIdentity | None:
        """The model whose vectors the index holds, None before the first pack."""
        with self._connections.one() as connection:
            return pack_writer.stored_model(connection)

    def check_model(self, model: ModelIdentity) -> None:
        """Raise IndexMismatchError, its hint naming the command that re-embeds, if the vectors are of another model."""
        with self._connections.reading() as connection:
            stored = pack_writer.stored_model(connection)
            if stored is not None and connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is not None:
                pack_writer.require_model(stored, model)

    def refusals(self) -> list[Refusal]:
        """The files that could not be indexed, by path."""
        with self._connections.one() as connection:
            return [refusal_of(row) for row in connection.execute("SELECT * FROM refused ORDER BY path")]

    # Packs and pages

    def packs(self, access: frozenset[Access] = PUBLIC_ONLY) -> list[StoredPack]:
        """All packs, by meeting date, then body and file; those without a date last."""
        with self._connections.reading() as connection:
            return list(self._packs.of(connection, _generation(connection), access))

    def contents(self, access: frozenset[Access] = PUBLIC_ONLY) -> dict[str, str]:
        """The SHA-256 of each pack's PDF, by the pack's id."""
        with self._connections.one() as connection:
            rows = connection.execute("SELECT id, sha256, access FROM packs")
            return {row["id"]: row["sha256"] for row in rows if row["access"] in access}

    def pack(self, name: str, access: frozenset[Access] = PUBLIC_ONLY) -> StoredPack:
        """The pack of that id or file name (with or without .pdf, any case).

        Raises UnknownPackError, its hint naming the nearest ones.
        """
        packs = self.packs(access)
        wanted = name.strip().casefold().removesuffix(".pdf")
        for pack in packs:
            if name == pack.id or wanted in (pack.id.casefold(), pack.record.file.casefold().removesuffix(".pdf")):
                return pack
        near = difflib.get_close_matches(wanted, [pack.id for pack in packs], n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`board-qa packs` lists what is indexed."
        raise UnknownPackError(f"No pack {name!r} is indexed.", hint)

    def pages(self, pack: str, access: frozenset[Access] = PUBLIC_ONLY) -> list[StoredPage]:
        """The pages of a pack (by id) in order; exempt ones only to those who may see them."""
        with self._connections.one() as connection:
            rows = connection.execute(f"SELECT {PAGE_COLUMNS} FROM pages WHERE pack = ? ORDER BY pdf_page", (pack,))
            return [page_of(row) for row in rows if row["access"] in access]

    def page_texts(
        self, wanted: Iterable[tuple[str, int]], access: frozenset[Access] = PUBLIC_ONLY
    ) -> dict[tuple[str, int], str]:
        """``Page.text`` of the wanted (pack id, PDF page) pairs; those not there or not to be seen are left out."""
        pairs = json.dumps(list(wanted))
        with self._connections.one() as connection:
            rows = connection.execute(
                "SELECT pack, pdf_page, text, access FROM json_each(?) AS wanted JOIN pages"
                " ON pack = wanted.value ->> 0 AND pdf_page = wanted.value ->> 1",
                (pairs,),
            )
            return {(row["pack"], row["pdf_page"]): row["text"] for row in rows if row["access"] in access}

    def page(self, pack: str, pdf_page: int, access: frozenset[Access] = PUBLIC_ONLY) -> Page | None:
        """One page with its lines, words and boxes; None where there is none or it may not be seen."""
        with self._connections.one() as connection:
            query = "SELECT layout, access FROM pages WHERE pack = ? AND pdf_page = ?"
            row = connection.execute(query, (pack, pdf_page)).fetchone()
        return decode_page(row["layout"]) if row is not None and row["access"] in access else None

    # Passages

    def passages(self, ids: Iterable[int], access: frozenset[Access] = PUBLIC_ONLY) -> list[Passage]:
        """The passages of these ids in the order given; those gone or not to be seen are left out."""
        wanted = [int(id_) for id_ in ids]
        with self._connections.one() as connection:
            rows = connection.execute(
                f"SELECT {PASSAGE_COLUMNS} FROM passages AS p WHERE p.id IN (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            )
            found = {row["id"]: passage_of(row) for row in rows if row["access"] in access}
        return [found[id_] for id_ in wanted if id_ in found]

    def passages_of(self, pack: str, access: frozenset[Access] = PUBLIC_ONLY) -> list[Passage]:
        """All passages of a pack (by id) in reading order."""
        with self._connections.one() as connection:
            rows = connection.execute(
                f"SELECT {PASSAGE_COLUMNS} FROM passages AS p WHERE p.pack = ? ORDER BY p.id", (pack,)
            )
            return [passage_of(row) for row in rows if row["access"] in access]

    def neighbours(
        self, passage: int, access: frozenset[Access] = PUBLIC_ONLY
    ) -> tuple[Passage | None, Passage | None]:
        """The passages before and after one in its pack; None at an end, or where that one may not be seen."""
        near = f"SELECT {PASSAGE_COLUMNS} FROM passages AS p WHERE p.pack = (SELECT pack FROM passages WHERE id = :id)"
        with self._connections.reading() as connection:
            before = connection.execute(f"{near} AND p.id < :id ORDER BY p.id DESC LIMIT 1", {"id": passage}).fetchone()
            after = connection.execute(f"{near} AND p.id > :id ORDER BY p.id LIMIT 1", {"id": passage}).fetchone()
        return tuple(
            passage_of(row) if row is not None and row["access"] in access else None for row in (before, after)
        )  # type: ignore[return-value]  # two in, two out

    def packs_within(self, scope: Scope) -> frozenset[str]:
        """The ids of the packs that a scope leaves over."""
        with self._connections.reading() as connection:
            condition, values = condition_of(connection, scope)
            rows = connection.execute(f"SELECT DISTINCT p.pack FROM passages AS p WHERE {condition}", values)
            return frozenset(row["pack"] for row in rows)

    def passage_ids(self, scope: Scope) -> npt.NDArray[np.int64]:
        """The ids of all passages within the scope, rising; the array is not to be written to."""
        with self._connections.reading() as connection:
            key = (_generation(connection), scope)
            with self._lock:
                known = self._scopes.get(key)
            if known is not None:
                return known
            condition, values = condition_of(connection, scope)
            rows = connection.execute(f"SELECT p.id FROM passages AS p WHERE {condition}", values).fetchall()
        ids = np.sort(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
        ids.flags.writeable = False
        with self._lock:
            while len(self._scopes) >= SCOPES_KEPT:
                del self._scopes[next(iter(self._scopes))]
            self._scopes[key] = ids
        return ids

    def fts(
        self, expression: str, scope: Scope, limit: int, weights: tuple[float, float] = (1.0, 1.0)
    ) -> list[tuple[int, float]]:
        """Passages within the scope that match an FTS5 expression, best first, with their BM25 score (more is better).

        ``weights`` are those of a hit in the text and in the context. ``fulltext.any_of`` makes expressions out of
        free text; an empty one matches nothing. Raises BoardQAError for one that FTS5 cannot read.
        """
        if not expression:
            return []
        with self._connections.reading() as connection:
            condition, values = condition_of(connection, scope)
            table = words_table("passage_words", scope.access)
            try:
                rows = connection.execute(
                    f"SELECT p.id, -bm25({table}, :text, :context) AS score FROM {table}"
                    f" JOIN passages AS p ON p.id = {table}.rowid"
                    f" WHERE {table} MATCH :expression AND {condition} ORDER BY score DESC, p.id LIMIT :limit",
                    {"expression": expression, "limit": limit, "text": weights[0], "context": weights[1], **values},
                ).fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # busy, full, damaged: not the query's fault
                    raise
                raise BoardQAError(f"The text index cannot read the query {expression!r}: {error}", "") from error
        return [(row["id"], row["score"]) for row in rows]

    def document_frequency(self, terms: Iterable[str], access: frozenset[Access] = PUBLIC_ONLY) -> dict[str, int]:
        """How many of the passages that may be seen hold each term, inflected as it may be."""
        with self._connections.reading() as connection:
            return document_frequencies(connection, terms, access)

    def holding(self, terms: Iterable[str], scope: Scope, most: int) -> dict[str, dict[tuple[str, str | None], int]]:
        """For each term that stands in no more than ``most`` passages, in how many of each pack's agenda items."""
        rare = [term for term, count in self.document_frequency(terms, scope.access).items() if 0 < count <= most]
        with self._connections.reading() as connection:
            condition, values = condition_of(connection, scope)
            return {term: holders(connection, term, condition, values) for term in rare}

    def vocabulary(self, access: frozenset[Access] = PUBLIC_ONLY, least: int = 2) -> list[str]:
        """The words, as the text index stems them, that stand in at least ``least`` of the passages that may be seen,
        figures left out."""
        table = words_table("passage_terms", access)
        with self._connections.reading() as connection:
            rows = connection.execute(f"SELECT term FROM {table} WHERE doc >= ? AND term GLOB '[a-z]*'", (least,))
            return [row[0] for row in rows]

    def passage_count(self, access: frozenset[Access] = PUBLIC_ONLY) -> int:
        """How many passages may be seen: the N of an inverse document frequency."""
        return len(self.passage_ids(Scope(access=access)))

    def every_passage(self, batch: int = 256) -> Iterator[list[Passage]]:
        """All passages of every access level in batches by rising id, for making all vectors anew."""
        last = 0
        while True:
            with self._connections.one() as connection:
                rows = connection.execute(
                    f"SELECT {PASSAGE_COLUMNS} FROM passages AS p WHERE p.id > ? ORDER BY p.id LIMIT ?", (last, batch)
                ).fetchall()
            if not rows:
                return
            last = rows[-1]["id"]
            yield [passage_of(row) for row in rows]

    # Vectors

    def vector_changes(self, known: npt.NDArray[np.int64], since: Generation | None) -> VectorChanges:
        """What a copy lacks that held the vectors of the ``known`` ids when the index was in state ``since``."""
        with self._connections.reading() as connection:
            afresh = (
                since is None
                or not connection.execute("SELECT 1 FROM changes WHERE generation = ? AND token = ?", since).fetchone()
            )
            rows = connection.execute("SELECT passage FROM vectors").fetchall()
            there = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            held = known[:0] if afresh else known
            added = np.setdiff1d(there, held, assume_unique=True)
            model = pack_writer.stored_model(connection)
            vectors = np.empty((len(added), model.dimensions if model else 0), np.float32)
            # Ids are never used again, so what is new lies above what was there
            found = connection.execute(
                "SELECT passage, vector FROM vectors WHERE passage >= ? ORDER BY passage",
                (int(added[0]) if len(added) else 0,),
            )
            try:
                for place, row in enumerate(found if len(added) else ()):
                    vectors[place] = np.frombuffer(row["vector"], "<f4")
            except ValueError:
                raise IndexDamagedError("A vector is damaged.", "Run `board-qa doctor --repair`.") from None
            removed = np.setdiff1d(held, there, assume_unique=True)
            return VectorChanges(_generation(connection), afresh, removed, added, vectors)


def _generation(connection: sqlite3.Connection) -> Generation:
    row = connection.execute("SELECT generation, token FROM changes ORDER BY generation DESC LIMIT 1").fetchone()
    return Generation(row["generation"], row["token"])
