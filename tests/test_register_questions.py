"""Which questions are for the whole register, and the filters that they mean."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from index.record_model import Outcome
from index.records import PackRecord, StoredPack
from qa.question import analyse
from qa.register_model import ActionFilters, RegisterFilters
from qa.register_questions import filters_address, register_question
from qa.scope import aim

PACKS = [
    StoredPack(PackRecord(name, f"{name}.pdf", name, council=council, body=body), 10, (f"{name}.pdf",))
    for name, council, body in (
        ("a", "Eastmoor Borough Council", "Cabinet"),
        ("b", "Eastmoor Borough Council", "Health and Wellbeing Board"),
        ("c", "Osprey Hospitals NHS Foundation Trust", "Board of Directors"),
    )
]


def asked(text: str) -> Any:
    question = analyse(text)
    return register_question(question, aim(question, PACKS))


def decisions(**filters: Any) -> RegisterFilters:
    return RegisterFilters.model_validate(filters)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("What has the Eastmoor HWB decided about school meals?", {"query": "school meals", "body": "Eastmoor HWB"}),
        ("what did Cabinet resolve on the ferry", {"query": "ferry", "body": "Cabinet"}),
        (
            "What did the Health and Wellbeing Board agree to do about damp homes?",
            {"query": "damp homes", "body": "Health and Wellbeing Board"},
        ),
        ("What was agreed about the ferry in Eastmoor?", {"query": "ferry", "body": "Eastmoor"}),
        ("What has been decided by the Cabinet on rents?", {"query": "rents", "body": "Cabinet"}),
        ("Which decisions were taken on the ferry?", {"query": "ferry"}),
        ("What decisions has Cabinet made about rents?", {"query": "rents", "body": "Cabinet"}),
        ("List all decisions about rents", {"query": "rents"}),
        ("Please show me every resolution of the Cabinet on rents", {"query": "rents", "body": "Cabinet"}),
        ("list all decisions", {}),
        ("What was the decision on the day centre?", {"query": "day centre"}),
        ("Who moved the motion on food waste?", {"query": "food waste"}),
        ("Who proposed and seconded the amendment to freeze the rents?", {"query": "freeze the rents"}),
        ("Who voted against closing the ferry?", {"query": "closing the ferry"}),
        (
            "Who voted against asking for a grant of land in the valley at the Eastmoor cabinet?",
            {"query": "asking for a grant of land in the valley", "body": "Eastmoor cabinet"},
        ),
        ("How did members vote on the ferry?", {"query": "ferry"}),
        ("Which motions did Councillor Reed second?", {"person": "Councillor Reed"}),
        ("Has the ferry plan been approved or only recommended?", {"query": "ferry plan"}),
        ("Was the grant agreed, or is it just proposed?", {"query": "grant"}),
        (
            "What was agreed on the ferry by the Eastmoor cabinet, and when?",
            {"query": "ferry", "body": "Eastmoor cabinet"},
        ),
        ("What was resolved about rents and by how many votes?", {"query": "rents"}),
        (
            "What did Cabinet decide about rents and when was it agreed?",
            {"query": "rents", "body": "Cabinet"},
        ),
        ("What has been deferred by the Cabinet?", {"body": "Cabinet", "kind": Outcome.DEFERRED}),
    ],
)
def test_questions_for_all_decisions_give_their_filters(text: str, filters: dict[str, Any]) -> None:
    assert asked(text) == decisions(**filters)


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("since 2021", date(2021, 1, 1), None),
        ("since May 2022", date(2022, 5, 1), None),
        ("after 2021", date(2022, 1, 1), None),
        ("before 1 June 2023", None, date(2023, 5, 31)),
        ("until March 2023", None, date(2023, 3, 31)),
        ("up to 2023", None, date(2023, 12, 31)),
        ("in 2023/24", date(2023, 4, 1), date(2024, 3, 31)),
        ("in the financial year 2022-23", date(2022, 4, 1), date(2023, 3, 31)),
        ("in February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("between 2021 and May 2023", date(2021, 1, 1), date(2023, 5, 31)),
        ("from 3 May 2021 to 4 June 2022", date(2021, 5, 3), date(2022, 6, 4)),
        ("on 14 March 2024", date(2024, 3, 14), date(2024, 3, 14)),
        ("at its meeting of 14 March 2024", date(2024, 3, 14), date(2024, 3, 14)),
    ],
)
def test_periods_are_read_to_the_day(words: str, since: date | None, until: date | None) -> None:
    told = decisions(query="rents", **{"from": since, "to": until})
    assert asked(f"What has been decided about rents {words}?") == told
    assert asked(f"What was decided {words} about rents?") == told


def test_a_year_that_is_part_of_the_matter_is_no_period() -> None:
    assert asked("What has the Board decided about the 2024/25 budget?") == decisions(query="2024/25 budget")


def test_where_it_says_so_is_no_second_question() -> None:
    text = "What has the Board decided about the ferry fund since 2021, and where does it say so?"
    assert asked(text) == decisions(query="ferry fund", **{"from": date(2021, 1, 1)})


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("Which actions are open for CBa?", {"owner": "CBa"}),
        ("Which actions are still outstanding?", {}),
        ("what actions remain open for the Cabinet", {"body": "Cabinet"}),
        ("List all overdue actions of Dr Reed", {"owner": "Dr Reed"}),
        ("outstanding actions for the Director of Place", {"owner": "Director of Place"}),
        ("Which outstanding actions does Mrs Holt have?", {"owner": "Mrs Holt"}),
        ("Which open actions are there for the Board?", None),
        ("Show me the open actions of the Board", {}),
    ],
)
def test_questions_for_open_actions_give_owner_or_body(text: str, filters: dict[str, Any] | None) -> None:
    assert asked(text) == (None if filters is None else ActionFilters(open=True, **filters))


@pytest.mark.parametrize(
    "text",
    """What did the committee agree to spend on cameras?
