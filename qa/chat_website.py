"""The chat page and what is kept of it: conversations and answers. Everything works without scripts."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from index.errors import BoardQAError
from qa.boundary import status_of
from qa.conversation_export import FILE_NAME, ConversationFormat, exported
from qa.conversations import NEW
from qa.conversations_api import AnswerVerdict, keep_verdict
from qa.errors import BusyError, UsageError
from qa.metrics import Metrics
from qa.model import Answer, Conversation, Filters, Question
from qa.parameters import Figures, Places, QueryFilters, Service
from qa.progress import SILENT
from qa.service import BoardQA
from qa.templates import render
from qa.visitor import Visitor, VisitorCookie

RECENT = 5  # conversations that the chat page links
FILTER_FIELDS = ("body", "pack", "from", "to", "item", "kind")

chat_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@chat_website.get("/")
async def chat(
    request: Request,
    service: Service,
    visitor: Visitor,
    filters: QueryFilters,
    places: Places,
    figures: Figures,
    q: str = "",
) -> HTMLResponse:
    """A new conversation; with `q` the page already holds the answer, which is not kept."""
    shown: dict[str, Any] = {}
    if q.strip():
        try:
            answer = await places.run(service.ask, Question(question=q, filters=filters))
            shown = {"answer": figures.answered(answer)}
        except BoardQAError as error:
            shown = {"question": q, "error": error}
    return await run_in_threadpool(_page, request, service, visitor, filters, **shown)


@chat_website.post("/")
async def ask(request: Request, service: Service, visitor: Visitor, places: Places, figures: Figures) -> Response:
    """Answer what the form holds, and lead to the conversation that keeps it."""
    form = await request.form()
    try:
        return await places.run(_answered, request, service, visitor, form, figures)
    except BusyError as error:
        return await run_in_threadpool(_unanswered, request, service, visitor, form, error)


def _answered(request: Request, service: BoardQA, visitor: VisitorCookie, form: FormData, figures: Metrics) -> Response:
    try:
        filters = _filters(form)
        question = Question(
            question=_field(form, "q"),
            conversation=_field(form, "conversation") or NEW,
            filters=filters,
            everywhere=bool(_field(form, "everywhere")),
        )
        answer = figures.answered(service.conversations.ask(question, visitor.secret, service.ask, SILENT))
    except BoardQAError as error:
        return _unanswered(request, service, visitor, form, error)
    if answer.answer_id is None:  # nothing is kept here
        return _page(request, service, visitor, filters, answer=answer)
    response = RedirectResponse(f"/conversations/{answer.conversation}#{answer.answer_id}", 303)
    visitor.remember(response, service.settings.keep_days)
    return response


def _unanswered(
    request: Request, service: BoardQA, visitor: VisitorCookie, form: FormData, error: BoardQAError
) -> HTMLResponse:
    """The page with the question as it was sent, and why there is no answer."""
    filters, conversation, into = Filters(), None, _field(form, "conversation") or NEW
    with suppress(BoardQAError):
        filters = _filters(form)
    if into != NEW and error.code != "unknown_conversation":
        conversation = service.conversations.conversation(into, visitor.secret)
    asked = _field(form, "q")
    return _page(request, service, visitor, filters, conversation=conversation, question=asked, error=error)


def _page(
    request: Request,
    service: BoardQA,
    visitor: VisitorCookie,
    filters: Filters,
    *,
    conversation: Conversation | None = None,
    answer: Answer | None = None,
    question: str = "",
    error: BoardQAError | None = None,
) -> HTMLResponse:
    packs = service.packs()
    page = render(
        "chat.html",
        conversation=conversation,
        answer=answer,
        question=question,
        error=error,
        filters=filters,
        narrowed=bool(filters.model_dump(exclude_none=True)),
        packs=packs,
        bodies=sorted({pack.body for pack in packs if pack.body}),
        examples=service.example_questions() if conversation is None and answer is None else (),
        recent=service.conversations.conversations(visitor.secret, RECENT) if visitor.known else [],
        adding=request.app.state.uploads.adding(),
        keeps=service.settings.keep_days > 0,
    )
    again = {"Retry-After": str(error.seconds)} if isinstance(error, BusyError) else None
    return HTMLResponse(page, status_of(error.code) if error else 200, again)


@chat_website.get("/conversations")
def conversations(service: Service, visitor: Visitor) -> HTMLResponse:
    """The conversations of this browser."""
    listed = service.conversations.conversations(visitor.secret) if visitor.known else []
    return HTMLResponse(render("conversations.html", conversations=listed, keep_days=service.settings.keep_days))


@chat_website.get("/conversations/{conversation}")
def conversation(request: Request, service: Service, visitor: Visitor, conversation: str) -> HTMLResponse:
    """One conversation, and the form to go on with it."""
    kept = service.conversations.conversation(conversation, visitor.secret)
    return _page(request, service, visitor, Filters(), conversation=kept)


@chat_website.post("/conversations/{conversation}/rename")
async def rename(request: Request, service: Service, visitor: Visitor, conversation: str) -> RedirectResponse:
    """Give a conversation another title."""
    title = _field(await request.form(), "title")
    service.conversations.rename(conversation, visitor.secret, title)
    return RedirectResponse("/conversations", 303)


@chat_website.post("/conversations/{conversation}/delete")
def delete(service: Service, visitor: Visitor, conversation: str) -> RedirectResponse:
    """Delete a conversation with its answers."""
    service.conversations.delete(conversation, visitor.secret)
    return RedirectResponse("/conversations", 303)


@chat_website.get("/conversations/{conversation}/export")
def export(
    request: Request,
    service: Service,
    visitor: Visitor,
    conversation: str,
    format: Annotated[ConversationFormat, Query()] = ConversationFormat.TXT,
) -> Response:
    """A conversation as a file."""
    kept = service.conversations.conversation(conversation, visitor.secret)
    content, kind = exported(kept, format, str(request.base_url).rstrip("/"))
    named = {"Content-Disposition": f'attachment; filename="{FILE_NAME}.{format}"'}
    return Response(content, media_type=kind, headers=named)


@chat_website.get("/answers/{answer}")
def answer(service: Service, answer: str, thanks: bool = False) -> HTMLResponse:
    """One kept answer, for whoever has its link."""
    return HTMLResponse(render("answer_page.html", turn=service.conversations.turn(answer), thanks=thanks))


@chat_website.post("/answers/{answer}/feedback")
async def feedback(request: Request, service: Service, answer: str) -> RedirectResponse:
    """Keep what a reader thinks of an answer."""
    form = await request.form()
    try:
        given = AnswerVerdict.model_validate({name: value for name, value in form.items() if value})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][0]}: {first['msg']}.", "Choose a thumb, and keep the comment short.") from None
    keep_verdict(service, answer, given)
    return RedirectResponse(f"/answers/{answer}?thanks=1", 303)


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _filters(form: FormData) -> Filters:
    given = {name: value for name in FILTER_FIELDS if (value := _field(form, name))}
    try:
        return Filters.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise UsageError(f"{given[name]!r} is no value for “{name}”.", "Dates are written as in 2023-03-22.") from None
