"""Opening PDFs: what is refused and how, labels, outline, page boxes, streaming, pictures."""

from __future__ import annotations

import io
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject

from index import pdfium
from index.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    LimitExceededError,
    NotAPdfError,
    UnusableFileError,
)
from index.limits import Limits
from index.model import Page
from index.pdf import open_pdf, render_png
from tests.papers import Sheet, draw, read


def two_lines(sheet: Sheet) -> None:
    sheet.write(72, 100, "Health and Wellbeing Board", 14, bold=True)
    sheet.write(72, 130, "The minutes were agreed.")


def numbered(name: str, number: int) -> Callable[[Sheet], None]:
    def page(sheet: Sheet) -> None:
        sheet.paragraph(72, 100, [f"{name} page {number}, line {k} of the report" for k in range(40)])
        sheet.grid([72, 200, 400], [600, 630, 660])
        sheet.write(80, 620, f"Row {number}")

    return page


def empty(sheet: Sheet) -> None:
    """Draws nothing."""


def encrypted(source: Path, target: Path, user: str, owner: str) -> Path:
    writer = PdfWriter(clone_from=source)
    writer.encrypt(user, owner, algorithm="RC4-128")
    writer.write(target)
    return target


def test_words_carry_boxes_as_fractions_of_the_page(tmp_path: Path) -> None:
    (page,) = read(draw(tmp_path / "a.pdf", two_lines))
    heading = page.lines[0]
    assert heading.text == "Health and Wellbeing Board"
    assert heading.bold
    assert heading.size == 14
    x0, y0, x1, y1 = heading.words[0].box
    assert x0 == pytest.approx(72 / page.width, abs=0.005)
    assert y0 < 100 / page.height < y1 + 0.001
    assert 0 < x1 < 0.3


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_rotated_page_is_read_as_displayed(tmp_path: Path, turn: int) -> None:
    writer = PdfWriter(clone_from=draw(tmp_path / "a.pdf", two_lines))
    writer.pages[0].rotate(turn)
    writer.write(tmp_path / "turned.pdf")
    (page,) = read(tmp_path / "turned.pdf")
    assert page.text.splitlines() == ["Health and Wellbeing Board", "The minutes were agreed."]
    assert page.rotation == turn
    assert (page.width > page.height) == (turn != 180)
    x0, y0, _, _ = page.lines[0].words[0].box
    corner = {90: (0.88, 0.08), 180: (0.85, 0.88), 270: (0.1, 0.85)}[turn]
    assert (x0, y0) == pytest.approx(corner, abs=0.06)


def test_boxes_are_measured_on_the_cropped_page(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=draw(tmp_path / "a.pdf", two_lines))
    width, height = (float(v) for v in writer.pages[0].mediabox[2:])
    writer.pages[0].cropbox = RectangleObject((36, 0, width, height - 50))
    writer.write(tmp_path / "cropped.pdf")
    (page,) = read(tmp_path / "cropped.pdf")
    assert page.width == pytest.approx(width - 36, abs=0.1)
    assert page.lines[0].words[0].box[0] == pytest.approx(36 / (width - 36), abs=0.005)


def test_an_empty_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "nothing.pdf"
    path.write_bytes(b"")
    with pytest.raises(EmptyFileError, match=r"nothing\.pdf"):
        open_pdf(path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"PK\x03\x04 a word processor's file")
    with pytest.raises(NotAPdfError, match=r"letter\.pdf"):
        open_pdf(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"gone\.pdf"):
        open_pdf(tmp_path / "gone.pdf")


def test_a_pdf_without_readable_structure_is_refused_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "half.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n")
    with pytest.raises(DamagedFileError) as caught:
        open_pdf(path)
    assert "half.pdf" in caught.value.message
    assert caught.value.hint


def test_a_user_password_is_asked_for_and_opens_the_file(tmp_path: Path) -> None:
    path = encrypted(draw(tmp_path / "a.pdf", two_lines), tmp_path / "locked.pdf", "secret", "owner")
    with pytest.raises(EncryptedFileError, match="password is needed"):
        open_pdf(path)
    with pytest.raises(EncryptedFileError, match="wrong"):
        open_pdf(path, password="guess")
    with open_pdf(path, password="secret") as file:
        assert "minutes were agreed" in next(file.pages()).text


def test_an_empty_user_password_needs_no_asking(tmp_path: Path) -> None:
    path = encrypted(draw(tmp_path / "a.pdf", two_lines), tmp_path / "open.pdf", "", "owner")
    assert "minutes were agreed" in read(path)[0].text


@pytest.mark.parametrize("limits", [Limits(file_bytes=100), Limits(pages=1)])
def test_a_file_over_a_limit_is_refused(tmp_path: Path, limits: Limits) -> None:
    path = draw(tmp_path / "long.pdf", two_lines, two_lines)
    with pytest.raises(LimitExceededError, match=r"long\.pdf.*limit"):
        open_pdf(path, limits=limits)


def test_a_page_over_the_character_limit_is_cut(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", two_lines)
    with open_pdf(path, limits=Limits(page_chars=26)) as file:
        page = next(file.pages())
    assert page.text == "Health and Wellbeing Board"
    assert page.cut
    assert not read(path)[0].cut


def test_labels_title_and_outline_are_read(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=draw(tmp_path / "a.pdf", two_lines, two_lines, two_lines))
    writer.set_page_label(0, 0, style="/r")
    writer.set_page_label(1, 2, style="/D", start=7)
    writer.add_metadata({"/Title": "Agenda pack – May"})
    parent = writer.add_outline_item(title="Minutes", page_number=1)
    writer.add_outline_item(title="Actions", page_number=2, parent=parent)
    writer.write(tmp_path / "b.pdf")
    with open_pdf(tmp_path / "b.pdf") as file:
        assert file.labels == ["i", "7", "8"]
        assert file.title == "Agenda pack – May"
        assert file.outline == [("Minutes", 2), ("Actions", 3)]
        assert [page.label for page in file.pages()] == ["i", "7", "8"]


def test_a_file_without_labels_has_none(tmp_path: Path) -> None:
    with open_pdf(draw(tmp_path / "a.pdf", two_lines)) as file:
        assert file.labels == [None]
        assert file.outline == []


def test_an_outline_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=draw(tmp_path / "a.pdf", two_lines))
    first = writer.add_outline_item(title="First", page_number=0)
    item = first.get_object()
    item[NameObject("/Next")] = first
    writer.write(tmp_path / "circle.pdf")
    with open_pdf(tmp_path / "circle.pdf") as file:
        assert file.outline == [("First", 1)]


