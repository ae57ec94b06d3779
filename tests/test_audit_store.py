"""The audit log on disk: only ever added to, chained, and kept as long as it is to be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa.audit_store import AuditStore, Chosen, Row, time_text
from qa.errors import AuditUnavailableError
from qa.people_store import PEOPLE


def row(act: str = "ask", days_ago: float = 0, person: str = "local:jane") -> Row:
    moment = time_text(datetime.now(UTC) - timedelta(days=days_ago))
    return Row(moment, person, "Jane", "admin", "local", act, "{}")


@pytest.fixture
def store(tmp_path: Path):
    with closing(AuditStore(tmp_path)) as opened:
        yield opened


def by_hand(tmp_path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(tmp_path / PEOPLE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_is_added_is_read_newest_first_and_follows_on_from_what_was_before(store):
    assert [store.append(row(act)) for act in ("ask", "ingest", "remove")] == [1, 2, 3]
    assert [found.row.act for found in store.rows(Chosen(), 10)] == ["remove", "ingest", "ask"]
    assert [found.number for found in store.rows(Chosen(), 1, under=3)] == [2]
    checked = store.verify()
    assert (checked.rows, checked.first, checked.last, checked.broken) == (3, 1, 3, None)
    assert checked.hash == store.rows(Chosen(), 1)[0].hash


def test_rows_are_chosen_by_time_act_and_person(store):
    for act, days_ago, person in (("ask", 9, "oidc:a"), ("ask", 5, "oidc:b"), ("remove", 1, "oidc:a")):
        store.append(row(act, days_ago, person))
    week_ago = time_text(datetime.now(UTC) - timedelta(days=7))
    assert [found.number for found in store.rows(Chosen(since=week_ago), 10)] == [3, 2]
    assert [found.number for found in store.rows(Chosen(before=week_ago), 10)] == [1]
    assert [found.number for found in store.rows(Chosen(act="ask", person="oidc:a"), 10)] == [1]
    assert [found.number for found in store.rows(Chosen(person="Jane"), 10)] == [3, 2, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET person = 'oidc:other'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit_start",
        "UPDATE audit_start SET number = 2",
        "UPDATE audit_start SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2), days = 30",
    ],
)
def test_the_file_refuses_changes_and_deletions(store, tmp_path, statement):
    for _ in range(3):
        store.append(row(days_ago=10))
    with pytest.raises(sqlite3.IntegrityError, match="the audit log is"):
        by_hand(tmp_path, statement)
    assert store.verify().rows == 3


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["DROP TRIGGER audit_unchanged", "UPDATE audit SET name = 'x' WHERE number = 2"], "entry 2 is not as it was"),
        (["DROP TRIGGER audit_unchanged", "UPDATE audit SET time = '2020' WHERE number = 3"], "entry 3 is not as it"),
        (["DROP TRIGGER audit_kept", "DELETE FROM audit WHERE number = 2"], "entries 2 to 2 are missing"),
        (["DROP TRIGGER audit_kept", "DELETE FROM audit WHERE number = 1"], "entries 1 to 1 are missing"),
        (["DROP TRIGGER audit_kept", "DELETE FROM audit WHERE number = 3"], "entries 3 to 3 are missing at the end"),
        (["DROP TRIGGER audit_kept", "DELETE FROM audit"], "entries 1 to 3 are missing at the end"),
        (["INSERT INTO audit SELECT 4, time, person, name, role, way, act, about, hash FROM audit WHERE number = 3"],
         "entry 4 is not as it was written"),
        (["DROP TRIGGER audit_start_kept", "DELETE FROM audit_start"], "the log's beginning is missing"),
    ],
)  # fmt: skip
def test_a_log_that_was_tampered_with_is_found_out(store, tmp_path, statements, told):
    for _ in range(3):
        store.append(row())
    by_hand(tmp_path, *statements)
    assert told in (store.verify().broken or "")


def test_rows_leave_when_they_are_old_enough_and_the_chain_still_holds(store, tmp_path):
    for days_ago in (400, 366, 10, 0):
        store.append(row(f"act-{days_ago}", days_ago))
    oldest = time_text(datetime.now(UTC) - timedelta(days=365))
    assert store.forget_before(oldest, 365) == 2
    assert [found.row.act for found in store.rows(Chosen(), 10)] == ["act-0", "act-10"]
    checked = store.verify()
    assert (checked.rows, checked.first, checked.broken) == (2, 3, None)
    assert store.forget_before(oldest, 365) == 0
    assert store.append(row()) == 5
    assert store.verify().broken is None
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"act-366" not in left
    assert b"act-10" in left


def test_a_row_that_a_wrong_clock_dated_back_takes_no_younger_ones_with_it(store):
    for days_ago in (400, 0, 900):
        store.append(row(days_ago=days_ago))
    assert store.forget_before(time_text(datetime.now(UTC) - timedelta(days=365)), 365) == 1
    assert [found.number for found in store.rows(Chosen(), 10)] == [3, 2]


def test_the_chain_goes_on_when_every_row_has_left(store):
    store.append(row(days_ago=3))
    assert store.forget_before(time_text(datetime.now(UTC) - timedelta(days=2)), 2) == 1
    assert store.verify().rows == 0
    assert store.append(row()) == 2
    assert store.verify().broken is None


def test_processes_and_threads_that_add_at_once_make_one_chain(store, tmp_path):
    code = (
        "import sys; from pathlib import Path; from qa.audit_store import AuditStore, Row\n"
        "store = AuditStore(Path(sys.argv[1]))\n"
        "for n in range(40): store.append(Row('2024', sys.argv[2], '', 'admin', 'local', 'ask', str(n)))\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"process-{n}"]) for n in range(2)]

    def add() -> None:
        for _ in range(20):
            store.append(row())

    threads = [threading.Thread(target=add) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [other.wait(timeout=120) for other in others] == [0, 0]
    checked = store.verify()
    assert (checked.rows, checked.last, checked.broken) == (140, 140, None)


def test_a_file_that_cannot_be_used_is_told_as_such(tmp_path):
    (tmp_path / PEOPLE).write_bytes(b"no database" * 1000)
    with closing(AuditStore(tmp_path)) as store, pytest.raises(AuditUnavailableError, match=r"people\.sqlite"):
        store.append(row())


def test_nobody_else_who_has_an_account_on_the_machine_reads_the_log(store, tmp_path):
    store.append(row())
    assert not (tmp_path / PEOPLE).stat().st_mode & 0o077
