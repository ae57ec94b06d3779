"""The HTTP API over the sample packs, through an in-process client."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from qa.api import create_app
from qa.boundary import MAX_REQUEST_BYTES, SECURITY_HEADERS, status_of
from qa.model import Answer
from qa.service import BoardQA
from qa.settings import Settings

PACK = "thornmere-hwb-2024-03-14"
QUESTION = "Who chaired the meeting?"


@pytest.fixture(scope="module")
def client(service):
    return TestClient(create_app(service), raise_server_exceptions=False)


@pytest.fixture
def crashing_client(service, monkeypatch):
    """A client of a service with a mistake in it, which nothing else brings about."""
    opened = BoardQA.open(service.settings)

    def crash(*_):
        raise RuntimeError("secret of the server")

    monkeypatch.setattr(opened, "ask", crash)
    monkeypatch.setattr(opened, "packs", crash)
    yield TestClient(create_app(opened), raise_server_exceptions=False)
    opened.close()


def check_failure(response, status, code):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert body["error"]["code"] == code
    assert body["error"]["message"]
    return body["error"]


def events(response):
    blocks = [block.split("\n") for block in response.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_an_answer_is_the_answer_object(client):
    response = client.post("/api/ask", json={"question": QUESTION, "filters": {"pack": PACK}})
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    assert answer.answered
    assert {citation.pack for citation in answer.citations} == {PACK}
    assert len(answer.passages) >= 10


def test_filters_and_history_are_taken(client):
    body = {
        "question": "And who sent apologies?",
        "history": [{"question": QUESTION, "answer": "Cllr Oyelaran."}],
        "filters": {"from": "2024-06-01", "to": "2024-06-30"},
    }
    answer = Answer.model_validate(client.post("/api/ask", json=body).json())
    assert answer.standalone_question != body["question"]
    assert {passage.pack for passage in answer.passages} <= {
        "thornmere-hwb-2024-06-20",
        "thornmere-hwb-2024-06-20-supplement",
    }


def test_an_answer_comes_as_events_when_asked_for(client):
    response = client.post("/api/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    got = events(response)
    assert [name for name, _ in got] == ["status", "status", "passages", "status", "answer", "done"]
    assert [told["stage"] for name, told in got if name == "status"] == ["searching", "reading", "checking"]
    answer = Answer.model_validate(got[4][1])
    assert answer.question == QUESTION
    assert got[2][1] == got[4][1]["passages"]


def test_a_failure_ends_the_events_with_the_error(client, crashing_client):
    stream = {"Accept": "text/event-stream"}
    for asked, code in ((client, "empty_question"), (crashing_client, "internal_error")):
        got = events(asked.post("/api/ask", json={"question": "?" if asked is client else QUESTION}, headers=stream))
        assert [name for name, _ in got] == ["error"]
        assert got[0][1]["error"]["code"] == code
        assert "secret" not in json.dumps(got)


def test_search_gives_ranked_passages(client):
    found = client.get("/api/search", params={"q": "minutes", "limit": 3, "pack": PACK}).json()
    assert found["query"] == "minutes"
    assert [passage["pack"] for passage in found["passages"]] == [PACK] * 3


def test_packs_pages_pictures_and_pdf_are_given(client):
    packs = {pack["pack"]: pack for pack in client.get("/api/packs").json()}
    pages = client.get(f"/api/packs/{PACK}/pages").json()
    assert len(pages) == packs[PACK]["pages"]
    page = client.get(f"/api/packs/{PACK}/pages/5").json()
    assert page | pages[4] == page
    assert page["text"]
    picture = client.get(f"/api/packs/{PACK}/pages/5.png", params={"width": 200})
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert int.from_bytes(picture.content[16:20], "big") == 200
    pdf = client.get(f"/api/packs/{PACK}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"] == f'inline; filename="{PACK}.pdf"'


def test_health_and_readiness(client, empty_service):
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["status"] == "ready"
    nothing = TestClient(create_app(empty_service))
    assert nothing.get("/healthz").status_code == 200
    check_failure(nothing.get("/readyz"), 503, "not_ready")


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("POST", "/api/ask", {"question": ""}, 422, "empty_question"),
        ("POST", "/api/ask", {"question": "x" * 1001}, 422, "question_too_long"),
        ("POST", "/api/ask", {}, 422, "bad_request"),
        ("POST", "/api/ask", [1], 422, "bad_request"),
        ("POST", "/api/ask", {"question": QUESTION, "colour": "red"}, 422, "bad_request"),
        ("POST", "/api/ask", {"question": QUESTION, "filters": {"from": "March"}}, 422, "bad_request"),
        ("POST", "/api/ask", {"question": QUESTION, "filters": {"pack": "nowhere"}}, 404, "unknown_pack"),
        ("POST", "/api/ask", {"question": QUESTION, "filters": {"kind": "novel"}}, 422, "bad_request"),
        ("GET", "/api/ask", None, 405, "method_not_allowed"),
        ("DELETE", "/api/packs", None, 405, "method_not_allowed"),
        ("GET", "/api/search", None, 422, "bad_request"),
        ("GET", "/api/search?q=a&limit=0", None, 422, "bad_request"),
        ("GET", "/api/search?q=a&from=March", None, 422, "bad_request"),
        ("GET", "/api/packs/nowhere/pages", None, 404, "unknown_pack"),
        ("GET", "/api/packs/nowhere/pdf", None, 404, "unknown_pack"),
        ("GET", f"/api/packs/{PACK}/pages/0", None, 404, "unknown_page"),
        ("GET", f"/api/packs/{PACK}/pages/9999", None, 404, "unknown_page"),
        ("GET", f"/api/packs/{PACK}/pages/9999.png", None, 404, "unknown_page"),
        ("GET", f"/api/packs/{PACK}/pages/two", None, 422, "bad_request"),
        ("GET", f"/api/packs/{PACK}/pages/1.png?width=99999", None, 422, "bad_request"),
        ("GET", "/api/packs/..%2F..%2Fetc/pdf", None, 404, "not_found"),
        ("GET", "/api/packs/%2e%2e/pdf", None, 404, "unknown_pack"),
        ("GET", "/static/..%2f..%2fapi.py", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("GET", "/packs/nowhere/pages/1", None, 404, "unknown_pack"),
    ],
)
def test_every_failure_has_one_shape(client, method, path, sent, status, code):
    check_failure(client.request(method, path, json=sent), status, code)


def test_a_body_that_is_no_json_is_refused(client):
    json_type = {"Content-Type": "application/json"}
    check_failure(client.post("/api/ask", content=b"{broken", headers=json_type), 422, "bad_request")
    check_failure(client.post("/api/ask", content=b"\xff\xfe", headers=json_type), 422, "bad_request")


def test_a_large_body_is_refused_with_and_without_its_length(client):
    body = b'{"question": "' + b"x" * MAX_REQUEST_BYTES + b'"}'
    json_type = {"Content-Type": "application/json"}
    check_failure(client.post("/api/ask", content=body, headers=json_type), 413, "request_too_large")
    pieces = (body[start : start + 4096] for start in range(0, len(body), 4096))
    check_failure(client.post("/api/ask", content=pieces, headers=json_type), 413, "request_too_large")


def test_a_crash_tells_nothing_of_the_inside(crashing_client):
    for response in (crashing_client.post("/api/ask", json={"question": QUESTION}), crashing_client.get("/api/packs")):
        error = check_failure(response, 500, "internal_error")
        assert "secret" not in json.dumps(error)


@pytest.mark.parametrize("path", ["/", "/api/packs", "/nowhere", "/static/chat.js", f"/api/packs/{PACK}/pdf"])
def test_every_response_has_the_security_headers(client, crashing_client, path):
    for asked in (client, crashing_client):
        headers = asked.get(path).headers
        assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_exempt_pages_are_as_if_they_were_not_there(client, indexed):
    everything = BoardQA.open(Settings(data=indexed, allow_exempt=True))
    try:
        allowed = TestClient(create_app(everything))
        found = 0
        for pack in allowed.get("/api/packs").json():
            shown = client.get(f"/api/packs/{pack['pack']}/pages")
            public = {page["pdf_page"] for page in shown.json()} if shown.status_code == 200 else set()
            for page in allowed.get(f"/api/packs/{pack['pack']}/pages").json():
                if page["pdf_page"] in public:
                    continue
                found += 1
                address = f"/packs/{pack['pack']}/pages/{page['pdf_page']}"
                assert allowed.get(f"/api{address}").status_code == 200
                assert [client.get(f"/api{address}{end}").status_code for end in ("", ".png")] == [404, 404]
                assert client.get(address).status_code == 404
        assert found, "the sample packs hold exempt pages"
    finally:
        everything.close()


def test_the_openapi_description_names_every_route_and_the_error_shape(client):
    description = client.get("/openapi.json").json()
    assert {"/api/ask", "/api/search", "/api/packs", "/api/packs/{pack}/pages/{pdf_page}.png"} <= set(
        description["paths"]
    )
    assert "Failure" in description["components"]["schemas"]


def test_an_error_that_no_request_can_cause_is_the_servers_fault():
    assert status_of("unreadable_file") == 500
