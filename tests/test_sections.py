"""Which paper every page of a file belongs to: item, kind, title, access; and the outline as a whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from index.acronyms import acronyms
from index.minutes import is_minutes_head
from index.model import Access, Box, Kind, Line, PackOutline, Page, Section
from index.outline import outline
from index.pdf import open_pdf
from index.sketch import sketch

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
STAMP: Box = (0.46, 0.968, 0.54, 0.982)
ITEM: Box = (0.80, 0.02, 0.95, 0.034)
PROSE = "The committee is told here of the works that were done in the year and what they cost the council in all."


def paper(
    *texts: str, stamp: int | None = None, item: str | None = None, size: float = 11.0, wide: bool = False
) -> Page:
    """A page with lines of prose under its heading lines, and the publishing system's stamps."""
    lines = [
        Line(text, (0.1, 0.08 + place * 0.03, 0.9, 0.10 + place * 0.03), size=size, block=place)
        for place, text in enumerate(texts)
    ]
    if item:
        lines.insert(0, Line(f"Agenda Item {item}", ITEM, size=10.0, block=90))
    if stamp is not None:
        lines.append(Line(f"Page {stamp}", STAMP, size=10.0, block=91))
    width, height = (842.0, 595.0) if wide else (595.0, 842.0)
    return Page(1, width, height, tuple(lines), blank=not texts)


FRONT = paper(
    "AGENDA",
    "Transport Committee",
    "Monday, 5 June 2023 at 2.00 pm",
    "Town Hall, Exford",
    "1. Apologies",
    "2. Minutes of the last meeting (Pages 1 - 2)",
    "3. Bus network review (Pages 3 - 7)",
    "4. Land at Mill Lane (Pages 8 - 9)",
)
MINUTES = (
    "TRANSPORT COMMITTEE",
    "Minutes of a meeting of the Transport Committee held on Tuesday, 4 April 2023",
    "Present: Cllr K Brown (Chair), Cllr J Green",
    "12. Apologies",
)
REPORT = ("REPORT TO: Transport Committee", "DATE: 5 June 2023", "SUBJECT: Bus network review", PROSE)


def outlined(*pages: Page) -> PackOutline:
    numbered = [
        Page(number, page.width, page.height, page.lines, blank=page.blank) for number, page in enumerate(pages, 1)
    ]
    return outline([sketch(page) for page in numbered], lambda number: numbered[number - 1])


def whole() -> PackOutline:
    return outlined(
        FRONT,
        paper(*MINUTES, stamp=1, item="2"),
        paper(PROSE, stamp=2),
        paper(*REPORT, stamp=3, item="3"),
        paper(PROSE, stamp=4),
        paper("APPENDIX 2", "Routes and costs", PROSE, stamp=5),
        paper("Where buses go", "Every ten minutes", stamp=6, size=24.0, wide=True),
        paper("Who uses them", "Half of all pupils", stamp=7, size=24.0, wide=True),
        paper("NOT FOR PUBLICATION by virtue of paragraph 3 of Part 1 of Schedule 12A", PROSE, stamp=8, item="4"),
        paper(PROSE, stamp=9),
    )


def test_a_packs_papers_in_order() -> None:
    assert [(one.first, one.last, one.kind, one.item) for one in whole().sections] == [
        (1, 1, Kind.AGENDA, None),
        (2, 3, Kind.MINUTES, "2"),
        (4, 5, Kind.REPORT, "3"),
        (6, 6, Kind.APPENDIX, "3"),
        (7, 8, Kind.SLIDES, "3"),
        (9, 10, Kind.EXEMPT, "4"),
    ]


def test_a_packs_meeting_kind_and_title() -> None:
    found = whole()
    assert (found.meeting.body, found.meeting.date) == ("Transport Committee", date(2023, 6, 5))
    assert (found.kind, found.title) == (Kind.AGENDA, "Transport Committee, 5 June 2023")
    assert [number.printed for number in found.numbers] == [None, *map(str, range(1, 10))]


def test_titles_of_sections() -> None:
    titles = [one.title for one in whole().sections]
    assert titles[1:4] == ["Minutes of the last meeting", "Bus network review", "APPENDIX 2 – Routes and costs"]


def test_minutes_tell_the_earlier_meeting() -> None:
    recorded = whole().sections[1].recorded
    assert recorded is not None
    assert (recorded.body, recorded.date) == ("Transport Committee", date(2023, 4, 4))


def test_a_marked_page_closes_its_whole_paper_and_no_other() -> None:
    assert [one.access for one in whole().sections] == [Access.PUBLIC] * 5 + [Access.RESTRICTED]


@pytest.mark.parametrize(
    "sentence",
    [
        "No part of this report is exempt under Schedule 12A of the Local Government Act 1972.",
        "Exempt information: None",
        "Classification: Unrestricted",
        "The confidential helpline was called by 300 residents, as Schedule 12A of the Act was explained to them.",
    ],
)
def test_a_report_that_only_mentions_exemption_is_public(sentence: str) -> None:
    found = outlined(paper("REPORT TO: Audit Board", "DATE: 5 June 2023", "SUBJECT: Risk", sentence, PROSE))
    assert {one.access for one in found.sections} == {Access.PUBLIC}


