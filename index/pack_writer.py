"""Writing one pack: pages and passages are gathered in a temporary table, then enter the index all at once.

The temporary tables lie in a file of SQLite's own, so memory stays flat however long the pack, no other process
waits while a pack is read and embedded, and a process that is killed leaves nothing behind.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from index import access_writer, erasure, register_writer
from index.errors import BoardQAError, IndexMismatchError
from index.model import Access, Kind, Page, PageNumber, Passage
from index.page_codec import decode_page, encode_page
from index.passage_codec import encode_structure
from index.records import ModelIdentity, PackRecord
from index.register import PackRegister
from index.schema import count_change
from index.text_indexes import OF_PASSAGES, put_in_words, take_out_words

GATHERING = """
CREATE TEMP TABLE read_pages (pdf_page INTEGER PRIMARY KEY, layout BLOB);
CREATE TEMP TABLE new_pages (
    pdf_page INTEGER PRIMARY KEY, printed, source, item, item_title, kind, access, scanned, blank, readable, text,
    layout
);
CREATE TEMP TABLE new_passages (
    place INTEGER PRIMARY KEY, access, kind, item, is_table, structure, heading, item_title, context, text, vector
);
"""

MODEL_HINT = "Run `board-qa ingest --re-embed` to make the index's vectors anew with the model that is set now."


class PackWriter:
    """Takes the pages and passages of one pack. Got from ``Store.writing_pack``; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, record: PackRecord, model: ModelIdentity) -> None:
        self._connection = connection
        self._record = record
        self._model = model
        self._register = PackRegister()
        self._rule: access_writer.AccessRule | None = None
        connection.execute("PRAGMA temp_store = FILE")
        connection.executescript(GATHERING)

    def describe(self, record: PackRecord) -> None:
        """Set what is known of the pack once its pages are read. The id must stay the same."""
        if record.id != self._record.id:
            raise ValueError(f"pack {self._record.id} cannot become {record.id}")
        self._record = record

    def spool_page(self, page: Page) -> None:
        """Put a page aside until its number and item are known; it does not enter the index by this."""
        self._connection.execute("INSERT OR REPLACE INTO read_pages VALUES (?, ?)", (page.pdf_page, encode_page(page)))

    def spooled(self, pdf_page: int) -> Page:
        """A page that was put aside, boxes in 16 bits. Raises KeyError where none of that number was."""
        row = self._connection.execute("SELECT layout FROM read_pages WHERE pdf_page = ?", (pdf_page,)).fetchone()
        if row is None:
            raise KeyError(pdf_page)
        return decode_page(row[0])

    def spooled_pages(self) -> Iterator[Page]:
        """All pages put aside, in the order of the PDF, one in memory at a time."""
        for (pdf_page,) in self._connection.execute("SELECT pdf_page FROM read_pages ORDER BY pdf_page").fetchall():
            yield self.spooled(pdf_page)

    def add_page(
        self,
        page: Page,
        number: PageNumber,
        item: str | None = None,
        item_title: str = "",
        kind: Kind = Kind.OTHER,
        access: Access = Access.PUBLIC,
    ) -> None:
        """Add one finished page; the same PDF page again replaces it."""
        state = (page.scanned, page.blank, page.readable)
        place = (page.pdf_page, number.printed, number.source, item, item_title, kind, access)
        self._connection.execute(
            "INSERT OR REPLACE INTO new_pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*place, *state, _storable(page.text), encode_page(page)),
        )

    def added(self, pdf_page: int) -> Page:
        """A page that was added, its frame marked. Raises KeyError where none of that number was."""
        row = self._connection.execute("SELECT layout FROM new_pages WHERE pdf_page = ?", (pdf_page,)).fetchone()
        if row is None:
            raise KeyError(pdf_page)
        return decode_page(row[0])

    def register(self, register: PackRegister) -> None:
        """Set what the pack gives to the decision register."""
        self._register = register

    def set_access(self, access: Access) -> None:
        """Set, as an operator, who may see the whole pack, whatever its papers say."""
        self._rule = access_writer.AccessRule(access)

    def add_passages(self, passages: Sequence[Passage], vectors: npt.NDArray[np.float32]) -> None:
        """Add passages in reading order with their vectors, float32 of shape (passages, dimensions)."""
        _require_shape(vectors, len(passages), self._model)
        rows = (
            (
                *(passage.access, passage.kind, passage.item, passage.table),
                encode_structure(passage),
                *map(_storable, (passage.heading, passage.item_title, passage.context, passage.text)),
                _blob(vector),
            )
            for passage, vector in zip(passages, vectors, strict=True)
        )
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO new_passages"
            " (access, kind, item, is_table, structure, heading, item_title, context, text, vector)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._connection.execute("COMMIT")

    def commit(self) -> None:
        """Put all that was added into the index in one transaction, in place of the pack's older version."""
        connection, record = self._connection, self._record
        with _at_once(connection):
            older = connection.execute("SELECT sha256 FROM packs WHERE id = ?", (record.id,)).fetchone()
            take_out(connection, record.id)
            if older is not None and older["sha256"] == record.sha256:
                erasure.mark(connection)
            elif older is not None:
                erasure.forget_replaced(connection, record.id)
            _adopt_model(connection, self._model)
            other = connection.execute("SELECT id FROM packs WHERE sha256 = ?", (record.sha256,)).fetchone()
            if other is not None:
                raise BoardQAError(
                    f"{record.file} is already indexed as pack {other[0]}.", "The same file is one pack."
                )
            _insert_pack(connection, record)
            _insert_contents(connection, record.id)
            register_writer.put_in(connection, record.id, self._register)
            if self._rule is not None:
                access_writer.set_rule(connection, record.id, self._rule)
            elif access_writer.rules_of(connection, record.id, record.sha256):
                access_writer.put_in_force(connection, record.id)
            connection.execute("DELETE FROM refused WHERE path = ? OR sha256 = ?", (record.path, record.sha256))
            count_change(connection)


