"""Printed page numbers: how they may be asked for, and how they are told."""

from __future__ import annotations

import pytest

from qa.contents import around, contents
from qa.model import PackInfo, PackItem, PageInfo
from qa.printed_numbers import pages_bearing, range_words


def pages(*numbers: str | None, items: str = "") -> list[PageInfo]:
    """Pages with these printed numbers; ``items`` has the item of each, "-" for none."""
    return [
        PageInfo(
            pdf_page=place,
            page=number,
            page_source="stamp" if number else "none",
            item=None if item == "-" else item,
            item_title=None,
            kind="report",
            scanned=False,
            blank=False,
            readable=True,
        )
        for place, (number, item) in enumerate(zip(numbers, items or "-" * len(numbers), strict=True), 1)
    ]


def pack(*items: tuple[str, str | None, str | None]) -> PackInfo:
    listed = [PackItem(item=item, title=f"Item {item}", first=first, last=last) for item, first, last in items]
    return PackInfo(
        pack="a", file="a.pdf", files=["a.pdf"], title="", body=None, council=None, meeting_date=None, kind="agenda",
        access="public", pages=9, items=listed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([None, "5", "6", "7"], "from 5 to 7"),
        (["1", "2", "33", "34"], "from 1 to 2 and from 33 to 34"),
        (["9", "10", "10a", "11"], "from 9 to 11"),
        (["7"], "7"),
        (["1", "2", "5", "8", "9"], "from 1 to 2, 5 and from 8 to 9"),
        (["1", "3", "5", "7"], "from 1 to 7, with gaps"),
        (["3", "1", "2"], "from 1 to 3"),
        (["A/1", "A/2"], "from A/1 to A/2"),
        ([None], ""),
        ([], ""),
    ],
)
def test_the_numbers_there_are_put_into_words(numbers: list[str | None], words: str) -> None:
    assert range_words(pages(*numbers)) == words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("12", [2]),
        ("p.12", [2]),
        ("pp. 12", [2]),
        ("agenda page 12", [2]),
        ("012", [2]),
        ("12A", [3]),
        ("c4", [5]),
        ("13", [4, 6]),
        ("1", []),
        ("", []),
        ("page", []),
    ],
)
def test_a_number_is_found_however_it_is_written(asked: str, found: list[int]) -> None:
    there = pages(None, "12", "12a", "13", "C4", "13")
    assert [page.pdf_page for page in pages_bearing(there, asked)] == found


def test_items_have_their_pages_by_printed_number_or_place() -> None:
    of = pack(("1", None, None), ("2", "5", "6"), ("3", "6", "6"), ("4", "90", "95"))
    entries = contents(of, pages(None, None, "5", "6", None, items="-8229"))
    assert [(entry.item, entry.pages, entry.pdf_page) for entry in entries] == [
        ("1", "no pages", None),
        ("2", "pages 5 to 6", 3),
        ("3", "page 6", 4),  # begins where item 2 ends
        ("4", "not shown here", None),
        ("8", "PDF page 2", 2),
        ("9", "PDF page 5", 5),
    ]


def test_items_before_and_after_are_those_that_begin_before_and_after() -> None:
    told = pages("1", "2", "3", "4", "5", items="-22-3")
    entries = contents(pack(("1", None, None), ("2", "2", "3"), ("3", "5", "5")), told)
    steps = [tuple(entry.item if entry else None for entry in around(entries, page)) for page in told]
    assert steps == [(None, "2"), (None, "3"), (None, "3"), ("2", "3"), ("2", None)]
