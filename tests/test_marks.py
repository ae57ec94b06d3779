"""Boxes lie over the words that are quoted and over nothing else."""

from __future__ import annotations

from pathlib import Path

from index.marks import boxes_of
from index.model import Box, Line, Page, Word
from tests.papers import Sheet, read_one


def inside(word: Word, boxes: list[Box]) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)


def marked(page: Page, quote: str) -> str:
    start = page.text.index(quote)
    boxes = boxes_of(page, start, start + len(quote))
    return " ".join(word.text for line in page.body for word in line.words if inside(word, boxes))


def two_lines(sheet: Sheet) -> None:
    sheet.paragraph(72, 100, ["The fee for the hall was set at £22 an hour,", "and the fee for the court at £9.50."])


def test_a_quote_over_two_lines_has_a_box_on_each(tmp_path: Path) -> None:
    page = read_one(tmp_path, two_lines)
    quote = "£22 an hour,\nand the fee"
    start = page.text.index(quote)
    boxes = boxes_of(page, start, start + len(quote))
    assert len(boxes) == 2
    assert boxes[0][1] < boxes[1][1]
    assert marked(page, quote) == "£22 an hour, and the fee"


def test_of_words_that_come_twice_the_quoted_one_is_marked(tmp_path: Path) -> None:
    page = read_one(tmp_path, two_lines)
    assert marked(page, "fee for the court") == "fee for the court"


def test_cells_of_a_row_are_marked_apart(tmp_path: Path) -> None:
    def table(sheet: Sheet) -> None:
        sheet.grid([60, 220, 340, 460], [90, 112, 134])
        for y, cells in ((105, ["Centre", "2022/23", "2023/24"]), (127, ["Fenny Street", "41,200", "39,800"])):
            for x, cell in zip((66, 226, 346), cells, strict=True):
                sheet.write(x, y, cell)

    page = read_one(tmp_path, table)
    assert marked(page, "Fenny Street\t41,200") == "Fenny Street 41,200"
    assert marked(page, "39,800") == "39,800"


def test_a_line_whose_words_are_not_known_is_marked_whole() -> None:
    box = (0.1, 0.2, 0.9, 0.3)
    page = Page(1, 595.0, 842.0, (Line("The fee rises.", box), Line("It is £22.", (0.1, 0.4, 0.9, 0.5))))
    assert boxes_of(page, 4, 7) == [box]


def test_a_box_ends_where_the_quote_ends(tmp_path: Path) -> None:
    page = read_one(tmp_path, two_lines)
    assert marked(page, "for the hall was") == "for the hall was"
    assert boxes_of(page, 3, 3) == []
