"""Forms of minutes in which a heading, list, vote or declaration is set in an unusual way, each of an invented body."""

from __future__ import annotations

import pytest

from index.actions import actions_in
from index.minute_series import minutes_in
from index.paragraphs import paragraphs
from index.record import record_of
from index.record_model import Decision, MeetingRecord
from tests.minutes_text import pages

HEAD = "! PARISH HALL COMMITTEE\n\nMinutes of the meeting held on 6 May 2024\n\nPresent: Cllr A Frost (Chair)\n\n"


def record(text: str) -> MeetingRecord:
    return record_of(pages(HEAD + text))


def decided(text: str) -> list[Decision]:
    return list(record(text).decisions)


def test_a_heading_in_capitals_over_two_lines_is_one_title() -> None:
    (found,) = decided(
        "! HALL 7 REVIEW OF THE HEATING AND LIGHTING - YEARLY\n\n! REPORT 2023\n\n"
        "RESOLVED: That the report be noted.\n\n! HALL 8 DATE OF THE NEXT MEETING\n\nIt is in June."
    )
    assert (found.minute, found.title) == ("HALL 7", "REVIEW OF THE HEATING AND LIGHTING - YEARLY REPORT 2023")


def test_a_heading_that_is_whole_keeps_the_heading_under_it_apart() -> None:
    found = decided(
        "! HALL 7 REPORTS\n\n! ROOF\n\nRESOLVED: That the roof be mended.\n\n! HALL 8 CLOSE\n\nThanks were given."
    )
    assert [(one.minute, one.title) for one in found] == [("HALL 7", "ROOF")]


def test_a_list_inside_a_minute_does_not_take_the_number_of_the_next_minute() -> None:
    found = decided(
        "! 1. Apologies\n\nNone.\n\n! 2. Interests\n\nNone.\n\n! 3. Policies\n\nThese were looked at in turn.\n\n"
        "! 1. Leave\n\nThe Committee agreed to keep the leave policy.\n\n! 2. Pay\n\nNot reached.\n\n"
        "! 3. Hiring\n\nNot reached.\n\n! 4. Travel\n\nThe Committee agreed to end the travel policy.\n\n"
        "! 4. Repairs\n\nThe Committee agreed to mend the gate.\n\n! 5. Date\n\nIt is in June."
    )
    assert [(one.minute, one.title) for one in found] == [("3", "Leave"), ("3", "Travel"), ("4", "Repairs")]


def test_one_vote_on_several_headed_matters_has_the_title_of_their_minute() -> None:
    (found,) = decided(
        "! 1. CALL TO ORDER\n\nAt 7 pm.\n\n! 2. CONSENT ITEMS\n\n! Minutes of April\n\nAdopt the minutes of April.\n\n"
        "! Dates of 2025\n\nAdopt the dates.\n\nRESULT: APPROVED [UNANIMOUS]\n\n! 3. ADJOURNMENT\n\nAt 8 pm."
    )
    assert (found.title, found.kind) == ("CONSENT ITEMS", "approved")
    assert found.vote is not None
    assert found.vote.unanimous


def test_a_numbered_line_after_a_vote_begins_the_next_matter_in_any_print() -> None:
    vote = "Therefore be it resolved that the Board supports it.\n\nVote: Unanimous, with 9 Board Members in favor.\n\n"
    found = decided(
        f"! LICENCES\n\n! 1. Old Mill Inn, 4 Mill Lane\n\n{vote}"
        f"2. River Cafe, 9 Quay Street\n(change of hours)\n\n{vote}"
    )
    assert [(one.minute, one.title) for one in found] == [
        ("1", "Old Mill Inn, 4 Mill Lane"),
        ("2", "River Cafe, 9 Quay Street (change of hours)"),
    ]


def test_what_a_chair_recommends_before_a_vote_is_decided_by_the_vote() -> None:
    (found,) = decided(
        "! Licences\n\nChairman Dunn recommended renewal of the Rowing Club's licence. Motion carried 24 Ayes, 2 nays."
    )
    assert found.kind == "resolved"
    assert found.vote is not None
    assert (found.vote.in_favour, found.vote.against) == (24, 2)


def test_a_body_s_own_recommendation_stays_one_after_the_vote() -> None:
    (found,) = decided("! Licences\n\nThe Hall Board recommends denial of the licence.\n\nVote: Unanimous, 9 in favor.")
    assert found.kind == "recommended"


def test_a_majority_is_never_told_as_unanimous() -> None:
    (found,) = decided(
        "! Offer\n\nThe Board voted, by a majority, that the offer be accepted but had voted unanimously against more."
    )
    assert found.vote is not None
    assert not found.vote.unanimous
    assert found.vote.carried


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Discussion of the summer fair was tabled to a later meeting.", "deferred"),
        ("Minutes of 3 April were agreed as a correct record.", "agreed"),
        ("Reports from the wardens were noted.", "noted"),
        ("The Hall Committee heard both sides and passed a motion approving the hire.", "resolved"),
    ],
)
def test_a_sentence_without_an_article_or_with_a_late_verb_decides(words: str, kind: str) -> None:
    assert [one.kind.value for one in decided(f"! Matters\n\n{words}")] == [kind]


def test_a_resolution_cut_at_its_dash_is_whole() -> None:
    (found,) = decided(
        "! Fairs\n\nSpring fair on the green, Saturday 4 May, 9 am to 6 pm\n\n"
        "– Resolution not opposing the fair subject to conditions. Adopted.\n\nBOARD VOTE: 9 In Favor 0 Opposed"
    )
    assert found.text.startswith("Spring fair on the green")
    assert found.flags == ()


def test_an_outcome_without_a_stop_before_it_is_told() -> None:
    (found,) = decided("! Windows\n\n1) Hall windows – Resolution not included before the meeting Adopted.")
    assert found.flags == ()


def test_a_name_that_the_layout_cut_from_its_title_is_whole() -> None:
    (found,) = decided(
        "! Approval of minutes\n\nThe minutes of April. Motion made by Mr.\n\n! Ian Reed, seconded by Ms. Joy Lane. "
        "Motion carried 9 Ayes."
    )
    assert found.mover is not None
    assert found.mover.text.split() == ["Mr.", "Ian", "Reed"]


def test_a_declaration_in_a_row_begins_after_the_row_s_title() -> None:
    (found,) = record(
        "| 1. | Welcome The Chair opened the meeting. |\n"
        "| 2. | Declarations of Interest Ann Moor declared an interest in the lease. |\n"
        "| 3. | Minutes The minutes were agreed as a correct record. |"
    ).declarations
    assert (found.who, found.text) == ("Ann Moor", "Ann Moor declared an interest in the lease.")


@pytest.mark.parametrize("word", ["None", "NOTE", "Item"])
def test_a_short_word_alone_is_nobody_s_initials(word: str) -> None:
    read = paragraphs(pages(f"! B. ROOF\n\nThe roof leaks.\n\n{word}"))
    assert [action for minute in minutes_in(read) for action in actions_in(minute, (), ())] == []


def test_initials_alone_are_an_owner_where_nobody_is_known() -> None:
    read = paragraphs(pages("! B. ROOF\n\nThe roof is to be mended.\n\nJW"))
    assert [action.owners for minute in minutes_in(read) for action in actions_in(minute, (), ())] == [("JW",)]