@pytest.mark.parametrize(
    "mark", ["CONFIDENTIAL", "Classification: Exempt", "EXEMPT REPORT", "PART II - private", "NOT FOR PUBLICATION"]
)
def test_marks_that_close_a_paper(mark: str) -> None:
    found = outlined(paper(mark, "REPORT TO: Audit Board", "DATE: 5 June 2023", "SUBJECT: Land", PROSE))
    assert {one.access for one in found.sections} == {Access.RESTRICTED}


def test_a_report_that_stands_alone() -> None:
    found = outlined(paper(*REPORT), paper(PROSE))
    assert found.kind is Kind.REPORT
    assert found.title == "Bus network review"
    assert (found.meeting.body, found.meeting.date) == ("Transport Committee", date(2023, 6, 5))
    assert found.sections == (Section(1, 2, Kind.REPORT, "Bus network review"),)


def test_minutes_that_stand_alone() -> None:
    found = outlined(paper(*MINUTES), paper(PROSE))
    assert (found.kind, len(found.sections)) == (Kind.MINUTES, 1)
    assert found.meeting.date == date(2023, 4, 4)


def test_minutes_of_two_meetings_in_one_item_are_two_papers() -> None:
    other = ("TRANSPORT COMMITTEE", "Minutes of a meeting of the Transport Committee held on Tuesday, 2 May 2023")
    found = outlined(
        FRONT,
        paper(*MINUTES, stamp=1, item="2"),
        paper(*other, "Present: Cllr K Brown (Chair)", "15. Apologies", stamp=2),
        paper(*REPORT, stamp=3, item="3"),
    )
    minutes = [one for one in found.sections if one.kind is Kind.MINUTES]
    assert [(one.first, one.recorded and one.recorded.date) for one in minutes] == [
        (2, date(2023, 4, 4)),
        (3, date(2023, 5, 2)),
    ]


@pytest.mark.parametrize("heading", ["B. APPROVAL OF MINUTES", "IV. Minutes", "Adoption of the minutes", "3. Minutes"])
def test_an_item_about_minutes_is_no_record(heading: str) -> None:
    page = paper("A. AWARDS", "Proclamation of May 2024 as Museum Month", heading, "Present: Mayor Dunn")
    assert not is_minutes_head([line.text for line in page.lines])


def test_blank_pages_belong_to_the_paper_before() -> None:
    found = outlined(paper(*REPORT), paper(), paper(PROSE))
    assert [(one.first, one.last) for one in found.sections] == [(1, 3)]


def test_a_supplement_bound_in_is_told_apart() -> None:
    found = outlined(
        FRONT,
        paper(*MINUTES, stamp=1, item="2"),
        paper(PROSE, stamp=2),
        *(paper(*(REPORT if n == 3 else (PROSE,)), stamp=n) for n in range(3, 8)),
        *(paper(PROSE, stamp=n) for n in (8, 9)),
        paper("SUPPLEMENTARY AGENDA", "Item 3 – replaces the report sent out before", PROSE, stamp=1, item="3"),
        *(paper(PROSE, stamp=n) for n in (2, 3, 4)),
    )
    last = found.sections[-1]
    assert (last.kind, last.item, last.first, last.last) == (Kind.SUPPLEMENT, "3", 11, 14)


def test_every_page_is_in_exactly_one_section() -> None:
    sections = whole().sections
    assert [page for one in sections for page in range(one.first, one.last + 1)] == list(range(1, 11))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the Better Care Fund (BCF) is pooled", {"BCF": "Better Care Fund"}),
        ("Special Educational Needs and\nDisabilities (SEND)", {"SEND": "Special Educational Needs and Disabilities"}),
        ("a Health and Wellbeing Board (“HWB”)", {"HWB": "Health and Wellbeing Board"}),
        ("the plan (see below) and the Council (CEO)", {}),
    ],
)
def test_acronyms_whose_initials_match(text: str, found: dict[str, str]) -> None:
    assert acronyms(text) == found


@pytest.mark.parametrize("name", ["halton-hwb-2023-03-22", "worcs-hwb-2022-05-24"])
def test_items_and_numbers_of_the_shared_packs(name: str) -> None:
    truth = SHARED / "packs" / f"{name}.pages.jsonl"
    if not truth.exists():
        pytest.skip(f"MISSING TEST MATERIAL: {truth.name} is not beside the project in ../shared/packs")
    rows = [json.loads(row) for row in truth.read_text(encoding="utf-8").splitlines()]
    with open_pdf(truth.with_name(f"{name}.pdf"), ocr="off") as file:
        pages = list(file.pages())
    found = outline([sketch(page) for page in pages], lambda number: pages[number - 1])
    items = {page: one.item for one in found.sections for page in range(one.first, one.last + 1)}
    assert [items[row["pdf_page"]] for row in rows] == [row["item"] for row in rows]
    assert [number.printed for number in found.numbers] == [row["printed"] for row in rows]
