"""Whether a generated sentence stands in the evidence that it cites. Pure: texts in, a verdict out.

By string and by value, not by likeness: entailment models cannot tell a changed figure from the true one. A sentence
is told only when every figure, date, name, quotation and negation in it stands in the few sentences or table rows
that bear it, together with what those stand under (heading, lead-in, column headers, body and date of the meeting).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.minutes import is_proposed_form, is_recommendation, is_resolution
from index.model import Passage
from index.passages import BULLET
from index.sentences import sentences_in_blocks
from qa.facts import (
    Facts,
    Figure,
    facts,
    unknown_codes,
    unknown_figures,
    unknown_names,
    unknown_periods,
    unknown_quotes,
    unknown_times,
)
from qa.instructions import without_orders
from qa.polarity import is_decision, is_proposal, says_opposite, told_as_decided, told_as_fact, told_as_recommended
from qa.units import Evidence
from qa.words import names, stems

MOST_SPANS = 4  # sentences or rows that one generated sentence may rest on
LEAST_GAIN = 2  # words, a fact counting for two, that a further one must add
LEAST_MEANT = 3  # the same, that a sentence or row must share with a generated sentence to stand in for it
# Words that say much by themselves: one that the evidence lacks is no paraphrase of it
SWEEPING = frozenset(
    stems(
        "free unanimous unanimously always everyone everybody every entirely fully completely exempt guaranteed "
        "permanently immediately illegal unlawful compulsory mandatory banned abolished cancelled fraud"
    )
)
LEAST_SHARE = 0.5  # of a sentence's content words, less those of the headings, must stand in its evidence


# The number in "item 4" of a heading is known only to a sentence that speaks of items
PLACED = re.compile(r"\bitems?\b", re.I)
PLACE = re.compile(r"(?<=· )item [\w.()-]+")


class Reason(StrEnum):
    """Why a generated sentence is not shown."""

    UNCITED = "it cites none of the evidence"
    MARKUP = "it has a link or markup"
    FIGURE = "a figure in it does not stand in its evidence"
    OTHER_FIGURE = "its figure is that of another row, column or sentence"
    DATE = "a date or time in it does not stand in its evidence"
    NAME = "a name in it does not stand in its evidence"
    QUOTE = "words in quotation marks do not stand in its evidence"
    NEGATION = "its evidence says the opposite"
    RECOMMENDATION = "its evidence only recommends it"
    DECISION = "its evidence records no decision"
    WORDS = "its words are not those of its evidence"


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or table row of a passage, at ``start`` to ``end`` of its text; ``lead`` is what lists it."""

    start: int
    end: int
    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A passage of which a model is ``shown`` some units. ``heading`` tells date, item and kind of paper."""

    key: str
    passage: Passage
    heading: str
    units: tuple[Unit, ...]
    body: str = ""
    shown: tuple[Unit, ...] = ()

    @property
    def context(self) -> str:
        """What each unit stands under."""
        passage = self.passage
        return " ".join(p for p in (self.body, self.heading, passage.heading, passage.title, *passage.columns) if p)


@dataclass(frozen=True, slots=True)
class Removed:
    """A generated sentence that is not shown."""

    text: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    block: Block
    unit: Unit
    shared: frozenset[str]
    facts: Facts

    @property
    def bearing(self) -> str:
        return f"{self.unit.lead} {self.unit.text}"


def units_of(passage: Passage) -> tuple[Unit, ...]:
    """The sentences or rows of a passage with their lead-ins, less those that speak to the assistant."""
    if passage.table:
        offsets, start = [], 0
        for row in passage.text.split("\n"):
            if row.strip() and not _is_header(row, passage.columns):
                offsets.append((start, start + len(row)))
            start += len(row) + 1
        kept = without_orders(offsets, passage.text, ())
        return tuple(Unit(first, last, " ".join(passage.text[first:last].split())) for first, last in kept)
    return tuple(_sentences(passage))


def _is_header(row: str, columns: Sequence[str]) -> bool:
    cells = [" ".join(cell.split()) for cell in row.split("\t") if cell.strip()]
    named = [" ".join(column.split()) for column in columns]
    return any(named) and all(any(cell in column for column in named) for cell in cells)


def _sentences(passage: Passage) -> Iterator[Unit]:
    spans = list(sentences_in_blocks(passage.text, passage.blocks))
    heading = passage.heading
    form = heading if is_proposed_form(heading) else ""
    under = lead = heading if form or is_recommendation(heading) or is_resolution(heading) else ""
    for start, end in without_orders(spans, passage.text, passage.blocks):
        printed = passage.text[start:end]
        text = " ".join(printed.split())
        part = bool(BULLET.match(printed)) or text.lower().startswith(("that ", "to "))
        if text.endswith(":") or is_resolution(text) or (is_recommendation(text) and not (part and lead)):
            yield Unit(start, end, text, under)
            lead = f"{form} {text}".strip()
            continue
        if start in passage.blocks and not part:
            lead = under
        yield Unit(start, end, text, lead)


def bears_out(sentence: str, cited: Sequence[Block], asked: Collection[str] = ()) -> list[Evidence] | Removed:
    """The verbatim spans that bear a sentence out, best first, or why it must not be shown.

    What the spans stand under is their ``around``, the same for all. ``sentence`` is without its
    citation keys, ``cited`` are the blocks whose keys it had.

    ``asked`` are the stems of the names in the question: a model that has an answer to something else likes to tell it
    of them.
    """
    said = facts(sentence)
    mine = _content(sentence)
    found = _candidates(sentence, cited)
    chosen = _chosen(sentence, said, mine, found)
    if not chosen:
        return Removed(sentence, Reason.WORDS)
    fault = _fault(sentence, said, mine, chosen, asked) or _misplaced(sentence, said, found, chosen, mine)
    if fault is not None:
        return Removed(sentence, *fault)
    under = " ; ".join(dict.fromkeys(f"{c.block.context} {c.unit.lead}".strip() for c in chosen))
    return [Evidence(c.block.passage, c.unit.start, c.unit.end, under) for c in chosen]


def meant(sentence: str, blocks: Sequence[Block]) -> Evidence | None:
    """The sentence or row shown that says most of what a generated one says; None where none says enough.

    One that has a figure of it goes before those that have none: there it was read.
    """
    said = facts(sentence)
    wanted = _Wanted(set(_content(sentence)), set(_content(" ".join(names(sentence)))), said)
    found = [candidate for candidate in _candidates(sentence, blocks) if candidate.unit in candidate.block.shown]
    figured = [c for c in found if any(figure.value in {f.value for f in c.facts.figures} for figure in said.figures)]
    best = max(figured or found, key=wanted.gain, default=None)
    if best is None or wanted.gain(best) < LEAST_MEANT:
        return None
    return Evidence(best.block.passage, best.unit.start, best.unit.end, best.unit.lead or best.block.passage.heading)


def _candidates(sentence: str, cited: Sequence[Block]) -> list[_Candidate]:
    """Every unit of the blocks with the words of the sentence that it has."""
    mine = _content(sentence)
    return [
        _Candidate(block, unit, mine & _content(f"{unit.lead} {unit.text}"), facts(f"{unit.lead} {unit.text}"))
        for block in cited
        for unit in block.units
    ]


def _content(text: str) -> frozenset[str]:
    return frozenset(s for s in stems(text) if not any(c.isdigit() for c in s))


def _chosen(sentence: str, said: Facts, mine: frozenset[str], found: Sequence[_Candidate]) -> list[_Candidate]:
    """The unit that says most of the sentence, then those that add most of what is still missing."""
    chosen: list[_Candidate] = []
    wanted = _Wanted(set(mine), set(_content(" ".join(names(sentence)))), said)
    # what only the headings say needs no sentence of its own
    wanted.named &= {key for c in found for key in c.shared}
    wanted.periods &= {key for c in found for key in c.facts.periods}
    left = [c for c in found if wanted.gain(c)]
    while left and len(chosen) < MOST_SPANS:
        best = max(left, key=wanted.gain)
        if wanted.gain(best) < (LEAST_GAIN if chosen else 1) or (chosen and wanted.satisfied(len(mine))):
            break
        left.remove(best)
        chosen.append(best)
        wanted.take(best)
    return chosen


class _Wanted:
    """What of a sentence no chosen unit says yet."""

    def __init__(self, words: set[str], named: set[str], said: Facts) -> None:
        self.words, self.named = words, named
        self.figures, self.periods, self.codes = set(said.figures), set(said.periods), set(said.codes | said.measures)

    def gain(self, c: _Candidate) -> int:
        """How much of it a unit says; a fact counts for two words."""
        facts_said = len(self.codes & (c.facts.codes | c.facts.measures)) + len(self.named & c.shared)
        facts_said += sum(_stands(figure, c.facts.figures) for figure in self.figures)
        return len(self.words & c.shared) + len(self.periods & c.facts.periods) + 2 * facts_said

    def take(self, c: _Candidate) -> None:
        """Count a unit as chosen."""
        self.words -= c.shared
        self.named -= c.shared
        self.figures = {figure for figure in self.figures if not _stands(figure, c.facts.figures)}
        self.periods -= c.facts.periods
        self.codes -= c.facts.codes | c.facts.measures

    def satisfied(self, words: int) -> bool:
        """Whether every fact, and enough of ``words`` words, is said."""
        return len(self.words) <= words * (1 - LEAST_SHARE) and not (
            self.figures or self.codes or self.named or self.periods
        )


def _stands(figure: Figure, among: Collection[Figure]) -> bool:
    """Whether a figure is among others, those without a unit read in thousands or millions too."""
    return figure in among or any(
        not other.unit and figure.value == other.value * scale for other in among for scale in (1, 10**3, 10**6)
    )


def _fault(
    sentence: str, said: Facts, mine: frozenset[str], chosen: Sequence[_Candidate], asked: Collection[str]
) -> tuple[Reason, str] | None:
    context = " ".join(dict.fromkeys(c.block.context for c in chosen))
    if not PLACED.search(sentence):
        context = PLACE.sub(" ", context)
    bearing = " ".join(c.bearing for c in chosen)
    whole = f"{context} ; {bearing}"
    headers = " ".join(" ".join((c.block.passage.title, *c.block.passage.columns)) for c in chosen)
    known = facts(whole)
    if missing := unknown_figures(said, known, whole, headers):
        return Reason.FIGURE, ", ".join(f"{f.unit}{f.value:f}" for f in missing)
    if days := unknown_periods(said, known):
        return Reason.DATE, ", ".join(sorted(days))
    if unknown_times(said, known, whole):
        return Reason.DATE, "time of day"
    if codes := unknown_codes(said, known):
        return Reason.FIGURE, ", ".join(codes)
    if names := unknown_names(sentence, whole) or sorted(mine.intersection(asked) - _content(whole)):
        return Reason.NAME, ", ".join(names)
    if quotes := unknown_quotes(sentence, bearing):
        return Reason.QUOTE, "; ".join(quotes)
    if says_opposite(sentence, bearing):
        return Reason.NEGATION, ""
    if told_as_fact(sentence) and all(is_proposal(c.unit.text, c.unit.lead) for c in chosen):
        return Reason.RECOMMENDATION, ""
    if told_as_recommended(sentence, whole) and any(is_decision(c.unit.text, c.unit.lead) for c in chosen):
        return Reason.NEGATION, "decided, not recommended"
    if told_as_decided(sentence):
        if any(is_proposal(c.unit.text, c.unit.lead) for c in chosen[:1]):
            return Reason.RECOMMENDATION, ""
        if not any(is_decision(c.unit.text, c.unit.lead) for c in chosen):
            return Reason.DECISION, ""
    own = mine - _content(context)  # the names of body and paper say nothing of what the paper says
    borne = facts(bearing)  # a fact said counts as a word said
    stated = sum(_stands(figure, borne.figures) for figure in said.figures)
    stated += len(said.periods & borne.periods) + len(said.codes & borne.codes)
    if own & SWEEPING - _content(bearing):
        return Reason.WORDS, "; ".join(sorted(own & SWEEPING - _content(bearing)))
    if len(own & _content(bearing)) + stated < LEAST_SHARE * (len(own) + stated):
        return Reason.WORDS, ""
    return None


def _misplaced(
    sentence: str, said: Facts, found: Sequence[_Candidate], chosen: Sequence[_Candidate], mine: frozenset[str]
) -> tuple[Reason, str] | None:
    """Whether a figure is told of what another sentence, row or column gives another figure for."""
    for figure in said.figures:
        holders = [c for c in chosen if _stands(figure, c.facts.figures)]
        if not holders:
            continue  # it stands in the heading
        holder = max(holders, key=lambda c: len(c.shared))
        rivals = [c for c in found if _gives_another(c, figure, said, holder)]
        if any(rival.shared > holder.shared for rival in rivals):
            return Reason.OTHER_FIGURE, f"{figure.unit}{figure.value:f}"
        if holder.block.passage.table and (
            (not _labelled(holder, sentence) and any(_labelled(rival, sentence) for rival in rivals))
            or _other_column(figure, said, holder, mine)
        ):
            return Reason.OTHER_FIGURE, f"{figure.unit}{figure.value:f}"
    return None


def _gives_another(rival: _Candidate, figure: Figure, said: Facts, holder: _Candidate) -> bool:
    """Whether a unit has figures of the same kind, of which the sentence tells none."""
    same_table = holder.block.passage.table and rival.block.passage is holder.block.passage
    others = {f for f in rival.facts.figures if f.unit == figure.unit or (same_table and not f.unit)}
    return bool(others) and not any(_stands(own, others) for own in said.figures)


def _labelled(c: _Candidate, sentence: str) -> bool:
    """Whether the sentence has all words of a table row's first cell."""
    label = next((cell for cell in _cells(c) if cell.strip()), "")
    return c.block.passage.table and bool(stems(label)) and set(stems(label)) <= set(stems(sentence))


def _cells(c: _Candidate) -> list[str]:
    return c.block.passage.text[c.unit.start : c.unit.end].split("\t")


def _other_column(figure: Figure, said: Facts, holder: _Candidate, mine: frozenset[str]) -> bool:
    """Whether the sentence names another column of the row, better than the one that the figure stands in."""
    passage = holder.block.passage
    cells = _cells(holder)
    if len(passage.columns) != len(cells):
        return False
    headers = [mine & _content(column) | said.periods & facts(column).periods for column in passage.columns]
    own = [i for i, cell in enumerate(cells) if _stands(figure, facts(cell).figures)]
    if not own or 0 in own:  # a figure of the row's name has no column
        return False
    best = max((headers[i] for i in own), key=len)
    return any(
        headers[i] > best and given and not any(_stands(f, given) for f in said.figures)
        for i, cell in enumerate(cells)
        if i not in own and (given := facts(cell).figures) is not None
    )
