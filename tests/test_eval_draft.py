"""Drafting candidate questions from the sample packs."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from eval.check import check
from eval.draft import decision_candidates, draft
from eval.draft_sentences import sentence_candidates
from eval.draft_tables import table_candidates
from eval.drafting import DraftPack, facts_in, plain, shortened
from eval.questions import GoldQuestion, TruePage
from eval.runs import write_lines
from index.errors import UnknownPackError
from index.model import Kind, Meeting, Passage, Span
from qa.model import PackInfo

BOARD = "thornmere-hwb-2024-06-20"  # its pages 3 to 6 are the minutes of 14 March 2024
TRUST = "kestrel-vale-board-2024-09-25"


@pytest.fixture(scope="module")
def drafts(service) -> dict[str, list[GoldQuestion]]:
    return {pack.pack: draft(service, pack.pack) for pack in service.packs()}


@pytest.fixture(scope="module")
def pages(service) -> dict[str, dict[int, TruePage]]:
    return {
        pack.file.removesuffix(".pdf"): {
            page.pdf_page: TruePage(pdf_page=page.pdf_page, text=service.page(pack.pack, page.pdf_page).text)
            for page in service.pages(pack.pack)
        }
        for pack in service.packs()
    }


def of_kind(questions, kind):
    return [question for question in questions if question.kind == kind]


def test_a_set_of_drafts_has_nothing_wrong_with_it(service, pages, tmp_path):
    for pack in pages:
        file = tmp_path / f"{pack}.jsonl"
        write_lines(file, draft(service, pack, 1000))
        assert check(file, pages) == []


def test_all_are_drafts_and_carry_the_packs_name(drafts):
    for pack, questions in drafts.items():
        assert {question.state for question in questions} == {"draft"}
        assert {question.pack for question in questions} == {pack}
        assert all(question.id.startswith(f"{pack}-draft-") for question in questions)
        assert all(question.asker in {"councillor", "officer"} for question in questions)


def test_the_same_pack_gives_the_same_drafts(service, drafts):
    assert draft(service, BOARD) == drafts[BOARD]
    assert draft(service, f"{BOARD}.pdf") == drafts[BOARD]


def test_drafts_are_of_many_kinds_and_items(drafts):
    assert all(len(questions) <= 40 for questions in drafts.values())
    for pack in (BOARD, TRUST):
        kinds = Counter(question.kind for question in drafts[pack])
        assert {"decision", "table", "number", "date", "definition", "followup", "unanswerable"} <= set(kinds)
        assert max(kinds.values()) <= len(drafts[pack]) // 4
        assert len({page for question in drafts[pack] for quote in question.gold for page in quote}) >= 10
        assert kinds["unanswerable"] >= 0.12 * len(drafts[pack])


@pytest.mark.parametrize("limit", [1, 7, 12])
def test_no_more_are_drafted_than_asked_for(service, limit):
    assert len(draft(service, BOARD, limit)) == limit


def test_a_decision_is_asked_for_by_its_minute_and_meeting_and_quoted_part_by_part(drafts):
    [found] = [question for question in of_kind(drafts[BOARD], "decision") if "stop smoking" in question.question]
    assert "14 March 2024" in found.question  # the meeting that decided, not the one whose pack this is
    assert ["30 September 2024"] in found.must_include
    assert found.evidence[0] == "(a) the service model be supported;"
    assert found.gold == [[4]] * 3


def test_decisions_of_another_councils_form_are_found(drafts):
    [found] = [question for question in of_kind(drafts[TRUST], "decision") if "Maternity" in question.question]
    assert ["£312,000"] in found.must_include
    assert "31 July 2024" in found.question


def test_a_table_cell_is_asked_for_by_its_row_and_column(drafts):
    [found] = [q for q in of_kind(drafts[BOARD], "table") if "At home 91 days" in q.question] or of_kind(
        drafts[BOARD], "table"
    )[:1]
    label = found.question.split("“")[2].split("”")[0]
    assert any(cell == label for cell in found.evidence[0].split("\t"))
    assert found.must_include[0][0] in found.evidence[0].split("\t")


def test_a_follow_up_asks_the_same_column_of_another_row(drafts):
    for question in of_kind(drafts[BOARD], "followup"):
        [(earlier, told)] = question.history
        column = earlier.split("“")[1].split("”")[0]
        assert column in question.answer
        assert column in told
        assert question.evidence[0].split("\t")[0] not in earlier


def test_what_cannot_be_answered_speaks_of_what_the_pack_does_not_cover(drafts, pages):
    found = of_kind(drafts[BOARD], "unanswerable")
    text = " ".join(page.text for page in pages[BOARD].values())
    assert all(not (question.must_include or question.evidence or question.gold) for question in found)
    years = {
        word.strip("?") for question in found for word in question.question.split() if " in 20" in question.question
    }
    [year] = [word for word in years if word.isdigit() and len(word) == 4 and word not in text]
    assert year < "2024"
    assert any("Allotments Committee" in question.question for question in found)
    assert "Allotments" not in text


def test_no_question_gives_its_own_answer_away(drafts):
    for question in drafts[TRUST]:
        for [fact] in question.must_include:
            assert f" {fact} " not in question.question


def test_an_unknown_pack_is_told(service):
    with pytest.raises(UnknownPackError):
        draft(service, "nowhere")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The budget is £26,104,000, an increase of 5.66%.", ["£26,104,000", "5.66%"]),
        ("It met on 3 May 2024 about the 2023/24 accounts.", ["3 May 2024"]),
        ("At item 12, quarter 3 and option 2 of Covid-19 (14) cost £1.2m.", ["£1.2m"]),
        ("The unit shuts at 8 pm for 120 days.", ["120"]),
        ("A visit took 31-45 minutes in November 21.", []),
        ("£300K went to 71 of 1,580 people, 12 wards and 3 towns.", ["£300K", "71", "1,580"]),
    ],
)
def test_facts_are_figures_and_dates_and_not_numbers_that_name_things(text, facts):
    assert facts_in(text) == [[fact] for fact in facts]


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Table 2: Better Care Fund budget 2024/25", "Better Care Fund budget 2024/25"),
        ("4. The scorecard", "The scorecard"),
        ("Life rooms (presentation from the Director of Public Health (interim))", "Life rooms"),
        ("Better Care Fund plan 2024/25", "Better Care Fund plan 2024/25"),
    ],
)
def test_titles_are_shortened_for_a_question(title, short):
    assert shortened(title) == short


def small_pack(*passages: Passage) -> DraftPack:
    """A pack with each passage on a page of its own, minutes being those of 2 May 2023."""
    info = PackInfo(
        pack="p",
        file="p.pdf",
        files=["p.pdf"],
        title="",
        body="Town Board",
        council=None,
        meeting_date=date(2023, 6, 1),
        kind="agenda",
        access="public",
        pages=len(passages),
        items=[],
    )
    texts = {passage.spans[0].pdf_page: passage.text for passage in passages}
    meeting = Meeting(body="Town Board", date=date(2023, 5, 2))
    letters = {page: plain(text) for page, text in texts.items()}
    return DraftPack(info, list(passages), texts, letters, dict.fromkeys(texts, meeting), "", frozenset({2023}))


def passage(*blocks: str, kind: Kind = Kind.MINUTES, pdf_page: int = 1, **more: object) -> Passage:
    text = "\n".join(blocks)
    starts = tuple(sum(len(block) + 1 for block in blocks[:place]) for place in range(len(blocks)))
    spans = (Span(pdf_page, 0, len(text)),)
    return Passage(text=text, context="", spans=spans, kind=kind, blocks=starts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("blocks", "title", "facts", "evidence"),
    [
        (
            ("12. Bus shelters", "RESOLVED: That £9,000 be spent on\nshelters. Meeting ended at 8.10pm"),
            "Bus shelters",
            [["£9,000"]],
            ["RESOLVED: That £9,000 be spent on shelters."],
        ),
        (
            (
                "TB14 ALLOTMENT RENTS",
                "It was RESOLVED that",
                "(1) rents rise by 4%;",
                "(2) a leaflet be sent.",
                "Next.",
            ),
            "ALLOTMENT RENTS",
            [["4%"]],
            ["(1) rents rise by 4%;", "(2) a leaflet be sent."],
        ),
        (
            ("2023/017 The pavilion", "The Board approved the lease from 1 July 2023."),
            "The pavilion",
            [["1 July 2023"]],
            ["The Board approved the lease from 1 July 2023."],
        ),
        (
            ("7) Footpaths", "AGREED – the map was adopted."),
            "Footpaths",
            [["adopted"]],
            ["AGREED – the map was adopted."],
        ),
    ],
)
def test_resolutions_are_read_in_the_forms_of_many_councils(blocks, title, facts, evidence):
    [found] = decision_candidates(small_pack(passage(*blocks)))
    assert (found.kind, found.about, found.facts, found.evidence) == ("decision", title, facts, evidence)
    assert "2 May 2023" in found.question


def test_a_resolution_that_stands_on_more_pages_or_only_recommends_is_left_out():
    noted = ("3. Rates", "RESOLVED that the report be noted."), ("4. Roads", "RESOLVED that the report be noted.")
    pack = small_pack(*(passage(*blocks, pdf_page=page) for page, blocks in enumerate(noted, 1)))
    assert list(decision_candidates(pack)) == []
    assert list(decision_candidates(small_pack(passage("5. Bins", "RECOMMENDED that £5,000 be spent.")))) == []


@pytest.mark.parametrize(
    ("blocks", "people"),
    [
        (("Present: Councillors Wing (Chair), A. Pen and B. Cob",), ["Wing"]),
        (("PRESENT: Cllr Mrs M Wing (Chairman), Dr P Pen",), ["Wing"]),
        (("Apologies for absence: Councillor A. Pen, Dr B. Cob",), ["Pen", "Cob"]),
    ],
)
def test_who_chaired_and_who_was_away_is_read_from_the_head_of_minutes(blocks, people):
    [found] = decision_candidates(small_pack(passage(*blocks)))
    assert [name for [name] in found.facts] == people


@pytest.mark.parametrize(
    ("block", "kind", "question", "fact"),
    [
        ("2.1 The pooled budget is £26,104,000 this year.", "number", "What is the pooled budget?", "£26,104,000"),
        ("Visits to the library fell to 31,400 in the year.", "number", "What figure is given for Visits", "31,400"),
        ("(c) Of 620 people asked by post 251 sent it back.", "number", "Of … people asked by post", "620"),
        ("The lease of the old pavilion ends on 3 May 2024.", "date", "pavilion ends on …”", "3 May 2024"),
        ("Contact officer: Ms Jo Swan-Hill, Head of Parks", "person", "as contact officer of the report", "Swan-Hill"),
        ("Report author: Amit Gander, Engineer", "person", "as report author of the report", "Gander"),
        ("It is for the Big Parks Fund (BPF) to decide.", "definition", "What does BPF stand for?", "Big Parks Fund"),
        ("The Board is asked to NOTE the plan for parks.", "fact", "ask its readers to do?", "note"),
    ],
)
def test_sentences_become_questions(block, kind, question, fact):
    pack = small_pack(passage(block, kind=Kind.REPORT, item_title="Parks"))
    [found] = sentence_candidates(pack)
    assert (found.kind, found.facts[0]) == (kind, [fact])
    assert question in found.question
    assert pack.placed(found) is not None


@pytest.mark.parametrize(
    "block", ["This rose to 31,400 in the last full year.", "See item 12 of the agenda for more.", "1.2 Background"]
)
def test_sentences_that_say_nothing_alone_become_none(block):
    assert list(sentence_candidates(small_pack(passage(block, kind=Kind.REPORT, item_title="Parks")))) == []


def test_rows_without_a_name_of_their_own_and_totals_are_not_asked_for():
    rows = ("Ward\tBins\tRating", "North Ward\t12\tRed", "South Ward\t14\tAmber", "South Ward\t9\tRed", "Total\t35\t")
    table = passage(*rows, kind=Kind.REPORT, table=True, columns=("Ward", "Bins", "Rating"), title="Table 1: Bins")
    [found] = table_candidates(small_pack(table))
    assert found.question == "What is given under “Rating” for “North Ward” in “Bins”?"
    assert (found.facts, found.evidence) == ([["Red"]], ["North Ward\t12\tRed"])
