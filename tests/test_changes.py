"""What changed between two periods: read from two columns of a table, or from the tables of two years."""

from __future__ import annotations

from dataclasses import replace

from index.model import Kind, Passage
from qa.changes import changed, wanted
from qa.question import analyse
from tests.asked import row, table

ASKED = "What changed between the 2023/24 and the 2024/25 harbour budgets?"
COLUMNS = "Scheme | Fees | Total £000"
EARLIER = table("Table 2: Harbour budget 2023/24", COLUMNS, "Pier | 10 | 120", "Quay | 5 | 80", "Total | 15 | 200")
LATER = table(
    "Table 2: Harbour budget 2024/25", COLUMNS, "Pier | 10 | 150", "Quay | 6 | 80", "Mole | 1 | 9", "Total | 17 | 239",
    page=12, pack="later",
)  # fmt: skip
FEES = table(
    "Fees", "Fee | 2023/24 £ | 2024/25 £ | Change £", "Mooring, day | 7.50 | 8.50 | 1.00", "Slipway | 4.00 | 4.00 | -"
)


def told(question: str, near: Passage, *papers: Passage) -> list[str]:
    label = near.text.split("\t")[0]
    return [each.text for each in changed(analyse(question), [row(near, label)], papers)]


def test_rows_of_two_years_tables_are_set_side_by_side_the_total_first() -> None:
    assert told(ASKED, LATER, EARLIER, LATER) == [
        "Total: Total £000 2023/24 = 200; Total £000 2024/25 = 239 (Table 2: Harbour budget 2024/25)",
        "Pier: Total £000 2023/24 = 120; Total £000 2024/25 = 150",
    ]


def test_each_change_is_cited_where_both_figures_stand() -> None:
    total, _ = changed(analyse(ASKED), [row(LATER, "Pier")], [EARLIER, LATER])
    assert [place.passage for place in total.grounds.places] == [EARLIER, LATER]
    assert {"200;", "239"} <= set(total.grounds.text.split())


def test_two_columns_of_one_table_are_compared_and_those_beside_them_are_not() -> None:
    assert told("What changed in the fees between 2023/24 and 2024/25?", FEES, FEES) == [
        "Mooring, day: 2023/24 £ = 7.50; 2024/25 £ = 8.50 (Fees)"
    ]


def test_a_revised_table_stands_for_the_first_one() -> None:
    revised = replace(
        table("Table 2: Harbour budget 2024/25 (revised)", COLUMNS, "Pier | 10 | 170", page=3, pack="supplement"),
        kind=Kind.SUPPLEMENT,
    )
    assert told(ASKED, LATER, EARLIER, LATER, revised)[0].startswith("Pier: Total £000 2023/24 = 120; ")
    assert "= 170" in told(ASKED, LATER, EARLIER, LATER, revised)[0]


def test_with_one_of_the_years_alone_nothing_is_told() -> None:
    assert told(ASKED, LATER, LATER) == []


def test_only_what_changed_between_two_periods_asks_for_it() -> None:
    assert wanted(analyse(ASKED))
    assert wanted(analyse("what's different in the fees between 2023/24 and 2024/25"))
    assert not wanted(analyse("What changed in 2023/24?"))
    assert not wanted(analyse("What were the budgets for 2023/24 and 2024/25?"))
