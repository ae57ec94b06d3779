"""Folders with odd names, links and pipes, two ingests at once, and a disk that is full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.copies import copy_of
from index.ingest import Ingest
from index.store import Store
from qa.quarantine import refused_file
from tests.hostile_files import MB, one_page, sentence, stream
from tests.killed import ingest as ingest_with


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def ingest(store: Store) -> Ingest:
    return ingest_with(store, "first")


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def paper(path: Path, text: str) -> Path:
    return one_page(path, stream(sentence(text)))


def texts(store: Store) -> set[str]:
    return {passage.text for pack in store.packs() for passage in store.passages_of(pack.id)}


ODD = [
    "a#b.pdf",
    "-rf.pdf",
    "two\nlines.pdf",
    "café 100%.pdf",
    "dots...pdf",
    ".hidden.pdf",
    "\x1b[31mred.pdf",
    "n" * 246 + ".pdf",
]


def test_files_of_odd_names_are_indexed_and_told_in_plain_letters(ingest: Ingest, store: Store, papers: Path) -> None:
    for number, name in enumerate(ODD):
        paper(papers / name, f"Paper {number}.")
    raw = os.fsencode(papers) + b"/caf\xe9.pdf"
    try:
        Path(os.fsdecode(raw)).write_bytes((papers / ODD[0]).read_bytes().replace(b"Paper 0.", b"Paper 9."))
        count = len(ODD) + 1
    except OSError:  # file systems that take no such name
        count = len(ODD)
    done = ingest.run([papers])
    assert (len(done.added), done.refused) == (count, [])
    assert len(texts(store)) == count
    names = {pack.record.file for pack in store.packs()}
    assert {r"two\nlines.pdf", r"\x1b[31mred.pdf", "a#b.pdf", "-rf.pdf"} <= names
    assert all(name.isprintable() and name.encode() for name in names)
    assert len(ingest.run([papers]).unchanged) == count


def test_linked_files_are_indexed_once_and_loops_end(
    ingest: Ingest, store: Store, papers: Path, tmp_path: Path
) -> None:
    outside = paper(tmp_path / "outside.pdf", "The bus is early.")
    paper(papers / "inside.pdf", "The ferry is late.")
    (papers / "again.pdf").symlink_to(papers / "inside.pdf")
    (papers / "away.pdf").symlink_to(outside)
    (papers / "loop.pdf").symlink_to(papers / "loop.pdf")
    (papers / "gone.pdf").symlink_to(papers / "never there.pdf")
    (papers / "up").symlink_to(papers)
    done = ingest.run([papers])
    assert texts(store) == {"The ferry is late.", "The bus is early."}
    assert (len(done.added), done.refused, done.warnings) == (2, [], [])
    named = ingest.run([papers / "away.pdf", papers / "loop.pdf"])
    assert len(named.unchanged) == 1
    assert [refusal.code for refusal in named.refused] == ["unreadable_path"]


def test_pipes_devices_and_folders_that_are_called_pdf_hold_nothing_up(ingest: Ingest, papers: Path) -> None:
    os.mkfifo(papers / "pipe.pdf")
    paper_of_folder = papers / "folder.pdf"
    paper_of_folder.mkdir()
    paper(paper_of_folder / "inside.pdf", "The ferry is late.")
    assert ingest.run([papers]).added == ["inside"]
    done = ingest.run([papers / "pipe.pdf", Path("/dev/zero")])
    assert [refusal.code for refusal in done.refused] == ["not_a_pdf", "not_a_pdf"]


def test_a_refused_file_is_told_with_the_command_that_tries_it_again(ingest: Ingest, papers: Path) -> None:
    (papers / "typed by hand.pdf").write_text("Minutes")
    (refusal,) = ingest.run([papers]).refused
    told = refused_file(refusal)
    assert told.retry == f"board-qa ingest --retry '{papers}/typed by hand.pdf'"
    assert told.when is not None
    assert told.when.utcoffset() is not None
    (papers / "typed by hand.pdf").unlink()
    assert refused_file(refusal).retry is None


def begun(*command: str) -> subprocess.Popen[str]:
    """A process of an ingest that waits to begin."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


def together(data: Path, *runs: Sequence[Path]) -> list[dict[str, Any]]:
    """What ingests of these paths told that began at the same moment, each in a process of its own."""
    program = (sys.executable, "-m", "tests.ingest_process", str(data))
    processes = [begun(*program, *map(str, paths)) for paths in runs]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [ended(process) for process in processes]


def test_two_ingests_at_once_give_one_pack_a_file(store: Store, papers: Path) -> None:
    same = [paper(papers / f"{n}.pdf", f"The ferry of {n} o'clock is late.".replace("'", "")) for n in range(6)]
    others = []
    for side in ("left", "right"):
        (papers / side).mkdir()
        others.append(paper(papers / side / "agenda.pdf", f"Agenda of the {side} bank."))
    done = together(store.folder, [*same, others[0]], [*same, others[1]])
    assert [told.get("refused") for told in done] == [[], []], done
    packs = store.packs()
    assert len(packs) == len(same) + 2
    assert len(texts(store)) == len(packs)
    assert sorted(pack.id for pack in packs if pack.record.file == "agenda.pdf") == ["agenda", "agenda-2"]
    files = store.folder / "files"
    assert {path.name for path in files.iterdir()} == {copy_of(files, p.record.sha256).name for p in packs}


def test_a_full_disk_is_told_and_harms_nothing(papers: Path, tmp_path: Path) -> None:
    first, second = paper(papers / "first.pdf", "The ferry is late."), paper(papers / "second.pdf", "The pier is shut.")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
set -e
mount -t tmpfs -o size=12m tmpfs {disk}
run() {{ echo go | {sys.executable} -m tests.ingest_process {disk}/data "$@" | tail -1; }}
run {first}
head -c {64 * MB} /dev/zero > {disk}/filler 2>/dev/null || true
run {second}
rm {disk}/filler
run {second} {first}
ls -A {disk}/data/files
"""
    apart = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    try:
        subprocess.run([*apart, "mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("NOT TESTED: a full disk: no small file system can be mounted here")
    ran = subprocess.run([*apart, "sh", "-c", script], capture_output=True, text=True, check=True, timeout=240)
    *told, one, other = ran.stdout.splitlines()
    before, full, after = map(json.loads, told)
    assert before["added"] == ["first"]
    assert full["code"] == "disk_full"
    assert full["hint"]
    assert after["added"] == ["second"]
    assert after["unchanged"] == ["first"]
    assert [Path(name).suffix for name in (one, other)] == [".pdf", ".pdf"]
