"""Composing: a short answer out of verbatim sentences, list items and table rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.minutes import is_proposed_form, is_recommendation
from index.model import Kind
from index.passages import BULLET
from qa.features import decides
from qa.periods import days, periods
from qa.question import FIGURES, Analysis, Wanted
from qa.units import MARKER, Evidence
from qa.words import stem, stems

USUAL_WORDS = 60
MOST_WORDS = 130  # of an answer as it is told; a longer one drowns the reader
MOST_CLAIMS = 5
PART_WORDS = (1.0, 0.8, 0.6)  # of them for each part, by how many things are asked
DROP = 0.7  # evidence scoring less than this share of the best adds nothing
UNCOVERED = 0.6  # what a part of the question that is not yet answered is worth to further evidence
MOST_ROWS = 10  # told of a table where all of a kind are asked for
FEW_ROWS = 3  # told with all their cells
SEVERAL = re.compile(r"\b(?:which|what|list|all|every|any|name|how many)\b", re.I)
NUMBER = re.compile(r"[A-Z]{0,4}[ /-]?\d{1,4}[a-z]?\.?|[\d,.%£()-]+")
# What meetings do: "when was it agreed", "when did Cabinet last discuss it"
MET = re.compile(
    r"\b(?:agree|approv|decid|resolv|adopt|endors|vote|discuss|consider|debat|refus|reject|defer|note)\w*\b", re.I
)
WIDE_ROW = 5  # cells above which only those asked for are told
LEAD_WORDS = 14
# "The Board is asked to"; "That Cabinet approve" alone reads as if it were decided
NAMES_ITSELF = re.compile(r"\b(?:recommend|asked|requested|invited)", re.I)
NAMED_EARLY = 100  # characters in which a recommendation says that it is one
PRINTED_MARKER = re.compile(r"\[(\d+)\]")  # "… as Smith found [12]": looks like a citation of ours


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement of the answer, with every place where it stands (the first is the one it was taken from)."""

    text: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """An answer's statements and, where a language model was asked, whether any is its own and which were taken out.

    ``notes`` are for the asker; ``missing`` is the part of the question that the model found no answer to.
    """

    drafts: Sequence[Draft]
    removed: Sequence[str] = ()
    by_model: bool = False
    notes: Sequence[str] = ()
    missing: str = ""


def _sharing(question: Analysis, evidence: Sequence[Evidence], worth: Mapping[str, float]) -> list[Evidence]:
    """For "which measures are red": all rows of one table that have the asked word in a cell of their own.

    Of several such words the one of most ``worth`` tells which rows are meant; where only one row has it, none share.
    """
    if not SEVERAL.search(question.text):
        return []
    found: dict[tuple[str, str, str, tuple[str, ...]], list[Evidence]] = {}
    for e in evidence:
        cells = {stem(cell) for cell in e.text.split("\t")[1:] if len(cell.split()) == 1} if e.passage.table else set()
        for word in cells & set(question.terms):
            table = (e.passage.pack, e.passage.title.split(" – ")[0], e.passage.columns)
            found.setdefault((word, *table), []).append(e)
    telling = max(found, key=lambda key: (worth.get(key[0], 0.0), len(found[key]), found[key][0].score), default=None)
    rows = found[telling] if telling is not None else []
    if len(rows) < 2 or rows[0].score < DROP * evidence[0].score:
        return []
    return sorted(rows, key=lambda e: (e.passage.id, e.start))[:MOST_ROWS]


