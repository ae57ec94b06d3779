"""The audit log: who asked what and when, what was cited, and what officers and administrators did.

Papers stand in it by the SHA-256 of their PDF only, never by name, title or words, so that a pack that is erased leaves
nothing of itself here; where it is still indexed, it is told by its id when the log is read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from index.errors import BoardQAError
from index.model import Access
from qa.audit_store import AuditStore, Chosen, NumberedRow, Row, time_text
from qa.errors import AuditUnavailableError
from qa.model import Answer, RankedPassage
from qa.person import Person
from qa.settings import Settings
from qa.spreadsheet import csv_file

MOST_CHARS = 4000  # of one text of an entry; what is longer is cut
MOST_CITED = 100  # pages of one entry
MOST_ENTRIES = 1000  # given at once
SECONDS_BETWEEN_CLEARINGS = 3600  # of entries that are kept no longer

Contents = Callable[[frozenset[Access]], Mapping[str, str]]

log = logging.getLogger(__name__)


class Act(StrEnum):
    """What is recorded."""

    ASK = "ask"
    SEARCH = "search"
    INGEST = "ingest"
    REMOVE = "remove"
    SET_ACCESS = "set access"
    BACKUP = "backup"
    RESTORE = "restore"
    EXPORT_FEEDBACK = "export feedback"
    FORGET_FEEDBACK = "forget feedback"
    READ_AUDIT = "read audit"
    CLEAR_AUDIT = "clear audit"  # entries that are kept no longer
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    REFUSED = "refused"
    MAKE_TOKEN = "make token"
    REVOKE_TOKEN = "revoke token"


class AuditEntry(BaseModel):
    """One entry of the audit log."""

    number: int = Field(description="Rises by one from entry to entry")
    time: datetime = Field(description="UTC")
    person: str = Field(description='Stable id, telling the way in: "local:jane", "oidc:8f31…", "token:k3v9"')
    name: str
    role: str = Field(description="The role that the person had then")
    way: str = Field(description="local, anonymous, proxy, oidc or token")
    act: str = Field(description="What was done")
    about: dict[str, Any] = Field(
        description="What it was done to; `cited` pages as [SHA-256 of the PDF, PDF page], `packs` by SHA-256"
    )
    packs: dict[str, str] = Field(description="Ids of those PDFs that are indexed now and may be seen, by SHA-256")
    hash: str = Field(description="SHA-256 over this entry and the hash of the one before")


class AuditPage(BaseModel):
    """A part of the audit log, newest first."""

    entries: list[AuditEntry]
    next: int | None = Field(description="`before` of the next older part; null at the end")


class Selection(BaseModel):
    """Which entries are wanted; days are of UTC, the last one included."""

    from_: date | None = None
    to: date | None = None
    act: str | None = None
    person: str | None = None

    def told(self) -> dict[str, Any]:
        """What was chosen by, as it stands in the log."""
        return self.model_dump(mode="json", exclude_none=True)


class AuditCheck(BaseModel):
    """Whether the log is whole and as it was written."""

    entries: int = Field(description="How many there are")
    first: int | None = Field(description="The number of the oldest; those before it are kept no longer")
    last: int | None
    hash: str = Field(description="Of the last entry; noted elsewhere, it shows whether all of the log was made anew")
    broken: str | None = Field(description="What is wrong; null where nothing is")


class Audit:
    """The log as one person writes to it. Safe to use from several threads.

    ``access`` is what the person may see; ``contents`` gives the SHA-256 of each pack by its id, of
    those that have one of the access levels.
    """

    def __init__(
        self, store: AuditStore, settings: Settings, person: Person, access: frozenset[Access], contents: Contents
    ) -> None:
        self._store = store
        self._days = settings.audit_days
        self._words = settings.audit_questions
        self._person = person
        self._access = access
        self._contents = contents

    def record(self, act: str, /, **about: Any) -> None:
        """Add an entry; ``about`` must fit in JSON. Raises AuditUnavailableError where it cannot be written."""
        if not self._days:
            return
        told = json.dumps(_short(about), default=str)
        person = self._person
        now = datetime.now(UTC)
        who = (_storable(person.id), _storable(person.name))
        self._store.append(Row(time_text(now), *who, person.role, person.way, act, told))
        self._clear(now)

    @contextmanager
    def acting(self, act: str, /, **about: Any) -> Iterator[dict[str, Any]]:
        """Record an act that the block does, with what the block adds to the dictionary, or the error it ends with.

        Raises AuditUnavailableError before anything is done where no entry can be written.
        """
        if self._days:
            self._store.require_writable()
        told = dict(about)
        try:
            yield told
        except BaseException as error:
            told["failed"] = error.code if isinstance(error, BoardQAError) else type(error).__name__
            self.record(act, **told)
            raise
        self.record(act, **told)

    def asked(self, question: str, answer: Answer) -> None:
        """Record a question with the pages that its answer cites.

        Raises AuditUnavailableError where it cannot be written and the person may see restricted papers: nobody reads
        these unrecorded. What is public is answered all the same.
        """
        cited = [(citation.pack, citation.pdf_page) for citation in answer.citations]
        self._read(Act.ASK, question, cited, status=answer.status, engine=answer.engine)

    def searched(self, query: str, passages: Iterable[RankedPassage]) -> None:
        """Record a search with the pages it found. Raises as ``asked``."""
        self._read(Act.SEARCH, query, [(passage.pack, passage.pdf_page) for passage in passages])

    def _read(self, act: Act, words: str, places: Iterable[tuple[str, int]], **about: Any) -> None:
        if not self._days:
            return
        contents = self._contents(frozenset(Access))
        cited = list(dict.fromkeys((contents[pack], page) for pack, page in places if pack in contents))[:MOST_CITED]
        if self._words:
            about["question"] = words
        try:
            self.record(act, cited=cited, **about)
        except AuditUnavailableError:
            if Access.RESTRICTED in self._access:
                raise
            log.exception("a question about public papers is not in the audit log")

    def sha256_of(self, packs: Iterable[str]) -> list[str]:
        """How packs (ids) stand in the log."""
        contents = self._contents(frozenset(Access))
        return [contents[pack] for pack in packs if pack in contents]

    def entries(self, wanted: Selection, most: int = MOST_ENTRIES, before: int | None = None) -> AuditPage:
        """The wanted entries, newest first, of numbers below ``before``. Raises AuditUnavailableError."""
        found = self._store.rows(_chosen(wanted), most, before)
        packs = {sha256: pack for pack, sha256 in self._contents(self._access).items()}
        entries = [_entry(one, packs) for one in found]
        return AuditPage(entries=entries, next=entries[-1].number if len(entries) == most else None)

    def every_entry(self, wanted: Selection) -> Iterator[AuditEntry]:
        """All wanted entries, newest first. Raises AuditUnavailableError."""
        before = None
        while True:
            page = self.entries(wanted, before=before)
            yield from page.entries
            if page.next is None:
                return
            before = page.next

    def check(self) -> AuditCheck:
        """Whether the log is whole and as it was written. Raises AuditUnavailableError."""
        found = self._store.verify()
        return AuditCheck(entries=found.rows, first=found.first, last=found.last, hash=found.hash, broken=found.broken)

    def _clear(self, now: datetime) -> None:
        """Delete what is kept no longer, and record that."""
        if not self._store.clearing_due(SECONDS_BETWEEN_CLEARINGS):
            return
        oldest = now - timedelta(days=self._days)
        gone = self._store.forget_before(time_text(oldest), self._days)
        if gone:
            self.record(Act.CLEAR_AUDIT, entries=gone, before=time_text(oldest))


def csv_of(entries: Iterable[AuditEntry]) -> bytes:
    """The entries as CSV, one a record; ``about`` as JSON in one cell."""
    columns = ("number", "time", "person", "name", "role", "way", "act", "about", "packs", "hash")
    return csv_file(columns, ([_cell(getattr(entry, name)) for name in columns] for entry in entries))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return time_text(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _chosen(wanted: Selection) -> Chosen:
    after = wanted.to + timedelta(days=1) if wanted.to and wanted.to < date.max else None
    return Chosen(
        since=wanted.from_.isoformat() if wanted.from_ else None,
        before=after.isoformat() if after else None,
        act=wanted.act,
        person=wanted.person,
    )


def _entry(found: NumberedRow, packs: Mapping[str, str]) -> AuditEntry:
    row, about = found.row, json.loads(found.row.about)
    named = [*about.get("packs", []), *(sha256 for sha256, _ in about.get("cited", []))]
    return AuditEntry(
        number=found.number,
        time=datetime.fromisoformat(row.time),
        person=row.person,
        name=row.name,
        role=row.role,
        way=row.way,
        act=row.act,
        about=about,
        packs={sha256: packs[sha256] for sha256 in named if sha256 in packs},
        hash=found.hash,
    )


def _short(value: Any) -> Any:
    """The value with its texts cut to what an entry may hold."""
    if isinstance(value, str):
        return value[:MOST_CHARS]
    if isinstance(value, Mapping):
        return {str(name): _short(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_short(part) for part in value]
    return value


def _storable(text: str) -> str:
    """The text with lone surrogates, which SQLite refuses, as "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")[:MOST_CHARS]
