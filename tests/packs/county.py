"""The sample packs of a county's scrutiny committee and of an integrated care board."""

from __future__ import annotations

from tests.packs.layout import Type
from tests.packs.pack import BLANK, BLANK_NOTED, Item, Pack, Recorded

SCRUTINY = Pack(
    name="wendshire-hosc-2024-09-11",
    folder="scrutiny",
    title="Agenda and papers for Health Overview and Scrutiny Committee, 11 September 2024",
    council="Wendshire County Council",
    body="Health Overview and Scrutiny Committee",
    date="2024-09-11",
    time="10.30 am",
    venue="Ferrers Room, Shire Hall, Calderwick",
    items=(
        Item("1", "Apologies and Substitutes"),
        Item("2", "Declarations of Interest"),
        Item("3", "Minutes of the Meeting held on 12 June 2024", ("minutes", BLANK_NOTED)),
        Item("4", "Public Participation"),
        Item("5", "Hospital and Ambulance Performance: Quarter 1 of 2024/25", ("performance", "dashboard")),
        Item(
            "6",
            "Osmarsh Community Hospital: Future of the Inpatient Ward",
            ("osmarsh", "osmarsh_plan", "osmarsh_letter", BLANK),
        ),
        Item("7", "NHS Dentistry in Wendshire: Final Report of the Task and Finish Group", ("dentistry",)),
        Item("8", "Annual Report of the Director of Public Health 2023/24", ("health_cover", "health_report")),
        Item("9", "Urgent Community Response: Presentation by Wendshire Community Health", ("community_slides",)),
        Item("10", "Maternity Services at Saltby General Hospital: Inspection"),
        Item("11", "Osmarsh Community Hospital: Updated Figures", ("osmarsh_update",)),
        Item("12", "Work Programme", ("programme", "tracker")),
        Item("13", "Any Urgent Business"),
    ),
    face=Type("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", 12, 74),
    creator="Microsoft Word",
    recorded=Recorded("Health Overview and Scrutiny Committee", "2024-06-12"),
    labels="own",
    stamp="Page {n}",
    item_stamp="Agenda Item {item}",
)

ICB = "ICB/24/07/{:02}".format
CARE_BOARD = Pack(
    name="orrindale-icb-2024-07-25",
    folder="icb",
    title="NHS Orrindale and Lowmoor ICB: Board in public, July 2024",
    council="NHS Orrindale and Lowmoor Integrated Care Board",
    body="Integrated Care Board",
    date="2024-07-25",
    time="13.00 to 15.45",
    venue="Assembly Room, Thwaite House, Station Parade, Orrinbridge",
    items=(
        Item(ICB(1), "Welcome, apologies and declarations of interest", ("interests",), "MK"),
        Item(ICB(2), "Patient story: Kath and Terry", ("story",), "RP"),
        Item(ICB(3), "Minutes of the meeting held on 30 May 2024", ("minutes",), "MK"),
        Item(ICB(4), "Action log", ("action_log",), "MK"),
        Item(ICB(5), "Chief Executive's report", ("chief", "measures"), "IP"),
        Item(ICB(6), "Finance report: month 3, 2024/25", ("finance",), "DR"),
        Item(ICB(7), "Getting through to the surgery: recovery plan for access to primary care", ("access",), "SOB"),
        Item(ICB(8), "Virtual wards: business case for 2024 to 2027", ("virtual",), "CS"),
        Item(ICB(9), "Board assurance framework", ("assurance",), "NH"),
        Item(ICB(10), "Escalation and assurance reports of the committees' chairs", ("committees",), "Chairs"),
        Item(ICB(11), "Annual report and accounts 2023/24", presenter="DR"),
        Item(ICB(12), "Questions from the public and any other business", presenter="MK"),
        Item(ICB(13), "For reference: words and letters that we use", ("glossary",), "NH"),
    ),
    face=Type("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", 11.5, 68),
    creator="Board portal",
    recorded=Recorded("Board", "2024-05-30"),
    stamp="{n}",
    place="centre",
    item_stamp="",
)

PACKS: tuple[Pack, ...] = (SCRUTINY, CARE_BOARD)
