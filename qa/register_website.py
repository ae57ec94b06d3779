"""The pages of the decision register: decisions, meetings, actions, and a matter's trail. They need no script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from index.record_model import Outcome
from qa.errors import UsageError
from qa.parameters import Service
from qa.register_model import (
    MOST_ROWS,
    ActionFilters,
    ActionRow,
    DecisionPage,
    RecommendationRow,
    RegisterFilters,
    Sort,
    Trail,
)
from qa.register_words import OPEN_STATES, WORDS
from qa.templates import render

Filters = TypeVar("Filters", bound=BaseModel)

# What is told of decisions that a filter by state finds
OF_STATE = {"deferred": Outcome.DEFERRED, "lost": Outcome.LOST, "recommended": Outcome.RECOMMENDED}
PROPOSED = "proposed"  # the state whose rows are recommendations of reports, no decisions
STATE_CHOICES = (
    ("", "Any"),
    ("deferred", "Deferred"),
    ("lost", "Lost"),
    ("recommended", "Recommended to another body"),
    (PROPOSED, "Recommended in reports"),
)
# How a column's header sorts: its name, the order that a click gives, and the one that another click gives
SORTED_BY = {
    "date": ("Date", Sort.NEWEST, Sort.OLDEST),
    "body": ("Body", Sort.BODY, None),
    "minute": ("Minute", Sort.MINUTE, None),
    "title": ("Title", Sort.TITLE, None),
    "kind": ("Decision", Sort.KIND, None),
}
PROPOSED_SHOWN = 5  # recommendations below the decisions that a query found
STEPS_SHOWN = 100  # of a trail, on one page
NOBODY = "Nobody named"

register_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Column:
    """A header that sorts: ``order`` is the aria-sort value or None, ``then`` where a click leads to."""

    name: str
    order: str | None
    then: str
    does: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: its path and its values that are not empty."""

    path: str
    values: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> Asked:
        """What a request asks for."""
        given = {name: value.strip() for name, value in request.query_params.items()}
        return cls(request.url.path, {name: value for name, value in given.items() if value})

    def but(self, **changed: object) -> str:
        """The address with some values changed, None leaving one out; "from" is written ``from_``."""
        changed = {name.rstrip("_"): value for name, value in changed.items()}
        values = {name: value for name, value in (self.values | changed).items() if value is not None}
        return f"{self.path}?{urlencode(values)}" if values else self.path

    def filters(self, kind: type[Filters]) -> Filters:
        """The filters among the values. Raises UsageError for one that cannot be."""
        known = {field.alias or name for name, field in kind.model_fields.items()}
        try:
            return kind.model_validate({name: value for name, value in self.values.items() if name in known})
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            raise UsageError(
                f"{self.values[name]!r} is no value for “{name}”.",
                "Dates are written as in 2023-03-22; the other values are those that the form offers.",
            ) from None


def _empty_values(request: Request) -> Response | None:
    """Where a form sent empty fields: the way to the address without them, which is the one to keep and to share."""
    if all(value.strip() for value in request.query_params.values()):
        return None
    return RedirectResponse(Asked.of(request).but(), 303)


def _page(template: str, asked: Asked, **context: object) -> HTMLResponse:
    return HTMLResponse(render(template, **WORDS, asked=asked.values, here=asked.but, **context))


# Decisions


@register_website.get("/decisions")
def decisions(service: Service, request: Request) -> Response:
    """The register: search, filters, and the table of what was decided."""
    if shorter := _empty_values(request):
        return shorter
    asked = Asked.of(request)
    filters = asked.filters(RegisterFilters)
    state = asked.values.get("state")
    if state is not None and state not in dict(STATE_CHOICES):
        raise UsageError(f"{state!r} is no state of a decision.", "The states are those that the form offers.")
    shown = {
        "filters": filters,
        "choices": service.register.choices(),
        "packs": bool(service.packs()),
        "states": STATE_CHOICES,
        "narrowed": [name for name in asked.values if name not in {"query", "sort", "offset", "limit"}],
    }
    # recommendations have no kind, mover or vote
    put = filters.model_copy(update={"kind": None, "person": None})
    if state == PROPOSED:
        return _page("recommendations.html", asked, page=service.register.recommendations(put), **shown)
    page, exported = _decided(service, filters, state)
    proposed: list[RecommendationRow] = []
    if filters.query and not (filters.kind or filters.person or state or filters.offset):
        proposed = [row for row in service.register.recommendations(put).rows if row.state in OPEN_STATES]
    return _page(
        "decisions.html",
        asked,
        page=page,
        columns=_columns(asked, filters),
        exports={form: f"/api/decisions?{urlencode({**exported, 'format': form})}" for form in ("csv", "docx")},
        proposed=proposed[:PROPOSED_SHOWN],
        more_proposed=len(proposed) > PROPOSED_SHOWN,
        **shown,
    )


