"""The file of questions: resuming, mending, and going on after bad lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from index.errors import IndexMismatchError, UnknownPackError
from qa.batch import ask_batch
from qa.errors import EmptyQuestionError, UsageError
from qa.model import Answer, Filters, Question, Status


@dataclass
class Answers:
    """Stands in for the service where the test is about the files: it keeps the questions it was asked."""

    asked: list[Question] = field(default_factory=list)

    def ready(self) -> list[str]:
        return []

    def ask(self, question: Question) -> Answer:
        if not question.question.strip():
            raise EmptyQuestionError("The question is empty.")
        if question.filters.pack == "unknown":
            raise UnknownPackError("No pack 'unknown' is indexed.")
        if question.question == "other model?":
            raise IndexMismatchError("The index was made with another model.")
        self.asked.append(question)
        text = question.question
        return Answer(question=text, standalone_question=text, status=Status.ANSWERED, answered=True, answer="Yes.")


@pytest.fixture
def run(tmp_path):
    def run(lines, before=b"", filters=None):
        questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        questions.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
        if before:
            answers.write_bytes(before)
        service, failures = Answers(), []
        counts = ask_batch(service, questions, answers, filters or Filters(), lambda n, why: failures.append((n, why)))
        written = [json.loads(line) for line in answers.read_text().splitlines()]
        return service, counts, failures, written

    return run


def test_each_answer_is_written_with_its_id(run):
    _, counts, failures, written = run([{"id": "a", "question": "One?"}, {"id": 2, "question": "Two?"}])
    assert [(line["id"], line["question"], line["answered"]) for line in written] == [
        ("a", "One?", True),
        (2, "Two?", True),
    ]
    assert (counts.answered, failures) == (2, [])


def test_answered_ids_are_skipped(run):
    service, counts, _, written = run(
        [{"id": "a", "question": "One?"}, {"id": "b", "question": "Two?"}], before=b'{"id": "a", "answer": "old"}\n'
    )
    assert [question.question for question in service.asked] == ["Two?"]
    assert [line["id"] for line in written] == ["a", "b"]
    assert (counts.skipped, counts.answered) == (1, 1)


@pytest.mark.parametrize("broken", [b'{"id": "b", "ans', b'{"id": "b", "answer": "caf\xc3', b"{"])
def test_a_last_line_that_a_crash_cut_short_is_asked_again(run, broken):
    _, counts, _, written = run(
        [{"id": "a", "question": "One?"}, {"id": "b", "question": "Two?"}], before=b'{"id": "a"}\n' + broken
    )
    assert [line["id"] for line in written] == ["a", "b"]
    assert (counts.skipped, counts.answered) == (1, 1)


def test_a_whole_last_line_without_newline_is_kept(run):
    _, counts, _, written = run([{"id": "b", "question": "Two?"}], before=b'{"id": "a"}')
    assert [line["id"] for line in written] == ["a", "b"]
    assert counts.answered == 1


@pytest.mark.parametrize("other", [b"my notes", b"my notes\n", b'{"id": "a"}\nnotes\n{"id": "b"}\n', b"[1, 2]\n"])
def test_a_file_that_holds_no_answers_is_not_touched(run, tmp_path, other):
    with pytest.raises(UsageError):
        run([{"id": "b", "question": "Two?"}], before=other)
    assert (tmp_path / "out.jsonl").read_bytes() == other


def test_bad_lines_are_reported_with_their_numbers_and_the_others_go_on(run):
    _, counts, failures, written = run(
        [
            {"id": "a", "question": "One?"},
            "\n",
            "no json\n",
            {"question": "No id?"},
            {"id": "c"},
            {"id": "d", "question": "  "},
            {"id": "e", "question": "Filtered?", "filters": {"pack": "unknown"}},
            {"id": "f", "question": "Filtered?", "filters": {"year": 2020}},
            {"id": "a", "question": "Again?"},
            "[1]\n",
            {"id": "z", "question": "Last?"},
        ]
    )
    assert [number for number, _ in failures] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert [line["id"] for line in written] == ["a", "z"]
    assert (counts.answered, counts.failed) == (2, 8)


def test_an_error_that_every_question_would_meet_ends_the_batch(run):
    with pytest.raises(IndexMismatchError):
        run([{"id": "a", "question": "other model?"}, {"id": "b", "question": "Two?"}])


def test_a_lines_own_filters_win_over_those_of_the_command(run):
    lines = [
        {"id": "a", "question": "One?"},
        {"id": "b", "question": "Two?", "filters": {"body": "Cabinet", "from": "2024-01-01"}},
    ]
    service, *_ = run(lines, filters=Filters(body="Council", item="4"))
    first, second = (question.filters for question in service.asked)
    assert (first.body, first.item) == ("Council", "4")
    assert (second.body, second.item, str(second.from_)) == ("Cabinet", "4", "2024-01-01")


@pytest.mark.parametrize(
    "history", [[["Who chaired?", "Cllr Hale."]], [{"question": "Who chaired?", "answer": "Cllr Hale."}]]
)
def test_earlier_turns_are_pairs_or_objects(run, history):
    service, *_ = run([{"id": "a", "question": "Since when?", "history": history}])
    [turn] = service.asked[0].history
    assert (turn.question, turn.answer) == ("Who chaired?", "Cllr Hale.")


def test_keys_that_are_no_part_of_a_question_are_passed_over(run):
    service, *_ = run([{"id": "a", "question": "One?", "pack": "gold", "kind": "number", "gold": [[1]]}])
    assert service.asked[0].filters == Filters()


def test_one_file_for_both_is_refused(tmp_path):
    path = tmp_path / "same.jsonl"
    path.write_text('{"id": "a", "question": "One?"}\n')
    with pytest.raises(UsageError):
        ask_batch(Answers(), path, path, Filters(), lambda *_: None)
    assert path.read_text() == '{"id": "a", "question": "One?"}\n'


def test_a_missing_question_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        ask_batch(Answers(), tmp_path / "nowhere", tmp_path / "out", Filters(), lambda *_: None)
