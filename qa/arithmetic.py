"""Differences, totals and shares, worked out only where they are asked for and the papers do not print them.

Only printed figures of one unit are reckoned with, in decimals; the working is told with the page of each figure, so
that a reader can repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from index.model import Passage
from qa.amounts import SCALES
from qa.answer import Draft
from qa.facts import AMOUNT, facts
from qa.grid import Amount, Row, amount, flat, row_of, rows
from qa.pairs import Compared, pair, rows_named, two_periods
from qa.periods import without_periods
from qa.question import Analysis
from qa.told import Told
from qa.units import Evidence

PageWords = Callable[[Evidence], str]  # "page 12" for where a piece of evidence stands
NEAR = 0.75  # of the best score
LEAST_COVERED = 0.4  # of the asked words, in a sentence whose figures are reckoned with
# "How much more …", "the difference between", "by how much did it rise", "how many fewer"
DIFFERENCE = re.compile(
    r"\bhow (?:much|many) (?:more|less|fewer|higher|lower|bigger|smaller|cheaper|dearer|longer|shorter)\b|"
    r"\b(?:difference|gap) between\b|\bby how (?:much|many(?! votes?\b| members\b| people\b))\b|"
    r"\bhow much (?:\w+ ){1,8}?(?:risen?|fall(?:en)?|fell|rose|grown?|grew|go(?:ne|ing)? (?:up|down)|went (?:up|down)|"
    r"increased?|drop(?:ped)?|decreased?|c[ou]me down)\b",
    re.I,
)
BETWEEN = re.compile(r"\b(?:difference|gap) between\b", re.I)  # two things, which must both be found
IN_PERCENT = re.compile(
    r"\b(?:what|how many|which) (?:percentage|per ?cent|%)|\bpercentage (?:rise|increase|fall|drop|change)\b", re.I
)
RISES = re.compile(
    r"\b(?:ris\w+|rose|increas\w+|f[ae]ll\w*|drop\w*|decreas\w+|gr[eo]w\w*|go(?:ne)? (?:up|down)|chang\w+)\b", re.I
)
TOTAL = re.compile(r"\b(?:total of|in total|altogether|in all|together|combined|sum of|add(?:s|ed)? up)\b", re.I)
SHARE = re.compile(r"\b(?:what|which) (?:percentage|per ?cent|proportion|share|fraction)\b|\bpercentage of\b", re.I)
# "813 of 2,421", "12 out of the 81"
OF = re.compile(
    r"(?<![\w.,£])(\d[\d,]*)\s+(?:out\s+)?of\s+(?:the\s+|a\s+(?:total|possible)\s+(?:of\s+)?|all\s+)?(\d[\d,]*)"
    r"(?![\w.,]*\d|\s?%)"
)
_SUM = r"[£\d][\d.,]*\d?(?:\s?(?:million|billion|bn|m|k|%|per cent)(?!\w))?"
# "rose from £3.9m to £4.2m", "from 41,200 visits to 39,800"
FROM_TO = re.compile(rf"\bfrom\s+(?P<one>{_SUM})\s+(?:\w+\s+){{0,4}}?to\s+(?P<two>{_SUM})", re.I)
PERCENT = re.compile(r"%|per ?cent", re.I)


def reckoned(
    question: Analysis, evidence: Sequence[Evidence], papers: Sequence[Passage], page: PageWords
) -> Told | None:
    """The working that the question asks for, with the figures that it is made of; None where it is not plain.

    ``evidence`` is best first; ``papers`` are the passages that may belong to its tables; ``page`` names the place
    of a piece of evidence.
    """
    if not evidence or not wanted(question.text):
        return None
    near = [e for e in evidence if e.score >= NEAR * evidence[0].score]
    text = question.text
    percent = bool(IN_PERCENT.search(text) and RISES.search(text))
    told = None
    if percent or DIFFERENCE.search(text):
        told = _difference(question, near, papers, page, percent=percent)
    elif TOTAL.search(text):
        told = _total(question, near, papers, page)
    elif SHARE.search(text):
        told = _share(question, near, page)
    if told is None or _printed(told.derived, near):
        return None
    return told


def wanted(text: str) -> bool:
    """Whether a question asks for something to be worked out."""
    return any(form.search(text) for form in (DIFFERENCE, IN_PERCENT, TOTAL, SHARE))


def _difference(
    question: Analysis, near: Sequence[Evidence], papers: Sequence[Passage], page: PageWords, *, percent: bool
) -> Told | None:
    for e in near:
        row = row_of(e)
        found = _of_rows(question, row, rows(papers, e.passage)) if row else _of_sentence(question, e)
        if found is None:
            continue
        measure, one, two = found
        if percent and one.amount.value <= 0:
            return None
        # the later less the earlier, or the larger less the smaller
        less, more = (one, two) if percent or two.amount.value >= one.amount.value else (two, one)
        working = f"{_figure(more, page)} − {_figure(less, page)}"
        if percent:
            result = _rounded((two.amount.value - one.amount.value) / one.amount.value * 100, 1) + "%"
            working = f"({working}) ÷ {less.amount.printed}"
        else:
            result = shown(more.amount.value - less.amount.value, more.amount, less.amount)
        return _told(f"{measure}: " if measure else "", working, result, [more, less])
    return None


def _of_rows(question: Analysis, row: Row, table: Sequence[Row]) -> tuple[str, Compared, Compared] | None:
    found = pair(question, row, table)
    if found is None and not BETWEEN.search(question.text):
        found = two_periods(question, row, table)
    if found is None or min(c.amount.value for c in found[1:]) < 0:
        return None  # "(1,094)" is a figure of another kind: income, what is owed
    return found


def _of_sentence(question: Analysis, e: Evidence) -> tuple[str, Compared, Compared] | None:
    """The two figures of "from £3.9m to £4.2m", where a sentence has one such pair."""
    found = list(FROM_TO.finditer(without_periods(flat(e.text))))
    if e.passage.table or len(found) != 1 or len(e.covers) < LEAST_COVERED * len(question.terms):
        return None
    one, two = amount(found[0]["one"].rstrip(",.")), amount(found[0]["two"].rstrip(",."))
    if one is None or two is None or one.unit != two.unit:
        return None
    return "", Compared("", one, e), Compared("", two, e)


def _total(question: Analysis, near: Sequence[Evidence], papers: Sequence[Passage], page: PageWords) -> Told | None:
    for e in near:
        row = row_of(e)
        measure, found = rows_named(question, row, rows(papers, e.passage)) if row else ("", [])
        if (
            len(found) < 2
            or min(c.amount.value for c in found) < 0
            or len({c.amount.unit for c in found}) > 1
            or found[0].amount.unit in {"%", ":"}
        ):
            continue
        result = shown(sum((c.amount.value for c in found), Decimal(0)), *(c.amount for c in found))
        return _told(f"{measure}: ", " + ".join(_figure(c, page) for c in found), result, found)
    return None


def _share(question: Analysis, near: Sequence[Evidence], page: PageWords) -> Told | None:
    """The percentage that "12 of 81" is, in the best evidence, where it prints none."""
    e = near[0]
    text = flat(e.text)
    found = OF.findall(text)
    if e.passage.table or len(found) != 1 or any(PERCENT.search(n.text) for n in near):
        return None
    if len(e.covers) < LEAST_COVERED * len(question.terms):
        return None
    part, whole = (Decimal(figure.replace(",", "")) for figure in found[0])
    if not 0 < part <= whole or whole < 10 or part > 1900 < whole < 2100:
        return None
    result = _rounded(part / whole * 100, 1) + "%"
    text = f"{found[0][0]} ÷ {found[0][1]} ({page(e)}) = {result}"
    return Told(text, Draft(f"{found[0][0]} {found[0][1]}", (e,)), frozenset({result}))


def _figure(c: Compared, page: PageWords) -> str:
    place = ", ".join(part for part in (c.name, page(c.evidence)) if part)
    return f"{c.amount.printed} ({place})"


def _told(measure: str, working: str, result: str, found: Sequence[Compared]) -> Told:
    places = tuple(dict.fromkeys(c.evidence for c in found))
    grounds = Draft(" ".join(f"{c.name} {c.amount.printed}" for c in found), places)
    return Told(f"{measure}{working} = {result}", grounds, frozenset({result}))


def shown(value: Decimal, *like: Amount) -> str:
    """A result in the way its figures are printed: their sign, scale, unit and decimals."""
    printed = [AMOUNT.search(a.printed) for a in like]
    scales = {(m["scale"] or "").lower() for m in printed if m}
    unit = like[0].unit
    if unit == ":":
        return f"{int(value) // 60}:{int(value) % 60:02}"
    places = max(len(m["number"].partition(".")[2]) for m in printed if m)
    scale = scales.pop() if len(scales) == 1 else ""
    if scale:
        value /= SCALES[scale]
    elif len(scales) or (unit == "£" and any(abs(a.value) != _bare(a) for a in like)):
        places = 0  # "£000" in the header, or figures in several scales: told in full
    told = _rounded(abs(value), places) + (f" {scale}" if len(scale) > 2 else scale)
    sign = "-" if value < 0 else ""
    if unit == "%":
        return f"{sign}{told} percentage points"
    return f"{sign}{unit}{told}" if unit in {"£", "$", "€"} else f"{sign}{told} {unit}s" if unit else f"{sign}{told}"


def _bare(a: Amount) -> Decimal:
    """The figure as printed, without what its header tells of its scale."""
    found = AMOUNT.search(a.printed)
    if found is None:
        return abs(a.value)
    return Decimal(found["number"].replace(",", "")) * SCALES.get((found["scale"] or "").lower(), 1)


def _rounded(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def _printed(results: frozenset[str], near: Sequence[Evidence]) -> bool:
    """Whether the papers give the result themselves, in the evidence at hand."""
    wanted = {figure.value for result in results for figure in facts(result).figures}
    return any(figure.value in wanted for e in near for figure in facts(e.text).figures)
