"""Checking a question set against the true pages of its packs."""

from __future__ import annotations

import json

import pytest

from eval.check import KINDS, check
from eval.questions import QuestionSetError, TruePage

TEXTS = {
    1: "Agenda",
    2: "The Cabinet spent £4,200 on swans in 2023.\nCouncillor Pen spoke against it.",
    3: "The Cabinet spent £4,900 on swans in 2023.",
    4: "Summary\nThe Cabinet spent £4,200\non swans in 2023.",
    5: "Wing\t2022\t2023\nLeft\t12\t14",
}
PAGES = {
    "cabinet": {number: TruePage(pdf_page=number, text=text) for number, text in TEXTS.items()},
    "council": {1: TruePage(pdf_page=1, text="The Council noted the swans.")},
}
GOOD = {
    "id": "cabinet-001",
    "pack": "cabinet",
    "question": "What did the swans cost?",
    "kind": "number",
    "answer": "£4,200.",
    "must_include": [["4,200", "4200"]],
    "evidence": ["The Cabinet spent £4,200 on swans in 2023."],
    "gold": [[2, 4]],
    "asker": "officer",
}
ABSENT = GOOD | {"kind": "unanswerable", "must_include": [], "evidence": [], "gold": []}


@pytest.fixture
def problems(tmp_path):
    """What is wrong with these questions, as message and hint."""

    def of(*records):
        file = tmp_path / "set.jsonl"
        lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        return check(file, PAGES)

    return of


def test_a_right_set_has_no_problem(problems):
    followed = GOOD | {"id": "cabinet-002", "kind": "followup", "history": [["What did the geese cost?", "Nothing."]]}
    row = GOOD | {"id": "x_3.b", "question": "And the left wing?", "must_include": [["14"]], "kind": "table"}
    row |= {"evidence": ["Left\t12\t14"], "gold": [[5]], "elsewhere": {"council": [1]}, "gold_printed": [["3"]]}
    absent = ABSENT | {"id": "cabinet-004", "question": "What did the ducks cost?", "also": [2]}
    assert problems(GOOD, "", followed, row, absent) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "cabinet 001"}, "id 'cabinet 001' is not well formed"),
        ({"question": " "}, "no question"),
        ({"kind": "riddle"}, "no kind 'riddle'"),
        ({"asker": "passer-by"}, "no asker 'passer-by'"),
        ({"pack": "cabinets"}, "no pack 'cabinets'"),
        ({"elsewhere": {"parish": [1]}}, "no pack 'parish' for elsewhere"),
        ({"elsewhere": {"council": [2]}}, "'council' has no PDF page 2"),
        ({"also": [0]}, "'cabinet' has no PDF page 0"),
        ({"gold": [[2, 4, 6]]}, "'cabinet' has no PDF page 6"),
        ({"gold": [[1, 2, 4]]}, "does not stand on PDF page 1"),
        ({"gold": [[2]]}, "stands on PDF page 4 too"),
        ({"gold": [[]]}, "has no page"),
        ({"gold": []}, "1 quotes in evidence, but pages for 0 in gold"),
        ({"evidence": ["  "]}, "quote of evidence is empty"),
        ({"evidence": [], "gold": []}, "no quote in evidence"),
        ({"must_include": []}, "no fact in must_include"),
        ({"must_include": [["4,200"], ["5,000", "5k"]]}, "'5,000' stands neither in evidence nor in the answer"),
        ({"must_include": [["4,200"], []]}, "fact of must_include is empty"),
        ({"kind": "followup"}, "follow-up to nothing"),
        ({"kind": "unanswerable"}, "cannot be answered, but has evidence"),
        ({"histroy": []}, "no field 'histroy'"),
    ],
)
def test_each_fault_is_told_with_its_place_and_what_to_do(problems, changed, message):
    found = [problem for problem in problems("", GOOD | changed) if message in problem.message]
    assert len(found) == 1
    assert (found[0].line, found[0].id, found[0].file.name) == (2, (GOOD | changed)["id"], "set.jsonl")
    assert found[0].hint


def test_a_page_in_also_need_not_be_in_gold(problems):
    assert problems(GOOD | {"gold": [[2]], "also": [4]}) == []


def test_the_same_sentence_with_another_figure_is_another_quote(problems):
    assert problems(GOOD) == []  # page 3 says £4,900


def test_ids_and_questions_are_told_when_they_come_twice(problems):
    again = GOOD | {"question": "what did the swans cost"}
    other = GOOD | {"id": "cabinet-002", "kind": "followup", "history": [["What of the geese?", "Nothing."]]}
    first, second = problems(GOOD, other, again)
    assert "already that of set.jsonl:1" in first.message
    assert "already asked at set.jsonl:1" in second.message
    assert (first.line, second.line) == (3, 3)


def test_lines_that_are_no_questions_are_told_and_the_rest_is_checked(problems):
    found = problems("{broken", '["a list"]', GOOD | {"gold": "two"}, GOOD | {"kind": "riddle"})
    assert [problem.line for problem in found] == [1, 2, 3, 4]
    assert "no JSON" in found[0].message
    assert found[2].id == "cabinet-001"
    assert "gold" in found[2].message
    assert "riddle" in found[3].message


def test_all_files_of_a_folder_are_one_set(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(json.dumps(GOOD) + "\n", "utf-8")
    (tmp_path / "cabinet.pages.jsonl").write_text("no question", "utf-8")
    found = check(tmp_path, PAGES)
    assert {problem.file.name for problem in found} == {"b.jsonl"}
    assert any("a.jsonl:1" in problem.message for problem in found)


def test_a_set_that_is_not_there_or_no_text_is_told(tmp_path):
    with pytest.raises(QuestionSetError):
        check(tmp_path, PAGES)
    (tmp_path / "set.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionSetError, match="cannot be read"):
        check(tmp_path / "set.jsonl", PAGES)


def test_drafts_are_checked_like_the_rest(problems):
    assert problems(GOOD | {"state": "draft", "must_include": []})


def test_every_kind_is_taken(problems):
    for kind in KINDS:
        record = (ABSENT if kind == "unanswerable" else GOOD) | {"kind": kind, "history": [["What of geese?", "None."]]}
        assert problems(record) == []
