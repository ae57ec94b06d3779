"""Comparisons over printed tables: which has the most or least, side by side, up or down; silent where not plain."""

from __future__ import annotations

import pytest

from index.model import Passage
from qa.compare import compare, move_asked
from qa.grid import amount, rows
from qa.question import analyse
from qa.units import Evidence
from tests.asked import row, said, table

# A health board's table by practice, a council's by ward with a total, a trust's scorecard by month
PRACTICES = table(
    "Table 3: Uptake of the flu vaccine by practice",
    "Practice | Patients | Uptake 2022/23 | Uptake 2023/24",
    "Fenny Street | 4,120 | 71.2% | 69.8%",
    "Mill Lane | 1,290 | 80.4% | 82.0%",
    "Quayside | 810 | - | 77.1%",
    "Orme Road | 2,004 | 64.9% | 66.0%",
    "All practices | 8,224 | 71.0% | 72.2%",
)
WARDS = table(
    "Appendix B: Empty homes",
    "Ward | October 2022 | October 2023",
    "Quay | 73 | 69",
    "Mill | 82 | 97",
    "Fenny | 251 | 238",
    "Total | 406 | 404",
    page=10,
)
MONTHS = table(
    "Scorecard, quarter 1",
    "Measure | Target | April | May | June",
    "Ambulances, category 1 | 7:00 | 8:12 | 8:05 | 8:31",
    "Ambulances, category 2 | 30:00 | 34:40 | 36:02 | 33:15",
    "Calls answered | 95% | 91% | 90% | n/a",
    page=11,
)


def trust(n: int, name: str, june: str) -> Passage:
    return table(
        f"Table {n}: {name}",
        "Standard | Target | May | June",
        f"Seen within four hours | 78% | 70% | {june}",
        page=20 + n,
    )


TRUSTS = [
    trust(1, "Northam Hospitals", "73.1%"),
    trust(2, "Southam Hospitals", "67.5%"),
    trust(3, "Orme Hospitals", "74.2%"),
]


def told(question: str, e: Evidence, *papers: Passage) -> str | None:
    draft = compare(analyse(question), [e], papers)
    return draft.text if draft else None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Which practice had the lowest flu uptake in 2023/24?",
            "Orme Road: Uptake 2023/24 = 66.0%, the lowest; Fenny",
        ),
        ("Which practice had the highest uptake in 2023/24?", "Mill Lane: Uptake 2023/24 = 82.0%, the highest"),
        ("Worst practice for uptake in 2023/24?", "Orme Road: Uptake 2023/24 = 66.0%, the lowest"),
        ("Which practice has the most patients?", "Fenny Street: Patients = 4,120, the highest"),
        ("Which practice had the highest uptake in 2022/23?", "Mill Lane: Uptake 2022/23 = 80.4%, the highest; Fenny"),
    ],
)
def test_the_row_with_most_or_least_is_named_with_its_figure(question: str, answer: str) -> None:
    said_ = told(question, row(PRACTICES, "Quayside"), PRACTICES)
    assert said_ is not None
    assert said_.startswith(answer)
    assert "All practices" not in said_
    if "2022/23" in question:
        assert "Quayside" not in said_  # "-" is not nothing


def test_a_conclusion_rests_on_the_rows_that_it_names() -> None:
    draft = compare(analyse("Which ward had fewest empty homes in October 2023?"), [row(WARDS, "Mill")], [WARDS])
    assert draft is not None
    assert draft.text == "Quay: October 2023 = 69, the lowest; Mill 97, Fenny 238 (Appendix B: Empty homes)"
    assert [e.text.split("\t")[0] for e in draft.places] == ["Quay", "Mill", "Fenny"]


def test_the_month_of_a_row_is_found() -> None:
    text = told("In which month was category 2 slowest?", row(MONTHS, "Ambulances, category 1"), MONTHS)
    assert text == "May: Ambulances, category 2 = 36:02, the highest; April 34:40, June 33:15 (Scorecard, quarter 1)"


def test_the_same_row_of_several_tables_is_compared() -> None:
    text = told("Which trust was worst on four hours in June?", row(TRUSTS[0], "Seen"), *TRUSTS)
    assert text is not None
    assert text.startswith(
        "Southam Hospitals: Seen within four hours, June = 67.5%, the lowest; Northam Hospitals 73.1%"
    )


@pytest.mark.parametrize(
    ("question", "e", "papers"),
    [
        ("Which practice had the best ever day?", row(PRACTICES, "Quayside"), [PRACTICES]),  # no column is asked for
        ("Which practice had the highest uptake?", row(PRACTICES, "Quayside"), [PRACTICES]),  # two years of it
        ("Which practice had the second highest uptake in 2023/24?", row(PRACTICES, "Quayside"), [PRACTICES]),
        ("After Mill Lane, which practice had the highest uptake in 2023/24?", row(PRACTICES, "Quayside"), [PRACTICES]),
        ("At most how many patients may a practice have in 2023/24?", row(PRACTICES, "Quayside"), [PRACTICES]),
        ("Which chemist sold the most in 2023/24?", row(PRACTICES, "Quayside"), [PRACTICES]),
        ("Which ward was worst in October 2023?", row(WARDS, "Quay"), [WARDS]),  # of what is not told
        ("Which ward has the most trees?", said("Quay ward has most trees."), [WARDS]),
        ("In which month were fewest calls answered?", row(MONTHS, "Calls"), [MONTHS]),  # only two are given
    ],
)
def test_nothing_is_concluded_where_it_is_not_plain(question: str, e: Evidence, papers: list[Passage]) -> None:
    assert told(question, e, *papers) is None


