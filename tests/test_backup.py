"""Backups: whole or not at all, made while others write, and put back only where nothing is lost by it."""

from __future__ import annotations

import sqlite3
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from index import backup
from index.backup import back_up, restore
from index.errors import BoardQAError, UnusableBackupError
from index.schema import DATABASE
from index.store import Store
from qa.cli import main
from qa.model import Question
from qa.papers import FILES
from qa.people_store import PeopleStore
from qa.person import Person, Role, Way
from qa.progress import SILENT
from qa.service import BoardQA
from qa.sessions import Sessions
from qa.settings import Settings
from tests.stored import pack, passage, write
from tests.upload_files import FERRY, LIBRARY


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two packs and a conversation."""
    for name, content in (("ferry.pdf", FERRY), ("library.pdf", LIBRARY)):
        (tmp_path / name).write_bytes(content)
    folder = tmp_path / "data"
    with closing(BoardQA.open(Settings(data=folder))) as service:
        assert not service.ingest([tmp_path / "ferry.pdf", tmp_path / "library.pdf"]).refused
        service.conversations.ask(
            Question(question="What of the ferry?", conversation="new"), "me", service.ask, SILENT
        )
    return folder


def test_what_is_put_back_answers_as_before_and_has_the_conversations(data, tmp_path, capsys):
    assert main(["--data", str(data), "backup", str(tmp_path / "all.zip")]) == 0
    assert main(["--data", str(tmp_path / "new"), "restore", str(tmp_path / "all.zip")]) == 0
    assert "2 packs" in capsys.readouterr().out
    asked = Question(question="How long is the ferry kept running?")
    answers = []
    for folder in (data, tmp_path / "new"):
        with closing(BoardQA.open(Settings(data=folder))) as service:
            answers.append(service.ask(asked).model_dump(exclude={"timing_ms"}))
            assert [kept.title for kept in service.conversations.conversations("me")] == ["What of the ferry?"]
            assert service.pdf_path("ferry").read_bytes() == FERRY
    assert answers[0] == answers[1]
    assert answers[0]["answered"]


def test_whoever_was_signed_in_signs_in_anew_after_a_restore(tmp_path):
    data, new, file = tmp_path / "data", tmp_path / "new", tmp_path / "all.zip"
    Store(data).close()
    with closing(PeopleStore(data)) as people:
        secret = Sessions(people, 8).begin(person := Person("oidc:1", "Jo", Role.MEMBER, Way.OIDC), "")
    assert main(["--data", str(data), "backup", str(file)]) == 0
    assert main(["--data", str(new), "restore", str(file)]) == 0
    with closing(PeopleStore(data)) as before, closing(PeopleStore(new)) as after:
        assert Sessions(before, 8).person(secret) == person
        assert Sessions(after, 8).person(secret) is None


def test_a_backup_is_of_one_moment_while_packs_come_and_go(tmp_path):
    data = tmp_path / "data"
    stop = threading.Event()

    def come_and_go(store: Store) -> None:
        while not stop.is_set():
            write(store, pack("first"), passage("swans"))
            write(store, pack("second"), passage("geese"))
            store.remove("second")
            store.remove("first")

    with Store(data) as store:
        writer = threading.Thread(target=come_and_go, args=(store,))
        writer.start()
        try:
            for number in range(8):
                back_up(data, FILES, tmp_path / f"{number}.zip")
        finally:
            stop.set()
            writer.join()
    for number in range(8):
        restore(tmp_path / f"{number}.zip", tmp_path / f"made{number}", FILES)
        with Store(tmp_path / f"made{number}") as store:
            found = {each.id: len(store.passages_of(each.id)) for each in store.packs()}
        assert found in ({}, {"first": 1}, {"first": 1, "second": 1})


def test_a_backup_that_cannot_be_finished_leaves_nothing(data, tmp_path, monkeypatch):
    target = tmp_path / "backups"
    target.mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_write", full)
    with pytest.raises(BoardQAError, match="No space left"):
        back_up(data, FILES, target / "all.zip")
    assert list(target.iterdir()) == []


def test_nothing_is_written_over(data, tmp_path):
    target = tmp_path / "all.zip"
    target.write_bytes(b"another one")
    with pytest.raises(BoardQAError, match="already"):
        back_up(data, FILES, target)
    assert target.read_bytes() == b"another one"
    target.unlink()
    back_up(data, FILES, target)
    with pytest.raises(BoardQAError, match="not empty"):
        restore(target, data, FILES)


def test_where_nothing_is_indexed_there_is_nothing_to_back_up(tmp_path):
    with pytest.raises(BoardQAError, match="no index"):
        back_up(tmp_path, FILES, tmp_path / "all.zip")


def test_only_the_owner_may_read_a_backup(data, tmp_path):
    back_up(data, FILES, tmp_path / "all.zip")
    assert (tmp_path / "all.zip").stat().st_mode & 0o077 == 0


def test_a_pdf_that_is_gone_is_told(data, tmp_path, capsys):
    with closing(sqlite3.connect(data / DATABASE)) as index:
        (sha256,) = index.execute("SELECT sha256 FROM packs WHERE id = 'ferry'").fetchone()
    (data / FILES / f"{sha256}.pdf").unlink()
    assert main(["--data", str(data), "backup", str(tmp_path / "all.zip")]) == 0
    assert "PDF of ferry" in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["cut short", "a byte changed", "no ZIP", "a path out of it", "no index in it"])
def test_a_bad_backup_is_refused_and_leaves_nothing(data, tmp_path, harm):
    source, target = tmp_path / "all.zip", tmp_path / "new" / "data"
    back_up(data, FILES, source)
    content = source.read_bytes()
    if harm == "cut short":
        source.write_bytes(content[: len(content) // 2])
    elif harm == "a byte changed":
        place = content.index(b"%PDF-") + 200
        source.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    elif harm == "no ZIP":
        source.write_bytes(b"a letter")
    else:
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("../evil.pdf" if harm == "a path out of it" else f"{FILES}/{'a' * 64}.pdf", b"%PDF-")
    with pytest.raises(UnusableBackupError):
        restore(source, target, FILES)
    assert list(target.parent.iterdir()) == []
    assert not list(tmp_path.rglob("evil.pdf"))
