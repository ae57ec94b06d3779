"""How a passage lies on its pages and within itself, as one JSON text of a database row."""

from __future__ import annotations

import json
from typing import TypedDict

from index.model import Passage, Span


class Structure(TypedDict):
    """The fields of a Passage that are kept together."""

    spans: tuple[Span, ...]
    blocks: tuple[int, ...]
    columns: tuple[str, ...]
    title: str


def encode_structure(passage: Passage) -> str:
    """A passage's spans, paragraph starts and table header as JSON."""
    spans = [[span.pdf_page, span.start, span.end] for span in passage.spans]
    whole = [spans, passage.blocks, passage.columns, passage.title]
    # broken PDFs yield lone surrogates, which JSON escapes and SQLite then takes
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=True)


def decode_structure(text: str) -> Structure:
    """What ``encode_structure`` made."""
    spans, blocks, columns, title = json.loads(text)
    return Structure(
        spans=tuple(Span(*span) for span in spans), blocks=tuple(blocks), columns=tuple(columns), title=title
    )
