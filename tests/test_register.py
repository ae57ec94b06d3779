"""The decision register over the sample packs: what was decided, by whom, when, and on which page it stands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnknownPackError
from index.model import Access
from index.record_model import Outcome
from qa.errors import UnknownDecisionError, UnknownMeetingError
from qa.register import Register
from qa.register_model import ActionFilters, DecisionRow, Match, RegisterFilters, Sort, Stage, State
from qa.service import BoardQA
from qa.settings import Settings

TRUTH = json.loads((Path(__file__).parent / "packs" / "decisions.json").read_text("utf-8"))
LEAST = 0.97  # precision and recall
TODAY = date(2025, 4, 1)


@pytest.fixture(scope="module")
def register(service: BoardQA) -> Register:
    return service.register


def flat(text: str) -> str:
    return " ".join(text.split())


def found(register: Register, **filters: Any) -> list[DecisionRow]:
    return register.every_decision(RegisterFilters.model_validate(filters))


def is_told(row: DecisionRow, record: dict[str, Any], truth: dict[str, Any]) -> bool:
    text = flat(row.text)
    meeting = (record["pack"], record["body"], date.fromisoformat(record["date"]))
    return (
        (row.pack, row.body, row.date) == meeting
        and row.minute == truth["minute"]
        and text.startswith(truth["begins"])
        and text.endswith(truth["ends"])
        and row.pdf_page == truth["page"]
        and row.kind == truth["kind"]
        and [part.label for part in row.parts if part.label] == truth.get("parts", [])
    )


def test_the_register_holds_every_decision_of_the_packs_and_no_other(register: Register) -> None:
    rows = found(register)
    left, missed, expected = list(rows), [], 0
    for record in TRUTH["records"]:
        for truth in record["decisions"]:
            expected += 1
            row = next((row for row in left if is_told(row, record, truth)), None)
            if row is None:
                missed.append((record["pack"], truth["minute"]))
            else:
                left.remove(row)
    assert expected >= 45
    assert 1 - len(missed) / expected >= LEAST, missed
    assert 1 - len(left) / len(rows) >= LEAST, [(row.pack, row.minute, row.text[:60]) for row in left]


def test_each_decision_stands_on_its_page_where_its_address_marks_it(register: Register, service: BoardQA) -> None:
    for row in found(register):
        page = service.page(row.pack, row.pdf_page)
        assert flat(row.text)[:40] in flat(page.text)
        assert row.page == page.page
        assert row.boxes
        assert row.href.startswith(f"/packs/{row.pack}/pages/{row.pdf_page}?boxes=")
        assert set(row.pdf_pages) >= {row.pdf_page}


def test_decisions_come_newest_first_and_in_the_order_of_the_minutes(register: Register) -> None:
    rows = found(register)
    days = [row.date for row in rows if row.date]
    assert days == sorted(days, reverse=True)
    cabinet = [row.minute for row in rows if row.body == "Cabinet"]
    assert cabinet == sorted(cabinet, key=lambda minute: minute or "")
    days = [row.date for row in found(register, sort=Sort.OLDEST) if row.date]
    assert days == sorted(days)
    titles = [row.title.casefold() for row in found(register, sort=Sort.TITLE)]
    assert titles == sorted(titles)
    kinds = [row.kind for row in found(register, sort=Sort.KIND)]
    assert kinds == sorted(kinds)


def test_each_page_of_the_register_goes_on_where_the_one_before_ended(register: Register) -> None:
    whole = [row.id for row in found(register)]
    paged: list[str] = []
    while len(paged) < len(whole):
        page = register.decisions(RegisterFilters(offset=len(paged), limit=7))
        assert page.total == len(whole)
        assert page.rows
        paged += [row.id for row in page.rows]
    assert paged == whole
    assert register.decisions(RegisterFilters(offset=len(whole) + 5)).rows == []


def test_filters_narrow_to_body_council_dates_kind_minute_person_and_pack(register: Register) -> None:
    assert {row.body for row in found(register, body="HWB")} == {"Health and Wellbeing Board"}
    assert {row.council for row in found(register, council="brackenholt")} == {"Brackenholt District Council"}
    within = found(register, **{"from": date(2024, 5, 1), "to": date(2024, 7, 31)})
    assert within
    assert all(row.date and date(2024, 5, 1) <= row.date <= date(2024, 7, 31) for row in within)
    assert {row.kind for row in found(register, kind=Outcome.LOST)} == {Outcome.LOST}
    assert [row.minute for row in found(register, minute="65")] == ["CAB/24/65"]
    assert [row.minute for row in found(register, minute="cab/24/65")] == ["CAB/24/65"]
    assert found(register, minute="5") == []
    moved = found(register, person="whittle")
    assert moved
    assert all("Whittle" in row.model_dump_json() for row in moved)
    assert found(register, person="zzz") == []
    of_pack = found(register, pack="thornmere-hwb-2024-06-20.pdf")
    assert {row.pack for row in of_pack} == {"thornmere-hwb-2024-06-20"}
    assert {row.date for row in of_pack} == {date(2024, 3, 14)}
    with pytest.raises(UnknownPackError):
        found(register, pack="no-such-pack")


def test_a_query_finds_all_its_words_first_and_fills_up_with_what_is_near(register: Register) -> None:
    rows = found(register, query="charging in car parks")
    assert rows[0].minute == "CAB/24/69"
    assert rows[0].match is Match.WORDS
    others = [row.match for row in rows]
    assert others == sorted(others, key=lambda match: match is Match.NEAR)
    exact = found(register, query="charging in car parks", near=False)
    assert {row.match for row in exact} == {Match.WORDS}
    assert [row.id for row in exact] == [row.id for row in rows if row.match is Match.WORDS]


def test_a_query_finds_by_meaning_what_has_none_of_its_words(register: Register) -> None:
    rows = found(register, query="power points for battery vehicles")
    assert "CAB/24/69" in [row.minute for row in rows]
    assert found(register, query="power points for battery vehicles", near=False) == []


def test_a_query_and_filters_work_together_before_the_search(register: Register) -> None:
    rows = found(register, query="report", body="Board of Directors")
    assert rows
    assert {row.body for row in rows} == {"Board of Directors"}
    assert found(register, query="report", body="Parish Meeting of Nowhere") == []


ODD = ['"', "(((", "the and of", "NEAR(", "a" * 3000, "x AND", "*", "\0", " ".join("ab" for _ in range(900))]


@pytest.mark.parametrize("query", ODD)
def test_no_query_breaks_the_search(register: Register, query: str) -> None:
    assert register.decisions(RegisterFilters(query=query)).total >= 0


def test_a_decision_is_found_again_by_its_id(register: Register) -> None:
    row = found(register)[3]
    assert register.decision(row.id).model_dump() == row.model_dump()
    assert row.link == f"/decisions/{row.id}"
    with pytest.raises(UnknownDecisionError):
        register.decision("0000")


def test_a_meeting_tells_who_was_there_what_was_minuted_decided_and_asked_for(register: Register) -> None:
    truth = next(record for record in TRUTH["records"] if record["pack"] == "kestrel-vale-board-2024-09-25")
    row = next(row for row in register.meetings(RegisterFilters(body="directors")).rows if row.minuted)
    view = register.meeting(row.id)
    assert view.meeting == row
    assert view.meeting.date == date.fromisoformat(truth["date"])
    assert view.chair == truth["chair"]
    assert [decision.minute for decision in view.decisions] == [one["minute"] for one in truth["decisions"]]
    assert sum(len(minute.decisions) for minute in view.minutes) == len(view.decisions)
    assert len(view.actions) == len(truth["actions"]) == row.actions
    assert [one.who for one in view.declarations] == truth["declarations"]
    assert {person.presence for person in view.people} >= {"present", "apologies"}
    assert [paper.records for paper in row.papers] == [True]
    with pytest.raises(UnknownMeetingError):
        register.meeting("nowhere-2024-01-01")


def test_a_meeting_known_by_its_agenda_alone_tells_its_items(register: Register) -> None:
    row = next(row for row in register.meetings(RegisterFilters(body="cabinet")).rows if not row.minuted)
    view = register.meeting(row.id)
    assert row.decisions == 0
    assert view.items
    assert all(item.href.startswith(f"/packs/{item.pack}/pages/") for item in view.items)
    assert {one.state for one in view.recommendations} == {State.PROPOSED}


def test_meetings_are_told_once_whatever_packs_they_are_in(register: Register) -> None:
    rows = register.meetings(RegisterFilters(limit=500)).rows
    assert len({row.id for row in rows}) == len(rows)
    march = next(row for row in rows if row.date == date(2024, 3, 14))
    assert [(paper.pack, paper.records) for paper in march.papers] == [
        ("thornmere-hwb-2024-06-20", True),
        ("thornmere-hwb-2024-03-14", False),
    ]
    days = [row.date for row in rows if row.date]
    assert days == sorted(days, reverse=True)


def test_a_recommendation_is_never_a_decision_and_tells_what_came_of_it(register: Register) -> None:
    rows = register.recommendations(RegisterFilters(limit=500)).rows
    by_state = {state: [row for row in rows if row.state is state] for state in State}
    assert by_state[State.PROPOSED]
    assert by_state[State.DECIDED]
    for row in by_state[State.DECIDED]:
        assert row.decision is not None
        assert (row.decision.date, row.decision.meeting) == (row.date, row.meeting)
    for row in by_state[State.PROPOSED]:
        assert row.decision is None
    smoking = next(row for row in by_state[State.DECIDED] if "SMOKING" in row.title)
    assert smoking.decision is not None
    assert smoking.decision.minute == "44"
    texts = {flat(row.text) for row in rows}
    assert not texts & {flat(row.text) for row in found(register)}


def test_actions_are_followed_from_the_minutes_into_the_logs(service: BoardQA) -> None:
    register = Register(service._store, frozenset({Access.PUBLIC}), lambda *_: [], today=lambda: TODAY)
    try:
        page = register.actions(ActionFilters(owner="Adeyemi-Holt", limit=100))
        waits = next(row for row in page.rows if row.ref == "24/075")
        assert waits.since == date(2024, 7, 31)
        assert waits.told == date(2024, 9, 25)
        assert waits.status is not None
        assert waits.status.startswith("Complete")
        assert not waits.open
        assert waits.age_days is None
        assert [place.pdf_page for place in waits.also]
        trial = next(row for row in page.rows if row.ref == "24/078")
        assert trial.open
        assert trial.age_days == (TODAY - date(2024, 7, 31)).days
        letter = next(row for row in register.actions(ActionFilters(limit=500)).rows if "Heughdale" in row.what)
        assert (letter.due_date, letter.open) == (date(2024, 6, 14), False)
    finally:
        register.close()


def test_actions_are_narrowed_by_body_owner_and_state(register: Register) -> None:
    everything = register.actions(ActionFilters(limit=500))
    still_open = register.actions(ActionFilters(open=True, limit=500))
    assert 0 < still_open.total == everything.open < everything.total
    assert all(row.open for row in still_open.rows)
    scrutiny = register.actions(ActionFilters(body="overview and scrutiny committee", limit=500)).rows
    assert scrutiny
    assert all("Overview and Scrutiny Committee" in (row.body or "") for row in scrutiny)
    raine = register.actions(ActionFilters(owner="raine")).rows
    assert [row.owners for row in raine] == [["Elliot Raine"]]
    ages = [row.since for row in everything.rows if row.since]
    assert ages == sorted(ages)


def test_a_trail_tells_a_matter_in_the_order_of_time_across_packs(register: Register) -> None:
    entries = register.trail("Better Care Fund").entries
    assert [entry.stage for entry in entries][:2] == [Stage.RECOMMENDED, Stage.DECIDED]
    assert len({entry.pack for entry in entries}) >= 3
    days = [entry.date for entry in entries if entry.date]
    assert days == sorted(days)
    decided = next(entry for entry in entries if entry.stage is Stage.DECIDED)
    assert decided.id
    assert [entry.id for entry in register.trail(decided.id).entries if entry.stage is Stage.DECIDED] == [decided.id]
    assert register.trail("zeppelins").entries == []
    assert register.trail("?").entries == []


def test_a_trail_tells_what_became_of_an_action(register: Register) -> None:
    told = register.trail("mental health waits", RegisterFilters(body="directors")).entries
    entries = [entry for entry in told if entry.stage is Stage.ACTION]
    assert [entry.date for entry in entries] == [date(2024, 7, 31), date(2024, 9, 25)]
    assert "Complete" in entries[1].text


def test_a_forward_plan_is_told_by_the_day_of_the_decision(register: Register) -> None:
    rows = register.key_decisions(RegisterFilters())
    assert len(rows) == sum(TRUTH["planned"].values())
    days = [row.date for row in rows if row.date]
    assert days == sorted(days)


def test_choices_are_what_there_is_to_filter_by(register: Register) -> None:
    choices = register.choices()
    assert set(choices.bodies) >= {record["body"] for record in TRUTH["records"]}
    assert choices.first == min(date.fromisoformat(record["date"]) for record in TRUTH["records"])
    assert all(found(register, kind=kind) for kind in choices.kinds)
    assert "Councillor Whittle" in choices.people
    assert "Marcus Adeyemi-Holt" in choices.owners


def test_exempt_papers_are_neither_counted_nor_told_without_that_right(indexed: Path, register: Register) -> None:
    allowed = BoardQA.open(Settings(data=indexed, allow_exempt=True))
    try:
        whole = allowed.register.recommendations(RegisterFilters(limit=500))
    finally:
        allowed.close()
    shown = register.recommendations(RegisterFilters(limit=500))
    hidden = {row.id for row in whole.rows} - {row.id for row in shown.rows}
    assert len(hidden) == whole.total - shown.total > 0
    secret = next(row for row in whole.rows if row.id in hidden)
    assert not any(entry.id in hidden or entry.title == secret.title for entry in register.trail(secret.title).entries)
