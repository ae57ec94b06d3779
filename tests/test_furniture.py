"""Running headers, footers, stamps and page numbers are told from the paper's own first and last lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from index.furniture import find_furniture, mark_furniture
from index.model import Box, Cell, Line, Page, Role, Word
from index.pdf import open_pdf
from index.sketch import sketch

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
TOP: Box = (0.1, 0.03, 0.6, 0.045)
BODY: Box = (0.1, 0.08, 0.9, 0.095)
MIDDLE: Box = (0.1, 0.5, 0.9, 0.515)
LAST: Box = (0.1, 0.90, 0.9, 0.914)
FOOT: Box = (0.1, 0.94, 0.5, 0.954)
STAMP: Box = (0.46, 0.968, 0.54, 0.982)


def line(text: str, box: Box, size: float = 11.0) -> Line:
    return Line(text, box, size=size, block=int(box[1] * 1000))


def prose(number: int) -> list[Line]:
    words = ["drains", "bus shelters", "allotments", "street lamps", "libraries", "footpaths", "school meals", "bins"]
    return [
        line(f"The {words[number % 8]} were discussed in {words[(number + 3) % 8]} first", BODY),
        line(f"and the costs of the {words[(number + 5) % 8]} were noted by all members there", MIDDLE),
    ]


def marked(*margins: list[Line]) -> list[Page]:
    pages = [Page(number, 595.0, 842.0, (*prose(number), *extra)) for number, extra in enumerate(margins, 1)]
    known = find_furniture([sketch(page) for page in pages])
    return [mark_furniture(page, known) for page in pages]


def frame(page: Page) -> list[str]:
    return [line.text for line in page.lines if line.role is Role.FURNITURE]


def test_stamps_of_the_publishing_system_go() -> None:
    pages = marked(*([line(f"Page {n}", STAMP), line(f"Agenda Item {n}", TOP)] for n in (30, 31, 32, 33)))
    assert frame(pages[0]) == ["Page 30", "Agenda Item 30"]
    assert "Page" not in pages[0].text


def test_a_running_footer_with_its_page_number_goes() -> None:
    pages = marked(*([line(f"BCF return July 2023 v4 Page {n} of 5", FOOT)] for n in range(1, 6)))
    assert all(len(frame(page)) == 1 for page in pages)


def test_a_running_header_goes_on_every_page_it_stands() -> None:
    pages = marked(*([line("Exton Borough Council – Transport Plan", TOP, 9.0)] if n % 2 else [] for n in range(1, 10)))
    assert [len(frame(page)) for page in pages] == [1, 0, 1, 0, 1, 0, 1, 0, 1]


def test_a_footer_of_two_pages_goes() -> None:
    pages = marked([], [line("Audit Board – 4 May 2023", FOOT)], [line("Audit Board – 4 May 2023", FOOT)], [])
    assert [len(frame(page)) for page in pages] == [0, 1, 1, 0]


def test_a_heading_at_the_top_of_one_page_stays() -> None:
    pages = marked([], [line("7. Financial implications", TOP)], [], [])
    assert not any(frame(page) for page in pages)


def test_a_slide_title_on_three_slides_stays() -> None:
    title = [line("Our priorities for next year", (0.05, 0.06, 0.6, 0.1), 24.0)]
    assert not any(frame(page) for page in marked(title, title, title, [], [], []))


def test_page_three_within_a_sentence_stays() -> None:
    pages = marked(
        *([line(f"as the table on page {n} of the plan shows", LAST)] if n == 3 else [] for n in range(1, 6))
    )
    assert not any(frame(page) for page in pages)


def test_the_last_row_of_a_table_stays() -> None:
    def row(n: int) -> list[Line]:
        rows = []
        for place in range(3):
            text = ("Total", str(n * 7), str(n * 9))
            cells = tuple(Cell(part, column) for column, part in enumerate(text))
            rows.append(
                Line("\t".join(text), (0.1, 0.88 + place / 50, 0.9, 0.89 + place / 50), size=9.0, block=7, cells=cells)
            )
        return rows

    assert not any(frame(page) for page in marked(*(row(n) for n in range(1, 7))))


def test_bare_numbers_that_count_the_pages_go_and_a_lone_figure_stays() -> None:
    pages = marked(*([line(str(n), STAMP)] for n in range(1, 8)), [line("412", LAST)])
    assert all(len(frame(page)) == 1 for page in pages[:7])
    assert frame(pages[7]) == []


def test_a_stamp_that_ran_into_the_last_line_becomes_its_own_line() -> None:
    def joined(n: int) -> list[Line]:
        words = ("over", "a", "longer", "period.", "Page", str(n))
        lefts = (0.1, 0.15, 0.17, 0.22, 0.46, 0.5)
        box = [Word(text, (left, 0.968, left + 0.035, 0.982)) for text, left in zip(words, lefts, strict=True)]
        return [Line(" ".join(words), (0.1, 0.968, 0.54, 0.982), words=tuple(box), size=11.0, block=900)]

    pages = marked(*([line(f"Page {n}", STAMP)] for n in range(1, 6)), joined(6))
    assert frame(pages[5]) == ["Page 6"]
    assert pages[5].text.endswith("over a longer period.")


@pytest.mark.parametrize("name", ["halton-hwb-2023-03-22", "worcs-hwb-2022-05-24"])
def test_the_frames_of_the_shared_packs(name: str) -> None:
    truth = SHARED / "packs" / f"{name}.pages.jsonl"
    if not truth.exists():
        pytest.skip(f"MISSING TEST MATERIAL: {truth.name} is not beside the project in ../shared/packs")
    rows = [json.loads(row) for row in truth.read_text(encoding="utf-8").splitlines()]
    with open_pdf(truth.with_name(f"{name}.pdf"), ocr="off") as file:
        pages = list(file.pages())
    known = find_furniture([sketch(page) for page in pages])
    right = wrong = missed = 0
    for page, row in zip(pages, rows, strict=True):
        if row["scanned"]:
            continue
        wanted = [squeezed(text) for text in (*row["stamp"], *row["furniture"].values()) if text]
        found = [squeezed(text) for text in frame(mark_furniture(page, known))]
        right += sum(text in "".join(wanted) for text in found)
        wrong += sum(text not in "".join(wanted) for text in found)
        missed += sum(text not in "".join(found) for text in wanted)
    assert right / (right + wrong) > 0.97
    assert missed / (right + missed) < 0.03


def squeezed(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())


def test_a_footer_that_its_number_ran_into_is_a_footer_still() -> None:
    feet = [f"draft Board minutes v1{f' {n}' if n > 3 else ''}" for n in (1, 2, 3, 10, 11)]
    pages = marked(*([line(foot, FOOT)] for foot in feet))
    assert [frame(page) for page in pages] == [[foot] for foot in feet]
