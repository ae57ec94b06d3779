"""Makes candidate questions out of what users said of answers, for a person to complete."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from eval.drafting import facts_in, without_markers
from eval.matching import place_of, says
from eval.questions import UNANSWERABLE, GoldQuestion
from qa.feedback import FeedbackEntry, Verdict
from qa.model import Citation

KIND = "fact"  # a guess; whoever checks the draft knows better


def candidates(entries: Iterable[FeedbackEntry]) -> list[GoldQuestion]:
    """One draft question an entry, in order.

    After a thumb up it has the answer and the quotes that were shown; a thumb up for "not found" makes it an
    unanswerable one. After a thumb down it has neither, and the user's words stand in ``note``.
    """
    return [_candidate(entry) for entry in entries]


def _candidate(entry: FeedbackEntry) -> GoldQuestion:
    liked = entry.verdict is Verdict.UP
    shown = entry.answer
    text = without_markers(shown.answer) if liked else ""
    pack = _most_cited(shown.citations)
    quotes: dict[str, list[int]] = {}
    elsewhere: dict[str, list[int]] = {}
    for citation in shown.citations if liked else ():
        stem, number = place_of(citation)
        pages = quotes.setdefault(citation.quote, []) if stem == pack else elsewhere.setdefault(stem, [])
        if number not in pages:
            pages.append(number)
    return GoldQuestion(
        id=f"feedback-{entry.id}",
        pack=pack,
        question=entry.question,
        kind=UNANSWERABLE if liked and not shown.answered else KIND,
        answer=text,
        must_include=[fact for fact in facts_in(text) if not says(entry.question, fact[0])],
        evidence=list(quotes),
        gold=list(quotes.values()),
        elsewhere=elsewhere,
        history=[(turn.question, turn.answer) for turn in entry.history],
        state="draft",
        note=_note(entry),
    )


def _most_cited(citations: Iterable[Citation]) -> str:
    """The stem of the file cited most often, the first of them; empty where nothing is cited."""
    stems = [PurePath(citation.file).stem for citation in citations]
    return max(dict.fromkeys(stems), key=stems.count, default="")


def _note(entry: FeedbackEntry) -> str:
    said = f"Thumb {entry.verdict.value}, {entry.given:%-d %B %Y}"
    return ": ".join(part for part in (said, entry.reason.strip(), entry.comment.strip()) if part)
