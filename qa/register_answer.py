"""Answers out of the register: every decision or action that a question asks for, each with its page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from urllib.parse import urlencode

from index.records import StoredPack, StoredPage
from qa.addresses import page_address
from qa.model import Answer, Citation, Claim, Question, Status
from qa.places import votes_words
from qa.question import DECIDING, Analysis, Wanted, analyse
from qa.register import Register
from qa.register_model import MOST_ROWS, ActionFilters, ActionRow, DecisionRow, RegisterFilters, Sourced, State
from qa.register_questions import filters_address, register_question
from qa.scope import Aim
from qa.words import content_words, stem

FULL_WORDS = 60  # of a decision that is told whole; of a longer one, its beginning
APART = 120  # characters between the words that tell who moved and who seconded
BEFORE = 20  # characters: "Proposed by Councillor Reed"
MOVED = re.compile(r"\b(?:moved|proposed|proposer|mover)\b", re.I)
STATES = {
    State.DEFERRED: "deferred",
    State.LOST: "lost",
    State.RECOMMENDED: "recommended to another body, not yet decided",
}

PAGES_OVER = 2  # after the first page of a decision, on which its vote may stand

Pack = Callable[[str], StoredPack]
Pages = Callable[[str], Sequence[StoredPage]]
Text = Callable[[str, int], str]


def register_answer(
    asked: Question,
    register: Register,
    packs: Sequence[StoredPack],
    page_text: Text,
    pages: Pages,
    where: Callable[[Analysis], Aim],
) -> Answer | None:
    """The answer to a question that asks for decisions or actions as such, listed in whole.

    None where the question asks for something else, depends on an earlier one, or the register has nothing that has
    all of its words: the papers are then read for it. ``page_text`` and ``pages`` are those that the asker may see,
    ``where`` tells where to look.
    """
    if asked.history:
        return None
    question = analyse(asked.question)
    filters = register_question(question, where(question))
    if filters is None:
        return None
    rows = _rows(register, filters, asked)
    if not rows:
        return None
    by_id = {pack.id: pack for pack in packs}
    answer = Answer(
        question=asked.question,
        standalone_question=asked.question,
        status=Status.ANSWERED,
        answered=True,
        answer="",
        notes=[_counted(rows, filters)],
        decisions_href=filters_address(filters),
    )

    @cache  # many rows stand in few packs, and several on a page
    def page_of(pack: str) -> Mapping[int, StoredPage]:
        return {page.pdf_page: page for page in pages(pack)}

    @cache
    def printed_on(pack: str, pdf_page: int) -> str:
        return _flat(page_text(pack, pdf_page))

    for row in rows:
        page = page_of(row.pack).get(row.pdf_page)
        if page is None or row.pack not in by_id:
            continue
        printed = printed_on(row.pack, row.pdf_page)
        what = row.text if isinstance(row, DecisionRow) else row.what
        quote = beginning(what, printed)
        if not quote:
            continue
        taken, more = "", [(row.pdf_page, quote)]
        if isinstance(row, DecisionRow):
            taken, voted = _taken(row, {n: printed_on(row.pack, n) for n in _over(row, page_of(row.pack))})
            more += [(n, words) for n, words in voted if words not in quote]
        numbers = []
        for n, words in more:
            numbers.append(len(answer.citations) + 1)
            answer.citations.append(_citation(numbers[-1], row, words, page_of(row.pack)[n], by_id[row.pack]))
        answer.claims.append(Claim(text=f"{_told(row)} {taken}".strip(), citations=numbers))
    if not answer.claims:
        return None
    answer.answer = "\n".join(claim.text + "".join(f" [{n}]" for n in claim.citations) for claim in answer.claims)
    return answer


def _rows(
    register: Register, filters: RegisterFilters | ActionFilters, asked: Question
) -> Sequence[DecisionRow] | Sequence[ActionRow]:
    given = asked.filters
    if isinstance(filters, ActionFilters):
        narrowed = filters.model_copy(
            update={"body": given.body or filters.body, "pack": given.pack or filters.pack, "limit": MOST_ROWS}
        )
        return register.actions(narrowed).rows
    told = {
        "body": given.body or filters.body,
        "pack": given.pack or filters.pack,
        "from_": given.from_ or filters.from_,
        "to": given.to or filters.to,
        "near": False,
    }
    found = register.every_decision(filters.model_copy(update=told))
    return sorted(found, key=lambda row: (row.date is None, row.date or date.min))


def _told(row: DecisionRow | ActionRow) -> str:
    """One row in words: when, who, under which minute, and what."""
    if isinstance(row, ActionRow):
        owners = ", ".join(row.owners) or "nobody named"
        due = f", due {row.due}" if row.due else ""
        status = f" ({row.status})" if row.status else ""
        return f"{owners}{due}: {_flat(row.what)}{status}"
    when = f"{row.date:%-d %B %Y}" if row.date else "no date"
    place = ", ".join(part for part in (row.body, f"minute {row.minute}" if row.minute else "", row.title) if part)
    state = f" ({STATES[row.state]})" if row.state in STATES else ""
    return f"{when}, {place}{state}: {_shortened(_flat(row.text))}"


def _shortened(text: str) -> str:
    words = text.split()
    return text if len(words) <= FULL_WORDS else " ".join(words[:FULL_WORDS]) + " …"


def beginning(words: str, printed: str) -> str:
    """As much of the beginning of ``words`` as stands on the page ``printed``, both without line ends; "" for none."""
    parts = words.split()
    return next((text for n in range(len(parts), 0, -1) if (text := " ".join(parts[:n])) in printed), "")


def _over(row: DecisionRow, pages: Mapping[int, StoredPage]) -> Iterator[int]:
    """The PDF pages on which the words of a decision may stand: a long one's vote is printed after its end."""
    return (n for n in range(row.pdf_page, row.pdf_page + PAGES_OVER + 1) if n in pages)


