"""Example questions: drawn from what is indexed, of several sorts, and shown only where they are answered."""

from __future__ import annotations

import threading
import time
from datetime import date

from index.errors import BoardQAError
from qa.examples import MOST_EXAMPLES, MOST_TRIED, Examples, candidates
from qa.model import Answer, PackInfo, PackItem, Question
from qa.register_model import RegisterFilters


def answer(question: Question, answered: bool = True) -> Answer:
    status = "answered" if answered else "not_found"
    asked = question.question
    return Answer(question=asked, standalone_question=asked, status=status, answered=answered, answer="")


def waited(examples: Examples, generation: int, questions: list[str]) -> tuple[str, ...]:
    """The examples once they are found."""
    examples.ready(generation, lambda: iter(questions))
    until = time.monotonic() + 5
    while time.monotonic() < until and any(thread.name == "examples" for thread in threading.enumerate()):
        time.sleep(0.005)
    return examples.ready(generation, lambda: iter(questions))


def pack(**given) -> PackInfo:
    of = {"pack": "a", "file": "a.pdf", "files": ["a.pdf"], "title": "A", "council": None, "kind": "agenda"}
    return PackInfo(**(of | {"access": "public", "pages": 9, "items": [], "body": None, "meeting_date": None} | given))


def test_only_questions_that_are_answered_are_shown():
    examples = Examples(lambda question: answer(question, "not" not in question.question))
    assert waited(examples, 1, ["not this?", "this?", "not that?", "that?"]) == ("this?", "that?")


def test_no_more_are_asked_than_are_needed_and_never_many():
    asked: list[str] = []

    def ask(question: Question) -> Answer:
        asked.append(question.question)
        return answer(question)

    assert len(waited(Examples(ask), 1, [f"{n}?" for n in range(99)])) == MOST_EXAMPLES == len(asked)
    asked.clear()
    declining = Examples(lambda question: asked.append(question.question) or answer(question, False))
    assert waited(declining, 1, [f"{n}?" for n in range(99)]) == ()
    assert len(asked) == MOST_TRIED


def test_a_changed_index_has_other_examples_and_a_failure_none():
    def ask(question: Question) -> Answer:
        if question.question == "fails?":
            raise BoardQAError("The index is closed.")
        return answer(question)

    examples = Examples(ask)
    assert waited(examples, 1, ["before?"]) == ("before?",)
    assert waited(examples, 2, ["after?"]) == ("after?",)
    assert waited(examples, 3, ["fails?"]) == ()


def test_routine_items_and_titles_too_long_or_short_make_no_example():
    items = [
        PackItem(item="1", title="Apologies for absence", first="1", last="1"),
        PackItem(item="2", title="Libraries", first=None, last=None),
        PackItem(item="3", title="A " + "very " * 20 + "long title", first="3", last="9"),
        PackItem(item="4", title="HIGHWAYS WINTER SERVICE (KEY DECISION)", first="10", last="12"),
    ]
    told = list(candidates([pack(meeting_date=date(2024, 3, 14), items=items)], []))
    assert told == ["What do the papers of 14 March 2024 say about Highways winter service?"]


def test_the_sorts_take_turns_and_the_latest_meeting_comes_first():
    items = [PackItem(item="1", title="Winter service plan", first="1", last="2")]
    early = pack(meeting_date=date(2023, 3, 14), body="Cabinet", items=items)
    late = pack(meeting_date=date(2024, 5, 2), body="Cabinet", items=items)
    told = list(candidates([early, late], []))
    assert told[0] == "When did the Cabinet meet in May 2024?"
    assert told[1] == "What do the papers of 2 May 2024 say about Winter service plan?"
    assert len(told) == 4


def test_the_sample_packs_have_examples_that_are_answered(service):
    drawn = list(candidates(service.packs(), service.register.decisions(RegisterFilters()).rows))
    until = time.monotonic() + 60
    while not (found := service.example_questions()) and time.monotonic() < until:
        time.sleep(0.05)
    assert 0 < len(found) <= MOST_EXAMPLES
    assert set(found) <= set(drawn)
    assert service.ask(Question(question=found[0])).answered
