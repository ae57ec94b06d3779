"""What the papers leave open: a cell without the figure, a matter only proposed, another body's or month's business.

Each rule looks at the best evidence for the question and tells whether it shows that the answer is not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date

from index.minutes import is_resolution
from index.model import Kind
from index.records import StoredPack
from qa.periods import periods
from qa.polarity import is_decision, is_proposal
from qa.question import FIGURES, Analysis, Wanted
from qa.retrieve import Hit
from qa.scope import years
from qa.support import GOOD
from qa.units import Evidence
from qa.words import stems

# What stands in a cell whose figure, name or date is not known: "-", "n/a", "TBC", "to be confirmed", "awaited"
UNKNOWN = re.compile(
    r"|[-–—.]+|n/?a|tbc|tba|vacant|to be (?:confirmed|agreed|decided|advised)|to follow|"
    r"not (?:known|available|yet .*)|awaited",
    re.I,
)
# Columns that name a person or a day, by their headers: "Lead officer", "Action by", "Due date"
COLUMNS = {
    Wanted.PERSON: re.compile(r"\b(?:owners?|leads?|who|whom|officers?|responsib\w*|name|contact|sponsor)\b", re.I),
    Wanted.DATE: re.compile(r"\b(?:dates?|due|when|deadline|by(?! whom))\b", re.I),
}
ROWS_READ = 12
RIVAL = 0.8  # evidence this near the best one may give what a row leaves blank
# What was decided, in the past: "did the board approve", "what was agreed"
DECIDED = re.compile(
    r"\b(?:did|has|have|had)\b(?! to\b).{0,80}\b(?:agree|approve|decide|resolve|adopt|endorse|sign off|vote|reject|"
    r"refuse)|"
    r"\b(?:agreed|approved|decided|resolved|adopted|endorsed|rejected|refused|signed off|voted)\b",
    re.I,
)
# What came of a matter at a meeting: "did the Council pass it", "what did Cabinet end up doing", "did it go through"
OUTCOME = re.compile(
    r"\bdid\b[^?]{0,80}\b(?:pass|go through|get through|get the go[- ]ahead|throw out|turn down|vote)\b|"
    r"\b(?:end|ended) up (?:doing|deciding|with)\b|"
    r"\bwhat (?:was|came of|happened)\b[^?]{0,40}\b(?:outcome|in the end)\b",
    re.I,
)
# "What did they decide", "what was agreed on X", "what decision was taken"; not "what date if the decision …"
WHAT_DECIDED = re.compile(
    r"\bwhat (?:\w+ ){0,2}?(?:decisions?|resolutions?)\b|"
    r"\bwhat (?:was|were|did|has|have|had|got|is|are)\b[^?,]*\b(?:decid\w*|agree[ds]?|resolv\w*)\b|"
    r"\bwhat(?:'s|’s| is| was| were)? the (?:decisions?|resolutions?)\b",
    re.I,
)
# What is put to a meeting, not decided by it: "asked to agree", "recommended", "proposed"
PROPOSED = re.compile(
    r"\b(?:asked|recommend\w*|propos\w*|invited|requested|being put|due to|expected|supposed)\b", re.I
)
# "the Licensing Committee", "Audit and Risk Committee's"
BODY = re.compile(
    r"\b((?:[A-Z][\w&'’-]+ (?:and |& |of |for |the )?){1,5})(?:Sub-?)?"
    r"(?:Committee|Board|Panel|Cabinet|Forum|Commission)\b"
)
# Words of a body's name that say only whose it is: "the County Council's Cabinet"
OF_PLACES = frozenset(stems("council borough county city district town parish full joint local trust"))
# "the Panel agreed", "was refused by the Board"; not "the Panel be asked to agree"
ACTED = re.compile(
    r"\b(?:agreed|approved|decided|resolved|adopted|endorsed|refused|rejected|granted|supported|considered|noted|"
    r"deferred|concluded|recommended|voted)\b",
    re.I,
)
# "What answer did the minister give", "what did Ofsted conclude": what somebody was still to say when it was written
ANSWER = re.compile(
    r"\b(?:answer(?:ed)?|respon(?:se|d|ded)|repl(?:y|ied|ies)|conclu\w+|findings|verdict|ruling|ruled?|"
    r"the (?:outcome|result|decision)|what did\b.{0,60}\b(?:find|say|decide|rule|make))\b",
    re.I,
)
TOLD = r"(?:repl(?:y|ies)|responses?|answers?|decisions?|findings?|rulings?|results?|reports?|letters?|outcomes?)"
# "a response was yet to be received", "the letter was not expected until May", "no reply has come"
AWAITED = re.compile(
    r"\b(?:(?:yet|still) to be (?:received|published|announced|issued|made|heard|decided|confirmed)|awaited|"
    rf"no {TOLD} (?:has|have|had|was|were|is)\b|"
    rf"{TOLD} (?:is|are|was|were|had|has|have) (?:still |not (?:yet )?)(?:been )?"
    r"(?:awaited|received|expected|published|due)|"
    r"(?:not|nothing) (?:yet )?(?:known|about the (?:findings|outcome|result)))\b",
    re.I,
)
AWAITED_SHARE = 0.6  # of the best evidence's score, that what tells of the waiting must have …
AWAITED_WORDS = 0.15  # … and of the asked words, by their worth
PAGE_HEAD = 300  # characters
BARE_MONTH = re.compile(r"m-\d\d")


def not_given(question: Analysis, evidence: Sequence[Evidence], worth: Mapping[str, float]) -> bool:
    """Whether the table row that fits best leaves blank, or has "-" or "to be confirmed", what is asked for."""
    kinds = [kind for kind in COLUMNS if kind in question.wanted]
    if not evidence or not (FIGURES & question.wanted or kinds):
        return False
    best = max(evidence, key=lambda e: e.plain)
    if not best.passage.table:
        return False
    rows = [e for e in evidence[:ROWS_READ] if e.passage.table and e.passage.columns == best.passage.columns]
    row = max(rows, key=lambda e: (_rows_name(e, worth), e.plain), default=best)
    if row.plain < RIVAL * best.plain:
        row = best
    cells, columns = row.text.split("\t"), row.passage.columns
    asked = [i for kind in kinds for i, column in enumerate(columns) if i and COLUMNS[kind].search(column)]
    if kinds and not asked:
        return False
    rival = any(
        e.kinds & set(kinds) and e.passage.columns != columns and e.plain >= RIVAL * best.plain
        for e in evidence[:ROWS_READ]
    )
    if kinds and rival:
        return False
    if not kinds:
        asked = [
            i
            for i, column in enumerate(columns[1:], start=1)
            if set(question.terms) & set(stems(column)) or question.periods & years(periods(column))
        ]
    told = [cells[i].strip() if i < len(cells) else "" for i in asked] if asked else [c.strip() for c in cells[1:]]
    return bool(told) and all(UNKNOWN.fullmatch(cell) for cell in told)


def _rows_name(e: Evidence, worth: Mapping[str, float]) -> float:
    """What the asked words are worth that stand in the cells that name a row."""
    named = set(stems(" ".join(e.text.split("\t")[:2])))
    return sum(value for key, value in worth.items() if key in named)


def only_proposed(question: Analysis, evidence: Sequence[Evidence]) -> bool:
    """Whether the day or the voters of a decision are asked for that the papers only recommend."""
    if not question.wanted & {Wanted.DATE, Wanted.PERSON} or not evidence:
        return False
    if not DECIDED.search(question.text) and not re.search(r"\bapprov\w*|\bagree\w*", question.text, re.I):
        return False
    if PROPOSED.search(question.text):
        return False
    best = evidence[0]
    if not is_proposal(best.text, best.around):
        return False
    near = [e for e in evidence[:ROWS_READ] if e.score >= RIVAL * best.score]
    return not any(e.passage.kind is Kind.MINUTES or is_resolution(e.text) for e in near)


def undecided(question: Analysis, evidence: Sequence[Evidence]) -> bool:
    """Whether what was decided is asked for and no good evidence decides or recommends anything."""
    if Wanted.DECISION not in question.wanted or not WHAT_DECIDED.search(question.text):
        return False
    good = evidence[:GOOD]
    return not any(is_decision(e.text, e.around) or is_proposal(e.text, e.around) for e in good)


def undecided_meeting(question: Analysis, hits: Sequence[Hit], meetings: Sequence[date]) -> date | None:
    """The meeting whose decision is asked for, when its papers are indexed but no minutes of it are.

    A day without its year is that of the one meeting on such a day.
    """
    asks = DECIDED.search(question.text) or OUTCOME.search(question.text) or Wanted.VOTE in question.wanted
    if not asks or PROPOSED.search(question.text):
        return None
    yearless = Counter(f"d-{day:%m-%d}" for day in set(meetings))
    for day in meetings:
        days = {f"d{day.isoformat()}"}
        if yearless[f"d-{day:%m-%d}"] == 1:
            days.add(f"d-{day:%m-%d}")
        keys = days & question.periods or {f"m{day:%Y-%m}"} & question.periods
        if not keys:
            continue
        recorded = any(h.passage.kind is Kind.MINUTES and periods(h.passage.context) & keys for h in hits)
        if not recorded:
            return day
    return None


def other_body(
    question: Analysis, evidence: Sequence[Evidence], packs: Mapping[str, StoredPack], told: Set[str]
) -> str | None:
    """The body whose decision is asked for, when no papers of it are indexed and no paper tells what it did."""
    if Wanted.DECISION not in question.wanted or PROPOSED.search(question.text):
        return None
    for match in BODY.finditer(question.text):
        own = set(stems(" ".join(word for word in match[1].split() if not word.isupper()))) - OF_PLACES - told
        if not own or any(own <= set(stems(f"{p.record.council} {p.record.body}")) for p in packs.values()):
            continue
        about = [e for e in evidence[:ROWS_READ] if own <= set(stems(f"{e.text} {e.around} {e.passage.context}"))]
        if any(own <= set(stems(e.passage.context)) or ACTED.search(e.text) for e in about):
            continue
        return match.group()
    return None


def other_month(question: Analysis, evidence: Sequence[Evidence], pages: Mapping[tuple[str, int], str]) -> bool:
    """Whether the best evidence tells of other months than the one that is asked for, and nothing near it of that."""
    asked = {p for p in question.periods if re.fullmatch(r"m\d{4}-\d\d", p)}
    if len(asked) != 1 or not evidence:
        return False
    bare = f"m-{next(iter(asked))[-2:]}"
    best = evidence[0]
    page = pages.get((best.passage.pack, best.passage.spans[0].pdf_page), "")[:PAGE_HEAD]
    if bare in periods(f"{best.around} {best.passage.context} {page}"):
        return False
    if any(bare in periods(e.text) for e in evidence[:5]):
        return False
    return any(BARE_MONTH.fullmatch(p) for p in periods(best.text))


def still_awaited(asked: str, evidence: Sequence[Evidence], worth: Mapping[str, float]) -> bool:
    """Whether good evidence tells that the answer, reply or finding asked for had not come yet."""
    if not evidence or not ANSWER.search(asked):
        return False
    least, words = AWAITED_SHARE * evidence[0].score, AWAITED_WORDS * sum(worth.values())
    return any(
        e.score >= least and AWAITED.search(" ".join(e.text.split())) and sum(worth[s] for s in e.covers) >= words
        for e in evidence[:ROWS_READ]
    )
