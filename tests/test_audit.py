"""The audit log over a real service: what is in it, what never is, and who reads it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.errors import UnknownPackError
from qa.audit import Act, Selection
from qa.audit_store import AuditStore, Row, time_text
from qa.cli import main
from qa.errors import AuditUnavailableError
from qa.model import Filters, Question
from qa.people_store import PEOPLE
from qa.person import ANONYMOUS, Person, Role, Way
from qa.service import BoardQA
from qa.settings import Settings
from tests.upload_files import FERRY, LIBRARY, TEXT, client_of

MEMBER = Person("oidc:8f31", "Ann Member", Role.MEMBER, Way.OIDC)
FERRY_QUESTION = "How long is the Marlby ferry kept running?"
pytest_plugins = ("tests.upload_fixture",)
APPEND_SECONDS = 0.002  # of processor time and waiting for the disk, at the median


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two packs, one of which was refused; not to be changed but for its audit log."""
    folder = tmp_path_factory.mktemp("audit")
    for name, content in (("ferry.pdf", FERRY), ("library.pdf", LIBRARY), ("text.pdf", TEXT)):
        (folder / name).write_bytes(content)
    with closing(BoardQA.open(Settings(data=folder / "data"))) as service:
        service.ingest([folder / name for name in ("ferry.pdf", "library.pdf", "text.pdf")])
    return folder / "data"


@pytest.fixture
def service(filled: Path, model_loaded_once: None):
    with closing(BoardQA.open(Settings(data=filled))) as opened:
        yield opened


def newest(service: BoardQA, act: str):
    return service.audit.entries(Selection(act=act), 1).entries[0]


def test_a_question_is_recorded_with_who_asked_when_and_the_pages_cited(service):
    asker = service.seen_by(MEMBER)
    answer = asker.ask(Question(question=FERRY_QUESTION))
    entry = newest(service, Act.ASK)
    assert (entry.person, entry.name, entry.role, entry.way) == ("oidc:8f31", "Ann Member", "member", "oidc")
    assert abs(datetime.now(UTC) - entry.time) < timedelta(minutes=1)
    assert entry.about["question"] == FERRY_QUESTION
    assert entry.about["status"] == "answered"
    assert [(entry.packs[sha256], page) for sha256, page in entry.about["cited"]] == [
        (citation.pack, citation.pdf_page) for citation in answer.citations
    ]


def test_the_words_of_papers_their_names_and_titles_are_not_in_it(service, filled):
    service.ask(Question(question="Is anything agreed about opening hours?"))
    service.search("opening hours", Filters())
    with closing(sqlite3.connect(filled / PEOPLE)) as connection:
        held = " ".join(map(str, connection.execute("SELECT * FROM audit WHERE about NOT LIKE '%ferry%'").fetchall()))
    assert "opening hours" in held
    for word in ("Northam", "library", "Marlby", "ferry", "12,000", ".pdf"):
        assert word not in held


def test_the_words_of_questions_are_left_out_where_the_settings_say_so(filled, model_loaded_once):
    with closing(BoardQA.open(Settings(data=filled, audit_questions=False))) as service:
        service.ask(Question(question=FERRY_QUESTION))
        service.search("ferry", Filters())
        for act in (Act.ASK, Act.SEARCH):
            entry = newest(service, act)
            assert "question" not in entry.about
            assert entry.about["cited"]


def test_nothing_is_recorded_where_no_log_is_kept(tmp_path):
    with closing(BoardQA.open(Settings(data=tmp_path, audit_days=0))) as service:
        service.audit.record(Act.SIGN_IN)
        with service.audit.acting(Act.BACKUP):
            pass
    assert not (tmp_path / PEOPLE).exists()


def test_what_is_ingested_is_recorded_with_its_outcome(service):
    entry = newest(service, Act.INGEST)
    counts = {name: entry.about[name] for name in ("added", "replaced", "unchanged", "refused")}
    assert counts == {"added": 2, "replaced": 0, "unchanged": 0, "refused": 1}
    assert sorted(entry.packs.values()) == ["ferry", "library"]


def test_an_act_that_fails_is_recorded_as_such(service):
    def remove() -> None:
        with service.audit.acting(Act.REMOVE, packs=[]) as told:
            told["tried"] = 1
            raise UnknownPackError("no such pack")

    with pytest.raises(UnknownPackError):
        remove()
    assert newest(service, Act.REMOVE).about == {"packs": [], "tried": 1, "failed": "unknown_pack"}


def test_a_removed_pack_stands_in_the_log_by_the_hash_of_its_file_alone(tmp_path, model_loaded_once):
    (tmp_path / "larkmoor-secret.pdf").write_bytes(LIBRARY)
    with closing(BoardQA.open(Settings(data=tmp_path / "data"))) as service:
        service.ingest([tmp_path / "larkmoor-secret.pdf"])
        service.remove(["larkmoor-secret"])
        entry = newest(service, Act.REMOVE)
        assert len(entry.about["packs"]) == 1
        assert entry.packs == {}
    assert b"larkmoor" not in b"".join(path.read_bytes() for path in (tmp_path / "data").glob(f"{PEOPLE}*"))


@pytest.fixture
def unwritable(service: BoardQA, monkeypatch: pytest.MonkeyPatch) -> BoardQA:
    """A service whose log cannot be added to: a full disk."""

    def full(*_: object) -> None:
        raise AuditUnavailableError("The audit log cannot be used: disk full.")

    monkeypatch.setattr(AuditStore, "append", full)
    monkeypatch.setattr(AuditStore, "require_writable", full)
    return service


