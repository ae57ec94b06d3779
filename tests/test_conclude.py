"""What an answer concludes stands first, rests on citations that are checked, and leaves plain answers as they are."""

from __future__ import annotations

from collections.abc import Sequence

from index.model import Page, Passage
from index.records import Scope
from qa.answer import Draft
from qa.conclude import Conclusion, conclude
from qa.finder import Found
from qa.question import analyse
from qa.scope import Aim
from qa.units import Evidence
from qa.verify import checked
from tests.asked import packs, row, said, table
from tests.stored import page

WARDS = table(
    "Appendix B: Empty homes",
    "Ward | October 2022 | October 2023",
    "Quay | 73 | 69",
    "Mill | 82 | 97",
    "Fenny | 251 | 238",
)


def concluded(
    question: str, evidence: Sequence[Evidence], drafts: Sequence[Draft] | None = None, papers: Sequence[Passage] = ()
) -> Conclusion:
    asked = analyse(question)
    found = Found(asked, packs("quay"), Aim(), Scope(), worth=dict.fromkeys(asked.terms, 1.0))
    drafts = [Draft(e.text, (e,)) for e in evidence] if drafts is None else drafts
    return conclude(found, evidence, drafts, lambda _: papers, lambda _, number: str(number + 2))


def test_an_answer_that_needs_no_conclusion_is_left_alone() -> None:
    drafts = [Draft("The ferry is blue.", (said("The ferry is blue."),))]
    result = concluded("What colour is the ferry?", [drafts[0].places[0]], drafts)
    assert [told.text for told in result.told] == ["The ferry is blue."]
    assert result.told[0].grounds == drafts[0]
    assert result.notes == ()
    assert concluded("What colour is the ferry?", []).told == ()


def test_a_verdict_stands_before_the_statement_that_bears_it_out() -> None:
    other = said("The ferry subsidy is paid by the Board.", page=1, score=2.2)
    taken = said("RESOLVED: That the ferry subsidy be approved.", page=2)
    result = concluded("Did members approve the ferry subsidy?", [other, taken])
    assert [told.text for told in result.told] == [
        "Yes. RESOLVED: That the ferry subsidy be approved.",
        "The ferry subsidy is paid by the Board.",
    ]
    assert result.told[0].grounds.text == taken.text
    alone = concluded("Did members approve the ferry subsidy?", [other, taken], [Draft(other.text, (other,))])
    assert alone.told[0].text == "Yes. RESOLVED: That the ferry subsidy be approved."


def test_a_comparison_takes_the_place_of_the_rows_that_it_compares() -> None:
    rows = [row(WARDS, "Quay"), row(WARDS, "Mill")]
    result = concluded("Which ward had the most empty homes in October 2023?", rows, papers=[WARDS])
    assert [told.text for told in result.told] == [
        "Fenny: October 2023 = 238, the highest; Mill 97, Quay 69 (Appendix B: Empty homes)"
    ]


def test_a_further_part_of_the_question_keeps_its_statements() -> None:
    owner = said("Cllr Orme leads on empty homes.")
    question = "Which ward had the most empty homes in October 2023, and who leads on them?"
    result = concluded(question, [row(WARDS, "Quay"), owner], papers=[WARDS])
    assert [told.text[:5] for told in result.told] == ["Fenny", "Cllr "]


def test_a_move_is_told_as_yes_or_no() -> None:
    up = concluded("Have empty homes in Mill gone up?", [row(WARDS, "Mill")], papers=[WARDS])
    down = concluded("Have empty homes in Quay gone up?", [row(WARDS, "Quay")], papers=[WARDS])
    either = concluded("Have empty homes in Quay gone up or down?", [row(WARDS, "Quay")], papers=[WARDS])
    assert [result.told[0].text.split(":")[0] for result in (up, down, either)] == ["Yes. Up", "No. Down", "Down"]


def test_a_sum_names_the_pages_of_its_figures() -> None:
    question = "By how much did empty homes in Mill rise between October 2022 and October 2023?"
    result = concluded(question, [row(WARDS, "Mill")], papers=[WARDS])
    assert result.told[0].text == "Mill: 97 (October 2023, page 11) − 82 (October 2022, page 11) = 15"
    assert result.told[0].derived == {"15"}


def test_contradicting_papers_are_both_told_with_their_pages() -> None:
    one, other = said("The ferry subsidy costs £1.2m.", page=3), said("The ferry subsidy costs £1.3m.", page=8)
    result = concluded("How much does the ferry subsidy cost?", [one, other], [Draft(one.text, (one,))])
    assert [told.text for told in result.told] == [one.text, other.text]
    assert result.notes == ("These papers give different figures: £1.2m on page 5, £1.3m on page 10.",)


def test_the_paper_that_supersedes_comes_first() -> None:
    one = said("The ferry subsidy costs £1.2m.", page=3)
    revised = said("The ferry subsidy costs £1.3m.", page=8, heading="Revised costs")
    result = concluded("How much does the ferry subsidy cost?", [one, revised])
    assert [told.text for told in result.told] == [revised.text, one.text]
    assert result.notes[0].endswith("The later or revised paper, page 10, is preferred.")


def test_grounds_pass_the_last_check_and_fall_with_a_changed_page() -> None:
    question = "By how much did empty homes in Mill rise between October 2022 and October 2023?"
    (told,) = concluded(question, [row(WARDS, "Mill")], papers=[WARDS]).told

    def as_printed(_pack: str, number: int) -> Page:
        return page(number, *WARDS.text.split("\n"))

    def changed(_pack: str, number: int) -> Page:
        return page(number, *WARDS.text.replace("97", "79").split("\n"))

    assert [place.quote for place in checked(told.grounds, as_printed)] == ["Mill 82 97"]
    assert checked(told.grounds, changed) == []
