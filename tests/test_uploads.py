"""Adding packs by the page: what is taken, what is refused and why, and that nothing already indexed is lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.errors import BoardQAError
from index.model import Access
from index.store import UPLOADS, Store
from qa import uploads
from qa.service import BoardQA
from qa.settings import Settings
from qa.uploads import Uploads
from tests.stored import EVERYONE, pack, passage, write
from tests.upload_files import (
    BROKEN,
    FERRY,
    LIBRARY,
    PATIENCE,
    TEXT,
    Gate,
    Job,
    add,
    client_of,
    embedder,
    finished,
    locked,
    paper,
    received,
    refused,
    send,
    states,
    texts,
)

pytest_plugins = ("tests.upload_fixture",)
pytestmark = pytest.mark.usefixtures("model_loaded_once")


# What is taken, and what is refused


def test_a_good_pdf_becomes_a_pack_that_answers_and_what_was_received_is_gone(
    client: TestClient, empty_service: BoardQA, sample_packs: Path
) -> None:
    name = "thornmere-hwb-2024-06-20-supplement.pdf"
    job = add(client, {name: (sample_packs / name).read_bytes()})
    (file,) = job["files"]
    assert (file["name"], file["state"], file["pack"]) == (name, "added", name.removesuffix(".pdf"))
    assert file["href"] == f"/packs/{file['pack']}"
    assert job["heading"] == "Packs added"
    assert job["words"] == "Finished: 1 added."
    (found,) = empty_service.packs()
    assert found.file == name
    assert found.title == file["title"]
    assert empty_service.pdf_path(found.pack).read_bytes() == (sample_packs / name).read_bytes()
    assert not received(empty_service)


def test_bad_files_are_refused_with_reasons_and_the_good_one_among_them_is_added(
    client: TestClient, empty_service: BoardQA
) -> None:
    files = {
        "notes.pdf": TEXT,
        "broken.pdf": BROKEN,
        "locked.pdf": locked("Secret"),
        "a.pdf": LIBRARY,
        "empty.pdf": b"",
    }
    job = add(client, files)
    assert refused(job) == {
        "notes.pdf": "not_a_pdf",
        "broken.pdf": "damaged_file",
        "locked.pdf": "encrypted_file",
        "empty.pdf": "empty_file",
    }
    assert states(job)[3] == "added"
    assert job["words"] == "Finished: 1 added, 4 not added."
    assert [found.file for found in empty_service.packs()] == ["a.pdf"]
    assert not received(empty_service)


def test_a_refused_content_is_refused_again_under_its_new_name(client: TestClient) -> None:
    add(client, {"first.pdf": TEXT})
    (file,) = add(client, {"second.pdf": TEXT})["files"]
    assert (file["name"], file["message"]) == ("second.pdf", "This is no PDF.")


def test_the_set_password_opens_locked_files(tmp_path: Path) -> None:
    service = BoardQA.open(Settings(data=tmp_path, password="quay"))
    assert states(add(client_of(service), {"locked.pdf": locked("The quay is closed on Mondays.")})) == ["added"]
    service.close()


def test_the_nasty_pdfs_do_not_stop_the_ones_after_them(client: TestClient, shared: Callable[[str], Path]) -> None:
    folder = shared("nasty")
    nasty = sorted(folder.glob("damaged__*.pdf"))[:4] + sorted(folder.glob("encrypted__pypdf*user-password.pdf"))[:3]
    job = add(client, [(path.name, path.read_bytes()) for path in nasty] + [("good.pdf", FERRY)])
    assert states(job)[-1] == "added"
    assert set(states(job)) <= {"added", "refused"}
    assert sum(code == "encrypted_file" for code in refused(job).values()) == 3


# Nothing already indexed is lost


def test_the_same_content_is_unchanged_under_whatever_name(client: TestClient, empty_service: BoardQA) -> None:
    add(client, {"a.pdf": LIBRARY})
    for replace in (False, True):
        job = add(client, {"a.pdf": LIBRARY, "b.pdf": LIBRARY}, replace)
        assert states(job) == ["unchanged", "unchanged"]
        assert {file["pack"] for file in job["files"]} == {"a"}
        assert job["heading"] == "No pack was added"
    assert [found.pack for found in empty_service.packs()] == ["a"]


def test_other_content_under_a_known_name_is_refused_unless_it_may_replace(
    client: TestClient, empty_service: BoardQA
) -> None:
    add(client, {"agenda.pdf": LIBRARY})
    job = add(client, {"agenda.pdf": FERRY})
    assert refused(job) == {"agenda.pdf": "name_taken"}
    assert "Replace" in job["files"][0]["hint"]
    assert "library" in texts(empty_service, "agenda")
    job = add(client, {"agenda.pdf": FERRY}, replace=True)
    assert (states(job), job["files"][0]["pack"]) == (["replaced"], "agenda")
    assert [found.pack for found in empty_service.packs()] == ["agenda"]
    assert "ferry" in texts(empty_service, "agenda")


def test_a_bad_file_that_may_replace_loses_nothing(client: TestClient, empty_service: BoardQA) -> None:
    add(client, {"agenda.pdf": LIBRARY})
    assert refused(add(client, {"agenda.pdf": BROKEN}, replace=True)) == {"agenda.pdf": "damaged_file"}
    assert "library" in texts(empty_service, "agenda")


def test_a_pack_whose_file_still_lies_in_its_folder_can_be_replaced_too(
    client: TestClient, empty_service: BoardQA, tmp_path: Path
) -> None:
    (tmp_path / "agenda.pdf").write_bytes(LIBRARY)
    empty_service.ingest([tmp_path / "agenda.pdf"])
    assert refused(add(client, {"agenda.pdf": FERRY})) == {"agenda.pdf": "name_taken"}
    assert refused(add(client, {"agenda.pdf": BROKEN}, replace=True)) == {"agenda.pdf": "damaged_file"}
    assert "library" in texts(empty_service, "agenda")
    (file,) = add(client, {"agenda.pdf": FERRY}, replace=True)["files"]
    assert file["state"] == "replaced"
    assert "comes back" in file["warnings"][0]
    assert [found.pack for found in empty_service.packs()] == ["agenda"]
    assert "ferry" in texts(empty_service, "agenda")
    assert (tmp_path / "agenda.pdf").read_bytes() == LIBRARY


def test_the_command_does_not_take_a_namesake_for_the_new_version_of_an_uploaded_pack(
    client: TestClient, empty_service: BoardQA, tmp_path: Path
) -> None:
    add(client, {"agenda.pdf": LIBRARY})
    (tmp_path / "agenda.pdf").write_bytes(FERRY)
    assert empty_service.ingest([tmp_path / "agenda.pdf"]).added == ["agenda-2"]
    assert "library" in texts(empty_service, "agenda")


def test_which_of_two_namesakes_is_replaced_is_not_guessed(
    client: TestClient, empty_service: BoardQA, tmp_path: Path
) -> None:
    for council, content in (("north", LIBRARY), ("south", FERRY)):
        (tmp_path / council).mkdir()
        (tmp_path / council / "agenda.pdf").write_bytes(content)
    empty_service.ingest([tmp_path / "north", tmp_path / "south"])
    job = add(client, {"agenda.pdf": paper("A third agenda.")}, replace=True)
    assert refused(job) == {"agenda.pdf": "name_taken"}
    assert len(empty_service.packs()) == 2


def test_two_files_of_one_name_in_one_upload_do_not_replace_each_other(
    client: TestClient, empty_service: BoardQA
) -> None:
    job = add(client, [("north/agenda.pdf", LIBRARY), ("south/agenda.pdf", FERRY)], replace=True)
    assert states(job) == ["added", "refused"]
    assert job["files"][1]["code"] == "name_taken"
    assert "library" in texts(empty_service, "agenda")


def test_a_pack_that_may_not_be_seen_is_neither_told_of_nor_replaced(
    client: TestClient, empty_service: BoardQA
) -> None:
    hidden = pack("agenda", access=Access.RESTRICTED)
    with Store(empty_service.settings.data) as store:
        write(store, hidden, passage("Land at Mill Lane", access=Access.RESTRICTED), model=embedder().identity)
        job = add(client, {"agenda.pdf": FERRY})
        assert states(job) == ["added"]
        assert job["files"][0]["name"] == "agenda.pdf"
        assert "ferry" in texts(empty_service, job["files"][0]["pack"])
        assert states(add(client, {"agenda.pdf": LIBRARY}, replace=True)) == ["added"]
        assert any(found.record == hidden for found in store.packs(EVERYONE))


# The state of an upload


def test_progress_is_told_in_pages_and_others_wait(client: TestClient, empty_service: BoardQA, gate: Gate) -> None:
    job = send(client, {"a.pdf": LIBRARY, "b.pdf": FERRY})
    assert gate.reached.wait(PATIENCE)
    now = client.get(f"/api/uploads/{job['id']}").json()
    assert states(now) == ["reading", "waiting"]
    assert now["words"] == "Adding a.pdf. 0 of 2 finished."
    assert client.app.state.uploads.adding() == ["a.pdf", "b.pdf"]  # type: ignore[attr-defined]  # FastAPI's
    assert client.get("/upload").text.count("a.pdf, b.pdf") == 1
    page = client.get(job["href"]).text
    assert '<meta http-equiv="refresh"' in page
    assert "Adding a.pdf. 0 of 2 finished." in page
    gate.open.set()
    done = finished(client, job)
    assert states(done) == ["added", "added"]
    assert client.app.state.uploads.adding() == []  # type: ignore[attr-defined]
    page = client.get(job["href"]).text
    assert "refresh" not in page
    assert 'href="/packs/a"' in page


def test_pages_are_counted_while_they_are_read_and_indexed(empty_service: BoardQA, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    client = client_of(empty_service)
    ingest = empty_service.ingest

    def watched(paths: Any, progress: Any, **more: Any) -> Any:
        def tell(now: Any) -> None:
            progress(now)
            file = client.get(f"/api/uploads/{job['id']}").json()["files"][0]
            seen.append((file["words"], file["share"]))

        started.wait(PATIENCE)
        return ingest(paths, progress=tell, **more)

    started = threading.Event()
    empty_service.ingest = watched  # type: ignore[method-assign]  # as a spy
    job = send(client, {"a.pdf": LIBRARY})
    started.set()
    finished(client, job)
    assert seen == [
        ("Reading page 1 of 2", 0.25),
        ("Reading page 2 of 2", 0.5),
        ("Indexing page 1 of 2", 0.75),
        ("Indexing page 2 of 2", 1.0),
    ]


def test_two_uploads_at_once_are_indexed_one_file_after_another(
    client: TestClient, empty_service: BoardQA, gate: Gate
) -> None:
    jobs: list[Job] = []
    senders = [
        threading.Thread(target=lambda files=files: jobs.append(send(client, files)))
        for files in ({"a.pdf": LIBRARY}, {"b.pdf": FERRY})
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(PATIENCE)
    assert len({job["id"] for job in jobs}) == 2
    gate.open.set()
    assert [states(finished(client, job)) for job in jobs] == [["added"], ["added"]]
    assert gate.at_once == [1, 1]
    assert {found.file for found in empty_service.packs()} == {"a.pdf", "b.pdf"}


def test_a_failure_is_the_files_own_and_the_next_one_is_taken(
    client: TestClient, empty_service: BoardQA, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = empty_service.ingest
    failures = iter([BoardQAError("The index is busy.", "Try again."), OSError(28, "No space"), ZeroDivisionError("x")])

    def failing(*given: Any, **more: Any) -> Any:
        failure = next(failures, None)
        if failure:
            raise failure
        return ingest(*given, **more)

    monkeypatch.setattr(empty_service, "ingest", failing)
    job = add(client, {"a.pdf": LIBRARY, "b.pdf": FERRY, "c.pdf": TEXT, "d.pdf": LIBRARY})
    assert refused(job) == {"a.pdf": "error", "b.pdf": "unreadable_path", "c.pdf": "internal_error"}
    assert job["files"][0]["message"] == "The index is busy."
    assert "division" not in str(job)
    assert states(job)[3] == "added"
    assert not received(empty_service)


def test_no_more_uploads_than_allowed_are_under_way(client: TestClient, gate: Gate) -> None:
    jobs = [send(client, {f"{n}.pdf": TEXT + bytes([n])}) for n in range(uploads.MOST_JOBS_AT_ONCE)]
    response = client.post("/api/uploads", files={"files": ("x.pdf", LIBRARY, None)})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "uploads_busy")
    gate.open.set()
    for job in jobs:
        finished(client, job)
    assert states(add(client, {"x.pdf": LIBRARY})) == ["added"]


def test_old_uploads_are_forgotten(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    job = add(client, {"a.pdf": TEXT})
    monkeypatch.setattr(uploads, "KEPT_SECONDS", -1)
    for path in (f"/api/uploads/{job['id']}", "/api/uploads/nothing"):
        response = client.get(path)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_upload")


def test_of_many_uploads_the_latest_are_remembered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "KEPT_JOBS", 2)
    jobs = [add(client, {f"{n}.pdf": TEXT + bytes([n])}) for n in range(3)]
    assert [client.get(f"/api/uploads/{job['id']}").status_code for job in jobs] == [404, 200, 200]


def test_what_a_crashed_process_left_is_deleted_and_a_living_ones_files_are_not(
    client: TestClient, empty_service: BoardQA, gate: Gate
) -> None:
    folder = empty_service.settings.data / UPLOADS
    for name in ("crashed", "unlocked"):
        (folder / name / "0").mkdir(parents=True)
        (folder / name / "0" / "left.pdf").write_bytes(LIBRARY)
    (folder / "crashed.lock").touch()
    job = send(client, {"a.pdf": LIBRARY})
    assert gate.reached.wait(PATIENCE)
    Uploads(empty_service)  # as another process does at its start
    assert [path.name for path in received(empty_service)] == ["a.pdf"]
    assert not (folder / "crashed.lock").exists()
    gate.open.set()
    assert states(finished(client, job)) == ["added"]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are told otherwise elsewhere")
def test_what_is_received_lies_in_a_private_folder(client: TestClient, empty_service: BoardQA, gate: Gate) -> None:
    job = send(client, {"a.pdf": LIBRARY})
    (path,) = received(empty_service)
    folders = [folder for folder in path.parents if empty_service.settings.data in folder.parents]
    assert len(folders) == 4
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    gate.open.set()
    finished(client, job)
