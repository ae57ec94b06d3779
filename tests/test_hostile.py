"""Hostile and broken PDFs: each is indexed or refused with a reason, and costs nothing of what is there."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from index.copies import copy_of
from index.files import hash_of
from index.guarded_pdf import draw_page
from index.ingest import Ingest, Ingested, Progress
from index.records import Refusal
from index.sandbox import SANDBOX
from index.store import Store
from qa.pictures import Pictures
from tests import hostile_files as hostile
from tests.killed import ingest as ingest_with
from tests.stored import EVERYONE

GROWTH = 150 * hostile.MB  # of the memory of who indexes; the files unpack to gigabytes
GENERATED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "bomb": (hostile.flate_bomb, "unreadable_file or blank"),
    "twenty-thousand": (lambda path: hostile.many_pages(path, 20_000), "limit_exceeded"),
    "hundred-thousand-entries": (lambda path: hostile.same_page_listed(path, 100_000), "limit_exceeded"),
    "deep-page-tree": (lambda path: hostile.deep_page_tree(path, 5_000), "damaged_file"),
    "deep-arrays": (lambda path: hostile.nested(path, 100_000), ""),
    "deep-dictionaries": (lambda path: hostile.nested(path, 50_000, b"<</A ", b">>"), ""),
    "huge-page": (hostile.huge_box, ""),
    "endless-page": (lambda path: hostile.huge_box(path, b"9" * 39), ""),
    "giant-picture": (hostile.giant_image, ""),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def ingest(store: Store) -> Ingest:
    return ingest_with(store, "first")


@pytest.fixture
def good(tmp_path: Path, ingest: Ingest) -> Path:
    """A paper that is indexed before the others come."""
    path = hostile.one_page(tmp_path / "good.pdf", hostile.stream(hostile.sentence()))
    assert ingest.run([path]).added == ["good"]
    return path


def still_there(store: Store) -> bool:
    return [passage.text for passage in store.passages_of("good")] == ["The ferry is late."]


def left_over() -> tuple[int, int]:
    """The handles of this process, and the processes that open PDFs just now."""
    assert SANDBOX._process is not None
    return psutil.Process().num_fds(), len(psutil.Process(SANDBOX._process.pid).children(recursive=True))


def outcomes(done: Ingested) -> dict[str, Refusal]:
    assert all(refusal.file in refusal.message and refusal.hint and refusal.at for refusal in done.refused)
    return {refusal.file: refusal for refusal in done.refused}


@pytest.mark.usefixtures("good")
def test_the_nasty_files_end_as_their_manifest_says(store: Store, shared: Callable[[str], Path]) -> None:
    folder = shared("nasty")
    ingest = Ingest(store, ingest_with(store, "first")._embedder, store.folder / "files")  # with recognition of scans
    before, memory = left_over(), psutil.Process().memory_info().rss
    done = ingest.run([folder])
    refused = outcomes(done)
    gc.collect()
    handles, children = left_over()
    assert handles <= before[0]
    assert children == before[1]
    assert psutil.Process().memory_info().rss - memory < GROWTH
    assert still_there(store)
    assert not [refusal for refusal in refused.values() if refusal.code == "limit_exceeded"]
    warned = {warning.split(":")[0] for warning in done.warnings}
    packs = {pack.record.sha256: pack.id for pack in store.packs(EVERYONE)}
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = [row for row in csv.DictReader(manifest, delimiter="\t") if (folder / row["file"]).exists()]
    assert len(rows) > 50
    for row in rows:
        name, sane = row["file"], row["sane_behaviour"]
        pack = packs.get(hash_of(folder / name))
        assert (pack is None) == (name in refused), name
        if sane.startswith("refuse: needs a password"):
            assert refused[name].code == "encrypted_file", name
        elif sane.startswith("refuse") and " or " not in sane:
            assert refused[name].code in ("empty_file", "not_a_pdf", "damaged_file"), name
        elif sane.startswith("accept") and "refuse" not in sane:
            assert pack is not None, refused[name].message
        elif "warn: no text" in sane and pack is not None:
            assert name in warned
        if sane == "accept, read text":
            assert pack is not None
            assert any(read.lines for n in range(1, 31) if (read := store.page(pack, n, EVERYONE))), name
        if "not multiplied" in sane and pack is not None:  # once a size that can be seen, as it is drawn
            assert sum(len(passage.text) for passage in store.passages_of(pack, EVERYONE)) < 100


@pytest.mark.usefixtures("good")
def test_files_made_to_do_harm_are_refused_or_read_as_far_as_they_go(
    ingest: Ingest, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    for name, (make, _) in GENERATED.items():
        make(folder / f"{name}.pdf")
    before, memory = left_over(), psutil.Process().memory_info().rss
    refused = outcomes(ingest.run([folder]))
    for name, (_, code) in GENERATED.items():
        found = refused[f"{name}.pdf"].code if f"{name}.pdf" in refused else ""
        assert found in code if " or " in code else found == code, name
        if not found:
            draw_page(folder / f"{name}.pdf", 1, 200)
    gc.collect()
    handles, children = left_over()
    assert handles <= before[0]
    assert children == before[1]
    assert psutil.Process().memory_info().rss - memory < GROWTH
    assert still_there(store)
    for name in ("deep-arrays", "deep-dictionaries", "huge-page", "endless-page", "giant-picture"):
        assert store.page_texts([(name, 1)])[name, 1] == "The ferry is late.", name


def test_a_file_that_crashed_its_reader_is_not_tried_again_until_asked(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = hostile.endless_drawing(tmp_path / "slow.pdf")
    with monkeypatch.context() as hurried:
        hurried.setattr("index.guarded_pdf.PAGE_SECONDS", 0.5)
        first = ingest.run([slow])
    assert [refusal.code for refusal in first.refused] == ["limit_exceeded"]
    opened: list[str] = []
    real = ingest._index
    monkeypatch.setattr(ingest, "_index", lambda file, *rest: (opened.append(file.name), real(file, *rest)))
    assert ingest.run([slow]).refused == first.refused
    assert opened == []
    hostile.one_page(slow, hostile.stream(hostile.sentence()))
    assert ingest.run([], retry=True).added == ["slow"]
    assert opened == ["slow.pdf"]


def test_refused_files_are_tried_again_when_asked(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "gone.pdf"):
        (tmp_path / name).write_text(f"no PDF, {name}")
    first = ingest.run([tmp_path])
    assert len(first.refused) == 3
    (tmp_path / "gone.pdf").unlink()
    again = ingest.run([tmp_path / "a.pdf"], retry=True)
    assert [refusal.file for refusal in again.refused] == ["a.pdf"]
    assert [refusal.file for refusal in store.refusals()] == ["a.pdf", "b.pdf", "gone.pdf"]
    every = ingest.run([], retry=True)
    assert [refusal.file for refusal in every.refused] == ["a.pdf", "b.pdf"]
    assert [warning.split(":")[0] for warning in every.warnings] == ["gone.pdf"]
    assert [refusal.file for refusal in store.refusals()] == ["a.pdf", "b.pdf"]


def test_a_file_that_changes_after_it_was_hashed_is_refused_and_taken_the_next_time(
    ingest: Ingest, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hostile.one_page(tmp_path / "paper.pdf", hostile.stream(hostile.sentence("As it was.")))

    def hashed_then_changed(of: Path) -> str:
        sha256 = hash_of(of)
        hostile.one_page(path, hostile.stream(hostile.sentence("As it is now.")))
        return sha256

    with monkeypatch.context() as changing:
        changing.setattr("index.ingest.hash_of", hashed_then_changed)
        assert [refusal.code for refusal in ingest.run([path]).refused] == ["changing_file"]
    assert store.packs() == []
    assert list((store.folder / "files").iterdir()) == []
    assert ingest.run([path]).added == ["paper"]


def test_a_file_that_changes_while_it_is_read_is_indexed_as_it_was_hashed(
    ingest: Ingest, store: Store, tmp_path: Path
) -> None:
    path = hostile.one_page(tmp_path / "paper.pdf", hostile.stream(hostile.sentence("As it was.")))
    before = path.read_bytes()

    def change(progress: Progress) -> None:
        path.write_bytes(b"%PDF-1.7 something else")

    assert ingest.run([path], progress=change).added == ["paper"]
    assert [passage.text for passage in store.passages_of("paper")] == ["As it was."]
    assert copy_of(store.folder / "files", store.pack("paper").record.sha256).read_bytes() == before


def test_a_page_that_cannot_be_drawn_is_not_tried_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")
    drawn: list[int] = []
    monkeypatch.setattr("qa.pictures.draw_page", lambda *given: (drawn.append(1), draw_page(*given)))
    pictures = Pictures()
    told = []
    for width in (200, 300):
        with pytest.raises(Exception, match=r"broken\.pdf") as refused:
            pictures.png(broken, 1, width)
        told.append(refused.value.code)  # type: ignore[attr-defined]  # each error of ours has one
    assert told == ["damaged_file"] * 2
    assert drawn == [1]
