"""The pipeline: PDF files to packs in the index, one transaction a pack, memory flat however long the pack."""

from __future__ import annotations

import errno
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from index.access import restricted_whole, why_restricted
from index.access_writer import AccessRule
from index.acronyms import acronyms
from index.copies import copy_kept, drop_unused_copies
from index.embedding import Embedder
from index.errors import (
    DiskFullError,
    EncryptedFileError,
    LimitExceededError,
    UnreadableFileError,
    UnusableFileError,
)
from index.files import hash_of, pdf_files, private_copy, told_name, told_path
from index.furniture import find_furniture, mark_furniture
from index.guarded_pdf import open_guarded
from index.misread import mended, printed_words
from index.model import Access, Kind, Meeting, PackOutline, Page, Passage, Section
from index.outline import outline
from index.pack_writer import PackWriter
from index.passages import PassageCutter, PlacedPage
from index.records import PackRecord, Refusal, Standing, State
from index.register import register_of
from index.register_renewal import read_again
from index.sketch import sketch
from index.store import Store

log = logging.getLogger(__name__)

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
HIDDEN_TOLD = 12  # letters and figures of a page; fewer are a slip of an office program
EMBEDDED_AT_ONCE = 256  # passages; enough to sort by length, little enough to keep memory flat


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: ``stage`` is "read", "embed" or "re-embed"; of the last, pages are passages."""

    file: str
    stage: str
    pages_done: int
    pages_total: int
    file_number: int
    file_count: int


Watcher = Callable[[Progress], None]
Teller = Callable[[str, int, int], None]  # of a stage, the pages done and their number


@dataclass(slots=True)
class Ingested:
    """What an ingest did: pack ids, refused files, and warnings about single pages."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a run, and how it is to be taken: read ``again`` where it is indexed, or was refused."""

    path: Path
    password: str | None
    again: bool
    though_refused: bool
    replaces: str | None

    @property
    def place(self) -> Path:
        """Where it lies, as it is told and stored."""
        return told_path(self.path.absolute())

    @property
    def name(self) -> str:
        return told_name(self.path)


class _OvertakenError(Exception):
    """Another process changed how a file stands to the index while it was read."""


