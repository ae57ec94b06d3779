"""Kept conversations: whose they are, what is kept of them, and that what is deleted is gone."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient

from index import conversation_store
from index.conversation_store import ConversationStore
from index.errors import UnknownAnswerError, UnknownConversationError
from index.records import PUBLIC_ONLY
from index.schema import DATABASE, SCHEMA_VERSION
from qa.api import create_app
from qa.conversations import Conversations
from qa.model import Filters, Question
from qa.progress import SILENT
from qa.service import BoardQA
from qa.settings import Settings
from qa.visitor import COOKIE
from tests.older import take_back

CHAIR = "Who chaired the Thornmere health and wellbeing board in March 2024?"
BROWSER = {"Accept": "text/html"}


@pytest.fixture
def data(indexed: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the sample packs indexed."""
    folder = tmp_path / "data"
    shutil.copytree(indexed, folder)
    return folder


@pytest.fixture
def service(data: Path):
    with closing(BoardQA.open(Settings(data=data))) as opened:
        yield opened


@pytest.fixture
def client(service: BoardQA) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False, follow_redirects=False)


def ask(client: TestClient, question: str = CHAIR, conversation: str = "new", **more):
    response = client.post("/api/ask", json={"question": question, "conversation": conversation, **more})
    assert response.status_code == 200, response.text
    return response.json()


def test_a_question_is_answered_but_not_kept_unless_that_is_asked_for(client):
    answer = client.post("/api/ask", json={"question": CHAIR})
    assert answer.json()["answer_id"] is None
    assert answer.json()["href"] is None
    assert COOKIE not in answer.cookies
    assert client.get("/api/conversations").json() == []


def test_a_kept_answer_has_a_permanent_address_with_its_citations(client):
    answer = ask(client)
    assert answer["answered"]
    kept = client.get(f"/api/answers/{answer['answer_id']}").json()
    assert kept["answer"]["citations"] == answer["citations"]
    assert kept["question"] == CHAIR
    page = client.get(answer["href"], headers=BROWSER)
    assert page.status_code == 200
    assert answer["citations"][0]["quote"] in page.text.replace("&#39;", "'").replace("&amp;", "&")


def test_a_follow_up_is_understood_by_what_was_kept_before_it(client):
    first = ask(client)
    second = ask(client, "and who chaired it in June?", first["conversation"])
    assert second["conversation"] == first["conversation"]
    assert CHAIR in second["standalone_question"]
    told = client.get(f"/api/conversations/{first['conversation']}").json()
    assert [turn["question"] for turn in told["turns"]] == [CHAIR, "and who chaired it in June?"]
    assert told["title"] == CHAIR


def test_conversations_survive_a_restart(data):
    with closing(BoardQA.open(Settings(data=data))) as service:
        client = TestClient(create_app(service))
        kept = ask(client)
        cookies = client.cookies
    with closing(BoardQA.open(Settings(data=data))) as service:
        again = TestClient(create_app(service), cookies=cookies)
        assert [each["id"] for each in again.get("/api/conversations").json()] == [kept["conversation"]]


def test_another_browser_sees_answers_by_their_link_only(client, service):
    answer = ask(client)
    other = TestClient(create_app(service), raise_server_exceptions=False)
    assert other.get("/api/conversations").json() == []
    for path in ("", "/export"):
        assert other.get(f"/conversations/{answer['conversation']}{path}").status_code == 404
    refused = other.get(f"/api/conversations/{answer['conversation']}")
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "unknown_conversation"
    assert other.delete(f"/api/conversations/{answer['conversation']}").status_code == 404
    assert other.patch(f"/api/conversations/{answer['conversation']}", json={"title": "Mine"}).status_code == 404
    follow_up = {"question": "and in June?", "conversation": answer["conversation"]}
    assert other.post("/api/ask", json=follow_up).status_code == 404
    assert other.get(f"/api/answers/{answer['answer_id']}").status_code == 200


def test_the_cookie_is_hidden_from_scripts_and_its_secret_from_the_file(client, data):
    response = client.post("/api/ask", json={"question": CHAIR, "conversation": "new"})
    told = response.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told
    secret = response.cookies[COOKIE]
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        assert secret not in "".join(row[0] for row in connection.execute("SELECT owner FROM conversations"))


