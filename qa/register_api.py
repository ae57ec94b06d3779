"""The decision register over HTTP."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from index.record_model import Outcome
from qa.parameters import Service
from qa.register_export import DOCX_TYPE, csv_of, docx_of
from qa.register_model import (
    DEFAULT_ROWS,
    MOST_ROWS,
    ActionFilters,
    ActionPage,
    DecisionPage,
    DecisionRow,
    KeyDecisionRow,
    MeetingPage,
    MeetingView,
    RecommendationPage,
    RegisterFilters,
    Sort,
    Trail,
)
from qa.spreadsheet import CSV_TYPE

FILE_NAME = "decisions"


class Format(StrEnum):
    """How the register is given."""

    JSON = "json"
    CSV = "csv"
    DOCX = "docx"


Offset = Annotated[int, Query(ge=0, description="Rows to pass over")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows to give")]


def _filters(
    q: Annotated[str | None, Query(description="Words to look for; meaning counts too")] = None,
    body: Annotated[str | None, Query(description="Body's name, part of it, or its acronym")] = None,
    council: Annotated[str | None, Query(description="Council's or trust's name, or part of it")] = None,
    from_: Annotated[date | None, Query(alias="from", description="Earliest meeting date, ISO")] = None,
    to: Annotated[date | None, Query(description="Latest meeting date, ISO")] = None,
    kind: Annotated[Outcome | None, Query(description="What the body did")] = None,
    minute: Annotated[str | None, Query(description="Minute number as printed, or its last part")] = None,
    person: Annotated[str | None, Query(description="Who moved, seconded or voted, or part of the name")] = None,
    pack: Annotated[str | None, Query(description="Pack id or file name")] = None,
    near: Annotated[bool, Query(description="Whether what is only near in meaning is found too")] = True,
    sort: Annotated[Sort | None, Query(description="Order; left out, best with a query, else newest")] = None,
    offset: Offset = 0,
    limit: Limit = DEFAULT_ROWS,
) -> RegisterFilters:
    return RegisterFilters(
        query=q,
        body=body,
        council=council,
        from_=from_,
        to=to,
        kind=kind,
        minute=minute,
        person=person,
        pack=pack,
        near=near,
        sort=sort,
        offset=offset,
        limit=limit,
    )


QueryRegister = Annotated[RegisterFilters, Depends(_filters)]

register_api = APIRouter()


@register_api.get(
    "/api/decisions",
    response_model=DecisionPage,
    responses={200: {"content": {CSV_TYPE: {}, DOCX_TYPE: {}}}},
)
def decisions(
    service: Service,
    filters: QueryRegister,
    format: Annotated[Format, Query(description="csv and docx give all that match, not one page")] = Format.JSON,
) -> Response:
    """What bodies decided. Of reports' recommendations nothing is told here: see `/api/recommendations`."""
    if format is Format.JSON:
        return JSONResponse(service.register.decisions(filters).model_dump(mode="json"))
    rows = service.register.every_decision(filters)
    content, kind = (csv_of(rows), CSV_TYPE) if format is Format.CSV else (docx_of(rows, "Decisions"), DOCX_TYPE)
    named = {"Content-Disposition": f'attachment; filename="{FILE_NAME}.{format}"'}
    return Response(content, media_type=kind, headers=named)


@register_api.get("/api/decisions/{decision}")
def decision(service: Service, decision: str) -> DecisionRow:
    """One decision by its permanent id."""
    return service.register.decision(decision)


@register_api.get("/api/meetings")
def meetings(service: Service, filters: QueryRegister) -> MeetingPage:
    """The meetings that papers or minutes tell of, newest first; of the filters those of body, time and pack count."""
    return service.register.meetings(filters)


@register_api.get("/api/meetings/{meeting}")
def meeting(service: Service, meeting: str) -> MeetingView:
    """One meeting: who was there, what was on its agenda, what its minutes tell."""
    return service.register.meeting(meeting)


@register_api.get("/api/actions")
def actions(
    service: Service,
    owner: Annotated[str | None, Query(description="Name, initials or role of who is to act, or part of it")] = None,
    body: Annotated[str | None, Query(description="Body's name, part of it, or its acronym")] = None,
    open: Annotated[bool | None, Query(description="Only those not yet done, or only those done")] = None,
    pack: Annotated[str | None, Query(description="Pack id or file name")] = None,
    offset: Offset = 0,
    limit: Limit = DEFAULT_ROWS,
) -> ActionPage:
    """What somebody is to do, oldest first, with its age and how it stood when it was last told."""
    return service.register.actions(
        ActionFilters(owner=owner, body=body, open=open, pack=pack, offset=offset, limit=limit)
    )


@register_api.get("/api/recommendations")
def recommendations(service: Service, filters: QueryRegister) -> RecommendationPage:
    """What bodies are asked to decide, with the decision that answered it where one is known."""
    return service.register.recommendations(filters)


@register_api.get("/api/key-decisions")
def key_decisions(service: Service, filters: QueryRegister) -> list[KeyDecisionRow]:
    """The entries of forward plans and decision notices, by the day of the decision."""
    return service.register.key_decisions(filters)


@register_api.get("/api/trail")
def trail(
    service: Service,
    filters: QueryRegister,
    topic: Annotated[str, Query(description="Words, or the id of a decision")],
) -> Trail:
    """A matter through the papers, oldest first: recommended, decided, reported back, acted upon."""
    return service.register.trail(topic, filters)
