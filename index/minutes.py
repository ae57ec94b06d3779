"""Lines of minutes by their form: the head of a record, a minute's heading, a resolution, a recommendation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.meeting import read_meeting
from index.model import Meeting

HEADING_WORDS = 22

# "RESOLVED: That the report be noted", "It was RESOLVED that", "AGREED:", "DECISION:", "Therefore be it resolved that"
RESOLUTION = re.compile(
    r"^(?:\W*(?:[a-z0-9]{1,3}[.)]\s+)?)(?:"
    r"(?:further\s+|unanimously\s+)?RESOLVED\b|resolved\s*(?:[:–-]|that\b|unanimously|to\b)"
    r"|(?:therefore,?\s+)?(?:now,?\s+)?(?:therefore,?\s+)?be\s+it\s+(?:further\s+)?resolved\b"
    r"|(?:it\s+was\s+)?(?:moved[^.]{0,60}and\s+)?(?:unanimously\s+)?(?:resolved|agreed)\s*(?:[:–-]|that\b)"
    r"|AGREED\b|DECISIONS?\s*[:–-]|decision\s+(?:made|taken)\s*:"
    r"|(?:the\s+)?(?:board|committee|cabinet|panel|council|governing\s+body|commission"
    r"|executive)\s+(?:unanimously\s+)?(?:resolved|agreed|approved|endorsed|ratified|adopted)\b"
    r"|result\s*:\s*\t?\s*(?:approved|adopted|failed|passed|carried)|motion\s+(?:was\s+)?(?:carried|passed"
    r"|approved|failed)|vote\s*:\s*\t?\s*(?:passed|unanimous|approved)"
    r")",
    re.I,
)
SHOUTED = re.compile(r"^\W*(?:FURTHER\s+)?(?:RESOLVED|AGREED|DECISION|NOTED)\b")
# "Action: Director of Public Health to report back", "ACTION – KW"
ACTION = re.compile(r"^\W*actions?(?:\s+(?:agreed|point|by|log))?\s*(?:\d+\s*)?[:–-]", re.I)
# "RECOMMENDED: That", "The Board is asked to:", "It is recommended that", "RECOMMENDATION(S):", "Staff recommends that"
RECOMMENDATION = re.compile(
    r"^(?:\W*(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?)(?:recommendations?\b|recommended\b|(?:it\s+is\s+|is\s+)recommended\b"
    r"|(?:the\s+)?(?:[\w&'’()-]+\s+){0,8}?(?:is|are)\s+(?:asked|requested|invited|recommended)\s+to\b"
    r"|(?:staff|officers?|the\s+report)\s+recommends?\b|that\s+(?:the\s+)?(?:board|committee|cabinet|council"
    r"|panel|members)\b)",
    re.I,
)
# "Record of Executive Decision", "Decision Notice"; "EASTMOOR COUNCIL – PROPOSED RECORD OF DECISION" is filled in
# before anybody decides
DECISION_NOTICE = re.compile(
    r"(?P<proposed>(?:proposed|draft|provisional)\s+)?(?:(?:record|notice|statement)\s+of\s+(?:(?:an?\s+)?(?:executive\s+"
    r"|key\s+|officer\s+)*)decision|decision\s+(?:notice|record|sheet)\b)",
    re.I,
)
# Each with a line from practice; the title begins with a capital.
MINUTE_HEADINGS: tuple[re.Pattern[str], ...] = (
    # "HWB26 ONE TOWN COMMUNITY GRANTS", "SCR 14 Budget", "CAB/45 Transport"
    re.compile(r"(?P<number>[A-Z]{2,6}[ /.]?\d{1,4}[a-z]?)[.:]?\s+[-–]?\s*(?P<title>[A-Z“‘(].+)"),
    # "HCP/11/23/05 Apologies", "PB 23/045 – Chair's report", "12/23 Minutes"
    re.compile(r"(?P<number>(?:[A-Z]{1,6}[ /]?)?\d{1,4}(?:[/.-]\d{1,4}){1,3})[.:]?\s+[-–]?\s*(?P<title>[A-Z“‘(].+)"),
    # "84. Apologies", "Minute 12: Title", "7) Any other business"
    re.compile(r"(?:minute\s+(?:no\.?\s*)?)?(?P<number>\d{1,4})\s?[.):]\s*(?P<title>[A-Z“‘(].+)", re.I),
    # "647 2020/21 Better Care Fund update", "90. 24/00109 - Transfer of the service"
    re.compile(r"(?P<number>\d{1,4})[.:]?\s+(?P<title>(?:20\d\d[/–-]\d\d(?:\d\d)?|\d\d/\d{4,6})\s+[-–:]?\s*[A-Z].+)"),
    # "517 Carers and employers update"
    re.compile(r"(?P<number>\d{1,4})\s+(?P<title>[A-Z“‘(].+)"),
)
_MONTH = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|(?:am|pm)\b", re.I
)
SENTENCE = re.compile(
    r"[.,;:]$|\b(?:was|were|had|stated|noted|reported|advised|explained|said|introduced|provided|thanked|is|are"
    r"|has|have)\b"
)

# "MINUTES of a meeting of the Cabinet held in ...", "At a meeting of the Board on Monday, ...", "FULL BOARD MINUTES"
MINUTES_HEAD = re.compile(
    r"(?:draft\s+|unconfirmed\s+|confirmed\s+)?minutes(?:\s+of\b.*|\s+from\b.*)?"
    r"|at\W{0,2}a\s+(?:\w+\s+)?meeting\s+of\b.*|.{0,60}\bmeeting\s+minutes|.{0,40}\bminutes"
    r"|.*\bmeeting\b.*\bwas\s+called(?:\s+to\s+order)?.*|minutes\s*[:–-].*|notes\s+of\s+(?:a|the)\s+meeting.*",
    re.I | re.S,
)
NO_MINUTES_HEAD = re.compile(
    r"^(?:\d|(?-i:[A-Z]|[IVX]{1,4})[.)]|to (?:receive|approve|confirm|agree|adopt|sign)|item"
    r"|confirmation|approval|adoption|acceptance|reading|receipt|review|signing)"
    r"|minutes?\s+of\s+(?:the\s+)?(?:last|previous)\b",
    re.I,
)
ATTENDANCE = re.compile(
    r"^(?P<label>(?:also\s+)?(?:members\s+|board\s+members\s+|voting\s+members\s+)?(?:present|in\s+attendance"
    r"|attendees|attended|also\s+attended|also\s+present|attending|invited)"
    r"(?:\s+virtually|\s+in\s*person|\s+remotely|\s+via\s+\w+)?|apologies(?:\s+for\s+absence|\s+received)?"
    r"|absent|not\s+present)\s*(?::|\t|$)\s*(?P<names>.*)",
    re.I | re.S,
)
NAME = re.compile(
    r"(?:(?:Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev|Supt"
    r"|The Mayor)\.?\s+)*[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,4}"
)


def is_resolution(text: str) -> bool:
    """Whether a line begins the record of what was decided, agreed or ordered to be done."""
    return bool(RESOLUTION.match(text) or SHOUTED.match(text) or ACTION.match(text)) and not is_recommendation(text)


def is_recommendation(text: str) -> bool:
    """Whether a line begins what a body is asked to decide: never the decision itself."""
    return bool(RECOMMENDATION.match(text))


def is_proposed_form(text: str) -> bool:
    """Whether a heading is that of a decision's record made before the decision: "PROPOSED RECORD OF DECISION"."""
    notice = DECISION_NOTICE.search(text)
    return bool(notice and notice["proposed"])


