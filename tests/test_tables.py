"""Tables as papers print them: dates in cells, groups of rows, headers at a page end, lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.groups import group_headings, table_heading
from index.model import Cell, Line, Page, Word
from index.open_table import OpenTable
from tests.papers import Sheet, read_one, rows

LOG = [
    ("No.", "Action", "Due", "Progress"),
    ("03/04", "Bring the staffing plan", "30 May 2024", "Put off to 26 September"),
    ("03/07", "Visit the new depot", "", "Not arranged"),
    ("05/03", "Report on waits for repairs", "25 July 2024, 22", "Done"),
    ("05/04", "Savings month by month", "25 July 2024, 23", "In the finance report"),
    ("05/05", "Write to each tenant", "14 June 2024, 24", "Done on 11 June: 38 letters"),
    ("05/06", "Agree the road with the parish", "31 July 2024", "Late"),
]


def ruled(sheet: Sheet, table: Sequence[tuple[str, ...]], xs: list[float], top: float = 100) -> None:
    sheet.grid([*xs, 540], [top + 20 * k for k in range(len(table) + 1)])
    for k, row in enumerate(table):
        for x, text in zip(xs, row, strict=True):
            sheet.write(x + 4, top + 14 + 20 * k, text, 9, bold=k == 0)


def line(*cells: str, bold: bool = False, indent: float = 0.0, spans: bool = False, header: bool = False) -> Line:
    placed = tuple(Cell(text, k, 3 if spans else 1) for k, text in enumerate(cells))
    words = tuple(
        Word(word, (0.1 + 0.2 * k + (indent if k == 0 else 0), 0.1, 0.15 + 0.2 * k, 0.12))
        for k, text in enumerate(cells)
        for word in text.split()
    )
    return Line("\t".join(cells), (0.1, 0.1, 0.9, 0.12), words, 10, bold, 0, placed, header)


HEADER = line("Charge", "2024/25", "2025/26", bold=True, header=True)


def test_drawn_lines_alone_part_the_columns_of_dates(tmp_path: Path) -> None:
    page = read_one(tmp_path, lambda sheet: ruled(sheet, LOG, [60, 105, 270, 370]))
    assert rows(page) == ["\t".join(row) for row in LOG]


def test_figures_side_by_side_between_two_drawn_lines_are_columns(tmp_path: Path) -> None:
    figures = [("Roads", "12.4", "-3.1"), ("Parks", "8.0", "-0.5"), ("Waste", "21.7", "-9.2"), ("Trees", "1.1", "-0.2")]

    def page(sheet: Sheet) -> None:
        sheet.grid([60, 200, 420], [100 + 20 * k for k in range(len(figures) + 1)])
        for k, (name, gross, income) in enumerate(figures):
            sheet.write(64, 114 + 20 * k, name)
            sheet.write_right(290, 114 + 20 * k, gross)
            sheet.write_right(410, 114 + 20 * k, income)

    assert rows(read_one(tmp_path, page)) == ["\t".join(row) for row in figures]


def test_a_row_over_all_columns_under_the_header_names_no_column(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for y in (100, 120, 140, 160, 180):
            sheet.rule(60, y, 480, y)
        for x in (60, 480):
            sheet.rule(x, 100, x, 180)
        for x in (260, 370):
            sheet.rule(x, 100, x, 120)
            sheet.rule(x, 140, x, 180)
        sheet.write(64, 134, "Car parks: Mill Yard", bold=True)
        for y, row in ((114, ("Charge", "2024/25 £", "2025/26 £")), (154, ("1 hour", "1.20", "1.40"))):
            for x, text in zip((64, 264, 374), row, strict=True):
                sheet.write(x, y, text, bold=y == 114)
        for x, text in zip((64, 264, 374), ("All day", "6.00", "6.50"), strict=True):
            sheet.write(x, 174, text)

    read = read_one(tmp_path, page)
    assert [row.header for row in read.lines] == [True, False, False, False]
    assert group_headings(read.lines) == ["", *["Car parks: Mill Yard"] * 3]


def test_a_group_ends_where_the_next_begins_and_before_the_sum_of_all() -> None:
    table = [
        HEADER,
        line("Car parks", spans=True),
        line("1 hour", "1.20", "1.40"),
        line("Waste:", "", ""),
        line("Garden bin", "46.00", "54.00"),
        line("Total", "47.20", "55.40"),
    ]
    assert group_headings(table) == ["", "Car parks", "Car parks", "Waste", "Waste", ""]


@pytest.mark.parametrize(
    ("row", "heads"),
    [
        (line("Licences", "", "", bold=True), True),
        (line("Licences", "", "", indent=-0.03), True),
        (line("Licences", "", ""), False),  # a row whose figures are not known
        (line("Licences", "12.00", "", bold=True), False),
        (line("", "Licences", "", bold=True), False),
        (line("Fees marked with a star are set by law.", spans=True), False),
    ],
)
def test_a_heading_of_a_group_is_told_from_a_row_without_figures(row: Line, heads: bool) -> None:
    assert (group_headings([row, line("Skip hire", "1.00", "2.00")])[1] != "") is heads


def test_headings_under_one_another_count_both() -> None:
    table = [line("Place", spans=True), line("Waste", spans=True), line("Garden bin", "46.00", "54.00")]
    assert group_headings(table) == ["Place – Waste"] * 3


def test_what_stands_over_the_header_is_the_table_s_title() -> None:
    assert table_heading([line("Fees from April", spans=True), HEADER, line("1 hour", "1.20", "1.40")]) == (
        "Fees from April"
    )
    assert table_heading([HEADER, line("1 hour", "1.20", "1.40")]) == ""


def test_a_header_that_a_page_end_parts_from_its_rows_names_their_columns(tmp_path: Path) -> None:
    def bottom(sheet: Sheet) -> None:
        ruled(sheet, [("", "Option A: as before", "Option B: half the beds")], [60, 200, 360], top=700)

    table = OpenTable()
    (header,) = read_one(tmp_path, bottom).lines
    table.take([header], "", "Options", ends_page=True)
    table.take([line("Beds", "16", "8"), line("Cost", "£0.4m", "£2.3m")], "", "Options", ends_page=False)
    assert table.columns == ("", "Option A: as before", "Option B: half the beds")


def test_a_column_that_is_empty_overleaf_leaves_the_others_their_names() -> None:
    table = OpenTable()
    table.take(
        [line("No.", "Action", "Owner", "Due", header=True), line("1", "Buy salt", "AB", "May")], "", "", ends_page=True
    )
    narrower = line("2", "Sell grit", "", "June")
    words = narrower.words
    shifted = Line(
        "2\tSell grit\tJune", narrower.box, words, 10, cells=(Cell("2", 0), Cell("Sell grit", 1), Cell("June", 2))
    )
    table.take([shifted], "", "", ends_page=False)
    assert table.columns == ("No.", "Action", "Due")


def attendance(page: Page) -> list[str]:
    return [row.text.rstrip("\t") for row in page.lines]


def test_a_list_of_names_with_gaps_is_read_row_by_row(tmp_path: Path) -> None:
    people = [
        ("Cllr Ada Finch", ["Chair"]),
        ("Cllr Ben Moss", []),
        ("Cllr Cy Lake", []),
        ("Cllr Di Heath", ["Marlby Parish Council (co-opted)"]),
        ("Eve Stone (ES)", ["Director of Place, Marlby and District Joint", "Committee"]),
        ("Flo Reed (FR)", ["Clerk"]),
    ]

    def page(sheet: Sheet) -> None:
        sheet.write(72, 80, "Minutes of the meeting held on 12 June 2024 in the Long Room, Shire Hall")
        y = 100.0
        for name, said in people:
            sheet.write(72, y, name)
            sheet.paragraph(250, y, said)
            y += 18 + 13.2 * max(0, len(said) - 1)
        sheet.write(72, y + 6, "638 Apologies", bold=True)
        sheet.write(72, y + 24, "Apologies were received from Cllr Gwen Vale, for whom no substitute came to it.")

    read = attendance(read_one(tmp_path, page))
    assert read[1:-2] == ["\t".join([name, " ".join(said)]).rstrip("\t") for name, said in people]
    assert read[-2] == "638 Apologies"


def test_columns_of_text_of_unequal_start_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = ["The ward was shut in winter as", "too few nurses could be found", "to keep it safe at night."]
    right = ["A class for strength and poise", "will be run in each village by", "the summer of next year."]

    def page(sheet: Sheet) -> None:
        sheet.write(72, 80, "Staying on our feet", 16, bold=True)
        sheet.write(72, 110, "1. What we mean", bold=True)
        sheet.paragraph(72, 126.4, left)
        sheet.paragraph(72, 172, left)
        # between the lines of the left column at first, level with them farther down
        sheet.write(320, 101, "2. Classes", bold=True)
        sheet.paragraph(320, 118.2, right)
        sheet.paragraph(320, 172, right)

    read = read_one(tmp_path, page).text.splitlines()
    assert read == ["Staying on our feet", "1. What we mean", *left * 2, "2. Classes", *right * 2]
