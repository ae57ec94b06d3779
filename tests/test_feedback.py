"""What users say of answers: taken over HTTP, kept, and turned into candidate questions."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from eval.feedback import candidates
from index import feedback_store
from index.schema import DATABASE, SCHEMA_VERSION
from index.store import Store
from qa.api import create_app
from qa.errors import UsageError
from qa.feedback import MAX_COMMENT_CHARS, MAX_ENTRY_BYTES, Feedback, Verdict
from qa.model import Answer, Citation, Status, Turn
from qa.service import BoardQA
from qa.settings import Settings
from tests.older import take_back
from tests.stored import pack, passage, write

QUESTION = "What did the Cabinet spend on swans?"
QUOTE = "The Cabinet spent £4,200 on swans in 2023."


def citation(file: str = "cabinet.pdf", pdf_page: int = 3, quote: str = QUOTE, n: int = 1) -> Citation:
    return Citation(
        n=n,
        file=file,
        pack=file.removesuffix(".pdf"),
        pack_title="Cabinet",
        body="Cabinet",
        meeting_date=None,
        item="4",
        item_title="Swans",
        kind="report",
        page="12",
        page_source="stamp",
        pdf_page=pdf_page,
        quote=quote,
        boxes=[(0.1, 0.1, 0.5, 0.2)],
        href="/packs/cabinet/pages/3",
    )


def answer(*citations: Citation, text: str = "It spent £4,200 on swans in 2023 [1].") -> Answer:
    return Answer(
        question=QUESTION,
        standalone_question=QUESTION,
        status=Status.ANSWERED if citations else Status.NOT_FOUND,
        answered=bool(citations),
        answer=text if citations else "",
        citations=list(citations),
    )


def feedback(verdict: Verdict = Verdict.UP, shown: Answer | None = None, **said: object) -> Feedback:
    return Feedback.model_validate(
        {"question": QUESTION, "answer": shown or answer(citation()), "verdict": verdict, **said}
    )


@pytest.fixture
def client(empty_service):
    return TestClient(create_app(empty_service), raise_server_exceptions=False)


def body(**changed: object) -> dict[str, object]:
    return feedback().model_dump(mode="json") | changed


def test_feedback_on_a_real_answer_is_kept_as_it_was_shown(indexed, service, empty_service, client):
    shown = TestClient(create_app(service)).post("/api/ask", json={"question": "Who chaired the meeting?"}).json()
    said = {
        "question": shown["question"],
        "history": [["Which board is it?", "Thornmere's."]],
        "answer": shown,
        "verdict": "down",
        "reason": "wrong page",
        "comment": "It is the page after.",
    }
    response = client.post("/api/feedback", json=said)
    assert response.status_code == 201
    [entry] = empty_service.feedback_entries()
    assert response.json() == {"id": entry.id}
    assert shown["passages"]
    assert entry.answer == Answer.model_validate(shown | {"passages": []})
    assert entry.history == [Turn(question="Which board is it?", answer="Thornmere's.")]
    assert (entry.verdict, entry.reason, entry.comment) == (Verdict.DOWN, "wrong page", "It is the page after.")
    assert timedelta(0) <= datetime.now(UTC) - entry.given < timedelta(minutes=1)
    assert entry.given.utcoffset() == timedelta(0)


def test_feedback_survives_a_restart_in_its_order(tmp_path):
    ids = []
    for verdict in (Verdict.UP, Verdict.DOWN, Verdict.UP):
        service = BoardQA.open(Settings(data=tmp_path))
        ids.append(service.feedback(feedback(verdict)))
        service.close()
    service = BoardQA.open(Settings(data=tmp_path))
    entries = service.feedback_entries()
    assert [entry.id for entry in entries] == ids
    assert [entry.verdict for entry in entries] == ["up", "down", "up"]
    assert service.forget_feedback([ids[1], "no such id"]) == 1
    assert [entry.id for entry in service.feedback_entries()] == [ids[0], ids[2]]
    service.close()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"verdict": "sideways"}, "bad_request"),
        ({"comment": "x" * (MAX_COMMENT_CHARS + 1)}, "bad_request"),
        ({"reason": "x" * 101}, "bad_request"),
        ({"colour": "red"}, "bad_request"),
        ({"answer": {"answer": "Yes."}}, "bad_request"),
        ({"question": " "}, "empty_question"),
        ({"question": "x" * 1001}, "question_too_long"),
        ({"history": [["q", "x" * MAX_ENTRY_BYTES]]}, "bad_request"),
    ],
)
def test_what_is_no_feedback_is_refused_in_the_error_shape(client, empty_service, changed, code):
    response = client.post("/api/feedback", json=body(**changed))
    assert response.status_code == 422
    assert set(response.json()["error"]) == {"code", "message", "hint"}
    assert response.json()["error"]["code"] == code
    assert empty_service.feedback_entries() == []


@pytest.mark.parametrize(
    "poison", ['"comment": "\\ud800"', '"timing_ms": {"total": NaN}', '"timing_ms": {"total": Infinity}']
)
def test_what_could_not_be_read_again_is_refused(client, empty_service, poison):
    written = json.dumps(body())
    name = poison.split(":")[0]
    start = written.index(name)
    end = written.index("{}" if "timing" in name else '""', start) + 2
    sent = written[:start] + poison + written[end:]
    response = client.post("/api/feedback", content=sent, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_request")
    assert empty_service.feedback_entries() == []


def test_a_request_over_the_limit_of_all_requests_is_refused(client):
    response = client.post("/api/feedback", json=body(comment="x" * 300_000))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_no_more_is_kept_than_the_limit(client, empty_service, monkeypatch):
    monkeypatch.setattr(feedback_store, "MOST_ENTRIES", 2)
    assert [client.post("/api/feedback", json=body()).status_code for _ in range(2)] == [201, 201]
    refused = client.post("/api/feedback", json=body())
    assert refused.json()["error"]["code"] == "feedback_full"
    assert len(empty_service.feedback_entries()) == 2


def test_feedback_can_be_given_but_not_read_over_http(client):
    description = client.get("/openapi.json").json()
    assert set(description["paths"]["/api/feedback"]) == {"post"}
    assert description["components"]["schemas"]["Feedback"]["properties"]["comment"]["maxLength"] == MAX_COMMENT_CHARS
    assert client.get("/api/feedback").status_code == 405
    assert "/api/feedback" in client.get("/docs").text


def test_a_removed_pack_takes_the_feedback_that_quotes_it(tmp_path):
    with Store(tmp_path) as store:
        for name in ("cabinet", "council"):
            write(store, pack(name), passage("swans"))
    service = BoardQA.open(Settings(data=tmp_path))
    service.feedback(feedback())
    other = service.feedback(feedback(shown=answer(citation("council.pdf"))))
    nothing = service.feedback(feedback(shown=answer()))
    service.remove(["cabinet"])
    assert [entry.id for entry in service.feedback_entries()] == [other, nothing]
    service.close()


def test_feedback_is_no_change_of_the_index(tmp_path):
    service = BoardQA.open(Settings(data=tmp_path))
    with Store(tmp_path) as store:
        before = store.generation()
        service.feedback(feedback())
        assert store.generation() == before
    service.close()


def test_an_index_of_the_version_before_feedback_is_brought_up_to_date(tmp_path):
    with Store(tmp_path) as store:
        write(store, pack("cabinet"), passage("swans"))
    take_back(tmp_path, 1)
    service = BoardQA.open(Settings(data=tmp_path))
    assert [found.pack for found in service.packs()] == ["cabinet"]
    assert service.feedback(feedback()) == service.feedback_entries()[0].id
    service.close()
    with sqlite3.connect(tmp_path / DATABASE) as now:
        assert now.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
    now.close()


def test_a_thumb_up_becomes_a_draft_question_with_its_quotes(empty_service):
    empty_service.feedback(
        feedback(
            history=[("Who feeds the swans?", "The Cabinet.")],
            shown=answer(citation(), citation("council.pdf", 9, "Swans are dear.", n=2)),
            comment="Just right",
        )
    )
    [entry] = empty_service.feedback_entries()
    [candidate] = candidates([entry])
    assert candidate.id == f"feedback-{entry.id}"
    assert (candidate.state, candidate.kind, candidate.pack) == ("draft", "fact", "cabinet")
    assert (candidate.question, candidate.history) == (QUESTION, [("Who feeds the swans?", "The Cabinet.")])
    assert (candidate.evidence, candidate.gold) == ([QUOTE], [[3]])
    assert candidate.elsewhere == {"council": [9]}
    assert candidate.answer == "It spent £4,200 on swans in 2023."
    assert ["£4,200"] in candidate.must_include
    assert "Just right" in candidate.note


def test_a_thumb_down_becomes_a_draft_question_without_evidence(empty_service):
    empty_service.feedback(feedback(Verdict.DOWN, reason="wrong page", comment="See page 14."))
    [candidate] = candidates(empty_service.feedback_entries())
    assert (candidate.evidence, candidate.gold, candidate.must_include, candidate.answer) == ([], [], [], "")
    assert candidate.state == "draft"
    assert "wrong page" in candidate.note
    assert "See page 14." in candidate.note


def test_a_thumb_up_for_not_found_becomes_an_unanswerable_draft(empty_service):
    empty_service.feedback(feedback(shown=answer()))
    [candidate] = candidates(empty_service.feedback_entries())
    assert (candidate.kind, candidate.pack, candidate.evidence) == ("unanswerable", "", [])


def test_too_large_feedback_is_refused_without_http_too(empty_service):
    with pytest.raises(UsageError, match="larger than"):
        empty_service.feedback(feedback(history=[("q", "x" * MAX_ENTRY_BYTES)]))
