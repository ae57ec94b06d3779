"""The evaluation as it is run: the project's question set is sound, runs go on, pin what they ran on, and guard."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.check import KINDS, check
from eval.cli import FLOORS, SAMPLES, SETS
from eval.gate import read_limits
from eval.generate import describe, generate, keep_pages
from eval.questions import GoldQuestion, QuestionSetError, read_pages, read_questions
from eval.rows import read_rows
from eval.runs import ANSWERS, MANIFEST, ROWS, Manifest, read_answers, read_manifest, read_run_pages
from eval.score import score
from qa.cli import main
from qa.model import Answer, Question, Trace
from qa.service import BoardQA

SUPPLEMENT = "thornmere-hwb-2024-06-20-supplement"


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return read_questions(SETS / SAMPLES)


@pytest.fixture(scope="module")
def few(questions: list[GoldQuestion]) -> list[GoldQuestion]:
    return [question for question in questions if question.pack == SUPPLEMENT]


@pytest.fixture(scope="module")
def run(few: list[GoldQuestion], sample_packs: Path, indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few questions by the command, over an index that is there already; not to be changed."""
    folder = tmp_path_factory.mktemp("run")
    questions = folder / "few.jsonl"
    questions.write_text("".join(question.model_dump_json() + "\n" for question in few), encoding="utf-8")
    named = ["--set", str(questions), "--pages", str(sample_packs), "--data", str(indexed)]
    assert main(["eval", "run", *named, "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


# The question set


def test_every_kind_is_asked_by_councillors_and_officers_and_many_have_no_answer(questions: list[GoldQuestion]) -> None:
    assert len(questions) >= 120
    kinds = Counter(question.kind for question in questions)
    assert set(kinds) == set(KINDS)
    assert kinds["unanswerable"] >= 0.12 * len(questions)
    askers = Counter(question.asker for question in questions)
    assert askers["councillor"] >= 60
    assert askers["officer"] >= 40


def test_the_question_set_has_no_fault(sample_packs: Path) -> None:
    assert check(SETS / SAMPLES, read_pages(sample_packs)) == []


def test_sets_with_unusable_lines_or_doubled_ids_are_refused_by_name(tmp_path: Path, few: list[GoldQuestion]) -> None:
    path = tmp_path / "set.jsonl"
    for text in ("not json\n", '{"id": "1"}\n', 2 * (few[0].model_dump_json() + "\n")):
        path.write_text(text)
        with pytest.raises(QuestionSetError, match="set"):
            read_questions(path)
    with pytest.raises(QuestionSetError, match="no page map"):
        read_pages(tmp_path)


# Running


class Asked:
    """The real service, which remembers what it was asked and may break off."""

    def __init__(self, service: BoardQA, most: int = 1000) -> None:
        self._service = service
        self.asked: list[str] = []
        self._most = most

    def __getattr__(self, name: str) -> object:
        return getattr(self._service, name)

    def traced(self, question: Question) -> tuple[Answer, Trace]:
        if len(self.asked) == self._most:
            raise KeyboardInterrupt
        self.asked.append(question.question)
        return self._service.traced(question)


def test_an_interrupted_run_goes_on_where_it_stopped(service: BoardQA, few: list[GoldQuestion], tmp_path: Path) -> None:
    manifest = describe(service, "few", few, "extractive")
    told: list[tuple[int, int]] = []
    broken = Asked(service, most=2)
    with pytest.raises(KeyboardInterrupt):
        generate(broken, few, manifest, tmp_path, lambda done, of: told.append((done, of)))  # type: ignore[arg-type]
    with (tmp_path / ANSWERS).open("a") as answers:
        answers.write('{"id": "half a li')  # what a crash leaves
    rest = Asked(service)
    generate(rest, few, manifest, tmp_path, lambda done, of: told.append((done, of)))  # type: ignore[arg-type]
    assert broken.asked + rest.asked == [question.question for question in few]
    assert told == [(0, 5), (1, 5), (2, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert read_answers(tmp_path / ANSWERS)[0].keys() == {question.id for question in few}


def test_a_run_on_something_else_starts_anew(service: BoardQA, few: list[GoldQuestion], tmp_path: Path) -> None:
    manifest = describe(service, "few", few, "extractive")
    generate(service, few, manifest, tmp_path, lambda *_: None)
    changed = manifest.model_copy(update={"code_sha256": "other"})
    again = Asked(service)
    generate(again, few, changed, tmp_path, lambda *_: None)  # type: ignore[arg-type]
    assert len(again.asked) == len(few)
    assert read_manifest(tmp_path).code_sha256 == "other"


def test_a_run_pins_code_index_models_settings_and_prompts(service: BoardQA, run: Path) -> None:
    manifest = read_manifest(run)
    assert manifest.models["embedding"] == "all-MiniLM-L6-v2"
    assert manifest.index_sha256 == service.identity().index_sha256
    assert len(manifest.code_sha256) == 64
    assert manifest.settings["query_prefix"] == ""
    assert manifest.questions == 5
    assert Manifest.model_fields["prompts"].is_required()


def test_drafts_are_left_out_and_counted(
    few: list[GoldQuestion], sample_packs: Path, indexed: Path, tmp_path: Path
) -> None:
    drafted = [question.model_copy(update={"state": "draft"}) for question in few[1:]]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(question.model_dump_json() + "\n" for question in [few[0], *drafted]), encoding="utf-8")
    named = ["--set", str(path), "--pages", str(sample_packs), "--data", str(indexed), "--out", str(tmp_path / "out")]
    assert main(["eval", "run", *named]) == 0
    manifest = read_manifest(tmp_path / "out")
    assert (manifest.questions, manifest.drafts) == (1, 4)
    path.write_text("".join(question.model_dump_json() + "\n" for question in drafted), encoding="utf-8")
    assert main(["eval", "run", *named]) == 1


def test_a_runs_answers_come_with_how_they_came_about(run: Path) -> None:
    answers, traces = read_answers(run / ANSWERS)
    assert answers.keys() == traces.keys()
    for identity, answer in answers.items():
        cited = {(c.pack, c.pdf_page) for c in answer.citations}
        trace = traces[identity]
        assert cited <= {(p.pack, p.pdf_page) for p in trace.drafted} <= {(p.pack, p.pdf_page) for p in trace.read}
        assert {(p.pack, p.pdf_page) for p in trace.read} <= {(p.pack, p.pdf_page) for p in trace.retrieved}


def test_pages_without_a_map_are_kept_as_the_index_holds_them(
    service: BoardQA, few: list[GoldQuestion], tmp_path: Path
) -> None:
    keep_pages(service, few, [], {}, tmp_path)
    pages = read_run_pages(tmp_path)[SUPPLEMENT]
    assert pages.keys() == {3, 4}
    assert not any(page.truth for page in pages.values())
    assert "£26,281,000" in pages[3].text
    rows = score(few, {}, {SUPPLEMENT: pages})
    assert all(row.missing for row in rows)


# Scoring again, comparing, guarding


def test_scoring_again_needs_neither_index_nor_packs_and_gives_the_same(copied: Path) -> None:
    before = (copied / "questions.csv").read_bytes()
    (copied / "questions.csv").unlink()
    assert main(["eval", "score", str(copied)]) == 0
    assert (copied / "questions.csv").read_bytes() == before
    for name in ("aggregate.json", "summary.md", "report.html", "junit.xml"):
        assert (copied / name).stat().st_size > 0


def test_answers_that_got_worse_are_named_by_comparison_and_fail_the_gate(
    run: Path, copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text("[floors]\ncite_hit = 0.7\n")
    assert main(["eval", "gate", str(run), "--floors", str(floors)]) == 0
    records = [json.loads(line) for line in (copied / ANSWERS).read_text("utf-8").splitlines()]
    right = next(row.id for row in read_rows(run / ROWS) if row.hit)
    spoilt = next(record for record in records if record["id"] == right)
    spoilt |= {"answered": False, "status": "not_found", "answer": "These papers do not say.", "citations": []}
    (copied / ANSWERS).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    assert main(["eval", "score", str(copied)]) == 0
    assert main(["eval", "compare", str(run), str(copied)]) == 0
    told = capsys.readouterr().out
    assert "broken" in told.lower()
    assert spoilt["id"] in told
    assert main(["eval", "gate", str(copied), "--floors", str(floors)]) == 1
    assert spoilt["id"] in capsys.readouterr().out
    assert spoilt["id"] in (copied / "junit.xml").read_text("utf-8")


def test_a_run_can_be_made_the_baseline(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "baseline", str(run), "--to", str(tmp_path / "base")]) == 0
    assert sorted(path.name for path in (tmp_path / "base").iterdir()) == ["aggregate.json", "questions.csv", MANIFEST]
    assert main(["eval", "gate", str(run), "--baseline", str(tmp_path / "base")]) == 0
    assert "gate passed" in capsys.readouterr().out


def test_what_is_no_run_or_set_is_refused_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "score", str(tmp_path)]) == 1
    assert "board-qa eval run" in capsys.readouterr().err
    assert main(["eval", "run", "--set", str(tmp_path / "none.jsonl")]) == 1
    assert "samples" in capsys.readouterr().err


def test_the_samples_have_floors_for_what_may_never_fail() -> None:
    limits = read_limits(FLOORS)
    assert limits.floors["quote_verbatim"] >= 0.99
    assert {"grounded_accuracy", "abstain_recall", "printed_page_right"} <= limits.floors.keys()


@pytest.fixture(autouse=True, scope="module")
def in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is written beside the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        yield
