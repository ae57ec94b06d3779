"""Comparisons and superlatives: which row, column or table has the most or least of what is asked, and rise or fall.

What is compared are printed figures of one kind from one table, or from the same row of tables of the same shape;
"-", "n/a" and blanks are left out as not available. Where it is not plain which figures are meant, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import Passage
from qa.answer import Draft
from qa.better import greatest_asked
from qa.grid import (
    BESIDE,
    Row,
    column_asked,
    finest,
    flat,
    row_asked,
    row_of,
    rows,
    words,
)
from qa.pairs import Compared, of_column, of_row, pair, sums_up, two_periods
from qa.periods import periods
from qa.question import Analysis
from qa.units import Evidence
from qa.verdict import OPEN

NEAR = 0.75  # of the best score: tables that may be meant
LEAST_COMPARED = 3  # for a superlative, but where two are asked about
MOST_TOLD = 4  # others than the first that are told with it
# "Which trust had the highest …", "Worst practice for …", "the two wards with fewest"
HIGH = re.compile(r"\b(?:highest|most|largest|biggest|greatest|longest|slowest|costliest|dearest|maximum)\b", re.I)
LOW = re.compile(r"\b(?:lowest|fewest|least|smallest|shortest|fastest|quickest|cheapest|minimum)\b", re.I)
JUDGED = re.compile(r"\b(?P<bad>worst|poorest)\b|\b(?P<good>best)\b", re.I)
NO_SUPERLATIVE = re.compile(
    r"\bat (?:most|least|best|worst)\b|\bmost (?:of|often|recent|likely|common)\w*\b|\bbest (?:way|practice)\b", re.I
)
# "After London, which …", "the second highest", "the most apart from Leeds"
SET_APART = re.compile(
    r"^after\b|\b(?:second|third|next|other than|apart from|besides|except\w*|excluding|leaving out)\b", re.I
)
# "X against Y", "2023 v 2024", "compare X and Y", "which is bigger, X or Y"
COMPARES = re.compile(
    r"\b(?:compar\w+|against|versus|vs?\.?|next to)\b|"
    r"\b(?:more|less|fewer|higher|lower|bigger|smaller|better|worse|longer|shorter|faster|slower)\b.*\bor\b|"
    r"\bor\b.*\b(?:more|less|fewer|higher|lower|bigger|smaller|better|worse|longer|shorter|faster|slower)\b",
    re.I,
)
# "gone up or down", "did it rise or fall", "has X increased?"
MOVES = re.compile(
    r"\b(?:up or down|down or up|ris(?:e|en|ing) or f[ae]ll\w*|"
    r"increas\w* or (?:decreas|f[ae]ll|reduc)\w*|better or worse|"
    r"more or (?:less|fewer)|higher or lower)\b",
    re.I,
)
# "Has X gone up?", "did it fall": asked yes or no
UP_ASKED = re.compile(r"\b(?:gone|went|going|go) up\b|\b(?:risen?|rose|increas\w+|grown?|grew)\b", re.I)
DOWN_ASKED = re.compile(
    r"\b(?:gone|went|going|go|come|came) down\b|\b(?:fall\w*|fell|decreas\w+|dropped|reduced)\b", re.I
)
YES_NO = re.compile(r"(?:^|[-–:,.]\s+)(?:and |so )?(?:has|have|did|is|are|was|were)\s+(?!there\b|you\b)", re.I)
MORE = re.compile(r"\b(?:more|less|fewer|higher|lower|bigger|smaller|larger|longer|shorter|greater)\b", re.I)
MOVED = {1: "Up", -1: "Down", 0: "Unchanged"}
TABLE_NUMBER = re.compile(r"^(?:table|appendix|figure|annex)\s+[\w.]+\s*[:.–-]?\s*", re.I)


def compare(question: Analysis, evidence: Sequence[Evidence], papers: Sequence[Passage]) -> Draft | None:
    """The conclusion that a comparison asks for, with every row that it rests on; None where it is not plain.

    ``evidence`` is best first; ``papers`` are the passages that may belong to its tables, in reading order.
    """
    if not evidence:
        return None
    asked, moves = (
        _superlative(question.text),
        bool(MOVES.search(question.text)) or move_asked(question.text) is not None,
    )
    near = [row for e in evidence if e.score >= NEAR * evidence[0].score and (row := row_of(e)) is not None]
    for row in near:
        like = row.evidence.passage
        if asked:
            draft = _most(question, asked, row, rows(papers, like), papers)
        elif moves:
            draft = _moved(question, row, rows(papers, like))
        elif COMPARES.search(question.text):
            found = pair(question, row, rows(papers, like))
            draft = _side_by_side(question, *found) if found else _across(question, row, papers)
        else:
            return None
        if draft is not None:
            return draft
    return None


def wanted(text: str) -> bool:
    """Whether a question asks for a comparison."""
    asks = (MOVES.search(text), COMPARES.search(text), move_asked(text), _superlative(text))
    return any(asks)


def move_asked(text: str) -> str | None:
    """ "Up" or "Down" where a question asks whether something went that way, yes or no; else None."""
    asked = None if MOVES.search(text) else YES_NO.search(text)
    rest = text[asked.end() :] if asked and not OPEN.search(text[: asked.start()]) else ""
    up, down = bool(UP_ASKED.search(rest)), bool(DOWN_ASKED.search(rest))
    return None if up == down or OPEN.search(rest) else "Up" if up else "Down"


def _superlative(text: str) -> str:
    """ "high", "low", "bad" or "good", as the question asks; empty where it asks for none or for several."""
    if SET_APART.search(text):
        return ""
    plain = NO_SUPERLATIVE.sub(" ", text)
    judged = JUDGED.search(plain)
    found = ["high"] * bool(HIGH.search(plain)) + ["low"] * bool(LOW.search(plain))
    found += [judged.lastgroup or ""] if judged else []
    return found[0] if len(found) == 1 else ""


def _most(question: Analysis, asked: str, near: Row, table: Sequence[Row], papers: Sequence[Passage]) -> Draft | None:
    columns = near.evidence.passage.columns
    of_what = words(columns[near.label_at]) & words(question.text)
    column = column_asked(question, near, columns)
    if of_what and column is not None and len(table) >= LEAST_COMPARED:
        found = [of_row(r, column) for r in table if not sums_up(r)]
        return _told(question, asked, _parts([c for c in found if c]), columns[column], table)
    row = row_asked(question, near, table)
    if row is None:
        return None
    column = column_asked(question, row, columns)
    alike = _same_row(row, papers)
    if column is not None and len(alike) > 1 and words(TABLE_NUMBER.sub("", row.evidence.passage.title)):
        found = [_of_table(r, column) for r in alike]
        return _told(question, asked, [c for c in found if c], f"{row.label}, {columns[column]}", alike)
    if re.search(r"\b(?:month|year|quarter|week|day)\b", question.text, re.I):
        when = [i for i, column in enumerate(columns) if finest(periods(column)) and not BESIDE.search(column)]
        found = [of_column(row, i) for i in when]
        return _told(question, asked, [c for c in found if c], row.label, [row])
    return None


def _parts(found: Sequence[Compared]) -> list[Compared]:
    """What is compared less what is the sum of all the others, whatever it is called."""
    total = sum(c.amount.value for c in found)
    return [c for c in found if len(found) <= LEAST_COMPARED or 2 * c.amount.value != total]


def _of_table(row: Row, column: int) -> Compared | None:
    found = row.amount(column)
    return Compared(TABLE_NUMBER.sub("", flat(row.evidence.passage.title)), found, row.evidence) if found else None


def _same_row(row: Row, papers: Sequence[Passage]) -> list[Row]:
    """The rows of the same name in the pack's tables of the same columns and other titles, with the row itself."""
    like = row.evidence.passage
    found, titles = [], set()
    for passage in papers:
        if (
            passage.table
            and passage.pack == like.pack
            and passage.columns == like.columns
            and passage.item == like.item
        ):
            for other in rows([passage], passage):
                if other.label.lower() == row.label.lower():
                    found.append(other)
                    titles.add(passage.title)
    return found if len(titles) == len(found) else []


