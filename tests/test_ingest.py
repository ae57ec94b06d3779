"""PDFs into the index: once each, whole or not at all, and a bad one never in another's way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.utils import ImageReader

from index.copies import copy_of
from index.embedding import Embedder, load_embedder
from index.files import pdf_files
from index.fulltext import any_of
from index.ingest import Ingest, Ingested, Progress, meeting_label
from index.model import Kind, Meeting, Section
from index.records import Scope
from index.store import Store
from index.vectors import VectorIndex
from tests.papers import Sheet, draw
from tests.stored import EVERYONE

FRONT = ["Marlby Borough Council", "Cabinet", "Tuesday, 4 July 2023", "AGENDA"]


@cache
def embedder() -> Embedder:
    return load_embedder()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def ingest(store: Store) -> Ingest:
    return Ingest(store, embedder(), store.folder / "files", ocr="off")


def paper(path: Path, *pages: str) -> Path:
    """A PDF of one sentence a page."""
    return draw(path, *[lambda sheet, text=text: sheet.write(72, 120, text) for text in pages])


def noise(path: Path) -> Path:
    """A scanned page on which nothing can be read."""

    def scan(sheet: Sheet) -> None:
        dots = Image.frombytes("L", (60, 80), random.Random(1).randbytes(4800))
        sheet.canvas.drawImage(ImageReader(dots), 40, 40, sheet.width - 80, sheet.height - 80)

    return draw(path, scan)


def locked(path: Path, text: str, password: str) -> Path:
    plain = paper(path.with_suffix(".plain"), text)
    writer = PdfWriter(clone_from=plain)
    plain.unlink()
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    return path


def texts(store: Store) -> list[str]:
    return [passage.text for pack in store.packs() for passage in store.passages_of(pack.id)]


def codes(done: Ingested) -> list[str]:
    return [refusal.code for refusal in done.refused]


def test_a_file_is_indexed_once_under_whatever_name(ingest: Ingest, store: Store, papers: Path) -> None:
    first = paper(papers / "cabinet.pdf", "The roof of the depot is to be renewed.")
    assert ingest.run([papers]).added == ["cabinet"]
    again = ingest.run([first, papers, first])
    assert (again.added, again.replaced, again.unchanged) == ([], [], ["cabinet"])
    (papers / "renamed.pdf").write_bytes(first.read_bytes())
    assert ingest.run([papers]).unchanged == ["cabinet", "cabinet"]
    assert [pack.record.file for pack in store.packs()] == ["cabinet.pdf"]


def test_a_changed_file_leaves_nothing_of_what_it_said_before(ingest: Ingest, store: Store, papers: Path) -> None:
    path = paper(papers / "cabinet.pdf", "The depot roof will be thatched.", "The yard is flooded.")
    ingest.run([path])
    vectors = VectorIndex(store.folder, store)
    old = [passage.id for passage in store.passages_of("cabinet")]
    before = copy_of(store.folder / "files", store.pack("cabinet").record.sha256)
    paper(path, "The depot roof will be slated.")
    assert ingest.run([path]).replaced == ["cabinet"]
    assert texts(store) == ["The depot roof will be slated."]
    assert store.fts(any_of(["thatched", "flooded"]), Scope(), 5) == []
    ids, _ = vectors.search(embedder().embed_query("a thatched roof"), 10)
    assert set(ids).isdisjoint(old)
    assert len(ids) == 1
    assert not before.exists()


def test_force_reads_everything_again(ingest: Ingest, store: Store, papers: Path) -> None:
    paper(papers / "cabinet.pdf", "The depot roof will be slated.")
    ingest.run([papers])
    (old,) = store.passages_of("cabinet")
    assert ingest.run([papers], force=True).replaced == ["cabinet"]
    (new,) = store.passages_of("cabinet")
    assert new.id > old.id
    assert new.text == old.text


def test_bad_files_stop_nothing_and_are_not_tried_again_until_they_change(
    ingest: Ingest, store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = paper(papers / "b.pdf", "The ferry is late.")
    (papers / "a.pdf").write_bytes(b"")
    (papers / "c.pdf").write_text("Minutes, typed by hand")
    (papers / "d.pdf").write_bytes(b"%PDF-1.7\n" + good.read_bytes()[40:90])
    noise(papers / "e.pdf")
    (papers / "notes.txt").write_text("no paper at all")
    done = ingest.run([papers])
    assert done.added == ["b"]
    assert codes(done) == ["empty_file", "not_a_pdf", "damaged_file", "unreadable_file"]
    assert all(refusal.file in refusal.message and refusal.hint for refusal in done.refused)

    opened: list[str] = []
    real = ingest._index
    monkeypatch.setattr(ingest, "_index", lambda path, *rest: (opened.append(path.name), real(path, *rest)))
    assert ingest.run([papers]).refused == done.refused
    assert opened == []
    paper(papers / "a.pdf", "The ferry sails again.")
    assert ingest.run([papers]).added == ["a"]
    assert opened == ["a.pdf"]
    assert codes(ingest.run([papers], force=True)) == ["not_a_pdf", "damaged_file", "unreadable_file"]
    assert sorted(opened[1:]) == ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"]


def test_a_path_that_is_not_there_is_told_and_the_next_taken(ingest: Ingest, papers: Path) -> None:
    done = ingest.run([papers / "gone.pdf", paper(papers / "here.pdf", "The ferry is late.")])
    assert codes(done) == ["unreadable_path"]
    assert done.added == ["here"]


def test_a_file_over_the_size_limit_is_refused(store: Store, papers: Path) -> None:
    small = Ingest(store, embedder(), store.folder / "files", max_file_bytes=100)
    done = small.run([paper(papers / "large.pdf", "The ferry is late.")])
    assert codes(done) == ["limit_exceeded"]
    assert "BOARD_QA_MAX_FILE_MB" in done.refused[0].hint


def test_a_locked_file_is_tried_again_as_soon_as_a_password_is_given(
    ingest: Ingest, store: Store, papers: Path
) -> None:
    locked(papers / "locked.pdf", "The chief officer resigned.", "quay")
    assert codes(ingest.run([papers])) == ["encrypted_file"]
    assert codes(ingest.run([papers], password="pier")) == ["encrypted_file"]
    assert ingest.run([papers], password="quay").added == ["locked"]
    assert texts(store) == ["The chief officer resigned."]
    assert store.refusals() == []
    assert ingest.run([papers]).unchanged == ["locked"]


def test_pages_without_text_are_told_and_blank_ones_are_fine(ingest: Ingest, store: Store, papers: Path) -> None:
    scan = noise(papers / "scan.pdf")
    writer = PdfWriter(clone_from=paper(papers / "mixed.pdf", "The ferry is late.", ""))
    writer.append(scan)
    writer.write(papers / "mixed.pdf")
    scan.unlink()
    draw(papers / "empty.pdf", lambda _: None, lambda _: None)
    done = ingest.run([papers])
    assert sorted(done.added) == ["empty", "mixed"]
    assert [warning.split(":")[0] for warning in done.warnings] == ["empty.pdf", "mixed.pdf"]
    assert "blank" in done.warnings[0]
    assert "page 3" in done.warnings[1]
    assert [(page.blank, page.readable) for page in store.pages("mixed")] == [
        (False, True),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize("stage", ["read", "embed"])
def test_an_interruption_leaves_the_older_version_whole(ingest: Ingest, store: Store, papers: Path, stage: str) -> None:
    path = paper(papers / "cabinet.pdf", "The depot roof will be thatched.")
    ingest.run([path])
    paper(path, "The depot roof will be slated.", "The yard will be drained.")

    def stop(progress: Progress) -> None:
        if (progress.stage, progress.pages_done) == (stage, 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest.run([path], progress=stop)
    assert texts(store) == ["The depot roof will be thatched."]
    assert copy_of(store.folder / "files", store.pack("cabinet").record.sha256).exists()
    assert ingest.run([path]).replaced == ["cabinet"]
    assert texts(store) == ["The depot roof will be slated.", "The yard will be drained."]


def test_progress_is_told_page_by_page(ingest: Ingest, papers: Path) -> None:
    paper(papers / "a.pdf", "The ferry is late.", "The pier is shut.")
    paper(papers / "b.pdf", "The quay is full.")
    told: list[Progress] = []
    ingest.run([papers], progress=told.append)
    assert [(p.file, p.stage, p.pages_done, p.pages_total, p.file_number, p.file_count) for p in told] == [
        ("a.pdf", "read", 1, 2, 1, 2),
        ("a.pdf", "read", 2, 2, 1, 2),
        ("a.pdf", "embed", 1, 2, 1, 2),
        ("a.pdf", "embed", 2, 2, 1, 2),
        ("b.pdf", "read", 1, 1, 2, 2),
        ("b.pdf", "embed", 1, 1, 2, 2),
    ]


def test_folders_are_searched_through_and_each_file_taken_once(papers: Path) -> None:
    (papers / "2023" / "july").mkdir(parents=True)
    names = ["2023/july/agenda.PDF", "2023/minutes.pdf", "front.pdf"]
    for name in [*names, "readme.md"]:
        (papers / name).write_bytes(b"x")
    (papers / "folder.pdf").mkdir()
    (papers / "link.pdf").symlink_to(papers / "front.pdf")
    found = [str(path.relative_to(papers)) for path in pdf_files([papers, papers / "front.pdf"])]
    assert found == names


def test_papers_of_one_meeting_are_listed_together(ingest: Ingest, store: Store, papers: Path) -> None:
    for name, item in (("main.pdf", "5. Budget"), ("late.pdf", "6. Late item: the ferry")):
        head = [*FRONT, item]
        draw(papers / name, lambda sheet, head=head: [sheet.write(72, 100 + 30 * k, t) for k, t in enumerate(head)])
    ingest.run([papers])
    packs = store.packs()
    assert {(pack.record.council, pack.record.body, str(pack.record.meeting_date)) for pack in packs} == {
        ("Marlby Borough Council", "Cabinet", "2023-07-04")
    }
    assert [sorted(pack.files) for pack in packs] == [["late.pdf", "main.pdf"]] * 2


def test_minutes_are_labelled_by_the_meeting_that_they_record() -> None:
    meeting = Meeting("Cabinet", "Marlby Borough Council", None)
    earlier = Meeting("Planning Committee", None, None)
    assert meeting_label(meeting, Section(1, 2, Kind.REPORT)) == "Marlby Borough Council, Cabinet"
    assert (
        meeting_label(meeting, Section(1, 2, Kind.MINUTES, recorded=earlier))
        == "Minutes, Marlby Borough Council, Planning Committee"
    )
    named = Meeting("Marlby Borough Council Cabinet", "Marlby Borough Council", None)
    assert meeting_label(named, Section(1, 2, Kind.REPORT)) == "Marlby Borough Council Cabinet"


def test_making_all_vectors_anew_changes_nothing_else(ingest: Ingest, store: Store, papers: Path) -> None:
    paper(papers / "cabinet.pdf", "The ferry is late.", "The pier is shut.")
    ingest.run([papers])
    before = store.passages_of("cabinet", EVERYONE)
    told: list[Progress] = []
    ingest.re_embed(told.append)
    assert store.passages_of("cabinet", EVERYONE) == before
    assert [(p.stage, p.pages_done, p.pages_total) for p in told] == [("re-embed", 2, 2)]


def test_a_page_picture_needs_the_original_no_more(ingest: Ingest, store: Store, papers: Path) -> None:
    path = paper(papers / "cabinet.pdf", "The ferry is late.")
    whole = path.read_bytes()
    ingest.run([path])
    path.unlink()
    assert copy_of(store.folder / "files", store.pack("cabinet").record.sha256).read_bytes() == whole
