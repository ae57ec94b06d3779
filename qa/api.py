"""The HTTP API over the service: JSON in and out, answers as an event stream where that is asked for."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from qa.admission import admission
from qa.audit_api import audit_api
from qa.boundary import Boundary, install_error_handlers
from qa.conversations_api import conversations_api
from qa.entrance import Entrance
from qa.errors import NotReadyError
from qa.events import answer_events
from qa.feedback import Feedback, FeedbackReceipt
from qa.gate import Gate
from qa.metrics import Metrics
from qa.model import Answer, PackInfo, Question, RankedPassage
from qa.observed import Observed
from qa.pages_api import pages_api
from qa.parameters import Figures, Places, QueryFilters, Service, require
from qa.peers import Peers
from qa.person import Role
from qa.pictures import Pictures
from qa.progress import SILENT, Listener
from qa.register_api import register_api
from qa.service import BoardQA
from qa.upload_website import request_limits, upload_api
from qa.uploads import Uploads
from qa.visitor import Visitor
from qa.ways_in import ways_in
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


class Removed(BaseModel):
    removed: str = Field(description="Pack id")
    remains: bool = Field(
        description="Whether parts of it are still in the service's files, as another process was reading; they go with"
        " the next change of the packs, or the next start"
    )


class Health(BaseModel):
    status: str
    version: str


FAILURES: dict[int | str, dict[str, Any]] = {"4XX": {"model": Failure}, "5XX": {"model": Failure}}
api = APIRouter()
APIS = (api, conversations_api, pages_api, register_api, upload_api, audit_api)


def create_app(service: BoardQA) -> FastAPI:
    """The web application over ``service``: the API, the chat page, the page viewer and /docs.

    Raises SettingsError where the settings of signing in do not go together.
    """
    ways = ways_in(service.settings)
    app = FastAPI(
        title="board-qa",
        version=version("board-qa"),
        description="Answers over council and NHS board papers, each with the agenda page it stands on.",
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; the website's does not
        redoc_url=None,
    )
    app.state.service = service
    app.state.places = admission(service.settings)
    app.state.metrics = Metrics(service, app.state.places)
    app.state.pictures = Pictures()
    app.state.uploads = Uploads(service)
    app.state.entrance = Entrance(service.settings, ways)
    app.state.request_limits = request_limits(service.settings)
    install_error_handlers(app)
    # The last one added is the outermost
    app.add_middleware(Gate)
    app.add_middleware(Boundary)
    app.add_middleware(Observed)
    app.add_middleware(Peers, proxies=ways.proxies)
    for router in APIS:
        app.include_router(router, responses=FAILURES)
    mount_website(app)
    return app


@api.post(
    "/api/ask",
    response_model=Answer,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def ask(
    question: Question,
    service: Service,
    visitor: Visitor,
    places: Places,
    figures: Figures,
    response: Response,
    accept: Annotated[str, Header()] = "",
) -> Any:
    """Answer a question. `Accept: text/event-stream` gets the events `status` (one a stage), `passages`, `delta` (a
    language model's words, unchecked), `answer` and `done`, or `error`; closing the connection stops the answer.

    With `conversation` the answer is kept for this browser, which gets a cookie, and has its permanent address."""

    def answered(listener: Listener) -> Answer:
        return figures.answered(service.conversations.ask(question, visitor.secret, service.ask, listener))

    if EVENT_STREAM in accept:
        places.check()
        response = StreamingResponse(answer_events(answered, places), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
    told = response if EVENT_STREAM in accept else await places.run(answered, SILENT)
    if question.conversation is not None and service.settings.keep_days:
        visitor.remember(response, service.settings.keep_days)
    return told


@api.post("/api/feedback", status_code=201)
def feedback(feedback: Feedback, service: Service) -> FeedbackReceipt:
    """Keep what a user thinks of an answer; the id it is kept under."""
    return FeedbackReceipt(id=service.feedback(feedback))


@api.get("/api/search")
async def search(
    service: Service,
    places: Places,
    filters: QueryFilters,
    q: Annotated[str, Query(description="Words to look for")],
    limit: Annotated[int, Query(ge=1, le=MAX_SEARCH_RESULTS)] = 20,
) -> SearchResult:
    """The passages nearest to a query, best first, without an answer."""
    return SearchResult(query=q, passages=await places.run(service.search, q, filters, limit))


@api.get("/api/packs")
def packs(service: Service) -> list[PackInfo]:
    """The indexed packs."""
    return service.packs()


@api.delete("/api/packs/{pack}", dependencies=[Depends(require(Role.OFFICER))])
def remove_pack(service: Service, pack: str) -> Removed:
    """Take a pack out of every index at once, with its PDF, its pictures and the answers kept of it; for officers."""
    return Removed(removed=service.remove([pack])[0], remains=service.remains())


@api.get("/healthz")
async def health() -> Health:
    """Whether the process is up."""
    return Health(status="ok", version=version("board-qa"))


@api.get("/readyz")
def readiness(service: Service) -> Health:
    """Whether questions can be answered; else the error `not_ready` with the reasons."""
    reasons = service.ready()
    if reasons:
        raise NotReadyError(" ".join(reasons), "`board-qa doctor` tells what to do.")
    return Health(status="ready", version=version("board-qa"))


@api.get("/metrics", response_class=PlainTextResponse)
def metrics(figures: Figures) -> Response:
    """Figures for Prometheus: of this process, for programs on this machine and for administrators."""
    return Response(figures.text(), media_type=CONTENT_TYPE_LATEST)