def test_figures_of_different_units_are_not_compared() -> None:
    mixed = table("Fees", "Pier | Fee", "Quay | £4", "Mill | 5%", "Fenny | £6")
    assert told("Which pier has the highest fee?", row(mixed, "Mill"), mixed) is None


def test_all_alike_is_no_superlative() -> None:
    alike = table("Fees", "Pier | Fee", "Quay | £4", "Mill | £4", "Fenny | £4")
    assert told("Which pier has the highest fee?", row(alike, "Mill"), alike) is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Have empty homes in Quay gone up or down?",
            "Down: Quay, October 2022 = 73; October 2023 = 69 (Appendix B: Empty homes)",
        ),
        (
            "Did empty homes in Mill rise or fall?",
            "Up: Mill, October 2022 = 82; October 2023 = 97 (Appendix B: Empty homes)",
        ),
        (
            "Empty homes in Fenny, October 2022 against October 2023?",
            "Fenny: October 2022 = 251; October 2023 = 238 (Appendix B",
        ),
        (
            "Compare Quay and Mill on empty homes in October 2023",
            "October 2023: Quay = 69; Mill = 97 (Appendix B: Empty homes)",
        ),
        (
            "Who had more empty homes in October 2023, Quay or Mill?",
            "October 2023: Quay = 69; Mill = 97, the higher (Appendix B",
        ),
    ],
)
def test_two_figures_are_set_side_by_side(question: str, answer: str) -> None:
    label = next(name for name in ("Quay", "Mill", "Fenny") if name in question)
    assert (told(question, row(WARDS, label), WARDS) or "").startswith(answer)


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Have bus fares gone up or down?", "Quay"),
        ("Who voted against the empty homes plan in Quay?", "Quay"),
        ("Compare Quay and Leeds on empty homes in October 2023", "Quay"),
        ("Did calls answered rise or fall?", "Quay"),
    ],
)
def test_what_the_table_does_not_hold_is_not_set_side_by_side(question: str, label: str) -> None:
    assert told(question, row(WARDS, label), WARDS) is None


def test_two_trusts_that_are_named_are_set_side_by_side_with_the_whole_row() -> None:
    question = "Compare Northam and Orme on people seen within four hours"
    assert told(question, row(TRUSTS[0], "Seen"), *TRUSTS) == (
        "Seen within four hours: Northam Hospitals: Target = 78%, May = 70%, June = 73.1%; "
        "Orme Hospitals: Target = 78%, May = 70%, June = 74.2%."
    )
    assert told("Compare Northam with Leeds on people seen within four hours", row(TRUSTS[0], "Seen"), *TRUSTS) is None


def test_rows_of_one_name_under_several_groups_are_not_told_apart() -> None:
    fees = table("Car parks", "Charge | 2024/25 | 2025/26", "Up to 1 hour | 1.20 | 1.20", "Up to 1 hour | 1.50 | 1.80")
    assert told("Is the first hour in the town car parks going up?", row(fees, "Up to 1"), fees) is None


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Has the levy gone up?", "Up"),
        ("Did complaints fall in 2023?", "Down"),
        ("Have fares gone up or down?", None),
        ("By how much has the levy gone up?", None),
        ("Is there a rise in fares?", None),
    ],
)
def test_a_move_may_be_asked_yes_or_no(question: str, asked: str | None) -> None:
    assert move_asked(question) == asked


@pytest.mark.parametrize(
    ("cell", "header", "value", "unit"),
    [
        ("£1.2m", "", 1_200_000, "£"),
        ("1,624", "Net budget £000", 1_624_000, "£"),
        ("(1,094)", "Income £000", -1_094_000, "£"),
        ("69.8%", "", 69.8, "%"),
        ("22 weeks", "", 22, "week"),
        ("8:12", "", 492, ":"),
    ],
)
def test_a_cell_is_read_with_its_unit_and_scale(cell: str, header: str, value: float, unit: str) -> None:
    found = amount(cell, header)
    assert found is not None
    assert (float(found.value), found.unit) == (value, unit)


@pytest.mark.parametrize("cell", ["-", "n/a", "", "TBC", "12 of 14", "Red", "10-15%"])
def test_what_is_no_single_figure_is_not_available(cell: str) -> None:
    assert amount(cell) is None


def test_header_rows_and_rows_without_a_name_are_no_rows() -> None:
    fees = table("Fees", "Pier | Fee", "Pier | Fee", "12 | 14", "Quay | £4")
    assert [found.label for found in rows([fees], fees)] == ["Quay"]
