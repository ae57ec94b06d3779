"""What decisions are filtered and sorted by, in memory: arrays with one place a decision.

Derived from the index, and made anew when that has changed; 100,000 decisions take about 10 MB.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from index.bodies import NamedBody
from index.register_rows import Narrowed

Mask = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.int64]

# Orders of decisions; those alike, newest first, then as printed
NEWEST = "d.date DESC, d.meeting, d.number"
ORDERS = {
    "newest": NEWEST,
    "oldest": "d.date IS NULL, d.date, d.meeting, d.number",
    "body": f"(SELECT b.body FROM bodies AS b WHERE b.number = d.body) COLLATE NOCASE, {NEWEST}",
    "minute": f"d.minute IS NULL, d.minute, {NEWEST}",
    "title": f"(SELECT t.title FROM decision_texts AS t WHERE t.number = d.number) COLLATE NOCASE, {NEWEST}",
    "kind": f"d.kind, {NEWEST}",
}


class _Codes:
    """Small numbers for the values of one column."""

    def __init__(self, values: Sequence[str | None]) -> None:
        self._codes = {value: code for code, value in enumerate(dict.fromkeys(values))}
        self._column = np.fromiter(map(self._codes.__getitem__, values), np.int32, len(values))

    def are(self, *wanted: str) -> Mask:
        """Where the column holds one of the values."""
        codes = [self._codes[value] for value in wanted if value in self._codes]
        found: Mask = self._column == codes[0] if len(codes) == 1 else np.isin(self._column, codes)
        return found


class Columns:
    """The columns of all decisions of one state of the index; ``numbers`` are their rows.

    ``names`` are the bodies by their numbers.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            "SELECT number, rank, date, body, access, kind, pack, meeting, minute, last_part FROM decisions"
        ).fetchall()
        columns = list(zip(*rows, strict=True)) or [()] * 10
        number, rank, day, body, access, kind, pack, meeting, minute, last = columns
        self.numbers: Ids = np.array(number, np.int64)
        self._shown: Mask = np.array(rank, np.int64) == 0
        self._days = np.array([one or "NaT" for one in day], "datetime64[D]")
        self._bodies: Ids = np.array(body, np.int64)
        self._access, self._kinds, self._packs, self._meetings = map(_Codes, (access, kind, pack, meeting))
        self._minutes, self._last_parts = (_Codes([one and one.casefold() for one in told]) for told in (minute, last))
        self._places: Ids = np.full(int(self.numbers.max(initial=0)) + 1, -1, np.int64)
        self._places[self.numbers] = np.arange(len(self.numbers))
        again = connection.execute(
            "SELECT d.number FROM decisions AS d WHERE d.rank > 0 AND EXISTS (SELECT 1 FROM decisions AS o"
            " WHERE o.id = d.id AND o.pack = d.pack AND o.number < d.number)"
        ).fetchall()
        self._first_in_pack = ~self.of(np.array([row["number"] for row in again], np.int64))
        named = connection.execute("SELECT number, council, body FROM bodies")
        self.names = {row["number"]: NamedBody(row["body"], row["council"]) for row in named}
        self._orders: dict[str, Ids] = {}
        self._owners: tuple[Ids, Ids] | None = None

    def where(self, narrowed: Narrowed, bodies: Iterable[int] | None) -> Mask:
        """Which decisions fit, words, numbers and people aside; ``bodies`` are those that the filter names.

        Of the same told in several packs one is taken.
        """
        found = self._access.are(*narrowed.access) & (self._first_in_pack if narrowed.pack else self._shown)
        if narrowed.pack is not None:
            found &= self._packs.are(narrowed.pack)
        if bodies is not None:
            found &= np.isin(self._bodies, list(bodies))
        if narrowed.since is not None:
            found &= self._days >= np.datetime64(narrowed.since)
        if narrowed.until is not None:
            found &= self._days <= np.datetime64(narrowed.until)
        if narrowed.kind is not None:
            found &= self._kinds.are(narrowed.kind)
        if narrowed.meeting is not None:
            found &= self._meetings.are(narrowed.meeting)
        if narrowed.minute:
            named = narrowed.minute.strip().rstrip(".").casefold()
            found &= self._minutes.are(named) | self._last_parts.are(named)
        return found

    def of(self, numbers: Ids) -> Mask:
        """Which decisions these rows are."""
        found = np.zeros(len(self.numbers), np.bool_)
        known = numbers[(numbers >= 0) & (numbers < len(self._places))]
        places = self._places[known]
        found[places[places >= 0]] = True
        return found

    def sorted(self, connection: sqlite3.Connection, chosen: Mask, order: str) -> Ids:
        """The rows of the chosen decisions by a name of ORDERS; ``connection`` sees the state of these columns."""
        if order not in self._orders:
            rows = connection.execute(f"SELECT d.number FROM decisions AS d ORDER BY {ORDERS[order]}").fetchall()
            self._orders[order] = self._places[np.fromiter((row[0] for row in rows), np.int64, len(rows))]
        places = self._orders[order]
        found: Ids = self.numbers[places[chosen[places]]]
        return found

    def passages(self, connection: sqlite3.Connection, chosen: Mask) -> Ids:
        """The ids of the passages that hold the chosen decisions, rising."""
        if self._owners is None:
            rows = connection.execute("SELECT passage, decision FROM decision_passages ORDER BY passage").fetchall()
            pairs = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)
            self._owners = pairs[:, 0].copy(), self._places[pairs[:, 1]]
        passages, owners = self._owners
        found = passages[chosen[owners]]
        once: Ids = found[np.diff(found, prepend=-1) > 0]
        return once


def numbers_matching(connection: sqlite3.Connection, words: str) -> Ids:
    """The rows of the decisions that an FTS5 expression matches."""
    # one text for all: a row each takes SQLite and Python longer than the search
    told = connection.execute(
        "SELECT group_concat(rowid, ' ') FROM decision_words WHERE decision_words MATCH ?", (words,)
    ).fetchone()[0]
    return np.fromstring(told or "", np.int64, sep=" ")


def naming(person: str) -> str | None:
    """The FTS5 expression for decisions that tell this name; None where it has no letter or digit."""
    names: Sequence[str] = re.findall(r"[^\W_]+", person)
    return " AND ".join(f'people : "{name}" *' for name in names) or None
