"""Which packs are papers of the same meeting: the agenda pack, its late supplements, the minutes by themselves."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.bodies import words_of
from index.model import Access
from index.records import Generation, PackRecord, StoredPack
from index.rows import record_of


def same_meeting(records: Sequence[PackRecord]) -> list[tuple[PackRecord, tuple[str, ...]]]:
    """Each record, in the order given, with the files of its meeting, its own among them.

    Body and date name a meeting. A paper that does not name its council is of the same meeting where only one
    council's papers of that body and date are there, and then takes that council's name.
    """
    groups: dict[object, list[PackRecord]] = defaultdict(list)
    for record in records:
        groups[_body_and_day(record)].append(record)
    found: dict[str, tuple[PackRecord, tuple[str, ...]]] = {}
    for group in groups.values():
        councils = {record.council for record in group if record.council}
        only = next(iter(councils)) if len(councils) == 1 else None
        for record in group:
            own = record.council or only
            together = [r for r in group if (r.council or only) == own and (own or r is record or not councils)]
            found[record.id] = (replace(record, council=own), _files(together))
    return [found[record.id] for record in records]


def _body_and_day(record: PackRecord) -> object:
    if not (record.body and record.meeting_date):
        return record.id
    return " ".join(words_of(record.body)), record.meeting_date


def _files(records: Iterable[PackRecord]) -> tuple[str, ...]:
    return tuple(record.file for record in records)


class PackList:
    """The packs of the index as it was last seen: every question asks for them, and few change. For any thread."""

    def __init__(self) -> None:
        self._known: tuple[Generation, dict[frozenset[Access], list[StoredPack]]] | None = None

    def of(
        self, connection: sqlite3.Connection, generation: Generation, access: frozenset[Access]
    ) -> Sequence[StoredPack]:
        """Those that ``access`` may see, by meeting date, body and file; ``generation`` is the connection's."""
        known = self._known
        if known is None or known[0] != generation:
            known = self._known = (generation, {})
        found = known[1].get(access)
        if found is None:
            rows = connection.execute(
                "SELECT * FROM packs ORDER BY meeting_date IS NULL, meeting_date, body, file"
            ).fetchall()
            pages = {row["id"]: row["page_count"] for row in rows}
            records = same_meeting([record_of(row) for row in rows if row["access"] in access])
            found = known[1][access] = [StoredPack(record, pages[record.id], files) for record, files in records]
        return found
