"""Rows of a run as a CSV that opens in a spreadsheet and reads back without loss.

Places are written ``pack:12 pack:13`` (a blank in a pack's name as %20), shares of ``RANKS`` in a column each, marks
without meaning as empty cells. Text that a spreadsheet would run as a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.marks import RANKS, Place, Row
from eval.questions import QuestionSetError
from eval.runs import write_text

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for its own code page and spoils every £
# What makes a spreadsheet take a cell for a formula (OWASP, CSV injection); the apostrophe, as it marks such cells.
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
RANKED = tuple(f"page_recall@{rank}" for rank in RANKS)


@dataclass(frozen=True, slots=True)
class Form:
    """How one field of a row stands in its cell: ``write`` and its inverse ``read`` (raises ValueError)."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(GUARDED) else text


def _unguarded(cell: str) -> str:
    return cell.removeprefix("'")


def _flag(cell: str) -> bool:
    return {"true": True, "false": False}[cell.lower()]  # spreadsheets save them in capitals


def _places(places: Iterable[Place]) -> str:
    return _guarded(" ".join(f"{_packed(pack)}:{page}" for pack, page in places))


def _read_places(cell: str) -> tuple[Place, ...]:
    return tuple(_read_place(place) for place in _unguarded(cell).split(" ") if place)


def _packed(pack: str) -> str:
    return pack.replace("%", "%25").replace(" ", "%20")


def _read_place(place: str) -> Place:
    pack, _, page = place.rpartition(":")
    return pack.replace("%20", " ").replace("%25", "%"), int(page)


def _read_texts(cell: str) -> tuple[str, ...]:
    return tuple(str(text) for text in json.loads(cell)) if cell else ()


def _or_empty(form: Form) -> Form:
    """The form of a field that may be None."""
    return Form(
        lambda value: "" if value is None else form.write(value), lambda cell: form.read(cell) if cell else None
    )


TEXT = Form(_guarded, _unguarded)
FLAG = Form(lambda flag: str(flag).lower(), _flag)
COUNT = Form(str, int)
NUMBER = Form(lambda number: repr(float(number)), float)
PLACES = Form(_places, _read_places)
TEXTS = Form(lambda texts: json.dumps(texts, ensure_ascii=False) if texts else "", _read_texts)

FORMS: Mapping[str, Form] = {
    "id": TEXT,
    "kind": TEXT,
    "pack": TEXT,
    "asker": TEXT,
    "question": TEXT,
    "answer": TEXT,
    "good": FLAG,
    "stage": _or_empty(TEXT),
    "expected": PLACES,
    "cited": PLACES,
    "missing": FLAG,
    "answered": _or_empty(FLAG),
    "words": COUNT,
    "ms": _or_empty(NUMBER),
    "quotes": _or_empty(NUMBER),
    "printed": _or_empty(NUMBER),
    "correct": _or_empty(FLAG),
    "facts": _or_empty(NUMBER),
    "facts_missed": TEXTS,
    "hit_first": _or_empty(FLAG),
    "hit": _or_empty(FLAG),
    "evidence": _or_empty(NUMBER),
    "precision": _or_empty(NUMBER),
    "reciprocal_rank": _or_empty(NUMBER),
}


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write one line a row, all or nothing; UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([*FORMS, *RANKED])
    for row in rows:
        shares = [NUMBER.write(share) for share in row.ranked] or [""] * len(RANKED)
        table.writerow([*(form.write(getattr(row, name)) for name, form in FORMS.items()), *shares])
    write_text(path, BYTE_ORDER_MARK + text.getvalue())


def read_rows(path: Path) -> list[Row]:
    """The rows that ``write_rows`` wrote, whatever order their columns have now. Raises QuestionSetError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_read(line) for line in csv.DictReader(file, strict=True)]
    except (OSError, UnicodeError, csv.Error) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}.") from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise QuestionSetError(
            f"{path} is no table of scored questions.", "`board-qa eval score` writes such a table."
        ) from None


def _read(line: Mapping[str, str]) -> Row:
    marks = {name: form.read(line[name]) for name, form in FORMS.items()}
    return Row(**marks, ranked=tuple(float(line[name]) for name in RANKED if line[name]))
