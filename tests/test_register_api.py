"""The register by HTTP and on the command line, and its files opened again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient

from index.record_model import Outcome
from qa.api import create_app
from qa.cli import main
from qa.register_export import csv_of, docx_of
from qa.register_model import DecisionRow, RegisterFilters, Votes
from qa.service import BoardQA

FIELDS = "date body minute title kind text parts votes mover seconder file page pdf_page confidence".split()


@pytest.fixture(scope="module")
def client(service: BoardQA) -> Iterator[TestClient]:
    with TestClient(create_app(service)) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(service: BoardQA) -> list[DecisionRow]:
    return service.register.every_decision(RegisterFilters())


def run(indexed: Path, *arguments: str) -> int:
    return main(["--data", str(indexed), "decisions", *arguments])


def test_decisions_are_given_in_pages_with_the_filters_of_the_command(client: TestClient) -> None:
    told = client.get("/api/decisions", params={"body": "HWB", "from": "2024-01-01", "limit": 3}).json()
    assert (told["total"], told["limit"], len(told["rows"])) == (7, 3, 3)
    assert set(FIELDS) <= set(told["rows"][0])
    rest = client.get("/api/decisions", params={"body": "HWB", "from": "2024-01-01", "offset": 3}).json()
    assert len(rest["rows"]) == 4
    assert not {row["id"] for row in rest["rows"]} & {row["id"] for row in told["rows"]}
    votes = client.get("/api/decisions", params={"minute": "CAB/24/66"}).json()["rows"][0]["votes"]
    assert (votes["for"], votes["against"]) == (5, 2)


def test_a_decision_and_a_meeting_are_found_by_their_permanent_addresses(client: TestClient) -> None:
    row = client.get("/api/decisions").json()["rows"][0]
    assert client.get(f"/api{row['link']}").json() == row
    meeting = client.get(f"/api/meetings/{row['meeting']}").json()
    assert row["id"] in [one["id"] for one in meeting["decisions"]]
    listed = client.get("/api/meetings", params={"limit": 500}).json()["rows"]
    assert meeting["meeting"] in listed


def test_the_page_that_a_decision_names_is_served(client: TestClient) -> None:
    row = client.get("/api/decisions").json()["rows"][0]
    assert client.get(row["href"], headers={"accept": "text/html"}).status_code == 200


def test_actions_recommendations_plans_and_trails_are_served(client: TestClient) -> None:
    assert client.get("/api/actions", params={"open": True, "owner": "raine"}).json()["total"] == 1
    assert client.get("/api/recommendations").json()["total"] > 20
    assert client.get("/api/key-decisions").json()[0]["title"]
    entries = client.get("/api/trail", params={"topic": "Better Care Fund"}).json()["entries"]
    assert entries[0]["stage"] == "recommended"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/decisions?kind=abolished", 422, "bad_request"),
        ("/api/decisions?limit=0", 422, "bad_request"),
        ("/api/decisions?from=yesterday", 422, "bad_request"),
        ("/api/decisions?format=pdf", 422, "bad_request"),
        ("/api/decisions?pack=nowhere", 404, "unknown_pack"),
        ("/api/decisions/0123456789abcdef", 404, "unknown_decision"),
        ("/api/meetings/nowhere-2024-01-01", 404, "unknown_meeting"),
        ("/api/trail", 422, "bad_request"),
    ],
)
def test_what_cannot_be_told_is_refused_in_the_one_error_shape(
    client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "hint"}
    assert answer.json()["error"]["code"] == code


def test_the_csv_reads_back_to_the_same_decisions(client: TestClient, rows: list[DecisionRow]) -> None:
    answer = client.get("/api/decisions", params={"format": "csv", "limit": 1})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="decisions.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in read] == [row.id for row in rows]
    assert [row["text"] for row in read] == [row.text for row in rows]
    assert {row["votes"] for row in read} >= {"5 for, 2 against", "unanimous"}
    assert {row["date"] for row in read} == {row.date.isoformat() for row in rows if row.date}


@pytest.mark.parametrize("start", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"])
def test_no_cell_of_the_csv_is_run_as_a_formula(rows: list[DecisionRow], start: str) -> None:
    told = rows[0].model_copy(update={"text": start, "title": start})
    read = next(csv.DictReader(io.StringIO(csv_of([told]).decode("utf-8-sig"), newline="")))
    assert read["text"] == read["title"] == f"'{start}"


def test_the_word_file_opens_with_one_row_a_decision(client: TestClient, rows: list[DecisionRow]) -> None:
    answer = client.get("/api/decisions", params={"format": "docx"})
    document = Document(io.BytesIO(answer.content))
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells][:3] == ["Date", "Body", "Minute"]
    assert len(table.rows) == len(rows) + 1
    assert table.rows[0]._tr.trPr is not None
    assert "tblHeader" in table.rows[0]._tr.trPr.xml
    first = [cell.text for cell in table.rows[1].cells]
    assert rows[0].text in first[4]
    assert first[4].startswith(f"[{rows[0].kind}]")
    assert rows[0].file in first[6]


def test_the_word_file_tells_what_is_to_be_reviewed_and_takes_any_character(rows: list[DecisionRow]) -> None:
    told = rows[0].model_copy(update={"flags": ["the vote is not told"], "title": "bell \x07 and \ud800 half"})
    document = Document(io.BytesIO(docx_of([told], "Decisions: bells", made=date(2025, 4, 1))))
    assert "For review: the vote is not told" in document.tables[0].rows[1].cells[4].text
    assert "1 decision, as of 1 Apr 2025" in document.paragraphs[1].text


def test_the_command_prints_the_fields_of_the_interface(indexed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(indexed, "--kind", "lost", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["kind"] for row in told} == {"lost"}
    assert set(FIELDS) <= set(told[0])
    assert run(indexed, "--format", "json", "--minute", "65") == 0
    assert [row["minute"] for row in json.loads(capsys.readouterr().out)] == ["CAB/24/65"]


def test_the_command_prints_a_table_with_vote_and_page(indexed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(indexed, "--item", "66") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "CAB/24/66" in told
    assert "14 Jan 2025" in told
    assert run(indexed, "--person", "nobody at all") == 0
    assert capsys.readouterr().out == "No decision matches.\n"


def test_the_command_writes_files_that_open_again(
    indexed: Path, tmp_path: Path, rows: list[DecisionRow], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(indexed, "--csv") == 0
    assert capsysbinary.readouterr().out == csv_of(rows)
    assert run(indexed, "--format", "docx", "--out", str(tmp_path / "d.docx"), "--body", "cabinet") == 0
    assert len(Document(str(tmp_path / "d.docx")).tables[0].rows) == 10


@pytest.mark.parametrize(
    "arguments",
    [["--format", "docx"], ["--json", "--csv"], ["--csv", "--format", "docx"], ["--out", "x"]],
)
def test_forms_that_do_not_go_together_are_refused(
    indexed: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(indexed, *arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_file_that_cannot_be_written_is_told(indexed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(indexed, "--csv", "--out", str(indexed)) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_kinds_of_the_interface_are_those_that_bodies_use() -> None:
    asked = "resolved agreed approved noted deferred referred ratified lost".split()
    assert set(asked) <= {kind.value for kind in Outcome}
    assert Votes.model_validate({"for": 3}).model_dump()["for"] == 3
