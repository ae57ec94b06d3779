"""The front sheets of different councils and NHS boards: their meetings, and their items with pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.agenda import is_agenda, is_late, read_items
from index.attendance import people_in
from index.meeting import dates_in, read_meeting
from index.minutes import is_recommendation, is_resolution, minute_heading, recorded_meeting
from index.model import AgendaItem, Cell, Line, Page
from index.paragraphs import Paragraph
from tests.papers import Sheet, read_one


def prose(*texts: str, bold: tuple[int, ...] = ()) -> Page:
    """A page of lines; an empty text is a gap, a leading space an indent."""
    lines = []
    for place, text in enumerate(texts):
        if text:
            left = 0.1 + 0.05 * (len(text) - len(text.lstrip()))
            top = 0.05 + place * 0.02
            lines.append(Line(text.strip(), (left, top, 0.9, top + 0.015), size=12.0, block=place, bold=place in bold))
    return Page(1, 595.0, 842.0, tuple(lines))


def table(*rows: tuple[str, ...]) -> Page:
    lines = []
    for place, row in enumerate(rows):
        top = 0.1 + place * 0.03
        cells = tuple(Cell(text, column) for column, text in enumerate(row))
        lines.append(
            Line("\t".join(row), (0.1, top, 0.9, top + 0.02), size=11.0, block=1, cells=cells, header=place == 0)
        )
    return Page(1, 595.0, 842.0, tuple(lines))


def pages_of(page: Page) -> list[tuple[str, str, int | None, int | None]]:
    return [(item.number, item.title, item.first, item.last) for item in read_items([page])]


def test_ranges_in_brackets_behind_the_titles() -> None:
    sheet = prose(
        "AGENDA",
        "",
        "1. Apologies for absence",
        "",
        "2. Minutes of the meeting held on 12 October 2022 (Pages 1 - 12)",
        "",
        "3. Adult Social Care Charging Policy: outcome of the consultation with residents",
        " and partner organisations (Pages 13 - 26)",
        "",
        "4. Budget 2023 - 2027 (Page 27)",
    )
    assert is_agenda(sheet)
    assert pages_of(sheet) == [
        ("1", "Apologies for absence", None, None),
        ("2", "Minutes of the meeting held on 12 October 2022", 1, 12),
        (
            "3",
            "Adult Social Care Charging Policy: outcome of the consultation with residents and partner organisations",
            13,
            26,
        ),
        ("4", "Budget 2023 - 2027", 27, 27),
    ]


def test_a_table_with_presenters() -> None:
    items = read_items(
        [
            table(
                ("Item No", "Subject", "Presenter", "Page No"),
                ("1", "Apologies", "", ""),
                ("2", "Winter plan", "Jo Bloggs and Ali Khan", "1 - 10"),
                ("3", "Dental access", "Sam Doe", "Verbal Update"),
                ("4", "Joint strategy", "Kim Poe", "11 - 18"),
            )
        ]
    )
    assert items[1] == AgendaItem("2", "Winter plan", "Jo Bloggs and Ali Khan", 1, 10)
    assert (items[2].first, items[2].presenter) == (None, "Sam Doe")


@pytest.mark.parametrize(
    "pages",
    [
        ["(pp. 1–3)", "(pp. 4–5)", "To follow", "(p. 9)"],
        ["p 1-3", "p 4-5", "", "p 9"],
        ["Pages 1 - 3", "Pages 4 - 5", "", "Page 9"],
        ["1 - 3", "4 - 5", "", "9"],
        ["[1-3]", "[4-5]", "", "[9]"],
    ],
)
@pytest.mark.parametrize("below", [0.0, 7.0])
def test_pages_in_a_column_of_their_own_belong_to_the_title_beside_them(
    tmp_path: Path, pages: list[str], below: float
) -> None:
    titles = ["Minutes", "Action log and replies", "Call-in of the decision on parking", "Work programme"]

    def page(sheet: Sheet) -> None:
        sheet.write(270, 80, "AGENDA", bold=True)
        sheet.write(72, 110, "1. Apologies and declarations of interest", bold=True)
        for k, (title, given) in enumerate(zip(titles, pages, strict=True)):
            sheet.write(72, 136 + 38 * k, f"{k + 2}. {title}", bold=True)
            sheet.write(90, 150 + 38 * k, "Report of the Director of Place, with slides, for decision")
            if given:
                sheet.write(450, 136 + below + 38 * k, given)

    assert [(number, first, last) for number, _, first, last in pages_of(read_one(tmp_path, page))] == [
        ("1", None, None),
        ("2", 1, 3),
        ("3", 4, 5),
        ("4", None, None),
        ("5", 9, 9),
    ]


def test_a_range_that_was_set_over_two_columns() -> None:
    sheet = table(
        ("Item No", "Subject", "", "", "Page No"),
        ("4", "Confirmation of minutes", "", "1 -", "10"),
        ("6", "Road safety", "Mo Day", "11", "- 18"),
    )
    assert [(item[2], item[3]) for item in pages_of(sheet)] == [(1, 10), (11, 18)]


def test_an_nhs_board_with_times_and_start_pages_only() -> None:
    sheet = table(
        ("No", "Item", "Lead", "Time", "Page"),
        ("1.", "Welcome and apologies", "Chair", "10:00", "-"),
        ("2.", "Minutes of the last meeting", "Chair", "10:05", "3"),
        ("3.", "Chief Executive's report", "A Patel", "10:10", "15"),
        ("4.", "Finance report month 7", "D Ocean", "10:30", "31"),
    )
    assert [(item.first, item.last) for item in read_items([sheet])] == [(None, None), (3, 14), (15, 30), (31, None)]


def test_ranges_at_the_end_of_plain_lines() -> None:
    sheet = prose(
        "ITEMS TO BE DEALT WITH",
        "",
        "1. APOLOGIES",
        "",
        "2. MINUTES OF LAST MEETING 1 - 6",
        "",
        "3. LOCAL PLAN 2022 - 2027 7 - 40",
        "",
        "4. HOUSING STRATEGY QUARTER 3",
    )
    assert [item[2:] for item in pages_of(sheet)] == [(None, None), (1, 6), (7, 40), (None, None)]


def test_items_in_the_closed_part_are_exempt() -> None:
    sheet = prose(
        "AGENDA",
        "",
        "PART I",
        "",
        "1. Minutes (Pages 1 - 4)",
        "",
        "2. Plan (Pages 5 - 9)",
        "",
        "PART II - items considered in private",
        "",
        "3. Land at Mill Lane (Pages 11 - 14)",
    )
    assert [item.exempt for item in read_items([sheet])] == [False, False, True]


def test_a_sentence_that_there_are_no_exempt_items_makes_none() -> None:
    sheet = prose(
        "AGENDA",
        "",
        "1. Minutes (Pages 1 - 4)",
        "",
        "EXEMPT ITEMS",
        "(there were no exempt items)",
        "",
        "2. Plan (Pages 5 - 6)",
    )
    assert [item.number for item in read_items([sheet])] == ["1", "2"]


def test_a_letter_with_a_late_paper() -> None:
    letter = Page(
        1,
        595.0,
        842.0,
        (
            Line("CABINET - THURSDAY, 6 FEBRUARY 2025", (0.1, 0.4, 0.6, 0.415)),
            Line("I am now able to enclose the following report that was unavailable when", (0.1, 0.43, 0.9, 0.445)),
            Line("Agenda Item No", (0.1, 0.55, 0.25, 0.565)),
            Line("9", (0.1, 0.57, 0.11, 0.585)),
            Line("School Places Plan 2025-29", (0.23, 0.57, 0.7, 0.585)),
            Line("(Pages 1 - 4)", (0.23, 0.586, 0.4, 0.6)),
        ),
    )
    assert is_agenda(letter)
    assert is_late([letter])
    assert pages_of(letter) == [("9", "School Places Plan 2025-29", 1, 4)]


def test_a_list_that_runs_over_two_pages() -> None:
    first = table(("Item", "Subject", "Page No"), ("1", "Apologies", ""), ("2", "Public questions", ""))
    second = table(("Item", "Subject", "Page No"), ("", "to be sent by noon on Monday", ""), ("3", "Minutes", "1 - 8"))
    assert [(item.number, item.first) for item in read_items([first, second])] == [("1", None), ("2", None), ("3", 1)]


def test_paragraphs_of_a_report_are_no_agenda() -> None:
    report = prose(
        "REPORT TO: Executive Board", "DATE: 4 May 2023", "1.0 PURPOSE", "1.1 To inform members of the plan."
    )
    assert not is_agenda(report)


@pytest.mark.parametrize(
    ("lines", "body", "council", "day", "time", "venue"),
    [
        (
            ["Public Document Pack", "Scrutiny Committee", "Monday, 5 June 2023 6.30 p.m.", "Town Hall, Exford",
             "Please contact Jo on 01234 or e-mail jo@exford.gov.uk", "Exford Borough Council",
             "The next meeting of the Committee is on Monday, 3 July 2023"],
            "Scrutiny Committee", "Exford Borough Council", date(2023, 6, 5), "6.30 p.m.", "Town Hall, Exford",
        ),
        (
            ["EXSHIRE COUNTY COUNCIL", "CABINET", "MINUTES of a meeting of the Cabinet held in the Council Chamber,",
             "County Hall, Exford on Thursday, 6 February 2025."],
            "Cabinet", "Exshire County Council", date(2025, 2, 6), None, "Council Chamber, County Hall, Exford",
        ),
        (
            ["HEALTH AND WELLBEING BOARD", "At a meeting of the Health and Wellbeing Board on Wednesday, 11",
             "January 2023 at the Mill Suite, Exford"],
            "Health and Wellbeing Board", None, date(2023, 1, 11), None, None,
        ),
        (
            ["PB 4 MONTHLY MEETING", "MINUTES", "DATE: Tuesday, 5 March 2024", "TIME: 6:00 PM"],
            "PB 4", None, date(2024, 3, 5), "6:00 PM", None,
        ),
        (
            ["REPORT TO:\tAudit and Governance Board", "DATE:\t22nd March 2023", "SUBJECT:\tRisk register"],
            "Audit and Governance Board", None, date(2023, 3, 22), None, None,
        ),
        (
            ["From: Jo Bloggs, Cabinet Member for Finance", "To: Cabinet – 4 March 2025", "Subject: Late changes"],
            "Cabinet", None, date(2025, 3, 4), None, None,
        ),
        (
            ["AGENDA ITEM G-4", "STAFF REPORT", "City Council", "Meeting Date: 1/12/2021", "City of Exville",
             "701 Main St., Exville, CA 94025"],
            "City Council", "City of Exville", date(2021, 1, 12), None, None,
        ),
        (
            ["NHS Exshire and Exwick Integrated Care Board", "Meeting of the Board held in public",
             "Date: Thursday 28 September 2023", "Time: 9:30am – 12:30pm", "Venue: The Boardroom, Exwick Hospital"],
            "Board", "NHS Exshire and Exwick Integrated Care Board", date(2023, 9, 28), "9:30am – 12:30pm",
            "The Boardroom, Exwick Hospital",
        ),
        (
            ["NHS Exshire Integrated Care Board", "Minutes of the meeting held in public on 25 July 2024",
             "Quay Suite, Mill House", "Present"],
            "NHS Exshire Integrated Care Board", "NHS Exshire Integrated Care Board", date(2024, 7, 25), None,
            "Quay Suite, Mill House",
        ),
        (
            ["EXFORD COUNCIL", "MINUTES OF THE CABINET", "held on 7 December 2023 in the Council Chamber"],
            "Cabinet", None, date(2023, 12, 7), None, "Council Chamber",
        ),
    ],
)  # fmt: skip
def test_meetings_of_many_kinds_of_paper(
    lines: list[str], body: str, council: str | None, day: date, time: str | None, venue: str | None
) -> None:
    meeting = read_meeting(lines)
    assert meeting.date == day
    assert meeting.council == council
    assert meeting.time == time
    if venue:
        assert meeting.venue == venue
    assert meeting.body == body or (body == "Board" and "Board" in (meeting.body or ""))


def test_the_minutes_that_an_agenda_lists_are_of_another_day() -> None:
    agenda = ["AGENDA", "Audit Panel", "1. Apologies", "2. Minutes of the meeting held on Monday 8 May 2023"]
    assert read_meeting(agenda).date is None
    assert read_meeting([*agenda[:3], "Minutes of the meeting held on Monday 8 May 2023"]).date is None


def test_the_date_of_issue_is_not_the_meetings() -> None:
    assert read_meeting(["Audit Panel", "Date of issue: 9 May 2023", "Agenda published 8 May 2023"]).date is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Wednesday, 29th March, 2023", date(2023, 3, 29)),
        ("26 thOctober 2017", date(2017, 10, 26)),
        ("January 27, 2020, 7:00 p.m.", date(2020, 1, 27)),
        ("22/03/2023", date(2023, 3, 22)),
        ("30th day of June 2021", date(2021, 6, 30)),
        ("31 February 2023", None),
        ("It closed on 22.3.23.", date(2023, 3, 22)),
        ("ABC/24/05/01 Apologies", None),
        ("24/05/01/07", None),
    ],
)
def test_dates_in_every_form(text: str, day: date | None) -> None:
    assert dates_in(text) == ([day] if day else [])


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("HWB31 VILLAGE GRANTS", ("HWB31", "VILLAGE GRANTS")),
        ("84. Apologies", ("84", "Apologies")),
        ("517 Carers and employers update", ("517", "Carers and employers update")),
        ("HCP/11/23/05 Declarations of interest", ("HCP/11/23/05", "Declarations of interest")),
        ("12 October 2022", None),
        ("2. Mrs Brown, Cabinet Member for Schools,", None),
        ("25 people attended the event", None),
    ],
)
def test_minute_headings(text: str, heading: tuple[str, str] | None) -> None:
    assert minute_heading(text) == heading


@pytest.mark.parametrize(
    "text",
    [
        "RESOLVED: That the report be noted.",
        "RESOLVED that the Board: a) noted the plan",
        "AGREED: to meet again in May",
        "It was agreed that the minutes be signed",
        "Therefore Be It Resolved that CB9 recommends approval",
        "Action: Director of Public Health to report back",
    ],
)
def test_lines_that_record_a_decision(text: str) -> None:
    assert is_resolution(text)
    assert not is_recommendation(text)


@pytest.mark.parametrize(
    "text",
    [
        "RECOMMENDATION: That the Board notes the report",
        "RECOMMENDED: That the plan be approved",
        "The Health and Well-being Board is asked to:",
        "It is recommended that Cabinet agrees the budget",
    ],
)
def test_a_recommendation_is_no_decision(text: str) -> None:
    assert is_recommendation(text)
    assert not is_resolution(text)


def test_minutes_tell_the_meeting_that_they_record_and_who_was_there() -> None:
    lines = [
        "Minutes of the Planning Panel",
        "Tuesday, 8 March 2022, 2.00 pm",
        "Present: Cllr R Hale (Chairman), Pat Quill and Dr I Stone (Vice Chairman)",
        "Also attended: Tom Reed – Senior Practitioner",
        "Apologies: Sam Doe",
        "512 Apologies and substitutes",
    ]
    meeting = recorded_meeting(lines)
    assert meeting is not None
    assert (meeting.body, meeting.date) == ("Planning Panel", date(2022, 3, 8))
    assert [(one.name, one.role, one.presence) for one in people_in([Paragraph(line, ()) for line in lines])] == [
        ("Cllr R Hale", "Chairman", "present"),
        ("Pat Quill", None, "present"),
        ("Dr I Stone", "Vice Chairman", "present"),
        ("Tom Reed", "Senior Practitioner", "in attendance"),
        ("Sam Doe", None, "apologies"),
    ]


def test_a_report_records_no_meeting() -> None:
    assert recorded_meeting(["REPORT TO: Executive Board", "DATE: 4 May 2023", "The minutes are attached."]) is None
