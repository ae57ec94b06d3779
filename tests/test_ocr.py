"""Scanned pages: when they are recognised, what is kept of a text layer, and that pages keep their order."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from index import ocr
from index.ink import Ink
from index.ink import Sheet as InkSheet
from index.pdf import open_pdf, render_png
from index.pictures import Gray, ruling_lines, skew_of, straightened
from tests.papers import HEIGHT, WIDTH, Sheet, draw, read

SENTENCES = [
    "The board received a report on dental services",
    "in the borough and on the work that is planned",
    "for the coming year. Members asked how many",
    "practices take on new patients, and were told",
    "that only three of eleven do so at present.",
]
needs_tesseract = pytest.mark.skipif(
    not (ocr.available() or "").startswith("tesseract"), reason="NOT TESTED: reading scans: no tesseract program here"
)


def typed(sheet: Sheet) -> None:
    sheet.paragraph(90, 150, SENTENCES, 13)


def picture_of(tmp_path: Path, page: object = typed, tilt: float = 0.0, turn: int = 0) -> Image.Image:
    png = render_png(draw(tmp_path / "typed.pdf", page), 1, 1654)  # type: ignore[arg-type]  # any page function
    image = Image.open(io.BytesIO(png)).convert("L")
    if tilt:
        image = image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=255)
    return image.rotate(turn, expand=True)


def scan(image: Image.Image, stamp: str = "") -> object:
    def page(sheet: Sheet) -> None:
        sheet.canvas.drawImage(ImageReader(image), 0, 0, sheet.width, sheet.height)
        if stamp:
            sheet.write(280, 825, stamp, 10)

    return page


@needs_tesseract
def test_a_scanned_page_is_read_with_its_stamp_once(tmp_path: Path) -> None:
    (page,) = read(draw(tmp_path / "scan.pdf", scan(picture_of(tmp_path), "Page 7")))  # type: ignore[arg-type]  # made up for the test
    assert page.scanned
    assert page.text.splitlines() == [*SENTENCES, "Page 7"]
    assert len({line.block for line in page.lines}) == 2


@needs_tesseract
@pytest.mark.parametrize("tilt", [-1.4, 1.2])
def test_a_scan_that_lies_askew_is_read_line_by_line(tmp_path: Path, tilt: float) -> None:
    (page,) = read(draw(tmp_path / "scan.pdf", scan(picture_of(tmp_path, tilt=tilt))))  # type: ignore[arg-type]  # made up for the test
    assert page.text.splitlines() == SENTENCES


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180])
def test_a_scan_that_lies_on_its_side_is_read(tmp_path: Path, turn: int) -> None:
    size = (WIDTH, HEIGHT) if turn == 180 else (HEIGHT, WIDTH)

    def long_page(sheet: Sheet) -> None:
        sheet.paragraph(90, 120, SENTENCES * 4, 13)

    image = picture_of(tmp_path, long_page, turn=turn)
    (page,) = read(draw(tmp_path / "scan.pdf", scan(image), size=size))  # type: ignore[arg-type]  # made up for the test
    assert page.text.splitlines()[:5] == SENTENCES
    x0, y0, x1, y1 = page.lines[0].box
    assert (y1 - y0 > x1 - x0) == (turn != 180)


@needs_tesseract
def test_a_scanned_table_comes_out_in_rows(tmp_path: Path) -> None:
    def table(sheet: Sheet) -> None:
        sheet.write(90, 90, "Better care fund budget", 13)
        sheet.grid([90, 300, 400, 500], [110, 134, 158, 182])
        for y, row in [
            (127, ("Scheme", "Grant", "Total")),
            (151, ("Carers", "1,263", "12,600")),
            (175, ("Housing", "", "71,989")),
        ]:
            for x, text in zip((96, 320, 420), row, strict=True):
                sheet.write(x, y, text, 12)

    image = picture_of(tmp_path, table, tilt=-0.7)
    (page,) = read(draw(tmp_path / "scan.pdf", scan(image)))  # type: ignore[arg-type]  # made up for the test
    assert [line.text for line in page.lines if line.cells] == [
        "Scheme\tGrant\tTotal",
        "Carers\t1,263\t12,600",
        "Housing\t\t71,989",
    ]


@needs_tesseract
def test_pages_keep_their_order_while_scans_are_recognised(tmp_path: Path) -> None:
    path = draw(tmp_path / "mixed.pdf", typed, scan(picture_of(tmp_path)), typed, scan(picture_of(tmp_path)), typed)  # type: ignore[arg-type]  # made up for the test
    with open_pdf(path) as file:
        pages = list(file.pages(workers=2))
    assert [page.pdf_page for page in pages] == [1, 2, 3, 4, 5]
    assert [page.scanned for page in pages] == [False, True, False, True, False]
    assert all(SENTENCES[4] in page.text for page in pages)


@needs_tesseract
def test_a_picture_without_words_is_unreadable_not_blank(tmp_path: Path) -> None:
    noise = Image.fromarray(np.tile(np.linspace(90, 200, 800, dtype=np.uint8), (1100, 1)))
    (page,) = read(draw(tmp_path / "photo.pdf", scan(noise)))  # type: ignore[arg-type]  # made up for the test
    assert not page.readable
    assert not page.blank


def test_without_recognition_a_scan_is_told_as_scanned_and_unreadable(tmp_path: Path) -> None:
    path = draw(tmp_path / "scan.pdf", scan(picture_of(tmp_path)))  # type: ignore[arg-type]  # made up for the test
    with open_pdf(path, ocr="off") as file:
        page = next(file.pages())
    assert page.scanned
    assert not page.readable


def test_a_good_text_layer_over_a_scan_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> ocr.Recognised:
        raise AssertionError("recognised although there is a text layer")

    monkeypatch.setattr(ocr, "recognise", never)
    image = picture_of(tmp_path)

    def sandwich(sheet: Sheet) -> None:
        sheet.canvas.drawImage(ImageReader(image), 0, 0, sheet.width, sheet.height)
        layer = sheet.canvas.beginText(90, sheet.height - 150)
        layer.setTextRenderMode(3)
        layer.setFont("Helvetica", 13)
        for sentence in SENTENCES:
            layer.textLine(sentence)
        sheet.canvas.drawText(layer)

    (page,) = read(draw(tmp_path / "sandwich.pdf", sandwich))
    assert page.text.splitlines() == SENTENCES
    assert not page.scanned


def row_of(text: str, height: float = 8, gap: float = 3) -> list[Ink]:
    """Words side by side, as an engine gives them; a bar may stand higher than the words."""
    row, x = [], 50.0
    for word in text.split():
        wide = 5.0 * len(word)
        row.append(Ink(word, x, 100 - (height if word == "|" else 8), x + wide, 100, 11))
        x += wide + gap
    return row


@pytest.mark.parametrize(
    ("engine", "person"),
    [
        ("| write as the public governor", "I write as the public governor"),
        ("and, | am told, it may", "and, I am told, it may"),
        ("what l believe is", "what I believe is"),
        ("year. | would ask", "year. I would ask"),
        ("|t was agreed |n full that |’m", "It was agreed In full that I’m"),
        ("| 4 | Budget", "4 Budget"),
        ("Grant | 1,263 |", "Grant 1,263"),
        ("5 l of water", "5 l of water"),
    ],
)
def test_the_word_i_is_told_from_a_bar(engine: str, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognised(row_of(engine), monkeypatch) == person


@pytest.mark.parametrize(
    ("engine", "printed"),
    [
        ("raised £1 ,284,000 since", "raised £1,284,000 since"),
        ("from 2 .35m to 3", "from 2.35m to 3"),
        ("in 2019 , 284 and", "in 2019 , 284 and"),
        ("on 3, 14 and 28 May", "on 3, 14 and 28 May"),
    ],
)
def test_a_figure_read_in_two_pieces_is_one(engine: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognised(row_of(engine, gap=2), monkeypatch) == printed


def test_figures_in_neighbouring_cells_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognised(row_of("284 .5 %", gap=14), monkeypatch) == "284 .5 %"


def test_a_bar_between_cells_is_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognised(row_of("Carers | grant", height=20), monkeypatch) == "Carers grant"
    assert recognised(row_of("Carers | grant", gap=14), monkeypatch) == "Carers grant"
    drawn = np.full((1000, 800), 255, np.uint8)
    bar = row_of("Carers | grant")[1]
    drawn[150:400, int(bar.x0 * 2) : int(bar.x0 * 2) + 3] = 0  # two dots a point
    assert recognised(row_of("Carers | grant"), monkeypatch, drawn) == "Carers grant"


def recognised(row: list[Ink], monkeypatch: pytest.MonkeyPatch, picture: Gray | None = None) -> str:
    """What is made of an engine's words on a page of 400 by 500 points."""
    read = ocr.Recognised(row, confidence=95)
    monkeypatch.setattr(ocr, "_engine", lambda *_: read)
    monkeypatch.setattr(ocr, "_orientation", lambda _: 0)
    blank = np.full((1000, 800), 255, np.uint8)
    return " ".join(ink.text for ink in ocr.recognise(blank if picture is None else picture, 400, 500).words)


