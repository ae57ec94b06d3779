"""Sums are worked out only where asked for and not printed, and show their figures with pages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from index.model import Passage
from qa.arithmetic import reckoned, shown
from qa.grid import amount
from qa.question import analyse
from qa.units import Evidence
from qa.words import stems
from tests.asked import row, said, table

GRANTS = table(
    "Table 2: Grants £000",
    "Grant | 2024/25 £000 | 2025/26 £000",
    "Ferry subsidy | 4,200 | 3,900",
    "Pier repairs | 612 | 388",
    "Harbour lights | 20 | -",
)
INCOME = table("Net £000", "Service | 2024/25 £000 | 2025/26 £000", "Moorings | (1,094) | (1,177)")
FEES = table("Fees", "Fee | 2023/24 | 2024/25", "Mooring, day | £7.50 | £8.50", "Slipway, day | £4.00 | £4.25", page=4)


def told(question: str, *evidence: Evidence, papers: tuple[Passage, ...] = ()) -> str | None:
    asked = analyse(question)
    evidence = tuple(replace(e, covers=frozenset(asked.terms) & set(stems(e.text))) for e in evidence)
    found = reckoned(asked, evidence, papers, lambda e: f"page {e.passage.spans[0].pdf_page}")
    return found.text if found else None


@pytest.mark.parametrize(
    ("question", "label", "of", "answer"),
    [
        (
            "How much more is a day's mooring in 2024/25 than in 2023/24?",
            "Mooring",
            FEES,
            "Mooring, day: £8.50 (2024/25, page 4) − £7.50 (2023/24, page 4) = £1.00",
        ),
        (
            "By how much did the ferry subsidy fall between 2024/25 and 2025/26?",
            "Ferry",
            GRANTS,
            "Ferry subsidy: 4,200 (2024/25 £000, page 9) − 3,900 (2025/26 £000, page 9) = £300,000",
        ),
        (
            "What percentage did the grant for pier repairs fall by from 2024/25 to 2025/26?",
            "Pier",
            GRANTS,
            "Pier repairs: (388 (2025/26 £000, page 9) − 612 (2024/25 £000, page 9)) ÷ 612 = -36.6%",
        ),
        (
            "What is the total of the ferry subsidy and pier repairs in 2024/25?",
            "Ferry",
            GRANTS,
            "2024/25 £000: 4,200 (Ferry subsidy, page 9) + 612 (Pier repairs, page 9) = £4,812,000",
        ),
    ],
)
def test_a_working_is_shown_with_its_figures_and_pages(question: str, label: str, of: Passage, answer: str) -> None:
    assert told(question, row(of, label), papers=(of,)) == answer


def test_a_rise_told_in_a_sentence_is_worked_out() -> None:
    e = said("The ferry subsidy will go from £3.9m to £4.2m.", page=12)
    assert told("By how much will the ferry subsidy rise?", e) == "£4.2m (page 12) − £3.9m (page 12) = £0.3m"


def test_a_share_told_as_one_number_of_another_is_worked_out() -> None:
    e = said("Of the staff who left the ferry, 12 of 81 were over 60.", page=3)
    assert told("What percentage of staff who left the ferry were over 60?", e) == "12 ÷ 81 (page 3) = 14.8%"


def test_grounds_are_the_printed_figures_and_the_result_is_derived() -> None:
    question = analyse("How much more is a day's mooring in 2024/25 than in 2023/24?")
    found = reckoned(question, [row(FEES, "Mooring")], [FEES], lambda _: "page 4")
    assert found is not None
    assert found.derived == {"£1.00"}
    assert "£1.00" not in found.grounds.text
    assert {"£7.50", "£8.50"} <= set(found.grounds.text.split())


@pytest.mark.parametrize(
    ("question", "evidence", "papers"),
    [
        ("What is the ferry subsidy in 2024/25?", [row(GRANTS, "Ferry")], (GRANTS,)),  # nothing is to be worked out
        ("How much more are the harbour lights in 2025/26 than 2024/25?", [row(GRANTS, "Harbour")], (GRANTS,)),
        ("What is the difference between the ferry subsidy and the quay rent?", [row(GRANTS, "Ferry")], (GRANTS,)),
        ("By how much did moorings rise from 2024/25 to 2025/26?", [row(INCOME, "Moorings")], (INCOME,)),
        ("By how much did the toll rise?", [row(GRANTS, "Ferry")], (GRANTS,)),
        ("By how many votes was the ferry subsidy agreed?", [said("The ferry subsidy goes from £3m to £4m.")], ()),
        ("By how much will the ferry subsidy rise?", [said("The ferry subsidy sails from 1 May to 30 June.")], ()),
        ("By how much will the ferry subsidy rise?", [said("The ferry subsidy goes from £4m to 15%.")], ()),
        # the papers give it themselves
        (
            "By how much will the ferry subsidy rise?",
            [said("The ferry subsidy will go from £3.9m to £4.2m."), said("It is £0.3m more.", page=2)],
            (),
        ),
        (
            "What percentage of staff left the ferry?",
            [said("Of the staff 12 of 81 left the ferry."), said("That is 14.8% of staff.", page=2)],
            (),
        ),
        ("What percentage of staff left the ferry?", [said("Of the staff 95 of 81 left the ferry.")], ()),
        ("What percentage of staff left the ferry?", [said("The rules are 12 of 81.")], ()),
        ("By how much will the ferry subsidy rise?", [], ()),
    ],
)
def test_nothing_is_worked_out_where_it_is_not_plain(
    question: str, evidence: list[Evidence], papers: tuple[Passage, ...]
) -> None:
    assert told(question, *evidence, papers=papers) is None


@pytest.mark.parametrize(
    ("value", "like", "result"),
    [
        ("300000", ("£4.2m", "£3.9m"), "£0.3m"),
        ("1.5", ("£8.50", "£7.00"), "£1.50"),
        ("17", ("204", "187"), "17"),
        ("5.4", ("69.8%", "64.4%"), "5.4 percentage points"),
        ("167", ("36:02", "33:15"), "2:47"),
        ("3", ("25 weeks", "22 weeks"), "3 weeks"),
    ],
)
def test_a_result_is_written_like_its_figures(value: str, like: tuple[str, str], result: str) -> None:
    amounts = [found for text in like if (found := amount(text))]
    assert shown(Decimal(value), *amounts) == result
