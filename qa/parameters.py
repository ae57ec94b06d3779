"""What requests of the API and of the pages have in common: the service behind them and the filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from index.errors import UnknownPackError
from qa.admission import Admission
from qa.metrics import Metrics
from qa.model import Filters, PackInfo
from qa.person import Person, Role, local_person, require_role
from qa.service import BoardQA

# A form that is sent with its date left empty gives "", which is no filter
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]


def person_of(request: Request) -> Person:
    """Who sent the request, as the gate has found; without a gate, whoever sits at the machine."""
    person: Person | None = getattr(request.state, "person", None)
    return person or local_person()


def _service(request: Request) -> BoardQA:
    service: BoardQA = request.app.state.service
    return service.seen_by(person_of(request))


async def _places(request: Request) -> Admission:
    places: Admission = request.app.state.places
    return places


async def _figures(request: Request) -> Metrics:
    figures: Metrics = request.app.state.metrics
    return figures


def require(role: Role) -> Callable[[Request], None]:
    """A dependency that raises NotAllowedError unless whoever asks has the role, or one above it."""

    def check(request: Request) -> None:
        require_role(person_of(request), role)

    return check


def _filters(
    body: Annotated[str | None, Query(description="Body's name, part of it, or its acronym")] = None,
    from_: Annotated[Day, Query(alias="from", description="Earliest meeting date, ISO")] = None,
    to: Annotated[Day, Query(description="Latest meeting date, ISO")] = None,
    pack: Annotated[str | None, Query(description="Pack id or file name")] = None,
    item: Annotated[str | None, Query(description="Agenda item number")] = None,
    kind: Annotated[str | None, Query(description="Kind of paper")] = None,
) -> Filters:
    return Filters.model_validate({"body": body, "from": from_, "to": to, "pack": pack, "item": item, "kind": kind})


def pack_named(service: BoardQA, name: str) -> PackInfo:
    """The pack of that id or file name. Raises UnknownPackError."""
    wanted = name.casefold().removesuffix(".pdf")
    for pack in service.packs():
        if wanted in (pack.pack.casefold(), pack.file.casefold().removesuffix(".pdf")):
            return pack
    raise UnknownPackError(f"No pack {name!r} is indexed.", "The packs that there are stand at /packs.")


Places = Annotated[Admission, Depends(_places)]  # of answers in the making
Figures = Annotated[Metrics, Depends(_figures)]
Service = Annotated[BoardQA, Depends(_service)]
QueryFilters = Annotated[Filters, Depends(_filters)]
