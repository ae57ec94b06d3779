"""Questions that point at an agenda item or a page: only that is read, and told in short where no more is asked."""

from __future__ import annotations

import pytest

from qa.model import Answer, Question, Status
from qa.person import Person, Right, Role, Way
from qa.service import BoardQA

CABINET = "the Brackenholt cabinet pack"


def ask(service: BoardQA, question: str) -> Answer:
    return service.ask(Question(question=question))


def test_an_item_is_told_in_short_with_what_is_recommended(service: BoardQA) -> None:
    answer = ask(service, f"Can you summarise item 9 of {CABINET}?")
    assert {citation.item for citation in answer.citations} == {"9"}
    assert len({citation.quote for citation in answer.citations}) > 2
    assert "APPROVE the purchase of 20 homes" in answer.answer
    assert len(answer.answer.split()) <= 130
    assert any(note.startswith("The main points of item 9 of Cabinet") for note in answer.notes)


@pytest.mark.parametrize("question", [f"what's on page 15 of {CABINET}?", f"give me the gist of p. 15 of {CABINET}"])
def test_a_page_is_the_one_with_that_printed_number(service: BoardQA, question: str) -> None:
    answer = ask(service, question)
    assert {(citation.page, citation.pdf_page) for citation in answer.citations} == {("15", 17)}
    assert "£" in answer.answer


def test_a_fact_is_looked_for_on_the_page_alone(service: BoardQA) -> None:
    answer = ask(service, "In the Thornmere March 2024 pack, p. 12, how much was spent by the end of December?")
    assert "£17,904,000" in answer.answer
    assert answer.citations[0].page == "12"


def test_what_an_item_recommends_is_told_of_that_item(service: BoardQA) -> None:
    answer = ask(service, "What is recommended in item 6 of the HOSC papers?")
    assert {citation.item for citation in answer.citations} == {"6"}
    assert answer.answer.startswith("The Committee is recommended to:")


@pytest.mark.parametrize("place", ["item 29", "page 999"])
def test_a_place_that_is_not_there_is_told(service: BoardQA, place: str) -> None:
    answer = ask(service, f"tell me about {place}")
    assert answer.status is Status.NOT_FOUND
    assert answer.notes == [f"No paper that was looked in has {place}."]


def test_where_several_meetings_have_the_item_the_latest_is_told_and_the_others_counted(service: BoardQA) -> None:
    answer = ask(service, "what is item 7 about?")
    assert len({citation.pack for citation in answer.citations}) == 1
    assert any("other packs have item 7 too" in note for note in answer.notes)


def test_an_exempt_item_is_told_only_to_those_who_may_see_it(service: BoardQA) -> None:
    asked = f"summarise item 13 of {CABINET}"
    assert not ask(service, asked).citations
    member = service.seen_by(Person("m", "Member", Role.MEMBER, Way.TOKEN, frozenset(Right)))
    assert {citation.item for citation in member.ask(Question(question=asked)).citations} == {"13"}
