"""The printed agenda page number of every page: never a wrong one, and as many right ones as can be had."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from index.model import AgendaItem, PageSource
from index.numbering import number_pages
from index.sketch import MarginLine, PageSketch

SHARED = Path(__file__).resolve().parents[1].parent / "shared"

FOOT = (0.46, 0.965, 0.54, 0.98)  # where the publishing system stamps
CORNER = (0.90, 0.945, 0.93, 0.958)  # where slides count
OWN = (0.80, 0.93, 0.90, 0.944)  # where a report counts its own pages
HEAD = (0.80, 0.02, 0.95, 0.035)


def line(text: str, box: tuple[float, float, float, float] = FOOT) -> MarginLine:
    return MarginLine(text, box, "top" if box[1] < 0.5 else "bottom", 10.0)


def pages(
    *margins: list[MarginLine], labels: list[str] | None = None, scanned: set[int] | None = None
) -> list[PageSketch]:
    return [
        PageSketch(
            number,
            595.0,
            842.0,
            label=labels[number - 1] if labels else None,
            scanned=number in (scanned or set()),
            margin=tuple(margin),
            words=200,
            size=11.0,
        )
        for number, margin in enumerate(margins, 1)
    ]


def printed(sketches: list[PageSketch], items: tuple[AgendaItem, ...] = ()) -> list[str | None]:
    return [number.printed for number in number_pages(sketches, items)]


def test_stamps_after_a_front_of_two_pages() -> None:
    sketches = pages([], [], *([line(f"Page {n}")] for n in range(1, 9)))
    assert printed(sketches) == [None, None, *map(str, range(1, 9))]
    assert {number.source for number in number_pages(sketches, ())[2:]} == {PageSource.STAMP}


def test_a_missing_stamp_between_two_others_is_inferred() -> None:
    sketches = pages([], *([line(f"Page {n}")] if n != 4 else [] for n in range(1, 9)))
    numbers = number_pages(sketches, ())
    assert (numbers[4].printed, numbers[4].source) == ("4", PageSource.INFERRED)


def test_a_misread_stamp_of_a_scan_is_corrected() -> None:
    sketches = pages(*([line(f"Page {n if n != 5 else 8}")] for n in range(1, 11)), scanned={5})
    assert printed(sketches) == [str(n) for n in range(1, 11)]


def test_a_scan_that_reads_letters_for_figures_still_shows_its_stamp() -> None:
    sketches = pages(*([line(f"Page {n}" if n != 11 else "Page l1")] for n in range(1, 14)), scanned={11})
    assert number_pages(sketches, ())[10].source is PageSource.STAMP


def test_the_reports_own_numbers_do_not_count() -> None:
    margins = [[line(f"Page {n}"), line(f"Page {(n - 1) % 5 + 1} of 5", OWN)] for n in range(1, 21)]
    assert printed(pages([], *margins)) == [None, *map(str, range(1, 21))]


def test_own_numbers_that_restart_in_every_report_are_no_agenda_pages() -> None:
    margins = [[line(f"Page {(n - 1) % 5 + 1} of 5", OWN)] for n in range(1, 21)]
    assert printed(pages([], *margins)) == [None] * 21


def test_slide_numbers_do_not_count() -> None:
    margins = [[line(f"Page {n}"), *([line(str(n - 10), CORNER)] if n > 11 else [])] for n in range(1, 31)]
    assert printed(pages([], [], *margins)) == [None, None, *map(str, range(1, 31))]


def test_a_paper_that_stands_alone_has_its_own_numbers() -> None:
    sketches = pages([], *([line(str(n))] for n in range(2, 18)))
    assert printed(sketches)[1:] == [str(n) for n in range(2, 18)]


def test_the_first_page_of_a_paper_that_tells_its_total_is_one() -> None:
    sketches = pages([], *([line(f"Page {n} of 9")] for n in range(2, 10)))
    numbers = number_pages(sketches, ())
    assert (numbers[0].printed, numbers[0].source) == ("1", PageSource.INFERRED)


def test_numbers_inside_a_running_footer_count_for_a_paper_that_stands_alone() -> None:
    sketches = pages(
        *([line(f"Town of Exton   Page {n}   Printed on 5/2/2024", (0.1, 0.95, 0.9, 0.96))] for n in range(1, 7))
    )
    assert printed(sketches) == ["1", "2", "3", "4", "5", "6"]


def test_numbers_with_the_items_prefix() -> None:
    assert printed(pages(*([line(f"Page G-4.{n}")] for n in range(1, 6))))[-1] == "G-4.5"


def test_a_supplement_bound_in_counts_anew() -> None:
    items = (AgendaItem("1", "Minutes", first=1, last=10),)
    margins = [[line(f"Page {n}")] for n in (*range(1, 11), *range(1, 6))]
    assert printed(pages([], *margins), items) == [None, *map(str, range(1, 11)), *map(str, range(1, 6))]


def test_numbers_left_out_for_exempt_papers_are_a_new_run() -> None:
    margins = [[line(f"Page {n}")] for n in (*range(1, 11), *range(21, 31))]
    assert printed(pages([], *margins)) == [None, *map(str, range(1, 11)), *map(str, range(21, 31))]


def test_a_page_put_in_later_has_a_letter() -> None:
    margins = [[line(f"Page {n}")] for n in ("1", "2", "3", "4", "5", "5a", "5b", "6", "7", "8", "9")]
    assert printed(pages(*margins))[4:8] == ["5", "5a", "5b", "6"]


def test_the_last_blank_page_of_an_item_is_inferred_from_the_agenda() -> None:
    items = (AgendaItem("1", "Minutes", first=1, last=4), AgendaItem("2", "Plan", first=5, last=8))
    sketches = pages([], *([line(f"Page {n}")] for n in range(1, 8)), [])
    numbers = number_pages(sketches, items)
    assert (numbers[8].printed, numbers[8].source) == ("8", PageSource.INFERRED)


def test_nothing_is_inferred_beyond_the_last_stamp_without_an_agenda() -> None:
    assert printed(pages([], *([line(f"Page {n}")] for n in range(1, 8)), []))[-1] is None


def test_labels_that_only_count_the_files_pages_lose_against_stamps() -> None:
    sketches = pages([], [], *([line(f"Page {n}")] for n in range(1, 7)), labels=[str(n) for n in range(1, 9)])
    assert printed(sketches) == [None, None, "1", "2", "3", "4", "5", "6"]


def test_labels_that_only_count_the_files_pages_are_no_agenda_pages() -> None:
    assert printed(pages(*([] for _ in range(8)), labels=[str(n) for n in range(1, 9)])) == [None] * 8


def test_labels_behind_a_roman_front_are_agenda_pages() -> None:
    sketches = pages(*([] for _ in range(8)), labels=["i", "ii", "1", "2", "3", "4", "5", "6"])
    numbers = number_pages(sketches, ())
    assert [number.printed for number in numbers] == [None, None, "1", "2", "3", "4", "5", "6"]
    assert numbers[2].source is PageSource.LABEL


def test_a_label_fills_in_for_a_missing_stamp() -> None:
    margins = [[line(f"Page {n}")] if n != 3 else [] for n in range(1, 7)]
    sketches = pages([], *margins, labels=["Cover", "1", "2", "3", "4", "5", "6"])
    assert number_pages(sketches, ())[3].source is PageSource.LABEL


def test_a_stamped_item_decides_between_two_counts() -> None:
    items = (AgendaItem("4", "Budget", first=31, last=40),)
    margins = [[line(str(n)), line(str(n + 30), CORNER)] for n in range(1, 11)]
    margins[0].append(line("Agenda Item 4", HEAD))
    assert printed(pages(*margins), items)[0] == "31"


@dataclass
class Random:
    """A pack made up at random: its sketches, agenda and true numbers."""

    sketches: list[PageSketch] = field(default_factory=list)
    items: tuple[AgendaItem, ...] = ()
    truth: list[str | None] = field(default_factory=list)
    stamped: int = 0
    clear: bool = False  # few stamps are missing or misread


@st.composite
def packs(draw: st.DrawFn) -> Random:
    """Packs with fronts, reports that count their own pages, slides, scans, blank pages, gaps, supplements, labels."""
    front = draw(st.integers(0, 4))
    sheet = draw(st.booleans())
    bare = draw(st.booleans())
    missing = draw(st.sampled_from([0, 0, 5, 20]))
    misread = draw(st.sampled_from([0, 0, 5, 20]))
    reports = draw(st.lists(st.integers(2, 14), min_size=3, max_size=9))
    supplement = (
        draw(st.sampled_from([0, 0, 0, 6])) if sheet and not bare else 0
    )  # only an agenda tells it from a report
    skipped = draw(st.sampled_from([0, 0, 0, 7]))
    labels = draw(st.sampled_from(["none", "plain", "printed", "roman"]))
    chance = draw(st.randoms(use_true_random=False))
    pack = Random(clear=missing + misread <= 5)
    items: list[AgendaItem] = []
    numbers: list[str] = []
    number = 1
    for place, length in enumerate(reports):
        if skipped and place == len(reports) // 2:
            number += skipped
        items.append(AgendaItem(str(place + 2), f"Report {place}", first=number, last=number + length - 1))
        numbers += [str(one) for one in range(number, number + length)]
        number += length
    starts = {item.first for item in items}
    main = len(numbers)
    numbers += [str(one) for one in range(1, supplement + 1)]
    margins: list[list[MarginLine]] = [[] for _ in range(front)]
    scanned: set[int] = set()
    own_form = ["of", "bare", "slide", "none"]
    own, own_kind, total = 0, "none", 0
    for place, true in enumerate(numbers):
        page = front + place + 1
        if int(true) in starts and place < main:
            length = next(item.last - item.first + 1 for item in items if item.first == int(true))  # type: ignore[operator]  # made up for the test
            own, own_kind, total = 0, chance.choice(own_form), length
        own += 1
        margin: list[MarginLine] = []
        shown: str | None = true
        if chance.randrange(100) < missing:
            shown = None
        elif chance.randrange(100) < misread:
            scanned.add(page)
            shown = str((int(true) * 7 + 3) % 200)
        if shown is not None:
            margin.append(line(shown if bare else f"Page {shown}"))
            pack.stamped += shown == true
        if own_kind == "of":
            margin.append(line(f"Page {own} of {total}", OWN))
        elif own_kind == "bare":
            margin.append(line(str(own), OWN))
        elif own_kind == "slide":
            margin.append(line(str(own), CORNER))
        margins.append(margin)
    made = {
        "none": None,
        "plain": [str(one) for one in range(1, len(margins) + 1)],
        "printed": [f"{'i' * one}" for one in range(1, front + 1)] + numbers,
        "roman": ["Cover"] * front + [f"{'x' * (one % 3 + 1)}" for one in range(len(numbers))],
    }[labels]
    pack.sketches = pages(*margins, labels=made, scanned=scanned)
    pack.items = tuple(items) if sheet else ()
    pack.truth = [None] * front + list(numbers)
    return pack


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a pack of 80 pages shrinks for minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(packs())
def test_a_random_pack_has_no_wrong_number_and_most_right_ones(pack: Random) -> None:
    found = printed(pack.sketches, pack.items)
    assert len(found) == len(pack.truth)
    wrong = [
        (page, got, true)
        for page, (got, true) in enumerate(zip(found, pack.truth, strict=True), 1)
        if got not in (None, true)
    ]
    assert not wrong
    right = sum(got is not None for got in found)
    if pack.clear and pack.stamped >= 10:
        assert right >= 0.9 * pack.stamped


@pytest.mark.parametrize("name", ["halton-hwb-2023-03-22", "worcs-hwb-2022-05-24"])
def test_the_shared_packs_stamps_give_every_number(name: str) -> None:
    truth = SHARED / "packs" / f"{name}.pages.jsonl"
    if not truth.exists():
        pytest.skip(f"MISSING TEST MATERIAL: {truth.name} is not beside the project in ../shared/packs")
    rows = [json.loads(row) for row in truth.read_text(encoding="utf-8").splitlines()]
    sketches = pages(
        *([line(stamp, HEAD if "tem" in stamp.lower() else FOOT) for stamp in row["stamp"]] for row in rows)
    )
    assert printed(sketches) == [row["printed"] for row in rows]
