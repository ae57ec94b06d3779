"""The HTTP API is held to its own description: whatever is sent, no crash, one shape of error, answers as described."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from qa.api import create_app
from qa.service import BoardQA

EXAMPLES = 12  # a route


@pytest.fixture(scope="module")
def app(service: BoardQA) -> FastAPI:
    return create_app(service)


@pytest.fixture(scope="module")
def described(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_every_route_keeps_to_its_description(case: Case) -> None:
    response = case.call()
    case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
    if response.status_code >= 400:
        told = response.json()["error"]
        assert set(told) == {"code", "message", "hint"}
        assert told["code"]
        assert told["message"]