How much did the Board approve for the ferry?
Who moved to Tannery Court?
Who chaired the meeting?
When was the ferry plan approved?
Why was the grant deferred?
Has the ferry plan been approved?
What did the Director of Finance agree about rents?
What did the report say about decisions on parking?
What action is being taken on damp homes?
What actions did the Board agree about winter?
What did the Board decide about it?
What was decided?
What did the Board decide about rents, and why?
What did the Board decide about the ferry, and when will it sail?
What did the Board decide about rents last year?
What has the Board decided about beds since the pandemic?
What did the Board recommend about rents?
How many decisions did the Cabinet take?
What does the open access policy say?
What is the decision-making structure of the Board?
Which actions are open since 2021?
List the risks for the Board
What did Northam's Cabinet decide about rents?
What was decided about rents between 2023 and 2021?""".splitlines(),
)
def test_ordinary_questions_are_left_to_the_papers(text: str) -> None:
    assert asked(text) is None


def test_a_council_of_which_nothing_is_indexed_has_no_register() -> None:
    assert asked("What has Northam Borough Council decided about rents?") is None


def test_any_board_is_meant_where_none_is_named() -> None:
    assert asked("What has the Board decided on rents?") == decisions(query="rents")
    assert asked("What did the Planning Committee decide on trees?") == decisions(
        query="trees", body="Planning Committee"
    )


def test_long_and_odd_questions_are_read_quickly() -> None:
    for text in ("what has " * 300, "list " * 400, "who moved the motion " * 90, "decided about, " * 200 + "in 2021"):
        assert asked(text) is None


def test_the_filters_have_an_address() -> None:
    found = asked("What has the Cabinet decided about R&D since 2021?")
    assert filters_address(found) == "/decisions?query=R%26D&body=Cabinet&from=2021-01-01"
    assert filters_address(asked("Which actions are open for CBa?")) == "/actions?owner=CBa&open=True"
    assert filters_address(decisions()) == "/decisions"