class Ingest:
    """Puts PDFs into a store. ``files`` is the folder where a copy of each indexed PDF is kept.

    Files within ``restricted_folders`` are restricted as a whole; ``access`` is an operator's word on all files of
    the run, whatever they say of themselves.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        files: Path,
        *,
        ocr: Literal["auto", "off"] = "auto",
        max_file_bytes: int | None = None,
        restricted_folders: Sequence[Path] = (),
        access: Access | None = None,
    ) -> None:
        self._restricted_folders = restricted_folders
        self._access = access
        self._store = store
        self._embedder = embedder
        self._files = files
        self._ocr: Literal["auto", "off"] = ocr
        self._max_file_bytes = max_file_bytes

    def run(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        progress: Watcher | None = None,
        force: bool = False,
        retry: bool = False,
        replaces: str | None = None,
    ) -> Ingested:
        """Index every PDF in ``paths`` (files and folders); a bad file is recorded and the next one taken.

        A file that was refused is not tried again until it changes, but with ``retry``, which for no paths tries all
        that were refused, or with ``force``, which reads unchanged files again too. ``replaces`` is the id of the
        pack that a single file is a new version of, wherever the older one lay. Raises DiskFullError.
        """
        done = Ingested()
        self._read_again(done)
        if retry and not paths:
            paths = self._refused_paths(done)
        found = list(pdf_files(paths))
        for number, path in enumerate(found, start=1):
            file = _File(path, password, force, force or retry, replaces)
            self._take(file, partial(_tell, progress, file.name, number, len(found)), done)
        drop_unused_copies(self._store, self._files)
        return done

    def _refused_paths(self, done: Ingested) -> list[Path]:
        """The refused files that are still there; the others are forgotten."""
        paths = [Path(refusal.path) for refusal in self._store.refusals()]
        gone = [path for path in paths if not path.exists()]
        self._store.forget_refusals(map(str, gone))
        done.warnings += [f"{path.name}: it is no longer where it was, and forgotten; add it again" for path in gone]
        return [path for path in paths if path not in gone]

    def re_embed(self, progress: Watcher | None = None) -> None:
        """Make every vector anew with this model; the old ones stay in use until the last is done."""
        total = self._store.passage_count(frozenset(Access))
        done = 0

        def batches() -> Iterator[tuple[list[int], object]]:
            nonlocal done
            for passages in self._store.every_passage(EMBEDDED_AT_ONCE):
                yield [p.id for p in passages], self._embedder.embed_passages([embedded_text(p) for p in passages])
                done += len(passages)
                if progress:
                    progress(Progress("all packs", "re-embed", done, total, 1, 1))

        self._store.replace_vectors(self._embedder.identity, batches())  # type: ignore[arg-type]  # arrays of floats

    def _read_again(self, done: Ingested) -> None:
        """Read the packs of an older index for the decision register, out of what is stored of their pages."""
        again = read_again(self._store.path)
        if again:
            told = f"packs of an older index were read for the decision register: {', '.join(again[:20])}"
            done.warnings.append(told + (" and more" if len(again) > 20 else ""))

    def _take(self, file: _File, tell: Teller, done: Ingested) -> None:
        """Index one file, or tell why not."""
        sha256 = ""
        try:
            self._check_size(file)
            sha256 = hash_of(file.path)
            while not self._settled(file, sha256, tell, done):
                log.info("%s: another process was quicker; looking again", file.name)
        except UnusableFileError as error:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            refusal = Refusal(file.name, str(file.place), sha256, error.code, error.message, error.hint, at)
            self._store.refuse(refusal)
            done.refused.append(refusal)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise DiskFullError(
                    f"{file.name} cannot be indexed: the disk is full.", "Make room, then run the same command again."
                ) from error
            reason = f"{file.name} cannot be read: {error.strerror or error}"
            hint = "Check the file and its rights."
            done.refused.append(Refusal(file.name, str(file.place), sha256, "unreadable_path", reason, hint))

    def _settled(self, file: _File, sha256: str, tell: Teller, done: Ingested) -> bool:
        """Index one file unless nothing is to be done; false where another process changed how it stands meanwhile."""
        standing = self._store.standing(file.place, sha256, file.replaces)
        if standing.state is State.UNCHANGED and not file.again:
            if self._access is not None:
                self._store.set_access(standing.pack, AccessRule(self._access))
            done.unchanged.append(standing.pack)
            return True
        if standing.state is State.REFUSED and standing.refusal is not None:
            encrypted = standing.refusal.code == EncryptedFileError.code and file.password is not None
            if not (file.though_refused or encrypted):
                done.refused.append(standing.refusal)
                return True
        warnings: list[str] = []
        try:
            self._index(file, sha256, standing, tell, warnings)
        except _OvertakenError:
            return False
        done.warnings += warnings
        known = standing.state in (State.CHANGED, State.UNCHANGED)
        (done.replaced if known else done.added).append(standing.pack)
        return True

    def _check_size(self, file: _File) -> None:
        if self._max_file_bytes is not None and file.path.stat().st_size > self._max_file_bytes:
            raise LimitExceededError(
                f"{file.name} is larger than {self._max_file_bytes >> 20} MB.",
                "Raise BOARD_QA_MAX_FILE_MB if the file is genuine.",
            )

    def _index(self, file: _File, sha256: str, standing: Standing, tell: Teller, warnings: list[str]) -> None:
        record = PackRecord(id=standing.pack, file=file.name, sha256=sha256, path=str(file.place))
        with (
            private_copy(file.path, sha256, self._files) as copy,
            ExitStack() as until_it_is_in,
            open_guarded(copy, name=file.name, password=file.password, ocr=self._ocr) as pdf,
            self._store.writing_pack(record, self._embedder.identity) as writer,
        ):

            def went_on(stage: str, pages_done: int) -> None:
                os.utime(copy)  # no other process takes it for one that was left behind
                tell(stage, pages_done, pdf.page_count)

            sketches = []
            spelled: dict[int, dict[str, str]] = {}
            printed: Counter[str] = Counter()
            for page in pdf.pages():
                writer.spool_page(page)
                sketches.append(sketch(page))
                spelled[page.pdf_page] = acronyms(page.text)
                printed.update(printed_words(page))
                if page.cut:
                    warnings.append(f"{file.name}: PDF page {page.pdf_page} has too much text, its end is cut")
                if page.hidden >= HIDDEN_TOLD:
                    warnings.append(f"{file.name}: PDF page {page.pdf_page} has hidden text; it is left out")
                went_on("read", page.pdf_page)
            warnings += list(_warnings(file.name, [(s.pdf_page, s.readable, s.blank) for s in sketches]))
            furniture = find_furniture(sketches)
            found = outline(sketches, writer.spooled, furniture)
            restricted = why_restricted(file.place, self._restricted_folders)
            if restricted:
                found = restricted_whole(found)
            found = replace(found, acronyms=_acronyms(found, spelled))
            warnings += list(_restrictions(file.name, standing.pack, found, restricted))
            pages = (mended(mark_furniture(page, furniture), printed) for page in writer.spooled_pages())
            self._write(writer, pages, found, lambda pages_done: went_on("embed", pages_done))
            writer.register(register_of(found, writer.added))
            writer.describe(_record(record, found))
            if self._access is not None:
                writer.set_access(self._access)
            until_it_is_in.enter_context(copy_kept(copy, self._files, sha256, file.password, file.name))
            self._check_not_overtaken(file, sha256, standing)

    def _check_not_overtaken(self, file: _File, sha256: str, standing: Standing) -> None:
        """Raise _OvertakenError where another process has put the same content, or a pack of that id, in meanwhile."""
        now = self._store.standing(file.place, sha256, file.replaces)
        if (now.state, now.pack) != (standing.state, standing.pack):
            raise _OvertakenError

    def _write(
        self, writer: PackWriter, pages: Iterable[Page], found: PackOutline, tell: Callable[[int], None]
    ) -> None:
        """Place every page, cut it into passages, and embed these."""
        sections = {n: section for section in found.sections for n in range(section.first, section.last + 1)}
        titles = {item.number: item.title for item in found.items}
        numbers = {number.pdf_page: number for number in found.numbers}
        cutter = PassageCutter(self._embedder.count_tokens, self._embedder.max_tokens)

        def placed() -> Iterator[PlacedPage]:
            for page in pages:
                section = sections[page.pdf_page]
                title = titles.get(section.item or "", "") or section.title
                writer.add_page(page, numbers[page.pdf_page], section.item, title, section.kind, section.access)
                label = meeting_label(found.meeting, section)
                yield PlacedPage(page, section, label, titles.get(section.item or "", ""))
                tell(page.pdf_page)

        cut = cutter.cut(placed())
        while passages := list(islice(cut, EMBEDDED_AT_ONCE)):
            writer.add_passages(passages, self._embedder.embed_passages([embedded_text(p) for p in passages]))


def embedded_text(passage: Passage) -> str:
    """What stands for a passage in the vector index: its context, then its words."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def meeting_label(meeting: Meeting, section: Section) -> str:
    """What the passages of a section are searched under: whose meeting and when; minutes, that which they record."""
    told = section.recorded if section.recorded is not None else meeting
    council = told.council or meeting.council
    body = told.body or meeting.body
    parts = ["Minutes"] if section.kind is Kind.MINUTES else []
    if council and not (body and council.casefold() in body.casefold()):
        parts.append(council)
    if body:
        parts.append(body)
    if told.date:
        parts.append(f"{told.date:%-d %B %Y}")
    return ", ".join(parts)