def test_without_a_log_nothing_is_removed_or_added(unwritable, tmp_path):
    with pytest.raises(AuditUnavailableError):
        unwritable.remove(["ferry"])
    (tmp_path / "new.pdf").write_bytes(FERRY + b"\n")
    with pytest.raises(AuditUnavailableError):
        unwritable.ingest([tmp_path / "new.pdf"])
    assert [pack.pack for pack in unwritable.packs()] == ["ferry", "library"]


def test_without_a_log_the_public_is_answered_and_who_sees_restricted_papers_is_not(unwritable, caplog):
    assert unwritable.seen_by(ANONYMOUS).ask(Question(question=FERRY_QUESTION)).answered
    assert "not in the audit log" in caplog.text
    assert FERRY_QUESTION not in caplog.text
    with pytest.raises(AuditUnavailableError):
        unwritable.seen_by(MEMBER).ask(Question(question=FERRY_QUESTION))


def test_old_entries_leave_and_that_is_recorded(tmp_path):
    with closing(AuditStore(tmp_path)) as store:
        old = time_text(datetime.now(UTC) - timedelta(days=31))
        for _ in range(3):
            store.append(Row(old, "oidc:gone", "Gone", "member", "oidc", "ask", "{}"))
    with closing(BoardQA.open(Settings(data=tmp_path, audit_days=30))) as service:
        service.audit.record(Act.SIGN_IN)
        entries = list(service.audit.every_entry(Selection()))
        assert [(entry.number, entry.act) for entry in entries] == [(5, "clear audit"), (4, "sign in")]
        assert entries[0].about["entries"] == 3
        assert service.audit.check().broken is None


def test_long_texts_and_broken_characters_can_be_recorded(service):
    service.seen_by(Person("proxy:\ud800", "x" * 9000, Role.PUBLIC, Way.PROXY)).audit.record(
        Act.REFUSED, why="y" * 9000, at=["\ud800", {"z": "w" * 9000}]
    )
    entry = newest(service, Act.REFUSED)
    assert (entry.person, len(entry.name), len(entry.about["why"])) == ("proxy:?", 4000, 4000)
    assert len(entry.about["at"][1]["z"]) == 4000
    assert service.audit.check().broken is None


def test_an_administrator_reads_it_page_by_page_over_http_and_that_is_recorded(service):
    for number in range(5):
        service.audit.record("test", step=number)
    client = client_of(service)
    first = client.get("/api/audit", params={"act": "test", "limit": 2})
    assert first.headers["cache-control"] == "no-store"
    assert [entry["about"]["step"] for entry in first.json()["entries"]] == [4, 3]
    second = client.get(first.links["next"]["url"])
    assert [entry["about"]["step"] for entry in second.json()["entries"]] == [2, 1]
    assert newest(service, Act.READ_AUDIT).about == {"act": "test"}
    assert client.get("/api/audit/check").json()["broken"] is None
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert client.get("/api/audit", params={"from": tomorrow}).json() == {"entries": [], "next": None}
    assert client.get("/api/audit", params={"to": "9999-12-31", "limit": 1}).json()["entries"]


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.MEMBER, Role.OFFICER])
@pytest.mark.parametrize("path", ["/api/audit", "/api/audit/check"])
def test_nobody_else_reads_it(service, monkeypatch, role, path):
    monkeypatch.setattr("qa.entrance.local_person", lambda: Person("oidc:1", "", role, Way.OIDC))
    response = client_of(service).get(path)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "not_allowed"


def test_in_a_spreadsheet_no_cell_is_a_formula(service):
    service.seen_by(Person("oidc:1", '=HYPERLINK("http://x")', Role.PUBLIC, Way.OIDC)).audit.record("@sum", to="=1")
    got = client_of(service).get("/api/audit", params={"format": "csv", "act": "@sum"})
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"), newline=""))
    assert row["name"] == '\'=HYPERLINK("http://x")'
    assert row["act"] == "'@sum"
    assert json.loads(row["about"]) == {"to": "=1"}


def test_the_command_prints_checks_and_exports_the_log(filled, capsysbinary):
    def run(*options: str) -> tuple[int, str]:
        code = main(["--data", str(filled), "audit", *options])
        return code, capsysbinary.readouterr().out.decode()

    code, out = run("--act", "ingest")
    assert code == 0
    assert "ferry · library" in out
    code, out = run("--json", "--act", "ingest", "--from", "2024-01-01")
    assert [entry["act"] for entry in json.loads(out)] == ["ingest"]
    code, out = run("--csv", "--person", "nobody")
    assert out.encode().startswith(b"\xef\xbb\xbfnumber,time,person")
    assert len(out.splitlines()) == 1
    assert run("--json", "--act", "read audit")[1].count('"act": "read audit"') >= 3
    code, out = run("--verify")
    assert code == 0
    assert "whole and as they were written" in out
    assert run("--act", "nothing")[1].strip() == "No entry matches."


def test_the_command_fails_where_the_log_was_changed(tmp_path, capsys):
    with closing(AuditStore(tmp_path)) as store:
        store.append(Row("2024", "a", "", "admin", "local", "ask", "{}"))
    with closing(sqlite3.connect(tmp_path / PEOPLE)) as connection:
        connection.execute("DROP TRIGGER audit_unchanged")
        connection.execute("UPDATE audit SET act = 'nothing'")
        connection.commit()
    assert main(["--data", str(tmp_path), "audit", "--verify"]) == 1
    assert "entry 1 is not as it was written" in capsys.readouterr().out


def test_to_record_a_question_costs_next_to_nothing(service):
    answer = service.ask(Question(question=FERRY_QUESTION))
    times = []
    for _ in range(100):
        began = time.perf_counter()
        service.audit.asked(FERRY_QUESTION, answer)
        times.append(time.perf_counter() - began)
    assert sorted(times)[50] < APPEND_SECONDS
