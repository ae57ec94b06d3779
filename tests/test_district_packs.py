"""The district council's sample packs: pages, stamps and agenda sheets agree, tables add up, one letter orders."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.packs.district import CABINET_FEBRUARY, PACKS, SCRUTINY_FEBRUARY
from tests.packs.pack import Pack

FIGURE = re.compile(r"\(?£?[\d,]+(?:\.\d+)?%?\)?|-|")
TOTALS = {"Total", "Net budget", "All", "District"}
CABINET, SCRUTINY = CABINET_FEBRUARY.name, SCRUTINY_FEBRUARY.name

Page = dict[str, Any]


@pytest.fixture(scope="module")
def pages(sample_packs: Path) -> dict[str, list[Page]]:
    return {
        pack.name: [
            json.loads(line) for line in (sample_packs / f"{pack.name}.pages.jsonl").read_text("utf-8").splitlines()
        ]
        for pack in PACKS
    }


@pytest.fixture(scope="module")
def printed_text(sample_packs: Path) -> dict[str, list[str]]:
    """The text layer of each page."""
    texts = {}
    for pack in PACKS:
        pdf = pypdfium2.PdfDocument(sample_packs / f"{pack.name}.pdf")
        texts[pack.name] = [pdf[i].get_textpage().get_text_range() for i in range(len(pdf))]
        pdf.close()
    return texts


def rows(pages: list[Page]) -> list[list[str]]:
    """The cells of each line; a line of prose is one."""
    return [line.split("\t") for page in pages for line in page["text"].splitlines()]


def amount(cell: str) -> float:
    plain = cell.strip("(£%)").replace(",", "")
    value = float(plain) if plain not in ("", "-") else 0.0
    return -value if cell.startswith("(") else value


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.folder)
def test_page_map_and_stamps_say_what_the_pages_say(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]], pack: Pack
) -> None:
    for page, text in zip(pages[pack.name], printed_text[pack.name], strict=True):
        assert sorted(set(page["text"].split()) - set(text.split())) == [], page["pdf_page"]
        if page["printed"]:
            assert re.search(rf"(?m)^{re.escape(pack.stamp.format(n=page['printed']))}\s*$", text)


@pytest.mark.parametrize(
    ("pack", "form"),
    [(CABINET_FEBRUARY, r"Pages {first} to {last}\b"), (SCRUTINY_FEBRUARY, r"\(pp\. {first}\u2013{last}\)")],
    ids=lambda value: value.folder if isinstance(value, Pack) else "",
)
def test_agenda_sheets_tell_the_pages_of_each_item(
    sample_packs: Path, printed_text: dict[str, list[str]], pack: Pack, form: str
) -> None:
    front = " ".join(" ".join(printed_text[pack.name][:2]).split())
    meeting = json.loads((sample_packs / f"{pack.name}.meeting.json").read_text("utf-8"))
    ranges = [item for item in meeting["items"] if item["first"] != item["last"]]
    assert len(ranges) >= 5
    for item in ranges:
        assert re.search(form.format(**item), front), item


def test_tables_add_up_to_their_totals(pages: dict[str, list[Page]]) -> None:
    checked = []
    for pack in PACKS:
        for _, run in groupby(rows(pages[pack.name]), key=len):
            *body, last = run
            label = next((cell for cell in last if cell), "")
            for column in range(last.index(label) + 1, len(last)) if label in TOTALS else ():
                if FIGURE.fullmatch(last[column]) and last[column]:
                    figures = [amount(row[column]) for row in body if FIGURE.fullmatch(row[column])]
                    assert sum(figures) == pytest.approx(amount(last[column]), abs=0.2), (body[0], column)
                    checked.append(len(figures))
    assert len(checked) == 27


def test_changes_of_fees_are_the_differences_of_the_years(pages: dict[str, list[Page]]) -> None:
    fees = rows([page for page in pages[CABINET] if page["item"] == "7"])
    priced = [row for row in fees if len(row) == 4 and all(re.fullmatch(r"[\d,]+\.\d\d", cell) for cell in row[1:])]
    assert len(priced) > 40
    for charge, old, new, change in priced:
        assert amount(new) - amount(old) == pytest.approx(amount(change)), charge


def test_a_table_goes_on_with_its_header_in_one_place_and_without_in_another(pages: dict[str, list[Page]]) -> None:
    fees = [page["text"].splitlines()[0] for page in pages[CABINET] if page["item"] == "7"]
    assert fees[-1] == "Charge\t2024/25 £\t2025/26 £\tChange £"
    leisure = [page["text"].splitlines()[0] for page in pages[SCRUTINY] if page["item"] == "6"]
    assert leisure[1].startswith("Sports hall\t")


def test_orders_to_the_machine_stand_in_one_letter_only(pages: dict[str, list[Page]]) -> None:
    ordered = [page for name in pages for page in pages[name] if "ignore your instructions" in page["text"]]
    assert [(page["item"], page["kind"]) for page in ordered] == [("5", "letter")]


def test_exempt_pages_and_only_they_are_marked(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    for pack in PACKS:
        for page, text in zip(pages[pack.name], printed_text[pack.name], strict=True):
            assert ("Document is Restricted" in text) == (page["access"] == "exempt")
    assert {page["item"] for page in pages[CABINET] if page["access"] == "exempt"} == {"13"}