def test_a_cookie_that_is_no_secret_of_ours_is_replaced(service):
    client = TestClient(create_app(service), cookies={COOKIE: "guess"})
    ask(client)
    assert len(client.cookies.get(COOKIE, domain="127.0.0.1")) == 32


def test_conversations_are_renamed_and_deleted(client, data):
    answer = ask(client, "Who chaired the Thornmere board on the day of the xylophone?")
    path = f"/api/conversations/{answer['conversation']}"
    assert client.patch(path, json={"title": "Chairs"}).status_code == 204
    assert client.get("/api/conversations").json()[0]["title"] == "Chairs"
    assert client.patch(path, json={"title": "  "}).status_code == 422
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.get(answer["href"]).status_code == 404
    assert client.get("/api/conversations").json() == []
    # not even in free pages of the file or in its log
    stored = b"".join(path.read_bytes() for path in data.glob(f"{DATABASE}*"))
    assert b"xylophone" not in stored


def test_old_conversations_are_forgotten(client, service, data):
    old, fresh = ask(client), ask(client, "What was agreed about the Better Care Fund?")
    day = (datetime.now(UTC) - timedelta(days=366)).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(data / DATABASE)) as connection, connection:
        connection.execute("UPDATE conversations SET changed = ? WHERE id = ?", (day, old["conversation"]))
    assert client.get(old["href"]).status_code == 404
    assert client.get(f"/api/conversations/{old['conversation']}").status_code == 404
    assert [each["id"] for each in client.get("/api/conversations").json()] == [fresh["conversation"]]


def test_nothing_is_kept_where_the_settings_say_so(data):
    with closing(BoardQA.open(Settings(data=data, keep_days=0))) as service:
        client = TestClient(create_app(service), follow_redirects=False)
        assert ask(client)["answer_id"] is None
        assert not client.cookies
        page = client.post("/", data={"q": CHAIR}, headers=BROWSER)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert service.conversations.conversations("") == []


def test_with_a_pack_go_the_answers_that_tell_of_it(client, service):
    answer = ask(client)
    other = ask(client, "What did Brackenholt's cabinet decide about parking?")
    told = {citation["pack"] for citation in answer["citations"]}
    assert not told & {citation["pack"] for citation in other["citations"]}
    service.remove(sorted(told))
    assert client.get(answer["href"]).status_code == 404
    assert client.get(f"/api/conversations/{answer['conversation']}").status_code == 404
    assert client.get(other["href"]).status_code == 200


def test_answers_from_pages_that_may_no_longer_be_seen_are_not_shown(service):
    store = ConversationStore(service.settings.data / DATABASE)
    hidden: set[str] = set()
    kept = Conversations(store, lambda places: not hidden & {pack for pack, _ in places}, 365, PUBLIC_ONLY)
    answer = kept.ask(Question(question=CHAIR, conversation="new"), "me", service.ask, SILENT)
    assert [turn.id for turn in kept.conversation(answer.conversation, "me").turns] == [answer.answer_id]
    hidden.add(answer.citations[0].pack)
    assert kept.conversation(answer.conversation, "me").turns == []
    with pytest.raises(UnknownAnswerError):
        kept.turn(answer.answer_id)
    heard: list[Question] = []

    def listen(question, listener):
        heard.append(question)
        return service.ask(question, listener)

    kept.ask(Question(question="and in June?", conversation=answer.conversation), "me", listen, SILENT)
    assert heard[0].history == []
    kept.close()


def test_an_answer_for_which_there_is_no_room_is_given_all_the_same(client, monkeypatch):
    monkeypatch.setattr(conversation_store, "MOST_TURNS", 0)
    answer = ask(client)
    assert answer["answered"]
    assert any("kept already" in note for note in answer["notes"])


def test_the_form_leads_to_the_conversation_and_goes_on_with_it(client):
    first = client.post("/", data={"q": CHAIR, "body": "", "from": ""}, headers=BROWSER)
    assert first.status_code == 303
    path = first.headers["location"].partition("#")[0]
    assert "Who chaired the Thornmere" in client.get(path, headers=BROWSER).text
    second = client.post("/", data={"q": "and in June?", "conversation": path.rsplit("/", 1)[1]}, headers=BROWSER)
    assert second.headers["location"].partition("#")[0] == path
    page = client.get(path, headers=BROWSER).text
    assert page.count('class="asked"') == 2


