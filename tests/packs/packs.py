"""The sample PDFs, in the order in which they are built."""

from __future__ import annotations

from tests.packs import county, district
from tests.packs.layout import Type
from tests.packs.pack import BLANK, BLANK_NOTED, Item, Pack, Recorded

THORNMERE = "Thornmere Borough Council"
BOARD = "Health and Wellbeing Board"
CHAMBER = "Council Chamber, Town Hall, Thornmere"
TRUST = "Kestrel Vale Hospitals NHS Foundation Trust"

MARCH = Pack(
    name="thornmere-hwb-2024-03-14",
    folder="march",
    title="Health and Wellbeing Board 14 March 2024",
    council=THORNMERE,
    body=BOARD,
    date="2024-03-14",
    time="2.00 p.m.",
    venue="Council Chamber, Town Hall, Market Place, Thornmere",
    items=(
        Item("1", "APOLOGIES FOR ABSENCE"),
        Item("2", "DECLARATIONS OF INTEREST"),
        Item("3", "MINUTES OF THE MEETING HELD ON 7 DECEMBER 2023", ("minutes", BLANK)),
        Item("4", "ACTION LOG", ("action_log",)),
        Item("5", "A NEW STOP SMOKING SERVICE FOR THORNMERE", ("smoking", "newsletter")),
        Item("6", "BETTER CARE FUND 2023/24: POSITION AT THE END OF QUARTER 3", ("bcf",)),
        Item(
            "7",
            "DAMP HOMES, WHEEZY CHILDREN (PRESENTATION BY IDRIS FALLOWFIELD, HOUSING STANDARDS MANAGER, AND DR TAMSIN "
            "OKORO)",
            ("damp",),
        ),
        Item("8", "THORNMERE DRUG AND ALCOHOL PARTNERSHIP: FIRST ANNUAL REPORT", ("drugs", "drugs_report")),
        Item("9", "WHARF STREET HEALTH HUB: OUTLINE BUSINESS CASE", ("hub", BLANK_NOTED, "hub_letter")),
    ),
    face=Type("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", 12, 84),
    creator="Aspose Ltd.",
    recorded=Recorded(BOARD, "2023-12-07"),
)

JUNE = Pack(
    name="thornmere-hwb-2024-06-20",
    folder="june",
    title="Agenda Document for Health and Wellbeing Board, 20/06/2024 14:00",
    council=THORNMERE,
    body=BOARD,
    date="2024-06-20",
    time="2.00 pm",
    venue=CHAMBER,
    items=(
        Item("1", "Apologies and substitutes"),
        Item("2", "Appointment of Vice-Chair for 2024/25"),
        Item("3", "Declarations of interest"),
        Item("4", "Minutes of the meeting held on 14 March 2024", ("minutes",)),
        Item("5", "Questions from the public"),
        Item("6", "Performance scorecard, quarter 4 of 2023/24", ("scorecard",)),
        Item("7", "Better Care Fund plan 2024/25", ("bcf", "petition")),
        Item("8", "Measles and childhood immunisation", ("measles",)),
        Item(
            "9",
            "Joint Local Health and Wellbeing Strategy 2024-2029: draft for consultation",
            ("strategy", "strategy_draft"),
        ),
        Item("10", "Carers' charter and the survey of carers", ("carers", "carers_table")),
        Item("11", "Suicide prevention: update"),
        Item("12", "Motion to exclude the press and public"),
        Item("13", "Wharf Street health hub: heads of terms", ("exempt",)),
    ),
    face=Type("Times-Roman", "Times-Bold", "Times-Italic", 13, 76),
    creator="Microsoft Word",
    recorded=Recorded(BOARD, "2024-03-14"),
    labels="plain",
    pad=True,
)

SUPPLEMENT = Pack(
    name="thornmere-hwb-2024-06-20-supplement",
    folder="supplement",
    title="Supplementary Agenda for Health and Wellbeing Board, 20/06/2024 14:00",
    council=THORNMERE,
    body=BOARD,
    date="2024-06-20",
    time="2.00 pm",
    venue=CHAMBER,
    items=(Item("7", "Better Care Fund plan 2024/25", ("bcf",)),),
    face=JUNE.face,
    creator="Microsoft Word",
    pad=True,
    continues=JUNE.folder,
)

BOARD_OF_DIRECTORS = Pack(
    name="kestrel-vale-board-2024-09-25",
    folder="trust",
    title="Board of Directors in public - September 2024",
    council=TRUST,
    body="Board of Directors",
    date="2024-09-25",
    time="09.30 to 12.30",
    venue="Boardroom, Education Centre, Queen Maud Hospital, Thornmere",
    items=(
        Item("1", "Welcome, apologies and declarations of interest", presenter="DF"),
        Item("2", "Staff story: a porter's day", presenter="JR"),
        Item("3", "Minutes of the meeting held on 31 July 2024", ("minutes",), "DF"),
        Item("4", "Action log", ("action_log",), "DF"),
        Item("5", "Chief Executive's report", ("chief", BLANK), "HS"),
        Item("6", "Integrated performance report: August 2024", ("performance",), "MAH"),
        Item("7", "Finance report: month 5, 2024/25", ("finance",), "TL"),
        Item("8", "Maternity and neonatal safety: quarter 1", ("maternity",), "CP"),
        Item("9", "Safe staffing: six-monthly review of nursing", ("staffing",), "PW"),
        Item("10", "Winter plan 2024/25", ("winter", "winter_slides"), "MAH"),
        Item("11", "Board assurance framework", ("assurance",), "IS"),
        Item("12", "Concrete in the Tower Block", ("concrete",), "TL"),
        Item("13", "Freedom to Speak Up: annual report 2023/24", presenter="JR"),
        Item("14", "Report of the chair of the Quality Committee", ("committee",), "ET"),
        Item("15", "Correspondence from governors", ("governor_letter",), "DF"),
        Item("16", "Any other business and questions from the public", presenter="DF"),
    ),
    face=Type("Vera", "VeraBd", "VeraIt", 11, 72),
    creator="Board portal",
    recorded=Recorded("Board of Directors", "2024-07-31"),
    labels="own",
    stamp="{n}",
    place="right",
    item_stamp="",
)

# A supplement stands after the pack that it continues.
PACKS = (MARCH, JUNE, SUPPLEMENT, BOARD_OF_DIRECTORS, *district.PACKS, *county.PACKS)
