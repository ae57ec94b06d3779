"""What an answer concludes from its evidence, where it is asked to: yes or no, a comparison, a sum, a contradiction.

Called between composing and the last check. What the papers do not bear out by themselves stays apart in ``Told``:
its grounds must still be found verbatim on their pages, and without them it is not told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from index.model import Passage
from qa import arithmetic, changes, compare
from qa.answer import Draft, told
from qa.disagree import Disagreement, disagreement
from qa.finder import Found
from qa.outcome import Verdict
from qa.readings import Reading
from qa.told import Told
from qa.units import Evidence
from qa.verdict import Ruling, verdict

Passages = Callable[[str], Sequence[Passage]]  # of a pack, in reading order
Printed = Callable[[str, int], str | None]  # the printed number of a pack's PDF page
NEAR = 0.75  # of the best score: evidence whose tables are read in whole
# ", and who owns it", "and why": parts of the question that a comparison or sum does not answer
FURTHER = re.compile(
    r"\b(?:and|,)\s+(?:who|whose|whom|why|when|where|what(?:'s|’s)? (?:is |was )?behind|how (?:did|will))\b", re.I
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The statements of the answer, first the one that concludes, and notes on contradictions."""

    told: tuple[Told, ...]
    notes: tuple[str, ...] = ()


def conclude(
    found: Found, evidence: Sequence[Evidence], drafts: Sequence[Draft], passages: Passages, printed: Printed
) -> Conclusion:
    """The drafts with what they lead to; the drafts alone where nothing more is asked or the evidence is not plain.

    ``evidence`` is best first; ``drafts`` are composed of it.
    """
    plain = Conclusion(tuple(Told(draft.text, draft) for draft in drafts))
    if not evidence or not drafts:
        return plain
    question, places = found.question, Pages(found, printed)
    near = [e for e in evidence if e.score >= NEAR * evidence[0].score]
    if changes.wanted(question):
        meetings = _of_the_meetings(found, (e.passage.pack for e in evidence if e.passage.table))
        rows = changes.changed(question, evidence, [passage for pack in meetings for passage in passages(pack)])
        if rows:
            return Conclusion(rows)
    if compare.wanted(question.text) or arithmetic.wanted(question.text):
        packs = dict.fromkeys(e.passage.pack for e in near if e.passage.table)
        papers = [passage for pack in packs for passage in passages(pack)]
        drawn = arithmetic.reckoned(question, evidence, papers, places.words) or _compared(found, evidence, papers)
        if drawn is not None:
            more = plain.told if FURTHER.search(question.text) else ()
            return Conclusion((drawn, *(t for t in more if not _same_places(t, drawn))))
    ruling = verdict(question, evidence, found.worth)
    if ruling is not None:
        return Conclusion(_ruled(found, ruling, plain.told))
    differing = disagreement(question, evidence, found.worth, found.packs)
    if differing is not None:
        return _differing(found, differing, plain.told, places)
    return plain


def _of_the_meetings(found: Found, packs: Iterable[str]) -> list[str]:
    """The packs with the others of their meetings, supplements above all, as far as was to be looked in."""
    first = list(dict.fromkeys(packs))
    files = {file for pack in first for file in found.packs[pack].files}
    within = found.scope.packs
    more = (id_ for id_, pack in found.packs.items() if pack.record.file in files and (within is None or id_ in within))
    return list(dict.fromkeys([*first, *more]))


@dataclass(frozen=True, slots=True)
class Pages:
    """How pages are named in a statement: by their printed number, with the pack's title where there are several."""

    found: Found
    printed: Printed

    def words(self, e: Evidence) -> str:
        """The page on which a piece of evidence begins: "page 12", or "PDF page 14" where no number is printed."""
        number = e.passage.spans[0].pdf_page
        offset = e.start
        for span in e.passage.spans:
            number = span.pdf_page
            if offset < span.end - span.start:
                break
            offset -= span.end - span.start + 1
        page = self.printed(e.passage.pack, number)
        return f"page {page}" if page else f"PDF page {number}"

    def in_pack(self, e: Evidence) -> str:
        """The page and the pack's title."""
        title = self.found.packs[e.passage.pack].record.title
        return f"{self.words(e)} of {title}" if title else self.words(e)


def _compared(found: Found, evidence: Sequence[Evidence], papers: Sequence[Passage]) -> Told | None:
    draft = compare.compare(found.question, evidence, papers)
    if draft is None:
        return None
    asked = compare.move_asked(found.question.text)
    if asked is None:
        return Told(draft.text, draft)
    word = Verdict.YES if draft.text.startswith(asked) else Verdict.NO
    return Told(f"{word} {draft.text}", draft)


def _ruled(found: Found, ruling: Ruling, drafted: Sequence[Told]) -> tuple[Told, ...]:
    """The verdict before the statement that bears it out, the others after."""
    e = ruling.evidence
    own = next((t for t in drafted if t.grounds.places[0] == e), None)
    if own is None:
        draft = Draft(told(found.question, e), (e,))
        own = Told(draft.text, draft)
    rest = [t for t in drafted if t is not own and not _overlap(t.grounds.places[0], e)]
    return (Told(f"{ruling.verdict} {own.text}", own.grounds), *rest)


def _differing(found: Found, d: Disagreement, drafted: Sequence[Told], places: Pages) -> Conclusion:
    """Both readings, the one to be preferred first, with a note that names their pages."""
    one, other = (d.other, d.one) if d.preferred is d.other else (d.one, d.other)
    several = one.evidence.passage.pack != other.evidence.passage.pack
    where = places.in_pack if several else places.words

    def telling(reading: Reading) -> Told:
        own = (t for t in drafted if _overlap(t.grounds.places[0], reading.evidence))
        draft = Draft(told(found.question, reading.evidence), (reading.evidence,))
        return next(own, Told(draft.text, draft))

    both = (telling(one), telling(other))
    what = "dates" if one.unit == "date" else "figures"
    note = f"These papers give different {what}: {one.printed} on {where(one.evidence)}, "
    note += f"{other.printed} on {where(other.evidence)}."
    if d.preferred is not None:
        note += f" The later or revised paper, {where(one.evidence)}, is preferred."
    rest = [t for t in drafted if t not in both]
    return Conclusion((*both, *rest), (note,))


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.passage.id == other.passage.id and one.start < other.end and other.start < one.end


def _same_places(one: Told, other: Told) -> bool:
    return any(_overlap(a, b) for a in one.grounds.places for b in other.grounds.places)
