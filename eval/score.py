"""Scores answers against a question set.

Terms. A *fact* is right when one of its ways to be said stands in the answer as a whole word or number. An answer is
*correct* with all its facts in at most 160 words. A citation is *right* on a page of the evidence or another page
named as right (``also``, ``elsewhere``).

grounded_accuracy   share of questions answered correctly with a right citation, or rightly abstained from
answer_correct      share of answerable questions answered correctly
facts               mean share of facts given
cite_hit@1          share whose first citation is right
cite_hit            share with any right citation
evidence_recall     mean share of evidence quotes whose page is cited
cite_precision      mean share of citations that are right
page_recall@k       mean share of evidence quotes whose page is among the first k pages of the ranking
abstain_recall      share of unanswerable questions abstained from
wrong_abstain       share of answerable questions abstained from
quote_verbatim      mean share of an answer's quotes that stand on the page they cite (near matches on scans count)
printed_page_right  mean share of an answer's citations whose printed page number is the true one
words_median, ms_p50  words an answer, milliseconds an answer; the upper median
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import PurePath

from eval.questions import UNANSWERABLE, GoldQuestion, TruePage
from qa.model import Answer, Citation, RankedPassage

MAX_WORDS = 160  # a right answer that drowns the reader is none
OCR_LIKENESS = 0.85  # least part of a quote that must stand on the page in one piece
SHORT_QUOTE = 8  # characters; below this no near match is taken
SHORT_WORD = 4  # characters; below this a fact's last word must end where it ends
RANKS = (1, 5, 10)
TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00ad": None})

Pages = Mapping[str, Mapping[int, TruePage]]
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One question's marks, shares between 0 and 1. None where a mark has no meaning for the question."""

    id: str
    kind: str
    pack: str
    missing: bool
    answered: bool | None
    good: bool
    words: int
    citations: int
    ms: float | None = None
    quotes: float | None = None
    printed: float | None = None
    correct: bool | None = None
    facts: float | None = None
    hit_first: bool | None = None
    hit: bool | None = None
    evidence: float | None = None
    precision: float | None = None
    ranked: tuple[float, ...] = ()

    @property
    def answerable(self) -> bool:
        return self.kind != UNANSWERABLE


def score(questions: Iterable[GoldQuestion], answers: Mapping[str, Answer], pages: Pages) -> list[Row]:
    """One row a question, in order; a question without an answer is scored as an empty one."""
    return [_row(question, answers.get(question.id), pages) for question in questions]


def aggregate(rows: Sequence[Row]) -> dict[str, float | None]:
    """The metrics over ``rows``, None where no row has the mark."""
    asked = [row for row in rows if row.answerable]
    never = [row for row in rows if not row.answerable]
    metrics: dict[str, float | None] = {
        "grounded_accuracy": _mean(row.good for row in rows),
        "answer_correct": _mean(row.correct for row in asked),
        "facts": _mean(row.facts for row in asked),
        "cite_hit@1": _mean(row.hit_first for row in asked),
        "cite_hit": _mean(row.hit for row in asked),
        "evidence_recall": _mean(row.evidence for row in asked),
        "cite_precision": _mean(row.precision for row in asked),
    }
    for i, rank in enumerate(RANKS):
        metrics[f"page_recall@{rank}"] = _mean(row.ranked[i] for row in asked)
    return metrics | {
        "abstain_recall": _mean(row.good for row in never),
        "wrong_abstain": _mean(row.answered is False for row in asked),
        "quote_verbatim": _mean(row.quotes for row in rows),
        "printed_page_right": _mean(row.printed for row in rows),
        "words_median": _upper_median(row.words for row in rows),
        "ms_p50": _upper_median(row.ms for row in rows if row.ms is not None),
    }


