"""Actions as they stand: one row for each, out of the minutes that asked for it and the logs that told of it since."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from index.meeting import dates_in
from index.record_model import Action
from index.register_rows import Stored
from qa.register_model import ActionFilters, ActionRow
from qa.register_rows import flat, place_of, sourced

# "Complete", "Closed 3 May", "Done.", "No longer required", "Discharged"
DONE = re.compile(
    r"\b(?:completed?|closed|done|discharged|delivered|actioned|implemented|achieved|superseded|fulfilled"
    r"|no\s+longer\s+(?:needed|required)|not\s+to\s+be\s+pursued)\b",
    re.I,
)
# "Not yet complete", "To be completed by May", "Partly done", "Incomplete", "Will be closed in June", "90% complete"
NOT_DONE = re.compile(
    r"\b(?:not(?:\s+yet)?(?:\s+been)?|to\s+be|will\s+be|partly|partially|nearly|almost|in\s+part|half|until|when"
    r"|once|yet\s+to\s+be|should\s+be|due\s+to\s+be|\d{1,2}\s?%)\s+(?:\w+\s+)?(?:completed?|closed|done|discharged"
    r"|delivered|actioned|implemented|achieved)\b|\bcompletion\b|\bpartially\b",
    re.I,
)
# "by 30 November": the year is that of the first such day after the meeting
DAY_OF_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+([A-Z][a-z]{2,8})\b(?!\s+(?:19|20)\d\d)")


def action_rows(told: Iterable[Stored[Action]], minuted: Collection[tuple[str, str]], today: date) -> list[ActionRow]:
    """One row for each action, oldest first, those without a date last.

    ``told`` is all that is told of actions; ``minuted`` the meetings and packs whose rows are of that meeting's
    minutes: all others are of logs among its papers.
    """
    histories: dict[str, list[Stored[Action]]] = defaultdict(list)
    for stored in told:
        histories[stored.id].append(stored)
    rows = [_row(history, minuted, today) for history in histories.values()]
    return sorted(rows, key=lambda row: (row.since is None, row.since or today, row.meeting, row.pdf_page))


def wanted(rows: Iterable[ActionRow], filters: ActionFilters) -> list[ActionRow]:
    """The actions of that owner and state."""
    owner = (filters.owner or "").casefold().split()
    return [
        row
        for row in rows
        if all(any(word in name.casefold() for name in row.owners) for word in owner)
        and (filters.open is None or row.open == filters.open)
    ]


def _row(history: Sequence[Stored[Action]], minuted: Collection[tuple[str, str]], today: date) -> ActionRow:
    latest = max(history, key=lambda one: (one.when.date or date.min, -one.number))
    asked = [one.told.decided for one in history if one.told.decided]
    asked += [one.when.date for one in history if one.when.date and (one.meeting, one.place.pack) in minuted]
    days = asked or [one.when.date for one in history if one.when.date]
    since = min(days, default=None)
    first = min(history, key=lambda one: (one.when.date or date.max, one.number))
    told = latest.told
    due = told.due or first.told.due
    due_date = due_day(due, since)
    is_open = not is_done(told.status)
    return ActionRow(
        **sourced(latest) | {"also": [place_of(one.place, one.told.spans) for one in history if one is not latest]},
        id=latest.id,
        what=flat(told.what),
        owners=list(told.owners or first.told.owners),
        due=due,
        due_date=due_date,
        status=told.status,
        open=is_open,
        overdue=is_open and due_date is not None and due_date < today,
        since=since,
        told=latest.when.date,
        age_days=(today - since).days if is_open and since else None,
        ref=told.ref,
        body=latest.when.body,
        council=latest.when.council,
        meeting=first.meeting,
        minute=first.told.minute,
        title=first.told.title,
    )


def is_done(status: str | None) -> bool:
    """Whether the words of an action log say that nothing is left to do."""
    return bool(status and DONE.search(status) and not NOT_DONE.search(status))


def due_day(due: str | None, since: date | None) -> date | None:
    """The day that the words name; a day without its year is the first one after ``since``."""
    days = dates_in(due or "")
    if days:
        return days[-1]
    found = DAY_OF_MONTH.search(due or "")
    if found is None or since is None:
        return None
    for year in (since.year, since.year + 1):
        named = dates_in(f"{found[1]} {found[2]} {year}")
        if named and named[0] >= since - timedelta(days=1):
            return named[0]
    return None
