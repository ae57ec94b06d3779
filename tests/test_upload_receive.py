"""Receiving uploads: limits, file names, forms that are none, and who may send them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from qa import upload_receive
from qa.boundary import MAX_REQUEST_BYTES
from qa.person import local_person
from qa.service import BoardQA
from qa.settings import Settings
from qa.upload_access import may_upload
from qa.upload_receive import MAX_FILES, MAX_TOLD, safe_name
from tests.upload_files import FERRY, HERE, LIBRARY, TEXT, add, client_of, finished, received, refused, states

pytest_plugins = ("tests.upload_fixture",)
pytestmark = pytest.mark.usefixtures("model_loaded_once")


# Limits


def test_a_file_over_the_limit_is_refused_while_it_is_received(tmp_path: Path) -> None:
    service = BoardQA.open(Settings(data=tmp_path, max_file_mb=1))
    job = add(client_of(service), [("big.pdf", b"%PDF-" + bytes(1024 * 1024)), ("a.pdf", LIBRARY)])
    assert refused(job) == {"big.pdf": "limit_exceeded"}
    assert job["files"][0]["message"] == "It is larger than 1 MB."
    assert states(job) == ["refused", "added"]
    service.close()


def test_files_together_over_the_limit_are_refused_whole(tmp_path: Path) -> None:
    service = BoardQA.open(Settings(data=tmp_path, max_file_mb=1))
    client = client_of(service)
    body = b"x" * (upload_receive.max_upload_bytes(service.settings) + 1)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    told = client.post("/api/uploads", content=body, headers=headers)
    assert (told.status_code, told.json()["error"]["code"]) == (413, "upload_too_large")

    def in_parts() -> Iterator[bytes]:  # without a length told beforehand
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    told = client.post("/api/uploads", content=in_parts(), headers=headers)
    assert (told.status_code, told.json()["error"]["code"]) == (413, "upload_too_large")
    assert not received(service)
    assert not service.packs()
    service.close()


def test_only_uploads_may_be_large(client: TestClient) -> None:
    large = {"files": ("a.pdf", LIBRARY + bytes(MAX_REQUEST_BYTES), "application/pdf")}
    assert client.post("/api/uploads", files=large).status_code == 202
    assert client.post("/api/feedback", files=large).status_code == 413


def test_files_over_the_number_are_refused_one_by_one(client: TestClient, empty_service: BoardQA) -> None:
    job = add(client, [(f"{n}.pdf", TEXT if n else FERRY) for n in range(MAX_FILES + 2)])
    assert [file["code"] for file in job["files"]] == ["", *["not_a_pdf"] * (MAX_FILES - 1), *["limit_exceeded"] * 2]
    response = client.post(
        "/api/uploads", files=[("files", (f"{n}.pdf", b"x", None)) for n in range(MAX_FILES + MAX_TOLD + 1)]
    )
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_request")
    assert not received(empty_service)


def test_a_full_disk_refuses_the_file_and_leaves_nothing(
    client: TestClient, empty_service: BoardQA, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda path: real(path)._replace(free=upload_receive.KEPT_FREE_BYTES))
    job = add(client, {"a.pdf": LIBRARY})
    assert refused(job) == {"a.pdf": "disk_full"}
    assert not received(empty_service)
    monkeypatch.undo()
    assert states(add(client, {"a.pdf": LIBRARY})) == ["added"]


# Names


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Agenda 4.pdf", "Agenda 4.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\papers\\Agenda.PDF", "Agenda.PDF"),
        ("..", "pack.pdf"),
        ("/", "pack.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ("one\x00two\nthree\u202efdp.pdf", "onetwo threefdp.pdf"),
        ('<b>"Tom & Jerry"?</b>.pdf', "b-.pdf"),
        ("Tom & Jerry's <agenda>.pdf", "Tom & Jerry's -agenda-.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("minutes", "minutes"),
        ("   .pdf", "pdf"),
    ],
)
def test_names_are_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_long_names_keep_their_ending_and_fit_the_disk() -> None:
    name = safe_name("é" * 400 + ".pdf")
    assert name.endswith("é.pdf")
    assert len(name.encode()) <= upload_receive.MAX_NAME_BYTES


def test_a_name_that_climbs_out_stays_in_the_folder(client: TestClient, empty_service: BoardQA) -> None:
    before = {path for path in empty_service.settings.data.parent.rglob("*") if path.is_file()}
    job = add(client, {"../../../climbed.pdf": LIBRARY, "<img src=x onerror=alert(1)>.pdf": FERRY})
    assert [file["name"] for file in job["files"]] == ["climbed.pdf", "-img src=x onerror=alert(1)-.pdf"]
    assert states(job) == ["added", "added"]
    new = {path for path in empty_service.settings.data.parent.rglob("*") if path.is_file()} - before
    assert all(empty_service.settings.data in path.parents for path in new)


# The form, and requests that are no upload

FORM = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="files"'


def test_the_form_leads_to_the_page_of_the_upload(client: TestClient) -> None:
    response = client.post("/upload", files={"files": ("a.pdf", LIBRARY, None)}, follow_redirects=False)
    assert response.status_code == 303
    job = client.get(f"/api{response.headers['location']}").json()
    assert states(finished(client, job)) == ["added"]


def test_a_form_without_a_file_is_shown_again_with_the_reason(client: TestClient) -> None:
    response = client.post("/upload", files={"files": ("", b"", "application/octet-stream")})
    assert response.status_code == 422
    assert "No file was chosen." in response.text
    assert 'name="files"' in response.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b""),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=" + "x" * 3000, b"--x--"),
        (FORM, b"nothing of the sort"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n',
        ),
        (FORM, PART + b'; filename="a.pdf"\r\n\r\n%PDF-1.7 cut sho'),
        (FORM, b"--x\r\n" + b"A: b\r\n" * 5000),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\na\r\n--x--\r\n',
        ),
    ],
)
def test_what_is_no_upload_is_refused_and_leaves_nothing(
    client: TestClient, empty_service: BoardQA, kind: str, body: bytes
) -> None:
    response = client.post("/api/uploads", content=body, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_request")
    assert not received(empty_service)
    assert not empty_service.packs()


def test_an_upload_is_described_for_programs(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/uploads"]["post"]
    assert "files" in described["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert "/api/uploads" in client.get("/docs").text


# Who may


@pytest.mark.parametrize(
    ("upload", "host", "client", "site", "allowed"),
    [
        ("auto", "127.0.0.1", "127.0.0.1", "http://127.0.0.1:8000", True),
        ("auto", "localhost", "::1", "http://localhost:8000", True),
        ("auto", "127.0.0.1", "::ffff:127.0.0.1", "http://[::1]:8000", True),
        ("auto", "0.0.0.0", "127.0.0.1", "http://127.0.0.1:8000", False),
        ("auto", "127.0.0.1", "192.168.1.9", "http://127.0.0.1:8000", False),
        ("on", "0.0.0.0", "192.168.1.9", "http://127.0.0.1:8000", True),
        ("off", "127.0.0.1", "127.0.0.1", "http://127.0.0.1:8000", False),
    ],
)
def test_who_may_add_packs(tmp_path: Path, upload: Any, host: str, client: str, site: str, allowed: bool) -> None:
    service = BoardQA.open(Settings(data=tmp_path, upload=upload, host=host))
    asking = client_of(service, (client, 50000), site)
    form = asking.get("/upload", headers={"Accept": "text/html"})
    assert form.status_code == (200 if allowed else 403)
    response = asking.post("/api/uploads", files={"files": ("a.pdf", TEXT, None)})
    if allowed:
        finished(asking, response.json())
    else:
        assert "cannot be added here" in form.text
        assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")
        assert asking.get("/api/uploads/any").status_code == 403
        assert not received(service)
    service.close()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_comes_through_a_proxy_is_not_of_this_machine(header: str) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/upload",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "query_string": b"",
        "client": HERE,
        "headers": [(b"host", b"127.0.0.1:8000")],
        "state": {"person": local_person()},
    }
    settings = Settings()
    assert may_upload(Request(scope), settings)
    scope["headers"].append((header.lower().encode(), b"203.0.113.9"))  # type: ignore[attr-defined]
    assert not may_upload(Request(scope), settings)


def test_another_site_cannot_add_packs(client: TestClient) -> None:
    response = client.post(
        "/api/uploads", files={"files": ("a.pdf", LIBRARY, None)}, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
