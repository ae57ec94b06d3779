"""Answers are the papers' own words, short, with proposals named as such, and checked against the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.model import Kind, Page, Span
from qa.answer import Draft, compose, listed, row_told, told
from qa.question import Wanted, analyse
from qa.units import Evidence
from qa.verify import checked, stretches
from tests.stored import page, passage

QUESTION = analyse("What is said of the ferry?")


def evidence(text: str, score: float = 1.0, around: str = "", **more: object) -> Evidence:
    found = passage(text, **more)
    return Evidence(found, 0, len(text), around, score, covers=frozenset({"ferri"}))


def texts(*found: Evidence, question: str = "What is said of the ferry?") -> list[str]:
    return [draft.text for draft in compose(analyse(question), found, {"ferri": 1.0})]


def test_the_best_evidence_comes_first_and_weak_evidence_is_left_out() -> None:
    assert texts(evidence("The ferry is late.", 1.0), evidence("It rains.", 2.0), evidence("Noted.", 0.2)) == [
        "It rains."
    ]
    assert texts(evidence("The ferry is late.", 1.9), evidence("The quay is shut.", 2.0)) == [
        "The quay is shut.",
        "The ferry is late.",
    ]


def test_what_scores_best_is_told_first_though_another_has_more_of_the_asked_words() -> None:
    best, other = replace(evidence("RESOLVED: That it sail.", 2.0), covers=frozenset()), evidence("The ferry.", 1.9)
    assert texts(other, best)[0] == "RESOLVED: That it sail."


def test_a_lead_in_to_a_table_is_answered_with_its_rows() -> None:
    lead = evidence("RESOLVED that grants be given as follows:", 2.0, table=False)
    table = passage(
        "Pier\t£15\nQuay\t£12", table=True, columns=("Who", "Grant"), title="RESOLVED that grants be given as follows:"
    )
    rows = [Evidence(table, 9, 17, "", 1.2), Evidence(table, 0, 8, "", 1.1)]
    other = evidence("Mole\t£3", 1.3, table=True, columns=("Who", "Fee"), title="Fees")
    assert texts(lead, other, *rows) == ["Pier: Grant = £15", "Quay: Grant = £12"]


def test_a_decision_is_told_from_the_minutes_and_not_from_what_was_proposed() -> None:
    words = "RESOLVED that Cabinet agree the plan for the ferry and the quay from May"
    proposed = evidence(f"{words}.", 2.0, kind=Kind.REPORT)
    minuted = evidence(words, 1.9, kind=Kind.MINUTES, pdf_page=7)
    asked = analyse("What did Cabinet decide on the ferry?")
    (draft,) = compose(asked, [proposed, minuted], {"ferri": 1.0})
    assert draft.places[0] == minuted


def test_that_cabinet_approve_under_recommendations_does_not_read_as_decided() -> None:
    words = "That Cabinet: (a) APPROVE the new ferry."
    assert texts(evidence(words, around="Recommendations")) == [f"Recommended: {words}"]
    asked = "Cabinet is recommended to approve the new ferry."
    assert texts(evidence(asked, around="Recommendations")) == [asked]


def test_what_a_proposed_record_of_decision_says_is_told_as_proposed() -> None:
    words, form = "Decision: Cabinet agree to the new ferry.", "NORTHAM COUNCIL – PROPOSED RECORD OF DECISION"
    assert texts(evidence(words, heading=form)) == [f"Proposed, not yet decided: {words}"]
    assert texts(evidence(words, heading="NORTHAM COUNCIL – RECORD OF DECISION")) == [words]


def test_the_same_words_on_another_page_are_a_further_place_not_a_further_claim() -> None:
    first, second = evidence("The ferry is late.", 2.0), evidence("The ferry is late.", 1.9, pdf_page=7)
    (draft,) = compose(QUESTION, [first, second], {"ferri": 1.0})
    assert draft.places == (first, second)


def test_a_sentence_that_is_told_with_its_neighbour_is_not_told_again_with_another() -> None:
    whole = passage("The ferry is late. The quay is shut. It rains at night.")

    def part(start: int, end: int, score: float) -> Evidence:
        return Evidence(whole, start, end, "", score, covers=frozenset({"ferri"}))

    found = compose(QUESTION, [part(0, 36, 2.0), part(19, 55, 1.9), part(37, 55, 1.8)], {"ferri": 1.0})
    assert [draft.text for draft in found] == ["The ferry is late. The quay is shut.", "It rains at night."]


def test_an_answer_does_not_go_on_and_on() -> None:
    many = [evidence(f"The ferry {n} " + f"sails{n} " * 30, 2.0 - n / 100) for n in range(6)]
    assert sum(len(text.split()) for text in texts(*many)) <= 80


def test_where_a_figure_is_asked_for_sentences_without_one_are_left_out() -> None:
    figure = replace(evidence("The ferry cost £4.2m.", 1.8), kinds=frozenset({Wanted.MONEY}))
    plain = evidence("The ferry is blue and new.", 2.0)
    assert texts(plain, figure, question="How much did the ferry cost?") == ["The ferry cost £4.2m."]


@pytest.mark.parametrize(
    ("text", "around", "expected"),
    [
        ("2.1 The ferry is late.", "", "The ferry is late."),
        ("• agree the fee", "The Board is asked to:", "The Board is asked to: agree the fee"),
        ("(b) note the fee.", "RESOLVED: That", "RESOLVED: note the fee."),
        ("The fee be raised.", "RECOMMENDED: That", "Recommended: The fee be raised."),
        ("The fee\nis raised.", "Fees", "The fee is raised."),
    ],
)
def test_a_sentence_is_told_without_its_number_and_with_what_makes_it_clear(
    text: str, around: str, expected: str
) -> None:
    assert told(QUESTION, evidence(text, around=around, blocks=(0,))) == expected


def test_a_row_is_told_with_its_columns_and_table() -> None:
    row = evidence(
        "Mill Lane\t12,900\t14,350", table=True, columns=("Centre", "2022/23", "2023/24"), title="Table 3: Visits"
    )
    assert row_told(QUESTION, row) == "Mill Lane: 2022/23 = 12,900; 2023/24 = 14,350 (Table 3: Visits)"


def test_of_a_wide_row_only_the_columns_asked_for_are_told() -> None:
    columns = ("Ward", *(f"20{n}/{n + 1}" for n in range(14, 22)))
    row = evidence("\t".join(["Quay", *map(str, range(101, 109))]), table=True, columns=columns)
    assert row_told(analyse("How many in Quay ward in 2016/17?"), row) == "Quay: 2016/17 = 103"


# The last check


def pages(*given: Page) -> object:
    by_number = {p.pdf_page: p for p in given}
    return lambda _, number: by_number.get(number)


PAGE = page(1, "The ferry cost £4.2m.", "It sails at noon.")


def test_what_stands_on_the_page_is_borne_out() -> None:
    e = evidence("The ferry cost £4.2m.")
    (place,) = checked(Draft(e.text, (e,)), pages(PAGE))
    assert place.quote == "The ferry cost £4.2m."
    assert PAGE.text[place.start : place.end] == e.text


@pytest.mark.parametrize(
    ("text", "told_text"),
    [
        ("The ferry cost £4.9m.", "The ferry cost £4.9m."),  # other words than the page's
        ("The ferry cost £4.2m.", "The ferry cost £42m."),  # a figure that no quote has
        ("The ferry cost £4.2m.", "The ferry cost £4.2m in 2024."),
    ],
)
def test_what_does_not_stand_on_the_page_is_not_told(text: str, told_text: str) -> None:
    e = evidence(text)
    assert checked(Draft(told_text, (e,)), pages(PAGE)) == []


def test_years_are_the_same_however_a_range_of_them_is_written() -> None:
    e = evidence("The ferry cost £4.2m.", around="Report 2020/21")
    assert checked(Draft("In 2020-2021 the ferry cost £4.2m.", (e,)), pages(PAGE))
    assert not checked(Draft("In 2021-22 the ferry cost £4.2m.", (e,)), pages(PAGE))


def test_a_page_that_may_not_be_seen_bears_nothing_out() -> None:
    e = evidence("The ferry cost £4.2m.")
    assert checked(Draft(e.text, (e,)), lambda _pack, _page: None) == []


def test_figures_of_a_header_may_be_told_with_a_row() -> None:
    row = evidence("Quay\t8,100", table=True, columns=("Centre", "2022/23"), title="Table 3")
    table = page(1, "Quay\t8,100")
    assert checked(Draft("Quay: 2022/23 = 8,100 (Table 3)", (row,)), pages(table))


def test_words_over_a_page_end_are_cited_on_both_pages() -> None:
    first, second = page(1, "Members agreed that the ferry"), page(2, "should sail at noon in summer.")
    text = f"{first.text}\n{second.text}"
    spans = (Span(1, 0, len(first.text)), Span(2, 0, len(second.text)))
    e = evidence(text, spans=spans)
    places = checked(Draft(text, (e,)), pages(first, second))
    assert [(place.page.pdf_page, place.quote) for place in places] == [(1, first.text), (2, second.text)]
    assert list(stretches(e.passage, 25, 40)) == [(1, 25, 29, text[25:29]), (2, 0, 10, text[30:40])]


def test_of_several_asked_words_in_cells_the_rarest_tells_which_rows_are_meant() -> None:
    table = passage(
        "Ada Fox\tMember\tLate\t7:08 pm\nBea Orme\tMember\tPresent\t\nCal Hale\tMember\tPresent\t\n"
        "Di Reed\tMember\tLate\t7:20 pm",
        table=True,
        columns=("Name", "Role", "Status", "Arrived"),
    )
    starts = [0, *(n + 1 for n, sign in enumerate(table.text) if sign == "\n")]
    ends = [*(n for n, sign in enumerate(table.text) if sign == "\n"), len(table.text)]
    rows = [Evidence(table, a, b, "", 1.0) for a, b in zip(starts, ends, strict=True)]
    drafts = compose(analyse("Which members were late?"), rows, {"member": 1.0, "late": 3.0})
    assert [draft.text for draft in drafts] == [
        "Ada Fox: Role = Member; Status = Late; Arrived = 7:08 pm",
        "Di Reed: Role = Member; Status = Late; Arrived = 7:20 pm",
    ]


def test_where_only_what_was_said_before_a_decision_is_told_its_resolution_comes_first() -> None:
    said = evidence("Dr Reed described the new ferry.", 2.0, kind=Kind.MINUTES, heading="12. Ferry")
    resolved = evidence("RESOLVED: That the plan be supported.", 0.4, kind=Kind.MINUTES, heading="12. Ferry")
    other = evidence("RESOLVED: That the fees be noted.", 0.5, kind=Kind.MINUTES, heading="13. Fees")
    asked = "Did the Board back the ferry?"
    assert texts(said, other, resolved, question=asked) == [resolved.text, said.text]
    assert texts(said, other, resolved, question="What is the ferry like?") == [said.text]


def test_labelled_figures_are_told_with_their_measure() -> None:
    found = passage("Ferries on time\tRED\nLatest: 61\tTarget: 70", table=True)
    e = Evidence(found, 0, len(found.text), "")
    assert told(QUESTION, e) == "Ferries on time: RED; Latest: 61; Target: 70"


def test_rows_that_only_share_a_common_word_are_not_listed_where_something_answers_better() -> None:
    plan = passage("Beach huts\tOpen\nBins\tOpen", table=True, columns=("Matter", "Open or closed"))
    rows = [Evidence(plan, 0, 15, "", 0.6), Evidence(plan, 16, 25, "", 0.5)]
    best = evidence("The Committee may take no further action or send it back.", 2.0)
    drafts = compose(analyse("What options are open to the Committee?"), [best, *rows], {"open": 1.0, "option": 3.0})
    assert [draft.text for draft in drafts] == [best.text]


def test_rows_of_one_table_that_are_all_asked_for_are_known_as_listed() -> None:
    def row(n: int, columns: tuple[str, ...] = ("Measure", "Rating")) -> Draft:
        return Draft(f"Row {n}", (evidence(f"Row {n}\tRED", table=True, columns=columns),))

    assert listed([row(n) for n in range(4)])
    assert not listed([row(n) for n in range(3)])
    assert not listed([*(row(n) for n in range(3)), row(3, ("Other", "Rating"))])
    assert not listed([*(row(n) for n in range(4)), Draft("Said", (evidence("Said"),))])
