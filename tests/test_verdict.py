"""Yes or no: only where the evidence decides it, and a proposal is never a decision."""

from __future__ import annotations

import pytest

from index.model import Kind
from qa.outcome import Verdict, outcome_of
from qa.question import analyse
from qa.units import Evidence
from qa.verdict import verdict
from tests.asked import said


def ruled(question: str, *evidence: Evidence) -> str | None:
    asked = analyse(question)
    found = verdict(asked, evidence, dict.fromkeys(asked.terms, 1.0))
    return found.verdict.value if found else None


@pytest.mark.parametrize(
    ("question", "text", "around", "told"),
    [
        # minutes of three forms
        (
            "Did the Board approve the ferry subsidy?",
            "RESOLVED: That the ferry subsidy be approved from May.",
            "",
            "Yes.",
        ),
        (
            "Has the Cabinet agreed to close the Mill Lane depot?",
            "Cabinet AGREED unanimously to close the depot at Mill Lane.",
            "",
            "Yes.",
        ),
        (
            "Did the trust board sign off the winter plan?",
            "The winter plan was approved by the Board, with thanks to the trust's staff.",
            "",
            "Yes.",
        ),
        (
            "Did the Committee agree to the moorings levy?",
            "Upon being put to the vote the moorings levy was LOST by 4 votes to 7.",
            "",
            "No.",
        ),
        (
            "Did the Panel back the moorings levy?",
            "The Panel did not support the moorings levy.",
            "",
            "No.",
        ),
        (
            "Pontoon lights - has Cabinet signed it off?",
            "RESOLVED that the pontoon lights be DEFERRED to the next meeting of Cabinet.",
            "",
            "Not yet.",
        ),
        (
            "Did the Board approve the ferry subsidy?",
            "approve the ferry subsidy of 12 months",
            "The Board is asked to:",
            "Only recommended in these papers, not decided.",
        ),
        (
            "Was the ferry subsidy agreed or only recommended?",
            "RECOMMENDED: That the ferry subsidy be approved.",
            "",
            "Only recommended in these papers, not decided.",
        ),
        (
            "Was the ferry subsidy agreed or only recommended?",
            "RESOLVED: That the ferry subsidy be approved.",
            "",
            "Decided.",
        ),
        ("Was the moorings levy rejected?", "The moorings levy was rejected by 7 votes to 4.", "", "Yes."),
        ("Was the moorings levy rejected?", "RESOLVED: That the moorings levy be approved.", "", "No."),
    ],
)
def test_a_decision_is_told_as_it_came_out(question: str, text: str, around: str, told: str) -> None:
    assert ruled(question, said(text, around, context=question)) == told


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is the ferry run by the harbour trust?", "The ferry is run by the harbour trust."),
        ("Does the harbour master sit on the panel?", "The harbour master sits on the panel."),
    ],
)
def test_a_fact_that_one_sentence_states_is_affirmed(question: str, text: str) -> None:
    assert ruled(question, said(text)) == "Yes."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is the ferry run by the harbour trust?", "The ferry is not run by the harbour trust."),
        (
            "Has the Council ever used its powers over empty moorings?",
            "It has never used its powers over empty moorings.",
        ),
        ("Can the panel scrap the moorings levy?", "The panel cannot scrap the moorings levy."),
    ],
)
def test_a_fact_that_one_sentence_denies_is_denied(question: str, text: str) -> None:
    assert ruled(question, said(text)) == "No."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is the ferry run by the harbour trust?", "The ferry may be run by the harbour trust."),
        ("Is the ferry run by the harbour trust?", "It is proposed that the ferry is run by the harbour trust."),
        ("Is the ferry run by the harbour trust?", "The ferry will be run by the harbour trust."),
        ("Is the ferry run by the harbour trust?", "The ferry was built in the harbour."),
        ("Is the ferry always run by the harbour trust?", "The ferry is run by the harbour trust."),
        ("Does the harbour master sit on every panel?", "The harbour master sits on the panel."),
        ("Did Dr Orme vote on the ferry grants?", "Dr Orme left while the ferry grants were put to the vote."),
        ("Did Dr Orme vote on the ferry?", "Dr Orme declared an interest. He left for the vote on the ferry."),
        ("Is the ferry run by the harbour trust?", "Dr Orme thought the ferry is run by the harbour trust."),
        ("How is the ferry run by the harbour trust?", "The ferry is run by the harbour trust."),
        ("Who is told if the ferry is run by the trust?", "The ferry is run by the trust."),
        ("Is there a ferry of the harbour trust?", "There is a ferry of the harbour trust."),
        ("Can you say if the ferry is late?", "The ferry is late."),
        (
            "Did the Board approve the ferry subsidy of £5?",
            "RESOLVED (by 5 votes to 2): That the ferry subsidy be approved.",
        ),
        ("Did the Board approve the ferry subsidy in 2024?", "In May 2022 the Board approved the ferry subsidy."),
        ("Did the Cabinet approve the ferry subsidy?", "The Board approved the ferry subsidy."),
        ("Did the Board approve the ferry subsidy?", "The Board noted the report on the ferry subsidy."),
        ("Did the Board approve the ferry subsidy?", "Once the ferry subsidy has been approved, work may begin."),
        ("Did the Board approve the ferry subsidy?", "RESOLVED: That the minutes be approved."),
        ("Did the Board approve the ferry subsidy?", "Dr Orme spoke against the ferry subsidy. The Board agreed."),
        ("Did the Board approve the ferry subsidy?", "Action: Clerk to write on the ferry subsidy."),
        ("Did the Board approve it?", "RESOLVED: That the ferry subsidy be approved."),
        ("Does the Board have to approve the ferry subsidy?", "RESOLVED: That the ferry subsidy be approved."),
        ("Did the Board approve the ferry or the levy?", "RESOLVED: That the ferry and the levy be approved."),
        ("How much did the Board approve for the ferry?", "The Board approved £4 for the ferry."),
    ],
)
def test_nothing_is_said_where_the_evidence_does_not_decide(question: str, text: str) -> None:
    assert ruled(question, said(text)) is None


