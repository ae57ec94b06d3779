"""Evidence and tables in a line each, for tests of what answers conclude."""

from __future__ import annotations

from datetime import date

from index.model import Kind, Passage, Span
from index.records import PackRecord, StoredPack
from qa.question import analyse
from qa.units import Evidence
from tests.stored import passage


def said(text: str, around: str = "", score: float = 2.0, page: int = 1, **more: object) -> Evidence:
    """A sentence on a page; every page a passage of its own."""
    found = passage(text, page, **{"id": page, "pack": "quay", **more})
    covers = frozenset(analyse(text).terms)
    return Evidence(found, 0, len(text), around, score, plain=score, covers=covers)


def table(title: str, columns: str, *rows: str, page: int = 9, pack: str = "quay", item: str | None = None) -> Passage:
    """A table; cells are set apart by " | "."""
    text = "\n".join("\t".join(row.split(" | ")) for row in rows)
    text = text.replace("\t|", "\t")
    return Passage(
        text=text,
        context="",
        spans=(Span(page, 0, len(text)),),
        kind=Kind.REPORT,
        item=item,
        table=True,
        columns=tuple(columns.split(" | ")),
        title=title,
        id=page,
        pack=pack,
    )


def row(of: Passage, label: str, score: float = 2.0) -> Evidence:
    """The row of a table that begins so."""
    start = 0
    for line in of.text.split("\n"):
        if line.startswith(label):
            return Evidence(of, start, start + len(line), of.title, score, plain=score)
        start += len(line) + 1
    raise AssertionError(label)


def packs(*ids: str, **more: object) -> dict[str, StoredPack]:
    """Packs of one council and body."""
    told = {"council": "Northam Council", "body": "Harbour Committee", "meeting_date": date(2024, 3, 1), **more}
    return {
        id_: StoredPack(PackRecord(id_, f"{id_}.pdf", id_, title=f"{id_} papers", **told), 20, ())  # type: ignore[arg-type]  # made up for the test
        for id_ in ids
    }
