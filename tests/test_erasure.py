"""What is taken out leaves no byte in the data folder, however it was stored and whoever reads meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from benchmarks.served import served
from index import schema
from index.errors import UnknownAnswerError, UnknownPackError
from index.schema import DATABASE
from qa.cli import main
from qa.errors import NotAllowedError
from qa.feedback import Feedback, Verdict
from qa.model import Filters, Question
from qa.person import Person, Role, Way
from qa.progress import SILENT
from qa.service import BoardQA
from qa.settings import Settings
from tests.erased import MARK, QUESTION, fingerprints, left, marked_pack, plain_pack
from tests.upload_files import client_of

pytest_plugins = ("tests.upload_fixture",)

PACK = "vexqvzmarl-minutes"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder of the marked pack among others, and their PDFs; to be copied."""
    folder = tmp_path_factory.mktemp("erasure")
    papers = folder / "papers"
    papers.mkdir()
    with closing(BoardQA.open(Settings(data=folder / "data"))) as service:
        for path in (plain_pack(papers, "alder"), marked_pack(papers), plain_pack(papers, "birch")):
            assert not service.ingest([path]).refused
    return folder


@pytest.fixture
def service(filled: Path, tmp_path: Path, model_loaded_once: None) -> Iterator[BoardQA]:
    """A service with the marked pack among others, of its own."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    with closing(BoardQA.open(Settings(data=tmp_path / "data"))) as opened:
        yield opened


def use(service: BoardQA) -> tuple[str, str]:
    """Ask, look at and rate the marked pack in every way that leaves traces; the kept answer's id, another's."""
    kept = service.conversations.ask(Question(question=QUESTION, conversation="new"), "me", service.ask, SILENT)
    assert MARK in kept.answer
    other = service.conversations.ask(
        Question(question="How often did the ferry run?", conversation="new", filters=Filters(pack="alder")),
        "me",
        service.ask,
        SILENT,
    )
    service.feedback(Feedback(question=QUESTION, answer=kept, verdict=Verdict.UP))
    service.search("grazing", Filters())
    assert client_of(service).get(f"/api/packs/{PACK}/pages/1.png").status_code == 200
    assert kept.answer_id
    assert other.answer_id
    return kept.answer_id, other.answer_id


def test_of_a_removed_pack_no_byte_stays(service):
    data = service.settings.data
    kept, other = use(service)
    parts = fingerprints(data, PACK)
    assert set(left(data, parts)) >= {DATABASE, "board-qa.faiss"}
    assert service.remove([PACK]) == [PACK]
    assert not service.remains()
    assert left(data, parts) == []
    with pytest.raises(UnknownAnswerError):
        service.conversations.turn(kept)
    assert service.conversations.turn(other).answer.answered
    assert [pack.pack for pack in service.packs()] == ["alder", "birch"]
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for index in ("passage_words", "public_passage_words", "decision_words", "entry_words"):
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_another_server_process_that_reads_all_the_while_has_nothing_of_it_either(service, tmp_path):
    data = service.settings.data
    with served(data, tmp_path / "log", {}) as (url, _), httpx.Client(base_url=url, timeout=60) as client:
        asked = client.post("/api/ask", json={"question": QUESTION, "conversation": "new"}).json()
        picture = f"/api/packs/{PACK}/pages/1.png"
        assert MARK in asked["answer"]
        assert client.get(asked["href"]).status_code == client.get(picture).status_code == 200
        parts = fingerprints(data, PACK)
        stop = threading.Event()
        seen: list[int] = []

        def read() -> None:
            while not stop.is_set():
                for path in ("/api/search?q=grazing", "/api/decisions", f"/api/packs/{PACK}/pages", "/api/packs"):
                    seen.append(httpx.get(url + path, timeout=60).status_code)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            service.remove([PACK])
            assert not service.remains()
            assert left(data, parts) == []
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        assert set(seen) <= {200, 404}
        assert client.get(asked["href"]).status_code == client.get(picture).status_code == 404
        for told in (client.post("/api/ask", json={"question": QUESTION}), client.get("/api/search?q=grazing")):
            assert told.status_code == 200
            assert MARK not in told.text.lower()
        assert left(data, parts) == []


def test_of_a_replaced_version_no_byte_stays(service, tmp_path):
    data = service.settings.data
    kept, other = use(service)
    parts = fingerprints(data, PACK)
    name = f"{PACK}.pdf"
    newer = plain_pack(tmp_path, "later", pages=1).replace(tmp_path / "papers" / name)
    assert service.ingest([newer], replaces=PACK).replaced == [PACK]
    assert not service.remains()
    with pytest.raises(UnknownAnswerError):
        service.conversations.turn(kept)
    assert service.conversations.turn(other).answer.answered
    service.remove([PACK])  # the name of the file has the mark too
    assert left(data, parts) == []


def test_a_pack_that_is_only_read_again_keeps_its_answers(service, tmp_path):
    kept, other = use(service)
    assert service.ingest([tmp_path / "papers" / "alder.pdf"], force=True).replaced == ["alder"]
    assert not service.remains()
    assert MARK in service.conversations.turn(kept).answer.answer
    assert service.conversations.turn(other).answer.citations[0].pack == "alder"


def test_a_reader_of_an_older_state_delays_the_end_and_is_told_of(service, capsys, monkeypatch):
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.2)
    data = service.settings.data
    parts = fingerprints(data, PACK)
    with closing(sqlite3.connect(data / DATABASE)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM packs").fetchone() == (3,)
        assert main(["--data", str(data), "remove", PACK]) == 0
        assert "may still hold parts of what was removed" in capsys.readouterr().err
        assert service.remains()
        assert not service.sweep()
    assert service.sweep()
    assert not service.remains()
    assert left(data, parts) == []


def test_what_a_killed_process_left_goes_with_the_next_ingest(service, tmp_path):
    data = service.settings.data
    parts = fingerprints(data, PACK)
    service._store.remove(PACK)  # and killed here
    assert service.remains()
    assert left(data, parts)
    service.ingest([plain_pack(tmp_path, "cedar", pages=1)])
    assert not service.remains()
    assert left(data, parts) == []


def test_the_command_says_that_backups_still_hold_it(service, capsys):
    assert main(["--data", str(service.settings.data), "remove", PACK]) == 0
    told = capsys.readouterr()
    assert told.out == f"removed {PACK}\n"
    assert told.err == "Backups that were made earlier still hold what was removed.\n"
    assert left(service.settings.data, []) == []


def test_a_refused_newer_version_goes_with_the_pack(service, filled):
    path = filled / "papers" / f"{PACK}.pdf"
    whole = path.read_bytes()
    path.write_bytes(b"no PDF any more")
    try:
        assert [refused.code for refused in service.ingest([path]).refused] == ["not_a_pdf"]
    finally:
        path.write_bytes(whole)
    service.remove([PACK])
    assert left(service.settings.data, []) == []


def test_of_a_deleted_conversation_no_byte_stays(service):
    asked = Question(question=f"What of {MARK}pool?", conversation="new", filters=Filters(pack="alder"))
    answer = service.conversations.ask(asked, "me", lambda asked, _: service.traced(asked)[0], SILENT)
    service.remove([PACK])
    assert left(service.settings.data, []) == [DATABASE]
    assert answer.conversation
    service.conversations.delete(answer.conversation, "me")
    service.sweep()
    assert left(service.settings.data, []) == []


def test_an_answer_that_was_in_the_making_is_not_kept(service):
    def ask(question, listener):
        answer = service.ask(question, listener)
        service.remove([PACK])
        return answer

    answer = service.conversations.ask(Question(question=QUESTION, conversation="new"), "me", ask, SILENT)
    assert (answer.answer_id, answer.href, answer.conversation) == (None, None, None)
    assert any("papers were changed while this was answered" in note for note in answer.notes)
    assert left(service.settings.data, []) == []


def test_officers_remove_packs_over_http_and_nobody_below(service, monkeypatch):
    member = Person("oidc:1", "", Role.MEMBER, Way.OIDC)
    with monkeypatch.context() as patched:
        patched.setattr("qa.entrance.local_person", lambda: member)
        refused = client_of(service).delete(f"/api/packs/{PACK}", headers=OWN_PAGE)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    with pytest.raises(NotAllowedError):
        service.seen_by(member).remove([PACK])
    monkeypatch.setattr("qa.entrance.local_person", lambda: Person("oidc:2", "", Role.OFFICER, Way.OIDC))
    removed = client_of(service).delete(f"/api/packs/{PACK}", headers=OWN_PAGE)
    assert removed.json() == {"removed": PACK, "remains": False}
    with pytest.raises(UnknownPackError):
        service.page(PACK, 1)
