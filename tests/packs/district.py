"""The sample packs of Brackenholt District Council: a Cabinet and, sixteen days later, its scrutiny committee."""

from __future__ import annotations

from tests.packs.layout import Type
from tests.packs.pack import BLANK, Item, Pack, Recorded

BRACKENHOLT = "Brackenholt District Council"
SCRUTINY = "Overview and Scrutiny Committee"

CABINET_FEBRUARY = Pack(
    name="brackenholt-cabinet-2025-02-11",
    folder="brackenholt_cabinet",
    title="Cabinet agenda 11 February 2025",
    council=BRACKENHOLT,
    body="Cabinet",
    date="2025-02-11",
    time="6.30 pm",
    venue="Priory Room, Civic Offices, Priory Road, Brackenholt",
    items=(
        Item("1", "Apologies for absence"),
        Item("2", "Declarations of interest"),
        Item("3", "Minutes of the meeting held on 14 January 2025", ("minutes",)),
        Item("4", "Public question time", ("questions",)),
        Item("5", "Written submission from a member of the public", ("submission",)),
        Item("6", "Revenue and capital budget 2025/26 (KEY DECISION)", ("budget", BLANK)),
        Item("7", "Fees and charges 2025/26 (KEY DECISION)", ("fees",)),
        Item("8", "Weekly food waste collections (KEY DECISION)", ("food_waste",)),
        Item("9", "Homes for temporary accommodation (KEY DECISION)", ("homes",)),
        Item("10", "Performance in quarter 3 of 2024/25", ("performance",)),
        Item("11", "Forward plan, March to June 2025", ("forward",)),
        Item("12", "Exclusion of the press and public"),
        Item("13", "Tidewell Pavilion: choice of operator (paragraph 3)", ("exempt",)),
    ),
    face=Type("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", 12, 80),
    creator="Microsoft Word for Microsoft 365",
    recorded=Recorded("Cabinet", "2025-01-14"),
    labels="own",
    stamp="Agenda Page {n}",
    place="right",
    between=" to ",
)

SCRUTINY_FEBRUARY = Pack(
    name="brackenholt-scrutiny-2025-02-27",
    folder="brackenholt_scrutiny",
    title="OSC 27.02.25",
    council=BRACKENHOLT,
    body=SCRUTINY,
    date="2025-02-27",
    time="7.00 pm",
    venue="Council Chamber, Civic Offices, Priory Road, Brackenholt",
    items=(
        Item("1", "Apologies and substitutes"),
        Item("2", "Declarations of interest, and of the party whip"),
        Item("3", "Minutes", ("minutes",)),
        Item("4", "Action log and replies from Cabinet", ("action_log",)),
        Item("5", "Call-in: evening parking charge on Tidewell seafront", ("callin",)),
        Item("6", "Priory Leisure Centre: yearly review of the contract", ("leisure", "leisure_slides")),
        Item("7", "Long-term empty homes: report of the task and finish group", ("empty_homes",)),
        Item("8", "Work programme", ("work_programme",)),
    ),
    face=Type("Times-Roman", "Times-Bold", "Times-Italic", 13, 80),
    creator="PDF printer",
    recorded=Recorded(SCRUTINY, "2025-01-23"),
    stamp="- {n} -",
    item_stamp="ITEM {item}",
    between="\N{EN DASH}",
)

PACKS = (CABINET_FEBRUARY, SCRUTINY_FEBRUARY)
