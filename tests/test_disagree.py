"""Papers that contradict each other are told; other years, rows, targets and rounded figures are no contradiction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.model import Kind
from index.records import StoredPack
from qa.disagree import Disagreement, disagreement
from qa.question import analyse
from qa.units import Evidence
from tests.asked import packs, row, said, table

HERE = packs("quay")


def found(question: str, *evidence: Evidence, where: dict[str, StoredPack] = HERE) -> Disagreement | None:
    asked = analyse(question)
    return disagreement(asked, evidence, dict.fromkeys(asked.terms, 1.0), where)


def figures(question: str, one: str, other: str) -> tuple[str, str] | None:
    contrary = found(question, said(one, page=3), said(other, page=8))
    return (contrary.one.printed, contrary.other.printed) if contrary else None


@pytest.mark.parametrize(
    ("question", "one", "other", "told"),
    [
        # a council's report and appendix, a trust's two reports, a contractor's slide
        (
            "How much does the ferry subsidy cost?",
            "The ferry subsidy costs £1.2m in the year.",
            "The cost of the ferry subsidy is £1.3m in the year.",
            ("£1.2m", "£1.3m"),
        ),
        (
            "What percentage of patients were seen within four hours in June?",
            "In June 71.3% of patients were seen within four hours.",
            "Of all patients 70.6% were seen within four hours in June.",
            ("71.3%", "70.6%"),
        ),
        (
            "How many days was the slipway shut?",
            "The slipway was shut for 19 days after the storm.",
            "• Slipway shut for 23 days by the storm",
            ("19 days", "23 days"),
        ),
        (
            "When does the new ferry terminal open?",
            "The new ferry terminal opens on 9 June 2025.",
            "The new ferry terminal is to open on 16 June 2025.",
            ("9 June 2025", "16 June 2025"),
        ),
    ],
)
def test_two_figures_of_one_thing_are_a_contradiction(
    question: str, one: str, other: str, told: tuple[str, str]
) -> None:
    assert figures(question, one, other) == told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs £1.2 million."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs £1,203,000."),
        ("The ferry subsidy costs £1.2m in 2023/24.", "The ferry subsidy costs £1.3m in 2024/25."),
        ("The ferry subsidy cost £1.2m in June.", "The ferry subsidy cost £1.3m in July."),
        ("The ferry subsidy cost £1.2m in June.", "The ferry subsidy cost £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The budget for the ferry subsidy is £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The forecast is that the ferry subsidy costs £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs about £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs up to £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs £1.3m to £1.5m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy rose by £0.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy in Orme Sound costs £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs 15% of income."),
        ("The ferry subsidy costs £1.2m.", "Harbour lights and buoys cost £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs £1.3m; the £1.2m told before was wrong."),
        ("The ferry subsidy costs £1.2m.", "It was agreed that the ferry subsidy be £1.3m rather than £1.2m."),
        ("The ferry subsidy costs £1.2m.", "RECOMMENDED: That the ferry subsidy be £1.3m."),
        ("The ferry subsidy costs £1.2m.", "The ferry subsidy costs £1.3m under option 2, and £1.4m under option 3."),
    ],
)
def test_what_is_no_contradiction_is_not_told_as_one(one: str, other: str) -> None:
    assert figures("How much does the ferry subsidy cost?", one, other) is None


def test_nothing_is_said_where_no_figure_is_asked_for() -> None:
    pair = ("The ferry subsidy costs £1.2m in the year.", "The cost of the ferry subsidy is £1.3m in the year.")
    assert figures("Who runs the ferry subsidy?", *pair) is None
    assert figures("Who is right on the ferry subsidy? I have seen two figures.", *pair) == ("£1.2m", "£1.3m")


def test_the_same_page_does_not_contradict_itself() -> None:
    one, other = said("The ferry subsidy costs £1.2m."), said("The ferry subsidy costs £1.3m.")
    other = replace(other, passage=replace(other.passage, id=7))
    assert found("How much does the ferry subsidy cost?", one, other) is None


def test_another_councils_figure_is_another_figure() -> None:
    where = {**HERE, **packs("moor", council="Moorshire Council")}
    one = said("The ferry subsidy costs £1.2m.")
    other = said("The ferry subsidy costs £1.3m.", page=4, pack="moor")
    assert found("How much does the ferry subsidy cost?", one, other, where=where) is None


def test_rows_of_other_names_or_tables_do_not_contradict() -> None:
    fees = table("Fees 2024/25", "Pier | Fee £", "Quay pier | 4.00", "Mill pier | 6.00")
    other = table("Fees 2023/24", "Pier | Fee £", "Quay pier | 3.00", page=12)
    asked = "How much is the fee at Quay pier?"
    assert found(asked, row(fees, "Quay"), row(fees, "Mill")) is None
    assert found(asked, row(fees, "Quay"), row(other, "Quay")) is None
    assert found(asked, row(fees, "Mill"), said("The fee at Quay pier is £5.00 for all.", page=3)) is None


def test_weak_evidence_contradicts_nothing() -> None:
    best, weak = said("The ferry subsidy costs £1.2m."), said("The ferry subsidy costs £1.3m.", score=0.5, page=4)
    assert found("How much does the ferry subsidy cost?", best, weak) is None
    assert found("How much does the ferry subsidy cost?") is None


@pytest.mark.parametrize(
    ("later", "where"),
    [
        ({"heading": "Revised figures", "page": 4}, HERE),
        ({"kind": Kind.SUPPLEMENT, "page": 4}, HERE),
        ({"pack": "late", "page": 4}, {**HERE, **packs("late", kind=Kind.SUPPLEMENT)}),
        ({"pack": "june", "page": 4}, {**HERE, **packs("june", meeting_date=date(2024, 6, 1))}),
    ],
)
def test_the_paper_that_supersedes_is_preferred(later: dict[str, object], where: dict[str, StoredPack]) -> None:
    one, other = said("The ferry subsidy costs £1.2m."), said("The ferry subsidy costs £1.3m.", **later)  # type: ignore[arg-type]  # made up for the test
    contrary = found("How much does the ferry subsidy cost?", one, other, where=where)
    assert contrary is not None
    assert contrary.preferred is contrary.other


def test_neither_paper_is_preferred_without_a_reason() -> None:
    contrary = found(
        "How much does the ferry subsidy cost?",
        said("The ferry subsidy costs £1.2m."),
        said("The ferry subsidy costs £1.3m.", page=4),
    )
    assert contrary is not None
    assert contrary.preferred is None
