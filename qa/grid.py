"""Tables read as rows and columns of amounts: what can be compared and reckoned with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from index.model import Passage
from qa.absence import UNKNOWN
from qa.amounts import SCALES
from qa.answer import NUMBER
from qa.facts import AMOUNT, IN_MILLIONS, IN_THOUSANDS
from qa.periods import periods
from qa.question import Analysis
from qa.units import Evidence
from qa.words import STOPWORDS, stem, tokens

# "36:02", "2:48": minutes and seconds or hours and minutes, comparable among themselves
CLOCKED = re.compile(r"(\d{1,3}):([0-5]\d)")
MINUS = re.compile(r"^\(\s*(?P<inside>[^()]*\d[^()]*)\)$|^[-−–]\s?(?P<after>[£\d].*)$")
MEASURED = re.compile(
    r"^(?P<figure>.*\d%?)\s*(?P<measure>weeks?|days?|hours?|minutes?|months?|years?|miles?|homes|beds)$", re.I
)
# Rows that hold others together, and columns that are set beside the figures
TOGETHER = re.compile(
    r"(?:grand |sub-?)?totals?\b|all\b|average\b|mean\b|median\b|overall\b|england\b|national\b|target\b", re.I
)
BESIDE = re.compile(r"\b(?:target|standard|goal|aim|plan|budget|change|variance|difference|rag|rating|total)\b", re.I)
NUMBERS = re.compile(r"(?<![\w.,£])\d{1,3}(?![\w.,/%])")
LEAST_NAMED = 0.2  # of a row's name in the question, where no other row of the table is named better
WELL_NAMED = 0.5  # where that row is not among the best evidence


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed figure: ``value`` in ones where its unit tells the scale, ``unit`` "£", "%", "weeks" or ""."""

    value: Decimal
    unit: str
    printed: str


@dataclass(frozen=True, slots=True)
class Row:
    """One table row; ``label`` names it, ``label_at`` is the column it stands in."""

    evidence: Evidence
    cells: tuple[str, ...]
    label: str
    label_at: int

    def amount(self, column: int) -> Amount | None:
        """What stands in a column; None where nothing, "-", "n/a" or no single figure does."""
        passage = self.evidence.passage
        header = passage.columns[column] if column < len(passage.columns) else ""
        return amount(self.cells[column], f"{passage.title} {header}") if column < len(self.cells) else None


def amount(cell: str, header: str = "") -> Amount | None:
    """The figure that a cell holds and nothing else; ``header`` may tell its sign and scale ("£000")."""
    printed = flat(cell)
    if clock := CLOCKED.fullmatch(printed):
        return Amount(Decimal(clock[1]) * 60 + Decimal(clock[2]), ":", printed)
    minus = MINUS.match(printed)
    bare = (minus["inside"] or minus["after"]).strip() if minus else printed
    measure = ""
    if measured := MEASURED.match(bare):
        bare, measure = measured["figure"], stem(measured["measure"])
    found = AMOUNT.fullmatch(bare)
    if found is None:
        return None
    value = Decimal(found["number"].replace(",", ""))
    sign = "£" if found["sign"] == "£" or ("£" in header and not found["share"]) else found["sign"] or ""
    if found["scale"]:
        value *= SCALES[found["scale"].lower()]
    elif sign == "£" and not found["sign"]:
        value *= 10**3 if IN_THOUSANDS.search(header) else 10**6 if IN_MILLIONS.search(header) else 1
    unit = measure or sign or ("%" if found["share"] or "%" in header else "")
    return Amount(-value if minus else value, unit, printed)


def rows(passages: Sequence[Passage], like: Passage) -> list[Row]:
    """The rows of the table that ``like`` is a part of, in their order, without its header rows."""
    found = []
    for passage in passages:
        if passage.table and same_table(passage, like):
            found += list(_rows(passage))
    return found


def same_table(one: Passage, other: Passage) -> bool:
    """Whether two passages are parts of one table (or of tables told apart by nothing)."""
    return (one.pack, one.title, one.columns) == (other.pack, other.title, other.columns)


def _rows(passage: Passage) -> Iterator[Row]:
    start = 0
    around = " ".join([passage.title or passage.heading, *passage.columns])
    for line in passage.text.split("\n"):
        if (row := row_of(Evidence(passage, start, start + len(line), around))) is not None:
            yield row
        start += len(line) + 1