def words(text: str) -> InkSheet:
    return InkSheet(595, 842, [Ink(word, 10, 10, 20, 20, 11) for word in text.split()])


@pytest.mark.parametrize(
    "text",
    [
        "The Committee resolved that the report be noted and that officers bring a further paper in June. " * 2,
        "Der Ausschuss hat den Bericht zur Kenntnis genommen und dankt der Verwaltung für die gute Arbeit im Jahr.",
        "1,250 3,400 5,600 7,800 1,250 3,400 5,600 £000 2024-25 2025-26 Total Core External " * 3,
        "Mae'r Bwrdd yn croesawu'r adroddiad ac yn gofyn am ddiweddariad pellach ym mis Mehefin gan y swyddogion.",
        "Βουλή των Ελλήνων πρακτικά της συνεδρίασης και αποφάσεις του συμβουλίου για το νέο έτος " * 2,
    ],
)
def test_real_text_is_not_called_rubbish(text: str) -> None:
    assert not ocr.rubbish(words(text))


@pytest.mark.parametrize(
    "text",
    [
        "7KH &RPPLWWHH UHVROYHG WKDW WKH UHSRUW EH QRWHG DQG WKDW RIILFHUV EULQJ D IXUWKHU SDSHU LQ -XQH " * 2,
        "\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd \ufffd\ufffd report \ufffd\ufffd\ufffd\ufffd",
    ],
)
def test_a_text_layer_of_wrong_characters_is_rubbish(text: str) -> None:
    sheet = words(text)
    sheet.strange = text.count("\ufffd")
    assert ocr.rubbish(sheet)