def test_a_page_that_will_not_load_is_passed_over(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", two_lines, two_lines, two_lines)
    reader = PdfReader(path)
    number = reader.pages[1].indirect_reference
    assert number is not None
    data = path.read_bytes().replace(b"\n%d 0 obj\n" % number.idnum, b"\n%d 0 obj\nnull " % number.idnum)
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(data)
    pages = read(damaged)
    assert [page.readable for page in pages] == [True, False, True]
    assert "minutes were agreed" in pages[2].text


def test_pages_come_in_a_range(tmp_path: Path) -> None:
    with open_pdf(draw(tmp_path / "a.pdf", *[two_lines] * 5)) as file:
        assert [page.pdf_page for page in file.pages(2, 4)] == [2, 3, 4]


def test_memory_stays_flat_over_many_pages(tmp_path: Path) -> None:
    path = draw(tmp_path / "long.pdf", *[two_lines] * 600)
    with open_pdf(path) as file:
        pages = file.pages()
        for _ in range(100):
            next(pages)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert sum(1 for _ in pages) == 500
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 20_000  # kilobytes


@pytest.mark.parametrize("text", ["", "This page is intentionally left blank", "Page left blank"])
def test_a_blank_page_is_told_from_an_unreadable_one(tmp_path: Path, text: str) -> None:
    def page(sheet: Sheet) -> None:
        if text:
            sheet.write(200, 400, text)
        sheet.write(280, 820, "Page 12", 10)

    (read_page,) = read(draw(tmp_path / "blank.pdf", page))
    assert read_page.blank
    assert read_page.readable
    assert not read_page.scanned


def test_a_page_with_one_sentence_is_not_blank(tmp_path: Path) -> None:
    (page,) = read(draw(tmp_path / "a.pdf", two_lines))
    assert not page.blank


def test_a_page_picture_has_the_asked_width(tmp_path: Path) -> None:
    png = render_png(draw(tmp_path / "a.pdf", two_lines), 1, 300)
    assert Image.open(io.BytesIO(png)).size == (300, 424)


def test_a_giant_page_is_drawn_within_the_pixel_limit(tmp_path: Path) -> None:
    path = draw(tmp_path / "giant.pdf", two_lines, size=(14_000, 100))
    with open_pdf(path, limits=Limits(render_pixels=50_000)) as file:
        width, height = Image.open(io.BytesIO(file.render(1, 1_000_000))).size
    assert width * height <= 50_000


def test_drawing_a_page_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="page 9"):
        render_png(draw(tmp_path / "a.pdf", two_lines), 9, 300)


def test_threads_with_their_own_files_read_and_draw_what_one_alone_does(tmp_path: Path) -> None:
    paths = [
        draw(tmp_path / f"{name}.pdf", *[numbered(name, k) for k in range(12)])
        for name in ("a", "b", "c", "d", "e", "f")
    ]
    alone = [(read(path), render_png(path, 5, 400)) for path in paths]
    together = threading.Barrier(len(paths))

    def read_and_draw(path: Path) -> tuple[list[Page], bytes]:
        together.wait(timeout=20)
        return read(path), render_png(path, 5, 400)

    with ThreadPoolExecutor(max_workers=len(paths)) as pool:
        assert list(pool.map(read_and_draw, paths)) == alone


def test_a_page_is_drawn_while_another_file_is_half_read(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", *[two_lines] * 3)
    with open_pdf(path) as file, ThreadPoolExecutor(max_workers=1) as pool:
        pages = file.pages()
        next(pages)
        assert pool.submit(render_png, path, 2, 300).result(timeout=20)
        assert [page.pdf_page for page in pages] == [2, 3]


def test_pdfium_is_entered_by_one_thread_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = draw(tmp_path / "a.pdf", *[two_lines] * 6)
    inside: list[int] = []
    crossed: list[int] = []

    def watched(name: str) -> None:
        real = getattr(pdfium.raw, name)

        def call(*arguments: object) -> object:
            inside.append(threading.get_ident())
            time.sleep(0.001)  # lets another thread in, if it may
            crossed.extend(other for other in inside if other != threading.get_ident())
            try:
                return real(*arguments)
            finally:
                inside.remove(threading.get_ident())

        monkeypatch.setattr(pdfium.raw, name, call)

    for name in (
        "FPDF_LoadDocument",
        "FPDF_CloseDocument",
        "FPDF_GetPageCount",
        "FPDF_GetPageLabel",
        "FPDF_LoadPage",
        "FPDFText_LoadPage",
        "FPDF_RenderPageBitmap",
        "FPDF_ClosePage",
    ):
        watched(name)
    with ThreadPoolExecutor(max_workers=4) as pool:
        drawn = [pool.submit(render_png, path, 1 + k % 6, 200) for k in range(12)]
        pages = [pool.submit(read, path) for _ in range(4)]
        assert all(future.result() for future in drawn)
        assert all(len(future.result()) == 6 for future in pages)
    assert not crossed
