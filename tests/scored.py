"""Made-up questions, true pages and answers, for tests of marks, figures and stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eval.marks import Place, Row
from eval.questions import GoldQuestion
from eval.runs import RunPage
from qa.model import Answer, Citation, RankedPassage, Status, Trace, TracedPage

NOT_FOUND = "The papers do not say."

TEXTS = {
    ("alder", 1): "Alder Health Board, papers for the meeting of 4 June 2024",
    ("alder", 2): "The Board agreed to give £12,000 to the ferry at Lowick.",
    ("alder", 3): "Present: Councillor Ida Marsh (Chair), Mr P. O’Dowd",
    ("alder", 4): "Seven members voted for the motion and 3 against it.",
    ("alder", 5): "The ferry will run until 31 March 2025 and be reviewed then.",
    ("alder", 6): "",
    ("birch", 1): "Birch Council, late papers",
    ("birch", 2): "The ferry at Lowick was given £12,000 by the Board.",
}


def true_pages(unreadable: Iterable[Place] = (), believed: Iterable[Place] = ()) -> dict[str, dict[int, RunPage]]:
    """The pages above; page 1 of each pack has no printed number, the others have 10 more than their PDF page."""
    pages: dict[str, dict[int, RunPage]] = {}
    for (pack, number), text in TEXTS.items():
        pages.setdefault(pack, {})[number] = RunPage(
            pack=pack,
            pdf_page=number,
            printed=None if number == 1 else str(number + 10),
            text=text,
            readable=(pack, number) not in set(unreadable),
            truth=(pack, number) not in set(believed),
        )
    return pages


def ask(
    identity: str,
    facts: Sequence[Sequence[str]] = (),
    evidence: Mapping[str, Sequence[int]] | None = None,
    kind: str = "fact",
    asker: str = "",
    also: Sequence[int] = (),
    elsewhere: Mapping[str, Sequence[int]] | None = None,
) -> GoldQuestion:
    """A question over the pack alder; ``evidence`` tells the pages of each quote."""
    evidence = evidence or {}
    return GoldQuestion(
        id=identity,
        pack="alder",
        question=f"What of {identity}?",
        kind=kind,
        must_include=[list(fact) for fact in facts],
        evidence=list(evidence),
        gold=[list(pages) for pages in evidence.values()],
        also=list(also),
        elsewhere={pack: list(pages) for pack, pages in (elsewhere or {}).items()},
        asker=asker,
    )


def cite(place: Place, page: str | None = None, quote: str = "", n: int = 1) -> Citation:
    pack, number = place
    return Citation(
        n=n,
        file=f"{pack}.pdf",
        pack=f"{pack}-id",
        pack_title=pack,
        body=None,
        meeting_date=None,
        item=None,
        item_title=None,
        kind="report",
        page=page,
        page_source="stamp",
        pdf_page=number,
        quote=quote,
        boxes=[],
        href="",
    )


def say(text: str, citations: Iterable[Citation] = (), ranked: Iterable[Place] = (), ms: float | None = None) -> Answer:
    """An answer of ``text``; ``ranked`` are the pages of its passages."""
    return Answer(
        question="q",
        standalone_question="q",
        status=Status.ANSWERED,
        answered=True,
        answer=text,
        citations=list(citations),
        passages=[
            RankedPassage(file=f"{pack}.pdf", pack=f"{pack}-id", page=None, pdf_page=number, score=1.0, text="")
            for pack, number in ranked
        ],
        timing_ms={} if ms is None else {"total": ms},
    )


def abstain(ranked: Iterable[Place] = (), status: Status = Status.NOT_FOUND, ms: float | None = None) -> Answer:
    return say(NOT_FOUND, ranked=ranked, ms=ms).model_copy(update={"answered": False, "status": status})


def traced(
    retrieved: Iterable[Place] = (),
    read: Iterable[Place] = (),
    drafted: Iterable[Place] = (),
    removed: Iterable[str] = (),
    declined: str | None = None,
) -> Trace:
    def pages(places: Iterable[Place]) -> list[TracedPage]:
        return [TracedPage(file=f"{pack}.pdf", pack=f"{pack}-id", pdf_page=number) for pack, number in places]

    return Trace(
        retrieved=pages(retrieved), read=pages(read), drafted=pages(drafted), removed=list(removed), declined=declined
    )


def row(identity: str, good: bool = True, **marks: object) -> Row:
    """An answerable question's row with every mark at its best or, when not ``good``, at its worst."""
    share = 1.0 if good else 0.0
    values: dict[str, object] = {
        "kind": "fact",
        "pack": "alder",
        "asker": "officer",
        "question": f"What of {identity}?",
        "answer": "Twelve.",
        "expected": (("alder", 2),),
        "cited": (("alder", 2 if good else 3),),
        "missing": False,
        "answered": True,
        "words": 1,
        "ms": 5.0,
        "quotes": share,
        "printed": share,
        "correct": good,
        "facts": share,
        "hit_first": good,
        "hit": good,
        "evidence": share,
        "precision": share,
        "ranked": (share, share, share),
        "reciprocal_rank": share,
        "stage": None if good else "read but wrong span",
    }
    return Row(id=identity, good=good, **(values | marks))  # type: ignore[arg-type]
