"""A page as bytes and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamagedError
from index.model import Cell, Line, Page, Role, Word
from index.page_codec import decode_page, encode_page

texts = st.text(max_size=12)
fractions = st.integers(0, 65535).map(lambda step: step / 65535)
boxes = st.tuples(fractions, fractions, fractions, fractions)
words = st.lists(st.builds(Word, texts, boxes), max_size=4).map(tuple)
cells = st.lists(st.builds(Cell, texts, st.integers(0, 9), st.integers(1, 3)), max_size=3).map(tuple)
lines = st.builds(
    Line,
    text=texts,
    box=boxes,
    words=words,
    size=st.floats(0, 99),
    bold=st.booleans(),
    block=st.integers(0, 500),
    cells=cells,
    header=st.booleans(),
    role=st.sampled_from(Role),
)
whole_pages = st.builds(
    Page,
    pdf_page=st.integers(1, 3000),
    width=st.floats(1, 5000),
    height=st.floats(1, 5000),
    lines=st.lists(lines, max_size=5).map(tuple),
    rotation=st.sampled_from([0, 90, 180, 270]),
    label=st.none() | texts,
    scanned=st.booleans(),
    blank=st.booleans(),
    readable=st.booleans(),
    cut=st.booleans(),
    hidden=st.integers(0, 60_000),
)


@given(whole_pages)
def test_a_page_of_any_content_is_restored_exactly(given_page: Page) -> None:
    assert decode_page(encode_page(given_page)) == given_page


@given(boxes.map(lambda box: tuple(side * 1.3 - 0.15 for side in box)))
def test_a_box_moves_by_less_than_a_point_and_stays_on_the_page(box: tuple[float, float, float, float]) -> None:
    (found,) = decode_page(encode_page(Page(1, 842.0, 595.0, (Line("x", box),)))).lines
    assert found.box == pytest.approx([min(max(side, 0.0), 1.0) for side in box], abs=1e-5)


def test_bytes_that_are_no_page_are_told_as_damage() -> None:
    whole = encode_page(Page(1, 595.0, 842.0, (Line("x", (0.0, 0.0, 1.0, 1.0)),)))
    for broken in (b"", whole[:-5], b"x" + whole):
        with pytest.raises(IndexDamagedError):
            decode_page(broken)