def _led_to(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The rows of the table that the best evidence only leads to: "RESOLVED that grants be awarded as follows:"."""
    best = evidence[0] if evidence else None
    if best is None or best.passage.table or not best.text.rstrip().endswith(":"):
        return []
    lead = _flat(best.text)
    rows = [
        e
        for e in evidence
        if e.passage.table and e.passage.pack == best.passage.pack and _flat(e.passage.title).startswith(lead)
    ]
    return sorted(rows, key=lambda e: (e.passage.id, e.start))[:MOST_ROWS]


def compose(
    question: Analysis,
    evidence: Sequence[Evidence],
    worth: Mapping[str, float],
    *,
    parts: int = 1,
    before: Sequence[Draft] = (),
    words: int = USUAL_WORDS,
) -> list[Draft]:
    """Choose evidence, best first and each adding something, and say it in few words, mostly in ``words``.

    ``parts`` is how many things the whole question asks, ``before`` what has been said of the others.
    """
    usual = words * PART_WORDS[min(parts, len(PART_WORDS)) - 1]
    most = MOST_WORDS // parts
    said = [draft.places[0] for draft in before]
    rows = _sharing(question, evidence, worth) or _led_to(evidence)
    if rows:
        return [Draft(unmarked(row_told(question, e, among=len(rows))), (e,)) for e in rows]
    chosen: list[Evidence] = []
    same: dict[int, list[Evidence]] = {}
    covered: set[str] = set()
    said_words = shown_words = 0
    left = _holding(question, evidence)
    total = sum(worth.values()) or 1.0
    while left and len(chosen) < MOST_CLAIMS:
        # the first is the best by itself: its score knows already which of the asked words it has
        best = max(left, key=lambda e: e.score + (_gain(e, covered, worth, total) if chosen else 0.0))
        left.remove(best)
        if chosen and best.score < DROP * chosen[0].score:
            break
        if any(_repeats(best, other) for other in said):
            said_words += len(best.text.split())
            continue
        if any(_overlaps(best, other) for other in chosen):
            continue  # a sentence with its neighbour, one of which is told already
        twin = next((c for c in chosen if _repeats(best, c)), None)
        if twin is not None:
            if decides(question, best) > decides(question, twin):  # told from the minutes, not from what was proposed
                chosen[chosen.index(twin)] = best
            elif _flat(twin.text) == _flat(best.text) and twin.passage.pack == best.passage.pack:
                same.setdefault(id(twin), []).append(best)
            continue
        length, shown = len(best.text.split()), len(told(question, best).split())
        if shown_words + shown > most or (chosen and said_words + length > usual):
            continue
        chosen.append(best)
        covered |= best.covers
        said_words += length
        shown_words += shown
    chosen.sort(key=lambda e: -e.score)
    if outcome := _outcome(question, chosen, evidence):
        chosen = [outcome, *chosen[: MOST_CLAIMS - 1]]
    return [Draft(unmarked(told(question, e)), (e, *same.get(id(e), [])[:1])) for e in chosen]


def listed(drafts: Sequence[Draft]) -> bool:
    """Whether the drafts are rows of one table, told because all of a kind are asked for."""
    tables = {(d.places[0].passage.pack, d.places[0].passage.columns) for d in drafts if d.places[0].passage.table}
    return len(drafts) > FEW_ROWS and len(tables) == 1 and all(d.places[0].passage.table for d in drafts)


def _outcome(question: Analysis, chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> Evidence | None:
    """Where a decision is asked for and only what was said in a minute is told: the resolution that ends it."""
    if not chosen or any(decides(question, e) == 1 for e in chosen):
        return None
    minute = next((e.passage for e in chosen if e.passage.kind is Kind.MINUTES and e.passage.heading), None)
    if minute is None:
        return None
    ending = [
        e
        for e in evidence
        if (e.passage.pack, e.passage.heading) == (minute.pack, minute.heading) and decides(question, e) == 1
    ]
    return max(ending, key=lambda e: e.score, default=None)


def meeting_day(question: Analysis, e: Evidence) -> str:
    """What to tell after words of minutes for "when was it agreed": the day of their meeting, which their head has."""
    if Wanted.DATE not in question.wanted or e.passage.kind is not Kind.MINUTES or not MET.search(question.text):
        return ""
    meeting = days(e.passage.context)
    return f" (meeting of {meeting[0]:%-d %B %Y})" if len(meeting) == 1 else ""


def unmarked(text: str) -> str:
    """A text whose own "[12]" looks like none of our markers."""
    return PRINTED_MARKER.sub(r"(\1)", text)


def _holding(question: Analysis, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Where a figure or date is asked for, only what holds one, unless nothing good does; minutes hold the day of
    their decisions."""
    if not FIGURES & question.wanted or not evidence:
        return list(evidence)
    dated = Wanted.DATE in question.wanted
    holding = [e for e in evidence if e.kinds & FIGURES or (dated and decides(question, e) == 1)]
    return holding if holding and holding[0].score >= DROP * evidence[0].score else list(evidence)


def _gain(e: Evidence, covered: set[str], worth: Mapping[str, float], total: float) -> float:
    return UNCOVERED * sum(worth[s] for s in e.covers if s not in covered) / total


def _repeats(e: Evidence, other: Evidence) -> bool:
    mine, theirs = _flat(e.text).lower(), _flat(other.text).lower()
    if mine in theirs or theirs in mine:
        return True
    one, two = set(stems(mine)), set(stems(theirs))
    return bool(one and two) and len(one & two) / len(one | two) > 0.85


def _overlaps(e: Evidence, other: Evidence) -> bool:
    shared = e.passage == other.passage and e.start < other.end and other.start < e.end
    return shared and not _repeats(e, other)


def told(question: Analysis, e: Evidence) -> str:
    """The evidence in the words of the paper, a row as "row: column = value (table)", a proposal named as one."""
    if e.passage.table:
        return row_told(question, e)
    text = MARKER.sub("", _flat(e.text)) if not _is_list(e) else _flat(e.text)
    if BULLET.match(e.text) and ":" in e.around:
        lead = e.around.rsplit(":", 1)[0].strip()
        lead = re.split(r"(?<=[.?!])\s", lead)[-1]
        if 0 < len(lead.split()) <= LEAD_WORDS:
            text = f"{lead}: {text}"
    if is_recommendation(e.around) and not NAMES_ITSELF.search(text[:NAMED_EARLY]):
        text = f"Recommended: {text}"
    if is_proposed_form(e.passage.heading) and not is_proposed_form(text):
        text = f"Proposed, not yet decided: {text}"
    return text


def _is_list(e: Evidence) -> bool:
    return "\n" in e.text and any(BULLET.match(line) for line in e.text.split("\n")[1:])


def row_told(question: Analysis, e: Evidence, *, among: int = 1) -> str:
    """A table row; where it is wide, or one ``among`` many, and the question names columns or cells, those alone."""
    cells = [cell.strip() for cell in re.split(r"[\t\n]", e.text)]
    columns = list(e.passage.columns)
    filled = [(i, cell) for i, cell in enumerate(cells) if cell]
    if not filled:
        return _flat(e.text)
    code = ""
    if len(filled) > 1 and NUMBER.fullmatch(filled[0][1]) and not NUMBER.fullmatch(filled[1][1]):
        # rows are known by their names, not by their numbers; a code such as "BAF7" is told with the name
        code = filled[0][1] + " " if filled[0][1][:1].isalpha() else ""
        filled = filled[1:]
    label_at, label = filled[0][0], code + filled[0][1].rstrip(":")
    values = filled[1:]
    asked = set(question.terms)
    if among > FEW_ROWS:
        values = [(i, cell) for i, cell in values if stem(cell) in asked] or values
    elif len(values) > WIDE_ROW and columns:
        named = [
            (i, cell)
            for i, cell in values
            if i < len(columns) and (asked & set(stems(columns[i])) or question.periods & periods(columns[i]))
        ]
        values = named or values
    parts = []
    for i, cell in values:
        column = _flat(columns[i]) if i < len(columns) else ""
        parts.append(f"{column} = {cell}" if column and column != cell else cell)
    if sum(len(part.split()) for part in parts) > USUAL_WORDS:
        parts = [cell for _, cell in values]  # the columns' names would drown the figures
    text = f"{label}: {'; '.join(parts)}" if parts else label
    if not parts and label_at < len(columns) and columns[label_at] and columns[label_at] != label:
        text = f"{_flat(columns[label_at])} = {label}"
    title = "" if among > 1 else _flat(e.passage.title or e.passage.heading)
    return f"{text} ({title})" if title and title not in text else text


def _flat(text: str) -> str:
    return " ".join(text.split())
