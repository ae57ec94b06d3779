"""The audit log over HTTP, for administrators."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from qa.audit import MOST_ENTRIES, Act, AuditCheck, AuditPage, Selection, csv_of
from qa.parameters import Service, require
from qa.person import Role
from qa.spreadsheet import CSV_TYPE

DEFAULT_ENTRIES = 100
NOT_STORED = {"Cache-Control": "no-store"}

audit_api = APIRouter(dependencies=[Depends(require(Role.ADMIN))])


class Format(StrEnum):
    """How the log is given."""

    JSON = "json"
    CSV = "csv"


@audit_api.get("/api/audit", response_model=AuditPage, responses={200: {"content": {CSV_TYPE: {}}}})
def audit(
    request: Request,
    service: Service,
    from_: Annotated[date | None, Query(alias="from", description="First day, ISO, UTC")] = None,
    to: Annotated[date | None, Query(description="Last day, ISO, UTC")] = None,
    act: Annotated[str | None, Query(description="What was done, as in `remove`")] = None,
    person: Annotated[str | None, Query(description="Id or name of who did it")] = None,
    before: Annotated[int | None, Query(ge=1, description="Only entries of lower numbers: `next` of a part")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES, description="Entries to give")] = DEFAULT_ENTRIES,
    format: Annotated[Format, Query(description="json or csv")] = Format.JSON,
) -> Response:
    """The audit log, newest first, for administrators: who did, and asked, what and when. Reading it is recorded too.
    The next older part is at the address in the header `Link`."""
    wanted = Selection(from_=from_, to=to, act=act, person=person)
    service.audit.record(Act.READ_AUDIT, **wanted.told())
    page = service.audit.entries(wanted, limit, before)
    if format is Format.CSV:
        response = Response(csv_of(page.entries), media_type=CSV_TYPE)
        response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    else:
        response = JSONResponse(page.model_dump(mode="json"))
    if page.next is not None:
        response.headers["Link"] = f'<{request.url.include_query_params(before=page.next)}>; rel="next"'
    response.headers.update(NOT_STORED)
    return response


@audit_api.get("/api/audit/check")
def check(service: Service, response: Response) -> AuditCheck:
    """Whether the audit log is whole and as it was written, for administrators. A hash of the last entry that was noted
    elsewhere tells whether all of it was made anew."""
    response.headers.update(NOT_STORED)
    return service.audit.check()
