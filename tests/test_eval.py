"""The evaluation: its question set is true, its marks are those of the terms, and a low score fails the run."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import random
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from eval.cli import SAMPLE_FLOORS, SAMPLE_QUESTIONS
from eval.generate import generate, read_answers
from eval.questions import GoldQuestion, QuestionSetError, TruePage, read_pages, read_questions
from eval.report import Limits, print_report, read_limits, shortfalls, write_report
from eval.score import aggregate, says, score, stands_on
from qa.model import Answer, Citation, Question, RankedPassage, Status

SHARED_SCORER = Path(__file__).resolve().parents[2] / "shared" / "score.py"
KINDS = {
    "fact",
    "number",
    "table",
    "decision",
    "person",
    "date",
    "list",
    "multi",
    "definition",
    "followup",
    "unanswerable",
}


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return read_questions(SAMPLE_QUESTIONS)


@pytest.fixture(scope="module")
def pages(sample_packs: Path) -> dict[str, dict[int, TruePage]]:
    return read_pages(sample_packs)


def cite(pack: str, pdf_page: int, printed: str | None, quote: str, n: int = 1) -> Citation:
    return Citation(
        n=n,
        file=f"{pack}.pdf",
        pack=pack,
        pack_title=pack,
        body=None,
        meeting_date=None,
        item=None,
        item_title=None,
        kind="report",
        page=printed,
        page_source="stamp",
        pdf_page=pdf_page,
        quote=quote,
        boxes=[],
        href="",
    )


def answer(text: str, citations: Iterable[Citation] = (), ranked: Iterable[tuple[str, int]] = ()) -> Answer:
    return Answer(
        question="q",
        standalone_question="q",
        status=Status.ANSWERED if text else Status.NOT_FOUND,
        answered=bool(text),
        answer=text,
        citations=list(citations),
        passages=[
            RankedPassage(file=f"{pack}.pdf", pack=pack, page=None, pdf_page=page, score=1.0, text="")
            for pack, page in ranked
        ],
        timing_ms={"total": 7.0},
    )


def perfect(question: GoldQuestion, pages: dict[str, dict[int, TruePage]]) -> Answer:
    """The answer that says every fact and cites every evidence quote."""
    if question.kind == "unanswerable":
        return answer("")
    places = [(question.pack, quote[0]) for quote in question.gold]
    citations = [
        cite(pack, page, pages[pack][page].printed, evidence, n)
        for n, ((pack, page), evidence) in enumerate(zip(places, question.evidence, strict=True), 1)
    ]
    return answer("; ".join(fact[0] for fact in question.must_include), citations, places)


# The question set


def test_every_kind_of_question_is_asked_and_many_have_no_answer(questions: list[GoldQuestion]) -> None:
    assert len(questions) >= 60
    assert len({question.id for question in questions}) == len(questions)
    assert {question.kind for question in questions} == KINDS
    assert sum(question.kind == "unanswerable" for question in questions) >= 10


def test_evidence_stands_on_the_gold_pages_and_on_no_other(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]
) -> None:
    for question in questions:
        assert len(question.evidence) == len(question.gold), question.id
        for quote, gold in zip(question.evidence, question.gold, strict=True):
            assert gold == [n for n, page in pages[question.pack].items() if stands_on(quote, page.text)], question.id
        for pack, numbers in (*question.elsewhere.items(), (question.pack, question.also)):
            assert set(numbers) <= pages[pack].keys()


def test_questions_without_an_answer_have_no_evidence(questions: list[GoldQuestion]) -> None:
    for question in questions:
        unanswerable = question.kind == "unanswerable"
        assert unanswerable == (not question.evidence) == (not question.must_include), question.id


def test_followups_and_only_they_have_a_history(questions: list[GoldQuestion]) -> None:
    for question in questions:
        assert bool(question.history) == (question.kind == "followup"), question.id
        assert [turn.question for turn in question.asked().history] == [asked for asked, _ in question.history]


# Marks


@pytest.mark.parametrize(
    ("text", "fact", "given"),
    [
        ("It cost £12,000.", "12,000", True),
        ("It cost £112,000.", "12,000", False),
        ("It was 12.5%", "12", False),
        ("51% were seen", "51", True),
        ("51.3% were seen", "51", False),
        ("Cllr O’Dowd spoke", "O'Dowd", True),
        ("the motion was lost", "lost", True),
        ("a losting battle", "lost", False),
        ("members supported it", "support", True),
        ("2024–25", "2024-25", True),
    ],
)
def test_facts_are_whole_words_and_numbers(text: str, fact: str, given: bool) -> None:
    assert says(text, fact) is given


def test_quotes_stand_despite_spacing_but_not_despite_other_words() -> None:
    page = "The Board agreed\nto give £45,000 to the\tfood pantries."
    assert stands_on("the Board agreed to give £45,000", page)
    assert stands_on("£45,000\tto the food", page)
    assert not stands_on("the Board refused to give £45,000", page)
    assert not stands_on("£54,000", page)


def test_a_perfect_run_gets_full_marks(questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]) -> None:
    rows = score(questions, {q.id: perfect(q, pages) for q in questions}, pages)
    metrics = aggregate(rows)
    assert [row.id for row in rows if not row.good] == []
    assert (metrics.pop("words_median"), metrics.pop("ms_p50"), metrics.pop("wrong_abstain")) == (1, 7.0, 0.0)
    in_first_place = metrics.pop("page_recall@1")
    assert in_first_place is not None
    assert 0.9 < in_first_place < 1.0  # evidence on two pages cannot all be in the first place
    assert set(metrics.values()) == {1.0}


def test_an_answer_that_drowns_the_reader_is_not_right(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]
) -> None:
    question = next(q for q in questions if q.kind == "number")
    right = perfect(question, pages)
    drowned = right.model_copy(update={"answer": right.answer + " and" * 160})
    first, second = score([question, question], {question.id: drowned}, pages)
    assert (first.correct, first.facts, first.good) == (False, 1.0, False)
    assert first == second


def test_an_answer_without_a_right_citation_is_not_good(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]
) -> None:
    question = next(q for q in questions if q.kind == "number")
    wrong = cite(question.pack, 1, "9", "words that stand nowhere in the pack")
    (row,) = score([question], {question.id: answer(perfect(question, pages).answer, [wrong])}, pages)
    assert (row.correct, row.hit, row.good, row.quotes, row.printed) == (True, False, False, 0.0, 0.0)


def test_no_answers_at_all_score_as_missing_not_as_abstained(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]
) -> None:
    metrics = aggregate(score(questions, {}, pages))
    assert metrics["grounded_accuracy"] == metrics["abstain_recall"] == metrics["wrong_abstain"] == 0.0
    assert metrics["quote_verbatim"] is metrics["ms_p50"] is None


def shared_scorer() -> ModuleType:
    if not SHARED_SCORER.exists():
        pytest.skip(f"the scorer to compare with, {SHARED_SCORER.name}, is not in a folder `shared` beside the project")
    spec = importlib.util.spec_from_file_location("shared_score", SHARED_SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_marks_are_those_of_the_shared_scorer(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]], sample_packs: Path
) -> None:
    shared = shared_scorer()
    chance = random.Random(11)
    places = [(pack, page) for pack, numbers in pages.items() for page in numbers]
    answers = {}
    for question in questions:
        given = perfect(question, pages)
        fate = chance.random()
        if fate < 0.1:
            continue
        if fate < 0.25:
            given = answer("")
        elif fate < 0.7:
            stray = [
                cite(pack, page, str(page), pages[pack][page].text[5:90]) for pack, page in chance.sample(places, 2)
            ]
            ranking = [*chance.sample(places, 7), *((p.pack, p.pdf_page) for p in given.passages)]
            facts = [fact[-1] for fact in question.must_include if chance.random() < 0.8]
            text = " - ".join([*facts, *["so"] * chance.choice([3, 170])])
            kept = [c for c in given.citations if chance.random() < 0.6]
            given = answer(text, chance.sample([*stray, *kept], len(stray) + len(kept)), ranking)
            given.timing_ms["total"] = chance.randrange(400)
        answers[question.id] = given
    gold = [json.loads(line) for line in SAMPLE_QUESTIONS.read_text("utf-8").splitlines()]
    theirs = shared.summary(
        shared.score(gold, [{"id": i, **a.model_dump(mode="json")} for i, a in answers.items()], [sample_packs])
    )
    ours = aggregate(score(questions, answers, pages))
    assert 0.2 < theirs["grounded_accuracy"] < 0.8
    assert {name: pytest.approx(theirs[name]) for name in ours} == ours


# Running and reporting


def test_answers_are_written_one_a_line_and_read_back(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]], tmp_path: Path
) -> None:
    asked: list[Question] = []
    known = {q.question: perfect(q, pages) for q in questions}

    def ask(question: Question) -> Answer:
        asked.append(question)
        return known[question.question]

    answers = generate(ask, questions, tmp_path / "answers.jsonl")
    assert [question.question for question in asked] == [question.question for question in questions]
    assert read_answers(tmp_path / "answers.jsonl") == answers


def test_report_has_a_line_a_question_and_the_metrics_by_kind(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]], tmp_path: Path
) -> None:
    rows = score(questions, {q.id: perfect(q, pages) for q in questions}, pages)
    write_report(rows, tmp_path)
    with (tmp_path / "questions.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["id"], line["good"]) for line in lines] == [(question.id, "True") for question in questions]
    figures = json.loads((tmp_path / "aggregate.json").read_text("utf-8"))
    assert figures["questions"] == len(questions)
    assert figures["all"]["grounded_accuracy"] == 1.0
    assert set(figures["kinds"]) == KINDS


def test_a_metric_below_its_floor_is_named_with_the_questions_that_missed(
    questions: list[GoldQuestion], pages: dict[str, dict[int, TruePage]]
) -> None:
    answers = {q.id: perfect(q, pages) for q in questions}
    spoilt = next(q for q in questions if q.kind == "date")
    answers[spoilt.id] = answer("Some other day.", [cite(spoilt.pack, 1, None, pages[spoilt.pack][1].text[:40])])
    abstained = next(q for q in questions if q.kind == "table")
    answers[abstained.id] = answer("")
    rows = score(questions, answers, pages)
    limits = Limits({"grounded_accuracy": 1.0, "cite_hit": 0.5}, {"wrong_abstain": 0.0, "words_median": 1000})
    found = {shortfall.metric: shortfall.missed for shortfall in shortfalls(rows, limits)}
    assert found == {
        "grounded_accuracy": tuple(q.id for q in questions if q in (spoilt, abstained)),
        "wrong_abstain": (abstained.id,),
    }
    told = io.StringIO()
    print_report(rows, questions, answers, limits, Console(file=told, width=400))
    assert f"missed {spoilt.id} [date] {spoilt.question}" in told.getvalue()
    assert "wrong_abstain is 0.016, above its ceiling of 0" in told.getvalue()


def test_a_metric_that_could_not_be_measured_is_a_shortfall(questions: list[GoldQuestion]) -> None:
    rows = score(questions, {}, {})
    (found,) = shortfalls(rows, Limits({"quote_verbatim": 1.0}, {}))
    assert (found.metric, found.value) == ("quote_verbatim", None)


def test_floors_of_the_samples_name_metrics() -> None:
    limits = read_limits(SAMPLE_FLOORS)
    assert limits.floors["quote_verbatim"] == 1.0
    assert {"grounded_accuracy", "abstain_recall"} <= limits.floors.keys()


@pytest.mark.parametrize("text", ["[floors]\ngrounded = 0.5\n", "[flors]\n", "[floors\n"])
def test_floors_with_an_unknown_metric_or_table_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "floors.toml"
    path.write_text(text)
    with pytest.raises(QuestionSetError, match=r"floors\.toml"):
        read_limits(path)


@pytest.mark.parametrize("text", ["not json\n", '{"id": "1"}\n'])
def test_unusable_question_sets_are_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    with pytest.raises(QuestionSetError, match=r"set\.jsonl"):
        read_questions(path)
    with pytest.raises(QuestionSetError, match="no page map"):
        read_pages(tmp_path)
