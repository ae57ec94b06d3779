"""The command line over the sample packs: output, exit codes, errors in words."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys

import pytest

from qa.cli import build_parser, main
from qa.model import Filters

HELP_SECONDS = 0.3
# Packages that take long to import; none is needed to say how the command is used.
HEAVY = ("torch", "sentence_transformers", "llama_index", "faiss", "fastapi", "pydantic", "rich", "pypdfium2")


@pytest.fixture
def board_qa(indexed, capsys):
    """Runs a command over the sample packs; gives exit code, standard output and standard error."""

    def run(*arguments, data=indexed):
        try:
            code = main(["--data", str(data), *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_help_comes_at_once_and_imports_nothing_heavy():
    code = f"import sys; from qa.cli import main; main([]); print([m for m in {HEAVY} if m in sys.modules])"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.splitlines()[-1] == "[]"
    # Processor time: what it takes on a machine that does nothing else.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < HELP_SECONDS


def test_every_command_takes_the_data_folder_before_and_after_it():
    parser = build_parser()
    assert parser.parse_args(["--data", "a", "packs"]).data == parser.parse_args(["packs", "--data", "a"]).data
    assert parser.parse_args(["packs"]).data is None


def test_the_filter_options_are_the_fields_of_filters():
    parser = build_parser()
    given = [
        "--body",
        "b",
        "--from",
        "2024-01-01",
        "--to",
        "2024-02-01",
        "--pack",
        "p",
        "--item",
        "3",
        "--kind",
        "minutes",
    ]
    for command in (["ask", "what"], ["search", "what"]):
        options = parser.parse_args([*command, *given])
        assert all(getattr(options, name) is not None for name in Filters.model_fields)


def test_packs_and_pages_list_what_is_indexed(board_qa):
    code, out, _ = board_qa("packs", "--json")
    packs = json.loads(out)
    assert code == 0
    assert {
        "pack",
        "file",
        "files",
        "title",
        "body",
        "council",
        "meeting_date",
        "kind",
        "access",
        "pages",
        "items",
    } <= set(packs[0])
    code, out, _ = board_qa("pages", packs[0]["file"], "--json")
    pages = json.loads(out)
    assert [page["pdf_page"] for page in pages] == list(range(1, packs[0]["pages"] + 1))
    assert any(page["page"] for page in pages)
    for command in (["packs"], ["pages", packs[0]["pack"]]):
        code, out, _ = board_qa(*command)
        assert code == 0
        assert len(out.splitlines()) > 1


def test_an_answer_is_printed_with_the_place_of_each_citation(board_qa):
    code, out, _ = board_qa("ask", "Who", "chaired", "the meeting?", "--pack", "thornmere-hwb-2024-03-14")
    assert code == 0
    assert "Health and Wellbeing Board" in out
    assert "(PDF page " in out
    code, out, _ = board_qa("ask", "Who chaired the meeting?", "--json")
    answer = json.loads(out)
    assert answer["question"] == "Who chaired the meeting?"
    assert answer["answered"] is True
    assert answer["citations"][0]["quote"]


def test_search_ranks_passages(board_qa):
    code, out, _ = board_qa("search", "minutes of the last meeting", "--limit", "4", "--json")
    found = json.loads(out)
    assert (code, found["query"], len(found["passages"])) == (0, "minutes of the last meeting", 4)
    scores = [passage["score"] for passage in found["passages"]]
    assert scores == sorted(scores, reverse=True)
    code, out, _ = board_qa("search", "minutes of the last meeting", "--limit", "2")
    assert "1. " in out
    assert "2. " in out


def test_a_batch_is_answered_once(board_qa, tmp_path):
    questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    questions.write_text('{"id": "a", "question": "Who chaired the meeting?"}\nbroken\n')
    code, out, err = board_qa("ask", "--batch", questions, "--out", answers)
    assert code == 3
    assert f"{questions}:2:" in err
    assert json.loads(answers.read_text())["id"] == "a"
    questions.write_text('{"id": "a", "question": "Who chaired the meeting?"}\n')
    code, out, _ = board_qa("ask", "--batch", questions, "--out", answers)
    assert code == 0
    assert "0 answered, 1 already" in out


def test_files_that_are_refused_are_listed_with_reasons_and_the_others_go_in(board_qa, sample_packs, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes [draft].pdf").write_text("no PDF at all")
    supplement = next(sample_packs.glob("*supplement.pdf"))
    (folder / supplement.name).write_bytes(supplement.read_bytes())
    code, out, _ = board_qa("ingest", folder, data=tmp_path / "data")
    assert code == 3
    assert "notes [draft].pdf" in out
    assert supplement.stem in out
    code, out, _ = board_qa("remove", supplement.name, data=tmp_path / "data")
    assert code == 0
    code, out, _ = board_qa("packs", "--json", data=tmp_path / "data")
    assert json.loads(out) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask"], 2),
        (["ask", "   "], 2),
        (["ask", "x" * 1001], 2),
        (["ask", "what", "--pack", "nowhere"], 1),
        (["ask", "what", "--batch", "in.jsonl"], 2),
        (["ask", "what", "--out", "out.jsonl"], 2),
        (["pages", "nowhere"], 1),
        (["remove", "nowhere"], 1),
        (["ingest"], 2),
        (["ingest", "/nowhere/at/all"], 2),
        (["serve", "--port", "70000"], 2),
    ],
)
def test_errors_are_told_in_words_with_a_hint_and_an_exit_code(board_qa, arguments, code):
    got, out, err = board_qa(*arguments)
    assert got == code
    assert out == ""
    error, hint = err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask", "what", "--from", "March"],
        ["ask", "what", "--kind", "novel"],
        ["search", "what", "--limit", "0"],
    ],
)
def test_wrong_usage_exits_with_2(board_qa, arguments):
    code, _, err = board_qa(*arguments)
    assert code == 2
    assert "usage: board-qa" in err


def test_an_unknown_setting_stops_every_command(board_qa, monkeypatch):
    monkeypatch.setenv("BOARD_QA_PROT", "1")
    code, _, err = board_qa("packs")
    assert code == 2
    assert "BOARD_QA_PORT" in err


def test_asking_before_anything_is_indexed_says_what_to_do(board_qa, tmp_path):
    code, _, err = board_qa("ask", "Who chaired the meeting?", data=tmp_path / "empty")
    assert code == 1
    assert "ingest" in err


def test_a_taken_port_is_told(board_qa):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = board_qa("serve", "--port", taken.getsockname()[1])
    assert code == 1
    assert "--port" in err


def test_the_doctor_finds_a_whole_installation_well(board_qa):
    code, out, _ = board_qa("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(out)}
    assert code == 0
    assert checks["Embedding model"]["state"] == "ok"
    assert checks["Index"]["state"] == "ok"
    assert "pages" in checks["Index"]["found"]


def test_the_doctor_says_what_to_do_about_a_missing_model(board_qa, monkeypatch, tmp_path):
    monkeypatch.setenv("BOARD_QA_EMBEDDING_MODEL", str(tmp_path))
    code, out, _ = board_qa("doctor")
    assert code == 1
    assert "broken   Embedding model" in out
    assert "BOARD_QA_EMBEDDING_MODEL" in out