def row_of(e: Evidence) -> Row | None:
    """A piece of evidence as a row with a name; None where it is none or only names columns."""
    cells = tuple(cell.strip() for cell in e.text.split("\t"))
    filled = [i for i, cell in enumerate(cells) if cell]
    if not e.passage.table or len(filled) < 2 or len(cells) != len(e.passage.columns):
        return None
    if all(any(cells[i] in column for column in e.passage.columns) for i in filled):
        return None
    at = filled[0]
    if NUMBER.fullmatch(cells[at]) and not NUMBER.fullmatch(cells[filled[1]]):
        at = filled[1]
    return None if amount(cells[at]) else Row(e, cells, flat(cells[at]).rstrip(":"), at)


def words(text: str) -> frozenset[str]:
    """The stems of a header's or label's words, less figures and words that say nothing."""
    return frozenset(
        stem(part)
        for token in tokens(text)
        for part in re.split(r"[-/]", token)
        if part and part.lower() not in STOPWORDS and not any(c.isdigit() for c in part) and not periods(part)
    )


def named(question: Analysis, headers: Sequence[str]) -> list[int]:
    """Which of the headers (or labels, titles) the question names: all that tells each from the others."""
    asked = words(question.text)
    each = [words(header) for header in headers]
    common = frozenset.intersection(*each) if len(each) > 1 else frozenset()
    fully, partly = [], []
    for i, header in enumerate(headers):
        own, when = each[i] - common, in_period(question, header)
        if when is False or not (own or when):
            continue
        if own <= asked:
            fully.append(i)
        # "Lowmoor" for "Lowmoor Teaching Hospitals", where nothing else is called so
        elif 2 * len(own & asked) >= len(own) and any(sum(w in other for other in each) == 1 for w in own & asked):
            partly.append(i)
    return sorted({*fully, *partly}) if len(fully) < 2 else fully


def in_period(question: Analysis, header: str) -> bool | None:
    """Whether a header's period is one of the question's, as finely as both tell it; None where it has none."""
    told = periods(header)
    for grain in "dmqfy":
        mine, theirs = {k for k in told if k[0] == grain}, {k for k in question.periods if k[0] == grain}
        if mine and theirs:
            years = all(any(k[1] != "-" for k in keys) for keys in (mine, theirs))
            return any(k[1] != "-" or not years for k in mine & theirs)
    return False if told else None


def label_share(question: Analysis, label: str) -> float:
    """The share of a label's words and figures that the question has."""
    own = words(label) | set(NUMBERS.findall(label))
    asked = words(question.text) | set(NUMBERS.findall(question.text))
    return len(own & asked) / len(own) if own else 0.0


def row_asked(question: Analysis, near: Row, table: Sequence[Row]) -> Row | None:
    """The row that the question is about: of the whole table the one that it names best, or else the nearest one."""
    shares = {id(row): label_share(question, row.label) for row in table}
    most = max(shares.values(), default=0.0)
    own = label_share(question, near.label)
    if sum(row.label.lower() == near.label.lower() for row in table) > 1:
        return None  # rows of several groups, told apart by what is not in the row
    if own >= most:
        return near if own >= LEAST_NAMED else None
    best = [row for row in table if shares[id(row)] == most]
    return best[0] if len(best) == 1 and most >= WELL_NAMED else None


def finest(keys: frozenset[str]) -> frozenset[str]:
    """Of the keys of a period those that tell most: a day rather than its month, a month rather than its year."""
    for grain in "dmqfy":
        own = {key for key in keys if key[0] == grain}
        if own:
            return frozenset(own)
    return frozenset()


def column_asked(question: Analysis, row: Row, columns: Sequence[str]) -> int | None:
    """The one column of figures that the question asks for; None where none or several fit alike."""
    able = [
        i
        for i in range(len(columns))
        if i != row.label_at and (row.amount(i) is not None or UNKNOWN.fullmatch(row.cells[i]))
    ]
    if len(able) == 1:
        return able[0]
    asked = words(question.text)
    scores = {}
    for i in able:
        when = in_period(question, columns[i])
        if when is False and question.periods and periods(columns[i]):
            continue
        scores[i] = len(words(columns[i]) & asked) + 2 * bool(when)
    best = max(scores.values(), default=0)
    top = [i for i, score in scores.items() if score == best]
    return top[0] if best and len(top) == 1 else None


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