def _across(question: Analysis, near: Row, papers: Sequence[Passage]) -> Draft | None:
    """The row that is asked about in the two tables that the question names: "compare the two trusts on …"."""
    row = row_asked(question, near, rows(papers, near.evidence.passage))
    alike = _same_row(row, papers) if row is not None else []
    titles = [TABLE_NUMBER.sub("", flat(r.evidence.passage.title)) for r in alike]
    each, asked = [words(title) for title in titles], words(question.text)
    # "Lowmoor" names one of several trusts, however long its name is
    chosen = [n for n, own in enumerate(each) if any(sum(w in other for other in each) == 1 for w in own & asked)]
    if row is None or len(chosen) != 2:  # the two that are compared
        return None
    columns = row.evidence.passage.columns
    column = column_asked(question, row, columns)
    told = [i for i in range(len(columns)) if i != row.label_at] if column is None else [column]
    parts = (
        f"{titles[n]}: " + ", ".join(f"{flat(columns[i])} = {alike[n].cells[i]}" for i in told if alike[n].cells[i])
        for n in chosen
    )
    return Draft(f"{row.label}: {'; '.join(parts)}.", tuple(alike[n].evidence for n in chosen))


def _told(
    question: Analysis, asked: str, found: Sequence[Compared], measure: str, table: Sequence[Row]
) -> Draft | None:
    """The first of what is compared, with the next ones."""
    two = bool(re.search(r"\b(?:two|both|either)\b", question.text, re.I))
    if len(found) < (2 if two else LEAST_COMPARED) or len({c.amount.unit for c in found}) > 1:
        return None
    high = greatest_asked(asked, question, measure, found, table)
    if high is None or _several_groups(table):
        return None
    negative = all(c.amount.value < 0 for c in found)  # "(1,094)": income, told as less than nothing
    ordered = sorted(found, key=lambda c: c.amount.value, reverse=high != negative)
    first = [c for c in ordered if c.amount.value == ordered[0].amount.value]
    if len(first) > 2 or len(first) == len(found):
        return None
    which = "highest" if high else "lowest"
    rest = [c for c in ordered if c not in first][: MOST_TOLD if len(found) <= MOST_TOLD + 1 else 1]
    text = f"{' and '.join(c.name for c in first)}: {flat(measure)} = {first[0].amount.printed}, the {which}"
    text += f"; {'next ' if len(rest) < len(found) - len(first) else ''}" + ", ".join(
        f"{c.name} {c.amount.printed}" for c in rest
    )
    return Draft(_under(text, first[0], table), tuple(dict.fromkeys(c.evidence for c in [*first, *rest])))


