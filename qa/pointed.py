"""What a question points at, an agenda item or a page by its printed number, and what these say in short."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from index.minutes import is_recommendation, is_resolution
from index.model import Kind, Passage
from index.records import Scope, StoredPack, StoredPage
from qa.periods import periods
from qa.question import ASKING, LIGHT, Analysis
from qa.scope import Aim
from qa.units import Evidence, units
from qa.words import stem, stems

SHORT_OF = re.compile(
    r"\bsumm(?:ar(?:y|ise|ize)|ing up)\b|\bsum up\b|\b(?:overview|gist|outline|(?:key|main) points)\b|\btell me about\b"
    r"|\bwhat(?:['’]s| is| does| do| was)\b.{0,60}\b(?:about|on|in|say|cover)\b",
    re.I,
)
SHORTENING = frozenset(stems("summary summarise summarize overview gist outline key main points say cover brief short"))
PURPOSE = re.compile(r"\b(?:purpose|introduction|summary|overview|background|aims?)\b", re.I)
LEAST_WORDS, MOST_WORDS = 8, 45  # of a sentence that stands for others
SENTENCES = 4  # of them
EARLY = 20  # passages after which a sentence counts half
STEP = 0.01  # of score between one piece of a summary and the next


@dataclass(frozen=True, slots=True)
class Pointed:
    """The pages (pack id, PDF page) that a question points at by ``name``: "item 9", "page 43".

    ``alone`` tells that it asks for nothing in them but what they say, ``others`` how many other meetings have a place
    of that name.
    """

    name: str
    pages: frozenset[tuple[str, int]]
    alone: bool
    others: int = 0


def pointed(
    question: Analysis,
    scope: Scope,
    where: Aim,
    packs: Mapping[str, StoredPack],
    pages_of: Callable[[str], Sequence[StoredPage]],
) -> Pointed | None:
    """What the question points at; None where it points at nothing, or the papers have no such numbers at all.

    Of several meetings the one that the question names counts; where it names none and asks for nothing but what
    stands there, the latest one.
    """
    if not (question.item or question.page):
        return None
    name = " and ".join(
        f"{sort} {number}" for sort, number in (("item", question.item), ("page", question.page)) if number
    )
    allowed = [id_ for id_ in packs if scope.packs is None or id_ in scope.packs]
    preferred = [id_ for id_ in allowed if id_ in where.boosted]
    numbered = False
    found: dict[str, list[tuple[str, int]]] = {}
    for pack in preferred or allowed:
        for page in pages_of(pack):
            numbered |= (page.item if question.item else page.printed) is not None
            if _is_item(page, question.item) and question.page in (None, page.printed):
                found.setdefault(pack, []).append((pack, page.pdf_page))
    if not numbered:
        return None
    alone = _alone(question, where)
    chosen = set(found)
    if alone and len(found) > 1:
        days = {pack: packs[pack].record.meeting_date or date.min for pack in found}
        latest = max(days, key=lambda pack: days[pack])
        chosen = {pack for pack in found if packs[pack].files == packs[latest].files}
    return Pointed(
        name, frozenset(place for pack in chosen for place in found[pack]), alone, others=len(found) - len(chosen)
    )


def told_of(place: Pointed, packs: Mapping[str, StoredPack]) -> str:
    """For the asker: what the answer is taken from."""
    pack = packs[min(place.pages)[0]].record
    day = pack.meeting_date
    when = f" ({day:%-d %B %Y})" if day is not None and str(day.year) not in pack.title else ""
    note = f"The main points of {place.name} of {pack.title or pack.file}{when}, in its own words."
    if place.others:
        has = "1 other pack has" if place.others == 1 else f"{place.others} other packs have"
        note += f" {has} {place.name} too: name the meeting to read {'that' if place.others == 1 else 'those'}."
    return note


def _is_item(page: StoredPage, asked: str | None) -> bool:
    """Whether a page belongs to the item; "5" is the item "ICB/24/07/05" too."""
    if asked is None:
        return True
    return page.item is not None and page.item.casefold().rpartition("/")[2].lstrip("0") == asked.casefold()


def _alone(question: Analysis, where: Aim) -> bool:
    if not SHORT_OF.search(question.text):
        return False
    said = where.told | ASKING | LIGHT | SHORTENING | {stem(n) for n in (question.item, question.page) if n}
    return all(term in said or periods(word) for term, word in question.words.items())


def summary(passages: Sequence[Passage]) -> list[Evidence]:
    """What passages (in reading order) say in short, best first: their purpose, what is asked for or was resolved, and
    the sentences that have most of the words that come up again and again."""
    pieces = [e for passage in passages for e in units(passage)]
    whole = [e for e in pieces if not e.passage.table]
    purpose = [e for e in whole if PURPOSE.search(e.passage.heading) and _is_sentence(e)][:1]
    asked = [e for e in whole if is_recommendation(e.text) and len(e.text.split()) >= LEAST_WORDS][:1]
    resolved = [e for e in whole if e.passage.kind is Kind.MINUTES and is_resolution(e.text)][:2]
    chosen: list[Evidence] = []
    prose = sum(_is_sentence(e) for e in whole) >= SENTENCES
    for e in (*purpose, *asked, *resolved, *_central(whole if prose else pieces)):
        if all(e.passage is not c.passage or e.end <= c.start or c.end <= e.start for c in chosen):
            chosen.append(e)
    return [replace(e, score=1 - STEP * n, plain=1 - STEP * n, meaning=1.0) for n, e in enumerate(chosen)]


def _is_sentence(e: Evidence) -> bool:
    return LEAST_WORDS <= len(e.text.split()) <= MOST_WORDS


def _central(pieces: Sequence[Evidence]) -> list[Evidence]:
    """The sentences with the likeliest words, each word counting less once it is said."""
    told = {id(e): frozenset(stems(e.text)) for e in pieces}
    often = Counter(key for keys in told.values() for key in keys)
    share = {key: count / len(pieces) for key, count in often.items()}
    place = {passage: n for n, passage in enumerate(dict.fromkeys(e.passage.id for e in pieces))}
    left = [e for e in pieces if _is_sentence(e) and told[id(e)]] or [e for e in pieces if told[id(e)]]
    found: list[Evidence] = []

    def worth(e: Evidence) -> float:
        return _mean(told[id(e)], share) / (1 + place[e.passage.id] / EARLY)

    while left and len(found) < SENTENCES:
        best = max(left, key=worth)
        found.append(best)
        left = [e for e in left if e.passage is not best.passage]
        share |= {key: share[key] ** 2 for key in told[id(best)]}
    return found


def _mean(keys: Set[str], share: Mapping[str, float]) -> float:
    return sum(share[key] for key in keys) / len(keys)
