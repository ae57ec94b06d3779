"""Questions for decisions and actions as such: listed from the register in whole, each with its page."""

from __future__ import annotations

import pytest

from qa.model import Filters, Question, Turn
from qa.register_answer import _vote, beginning, register_address
from qa.register_model import ActionFilters, RegisterFilters
from qa.service import BoardQA


def test_every_decision_of_a_body_is_listed_with_its_page(service: BoardQA) -> None:
    answer = service.ask(Question(question="List all decisions of the Brackenholt Cabinet"))
    rows = service.register.every_decision(RegisterFilters(body="Brackenholt Cabinet"))
    assert len(rows) > 1
    assert len(answer.claims) == len(rows)
    for claim in answer.claims:
        (n,) = claim.citations
        citation = answer.citations[n - 1]
        page = service.page(citation.pack, citation.pdf_page)
        assert citation.quote in " ".join(page.text.split())
        assert citation.page == page.page
        assert citation.boxes


def test_decisions_are_told_under_the_date_of_the_meeting_that_made_them(service: BoardQA) -> None:
    answer = service.ask(
        Question(question="What has the Thornmere Health and Wellbeing Board decided on food pantries?")
    )
    assert answer.answered
    assert "December 2023" in answer.claims[0].text


def test_open_actions_are_listed_with_owner_and_day(service: BoardQA) -> None:
    answer = service.ask(Question(question="Which actions are still open?"))
    rows = service.register.actions(ActionFilters(open=True, limit=500)).rows
    assert len(answer.claims) == len(rows) > 1


def test_filters_narrow_what_is_listed(service: BoardQA) -> None:
    asked = "List all decisions"
    some = service.ask(Question(question=asked, filters=Filters(body="Brackenholt Cabinet")))
    every = service.ask(Question(question=asked))
    assert 0 < len(some.claims) < len(every.claims)
    assert {c.body for c in some.citations} <= {"Cabinet"}


@pytest.mark.parametrize(
    "question",
    [
        Question(question="How much did the Cabinet approve for the food pantries?"),
        Question(question="and what did they decide?", history=[Turn(question="What is the food pantries scheme?")]),
        Question(question="What has the Cabinet decided about submarines?"),
    ],
)
def test_other_questions_are_read_from_the_papers(service: BoardQA, question: Question) -> None:
    assert not any(note.startswith("From the minutes") for note in service.ask(question).notes)


def test_questions_about_decisions_lead_to_the_register() -> None:
    assert register_address("What did the Board decide about food pantries?") == "/decisions?query=food+pantries"
    assert register_address("How many pantries are there?") is None


def test_who_moved_and_how_members_voted_is_told_with_its_words(service: BoardQA) -> None:
    answer = service.ask(Question(question="Who moved the motion on weekly food waste collections?"))
    (claim,) = answer.claims
    assert "Moved by Councillor Nandakumar, seconded by Councillor Marchmont." in claim.text
    assert "7 for, 3 against, 1 abstained; against: Amory, Frobisher, Whittle" in claim.text
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert all(name in quotes for name in ("Nandakumar", "Marchmont", "Amory", "Frobisher", "Whittle"))


@pytest.mark.parametrize(
    ("words", "printed", "found"),
    [
        (
            "RESOLVED that the fee rise.",
            "12. Fees RESOLVED that the fee rise. 13. Other",
            "RESOLVED that the fee rise.",
        ),
        ("RESOLVED that the fee rise.", "12. Fees RESOLVED that the", "RESOLVED that the"),
        ("RESOLVED that the fee rise.", "13. Other business", ""),
    ],
)
def test_a_decision_over_a_page_end_is_quoted_as_far_as_its_page_goes(words: str, printed: str, found: str) -> None:
    assert beginning(words, printed) == found


@pytest.mark.parametrize(
    "question",
    [
        "How did the vote go on weekly food waste collections?",
        "How did the vote go on weekly food waste collections, and who moved it?",
        "Which members voted against weekly food waste collections?",
    ],
)
def test_how_a_vote_went_is_told_from_the_register(service: BoardQA, question: str) -> None:
    answer = service.ask(Question(question=question))
    assert "7 for, 3 against, 1 abstained; against: Amory, Frobisher, Whittle" in answer.answer


def test_a_vote_printed_on_the_page_after_its_decision_is_told_with_that_page() -> None:
    printed = {4: "RESOLVED: That the ferry sail.", 5: "Vote: carried by 7 votes to 3. Next item."}
    assert _vote("Vote: carried by 7 votes to 3.", 4, printed) == (5, "Vote: carried by 7 votes to 3.")
    assert _vote("Vote: carried by 9 votes to 3.", 4, printed) is None