def minute_heading(text: str) -> tuple[str, str] | None:
    """Number and title of a minute where ``text`` is its heading, else None."""
    line = " ".join(text.split())
    for pattern in MINUTE_HEADINGS:
        found = pattern.fullmatch(line)
        if not found:
            continue
        title = found["title"].strip()
        if _MONTH.match(title) or SENTENCE.search(title) or not 1 <= len(title.split()) <= HEADING_WORDS:
            return None
        if sum(char.isalpha() for char in title) < 3 or title.startswith("(Item"):
            return None
        return found["number"].strip(), title
    return None


def is_minutes_head(lines: Sequence[str]) -> bool:
    """Whether the first lines of a page begin the minutes of a meeting."""
    head = [" ".join(line.split()) for line in lines[:14]]
    titled = any(MINUTES_HEAD.fullmatch(line) and not NO_MINUTES_HEAD.search(line) and len(line) < 160 for line in head)
    told = any(ATTENDANCE.match(line) for line in lines) or any(
        re.search(r"\bcalled to order|held on|held in|held at\b", line, re.I) for line in head
    )
    dated = sum(bool(re.search(r"\b(?:19|20)\d\d\b", line)) for line in head) > 0
    return titled and (told or dated)


def recorded_meeting(lines: Sequence[str]) -> Meeting | None:
    """The meeting that minutes beginning with ``lines`` record; None where the lines do not begin minutes."""
    return read_meeting(lines) if is_minutes_head(lines) else None
