"""Database rows as the objects they stand for, and a scope as an SQL condition."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

from index.bodies import NamedBody, bodies_named
from index.model import Access, AgendaItem, Kind, PageSource, Passage
from index.passage_codec import decode_structure
from index.records import PackRecord, Refusal, Scope, StoredPage

PASSAGE_COLUMNS = (
    "p.id, p.pack, p.access, p.kind, p.item, p.is_table, p.structure, p.heading, p.item_title, p.context, p.text"
)
PAGE_COLUMNS = "pack, pdf_page, printed, source, item, item_title, kind, access, scanned, blank, readable"


def record_of(row: sqlite3.Row) -> PackRecord:
    """A row of ``packs``."""
    return PackRecord(
        id=row["id"],
        file=row["file"],
        sha256=row["sha256"],
        path=row["path"],
        title=row["title"],
        council=row["council"],
        body=row["body"],
        meeting_date=date.fromisoformat(row["meeting_date"]) if row["meeting_date"] else None,
        kind=Kind(row["kind"]),
        access=Access(row["access"]),
        items=tuple(AgendaItem(**item) for item in json.loads(row["items"])),
        acronyms=json.loads(row["acronyms"]),
    )


def page_of(row: sqlite3.Row) -> StoredPage:
    """A row of PAGE_COLUMNS."""
    return StoredPage(
        pack=row["pack"],
        pdf_page=row["pdf_page"],
        printed=row["printed"],
        source=PageSource(row["source"]),
        item=row["item"],
        item_title=row["item_title"],
        kind=Kind(row["kind"]),
        access=Access(row["access"]),
        scanned=bool(row["scanned"]),
        blank=bool(row["blank"]),
        readable=bool(row["readable"]),
    )


def passage_of(row: sqlite3.Row) -> Passage:
    """A row of PASSAGE_COLUMNS."""
    return Passage(
        text=row["text"],
        context=row["context"],
        **decode_structure(row["structure"]),
        kind=Kind(row["kind"]),
        item=row["item"],
        item_title=row["item_title"],
        heading=row["heading"],
        access=Access(row["access"]),
        table=bool(row["is_table"]),
        id=row["id"],
        pack=row["pack"],
    )


def refusal_of(row: sqlite3.Row) -> Refusal:
    """A row of ``refused``."""
    return Refusal(row["file"], row["path"], row["sha256"], row["code"], row["message"], row["hint"], row["at"])


def condition_of(connection: sqlite3.Connection, scope: Scope) -> tuple[str, dict[str, Any]]:
    """A condition on ``passages AS p`` with its named values."""
    parts = ["p.access IN (SELECT value FROM json_each(:access))"]
    values: dict[str, Any] = {"access": json.dumps(sorted(scope.access))}
    if scope.names_packs:
        parts.append("p.pack IN (SELECT value FROM json_each(:packs))")
        values["packs"] = json.dumps(sorted(_packs_within(connection, scope)))
    if scope.item is not None:
        parts.append("p.item = :item")
        values["item"] = scope.item.strip()
    if scope.kind is not None:
        parts.append("p.kind = :kind")
        values["kind"] = scope.kind.value
    return " AND ".join(parts), values


def _packs_within(connection: sqlite3.Connection, scope: Scope) -> set[str]:
    rows = connection.execute("SELECT id, body, council, meeting_date, acronyms FROM packs").fetchall()
    found = {row["id"] for row in rows}
    if scope.packs is not None:
        found &= scope.packs
    if scope.since is not None:
        found &= {row["id"] for row in rows if row["meeting_date"] and row["meeting_date"] >= scope.since.isoformat()}
    if scope.until is not None:
        found &= {row["id"] for row in rows if row["meeting_date"] and row["meeting_date"] <= scope.until.isoformat()}
    if scope.body is not None:
        bodies = ((row["id"], NamedBody(row["body"], row["council"], json.loads(row["acronyms"]))) for row in rows)
        found &= bodies_named(scope.body, bodies)
    return found
