"""The forms in which bodies of many kinds record what they decide; all invented."""

from __future__ import annotations

from datetime import date

from index.record import record_of
from index.record_model import Decision, MeetingRecord
from tests.minutes_forms import (
    ASHGROVE,
    FENBY,
    HOLLIN_TRUST,
    LARKMOOR,
    MOORSIDE,
    PINE_HOLLOW,
    SALLOWFIELD,
    STRATHLYON,
    WATTLE_FLAT,
    WICKERBY,
)
from tests.minutes_text import pages


def told(record: MeetingRecord) -> list[tuple[str | None, str, list[str]]]:
    return [(one.minute, one.kind.value, [part.label for part in one.parts]) for one in record.decisions]


def counts(decision: Decision) -> tuple[int | None, int | None, int | None]:
    assert decision.vote is not None
    return decision.vote.in_favour, decision.vote.against, decision.vote.abstained


def movers(decision: Decision) -> tuple[str, str]:
    assert decision.mover is not None
    assert decision.seconder is not None
    return decision.mover.text, decision.seconder.text


def test_a_resolution_is_whole_over_a_page_end_and_ends_with_the_meeting() -> None:
    record = record_of(pages(LARKMOOR))
    assert told(record) == [("CAB14", "resolved", ["(a)", "(b)", "(c)"]), ("CAB15", "approved", [])]
    assert record.decisions[0].pages == (1, 2)
    assert record.decisions[0].text.endswith("(c) a review be reported in March 2026.")
    assert record.decisions[1].vote is not None
    assert record.decisions[1].vote.unanimous
    assert (record.meeting.date, record.chair) == (date(2025, 3, 4), "Ada Finch")


def test_a_parish_council_proposes_seconds_and_resolves_in_one_sentence() -> None:
    record = record_of(pages(WICKERBY))
    assert told(record) == [
        ("24/118", "resolved", []),
        ("24/119", "approved", []),
        ("24/120", "noted", []),
        ("24/120", "deferred", []),
    ]
    assert movers(record.decisions[0]) == ("Cllr Reed", "Cllr Holt")
    assert movers(record.decisions[1]) == ("Cllr Nunn", "Cllr Holt")
    assert counts(record.decisions[1]) == (3, 1, None)
    assert [one.name for one in record.people if one.presence == "apologies"] == ["Cllr B. Gale"]


def test_agreed_with_a_dash_and_actions_by_initials_with_three_letters() -> None:
    record = record_of(pages(SALLOWFIELD))
    assert told(record) == [("HCP/11/23/05", "agreed", ["i)", "ii)"])]
    (action,) = record.actions
    assert action.owners == ("Ravi Nair", "Jo Lamb")
    assert action.due == "by 30 November"
    assert action.what == "Bed numbers to be circulated by 30 November"


def test_american_motions_are_settled_by_the_vote_after_them() -> None:
    record = record_of(pages(PINE_HOLLOW))
    assert told(record) == [("1", "approved", []), ("2", "resolved", []), ("3", "lost", [])]
    warrant, contract, park = record.decisions
    assert warrant.vote is not None
    assert warrant.vote.unanimous
    assert movers(warrant) == ("Mr. Sands", "Ms. Ortiz")
    assert counts(contract) == (4, 1, None)
    assert counts(park) == (2, 3, None)
    assert warrant.flags, "words taken from before the vote are to be looked at"


def test_minutes_in_a_table_with_an_action_column() -> None:
    record = record_of(pages(ASHGROVE))
    assert told(record) == [("2", "approved", []), ("3", "agreed", [])]
    assert [(one.minute, one.owners, one.due) for one in record.actions] == [("2", ("Ann Bell",), "by 22 March")]


def test_a_recommendation_of_an_advisory_body_is_no_decision() -> None:
    record = record_of(pages(FENBY))
    assert told(record) == [("13", "noted", []), ("14", "recommended", [])]
    (recommendation,) = record.recommendations
    assert (recommendation.minute, recommendation.to) == ("12", "Cabinet")
    assert [part.label for part in recommendation.parts] == ["(1)", "(2)"]


def test_decisions_under_a_heading_with_motion_amendment_and_a_count_for_each() -> None:
    record = record_of(pages(STRATHLYON))
    assert told(record) == [("3", "resolved", ["1)", "2)"]), ("4", "approved", [])]
    passes = record.decisions[1]
    assert movers(passes) == ("Councillor Orr", "Councillor Muir")
    assert counts(passes) == (9, 4, None)
    (amendment,) = passes.amendments
    assert amendment.mover is not None
    assert amendment.mover.text == "Councillor Lamont"


def test_moved_seconded_and_carried_or_lost_on_lines_of_their_own() -> None:
    record = record_of(pages(WATTLE_FLAT))
    assert told(record) == [("10.1", "resolved", []), ("10.2", "lost", [])]
    assert [counts(one) for one in record.decisions] == [(7, 2, None), (3, 6, None)]
    assert movers(record.decisions[0]) == ("Cr Lee", "Cr Nash")


def test_a_list_under_the_name_of_the_board() -> None:
    record = record_of(pages(HOLLIN_TRUST))
    assert told(record) == [("PB 24/05", "resolved", ["•", "•"])]
    assert [(one.owners, bool(one.flags)) for one in record.actions] == [
        (("The Chief Executive",), True),
        (("KW",), False),
    ]


def test_reasons_votes_call_in_and_referral() -> None:
    record = record_of(pages(MOORSIDE))
    assert told(record) == [
        ("PH/24/11", "resolved", ["1.", "2."]),
        ("PH/24/12", "resolved", []),
        ("PH/24/13", "referred", []),
        ("PH/24/13", "agreed", []),
    ]
    assert counts(record.decisions[0]) == (7, 3, 1)
    assert counts(record.decisions[1]) == (6, 4, None)
    assert record.decisions[0].call_in is not None
