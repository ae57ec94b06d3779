"""What counts as a decision, recommendation, logged action or key decision, by its words; and that any text is read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.actions import logged_actions
from index.key_decisions import key_decisions_among
from index.paragraphs import paragraphs
from index.recommendations import recommendations_among
from index.record import record_of
from index.record_model import Action, Amendment, Decision, Declaration, Minute, Part, Recommendation, Said, Vote
from tests.minutes_forms import EVERY
from tests.minutes_text import pages

AROUND = """
! 1. Apologies

There were none.

! 2. Report

{}

! 3. Date

The next meeting is on 4 May.
"""


@pytest.mark.parametrize(
    "talk",
    [
        "It was noted that three practices had not replied.",
        "The scheme had been approved by the Council in 2019.",
        "At that meeting, Members agreed to refer the matter back.",
        "Councillor Finch asked whether the plan was agreed.",
        "The Board received a report on the fund, which was agreed by the Finance Committee in May 2022.",
        "The Chief Executive confirmed that the lease would end in June.",
        "The recommendations of the review were being considered by officers.",
        "Residents had resolved to write to their MP.",
    ],
)
def test_talk_is_no_decision(talk: str) -> None:
    minutes = (
        f"! 1. Apologies\n\nThere were none.\n\n! 2. Report\n\n{talk}\n\n! 3. Date\n\nThe next meeting is on 4 May."
    )
    assert record_of(pages(minutes)).decisions == ()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("The Committee agreed to visit the depot in May.", "agreed"),
        ("The Board APPROVED the plan.", "approved"),
        ("The terms of reference were reviewed and adopted by the Board.", "approved"),
        ("It was agreed that the fee be £12.", "agreed"),
        ("The Board ratified the Chair's decision.", "ratified"),
        ("RESOLVED that the item be deferred to July.", "deferred"),
        ("RESOLVED: That the matter be referred to the Audit Committee.", "referred"),
        ("It was RESOLVED unanimously that the report be noted.", "noted"),
        ("THEREFORE BE IT RESOLVED that the Board recommends denial of the licence.", "recommended"),
        ("The minutes of 3 May were agreed as a correct record.", "agreed"),
    ],
)
def test_each_kind_is_told_from_its_words(words: str, kind: str) -> None:
    minutes = (
        f"! 1. Apologies\n\nThere were none.\n\n! 2. Report\n\n{words}\n\n! 3. Date\n\nThe next meeting is on 4 May."
    )
    assert [one.kind.value for one in record_of(pages(minutes)).decisions] == [kind]


def test_a_report_s_recommendations_keep_their_parts() -> None:
    report = (
        "! 2. Recommendations\n\nThat Cabinet:\n\n(a) APPROVE the lease; and\n\n(b) NOTE the risk.\n\n"
        "! 3. Background\n\nThe lease ends in May."
    )
    (found,) = recommendations_among(paragraphs(pages(report)), None, "Lease")
    assert (found.to, found.title, [part.label for part in found.parts]) == ("Cabinet", "Lease", ["(a)", "(b)"])
    assert found.text.endswith("(b) NOTE the risk.")


def test_an_action_log_goes_on_over_a_page_end_and_another_table_is_none() -> None:
    log = (
        "|h Ref | Action | Owner | Due | Status\n| 1 | Write to the bus company | JL | May 2024 | Done\n---\n"
        "| 2 | Count the benches | RN | June 2024 | Open\n\nOther matters\n\n"
        "|h Risk | Score | Owner | Was | Is\n| Fire | 4 | JL | 3 | 4"
    )
    assert [(one.ref, one.owners, one.status) for one in logged_actions(paragraphs(pages(log)))] == [
        ("1", ("JL",), "Done"),
        ("2", ("RN",), "Open"),
    ]


def test_a_decision_notice_gives_its_fields() -> None:
    notice = (
        "! NOTICE OF EXECUTIVE DECISION\n\nDecision maker: Councillor Zoe Marsh\n\n"
        "Decision No: 25/0014\n\nTitle: Hire of the Guildhall\n\n"
        "Date of decision: 7 May 2025\n\nKey decision: No\n\n"
        "Wards affected: Castle\n\nDecision: To hire out the Guildhall on Sundays.\n\n"
        "Reasons for decision: Income.\n\nContact officer: Jo Lamb"
    )
    (found,) = key_decisions_among(paragraphs(pages(notice)))
    assert (found.reference, found.maker, found.date) == ("25/0014", "Councillor Zoe Marsh", date(2025, 5, 7))
    assert (found.title, found.text) == ("Hire of the Guildhall", "To hire out the Guildhall on Sundays.")
    assert (found.key, found.wards, found.contact, found.proposed) == (False, "Castle", "Jo Lamb", False)


WORDS = st.sampled_from(
    "RESOLVED AGREED that (a) (b) i) 1. • Action: For: Against: vote carried LOST 5 to 2 The Board agreed"
    " approved Cllr Reed moved"
    " seconded by ; and : – \n \n\n \n---\n ! | |h HWB12 Apologies Present: Decision RECOMMENDED 24/117 Vote: £5".split(
        " "
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=300))
def test_any_text_is_read_with_words_where_their_spans_say(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", EVERY)
def test_words_of_every_form_stand_where_their_spans_say(text: str) -> None:
    check(text)


def check(text: str) -> None:
    read = pages(text)
    record = record_of(read)
    on_page = {page.pdf_page: page.text for page in read}
    fields: list[Action | Amendment | Decision | Declaration | Minute | Part | Recommendation | Said | Vote] = [
        *record.decisions,
        *record.actions,
        *record.declarations,
        *record.recommendations,
        *record.minutes,
        *record.notes,
        *recommendations_among(paragraphs(read), None, ""),
        *logged_actions(paragraphs(read)),
        *(part for decision in record.decisions for part in decision.parts),
        *(who for decision in record.decisions for who in (decision.mover, decision.seconder) if who),
        *(decision.vote for decision in record.decisions if decision.vote),
        *(change for decision in record.decisions for change in decision.amendments),
        *(decision.call_in for decision in record.decisions if decision.call_in),
    ]
    for field in fields:
        words = field.what if isinstance(field, Action) else field.text
        slices = []
        for span in field.spans:
            assert 0 <= span.start <= span.end <= len(on_page[span.pdf_page])
            slices.append(on_page[span.pdf_page][span.start : span.end])
        if words:
            assert words == "\n".join(slices)
    for decision in record.decisions:
        assert 0.0 < decision.confidence <= 1.0
        assert decision.spans