@pytest.mark.parametrize(
    ("given", "status"), [({"q": ""}, 422), ({"q": "x" * 1001}, 422), ({"q": CHAIR, "from": "soon"}, 422)]
)
def test_what_cannot_be_asked_is_told_on_the_page(client, given, status):
    page = client.post("/", data=given, headers=BROWSER)
    assert page.status_code == status
    assert 'role="alert"' in page.text


def test_forms_of_other_sites_are_refused(client):
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = client.post("/api/ask", json={"question": CHAIR}, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "cross_site"
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
    for headers in ({"Origin": "http://127.0.0.1:8000"}, {"Sec-Fetch-Site": "same-origin"}):
        assert client.post("/api/ask", json={"question": CHAIR}, headers=headers).status_code == 200


def test_a_conversation_is_exported(client):
    answer = ask(client)
    path = f"/conversations/{answer['conversation']}/export"
    text = client.get(path).text
    for told in (CHAIR, answer["citations"][0]["quote"], f"http://127.0.0.1:8000{answer['href']}"):
        assert told in text
    word = Document(io.BytesIO(client.get(path, params={"format": "docx"}).content))
    assert answer["citations"][0]["quote"] in "\n".join(paragraph.text for paragraph in word.paragraphs)
    read = json.loads(client.get(path, params={"format": "json"}).text)
    assert read["turns"][0]["answer"]["answer_id"] == answer["answer_id"]
    assert client.get(path, params={"format": "exe"}).status_code == 422


def test_a_thumb_is_kept_with_the_answer(client, service):
    answer = ask(client)
    by_form = client.post(f"{answer['href']}/feedback", data={"verdict": "down", "reason": "wrong page"})
    assert by_form.status_code == 303
    by_script = client.post(f"/api/answers/{answer['answer_id']}/feedback", json={"verdict": "up"})
    assert by_script.status_code == 201
    kept = service.feedback_entries()
    assert [(entry.verdict, entry.reason) for entry in kept] == [("down", "wrong page"), ("up", "")]
    assert kept[0].answer.citations[0].quote == answer["citations"][0]["quote"]
    assert client.post(f"{answer['href']}/feedback", data={}).status_code == 422
    assert client.post("/answers/nowhere/feedback", data={"verdict": "up"}).status_code == 404


def test_an_index_without_conversations_is_brought_up_to_date(data):
    take_back(data, 3)
    with closing(BoardQA.open(Settings(data=data))) as service:
        answer = service.conversations.ask(Question(question=CHAIR, conversation="new"), "me", service.ask, SILENT)
        assert service.conversations.turn(answer.answer_id).question == CHAIR
        with pytest.raises(UnknownConversationError):
            service.conversations.conversation("nowhere", "me")
    with closing(sqlite3.connect(data / DATABASE)) as now:
        assert now.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION


def test_it_is_told_where_was_looked_and_how_to_look_elsewhere(service):
    answer = service.ask(Question(question=CHAIR))
    assert answer.looked_in.words == "Health and Wellbeing Board, 14 March 2024, before other papers"
    (chip,) = answer.looked_in.chips
    assert chip.what == "question"
    assert chip.without.everywhere
    again = service.ask(Question(question=CHAIR, everywhere=True))
    assert again.looked_in.words == "all 8 packs"
    assert again.looked_in.chips == []


def test_each_filter_is_a_chip_that_can_be_taken_away(service):
    filters = Filters(body="cabinet", from_="2025-01-01")
    told = service.ask(Question(question="What was said about parking permits?", filters=filters)).looked_in
    assert [(chip.what, chip.words) for chip in told.chips] == [("body", "cabinet"), ("from", "since 1 January 2025")]
    assert told.chips[0].without.filters == Filters(from_="2025-01-01")
    assert told.chips[1].without.filters == Filters(body="cabinet")
    assert told.others[0].filters == Filters()


def test_other_meetings_that_come_near_are_offered(service):
    told = service.ask(Question(question="What is said about smoking?")).looked_in
    assert told.words == "all 8 packs"
    assert told.others
    narrowed = service.ask(Question(question="What is said about smoking?", filters=told.others[0].filters)).looked_in
    assert told.others[0].words == f"Only {narrowed.words}"
