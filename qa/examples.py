"""Example questions for the chat page: drawn from what is indexed, and shown only where they are answered."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice

from index.errors import BoardQAError
from qa.model import Answer, PackInfo, Question
from qa.places import long_date
from qa.register_model import DecisionRow

MOST_EXAMPLES = 3
MOST_TRIED = 10
TITLE_CHARS = (8, 60)  # titles outside of it make no good question
REMARK = re.compile(r"\([A-Z ]+\)\s*$")  # "(KEY DECISION)"
# What every agenda has; nobody asks about it
ROUTINE = frozenset(
    "apologies apology absence minutes declarations declaration interests interest urgent business exclusion public"
    " press close adjournment chair welcome introductions appointment membership substitutes questions dates log"
    " matters arising programme forward".split()
)

log = logging.getLogger(__name__)


class Examples:
    """The examples for one state of the index, found in the background when they are first wanted."""

    def __init__(self, ask: Callable[[Question], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._of: int | None = None  # the index's generation that they were drawn from
        self._found: tuple[str, ...] = ()

    def ready(self, generation: int, candidates: Callable[[], Iterator[str]]) -> tuple[str, ...]:
        """The examples known by now, none while they are being found for another state of the index."""
        with self._lock:
            if self._of != generation:
                self._of, self._found = generation, ()
                work = (generation, candidates)
                threading.Thread(target=self._find, args=work, name="examples", daemon=True).start()
            return self._found

    def _find(self, generation: int, candidates: Callable[[], Iterator[str]]) -> None:
        found: list[str] = []
        try:
            for question in islice(candidates(), MOST_TRIED):
                if len(found) < MOST_EXAMPLES and self._ask(Question(question=question)).answered:
                    found.append(question)
        except BoardQAError as error:  # the page does without; asking tells the reader what is wrong
            log.info("no examples: %s", error.message)
        with self._lock:
            if self._of == generation:
                self._found = tuple(found)


def candidates(packs: Sequence[PackInfo], decisions: Sequence[DecisionRow]) -> Iterator[str]:
    """Questions that the packs could answer, each once, of each sort in turn, on the latest meetings first."""
    told: set[str] = set()
    sorts = [_of_decisions(decisions), _of_meetings(packs), _of_items(packs)]
    while sorts:
        for sort in list(sorts):
            question = next(sort, None)
            if question is None:
                sorts.remove(sort)
            elif question not in told:
                told.add(question)
                yield question


def _of_decisions(decisions: Sequence[DecisionRow]) -> Iterator[str]:
    for row in decisions:
        if row.title and (topic := _topic(row.title)):
            yield f"What was decided about {topic}?"


def _of_meetings(packs: Sequence[PackInfo]) -> Iterator[str]:
    for pack in _latest(packs):
        if pack.body and pack.meeting_date:
            verb = "did" if pack.meeting_date < date.today() else "does"
            yield f"When {verb} the {pack.body.removeprefix('The ')} meet in {pack.meeting_date:%B %Y}?"


def _of_items(packs: Sequence[PackInfo]) -> Iterator[str]:
    for pack in _latest(packs):
        for item in pack.items:
            if item.first and (topic := _topic(item.title)):
                yield f"What do the papers of {long_date(pack.meeting_date)} say about {topic}?"
                break


def _latest(packs: Sequence[PackInfo]) -> list[PackInfo]:
    return sorted((pack for pack in packs if pack.meeting_date), key=lambda pack: str(pack.meeting_date), reverse=True)


def _topic(title: str) -> str:
    """A title as it stands in a sentence; empty where it makes no topic to ask about."""
    words = " ".join(REMARK.sub("", title).split()).rstrip(" .:–-")
    least, most = TITLE_CHARS
    if not least <= len(words) <= most or {word.lower().strip(",.") for word in words.split()} & ROUTINE:
        return ""
    return words.capitalize() if words.isupper() else words
