"""The sample packs are what their page maps say, and hold what real packs hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest

from tests.packs.build import build
from tests.packs.packs import PACKS as ALL_PACKS

MARCH = "thornmere-hwb-2024-03-14"
JUNE = "thornmere-hwb-2024-06-20"
SUPPLEMENT = "thornmere-hwb-2024-06-20-supplement"
TRUST = "kestrel-vale-board-2024-09-25"
PACKS = (MARCH, JUNE, SUPPLEMENT, TRUST)
STAMPS = {MARCH: "Page {}", JUNE: "Page {}", SUPPLEMENT: "Page {}", TRUST: "{}"}
UNSTAMPED = {JUNE: ["13"], TRUST: ["17", "25"]}  # printed numbers that stand in no stamp

Page = dict[str, Any]


@pytest.fixture(scope="module")
def pages(sample_packs: Path) -> dict[str, list[Page]]:
    return {
        name: [json.loads(line) for line in (sample_packs / f"{name}.pages.jsonl").read_text("utf-8").splitlines()]
        for name in PACKS
    }


@pytest.fixture(scope="module")
def printed_text(sample_packs: Path) -> dict[str, list[str]]:
    """The text layer of each page."""
    texts = {}
    for name in PACKS:
        pdf = pypdfium2.PdfDocument(sample_packs / f"{name}.pdf")
        texts[name] = [pdf[i].get_textpage().get_text_range() for i in range(len(pdf))]
        pdf.close()
    return texts


def test_the_same_bytes_come_out_at_each_build(sample_packs: Path, tmp_path: Path) -> None:
    build(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3 * len(ALL_PACKS)
    for name in names:
        assert (tmp_path / name).read_bytes() == (sample_packs / name).read_bytes(), name


@pytest.mark.parametrize("name", [MARCH, JUNE, TRUST])
def test_packs_are_as_long_as_real_ones(pages: dict[str, list[Page]], name: str) -> None:
    assert 25 <= len(pages[name]) <= 60


@pytest.mark.parametrize("name", PACKS)
def test_page_map_says_what_the_pages_say(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]], name: str
) -> None:
    assert [page["pdf_page"] for page in pages[name]] == list(range(1, len(printed_text[name]) + 1))
    for page, text in zip(pages[name], printed_text[name], strict=True):
        if not page["scanned"]:
            assert sorted(set(page["text"].split()) - set(text.split())) == [], page["pdf_page"]


@pytest.mark.parametrize("name", PACKS)
def test_numbers_run_on_and_stand_in_the_stamps(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]], name: str
) -> None:
    numbered = [(p["printed"], t) for p, t in zip(pages[name], printed_text[name], strict=True) if p["printed"]]
    first = int(numbered[0][0])
    assert [printed for printed, _ in numbered] == [str(first + i) for i in range(len(numbered))]
    without = [n for n, text in numbered if not re.search(rf"(?m)^{STAMPS[name].format(n)}\s*$", text)]
    assert without == UNSTAMPED.get(name, [])


def test_front_sheets_tell_the_pages_of_each_item(
    sample_packs: Path, pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    forms = {MARCH: r"\s{first} - {last}\s", JUNE: r"\(Pages {first}\s*- {last}\)", TRUST: r"\s{first}\s"}
    for name, form in forms.items():
        front = " ".join(t for p, t in zip(pages[name], printed_text[name], strict=True) if p["printed"] is None)
        meeting = json.loads((sample_packs / f"{name}.meeting.json").read_text("utf-8"))
        papers = [item for item in meeting["items"] if item["first"]]
        assert len(papers) >= 6
        for item in papers:
            numbers = [int(p["printed"]) for p in pages[name] if p["item"] == item["item"]]
            assert (numbers[0], numbers[-1]) == (item["first"], item["last"])
            assert re.search(form.format(**item), " ".join(front.split())), item


def test_supplement_goes_on_from_the_pack_and_replaces_a_report(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    last = max(int(page["printed"]) for page in pages[JUNE] if page["printed"])
    assert next(page["printed"] for page in pages[SUPPLEMENT] if page["printed"]) == str(last + 1)
    replaced = [page["printed"] for page in pages[JUNE] if page["item"] == "7"]
    assert f"pages {replaced[0]} - {replaced[-1]} of the agenda" in " ".join(printed_text[SUPPLEMENT][0].split())
    assert "This report replaces the report printed at item 7" in " ".join(printed_text[SUPPLEMENT][2].split())


def test_scans_have_no_words_but_at_most_a_stamp(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    layers = {
        (name, page["printed"]): text.split()
        for name in PACKS
        for page, text in zip(pages[name], printed_text[name], strict=True)
        if page["scanned"]
    }
    assert layers == {(MARCH, "29"): ["Page", "29"], (JUNE, "13"): [], (TRUST, "25"): []}


def test_page_labels_are_true_in_one_pack_and_junk_in_another(sample_packs: Path, pages: dict[str, list[Page]]) -> None:
    labels = {name: pypdf.PdfReader(sample_packs / f"{name}.pdf").page_labels for name in PACKS}
    assert labels[TRUST] == ["i", *(page["printed"] for page in pages[TRUST][1:])]
    assert labels[JUNE] == [str(page["pdf_page"]) for page in pages[JUNE]]
    for name in (MARCH, SUPPLEMENT):
        assert "/PageLabels" not in pypdf.PdfReader(sample_packs / f"{name}.pdf").root_object


def test_pages_are_turned_landscape_and_blank_as_in_real_packs(
    sample_packs: Path, pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    for name in (JUNE, TRUST):
        turned = [page["pdf_page"] for page in pages[name] if page["rotate"] == 90]
        assert len(turned) == 1
        page = pypdf.PdfReader(sample_packs / f"{name}.pdf").pages[turned[0] - 1]
        assert page.rotation == 90
        assert page.mediabox.height > page.mediabox.width
    slides = [page["pdf_page"] for page in pages[MARCH] if page["kind"] == "slides"]
    boxes = [pypdf.PdfReader(sample_packs / f"{MARCH}.pdf").pages[n - 1].mediabox for n in slides]
    assert len(boxes) == 6
    assert all(box.width > box.height for box in boxes)
    blank = {p["text"] for name in PACKS for p in pages[name] if p["blank"]}
    assert blank == {"", "This page is intentionally left blank"}


def test_exempt_pages_and_only_they_are_marked(
    pages: dict[str, list[Page]], printed_text: dict[str, list[str]]
) -> None:
    exempt = [page for name in PACKS for page in pages[name] if page["access"] == "exempt"]
    assert {(page["item"], page["kind"]) for page in exempt} == {("13", "exempt")}
    for name in PACKS:
        for page, text in zip(pages[name], printed_text[name], strict=True):
            marked = "Document is Restricted" in text
            assert marked == (page["access"] == "exempt" and not page["blank"])


def test_budget_tables_of_both_years_add_up(pages: dict[str, list[Page]]) -> None:
    for name, total in ((MARCH, 24862), (JUNE, 26104), (SUPPLEMENT, 26281)):
        rows = [line.split("\t") for page in pages[name] for line in page["text"].splitlines()]
        budget = [row for row in rows if len(row) == 5 and all(re.fullmatch(r"[\d,]*|-", cell) for cell in row[1:])]
        amounts = {row[0]: [int(cell.replace(",", "").strip("-") or 0) for cell in row[1:]] for row in budget}
        totals = amounts.pop("TOTAL")
        assert totals[3] == total
        assert [sum(column) for column in zip(*amounts.values(), strict=True)] == totals