def says(answer: str, fact: str) -> bool:
    """Whether ``answer`` gives ``fact``, by whole numbers and words: 12 is not in 112 or 12.5, 51 is in 51%."""
    plain = _plain(fact)
    pattern = re.escape(plain)
    if plain[:1].isdigit():
        pattern = r"(?<![\d.,])" + pattern
    elif re.match(r"\w", plain):
        pattern = r"(?<!\w)" + pattern
    if plain[-1:].isdigit():
        pattern += r"(?!\d)(?![.,]\d)"
    elif len(plain) <= SHORT_WORD and plain[-1:].isalpha():
        pattern += r"(?!\w)"
    return re.search(pattern, _plain(answer)) is not None


def stands_on(quote: str, text: str) -> bool:
    """Whether ``quote`` stands in a page's ``text``, spaces and punctuation aside; one long piece is enough."""
    wanted, page = _letters(quote), _letters(text)
    if wanted in page:
        return True
    if len(wanted) < SHORT_QUOTE:
        return False
    piece = SequenceMatcher(None, page, wanted, autojunk=False).find_longest_match()
    return piece.size >= OCR_LIKENESS * len(wanted)


def _row(question: GoldQuestion, answer: Answer | None, pages: Pages) -> Row:
    text = answer.answer if answer else ""
    citations = answer.citations if answer else []
    words = len(text.split())
    answered = answer.answered if answer else None
    row = Row(
        id=question.id,
        kind=question.kind,
        pack=question.pack,
        missing=answer is None,
        answered=answered,
        good=answered is False,
        words=words,
        citations=len(citations),
        ms=answer.timing_ms.get("total") if answer else None,
        quotes=_mean(_quote_stands(citation, pages) for citation in citations),
        printed=_printed_right(citations, pages),
    )
    if not row.answerable:
        return row
    twins = {(pack, page) for pack, numbers in question.elsewhere.items() for page in numbers}
    right = twins | {(question.pack, page) for page in (*question.also, *(p for quote in question.gold for p in quote))}
    cited = [_place(citation) for citation in citations]
    given = [any(says(text, way) for way in fact) for fact in question.must_include]
    ranking = list(dict.fromkeys(_place(passage) for passage in (answer.passages if answer else [])))
    hits = [place in right for place in cited]
    correct = bool(given) and all(given) and words <= MAX_WORDS
    return replace(
        row,
        good=correct and any(hits),
        correct=correct,
        facts=_mean(given) or 0.0,
        hit_first=bool(hits) and hits[0],
        hit=any(hits),
        evidence=_covered(question, twins, cited),
        precision=_mean(hits) or 0.0,
        ranked=tuple(_covered(question, twins, ranking[:rank]) for rank in RANKS),
    )


def _covered(question: GoldQuestion, twins: set[Place], places: Sequence[Place]) -> float:
    """The share of evidence quotes that have one of their pages (or a twin page) in ``places``."""
    if twins & set(places):
        return 1.0
    return _mean(any((question.pack, page) in places for page in quote) for quote in question.gold) or 0.0


def _quote_stands(citation: Citation, pages: Pages) -> bool:
    page = pages.get(_place(citation)[0], {}).get(citation.pdf_page)
    return stands_on(citation.quote, page.text if page else "")


def _printed_right(citations: Sequence[Citation], pages: Pages) -> float | None:
    """The share right among citations of pages whose truth is known; 0 when there are citations but none is known."""
    known = [
        citation.page == pages[pack][number].printed
        for citation, (pack, number) in zip(citations, map(_place, citations), strict=True)
        if number in pages.get(pack, {})
    ]
    return (_mean(known) or 0.0) if citations else None


def _place(place: Citation | RankedPassage) -> Place:
    return PurePath(place.file).name.removesuffix(".pdf"), place.pdf_page


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(TYPOGRAPHY).split()).lower()


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9£%]+", "", _plain(text))


def _mean(marks: Iterable[float | bool | None]) -> float | None:
    known = [float(mark) for mark in marks if mark is not None]
    return sum(known) / len(known) if known else None


def _upper_median(values: Iterable[float]) -> float | None:
    ranked = sorted(values)
    return ranked[len(ranked) // 2] if ranked else None