@contextmanager
def _at_once(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all that the block does, or nothing where an exception leaves it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _storable(text: str) -> str:
    """The text with lone surrogates, which broken PDFs yield and SQLite refuses, as "?": the length stays."""
    return text.encode("utf-8", "replace").decode("utf-8")


def take_out(connection: sqlite3.Connection, pack: str) -> bool:
    """Delete a pack from every table within the open transaction; whether there was one."""
    register_writer.take_out(connection, pack)
    take_out_words(connection, OF_PASSAGES, pack)
    connection.execute("DELETE FROM vectors WHERE passage IN (SELECT id FROM passages WHERE pack = ?)", (pack,))
    connection.execute("DELETE FROM passages WHERE pack = ?", (pack,))
    connection.execute("DELETE FROM pages WHERE pack = ?", (pack,))
    return connection.execute("DELETE FROM packs WHERE id = ?", (pack,)).rowcount > 0


def replace_vectors(
    connection: sqlite3.Connection,
    model: ModelIdentity,
    batches: Iterable[tuple[Sequence[int], npt.NDArray[np.float32]]],
) -> None:
    """Gather another model's vectors in a temporary table, then put them in the place of all there are."""
    connection.execute("CREATE TEMP TABLE new_vectors (passage INTEGER PRIMARY KEY, vector)")
    for ids, vectors in batches:
        _require_shape(vectors, len(ids), model)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO new_vectors VALUES (?, ?)", zip(ids, map(_blob, vectors), strict=True))
        connection.execute("COMMIT")
    with _at_once(connection):
        connection.execute("DELETE FROM vectors")
        connection.execute("INSERT INTO vectors SELECT * FROM new_vectors WHERE passage IN (SELECT id FROM passages)")
        query = "SELECT count(*) FROM passages WHERE id NOT IN (SELECT passage FROM vectors)"
        (without,) = connection.execute(query).fetchone()
        if without:
            raise BoardQAError(
                f"{without} passages came into the index and have no vector of {model.name}.", MODEL_HINT
            )
        set_model(connection, model)
        count_change(connection)


def put_vectors(
    connection: sqlite3.Connection, model: ModelIdentity, ids: Sequence[int], vectors: npt.NDArray[np.float32]
) -> None:
    """Give these passages, as far as they are still there, vectors of the model of the others, at once."""
    _require_shape(vectors, len(ids), model)
    with _at_once(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO vectors SELECT id, ? FROM passages WHERE id = ?",
            zip(map(_blob, vectors), ids, strict=True),
        )
        set_model(connection, model)
        count_change(connection)


def _blob(vector: npt.NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(vector, "<f4").tobytes()


def _require_shape(vectors: npt.NDArray[np.float32], count: int, model: ModelIdentity) -> None:
    if vectors.shape != (count, model.dimensions):
        raise ValueError(f"{count} passages with vectors of shape {vectors.shape}")


def stored_model(connection: sqlite3.Connection) -> ModelIdentity | None:
    """The model whose vectors the index holds, None before the first pack."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'model'").fetchone()
    return None if row is None else ModelIdentity(**json.loads(row[0]))


def set_model(connection: sqlite3.Connection, model: ModelIdentity) -> None:
    """Record the model, and let whatever was derived from older vectors be derived afresh."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('model', ?)", (json.dumps(asdict(model)),))
    connection.execute("DELETE FROM changes")


def require_model(stored: ModelIdentity, model: ModelIdentity) -> None:
    """Raise IndexMismatchError, naming what differs, unless the two are the same."""
    before, now = asdict(stored), asdict(model)
    differing = [f"{name}: {before[name]!r}, now {now[name]!r}" for name in before if before[name] != now[name]]
    if differing:
        raise IndexMismatchError("The index was made with another embedding model: " + "; ".join(differing), MODEL_HINT)


def _adopt_model(connection: sqlite3.Connection, model: ModelIdentity) -> None:
    stored = stored_model(connection)
    if stored == model:
        return
    if stored is not None and connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is not None:
        require_model(stored, model)
    set_model(connection, model)


def _insert_pack(connection: sqlite3.Connection, record: PackRecord) -> None:
    day = record.meeting_date.isoformat() if record.meeting_date else None
    (page_count,) = connection.execute("SELECT count(*) FROM new_pages").fetchone()
    items = json.dumps([asdict(item) for item in record.items], ensure_ascii=False)
    acronyms = json.dumps(record.acronyms, ensure_ascii=False)
    told = (record.title, record.council, record.body, day, record.kind, record.access)
    connection.execute(
        "INSERT INTO packs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (record.id, record.file, record.path, record.sha256, *told, page_count, items, acronyms),
    )


def _insert_contents(connection: sqlite3.Connection, pack: str) -> None:
    connection.execute("INSERT INTO pages SELECT ?, *, access FROM new_pages ORDER BY pdf_page", (pack,))
    # AUTOINCREMENT gives rising ids in the order of insertion, so id minus place is the same for all of the pack
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    connection.execute(
        "INSERT INTO passages SELECT"
        " ? + place, ?, access, kind, item, is_table, structure, heading, item_title, context,"
        " text FROM new_passages ORDER BY place",
        (last, pack),
    )
    connection.execute("INSERT INTO vectors SELECT ? + place, vector FROM new_passages ORDER BY place", (last,))
    put_in_words(connection, OF_PASSAGES, pack)