def _acronyms(found: PackOutline, spelled: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
    """The acronyms of a pack's pages, first come first kept; what only restricted pages spell out is no public word."""
    kept: dict[str, str] = {}
    for section in found.sections:
        if section.access is Access.PUBLIC or found.restricted:
            for number in range(section.first, section.last + 1):
                kept = {**spelled[number], **kept}
    return kept


def _record(record: PackRecord, found: PackOutline) -> PackRecord:
    meeting = found.meeting
    return PackRecord(
        id=record.id,
        file=record.file,
        sha256=record.sha256,
        path=record.path,
        title=found.title or record.file,
        council=meeting.council,
        body=meeting.body,
        meeting_date=meeting.date,
        kind=found.kind,
        access=Access.RESTRICTED if found.restricted else Access.PUBLIC,
        items=found.items,
        acronyms=found.acronyms,
    )


def _tell(
    progress: Watcher | None, file: str, number: int, count: int, stage: str, pages_done: int, pages_total: int
) -> None:
    if progress:
        progress(Progress(file, stage, pages_done, pages_total, number, count))


def _restrictions(name: str, pack: str, found: PackOutline, whole: str) -> Iterator[str]:
    """Told of a file that is taken in: which of its pages are restricted, and how that is changed."""
    hidden = [s for s in found.sections if s.access is Access.RESTRICTED]
    if not hidden:
        return
    if whole:
        told = f"it is restricted as {whole}"
    elif found.restricted:
        told = "it is restricted as it is marked so"
    else:
        stretches = [f"{s.first}" if s.first == s.last else f"{s.first}–{s.last}" for s in hidden]
        told = f"PDF pages {', '.join(stretches)} are restricted as they are marked so"
    yield f"{name}: {told}; if that is wrong: board-qa access {pack} public [--pages FIRST-LAST]"


def _warnings(name: str, pages: Sequence[tuple[int, bool, bool]]) -> Iterator[str]:
    """Told of a file that is taken in: pages without text. Raises UnreadableFileError where no page has any."""
    unreadable = [n for n, readable, _ in pages if not readable]
    if unreadable and len(unreadable) + sum(blank for _, _, blank in pages) == len(pages):
        raise UnreadableFileError(
            f"{name}: no text can be had from any of its {len(pages)} pages.",
            "If it is a scan, install tesseract (see `board-qa doctor`) or get the PDF with a text layer.",
        )
    if unreadable:
        shown = ", ".join(map(str, unreadable[:20])) + (" and more" if len(unreadable) > 20 else "")
        yield f"{name}: no text could be had from PDF page {shown}"
    elif pages and all(blank for _, _, blank in pages):
        yield f"{name}: all its pages are blank"
