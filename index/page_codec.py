"""A page as bytes and back: every line, word, cell and role, the boxes as 16-bit fractions of the page.

Texts come back exactly, but for the lone surrogates of broken PDFs, which become "?"; a box comes back within
1/131070 of the page's side, clipped to the page.
"""

from __future__ import annotations

import json
import zlib
from itertools import chain
from typing import Any

import numpy as np

from index.errors import IndexDamagedError
from index.limits import MAX_PLAIN_PAGE_BYTES
from index.model import Box, Cell, Line, Page, Role, Word

STEPS = 65535
FORMAT = 1


def encode_page(page: Page) -> bytes:
    """The page as compressed bytes: a JSON part with the texts, then the boxes of lines and words in order."""
    lines: list[list[Any]] = []
    boxes: list[Box] = []
    for line in page.lines:
        words = [word.text for word in line.words]
        joined = " ".join(words)
        lines.append(
            [
                words,
                None if line.text == joined else line.text,
                line.size,
                int(line.bold) | int(line.header) << 1 | int(line.role is Role.FURNITURE) << 2,
                line.block,
                [[cell.text, cell.column, cell.span] for cell in line.cells],
            ]
        )
        boxes.append(line.box)
        boxes.extend(word.box for word in line.words)
    state = [page.scanned, page.blank, page.readable, page.cut, page.hidden]
    head = [FORMAT, page.pdf_page, page.width, page.height, page.rotation, page.label, state, lines]
    texts = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    flat = np.fromiter(chain.from_iterable(boxes), np.float64, 4 * len(boxes))
    steps = np.rint(np.nan_to_num(flat).clip(0.0, 1.0) * STEPS).astype("<u2")
    # neighbouring words differ little: differences compress better than places
    places = np.diff(steps.reshape(-1, 4), axis=0, prepend=np.zeros((1, 4), "<u2")).astype("<u2")
    return zlib.compress(len(texts).to_bytes(4, "little") + texts + places.tobytes(), 3)


def decode_page(packed: bytes) -> Page:
    """The page that ``encode_page`` was given. Raises IndexDamagedError for bytes that are none of its."""
    try:
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(packed, MAX_PLAIN_PAGE_BYTES)
        if not unpacking.eof:
            raise ValueError("a page cut short, or without end")
        end = 4 + int.from_bytes(plain[:4], "little")
        head = json.loads(plain[4:end])
        version, pdf_page, width, height, rotation, label, state, rows = head
        if version != FORMAT:
            raise ValueError(f"page format {version}")
        steps = np.frombuffer(plain, "<u2", offset=end).reshape(-1, 4).cumsum(axis=0, dtype="<u2")
        boxes = iter(map(tuple, (steps / STEPS).tolist()))
        lines = tuple(_line(row, boxes) for row in rows)
        scanned, blank, readable, cut, *counted = state
        hidden = counted[0] if counted else 0  # pages stored before it was counted have none
    except (ValueError, zlib.error) as error:
        raise IndexDamagedError("A page of the index is damaged.", "Ingest its pack again.") from error
    return Page(pdf_page, width, height, lines, rotation, label, scanned, blank, readable, cut, hidden)


def _line(row: list[Any], boxes: Any) -> Line:
    words, text, size, marks, block, cells = row
    box = next(boxes)
    return Line(
        text=" ".join(words) if text is None else text,
        box=box,
        words=tuple(Word(word, next(boxes)) for word in words),
        size=size,
        bold=bool(marks & 1),
        block=block,
        cells=tuple(Cell(*cell) for cell in cells),
        header=bool(marks & 2),
        role=Role.FURNITURE if marks & 4 else Role.BODY,
    )