def test_an_engine_that_hangs_gives_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("tesseract", 1)

    monkeypatch.setattr(ocr, "_tesseract_version", lambda: "5")
    monkeypatch.setattr(subprocess, "run", hang)
    assert ocr.recognise(np.full((400, 300), 255, np.uint8), 300, 400).words == []


def test_no_engine_is_told_and_gives_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_tesseract_version", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert ocr.available() is None
    assert ocr.recognise(np.full((400, 300), 255, np.uint8), 300, 400).words == []


@pytest.mark.parametrize("tilt", [-2.0, -0.5, 0.0, 1.5])
def test_the_skew_of_a_page_is_measured_and_taken_out(tmp_path: Path, tilt: float) -> None:
    picture = np.asarray(picture_of(tmp_path, tilt=tilt))
    assert skew_of(picture) == pytest.approx(-tilt, abs=0.15)
    assert skew_of(straightened(picture, -tilt)) == pytest.approx(0, abs=0.15)


def test_drawn_lines_are_found_in_a_picture(tmp_path: Path) -> None:
    def lines(sheet: Sheet) -> None:
        typed(sheet)
        sheet.rule(90, 300, 400, 300)
        sheet.rule(90, 300, 90, 380)

    found = ruling_lines(np.asarray(picture_of(tmp_path, lines)), WIDTH, HEIGHT)
    (across,) = [r for r in found if r[2] - r[0] > r[3] - r[1]]
    (down,) = [r for r in found if r[2] - r[0] < r[3] - r[1]]
    assert across == pytest.approx((90, 300, 400, 300), abs=2.5)
    assert down == pytest.approx((90, 300, 90, 380), abs=2.5)
