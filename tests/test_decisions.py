"""The decisions, votes and actions of the sample packs against the truth written by hand beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.actions import logged_actions
from index.furniture import find_furniture, mark_furniture
from index.key_decisions import key_decisions_among
from index.model import Kind, PackOutline, Page
from index.outline import outline
from index.paragraphs import paragraphs
from index.pdf import open_pdf
from index.recommendations import recommendations_among
from index.record import record_of
from index.record_model import Action, Decision, Declaration, MeetingRecord, Recommendation, Vote
from index.sketch import sketch

TRUTH = json.loads((Path(__file__).parent / "packs" / "decisions.json").read_text("utf-8"))
LEAST = 0.97  # precision and recall


@dataclass(frozen=True)
class Read:
    """One sample pack as read: its pages without furniture, its outline, the record of its minutes."""

    pages: list[Page]
    outline: PackOutline
    record: MeetingRecord | None


@pytest.fixture(scope="module")
def read(sample_packs: Path) -> dict[str, Read]:
    """Every sample pack by name."""
    return {path.stem: _read(path) for path in sorted(sample_packs.glob("*.pdf"))}


def _read(path: Path) -> Read:
    with open_pdf(path) as pdf:
        pages = list(pdf.pages())
    sketches = [sketch(page) for page in pages]
    furniture = find_furniture(sketches)
    found = outline(sketches, lambda number: mark_furniture(pages[number - 1], furniture), furniture)
    marked = [mark_furniture(page, furniture) for page in pages]
    minutes = next((one for one in found.sections if one.kind is Kind.MINUTES), None)
    record = record_of(marked[minutes.first - 1 : minutes.last], minutes.recorded) if minutes else None
    return Read(marked, found, record)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _right(decision: Decision, truth: dict[str, Any]) -> bool:
    text = _flat(decision.text)
    return (
        decision.minute == truth["minute"]
        and text.startswith(truth["begins"])
        and text.endswith(truth["ends"])
        and decision.pages[0] == truth["page"]
        and [part.label for part in decision.parts if part.label] == truth.get("parts", [])
    )


def _share(found: int, of: int) -> float:
    return found / of if of else 1.0


def test_decisions_are_found_whole_and_nothing_else_is_told(read: dict[str, Read]) -> None:
    told = right = expected = 0
    wrong: list[str] = []
    for truth in TRUTH["records"]:
        record = read[truth["pack"]].record
        assert record is not None, truth["pack"]
        left = list(record.decisions)
        for one in truth["decisions"]:
            match = next((decision for decision in left if _right(decision, one)), None)
            if match is None:
                wrong.append(f"missed: {truth['pack']} {one['minute']} {one['begins']}")
                continue
            left.remove(match)
            right += 1
        wrong += [f"told: {truth['pack']} {d.minute} {_flat(d.text)[:80]}" for d in left]
        told += len(record.decisions)
        expected += len(truth["decisions"])
    assert expected >= 45
    assert _share(right, told) >= LEAST, wrong
    assert _share(right, expected) >= LEAST, wrong


def test_decisions_are_of_the_kind_that_the_words_say(read: dict[str, Read]) -> None:
    wrong = [
        (one["minute"], one["begins"], decision.kind.value)
        for truth in TRUTH["records"]
        for one, decision in _pairs(truth, read)
        if decision.kind.value != one["kind"]
    ]
    assert not wrong


def test_the_date_is_that_of_the_meeting_that_decided(read: dict[str, Read]) -> None:
    for truth in TRUTH["records"]:
        record = read[truth["pack"]].record
        assert record is not None
        assert record.meeting.date == date.fromisoformat(truth["date"]), truth["pack"]
        assert record.meeting.body == truth["body"]
        assert record.meeting.date != read[truth["pack"]].outline.meeting.date
        if "chair" in truth:
            assert record.chair == truth["chair"]


def test_votes_are_told_with_counts_and_names(read: dict[str, Read]) -> None:
    wrong = []
    for truth in TRUTH["records"]:
        for one, decision in _pairs(truth, read):
            vote = decision.vote
            if "vote" in one:
                if vote is None or not _vote_is(vote, one):
                    wrong.append((one["minute"], vote))
            elif one.get("unanimous"):
                if vote is None or not vote.unanimous:
                    wrong.append((one["minute"], vote))
            elif vote is not None:
                wrong.append((one["minute"], vote))
    assert not wrong


def _vote_is(vote: Vote, truth: dict[str, Any]) -> bool:
    counts = [vote.in_favour, vote.against, vote.abstained] == truth["vote"]
    return counts and (len(vote.names_for), len(vote.names_against), len(vote.names_abstained)) == (
        truth.get("for", 0),
        truth.get("against", 0),
        truth.get("abstained", 0),
    )


def test_movers_seconders_and_amendments_are_told(read: dict[str, Read]) -> None:
    for truth in TRUTH["records"]:
        for one, decision in _pairs(truth, read):
            assert (decision.mover.text if decision.mover else None) == one.get("mover"), one
            assert (decision.seconder.text if decision.seconder else None) == one.get("seconder"), one
            found = [
                {
                    "carried": change.carried,
                    "mover": change.mover.text if change.mover else None,
                    "seconder": change.seconder.text if change.seconder else None,
                    "vote": [change.vote.in_favour, change.vote.against, change.vote.abstained]
                    if change.vote
                    else None,
                }
                for change in decision.amendments
            ]
            assert found == one.get("amendments", []), one


def _pairs(truth: dict[str, Any], read: dict[str, Read]) -> list[tuple[dict[str, Any], Decision]]:
    record = read[truth["pack"]].record
    assert record is not None
    return [(one, decision) for one in truth["decisions"] for decision in record.decisions if _right(decision, one)]


def test_actions_are_told_with_who_and_by_when(read: dict[str, Read]) -> None:
    told = right = expected = 0
    wrong: list[str] = []
    for truth in TRUTH["records"]:
        record = read[truth["pack"]].record
        assert record is not None
        left = list(record.actions)
        for one in truth["actions"]:
            match = next((action for action in left if _action_is(action, one)), None)
            if match is None:
                wrong.append(f"missed: {one}")
                continue
            left.remove(match)
            right += 1
        wrong += [f"told: {truth['pack']} {a.minute} {_flat(a.what)[:60]} {a.owners} {a.due}" for a in left]
        told += len(record.actions)
        expected += len(truth["actions"])
    assert _share(right, told) >= LEAST, wrong
    assert _share(right, expected) >= LEAST, wrong


def _action_is(action: Action, truth: dict[str, Any]) -> bool:
    return (
        action.minute == truth["minute"]
        and _flat(action.what).startswith(truth["what"])
        and list(action.owners) == truth["owners"]
        and ("due" not in truth or action.due == truth["due"])
    )


def test_interests_are_told_with_who_declared_them(read: dict[str, Read]) -> None:
    for truth in TRUTH["records"]:
        record = read[truth["pack"]].record
        assert record is not None
        assert [one.who for one in record.declarations] == truth["declarations"]


def test_action_logs_are_read_with_owners_dates_and_status(read: dict[str, Read]) -> None:
    for name, one in read.items():
        logged = logged_actions(paragraphs(one.pages))
        assert len(logged) == TRUTH["logged"].get(name, 0), name
    log = {action.ref: action for action in logged_actions(paragraphs(read["orrindale-icb-2024-07-25"].pages))}
    assert log["05/06"].owners == ("CS",)
    assert log["05/06"].due == "31 July 2024"
    assert log["05/06"].status is not None
    assert log["05/06"].status.startswith("Late.")
    assert log["05/08"].owners == ()
    assert log["05/08"].flags


def test_initials_of_an_action_log_are_resolved_by_who_was_there(read: dict[str, Read]) -> None:
    one = read["kestrel-vale-board-2024-09-25"]
    assert one.record is not None
    owners = {action.ref: action.owners for action in logged_actions(paragraphs(one.pages), one.record.people)}
    assert owners["24/078"] == ("Marcus Adeyemi-Holt",)


def test_a_forward_plan_gives_its_key_decisions(read: dict[str, Read]) -> None:
    found = {
        name: key_decisions_among(paragraphs(section_pages)) for name, section_pages in _sections(read, "Forward plan")
    }
    assert {name: len(entries) for name, entries in found.items()} == TRUTH["planned"]
    first, *_, last = found["brackenholt-cabinet-2025-02-11"]
    assert (first.date, first.maker, first.contact, first.key) == (
        date(2025, 3, 11),
        "Cabinet",
        "Caroline Whitby",
        True,
    )
    assert (last.date, last.maker, last.key) == (date(2025, 6, 24), "Councillor Oakes alone", False)


def _sections(read: dict[str, Read], word: str) -> Sequence[tuple[str, list[Page]]]:
    return [
        (name, one.pages[section.first - 1 : section.last])
        for name, one in read.items()
        for section in one.outline.sections
        if word in section.title
    ]


def test_reports_recommend_and_never_decide(read: dict[str, Read]) -> None:
    for truth in TRUTH["recommended"]:
        one = read[truth["pack"]]
        section = next(s for s in one.outline.sections if s.first <= truth["page"] <= s.last)
        found = recommendations_among(paragraphs(one.pages[section.first - 1 : section.last]), None, section.title)
        texts = [_flat(recommendation.text) for recommendation in found]
        assert any(t.startswith(truth["begins"]) and t.endswith(truth["ends"]) for t in texts), texts
        assert max(len(recommendation.parts) for recommendation in found) == truth["parts"]


def test_words_are_verbatim_where_their_spans_say(read: dict[str, Read]) -> None:
    for one in read.values():
        if one.record is None:
            continue
        text = {page.pdf_page: page.text for page in one.pages}
        told: list[Action | Decision | Declaration | Recommendation] = [
            *one.record.decisions,
            *one.record.actions,
            *one.record.declarations,
            *one.record.recommendations,
        ]
        for field in told:
            words = field.what if isinstance(field, Action) else field.text
            assert words == "\n".join(text[span.pdf_page][span.start : span.end] for span in field.spans)
