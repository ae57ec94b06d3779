"""The HTTP API over the service: JSON in and out, answers as an event stream where that is asked for."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from qa.boundary import Boundary, install_error_handlers
from qa.conversations_api import conversations_api
from qa.errors import NotReadyError
from qa.events import answer_events
from qa.feedback import Feedback, FeedbackReceipt
from qa.model import Answer, PackInfo, Question, RankedPassage
from qa.pages_api import pages_api
from qa.parameters import QueryFilters, Service
from qa.pictures import Pictures
from qa.progress import SILENT, Listener
from qa.register_api import register_api
from qa.service import BoardQA
from qa.upload_website import request_limits, upload_api
from qa.uploads import Uploads
from qa.visitor import Visitor
from qa.website import mount_website

MAX_SEARCH_RESULTS = 100
EVENT_STREAM = "text/event-stream"
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies pass each event on at once


class ErrorDetail(BaseModel):
    code: str = Field(description="Stable name of the error")
    message: str = Field(description="What is wrong")
    hint: str = Field(description="What to do about it; may be empty")


class Failure(BaseModel):
    """The body of every response that is no success."""

    error: ErrorDetail


class SearchResult(BaseModel):
    query: str
    passages: list[RankedPassage]


class Health(BaseModel):
    status: str
    version: str


FAILURES: dict[int | str, dict[str, Any]] = {"4XX": {"model": Failure}, "5XX": {"model": Failure}}
api = APIRouter()
APIS = (api, conversations_api, pages_api, register_api, upload_api)


def create_app(service: BoardQA) -> FastAPI:
    """The web application over ``service``: the API, the chat page, the page viewer and /docs."""
    app = FastAPI(
        title="board-qa",
        version=version("board-qa"),
        description="Answers over council and NHS board papers, each with the agenda page it stands on.",
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; the website's does not
        redoc_url=None,
    )
    app.state.service = service
    app.state.pictures = Pictures()
    app.state.uploads = Uploads(service)
    app.state.request_limits = request_limits(service.settings)
    install_error_handlers(app)
    app.add_middleware(Boundary)
    for router in APIS:
        app.include_router(router, responses=FAILURES)
    mount_website(app)
    return app


@api.post(
    "/api/ask",
    response_model=Answer,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
def ask(
    question: Question, service: Service, visitor: Visitor, response: Response, accept: Annotated[str, Header()] = ""
) -> Any:
    """Answer a question. `Accept: text/event-stream` gets the events `status` (one a stage), `passages`, `delta` (a
    language model's words, unchecked), `answer` and `done`, or `error`; closing the connection stops the answer.

    With `conversation` the answer is kept for this browser, which gets a cookie, and has its permanent address."""

    def answered(listener: Listener) -> Answer:
        return service.conversations.ask(question, visitor.secret, service.ask, listener)

    if EVENT_STREAM in accept:
        response = StreamingResponse(answer_events(answered), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
    told = response if EVENT_STREAM in accept else answered(SILENT)
    if question.conversation is not None and service.settings.keep_days:
        visitor.remember(response, service.settings.keep_days)
    return told


@api.post("/api/feedback", status_code=201)
def feedback(feedback: Feedback, service: Service) -> FeedbackReceipt:
    """Keep what a user thinks of an answer; the id it is kept under."""
    return FeedbackReceipt(id=service.feedback(feedback))


@api.get("/api/search")
def search(
    service: Service,
    filters: QueryFilters,
    q: Annotated[str, Query(description="Words to look for")],
    limit: Annotated[int, Query(ge=1, le=MAX_SEARCH_RESULTS)] = 20,
) -> SearchResult:
    """The passages nearest to a query, best first, without an answer."""
    return SearchResult(query=q, passages=service.search(q, filters, limit))


@api.get("/api/packs")
def packs(service: Service) -> list[PackInfo]:
    """The indexed packs."""
    return service.packs()


@api.get("/healthz")
def health() -> Health:
    """Whether the process is up."""
    return Health(status="ok", version=version("board-qa"))


@api.get("/readyz")
def readiness(service: Service) -> Health:
    """Whether questions can be answered; else the error `not_ready` with the reasons."""
    reasons = service.ready()
    if reasons:
        raise NotReadyError(" ".join(reasons), "`board-qa doctor` tells what to do.")
    return Health(status="ready", version=version("board-qa"))
