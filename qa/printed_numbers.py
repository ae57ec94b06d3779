"""Printed agenda page numbers of a pack: the pages that bear one, how far they run, where one was taken from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.model import PageSource
from qa.model import PageInfo

CALLED = re.compile(r"^(?:agenda\s+)?(?:pages?|pg|pp?)\b[\s.:]*", re.I)  # "Page 12", "p. 12"
NUMBER = re.compile(r"0*(\d{1,9})(\w*)")  # "12", "012", "12a"
RUNS_TOLD = 3  # of numbers without a gap; with more only the first and the last number are told


def pages_bearing(pages: Sequence[PageInfo], number: str) -> list[PageInfo]:
    """The pages with that printed number, however it is written: "12", "p. 12", "012", "12A"."""
    wanted = _key(CALLED.sub("", number.strip()))
    return [page for page in pages if page.page and _key(page.page) == wanted]


def range_words(pages: Sequence[PageInfo]) -> str:
    """Which printed numbers there are: "from 5 to 132", "from 1 to 29 and from 33 to 36"; empty without any."""
    keys = [_key(page.page) for page in pages if page.page]
    numbers = sorted({key for key in keys if isinstance(key, tuple)})
    if not numbers:
        others = [page.page for page in pages if page.page]
        return f"from {others[0]} to {others[-1]}" if others else ""
    runs = [[numbers[0]]]
    for number in numbers[1:]:
        if number[0] - runs[-1][-1][0] > 1:
            runs.append([])
        runs[-1].append(number)
    if len(runs) > RUNS_TOLD:
        return f"from {_written(numbers[0])} to {_written(numbers[-1])}, with gaps"
    told = [_written(run[0]) if len(run) == 1 else f"from {_written(run[0])} to {_written(run[-1])}" for run in runs]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def number_words(page: PageInfo) -> str:
    """Where a page's number was taken from, where it is not printed on the page; else empty."""
    if page.page_source == PageSource.INFERRED:
        return f"No number is printed on this page; by its neighbours it would be {page.page}."
    if page.page_source == PageSource.LABEL:
        return f"No number was found printed on this page; the PDF itself calls it {page.page}."
    if page.page is None:
        return "No agenda page number is printed on this page."
    return ""


def _key(number: str) -> tuple[int, str] | str:
    found = NUMBER.fullmatch(number.strip())
    return (int(found[1]), found[2].casefold()) if found else number.strip().casefold()


def _written(number: tuple[int, str]) -> str:
    return f"{number[0]}{number[1]}"
