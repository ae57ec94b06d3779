"""Copies of the indexed PDFs: whole, without encryption, and gone when their pack is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from pypdf import PdfReader, PdfWriter

from index.copies import copy_kept, copy_of, drop_unused_copies
from index.errors import DamagedFileError
from index.pdf import open_pdf
from index.store import Store
from index.unfinished import UNFINISHED, UNFINISHED_SECONDS
from tests.papers import draw
from tests.stored import pack, passage, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return draw(tmp_path / "plain.pdf", lambda sheet: sheet.write(72, 100, "The ferry is late."))


def keep(path: Path, folder: Path, sha256: str, password: str | None) -> None:
    with copy_kept(path, folder, sha256, password):
        assert copy_of(folder, sha256).exists()


def encrypted(source: Path, user: str, owner: str) -> Path:
    target = source.with_name("encrypted.pdf")
    writer = PdfWriter(clone_from=source)
    writer.encrypt(user, owner, algorithm="RC4-128")
    writer.write(target)
    return target


def test_a_copy_has_the_same_bytes_and_is_made_once(plain: Path, tmp_path: Path) -> None:
    keep(plain, tmp_path / "files", "abc", "not needed")
    copy = copy_of(tmp_path / "files", "abc")
    assert copy.read_bytes() == plain.read_bytes()
    copy.write_bytes(b"as it was")
    keep(plain, tmp_path / "files", "abc", None)
    assert copy.read_bytes() == b"as it was"
    assert list(copy.parent.iterdir()) == [copy]


@pytest.mark.parametrize(("user", "owner", "given"), [("quay", "pier", "quay"), ("", "pier", None), ("", "pier", "x")])
def test_a_copy_of_an_encrypted_file_opens_without_a_password(
    plain: Path, tmp_path: Path, user: str, owner: str, given: str | None
) -> None:
    keep(encrypted(plain, user, owner), tmp_path / "files", "abc", given)
    copy = copy_of(tmp_path / "files", "abc")
    assert not PdfReader(copy).is_encrypted
    with open_pdf(copy) as file:
        assert [page.text for page in file.pages()] == ["The ferry is late."]


def test_what_cannot_be_copied_leaves_nothing_behind(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError) as refused:
        keep(encrypted(plain, "quay", "pier"), tmp_path / "files", "abc", "wrong")
    assert "encrypted.pdf" in refused.value.message
    with pytest.raises(OSError, match="gone"):
        keep(tmp_path / "gone.pdf", tmp_path / "files", "def", None)
    assert list((tmp_path / "files").iterdir()) == []


def test_only_copies_of_what_is_indexed_are_kept(store: Store, tmp_path: Path) -> None:
    write(store, replace(pack(), sha256="12ab"), passage("The ferry is late."))
    files = tmp_path / "files"
    files.mkdir()
    kept = {"12ab.pdf", "12ab.public-77.pdf"}
    for name in (*kept, "34cd.pdf", "34cd.public-77.pdf"):
        (files / name).write_bytes(b"x")
    drop_unused_copies(store, files)
    assert {path.name for path in files.iterdir()} == kept
    drop_unused_copies(store, tmp_path / "never made")


def test_a_copy_stays_until_its_pack_is_in_the_index_whatever_others_drop(
    store: Store, plain: Path, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    other = Thread(target=drop_unused_copies, args=(store, files))
    with copy_kept(plain, files, "12ab", None):
        other.start()
        other.join(0.3)  # it waits, and drops nothing
        write(store, replace(pack(), sha256="12ab"), passage("The ferry is late."))
    other.join()
    assert [path.name for path in files.iterdir()] == ["12ab.pdf"]


def test_a_copy_that_another_process_is_writing_is_left_to_it(store: Store, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, age in (("fresh", 0), ("forgotten", UNFINISHED_SECONDS + 60)):
        path = files / (name + UNFINISHED)
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    drop_unused_copies(store, files)
    assert [path.stem for path in files.iterdir()] == ["fresh"]
