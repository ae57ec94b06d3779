"""Follow-up questions: what leans on earlier ones takes their words along, what stands alone does not."""

from __future__ import annotations

import pytest

from qa.conversation import standalone
from qa.model import Turn

POOL = "How much will the new pool at Fenny Street cost the council?"
EARLIER = [Turn(question="Who chairs the planning committee of Marlby?"), Turn(question=POOL, answer="£4.2m. [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "When does it open to swimmers from the villages?",
        "And how many visits are hoped for each year by officers?",
        "What about parking spaces beside the entrance road?",
        "So who voted against building them at that place?",
        "Which one of the contractors did they choose for this?",
        "By what year?",
    ],
)
def test_a_question_that_leans_takes_the_one_before_along(question: str) -> None:
    told = standalone(question, EARLIER)
    assert told.startswith(question)
    assert POOL in told
    assert "planning" not in told


@pytest.mark.parametrize(
    "question",
    [
        "How many library books were borrowed in Marlby during the summer?",
        "How many children in care are there across the villages of Marlby?",
        "Did the Cabinet agree that the library charges should rise?",
        "What was the budget for highways repairs this year in Marlby?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert standalone(question, EARLIER) == question


def test_without_history_nothing_is_added() -> None:
    assert standalone("When does it open?", []) == "When does it open?"


def test_a_chain_of_short_questions_goes_back_to_the_one_that_stands_alone() -> None:
    history = [*EARLIER, Turn(question="When does it open?", answer="In May. [1]"), Turn(question="Who decided that?")]
    told = standalone("And why?", history)
    assert told.index(POOL) < told.index("When does it open?") < told.index("Who decided that?")
    assert "planning" not in told


def test_it_and_they_may_be_what_the_last_answer_named() -> None:
    history = [Turn(question="Who runs the pool for Marlby?", answer="Wavecrest Leisure Trust, since May 2021. [1]")]
    assert standalone("when does their contract end?", history).endswith("; Wavecrest Leisure Trust)")
    assert "Wavecrest" not in standalone("and how many of those pools are heated?", history)
