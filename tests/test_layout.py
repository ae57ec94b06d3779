"""Reading order, paragraphs and tables of pages drawn for the purpose."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4, landscape

from index.ink import Ink
from index.ink import Sheet as InkSheet
from index.layout import arrange
from index.model import Page
from tests.papers import Sheet, read_one, rows

LEFT = [
    "The strategy was refreshed in",
    "spring after a wide survey of",
    "residents, carers and staff who",
    "use the service every week.",
]
RIGHT = [
    "A further paper on funding will",
    "come to the board in autumn so",
    "that members can weigh the cost",
    "of each option in good time.",
]


def texts(page: Page) -> list[str]:
    return page.text.splitlines()


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.write(72, 80, "Progress since the last meeting of the board", 18, bold=True)
        sheet.paragraph(72, 120, LEFT * 3)
        sheet.paragraph(320, 123, RIGHT * 3)

    got = texts(read_one(tmp_path, page))
    assert got == ["Progress since the last meeting of the board", *LEFT * 3, *RIGHT * 3]


def test_justified_columns_with_a_narrow_gutter_stay_apart() -> None:
    words = []
    for row in range(10):
        # wide spaces of seven points beside a gutter of ten
        for column, x in (("l", 60.0), ("r", 60.0 + 5 * 47 + 3)):
            words += [
                Ink(f"{column}{row}w{k}", x + 47 * k, 100 + 12 * row, x + 47 * k + 40, 110 + 12 * row, 10)
                for k in range(5)
            ]
    lines = arrange(InkSheet(595, 842, words))
    assert [line.text.split()[0] for line in lines] == [f"{c}{row}w0" for c in "lr" for row in range(10)]


def test_columns_under_columns_of_a_slide_are_read_box_by_box(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.write(60, 60, "What we heard", 24, bold=True)
        sheet.paragraph(60, 120, ["• Waiting times are long", "• Parking is hard to find"], 14)
        sheet.paragraph(460, 110, ["• Staff are kind and patient", "• Letters are easy to read"], 14)
        sheet.paragraph(60, 320, ["• Phone lines are busy", "• Rooms are too warm"], 14)
        sheet.paragraph(460, 330, ["• Signs are clear now", "• Tea is served at ten"], 14)

    got = texts(read_one(tmp_path, page, landscape(A4)))
    assert got[0] == "What we heard"
    for first, second in [("Waiting", "Parking"), ("Staff", "Letters"), ("Phone", "Rooms"), ("Signs", "Tea")]:
        at = next(k for k, text in enumerate(got) if first in text)
        assert second in got[at + 1]


def test_a_ruled_table_gives_one_row_a_line_with_wrapped_and_empty_cells(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.grid([72, 240, 380, 500], [100, 120, 150, 170])
        for x, name in [(76, "Scheme"), (244, "Lead"), (384, "Budget")]:
            sheet.write(x, 114, name, bold=True)
        sheet.write(76, 133, "Hospital discharge and")
        sheet.write(76, 146, "reablement at home")
        sheet.write(384, 133, "£1,250,000")
        sheet.write(76, 164, "Carers")
        sheet.write(244, 164, "Integration Team")
        sheet.write(384, 164, "£80,000")

    page_read = read_one(tmp_path, page)
    assert rows(page_read) == [
        "Scheme\tLead\tBudget",
        "Hospital discharge and reablement at home\t\t£1,250,000",
        "Carers\tIntegration Team\t£80,000",
    ]
    assert [line.header for line in page_read.lines] == [True, False, False]
    assert [cell.column for cell in page_read.lines[1].cells] == [0, 1, 2]
    assert len({line.block for line in page_read.lines}) == 1


def test_a_cell_over_several_columns_keeps_its_span(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for x in (72, 500):
            sheet.rule(x, 100, x, 160)
        for x in (240, 380):
            sheet.rule(x, 120, x, 160)
        for y in (100, 120, 140, 160):
            sheet.rule(72, y, 500, y)
        sheet.write(76, 114, "Transfers to the council in the year", bold=True)
        for k, y in enumerate((134, 154)):
            for x, text in [(76, f"Scheme {k}"), (244, f"{k + 3}00"), (384, f"{k + 5}00")]:
                sheet.write(x, y, text)

    page_read = read_one(tmp_path, page)
    assert rows(page_read) == ["Transfers to the council in the year", "Scheme 0\t300\t500", "Scheme 1\t400\t600"]
    assert page_read.lines[0].cells[0].span == 3


def test_figures_that_line_up_are_a_table_without_any_rules(tmp_path: Path) -> None:
    figures = [
        ("Referrals", "6", "53", "32"),
        ("New registrations", "1", "56", "31"),
        ("Appointments", "1", "20", "27"),
    ]

    def page(sheet: Sheet) -> None:
        sheet.write(72, 80, "The figures below show what was recorded in each month of the project so far.")
        for k, name in enumerate(("Sep", "Oct", "Nov")):
            sheet.write_right(300 + 70 * k, 110, name)
        for k, row in enumerate(figures):
            sheet.write(72, 128 + 18 * k, row[0])
            for j, figure in enumerate(row[1:]):
                sheet.write_right(300 + 70 * j, 128 + 18 * k, figure)
        sheet.write(72, 210, "Referrals rose in October and fell again in November as the pilot settled down.")

    page_read = read_one(tmp_path, page)
    assert rows(page_read)[-3:] == ["\t".join(row) for row in figures]
    assert "Sep\tOct\tNov" in rows(page_read)[0]
    assert page_read.lines[0].cells == ()
    assert page_read.lines[-1].cells == ()


def test_rows_parted_only_by_lines_across_hold_their_wrapped_cells(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for y in (100, 122, 168, 214):
            sheet.rule(72, y, 520, y)
        for x, name in [(76, "Service"), (250, "Forecast"), (340, "Reason")]:
            sheet.write(x, 116, name, bold=True)
        for y, service, figure in [(122, "Older people", "+27.4"), (168, "Younger adults", "-3.0")]:
            sheet.write(76, y + 27, service)
            sheet.write(250, y + 27, figure)
            sheet.paragraph(
                340,
                y + 14,
                ["More people were placed than", "the plan allowed for, and the", "prices rose as well."],
                10,
            )

    got = rows(read_one(tmp_path, page))
    reason = "More people were placed than the plan allowed for, and the prices rose as well."
    assert got == ["Service\tForecast\tReason", f"Older people\t+27.4\t{reason}", f"Younger adults\t-3.0\t{reason}"]


def test_an_agenda_list_with_page_ranges_is_rows(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for k, (item, pages) in enumerate(
            [
                ("1. APOLOGIES FOR ABSENCE", ""),
                ("2. MINUTES OF LAST MEETING", "1 - 6"),
                ("3. DENTAL SERVICES", "7 - 40"),
                ("4. JOINT PLAN", "41 - 58"),
            ]
        ):
            sheet.write(72, 100 + 26 * k, item)
            sheet.write(460, 100 + 26 * k, pages)

    got = texts(read_one(tmp_path, page))
    assert [text.rstrip("\t") for text in got] == [
        "1. APOLOGIES FOR ABSENCE",
        "2. MINUTES OF LAST MEETING\t1 - 6",
        "3. DENTAL SERVICES\t7 - 40",
        "4. JOINT PLAN\t41 - 58",
    ]


def test_numbered_paragraphs_and_bullets_are_no_table(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        y = 100.0
        for number in ("1.1", "1.2", "1.3"):
            sheet.write(72, y, number)
            y = (
                sheet.paragraph(
                    110,
                    y,
                    [
                        "The board is asked to note the work that was done to bring",
                        "the two teams together during the year.",
                    ],
                )
                + 12
            )
        for _ in range(3):
            sheet.write(90, y, "•")
            sheet.write(110, y, "A named lead for every neighbourhood")
            y += 20

    page_read = read_one(tmp_path, page)
    assert not rows(page_read)
    assert texts(page_read)[0] == "1.1 The board is asked to note the work that was done to bring"
    assert len({line.block for line in page_read.lines}) == 6


def test_paragraphs_and_headings_have_their_own_blocks(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.write(72, 90, "PURPOSE", 12, bold=True)
        sheet.paragraph(72, 110, ["To tell the board of the plan and of what", "will be done next."])
        sheet.paragraph(72, 150, ["The second paragraph starts after a gap and", "ends here."])

    blocks = [line.block for line in read_one(tmp_path, page).lines]
    assert blocks == [0, 1, 1, 2, 2]


def test_text_printed_twice_for_boldness_is_read_once(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for shift in (0.0, 0.3, 0.6):
            sheet.write(72 + shift, 100, "Part I")
        sheet.write(72, 130, "Open to the press and public")

    page_read = read_one(tmp_path, page)
    assert texts(page_read) == ["Part I", "Open to the press and public"]


def test_text_drawn_sideways_on_an_upright_page_reads_in_order(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.canvas.rotate(90)
        sheet.canvas.setFont("Helvetica", 11)
        for k, text in enumerate(["Appendix 2 is printed sideways", "and its second line is here."]):
            sheet.canvas.drawString(100, -(100 + 14 * k), text)

    page_read = read_one(tmp_path, page)
    assert texts(page_read) == ["Appendix 2 is printed sideways", "and its second line is here."]
    x0, y0, x1, y1 = page_read.lines[0].box
    assert y1 - y0 > x1 - x0


def test_a_margin_note_printed_sideways_comes_after_the_text(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.paragraph(72, 100, LEFT)
        sheet.canvas.rotate(90)
        sheet.canvas.drawString(400, -30, "DRAFT")

    assert texts(read_one(tmp_path, page)) == [*LEFT, "DRAFT"]


def test_a_raised_footnote_number_does_not_change_a_figure(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.write(72, 100, "In all 17 of the 38")
        width = sheet.canvas.stringWidth("In all 17 of the 38", "Helvetica", 11)
        sheet.write(72 + width, 96, "1", 6)
        sheet.write(72 + width + 6, 100, "indicators are green.")

    assert "381" not in read_one(tmp_path, page).text


def test_a_key_with_its_value_is_a_row_or_a_line(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        for k, (key, value) in enumerate(
            [
                ("REPORT TO:", "Health & Wellbeing Board"),
                ("DATE:", "22 March"),
                ("REPORTING OFFICER:", "Director of Public Health"),
            ]
        ):
            sheet.write(72, 100 + 22 * k, key, bold=True)
            sheet.write(260, 100 + 22 * k, value)

    got = [" ".join(text.split()) for text in texts(read_one(tmp_path, page))]
    assert got == [
        "REPORT TO: Health & Wellbeing Board",
        "DATE: 22 March",
        "REPORTING OFFICER: Director of Public Health",
    ]


def test_left_and_right_of_a_footer_are_one_line(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.paragraph(72, 100, LEFT)
        sheet.write(72, 800, "Corporate plan", 9)
        sheet.write(500, 800, "Page 4", 9)

    assert texts(read_one(tmp_path, page))[-1] == "Corporate plan Page 4"


@pytest.mark.parametrize("skew", [-1.5, 2.0])
def test_lines_of_a_scan_that_lies_askew_stay_whole(skew: float) -> None:

    slope = math.tan(math.radians(skew))
    words = [
        Ink(
            f"w{row}x{k}",
            60 + 40 * k,
            100 + 14 * row + slope * 40 * k,
            95 + 40 * k,
            110 + 14 * row + slope * 40 * k,
            11,
        )
        for row in range(6)
        for k in range(12)
    ]
    lines = arrange(InkSheet(595, 842, words, skew=skew))
    assert [line.text for line in lines] == [" ".join(f"w{row}x{k}" for k in range(12)) for row in range(6)]
    box = lines[0].words[11].box
    assert box[0] * 595 == pytest.approx(words[11].x0, abs=1)
    assert box[1] * 842 == pytest.approx(words[11].y0, abs=1)


def test_blocks_rise_in_reading_order(tmp_path: Path) -> None:
    def page(sheet: Sheet) -> None:
        sheet.write(72, 80, "Minutes", 16, bold=True)
        sheet.paragraph(72, 120, LEFT)
        sheet.grid([72, 240, 400], [220, 240, 260])
        for x, y in [(76, 234), (244, 234), (76, 254), (244, 254)]:
            sheet.write(x, y, f"cell {x} {y}")
        sheet.paragraph(72, 300, RIGHT)

    blocks = [line.block for line in read_one(tmp_path, page).lines]
    assert all(a <= b <= a + 1 for a, b in pairwise(blocks))
    assert blocks[0] == 0
