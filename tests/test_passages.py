"""Passages hold all that is printed, once, and know their pages, heading, list and table header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from index.embedding import Embedder, load_embedder
from index.ingest import embedded_text
from index.model import Access, Cell, Kind, Line, Page, Passage, Section, Span
from index.open_table import header_cells
from index.passage_codec import decode_structure, encode_structure
from index.passages import PassageCutter, PlacedPage

BOX = (0.1, 0.2, 0.9, 0.25)
REPORT = Section(1, 99, Kind.REPORT, title="Leisure centres", item="6")
EXEMPT = Section(1, 99, Kind.EXEMPT, title="Sale of land", item="9", access=Access.RESTRICTED)
LONG = "The pool at Fenny Street was closed for repairs in the autumn and the users were told to go elsewhere."

Block = list[Line]


@cache
def embedder() -> Embedder:
    return load_embedder()


def prose(*lines: str, bold: bool = False) -> Block:
    return [Line(text, BOX, size=11, bold=bold) for text in lines]


def row(*cells: str, header: bool = False) -> Line:
    placed = tuple(Cell(text, column) for column, text in enumerate(cells))
    return Line("\t".join(cells), BOX, size=11, cells=placed, header=header)


def page(number: int, *blocks: Block) -> Page:
    lines = [
        Line(line.text, BOX, (), line.size, line.bold, place, line.cells, line.header)
        for place, block in enumerate(blocks)
        for line in block
    ]
    return Page(number, 595.0, 842.0, tuple(lines))


def cut(*pages: Page, sections: Sequence[Section] = ()) -> list[Passage]:
    """The passages of pages, all of one report unless a section is given for each."""
    cutter = PassageCutter(embedder().count_tokens, embedder().max_tokens)
    told = sections or [REPORT] * len(pages)
    return list(cutter.cut(PlacedPage(p, s, "Marlby Council, Cabinet") for p, s in zip(pages, told, strict=True)))


def holding(passages: Sequence[Passage], words: str) -> Passage:
    (found,) = [passage for passage in passages if words in passage.text]
    return found


VOCABULARY = (
    "The pool fund was agreed £4.2m (2023/24) Cllr. Hale 12% naïve tariffs; unresolvedness “grant” RESOLVED: "
    "www.marlby.gov.uk/pools 01632960123 fell. rose? members:"
).split()
LINE = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=14).map(" ".join)
HEADING = st.lists(st.sampled_from(["Background", "2.1", "Costs", "RISKS"]), min_size=1, max_size=3).map(" ".join)
BLOCKS = st.one_of(
    st.lists(LINE, min_size=1, max_size=25).map(lambda lines: prose(*lines)),
    HEADING.map(lambda text: prose(text, bold=True)),
    LINE.map(lambda text: prose("• " + text)),
    st.lists(st.lists(LINE | st.just(""), min_size=2, max_size=4), min_size=1, max_size=12).map(
        lambda cells: [row(*filled, header=not place) for place, filled in enumerate(cells) if any(filled)]
    ),
).filter(bool)
PAGES = st.lists(st.lists(BLOCKS, max_size=5), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, phases=[p for p in Phase if p is not Phase.shrink])  # shrinking takes minutes
@given(PAGES, st.data())
def test_every_printed_character_is_in_exactly_one_passage(layout: list[list[Block]], data: st.DataObject) -> None:
    pages = [page(number, *blocks) for number, blocks in enumerate(layout, start=1)]
    sections = [data.draw(st.sampled_from([REPORT, EXEMPT])) for _ in pages]
    texts = {p.pdf_page: p.text for p in pages}
    access = {p.pdf_page: s.access for p, s in zip(pages, sections, strict=True)}
    passages = cut(*pages, sections=sections)
    seen: Counter[tuple[int, int]] = Counter()
    for passage in passages:
        assert passage.text == "\n".join(texts[s.pdf_page][s.start : s.end] for s in passage.spans)
        assert embedder().count_tokens([embedded_text(passage)])[0] <= embedder().max_tokens
        assert {access[span.pdf_page] for span in passage.spans} == {passage.access}
        assert list(passage.blocks) == sorted(set(passage.blocks))
        assert all(0 <= start < len(passage.text) for start in passage.blocks)
        seen.update((span.pdf_page, at) for span in passage.spans for at in range(span.start, span.end))
    for number, text in texts.items():
        assert [text[at] for at in range(len(text)) if not seen[number, at] and not text[at].isspace()] == []
    assert set(seen.values()) <= {1}
    places = [(span.pdf_page, span.start) for passage in passages for span in passage.spans]
    assert places == sorted(places)


def test_a_heading_stays_with_what_follows_on_later_pages() -> None:
    pages = [
        page(1, prose("4.0 ENERGY COSTS", bold=True), prose(*[LONG] * 4)),
        page(2, prose(*[LONG] * 4)),
        page(
            3,
            prose("Gas is bought for a year ahead.", *[LONG] * 2),
            prose("5.0 STAFF", bold=True),
            prose("Ten posts are empty."),
        ),
    ]
    passages = cut(*pages)
    assert holding(passages, "Gas is bought").heading == "4.0 ENERGY COSTS"
    assert "4.0 ENERGY COSTS" in holding(passages, "Gas is bought").context
    assert holding(passages, "Ten posts").heading == "5.0 STAFF"


@pytest.mark.parametrize(
    "heading", ["2.0 PURPOSE", "CAB14 LEISURE CHARGES", "9.1 Apologies for absence", "Appendix B – Survey of users"]
)
def test_the_forms_of_headings_that_councils_print_are_known(heading: str) -> None:
    passages = cut(page(1, prose(*[LONG] * 3), prose(heading), prose(LONG, "It reopens in spring.")))
    assert holding(passages, "reopens").heading == heading


def test_what_a_proposed_record_of_decision_says_stands_under_its_name_up_to_the_reasons() -> None:
    passages = cut(
        page(
            1,
            prose("MARLBY COUNCIL – PROPOSED RECORD OF DECISION", bold=True),
            prose("Decision to be taken by: Cabinet"),
            prose("Subject: Leisure charges", bold=True),
            prose("Decision:"),
            prose("Cabinet agree to:"),
            prose("a) the charges in Appendix 1"),
            prose("Reason(s) for decision:"),
            prose("Charges have stood since 2019."),
        ),
    )
    proposed = holding(passages, "the charges in Appendix 1")
    assert "PROPOSED RECORD OF DECISION" in proposed.heading
    assert "Charges have stood" not in proposed.text
    assert "PROPOSED" not in holding(passages, "Charges have stood").heading


def test_the_record_of_a_decision_taken_is_no_proposal() -> None:
    passages = cut(page(1, prose("MARLBY COUNCIL – RECORD OF DECISION", bold=True), prose("Decision:", "As proposed.")))
    assert holding(passages, "As proposed").heading == "MARLBY COUNCIL – RECORD OF DECISION"


def test_a_table_that_goes_on_overleaf_keeps_its_title_and_header() -> None:
    pages = [
        page(
            1,
            prose("Table 3: Visits by centre"),
            [row("Centre", "2022/23", "2023/24", header=True), row("Fenny Street", "41,200", "39,800")],
        ),
        page(2, [row("Mill Lane", "12,900", "14,350"), row("Quay", "8,100", "8,450")]),
        page(3, [row("Item", "Owner"), row("Roof", "AB")]),
    ]
    passages = cut(*pages)
    mill = holding(passages, "Mill Lane")
    assert (mill.table, mill.title, mill.columns) == (
        True,
        "Table 3: Visits by centre",
        ("Centre", "2022/23", "2023/24"),
    )
    assert "2023/24" in mill.context
    assert mill.spans[0].pdf_page == 2


def test_prose_between_two_tables_ends_the_first() -> None:
    pages = [
        page(1, prose("Table 1: Fees"), [row("Fee", "£", header=True), row("Swim", "4.80")]),
        page(2, prose("The club has its own fees."), [row("Hall", "22.00"), row("Court", "9.50")]),
    ]
    hall = holding(cut(*pages), "Hall")
    assert hall.columns == ()
    assert hall.title != "Table 1: Fees"


def test_a_group_of_rows_has_its_heading_in_its_title_and_goes_on_overleaf() -> None:
    def group(text: str) -> Line:
        return Line(text, BOX, size=11, bold=True, cells=(Cell(text, 0, 3),))

    header = row("Charge", "2024/25", "2025/26", header=True)
    waste = [group("Waste"), row("Garden bin", "46.00", "54.00")]
    passages = cut(
        page(1, prose("Table 4: Fees"), [header, group("Car parks"), row("1 hour", "1.20", "1.40"), *waste]),
        page(2, [row("Bulky waste", "38.00", "44.00"), group("Pests"), row("Rats", "48.00", "52.00")]),
    )
    titles = {words: holding(passages, words).title for words in ("1 hour", "Garden bin", "Bulky", "Rats")}
    assert titles == {
        "1 hour": "Table 4: Fees – Car parks",
        "Garden bin": "Table 4: Fees – Waste",
        "Bulky": "Table 4: Fees – Waste",
        "Rats": "Table 4: Fees – Pests",
    }
    assert {passage.columns for passage in passages if passage.table} == {("Charge", "2024/25", "2025/26")}
    assert "Waste" in holding(passages, "Bulky").context


def test_a_merged_header_cell_names_every_column_under_it() -> None:
    top = Line("\tVisits", BOX, cells=(Cell("", 0), Cell("Visits", 1, 2)), header=True)
    under = row("Centre", "2022/23", "2023/24", header=True)
    assert header_cells([top, under]) == ("Centre", "Visits 2022/23", "Visits 2023/24")


def test_a_long_table_is_cut_between_rows_and_each_part_has_the_header() -> None:
    rows = [row(f"Centre {n} in the parish of Over Marlby", f"{n * 311:,}", "repairs needed") for n in range(1, 40)]
    passages = cut(page(1, prose("Table 9: Repairs"), [row("Centre", "Visits", "State", header=True), *rows]))
    tables = [passage for passage in passages if passage.table]
    assert len(tables) > 2
    assert {passage.columns for passage in tables} == {("Centre", "Visits", "State")}
    assert [line for passage in tables for line in passage.text.split("\n")][1:] == [line.text for line in rows]


def test_a_sentence_over_a_page_end_knows_both_pages() -> None:
    first = page(1, prose(*[LONG] * 5), prose("Members agreed that the pool at Fenny Street should"))
    second = page(2, prose("be rebuilt by March 2026 at a cost of £4.2m."), prose(*[LONG] * 3))
    found = holding(cut(first, second), "rebuilt by March")
    assert [span.pdf_page for span in found.spans] == [1, 2]
    assert "should\nbe rebuilt" in found.text
    assert found.text.index("be rebuilt") not in found.blocks  # one sentence, one paragraph


def test_a_finished_page_shares_no_passage_with_the_next() -> None:
    pages = [page(1, prose("The pool is shut.")), page(2, prose("The hall is open."))]
    assert [[span.pdf_page for span in passage.spans] for passage in cut(*pages)] == [[1], [2]]


def test_a_list_is_kept_with_what_leads_to_it() -> None:
    items = [prose(f"• centre number {n} to be surveyed by the end of May.") for n in range(1, 5)]
    passages = cut(page(1, *[prose(LONG)] * 3, prose("The Panel asked for these things to be done:"), *items))
    found = holding(passages, "The Panel asked")
    assert "centre number 4" in found.text


@pytest.mark.parametrize("order", [(REPORT, EXEMPT), (EXEMPT, REPORT)])
def test_an_exempt_paper_shares_no_passage_with_a_public_one(order: tuple[Section, Section]) -> None:
    pages = [page(1, prose("The owner asks for a price that")), page(2, prose("is not yet agreed by both sides."))]
    passages = cut(*pages, sections=order)
    assert [passage.access for passage in passages] == [section.access for section in order]
    assert len({passage.context for passage in passages}) == 2


def test_where_a_passage_lies_survives_being_written_down() -> None:
    passage = Passage(
        "a\tb\n1\t\udc80",
        "Cabinet",
        (Span(3, 10, 13), Span(4, 0, 3)),
        Kind.REPORT,
        blocks=(0, 4),
        columns=("Année", ""),
        title="Table “1”",
    )
    text = encode_structure(passage)
    text.encode("utf-8")
    assert decode_structure(text) == {
        "spans": passage.spans,
        "blocks": passage.blocks,
        "columns": passage.columns,
        "title": passage.title,
    }


def test_a_table_is_found_by_the_paragraph_that_announces_it_on_the_page_before() -> None:
    told = prose("The Adaptations Grant goes to the districts.", "The following table shows the sum for each of them.")
    other = prose("The pool is open.")
    rows = [row("Marlby", "1,036,273"), row("Quay", "682,875")]
    assert "Adaptations Grant" in holding(cut(page(1, told), page(2, rows)), "Marlby").context
    assert "pool" not in holding(cut(page(1, other), page(2, rows)), "Marlby").context