def test_a_matter_spread_over_the_parts_of_a_resolution_is_none_of_them() -> None:
    text = "RESOLVED that:\n• the ferry be painted;\n• the subsidy of the bus go on."
    assert ruled("Did members agree the ferry painting subsidy for buses?", said(text, blocks=(0,))) is None


def test_an_amendment_lost_and_a_motion_carried_on_the_same_words_decide_nothing() -> None:
    lost = said("The amendment on the ferry subsidy was lost.", page=1)
    carried = said("The motion on the ferry subsidy was carried.", page=2)
    assert ruled("Did the Council agree the ferry subsidy?", lost, carried) is None


def test_a_decision_outweighs_the_recommendation_before_it() -> None:
    asked = said("RECOMMENDED: That the ferry subsidy be approved.", page=1, score=2.1)
    taken = said("RESOLVED: That the ferry subsidy be approved.", page=2, kind=Kind.MINUTES)
    found = verdict(q := analyse("Has the ferry subsidy been approved?"), [asked, taken], dict.fromkeys(q.terms, 1.0))
    assert found is not None
    assert (found.verdict, found.evidence) == (Verdict.YES, taken)


def test_weak_evidence_decides_nothing() -> None:
    best = said("The ferry is blue.", page=1, score=9.0)
    assert (
        ruled("Did the Board approve the ferry subsidy?", best, said("The Board approved the ferry subsidy.")) is None
    )


def test_without_evidence_there_is_no_verdict() -> None:
    assert ruled("Did the Board approve the ferry subsidy?") is None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The Board RESOLVED to shut the quay.", Verdict.YES),
        ("The motion was carried by 7 votes to 4.", Verdict.YES),
        ("The proposal was lost by five votes to three.", Verdict.NO),
        ("RESOLVED: That the application be refused.", Verdict.NO),
        ("The item was withdrawn.", Verdict.NOT_YET),
        ("No decision had been taken on the quay.", Verdict.NOT_YET),
        ("It is recommended that the quay be shut.", Verdict.PROPOSED),
        ("RESOLVED: That the report be noted.", None),
        ("The quay is long.", None),
    ],
)
def test_an_outcome_is_read_from_how_it_is_recorded(text: str, outcome: Verdict | None) -> None:
    assert outcome_of(said(text)) is outcome
