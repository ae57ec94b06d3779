"""The words of the text index: how it cuts and stems them, how often they occur, and safe query expressions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from index.model import Access
from index.schema import TOKENIZER


def words_table(table: str, access: frozenset[Access]) -> str:
    """The text index ``table`` for those who may see ``access``: that of public papers alone, or that of all.

    Frequencies and scores tell of everything that a text index holds.
    """
    return table if Access.RESTRICTED in access else f"public_{table}"


def any_of(terms: Iterable[str]) -> str:
    """An FTS5 expression that matches passages with at least one of the terms; a term of several words is a phrase.

    Empty where no term has a letter or digit. Safe for any text, since every term is quoted.
    """
    return " OR ".join(_quoted(term) for term in terms if any(sign.isalnum() for sign in term))


def all_of(terms: Iterable[str]) -> str:
    """As ``any_of``, for passages that have all the terms."""
    return " AND ".join(_quoted(term) for term in terms if any(sign.isalnum() for sign in term))


def _quoted(term: str) -> str:
    return '"' + term.replace('"', " ").replace("\0", " ") + '"'


class _Stemmer:
    """The text index's own tokenizer, asked through an empty index in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute(f"CREATE VIRTUAL TABLE asked USING fts5(text, tokenize='{TOKENIZER}')")
        self._connection.execute("CREATE VIRTUAL TABLE cut USING fts5vocab(asked, 'instance')")

    def cut(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        found: list[list[str]] = [[] for _ in texts]
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT INTO asked (rowid, text) VALUES (?, ?)", enumerate(texts))
            for row, term in self._connection.execute("SELECT doc, term FROM cut ORDER BY doc, offset"):
                found[row].append(term)
            self._connection.execute("ROLLBACK")
        return [tuple(terms) for terms in found]


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    return _Stemmer()


def index_terms(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Each text as the text index sees it: cut into words, without accents and case, stemmed."""
    return _stemmer().cut([text.encode("utf-8", "replace").decode("utf-8") for text in texts])


def document_frequencies(
    connection: sqlite3.Connection, terms: Iterable[str], access: frozenset[Access]
) -> dict[str, int]:
    """How many passages hold each term; for a term of several words, how many hold its rarest word."""
    asked = list(dict.fromkeys(terms))
    counts: dict[str, int] = {}
    table = words_table("passage_terms", access)

    def count(word: str) -> int:
        if word not in counts:
            row = connection.execute(f"SELECT doc FROM {table} WHERE term = ?", (word,)).fetchone()
            counts[word] = 0 if row is None else row[0]
        return counts[word]

    return {
        term: min((count(word) for word in words), default=0)
        for term, words in zip(asked, index_terms(asked), strict=True)
    }


def holders(
    connection: sqlite3.Connection, term: str, condition: str, values: Mapping[str, object]
) -> dict[tuple[str, str | None], int]:
    """How many passages hold the term, by pack and agenda item; ``condition`` is on the passages ``p``."""
    rows = connection.execute(
        "SELECT p.pack, p.item, count(*) FROM passage_words JOIN passages AS p ON p.id = passage_words.rowid"
        f" WHERE passage_words MATCH :term AND {condition} GROUP BY p.pack, p.item",
        {"term": any_of([term]), **values},
    )
    return {(pack, item): count for pack, item, count in rows}
