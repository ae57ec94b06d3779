"""Small packs for tests of the index: pages, passages and records in one call each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from index.model import Access, Kind, Line, Page, PageNumber, PageSource, Passage, Span, Word
from index.records import ModelIdentity, PackRecord
from index.store import Store

MODEL = ModelIdentity("tiny", 4)
EVERYONE = frozenset(Access)


def page(number: int, *lines: str) -> Page:
    box = (0.1, 0.2, 0.9, 0.25)
    return Page(
        number, 595.0, 842.0, tuple(Line(text, box, tuple(Word(w, box) for w in text.split())) for text in lines)
    )


def passage(text: str, pdf_page: int = 1, **more: object) -> Passage:
    told: dict[str, object] = {"context": "", "spans": (Span(pdf_page, 0, len(text)),), "kind": Kind.REPORT, **more}
    return Passage(text=text, **told)  # type: ignore[arg-type]  # made up for the test


def write(
    store: Store, record: PackRecord, *passages: Passage, pages: int = 1, model: ModelIdentity = MODEL
) -> list[int]:
    """Index a pack of these passages; their ids."""
    with store.writing_pack(record, model) as writer:
        for number in range(1, pages + 1):
            printed = PageNumber(number, str(number + 2), PageSource.STAMP)
            text = f"Page {number} of {record.file}"
            writer.add_page(page(number, text), printed, "4", "Budget", Kind.REPORT, record.access)
        vectors = np.eye(len(passages), model.dimensions, dtype=np.float32)
        writer.add_passages(passages, vectors)
    return [found.id for found in store.passages_of(record.id, EVERYONE)]


def pack(name: str = "northam-cabinet", version: str = "1", **more: object) -> PackRecord:
    return replace(PackRecord(name, f"{name}.pdf", f"{name}/{version}", f"/papers/{name}.pdf"), **more)  # type: ignore[arg-type]  # made up for the test
