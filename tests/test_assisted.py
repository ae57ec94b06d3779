"""The benchmark of a language model: its sample of questions, and its own count of numbers without support."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.assisted import numbers, sample, unsupported
from eval.questions import GoldQuestion
from eval.runs import RunPage
from qa.model import Answer


def question(kind: str, n: int) -> GoldQuestion:
    return GoldQuestion(
        id=f"{kind}-{n}", pack="quay", question="?", kind=kind, must_include=[], evidence=[], gold=[], also=[]
    )


def test_a_sample_has_of_each_kind_its_share_and_grows_without_changing() -> None:
    questions = [question("number", n) for n in range(30)] + [question("person", n) for n in range(10)]
    drawn = sample(questions, 12, seed=1)
    assert drawn == sample(questions, 20, seed=1)[:12]
    assert 7 <= Counter(each.kind for each in drawn)["number"] <= 11
    assert sample(questions, 12, seed=2) != drawn


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It cost £1,200.50 on 4 May.", {"1200.50", "4"}),
        ("Twelve of two hundred.", {"12", "2"}),
        ("In 2024/25, 2024-2025 or 2024–25.", {"2024", "2025"}),
        ("No figure at all.", set()),
    ],
)
def test_numbers_are_read_as_written(text: str, found: set[str]) -> None:
    assert numbers(text) == found


def test_a_number_that_no_quote_has_is_counted_with_whether_its_page_has_it() -> None:
    citation = {
        "n": 1, "file": "quay.pdf", "pack": "quay", "pack_title": "", "body": None, "meeting_date": "2023-03-22",
        "item": None, "item_title": None, "kind": "minutes", "page": None, "page_source": "none", "pdf_page": 2,
        "quote": "The grant was £340,000.", "boxes": [], "href": "",
    }  # fmt: skip
    claims = ["The grant was £340,000.", "In 2023 the grant was £340,000 for 5 berths.", "It was £977."]
    answer = Answer.model_validate(
        {
            "question": "?", "standalone_question": "?", "status": "answered", "answered": True, "answer": "",
            "claims": [{"text": text, "citations": [1]} for text in claims], "citations": [citation],
        }
    )  # fmt: skip
    page = RunPage(pack="quay", pdf_page=2, printed=None, text="The grant was £340,000. There are 5 berths.")
    pages = {"quay": {2: page}}
    found = [(near, number) for _, near, number, _ in unsupported({"a": answer}, pages, {})]
    assert found == [(True, "2023"), (True, "5"), (False, "977")]
    titled = {("quay", 2): "Appendix 977"}
    assert all(near for _, near, _, _ in unsupported({"a": answer}, pages, titled))
