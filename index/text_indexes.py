"""The text indexes of passages and of decisions, each once of all papers and once of the public ones alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

# Each text index: the table or view of what it holds, that one's key and its words, and which keys are a pack's
PASSAGES = ("id", "text, context", "SELECT id FROM passages WHERE pack = ?")
DECISIONS = ("number", "title, text, people", "SELECT number FROM decisions WHERE pack = ?")
HELD = {
    "passage_words": ("passages", *PASSAGES),
    "public_passage_words": ("public_passages", *PASSAGES),
    "decision_words": ("decision_texts", *DECISIONS),
    "public_decision_words": ("public_decision_texts", *DECISIONS),
}
OF_PASSAGES = ("passage_words", "public_passage_words")
OF_DECISIONS = ("decision_words", "public_decision_words")
OF_PUBLIC = ("public_passage_words", "public_decision_words")


def take_out_words(connection: sqlite3.Connection, indexes: Iterable[str], pack: str) -> None:
    """Take a pack's words out of text indexes, before its rows are deleted or their access is changed."""
    for index in indexes:
        held, key, words, keys = HELD[index]
        connection.execute(
            f"INSERT INTO {index} ({index}, rowid, {words}) SELECT 'delete', {key}, {words} FROM {held}"
            f" WHERE {key} IN ({keys})",
            (pack,),
        )


def put_in_words(connection: sqlite3.Connection, indexes: Iterable[str], pack: str) -> None:
    """Put a pack's words into text indexes, once its rows are there as they are to be."""
    for index in indexes:
        held, key, words, keys = HELD[index]
        connection.execute(
            f"INSERT INTO {index} (rowid, {words}) SELECT {key}, {words} FROM {held} WHERE {key} IN ({keys})"
            f" ORDER BY {key}",
            (pack,),
        )
