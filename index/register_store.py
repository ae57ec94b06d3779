"""Reading the decision register: what is told in the packs, narrowed before any search, seen only by who may."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from index.bodies import NamedBody, bodies_named
from index.connections import Connections
from index.fulltext import index_terms, words_table
from index.model import Access, Meeting
from index.record_model import Decision, Outcome
from index.register_columns import Columns, Ids, Mask, naming, numbers_matching
from index.register_rows import Head, Narrowed, Sort, Standing, Stored, StoredMeeting, decode, decode_boxes

T = TypeVar("T")

PLACE = "p.file, g.printed FROM {table} AS d JOIN packs AS p ON p.id = d.pack"
PLACE += " LEFT JOIN pages AS g ON g.pack = d.pack AND g.pdf_page = d.pdf_page"


class RegisterStore:
    """The register in the index file ``path``, which ``Store`` has prepared. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        self._lock = threading.Lock()
        self._known: tuple[tuple[object, ...], Columns] | None = None

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    # Decisions

    def decisions(self, narrowed: Narrowed, order: str, offset: int, limit: int) -> tuple[int, list[Stored[Decision]]]:
        """How many decisions there are, and those from ``offset`` on, at most ``limit``, by a name of ORDERS."""
        with self._connections.reading() as connection:
            rows = self._numbers(connection, narrowed, order)
            return len(rows), self._load_decisions(connection, rows[offset : offset + limit].tolist(), narrowed.access)

    def generation(self) -> tuple[object, ...]:
        """The state of the index: another one after each change."""
        with self._connections.one() as connection:
            return _generation(connection)

    def numbers(self, narrowed: Narrowed, order: str) -> list[int]:
        """The rows of all the decisions, by a name of ORDERS: for ``load``."""
        with self._connections.reading() as connection:
            rows: list[int] = self._numbers(connection, narrowed, order).tolist()
            return rows

    def _numbers(self, connection: sqlite3.Connection, narrowed: Narrowed, order: str) -> Ids:
        return self._columns(connection).sorted(connection, self._chosen(connection, narrowed), order)

    def load(self, numbers: Sequence[int], access: frozenset[Access]) -> list[Stored[Decision]]:
        """The decisions of these rows, in the order given."""
        with self._connections.reading() as connection:
            return self._load_decisions(connection, numbers, access)

    def decision(self, id_: str, access: frozenset[Access]) -> Stored[Decision] | None:
        """The decision of a permanent id; None where there is none, or none to be seen."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT number FROM decisions WHERE id = ? AND access IN (SELECT value FROM json_each(?))"
                " ORDER BY rank LIMIT 1",
                (id_, _json(access)),
            ).fetchone()
            return self._load_decisions(connection, [row["number"]], access)[0] if row else None

    def matching(self, narrowed: Narrowed, most: int = -1) -> list[int]:
        """The rows of the decisions that have the words of ``narrowed``, nearest by them first; all of them for -1."""
        with self._connections.reading() as connection:
            words = _in_text(narrowed.words or "")
            chosen = self._columns(connection).numbers[self._chosen(connection, narrowed)]
            table = words_table("decision_words", narrowed.access)
            rows = connection.execute(
                f"SELECT rowid FROM {table} WHERE {table} MATCH :words"
                " AND +rowid IN (SELECT value FROM json_each(:chosen))"  # ranked are only these
                f" ORDER BY bm25({table}, 2.0, 1.0, 0.0), rowid LIMIT :most",
                {"words": words, "chosen": json.dumps(chosen.tolist()), "most": most},
            )
            return [row[0] for row in rows]

    def rare(self, terms: Sequence[str], most: int, access: frozenset[Access]) -> list[str]:
        """Those of the terms that stand in at most ``most`` of the decisions that may be seen, and in one at least."""
        table = words_table("decision_terms", access)
        with self._connections.reading() as connection:

            def count(words: Sequence[str]) -> int:
                query = f"SELECT doc FROM {table} WHERE term = ?"
                rows = [connection.execute(query, (word,)).fetchone() for word in words]
                return min((row["doc"] if row else 0 for row in rows), default=0)

            return [term for term, words in zip(terms, index_terms(terms), strict=True) if 0 < count(words) <= most]

    def passages(self, narrowed: Narrowed) -> npt.NDArray[np.int64]:
        """The ids of the passages that hold the decisions, rising."""
        with self._connections.reading() as connection:
            return self._columns(connection).passages(connection, self._chosen(connection, narrowed))

    def in_passages(self, passages: Sequence[int], narrowed: Narrowed) -> list[int]:
        """The rows of the decisions in these passages, in their order, then as printed; each once."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT o.decision FROM json_each(?) AS asked JOIN decision_passages AS o ON o.passage = asked.value"
                " ORDER BY asked.key, o.decision",
                (json.dumps(list(passages)),),
            )
            found = list(dict.fromkeys(row[0] for row in rows))
            chosen = self._chosen(connection, narrowed) & self._columns(connection).of(np.array(found, np.int64))
            wanted = set(self._columns(connection).numbers[chosen].tolist())
            return [number for number in found if number in wanted]

    def people(self, access: frozenset[Access]) -> list[str]:
        """Who moved, seconded or voted by name, each once."""
        with self._connections.one() as connection:
            rows = connection.execute(
                "SELECT DISTINCT t.people FROM decisions AS d JOIN decision_texts AS t USING (number)"
                " WHERE t.people <> '' AND d.access IN (SELECT value FROM json_each(?))",
                (_json(access),),
            )
            names = {name for row in rows for name in row["people"].split("\n")}
        return sorted(names, key=str.casefold)

    def kinds(self, access: frozenset[Access]) -> list[Outcome]:
        """The kinds of decision that there are, in the order of Outcome."""
        with self._connections.one() as connection:
            rows = connection.execute(
                "SELECT DISTINCT kind FROM decisions WHERE access IN (SELECT value FROM json_each(?))", (_json(access),)
            )
            found = {row["kind"] for row in rows}
        return [kind for kind in Outcome if kind in found]

    def span(self, access: frozenset[Access]) -> tuple[date | None, date | None]:
        """The dates of the earliest and the latest decision."""
        with self._connections.one() as connection:
            first, last = connection.execute(
                "SELECT min(date), max(date) FROM decisions WHERE access IN (SELECT value FROM json_each(?))",
                (_json(access),),
            ).fetchone()
        return _day(first), _day(last)

    # All else

    def entries(self, sort: Sort, kind: type[T], narrowed: Narrowed, *, every: bool = False) -> list[Stored[T]]:
        """What of one sort is told, newest first, then as printed; ``kind`` is the class of what it tells.

        Of ``narrowed``, what speaks of decisions only is left aside. Of the same told in several packs one comes,
        with the others' places, unless ``every`` one is wanted.
        """
        with self._connections.reading() as connection:
            condition, values = self._meeting_condition(connection, "entries", narrowed, every=every)
            words = ""
            if narrowed.words is not None:
                words = " AND d.number IN (SELECT rowid FROM entry_words WHERE entry_words MATCH :words)"
            rows = connection.execute(
                "SELECT d.number, d.id, d.meeting, d.date, d.body, d.pack, d.pdf_page, d.item, d.told, d.boxes,"
                f" {PLACE.format(table='entries')} WHERE d.sort = :sort AND {condition}{words}"
                " ORDER BY d.date IS NULL, d.date DESC, d.meeting, d.number",
                {**values, "sort": sort},
            ).fetchall()
            also = self._also(connection, "entries", rows, narrowed.access)
            names = self._columns(connection).names
        return [_stored(row, decode(kind, row["told"]), names, also[row["id"]]) for row in rows]

    def meetings(self, narrowed: Narrowed) -> list[StoredMeeting]:
        """Each pack of each meeting, newest meeting first; its minutes before its other papers."""
        with self._connections.reading() as connection:
            names = self._columns(connection).names
            condition, values = self._meeting_condition(connection, "meetings", narrowed, every=True)
            rows = connection.execute(
                "SELECT d.id, d.date, d.body, d.minuted, d.pack, d.pdf_page, d.told, p.file, p.title FROM meetings AS d"
                f" JOIN packs AS p ON p.id = d.pack WHERE {condition}"
                " ORDER BY d.date IS NULL, d.date DESC, d.id, d.minuted DESC, p.kind <> 'minutes', d.pack, d.number",
                values,
            ).fetchall()
        return [
            StoredMeeting(
                id=row["id"],
                when=_meeting(row, names),
                minuted=bool(row["minuted"]),
                pack=row["pack"],
                file=row["file"],
                title=row["title"],
                pdf_page=row["pdf_page"],
                head=decode(Head, row["told"]),
            )
            for row in rows
        ]

    def minuted(self, access: frozenset[Access]) -> frozenset[tuple[str, str]]:
        """The meetings whose minutes are here, each by its id and the id of a pack that holds them."""
        with self._connections.one() as connection:
            rows = connection.execute(
                "SELECT id, pack FROM meetings WHERE minuted AND access IN (SELECT value FROM json_each(?))",
                (_json(access),),
            )
            return frozenset((row["id"], row["pack"]) for row in rows)

    def counts(self, meetings: Iterable[str], access: frozenset[Access]) -> tuple[dict[str, int], dict[str, int]]:
        """How many decisions and how many actions each of the meetings has, by its id."""
        seen = "meeting IN (SELECT value FROM json_each(?)) AND access IN (SELECT value FROM json_each(?))"
        values = (json.dumps(sorted(meetings)), _json(access))
        with self._connections.reading() as connection:
            decisions = connection.execute(
                f"SELECT meeting, count(*) FROM decisions WHERE rank = 0 AND {seen} GROUP BY meeting", values
            )
            # not those of logs among the meeting's papers, which earlier meetings asked for
            actions = connection.execute(
                f"SELECT meeting, count(DISTINCT id) FROM entries AS e WHERE sort = 'action' AND {seen} AND EXISTS"
                " (SELECT 1 FROM meetings AS m WHERE m.id = e.meeting AND m.pack = e.pack AND m.minuted)"
                " GROUP BY meeting",
                values,
            )
            return dict(map(tuple, decisions)), dict(map(tuple, actions))

    # What the queries share

    def _columns(self, connection: sqlite3.Connection) -> Columns:
        """The columns of the state of the index that ``connection`` sees."""
        generation = _generation(connection)
        with self._lock:
            if self._known is None or self._known[0] != generation:
                self._known = generation, Columns(connection)
            return self._known[1]

    def _chosen(self, connection: sqlite3.Connection, narrowed: Narrowed) -> Mask:
        """Which decisions are wanted."""
        columns = self._columns(connection)
        named = narrowed.body is not None or narrowed.council is not None
        found = columns.where(narrowed, _named(columns.names, narrowed) if named else None)
        if narrowed.numbers is not None:
            found &= columns.of(np.array(sorted(narrowed.numbers), np.int64))
        elif narrowed.words is not None and found.any():
            found &= columns.of(numbers_matching(connection, _in_text(narrowed.words)))
        if narrowed.person and (person := naming(narrowed.person)) and found.any():
            found &= columns.of(numbers_matching(connection, person))
        return found

    def _meeting_condition(
        self, connection: sqlite3.Connection, table: str, narrowed: Narrowed, *, every: bool = False
    ) -> tuple[str, dict[str, Any]]:
        """A condition on ``d``, a row of ``table`` ("entries" or "meetings"), with its named values.

        Of the same told in several packs one is taken, unless ``every`` is wanted.
        """
        seen = {f"access{place}": access.value for place, access in enumerate(sorted(narrowed.access))}
        # a list in place of a subquery: it is looked at once a row
        # where few rows are known by another condition, SQLite is kept from walking an index of all by a "+"
        few = "+" if narrowed.words else ""
        parts = [f"d.access IN ({', '.join(f':{name}' for name in seen)})"]
        values: dict[str, Any] = {**seen, "words": narrowed.words}
        if narrowed.pack is not None:
            parts.append("d.pack = :pack")
            values["pack"] = narrowed.pack
        if narrowed.pack is None and not every:
            parts.append(f"{few}d.rank = 0")
        elif not every:
            first = f"SELECT min(o.number) FROM {table} AS o WHERE o.id = d.id AND o.pack = d.pack"
            parts.append(f"d.number = ({first})")
        if narrowed.body is not None or narrowed.council is not None:
            parts.append(f"{few}d.body IN (SELECT value FROM json_each(:bodies))")
            values["bodies"] = json.dumps(sorted(_named(self._columns(connection).names, narrowed)))
        if narrowed.since is not None:
            parts.append(f"{few}d.date >= :since")
            values["since"] = narrowed.since.isoformat()
        if narrowed.until is not None:
            parts.append(f"{few}d.date <= :until")
            values["until"] = narrowed.until.isoformat()
        if narrowed.meeting is not None:
            parts.append(f"d.{'id' if table == 'meetings' else 'meeting'} = :meeting")
            values["meeting"] = narrowed.meeting
        return " AND ".join(parts), values

    def _load_decisions(
        self, connection: sqlite3.Connection, numbers: Sequence[int], access: frozenset[Access]
    ) -> list[Stored[Decision]]:
        rows = connection.execute(
            f"SELECT d.number, d.id, d.meeting, d.date, d.body, d.pack, d.pdf_page, d.minute AS item, t.told, t.boxes,"
            f" {PLACE.format(table='decisions')} JOIN decision_texts AS t ON t.number = d.number"
            " WHERE d.number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        ).fetchall()
        also = self._also(connection, "decisions", rows, access)
        names = self._columns(connection).names
        found = {row["number"]: _stored(row, decode(Decision, row["told"]), names, also[row["id"]]) for row in rows}
        return [found[number] for number in numbers if number in found]

    def _also(
        self, connection: sqlite3.Connection, table: str, rows: Sequence[sqlite3.Row], access: frozenset[Access]
    ) -> Mapping[str, tuple[Standing, ...]]:
        """By id, where else the same stands than in these rows."""
        boxes = "d.boxes" if table == "entries" else "t.boxes"
        texts = "" if table == "entries" else " JOIN decision_texts AS t ON t.number = d.number"
        found: dict[str, tuple[Standing, ...]] = defaultdict(tuple)
        others = connection.execute(
            f"SELECT d.id, d.pack, d.pdf_page, {boxes} AS boxes, {PLACE.format(table=table)}{texts}"
            " WHERE d.id IN (SELECT value FROM json_each(:ids)) AND d.number NOT IN"
            " (SELECT value FROM json_each(:shown)) AND d.access IN (SELECT value FROM json_each(:access))"
            " ORDER BY d.rank",
            {
                "ids": json.dumps(sorted({row["id"] for row in rows})),
                "shown": json.dumps([row["number"] for row in rows]),
                "access": _json(access),
            },
        )
        for row in others:
            found[row["id"]] += (_standing(row),)
        return found


def _generation(connection: sqlite3.Connection) -> tuple[object, ...]:
    return tuple(
        connection.execute("SELECT generation, token FROM changes ORDER BY generation DESC LIMIT 1").fetchone()
    )


def _named(names: Mapping[int, NamedBody], narrowed: Narrowed) -> set[int]:
    """The bodies that a filter names."""
    keyed = [(str(number), name) for number, name in names.items()]
    found = set(names)
    if narrowed.body is not None:
        found &= {int(key) for key in bodies_named(narrowed.body, keyed)}
    if narrowed.council is not None:
        councils = [(key, NamedBody(None, name.council)) for key, name in keyed]
        found &= {int(key) for key in bodies_named(narrowed.council, councils)}
    return found


def _stored(row: sqlite3.Row, told: T, names: Mapping[int, NamedBody], also: Iterable[Standing]) -> Stored[T]:
    return Stored(
        number=row["number"],
        id=row["id"],
        meeting=row["meeting"],
        when=_meeting(row, names),
        told=told,
        place=_standing(row),
        also=tuple(also),
        item=row["item"],
    )


def _standing(row: sqlite3.Row) -> Standing:
    return Standing(row["pack"], row["file"], row["printed"], row["pdf_page"], decode_boxes(row["boxes"]))


def _meeting(row: sqlite3.Row, names: Mapping[int, NamedBody]) -> Meeting:
    name = names[row["body"]]
    return Meeting(body=name.body, council=name.council, date=_day(row["date"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _json(access: frozenset[Access]) -> str:
    return json.dumps(sorted(access))


def _in_text(words: str) -> str:
    """An FTS5 expression that looks in titles and texts, not in the names of who voted."""
    return f"{{title text}} : ({words})" if words else ""
