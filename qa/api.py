"""The HTTP API over the service: JSON in and out, answers as an event stream where that is asked for."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field

from qa.boundary import Boundary, install_error_handlers
from qa.errors import NotReadyError
from qa.events import answer_events
from qa.feedback import Feedback, FeedbackReceipt
from qa.model import Answer, PackInfo, PageInfo, PageView, Question, RankedPassage
from qa.parameters import QueryFilters, Service, pack_named
from qa.register_api import register_api
from qa.service import BoardQA
from qa.website import mount_website

MIN_PICTURE_WIDTH = 100
MAX_PICTURE_WIDTH = 2400
DEFAULT_PICTURE_WIDTH = 1200
MAX_SEARCH_RESULTS = 100
# A page picture changes only with its pack; a browser may keep it for a while, shared caches never.
PICTURE_CACHE = "private, max-age=300"
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
api = APIRouter(responses=FAILURES)


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
    install_error_handlers(app)
    app.add_middleware(Boundary)
    app.include_router(api)
    app.include_router(register_api, responses=FAILURES)
    mount_website(app)
    return app


@api.post(
    "/api/ask",
    response_model=Answer,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
def ask(question: Question, service: Service, accept: Annotated[str, Header()] = "") -> Any:
    """Answer a question. `Accept: text/event-stream` gets the events `status` (one a stage), `passages`, `delta` (a
    language model's words, unchecked), `answer` and `done`, or `error`; closing the connection stops the answer."""
    if EVENT_STREAM in accept:
        return StreamingResponse(answer_events(service, question), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
    return service.ask(question)


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


@api.get("/api/packs/{pack}/pages")
def pages(service: Service, pack: str) -> list[PageInfo]:
    """The pages of a pack."""
    return service.pages(pack)


@api.get(
    "/api/packs/{pack}/pages/{pdf_page}.png", response_class=Response, responses={200: {"content": {"image/png": {}}}}
)
def page_picture(
    service: Service,
    pack: str,
    pdf_page: int,
    width: Annotated[int, Query(ge=MIN_PICTURE_WIDTH, le=MAX_PICTURE_WIDTH)] = DEFAULT_PICTURE_WIDTH,
) -> Response:
    """A picture of a page, `width` pixels wide."""
    picture = service.page_png(pack, pdf_page, width)
    return Response(picture, media_type="image/png", headers={"Cache-Control": PICTURE_CACHE})


@api.get("/api/packs/{pack}/pages/{pdf_page}")
def page(service: Service, pack: str, pdf_page: int) -> PageView:
    """One page with its text."""
    return service.page(pack, pdf_page)


@api.get("/api/packs/{pack}/pdf", response_class=FileResponse)
def pdf(service: Service, pack: str) -> FileResponse:
    """The pack's PDF."""
    path, name = service.pdf_path(pack), pack_named(service, pack).file
    return FileResponse(path, media_type="application/pdf", filename=name, content_disposition_type="inline")


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
