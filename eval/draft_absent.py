"""Candidate questions that a pack does not answer: of a year or by a body that its papers say nothing of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval.drafting import DATE, YEAR, Candidate, DraftPack, evenly, plain
from eval.questions import UNANSWERABLE

ANSWER = "Cannot be answered: the pack says nothing of it."
NOTE = "Make sure that no paper of the index answers it."
# Bodies that councils and trusts have; one is taken of which neither the pack nor any other pack speaks.
BODIES = (
    "Allotments Committee",
    "Harbour Board",
    "Licensing Sub-Committee",
    "Pension Fund Committee",
    "Standing Advisory Council on Religious Education",
    "Twinning Committee",
)
YEARS_BACK = 30
EACH = 4


def absent_candidates(pack: DraftPack, answerable: Sequence[Candidate]) -> Iterator[Candidate]:
    """Table cells of another year, decisions of another body or year, and votes against what was decided."""
    year = _unknown_year(pack)
    body = next((body for body in BODIES if not _spoken_of(pack, body)), None)
    # A title that names a year or a meeting cannot be asked of another one
    decisions = [c for c in answerable if c.kind == "decision" and not (DATE.search(c.about) or YEAR.search(c.about))]
    cells = [candidate for candidate in answerable if candidate.kind == "table"]
    if year:
        for place in evenly(range(len(cells)), EACH):
            yield _absent(f"What was given under {cells[place].about} in {year}?", f"the pack does not speak of {year}")
    for place in evenly(range(len(decisions)), EACH):
        title = decisions[place].about
        if body:
            yield _absent(f"What did the {body} decide about “{title}”?", f"the pack does not speak of the {body}")
        yield _absent(f"Who voted against the decision about “{title}”, and why?", "perhaps no votes are recorded")
        if year:
            whose = pack.info.body or "meeting"
            yield _absent(f"What did the {whose} decide about “{title}” in {year}?", f"the pack lacks {year}")


def _absent(question: str, why: str) -> Candidate:
    return Candidate(
        kind=UNANSWERABLE,
        question=question,
        answer=ANSWER,
        topic=why,  # so that each way of being absent has its share
        asker="councillor",
        note=f"{why[0].upper()}{why[1:]}. {NOTE}",
    )


def _unknown_year(pack: DraftPack) -> int | None:
    """The latest year before the meeting that stands nowhere in the pack, not even shortened, and had no meeting."""
    if pack.info.meeting_date is None:
        return None
    text = " ".join(pack.texts.values())
    last = pack.info.meeting_date.year - 1
    for year in range(last, last - YEARS_BACK, -1):
        if year not in pack.years and not re.search(rf"{year}|[/–-]\s?{year % 100:02}\b|\b{year % 100:02}/", text):
            return year
    return None


def _spoken_of(pack: DraftPack, body: str) -> bool:
    name = plain(body.rsplit(" ", 1)[0])
    return any(name in letters for letters in pack.letters.values()) or name in plain(pack.elsewhere)
