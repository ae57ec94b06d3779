"""Questions that ask several things: how they are taken apart, and how each part is answered."""

from __future__ import annotations

import pytest

from qa.model import Question, Status
from qa.parts import parts_of
from qa.service import BoardQA


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who moved the motion, and how did the vote go?", ("Who moved the motion", "how did the vote go")),
        ("What did the ferry cost and when was it bought?", ("What did the ferry cost", "when was it bought")),
        ("Is the pool to close? Why is that?", ("Is the pool to close", "Why is that")),
        ("Was the plan approved - what were the conditions?", ("Was the plan approved", "what were the conditions")),
        ("How much is the grant; who pays it?", ("How much is the grant", "who pays it")),
    ],
)  # fmt: skip
def test_a_question_is_parted_where_it_asks_anew(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How and when will the pool close?",
        "What did the Health and Wellbeing Board decide?",
        "Did the police and is",
        "Who spoke for the plan and why?",
        "Joint Forward Plan slides - what is the target for checks?",
        "Was the plan approved, or did they only note it?",
        "What are the aims and objectives of the strategy?",
    ],
)
def test_a_question_about_one_thing_stays_whole(question: str) -> None:
    assert parts_of(question) == (question,)


def test_each_part_is_answered_with_its_own_pages(service: BoardQA) -> None:
    asked = "How long was the lease of the Wharf Street surgery, and who reported on the joint local area inspection?"
    answer = service.ask(Question(question=asked))
    assert "Kath Dauda" in answer.answer
    assert len({citation.pdf_page for citation in answer.citations}) > 1


def test_a_part_without_an_answer_is_named(service: BoardQA) -> None:
    asked = "How many people died on the moon, and who reported orally on the joint local area inspection by Ofsted?"
    answer = service.ask(Question(question=asked))
    assert answer.status is Status.PARTIAL
    assert answer.answered
    assert any(note.startswith("Not answered: How many people died on the moon") for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "In Q3, what rent is paid for the Old Shop and for the Tithe Barn?",
            ("In Q3, what rent is paid for the Old Shop", "In Q3, what rent is paid for the Tithe Barn"),
        ),
        ("How many came in May and in June?", ("How many came in May", "How many came in June")),
        ("Is the pool or the gym dearer? Give both figures.", ("Is the pool or the gym dearer? Give both figures.",)),
        (
            "What was the vote - how many for and how many against?",
            ("What was the vote - how many for and how many against?",),
        ),
        ("What is the grant for and for whom did it rain?", ("What is the grant for and for whom did it rain?",)),
    ],
)
def test_what_is_asked_of_two_things_has_two_parts_and_how_to_tell_it_none(
    question: str, parts: tuple[str, ...]
) -> None:
    assert parts_of(question) == parts