def _several_groups(table: Sequence[Row]) -> bool:
    """Whether rows of one name stand in the table twice, as under several groups."""
    labels = [(row.label.lower(), row.evidence.passage.title) for row in table]
    return len(set(labels)) < len(labels)


def _moved(question: Analysis, near: Row, table: Sequence[Row]) -> Draft | None:
    """Up or down: the row that the question names, between the two periods that it has or that are asked for."""
    found = two_periods(question, near, table)
    if found is None:
        return None
    measure, one, two = found
    how = (two.amount.value > one.amount.value) - (two.amount.value < one.amount.value)
    text = f"{MOVED[how]}: {measure}, {one.name} = {one.amount.printed}; {two.name} = {two.amount.printed}"
    return Draft(_under(text, one, ()), (one.evidence,))


def _side_by_side(question: Analysis, measure: str, one: Compared, two: Compared) -> Draft:
    which = ["", ""]
    if MORE.search(question.text) and one.amount.value != two.amount.value:
        which[two.amount.value > one.amount.value] = ", the higher"
    parts = (f"{c.name} = {c.amount.printed}{more}" for c, more in zip((one, two), which, strict=True))
    text = _under(f"{measure}: {'; '.join(parts)}", one, ())
    return Draft(text, tuple(dict.fromkeys((one.evidence, two.evidence))))


def _under(text: str, first: Compared, table: Sequence[Row]) -> str:
    """The text with the title of the table, which is left out where the tables themselves are compared."""
    titles = {row.evidence.passage.title for row in table}
    title = flat(first.evidence.passage.title)
    return f"{text} ({title})" if title and len(titles) <= 1 else f"{text}."
