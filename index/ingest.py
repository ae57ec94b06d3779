"""The pipeline: PDF files to packs in the index, one transaction a pack, memory flat however long the pack."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from index.acronyms import acronyms
from index.copies import drop_unused_copies, keep_copy
from index.embedding import Embedder
from index.errors import (
    EncryptedFileError,
    LimitExceededError,
    UnreadableFileError,
    UnusableFileError,
)
from index.furniture import find_furniture, mark_furniture
from index.model import Access, Kind, Meeting, PackOutline, Page, Passage, Section
from index.outline import outline
from index.pack_writer import PackWriter
from index.passages import PassageCutter, PlacedPage
from index.pdf import open_pdf
from index.records import PackRecord, Refusal, State
from index.register import register_of
from index.register_renewal import read_again
from index.sketch import sketch
from index.store import Store

log = logging.getLogger(__name__)

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


@dataclass(slots=True)
class Ingested:
    """What an ingest did: pack ids, refused files, and warnings about single pages."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Ingest:
    """Puts PDFs into a store. ``files`` is the folder where a copy of each indexed PDF is kept."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        files: Path,
        *,
        ocr: Literal["auto", "off"] = "auto",
        max_file_bytes: int | None = None,
    ) -> None:
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
        replaces: str | None = None,
    ) -> Ingested:
        """Index every PDF in ``paths`` (files and folders); a bad file is recorded and the next one taken.

        ``replaces`` is the id of the pack that a single file is a new version of, wherever the older one lay.
        """
        done = Ingested()
        if force:
            self._store.forget_refusals()
        self._read_again(done)
        found = list(pdf_files(paths))
        for number, path in enumerate(found, start=1):
            self._take(path, done, password, progress, force, number, len(found), replaces)
        drop_unused_copies(self._store, self._files)
        return done

    def re_embed(self, progress: Watcher | None = None) -> None:
        """Make every vector anew with this model; the old ones stay in use until the last is done."""
        total = self._store.passage_count()
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

    def _take(
        self,
        path: Path,
        done: Ingested,
        password: str | None,
        progress: Watcher | None,
        force: bool,
        number: int,
        count: int,
        replaces: str | None,
    ) -> None:
        sha256 = ""
        try:
            self._check_size(path)
            sha256 = hash_of(path)
            standing = self._store.standing(path, sha256, replaces)
            if standing.state is State.UNCHANGED and not force:
                done.unchanged.append(standing.pack)
                return
            if standing.state is State.REFUSED and standing.refusal is not None:
                encrypted = standing.refusal.code == EncryptedFileError.code and password is not None
                if not (force or encrypted):
                    done.refused.append(standing.refusal)
                    return

            def tell(stage: str, pages: int, total: int) -> None:
                if progress:
                    progress(Progress(path.name, stage, pages, total, number, count))

            self._index(path, sha256, standing.pack, password, tell, done)
            known = standing.state in (State.CHANGED, State.UNCHANGED)
            (done.replaced if known else done.added).append(standing.pack)
        except UnusableFileError as error:
            refusal = Refusal(path.name, str(path.absolute()), sha256, error.code, error.message, error.hint)
            self._store.refuse(refusal)
            done.refused.append(refusal)
        except OSError as error:
            reason = f"{path.name} cannot be read: {error.strerror or error}"
            hint = "Check the file and its rights."
            done.refused.append(Refusal(path.name, str(path.absolute()), sha256, "unreadable_path", reason, hint))

    def _check_size(self, path: Path) -> None:
        if self._max_file_bytes is not None and path.stat().st_size > self._max_file_bytes:
            raise LimitExceededError(
                f"{path.name} is larger than {self._max_file_bytes >> 20} MB.",
                "Raise BOARD_QA_MAX_FILE_MB if the file is genuine.",
            )

    def _index(
        self,
        path: Path,
        sha256: str,
        pack: str,
        password: str | None,
        tell: Callable[[str, int, int], None],
        done: Ingested,
    ) -> None:
        place = str(path.absolute())
        record = PackRecord(id=pack, file=path.name, sha256=sha256, path=place)
        with (
            open_pdf(path, password=password, ocr=self._ocr) as pdf,
            self._store.writing_pack(record, self._embedder.identity) as writer,
        ):
            sketches = []
            spelled: dict[str, str] = {}
            for page in pdf.pages():
                writer.spool_page(page)
                sketches.append(sketch(page))
                spelled = acronyms(page.text) | spelled
                if page.cut:
                    done.warnings.append(f"{path.name}: PDF page {page.pdf_page} has too much text, its end is cut")
                tell("read", page.pdf_page, pdf.page_count)
            done.warnings += list(_warnings(path.name, [(s.pdf_page, s.readable, s.blank) for s in sketches]))
            furniture = find_furniture(sketches)
            found = outline(sketches, writer.spooled, spelled, furniture)
            pages = (mark_furniture(page, furniture) for page in writer.spooled_pages())
            self._write(writer, pages, found, lambda pages_done: tell("embed", pages_done, pdf.page_count))
            writer.register(register_of(found, writer.added))
            writer.describe(_record(record, found))
            keep_copy(path, self._files, sha256, password)

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


def pdf_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and every PDF in the folders named, each once, by name."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
        for file in inside if path.is_dir() else [path]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record(record: PackRecord, found: PackOutline) -> PackRecord:
    meeting = found.meeting
    hidden = bool(found.sections) and all(section.access is Access.EXEMPT for section in found.sections)
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
        access=Access.EXEMPT if hidden else Access.PUBLIC,
        items=found.items,
        acronyms=found.acronyms,
    )


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
