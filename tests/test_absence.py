"""What the papers leave open: empty cells, matters only proposed, other bodies' and other months' business."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.model import Kind, Passage
from qa.absence import not_given, only_proposed, other_body, other_month, still_awaited, undecided, undecided_meeting
from qa.question import analyse
from qa.retrieve import Hit
from qa.units import Evidence, units
from qa.words import stems
from tests.stored import passage

VISITS = passage(
    "Fenny Street\t41,200\t39,800\nMill Lane\t12,900\t-\nQuay\t8,100\t8,450",
    table=True,
    columns=("Centre", "2022/23", "2023/24"),
    title="Table 3: Visits by centre",
)
ACTIONS = passage(
    "A1\tMend the slipway\tJT\t4 May 2024\nA2\tWrite to the ferry company\t\ttbc",
    table=True,
    columns=("Ref", "Action", "Lead officer", "Due"),
)


def read(question: str, *passages: Passage) -> list[Evidence]:
    """The evidence of passages; what shares most words with the question first."""
    asked = set(analyse(question).terms)
    found = [e for p in passages for e in units(p)]
    scored = [replace(e, score=s, plain=s) for e in found for s in [len(asked & set(analyse(e.text).terms))]]
    return sorted(scored, key=lambda e: -e.score)


def left_open(question: str, *passages: Passage) -> bool:
    asked = analyse(question)
    return not_given(asked, read(question, *passages), dict.fromkeys(asked.terms, 1.0))


@pytest.mark.parametrize(
    ("question", "open_"),
    [
        ("How many visits did Mill Lane have in 2023/24?", True),
        ("How many visits did Mill Lane have in 2022/23?", False),
        ("How many visits did Quay have in 2023/24?", False),
    ],
)
def test_a_figure_whose_cell_is_empty_is_not_given(question: str, open_: bool) -> None:
    assert left_open(question, VISITS) is open_


@pytest.mark.parametrize(
    ("question", "open_"),
    [
        ("Who is to write to the ferry company?", True),
        ("Who is to mend the slipway?", False),
        ("When is the letter to the ferry company to be written?", True),
        ("When is the slipway to be mended?", False),
    ],
)
def test_an_action_without_owner_or_day_has_none(question: str, open_: bool) -> None:
    assert left_open(question, ACTIONS) is open_


def test_minutes_that_fill_the_gap_are_told() -> None:
    # the row says nothing, but a better place may
    other = passage(
        "Ferry company\tWrite to the ferry company\tAda Orme", table=True, columns=("With", "Matter", "Who writes")
    )
    asked = analyse("Who is to write to the ferry company?")
    evidence = read(asked.text, ACTIONS, other)
    named = [replace(e, kinds=asked.wanted) if e.passage is other else e for e in evidence]
    assert not not_given(asked, named, dict.fromkeys(asked.terms, 1.0))


def test_the_day_of_a_decision_that_is_only_recommended_is_not_known() -> None:
    asked = "When did the Cabinet approve the purchase of the ferry?"
    report = passage("It is recommended that the Cabinet approve the purchase of the ferry.", blocks=(0,))
    minutes = passage(
        "RESOLVED that the purchase of the ferry be approved by the Cabinet.", blocks=(0,), kind=Kind.MINUTES
    )
    assert only_proposed(analyse(asked), read(asked, report))
    assert not only_proposed(analyse(asked), read(asked, report, minutes))
    proposed = "When was the Cabinet asked to approve the purchase of the ferry?"
    assert not only_proposed(analyse(proposed), read(proposed, report))


@pytest.mark.parametrize(
    ("question", "text", "none"),
    [
        ("what did we decide about a new pool?", "The pool was shut for 19 days after a pump failed.", True),
        ("what did we decide about a new pool?", "RESOLVED: That the pool be built.", False),
        ("what did we decide about a new pool?", "The Board agreed to build the pool.", False),
        ("what did we decide about a new pool?", "It is recommended that the pool be built.", False),
        ("what happened to the pool?", "The pool was shut for 19 days after a pump failed.", False),
    ],
)
def test_what_was_decided_needs_words_that_decide_or_recommend(question: str, text: str, none: bool) -> None:
    assert undecided(analyse(question), read(question, passage(text))) is none


def test_a_decision_needs_the_minutes_of_its_meeting() -> None:
    day = date(2024, 6, 20)
    report = Hit(passage("The fee may rise.", context="Cabinet, 20 June 2024"), 1.0)
    minutes = Hit(
        passage("RESOLVED that the fee rise.", context="Minutes, Cabinet, 20 June 2024", kind=Kind.MINUTES), 0.5
    )
    asked = analyse("What did the Cabinet decide about the fee on 20 June 2024?")
    assert undecided_meeting(asked, [report], [day]) == day
    assert undecided_meeting(asked, [report, minutes], [day]) is None
    assert undecided_meeting(asked, [report], [date(2023, 1, 1)]) is None
    proposed = analyse("What was the Cabinet asked to decide about the fee on 20 June 2024?")
    assert undecided_meeting(proposed, [report], [day]) is None


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("That the Licensing Committee be asked to look at the hours of the takeaway.", True),
        ("The Licensing Committee refused the takeaway longer hours.", False),
    ],
)
def test_another_bodys_decision_is_not_known_from_a_request_to_it(text: str, absent: bool) -> None:
    asked = "What did the Licensing Committee decide about the takeaway?"
    body = other_body(analyse(asked), read(asked, passage(text, blocks=(0,))), {}, frozenset())
    assert (body == "Licensing Committee") is absent


@pytest.mark.parametrize(
    ("text", "context", "other"),
    [
        ("From 27 June to 2 July 203 operations were put off by the strike.", "", True),
        ("From 3 to 9 January 203 operations were put off by the strike.", "", False),
        ("The strike put off 203 operations; the next is in June.", "Minutes, Board, 18 January 2024", False),
        ("The strike put off 203 operations.", "", False),
    ],
)
def test_figures_of_another_month_are_told_apart(text: str, context: str, other: bool) -> None:
    asked = "How many operations did the strike in January 2024 put off?"
    assert other_month(analyse(asked), read(asked, passage(text, context=context, blocks=(0,))), {}) is other


def test_the_month_of_a_page_is_read_in_its_head_alone() -> None:
    asked = "How many operations did the strike in January 2024 put off?"
    june = read(asked, passage("From 27 June 203 operations were put off by the strike.", blocks=(0,)))
    body = "Words of the report. " * 20
    assert not other_month(analyse(asked), june, {("", 1): f"Performance in January 2024. {body}"})
    assert other_month(analyse(asked), june, {("", 1): f"{body} The next report is due in January 2025."})


@pytest.mark.parametrize(
    ("asked", "text", "awaited"),
    [
        ("What answer did the minister give on the ferry?", "A response on the ferry was yet to be received.", True),
        ("What did Ofsted conclude of the ferry?", "The ferry letter was not expected until the new year.", True),
        ("What was the decision on the ferry?", "No decision has been made on the ferry.", True),
        ("What answer did the minister give on the ferry?", "The minister's answer on the ferry came in May.", False),
        ("How late is the ferry?", "A response on the ferry was yet to be received.", False),
        ("What answer did the minister give on the ferry?", "A response on buses was yet to be received.", False),
    ],
)
def test_an_answer_that_had_not_come_is_not_given(asked: str, text: str, awaited: bool) -> None:
    worth = {"ferri": 1.0}
    evidence = [
        replace(e, covers=frozenset(worth) & set(stems(e.text))) for e in read(asked, passage(text, blocks=(0,)))
    ]
    assert still_awaited(asked, evidence, worth) is awaited


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("Did the Council pass the ferry on 4 March 2025?", date(2025, 3, 4)),
        ("So what did Cabinet end up doing about the ferry on 4 march?", date(2025, 3, 4)),
        ("what was the vote on 4 March on the ferry - how many for?", date(2025, 3, 4)),
        ("What is proposed for 4 March?", None),
        ("Did the Council pass the ferry on 5 March?", None),
    ],
)
def test_what_came_of_a_matter_at_a_meeting_without_minutes_is_not_told(question: str, day: date | None) -> None:
    hits = [Hit(passage("The ferry is discussed.", kind=Kind.REPORT), 1.0)]
    assert undecided_meeting(analyse(question), hits, [date(2025, 3, 4), date(2025, 5, 1)]) == day


def test_a_day_without_its_year_is_that_of_one_meeting_only() -> None:
    asked = analyse("what was the vote on 4 March")
    assert undecided_meeting(asked, [], [date(2025, 3, 4), date(2024, 3, 4)]) is None


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What did the Board decide about the ferry?", True),
        ("What decision was taken on the ferry?", True),
        ("What date is the review if Cabinet confirms the decision?", False),
        ("What three courses are open to it when it reconsiders the decision?", False),
    ],
)
def test_only_who_asks_what_was_decided_is_told_of_no_decision(question: str, asked: bool) -> None:
    assert undecided(analyse(question), read(question, passage("The ferry sails at noon."))) is asked
