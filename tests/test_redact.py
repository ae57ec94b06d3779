"""Copies without exempt pages hold nothing of them, by whatever way a public page may lead there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from qa.errors import UnknownPageError
from qa.redact import public_copy
from tests.papers import Sheet, draw, read

SECRET = "the owner would take 178500 pounds"


def public(sheet: Sheet) -> None:
    sheet.write(72, 100, "The lease will be brought to the next meeting.")


def secret(sheet: Sheet) -> None:
    sheet.write(72, 100, SECRET)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A public page, two exempt ones and a public one."""
    return draw(tmp_path / "paper.pdf", public, secret, secret, public)


def everything_in(path: Path) -> bytes:
    """Every stream and object of a PDF, those that no page leads to as well."""
    reader = PdfReader(path)
    found = [path.read_bytes()]
    for number in range(1, int(str(reader.trailer["/Size"]))):
        thing = reader.get_object(number)
        found.append(thing.get_data() if hasattr(thing, "get_data") else repr(thing).encode())
    return b"\n".join(found)


def changed(path: Path, writer: PdfWriter) -> Path:
    writer.write(path)
    return path


def test_hidden_pages_are_blank_and_the_others_as_they_were(paper: Path) -> None:
    copy = public_copy(paper, [2, 3])
    assert [page.text for page in read(copy)] == [
        "The lease will be brought to the next meeting.",
        "",
        "",
        "The lease will be brought to the next meeting.",
    ]
    assert SECRET.encode() in everything_in(paper)
    assert b"178500" not in everything_in(copy)


def test_links_bookmarks_and_attachments_carry_nothing_along(paper: Path) -> None:
    writer = PdfWriter(clone_from=paper)
    writer.add_annotation(0, Link(rect=(50, 50, 90, 90), target_page_index=1))
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer.pages[2].indirect_reference})
    writer.add_outline_item(title="Offer of 178500", page_number=1)
    writer.add_attachment("terms.txt", b"178500")
    writer.add_metadata({"/Subject": "178500"})
    copy = public_copy(changed(paper, writer), [2, 3])
    assert b"178500" not in everything_in(copy)


def test_a_drawing_that_only_hidden_pages_use_is_not_in_a_list_shared_by_all(paper: Path) -> None:
    writer = PdfWriter(clone_from=paper)
    forms = DictionaryObject()
    for name, text in (("/Shown", b"public map"), ("/Kept", b"178500 on a plan")):
        form = StreamObject()
        form.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")})
        form.set_data(b"% " + text + b"\n0 0 10 10 re f")
        forms[NameObject(name)] = writer._add_object(form)
    shared = writer._add_object(DictionaryObject({NameObject("/XObject"): forms}))
    for page, drawn in zip(writer.pages, (b"/Shown Do", b"/Kept Do", b"/Kept Do", b"/Shown Do"), strict=True):
        content = StreamObject()
        content.set_data(drawn)
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = shared
    copy = everything_in(public_copy(changed(paper, writer), [2, 3]))
    assert b"public map" in copy
    assert b"178500" not in copy


def test_a_copy_is_made_once_for_the_same_pages(paper: Path) -> None:
    copy = public_copy(paper, [2, 3])
    stamp = copy.stat().st_mtime_ns
    assert public_copy(paper, [3, 2]) == copy
    assert copy.stat().st_mtime_ns == stamp
    assert public_copy(paper, [2]) != copy
    assert sorted(path.suffix for path in paper.parent.iterdir()) == [".pdf"] * 3


def test_a_file_that_cannot_be_copied_is_not_given(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing more")
    with pytest.raises(UnknownPageError):
        public_copy(broken, [1])
    assert list(tmp_path.iterdir()) == [broken]
