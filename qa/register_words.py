"""How rows of the register are put into words on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.record_model import Outcome
from qa.places import long_date, short_date, votes_words
from qa.register_model import DecisionRow, Part, Place, RecommendationRow, Stage, State, TrailEntry, Votes

FOLDED_FROM = 320  # characters; longer texts show their opening and unfold
OPENING = 220  # characters
WEEKS_FROM, MONTHS_FROM = 14, 70  # days from which an age is told in weeks, in months
DAYS_OF_MONTH = 365.25 / 12

KIND_WORDS = {
    Outcome.RESOLVED: "Resolved",
    Outcome.AGREED: "Agreed",
    Outcome.APPROVED: "Approved",
    Outcome.NOTED: "Noted",
    Outcome.DEFERRED: "Deferred",
    Outcome.REFERRED: "Referred",
    Outcome.RATIFIED: "Ratified",
    Outcome.RECOMMENDED: "Recommended only, to another body",
    Outcome.LOST: "Lost",
}
STAGE_WORDS = {
    Stage.RECOMMENDED: "Recommended only",
    Stage.DECIDED: "Decided",
    Stage.REPORTED: "Reported",
    Stage.ACTION: "Action",
}
# What has become of a recommendation
FATE_WORDS = {
    State.PROPOSED: "Recommended only: no minutes of this meeting are indexed",
    State.UNKNOWN: "Recommended only: no decision in the minutes clearly answers it",
    State.DECIDED: "Recommended; the body then decided",
    State.DEFERRED: "Recommended; the body deferred it",
    State.LOST: "Recommended; the body voted it down",
    State.RECOMMENDED: "Recommended; the body recommended it to another",
}
OPEN_STATES = frozenset({State.PROPOSED, State.UNKNOWN})  # of a recommendation that nothing is known to have come of


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a decision in one line each: ``lead``, its ``parts`` if it has several, and what follows them.

    ``opening`` is how the words begin where they are too long to be shown whole, else empty.
    """

    lead: str
    parts: tuple[str, ...]
    tail: str
    opening: str


def printed_page(place: Place) -> str:
    """The page as an officer names it: "p. 12", or "PDF page 14" where no number is printed."""
    return f"p. {place.page}" if place.page else f"PDF page {place.pdf_page}"


def age_words(days: int) -> str:
    """An age as people tell it: "1 day", "6 weeks", "5 months", "2 years 3 months"."""
    if days < WEEKS_FROM:
        return _counted(days, "day")
    if days < MONTHS_FROM:
        return _counted(days // 7, "week")
    years, months = divmod(int(days / DAYS_OF_MONTH), 12)
    told = (_counted(years, "year") if years else "", _counted(months, "month") if months else "")
    return " ".join(part for part in told if part)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def told_words(row: DecisionRow | RecommendationRow) -> Told:
    """The words of a decision or recommendation, its parts set apart where they are found in it one after another."""
    return _told(row.text, row.parts)


def _told(text: str, parts: Sequence[Part]) -> Told:
    flat = " ".join(text.split())
    opening = ""
    if len(flat) > FOLDED_FROM:
        opening = flat[:OPENING].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
    found: list[str] = []
    lead, end = "", 0
    for part in parts:
        words = " ".join(part.text.split())
        start = flat.find(words, end)
        if start < 0 or not words:
            return Told(flat, (), "", opening)
        if not found:
            lead = flat[:start]
        else:
            found[-1] += f" {flat[end:start].strip()}".rstrip()
        found.append(words)
        end = start + len(words)
    if len(found) < 2:
        return Told(flat, (), "", opening)
    return Told(lead.strip(), tuple(found), flat[end:].strip(), opening)


def vote_sides(votes: Votes) -> list[tuple[str, list[str]]]:
    """Who voted how, by name, as far as the minutes name them."""
    sides = [("For", votes.names_for), ("Against", votes.names_against), ("Abstained", votes.names_abstained)]
    return [(side, names) for side, names in sides if names]


def stage_words(entry: TrailEntry) -> str:
    """What happened at one step of a trail; a recommendation is never told as decided."""
    if entry.stage is Stage.RECOMMENDED and entry.state not in OPEN_STATES:
        return "Recommended"
    if entry.stage is Stage.DECIDED and entry.kind is not None:
        if entry.state is State.DECIDED:
            return f"Decided: {KIND_WORDS[entry.kind].lower()}"
        return KIND_WORDS[entry.kind]
    return STAGE_WORDS[entry.stage]


# What the register's templates call besides the rows themselves
WORDS = {
    "age_words": age_words,
    "fate_words": FATE_WORDS,
    "kind_words": KIND_WORDS,
    "long_date": long_date,
    "printed_page": printed_page,
    "short_date": short_date,
    "stage_words": stage_words,
    "told_words": told_words,
    "vote_sides": vote_sides,
    "votes_words": votes_words,
}