def _taken(row: DecisionRow, printed: Mapping[int, str]) -> tuple[str, list[tuple[int, str]]]:
    """Who moved and seconded a decision and how members voted, with the words that say so and their PDF pages.

    ``printed`` are the texts of the pages on which it may stand, its own first.
    """
    said, words = [], []
    if row.mover and (sentence := _sentence(row.mover, row.seconder or "", printed[row.pdf_page])):
        said.append(f"Moved by {row.mover}" + (f", seconded by {row.seconder}" if row.seconder else "") + ".")
        words.append((row.pdf_page, sentence))
    votes = row.votes
    if votes and (vote := _vote(_flat(votes.text), row.pdf_page, printed)):
        told = votes_words(votes)
        against = ", ".join(name for name in votes.names_against if name in vote[1])
        said.append(f"Vote: {told}" + (f"; against: {against}" if against and against not in told else "") + ".")
        words.append(vote)
    return " ".join(said), words


def _vote(words: str, first: int, printed: Mapping[int, str]) -> tuple[int, str] | None:
    """Where the words of a vote stand: as much as there is on the decision's own page, whole on a later one."""
    if here := beginning(words, printed[first]):
        return first, here
    return next(((n, words) for n, text in printed.items() if words in text), None)


def _sentence(mover: str, seconder: str, printed: str) -> str:
    """The shortest stretch of the page that says who moved and who seconded; "" where none does."""
    return min(_stretches(mover, seconder, printed), key=len, default="")


def _stretches(mover: str, seconder: str, printed: str) -> Iterator[str]:
    for found in re.finditer(re.escape(mover), printed):
        before = printed[max(0, found.start() - BEFORE) : found.start()]
        after = printed[found.start() : found.end() + APART]
        at = after.find(seconder, len(mover)) if seconder else 0
        if at < 0:
            continue
        end = max(len(mover), at + len(seconder))
        moved, said = MOVED.search(before), MOVED.search(after)
        if moved:
            yield before[moved.start() :] + after[:end]
        elif said:
            yield after[: max(end, said.end())]


def _counted(rows: Sequence[DecisionRow] | Sequence[ActionRow], filters: RegisterFilters | ActionFilters) -> str:
    what = "action" if isinstance(filters, ActionFilters) else "decision"
    count = f"1 {what}" if len(rows) == 1 else f"all {len(rows)} {what}s"
    return f"From the minutes: {count} that the register has on this."


def register_address(question: str) -> str | None:
    """Where the register lists what a question asks decisions on; None for a question that asks for none."""
    asked = analyse(question)
    if Wanted.DECISION not in asked.wanted:
        return None
    words = (word for word in content_words(question) if stem(word) not in DECIDING)
    return "/decisions?" + urlencode({"query": " ".join(words)})


def _citation(n: int, row: Sourced, quote: str, page: StoredPage, pack: StoredPack) -> Citation:
    record = pack.record
    return Citation(
        n=n,
        file=record.file,
        pack=pack.id,
        pack_title=record.title,
        body=record.body,
        meeting_date=record.meeting_date,
        item=page.item,
        item_title=page.item_title or None,
        kind=page.kind.value,
        page=page.printed,
        page_source=page.source.value,
        pdf_page=page.pdf_page,
        quote=quote,
        boxes=row.boxes,
        href=page_address(row.pack, row.pdf_page, quote=quote),
    )


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
