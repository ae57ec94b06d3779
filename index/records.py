"""What the store takes and gives back: packs, pages and refusals as rows, and what a search may look in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.model import Access, AgendaItem, Kind, PageSource

PUBLIC_ONLY: frozenset[Access] = frozenset({Access.PUBLIC})


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What two sets of vectors must share to be comparable; kept in the index and compared before every use."""

    name: str
    dimensions: int
    query_prefix: str = ""
    passage_prefix: str = ""
    normalised: bool = True


@dataclass(frozen=True, slots=True)
class PackRecord:
    """One PDF as it is to be stored. ``file`` is the bare file name, ``path`` where it lay when it was read."""

    id: str
    file: str
    sha256: str
    path: str = ""
    title: str = ""
    council: str | None = None
    body: str | None = None
    meeting_date: date | None = None
    kind: Kind = Kind.OTHER
    access: Access = Access.PUBLIC
    items: tuple[AgendaItem, ...] = ()
    acronyms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack of the index; ``pages`` counts the PDF's pages, ``files`` are all the PDFs of the same meeting."""

    record: PackRecord
    pages: int
    files: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.record.id


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One page of a pack without its words; ``printed`` is the agenda page number, None where it has none."""

    pack: str
    pdf_page: int
    printed: str | None
    source: PageSource
    item: str | None
    item_title: str
    kind: Kind
    access: Access
    scanned: bool
    blank: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be indexed, remembered so that it is not tried again until it changes."""

    file: str
    path: str
    sha256: str
    code: str
    message: str
    hint: str = ""
    at: str = ""  # ISO date and time with its offset; "" where an older index did not tell


class State(StrEnum):
    """How a file on disk stands to the index."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """``pack`` is the id that the file has or will have; ``refusal`` says why it was refused before."""

    state: State
    pack: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may look in. Each field narrows, None does not; ``access`` always applies.

    ``body`` is a name, part of one, or an acronym, with or without the council's name; ``since`` and ``until`` are
    meeting dates, both included (a pack without a date is then left out); ``packs`` are pack ids.
    """

    body: str | None = None
    since: date | None = None
    until: date | None = None
    packs: frozenset[str] | None = None
    item: str | None = None
    kind: Kind | None = None
    access: frozenset[Access] = PUBLIC_ONLY

    @property
    def names_packs(self) -> bool:
        """Whether any field speaks of packs or meetings rather than of passages."""
        return not (self.body is None and self.since is None and self.until is None and self.packs is None)


class Generation(NamedTuple):
    """A committed state of the index: numbers rise, the token tells two files with the same number apart."""

    number: int
    token: str


@dataclass(frozen=True, slots=True)
class VectorChanges:
    """How to bring a copy of the vectors up to ``generation``.

    ``added`` ids, rising, have the ``vectors`` of shape (added, dimensions); ``removed`` ids are gone. ``afresh``
    says that the copy is not of an earlier state of this index: it is to be emptied first.
    """

    generation: Generation
    afresh: bool
    removed: npt.NDArray[np.int64]
    added: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
