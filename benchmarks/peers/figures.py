"""The figures of each peer, from what its process told.

page_recall@k       mean share of a question's evidence quotes whose page is among the first k different pages found
                    (``eval.score``), over the questions that can be answered
printed_page_right  mean share, over all questions, of the first five pages found of which the number told is the one
                    printed; telling none is right where none is printed; pages without a known truth do not count
ingest_s, ms_p50    seconds to index all files, median milliseconds a question; the model already loaded, two
                    questions asked before
peak_mb             peak memory of the process, model and libraries included
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from statistics import fmean, median
from typing import Any

from eval.marks import RANKS
from eval.questions import GoldQuestion, TruePage
from eval.score import score
from qa.model import Answer, RankedPassage, Status

TOLD = 5  # pages a reader is told of

Pages = Mapping[str, Mapping[int, TruePage]]
Figures = dict[str, float | None]


def figures(told: Mapping[str, Any], questions: Sequence[GoldQuestion], pages: Pages) -> Figures:
    """The figures of one peer; ``told`` as ``benchmarks.peers.measured`` prints it."""
    asked = {record["id"]: record for record in told["asked"]}
    answers = {id: _ranking(record["pages"]) for id, record in asked.items()}
    ranked = [row.ranked for row in score(questions, answers, {}) if row.answerable]
    right = [_printed(record["pages"], pages) for record in asked.values()]
    return {
        **{f"page_recall@{rank}": _mean([marks[place] for marks in ranked]) for place, rank in enumerate(RANKS)},
        "printed_page_right": _mean([share for share in right if share is not None]),
        "ingest_s": told["ingest"],
        "ms_p50": median(record["ms"] for record in asked.values()),
        "peak_mb": told["peak_mb"],
    }


def ratios(peers: Mapping[str, Figures], to: str) -> dict[str, Figures]:
    """Each figure over that of the peer ``to``; None where there is none to divide by."""
    return {
        name: {key: _ratio(value, peers[to][key]) for key, value in measured.items()}
        for name, measured in peers.items()
    }


def _ranking(pages: Sequence[Sequence[Any]]) -> Answer:
    passages = [
        RankedPassage(file=file, pack="", page=printed, pdf_page=pdf_page, score=0.0, text="")
        for file, pdf_page, printed in pages
    ]
    return Answer(
        question="", standalone_question="", status=Status.ANSWERED, answered=True, answer="", passages=passages
    )


def _printed(found: Sequence[Sequence[Any]], pages: Pages) -> float | None:
    known = [
        (printed, pages[pack][pdf_page].printed)
        for file, pdf_page, printed in found[:TOLD]
        if pdf_page in pages.get(pack := PurePath(file).stem, {})
    ]
    return _mean([told == truth for told, truth in known])


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else value / base