def _decided(service: Service, filters: RegisterFilters, state: str | None) -> tuple[DecisionPage, dict[str, str]]:
    """The decisions of a page, and the values by which the API gives the same."""
    if state:
        kind = OF_STATE[state]
        if filters.kind not in (None, kind):  # no decision is of two kinds
            return DecisionPage(total=0, offset=0, limit=filters.limit, rows=[]), {}
        filters = filters.model_copy(update={"kind": kind})
    told = filters.model_dump(mode="json", by_alias=True, exclude={"offset", "limit"}, exclude_defaults=True)
    told = {("q" if name == "query" else name): value for name, value in told.items()}
    return service.register.decisions(filters), told


def _columns(asked: Asked, filters: RegisterFilters) -> dict[str, Column]:
    sort = filters.sort or (Sort.BEST if filters.query else Sort.NEWEST)
    columns = {}
    for key, (name, first, second) in SORTED_BY.items():
        order = None
        if sort in (first, second):
            order = "descending" if sort is Sort.NEWEST else "ascending"
        then = second if second and sort is first else first
        columns[key] = Column(name, order, asked.but(sort=then.value, offset=None), _order_words(then))
    return columns


def _order_words(sort: Sort) -> str:
    return {Sort.NEWEST: "newest first", Sort.OLDEST: "oldest first"}.get(sort, f"by {sort.value}")


@register_website.get("/decisions/{id_}")
def decision(service: Service, request: Request, id_: str) -> HTMLResponse:
    """One decision at its permanent address."""
    return _page("decision.html", Asked.of(request), row=service.register.decision(id_), base=str(request.base_url))


# Meetings


@register_website.get("/meetings")
def meetings(service: Service, request: Request) -> Response:
    """The meetings that packs or minutes tell of."""
    if shorter := _empty_values(request):
        return shorter
    asked = Asked.of(request)
    filters = asked.filters(RegisterFilters)
    return _page(
        "meetings.html",
        asked,
        page=service.register.meetings(filters),
        filters=filters,
        choices=service.register.choices(),
        packs=bool(service.packs()),
    )


@register_website.get("/meetings/{id_}")
def meeting(service: Service, request: Request, id_: str) -> HTMLResponse:
    """One meeting: who was there, what was on its agenda, what it decided and asked for."""
    return _page("meeting.html", Asked.of(request), view=service.register.meeting(id_))


# Actions


@register_website.get("/actions")
def actions(service: Service, request: Request) -> Response:
    """What people are to do, by owner or body, the oldest first."""
    if shorter := _empty_values(request):
        return shorter
    asked = Asked.of(request)
    by = asked.values.get("by", "owner")
    if by not in GROUPED_BY:
        raise UsageError(f"Actions are not grouped by {by!r}.", "They are by owner or by body.")
    chosen = asked.filters(ActionFilters)
    # outstanding ones are what the page is for; open=false shows those done
    filters = chosen.model_copy(update={"limit": MOST_ROWS, "open": chosen.open is not False})
    page = service.register.actions(filters)
    return _page(
        "actions.html",
        asked,
        page=page,
        groups=_grouped(page.rows, GROUPED_BY[by]),
        by=by,
        filters=filters,
        choices=service.register.choices(),
        packs=bool(service.packs()),
    )


def _grouped(rows: Sequence[ActionRow], names: Callable[[ActionRow], list[str]]) -> list[tuple[str, list[ActionRow]]]:
    """The rows under each name that they bear, the names in alphabetical order, none of them last."""
    groups: dict[str, list[ActionRow]] = {}
    for row in rows:
        for name in names(row) or [NOBODY]:
            groups.setdefault(name, []).append(row)
    return sorted(groups.items(), key=lambda group: (group[0] == NOBODY, group[0].casefold()))


GROUPED_BY: dict[str, Callable[[ActionRow], list[str]]] = {
    "owner": lambda row: row.owners,
    "body": lambda row: [", ".join(dict.fromkeys(part for part in (row.body, row.council) if part)) or "Body not told"],
}


# Over time


@register_website.get("/trail")
def trail(service: Service, request: Request) -> Response:
    """A matter over time: recommended, decided, reported back, acted upon."""
    if shorter := _empty_values(request):
        return shorter
    asked = Asked.of(request)
    topic = asked.values.get("topic", "")
    filters = asked.filters(RegisterFilters)
    found = service.register.trail(topic, filters) if topic else Trail(topic="", entries=[])
    steps = {"total": len(found.entries), "offset": filters.offset, "limit": STEPS_SHOWN}
    return _page(
        "trail.html",
        asked,
        topic=found.topic,
        page=steps | {"rows": found.entries[filters.offset : filters.offset + STEPS_SHOWN]},
        filters=filters,
        choices=service.register.choices(),
        packs=bool(service.packs()),
    )
