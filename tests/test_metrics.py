"""The figures for Prometheus: what they count, and that they name neither questions nor people."""

from __future__ import annotations

import os

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from qa.api import create_app
from qa.service import BoardQA

Figures = dict[str, dict[tuple[str, ...], float]]
SECRET = "aubergine"


@pytest.fixture
def client(service: BoardQA) -> TestClient:
    """A client at the machine itself of a service that nobody has asked yet."""
    return TestClient(create_app(service), base_url="http://localhost", client=("127.0.0.1", 50000))


def figures(client: TestClient) -> Figures:
    """Each figure's values by its labels' values."""
    answered = client.get("/metrics")
    assert answered.status_code == 200
    assert answered.headers["content-type"].startswith("text/plain; version=")
    found: Figures = {}
    for family in text_string_to_metric_families(answered.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_requests_are_counted_by_route_method_and_status(client: TestClient) -> None:
    client.get("/healthz")
    client.get("/healthz")
    client.get(f"/packs/{SECRET}")
    client.get(f"/{SECRET}")
    client.request("BREW", "/healthz")
    counted = figures(client)["board_qa_requests_total"]
    assert counted["GET", "/healthz", "200"] == 2
    assert counted["GET", "/packs/{pack}", "404"] == 1
    assert counted["GET", "other", "404"] == 1
    assert counted["other", "/healthz", "405"] == 1


def test_answers_and_their_stages_are_counted_without_what_was_asked(client: TestClient) -> None:
    for question in ("Who chaired the meeting?", f"What of the {SECRET}?"):
        assert client.post("/api/ask", json={"question": question}).status_code == 200
    assert client.get("/", params={"q": SECRET}).status_code == 200
    found = figures(client)
    assert sum(found["board_qa_answers_total"].values()) == 3
    assert {labels[0] for labels in found["board_qa_answers_total"]} == {"extractive"}
    assert found["board_qa_answer_seconds_count"]["total",] == 3
    assert found["board_qa_answer_seconds_sum"]["total",] > 0
    assert SECRET not in client.get("/metrics").text


def test_the_index_and_the_process_are_told(client: TestClient, service: BoardQA) -> None:
    service.ready()
    found = figures(client)
    packs = service.packs()
    assert found["board_qa_index_packs"][()] >= len(packs)
    assert found["board_qa_index_pages"][()] >= sum(pack.pages for pack in packs)
    assert found["board_qa_index_passages"][()] >= sum(len(service.passages(pack.pack)) for pack in packs)
    assert found["board_qa_index_generation"][()] >= 1
    assert found["process_threads"][()] >= 1
    assert str(os.getpid()) in {label for labels in found["board_qa_build_info"] for label in labels}
    assert found["board_qa_busy_total"][()] == found["board_qa_answers_in_progress"][()] == 0
    assert found["board_qa_llm_circuit"] == {("closed",): 1, ("open",): 0, ("trial",): 0}


def test_figures_are_not_for_everybody(service: BoardQA) -> None:
    away = TestClient(create_app(service), base_url="http://papers.example", client=("192.0.2.7", 50000))
    refused = away.get("/metrics")
    assert refused.status_code == 403
    assert "board_qa_" not in refused.text
    proxied = TestClient(create_app(service), base_url="http://localhost", client=("127.0.0.1", 50000))
    refused = proxied.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert refused.status_code == 403
    assert "board_qa_" not in refused.text
