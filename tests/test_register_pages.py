"""The register's pages as they are sent: what they show, where they lead, and what they say where there is nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from index.record_model import Outcome
from index.store import Store
from qa.api import create_app
from qa.places import long_date
from qa.register_model import DecisionRow, Part, RegisterFilters, Stage, State, TrailEntry
from qa.register_words import age_words, printed_page, stage_words, told_words
from qa.service import BoardQA
from qa.settings import Settings
from tests.minutes_forms import LARKMOOR
from tests.test_register_store import take_in

HTML = {"Accept": "text/html"}
LINK = re.compile(r'href="([^"]+)"')


@pytest.fixture(scope="module")
def client(service: BoardQA) -> Iterator[TestClient]:
    with TestClient(create_app(service), headers=HTML, follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def row(service: BoardQA) -> DecisionRow:
    """A decision with three lettered parts."""
    return service.register.every_decision(RegisterFilters(minute="CAB/24/66"))[0]


def links(page: str, begin: str) -> list[str]:
    return [address for address in map(unescape, LINK.findall(page)) if address.startswith(begin)]


def rows(page: str) -> list[str]:
    """The rows of a table's body."""
    return re.findall(r"<tr .*?</tr>", page.split("<tbody", 1)[1], re.S) if "<tbody" in page else []


def words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def test_a_row_tells_date_body_minute_title_decision_vote_and_page(client: TestClient) -> None:
    (found,) = rows(client.get("/decisions", params={"minute": "CAB/24/66"}).text)
    told = words(found)
    for part in ("14 January 2025", "Cabinet", "CAB/24/66", "GARDEN WASTE SUBSCRIPTION", "5 for, 2 against", "p. 2"):
        assert part in told
    assert found.count("<li>(") == 3
    (page,) = links(found, "/packs/")
    assert "pages/4?boxes=" in page
    assert client.get(page).status_code == 200


def test_every_link_of_the_register_leads_somewhere(client: TestClient) -> None:
    for path in ("/decisions?query=care", "/meetings", "/actions?by=body", "/trail?topic=Better+Care+Fund"):
        page = client.get(path).text
        for address in set(links(page, "/")):
            assert client.get(address.partition("#")[0]).status_code == 200, address


def test_empty_fields_of_the_form_leave_the_address(client: TestClient) -> None:
    response = client.get("/decisions?query=&body=cabinet&from=&to=&kind=&person=+&minute=")
    assert (response.status_code, response.headers["location"]) == (303, "/decisions?body=cabinet")
    assert client.get("/meetings?body=").headers["location"] == "/meetings"


def test_filters_stay_in_the_form_in_sort_links_and_in_exports(client: TestClient) -> None:
    page = client.get("/decisions?body=cabinet&from=2025-01-01&state=recommended&query=council+tax").text
    assert 'name="body" value="cabinet"' in page
    assert 'name="from" value="2025-01-01"' in page
    assert '<option value="recommended" selected>' in page
    sort = next(address for address in links(page, "/decisions?") if "sort=title" in address)
    assert {"body", "from", "state", "query"} <= set(parse_qs(urlsplit(sort).query))
    (export,) = [address for address in links(page, "/api/decisions") if "csv" in address]
    records = list(csv.DictReader(io.StringIO(client.get(export).content.decode("utf-8-sig"))))
    assert len(records) == len(rows(page)) >= 1
    assert {record["state"] for record in records} == {"recommended"}


def test_states_find_what_was_not_decided_and_mark_it(client: TestClient) -> None:
    for state, badge in (("deferred", "Deferred"), ("lost", "Lost"), ("recommended", "Recommended only")):
        found = rows(client.get("/decisions", params={"state": state}).text)
        assert found
        assert all(f'class="{state}"' in one and badge in one for one in found)
        assert not any("badge decided" in one for one in found)
    assert not rows(client.get("/decisions?state=lost&kind=noted").text)


def test_recommendations_of_reports_are_shown_apart_from_decisions(client: TestClient) -> None:
    page = client.get("/decisions?query=better+care+fund").text
    below = page.split('<h2 id="proposed">')[1]
    assert "Better Care Fund plan 2024/25" in below
    assert "Recommended only" in below
    assert "Better Care Fund plan 2024/25" not in words("".join(rows(page)))
    listed = client.get("/decisions?state=proposed").text
    assert "None of these is a decision" in listed
    assert "Recommended; the body then decided" in listed
    assert "badge decided" not in listed


def test_long_lists_come_in_pages(client: TestClient, service: BoardQA) -> None:
    total = service.register.decisions(RegisterFilters()).total
    seen: list[str] = []
    address: str | None = "/decisions?limit=20"
    while address:
        page = client.get(address).text
        assert f"{total} decisions" in page
        seen += links(page.split("<tbody", 1)[1].split("</table>")[0], "/decisions/")
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else None
    assert len(seen) == len(set(seen)) == total
    assert "Back to its beginning" in client.get("/decisions?offset=5000").text


def test_a_decision_has_a_permanent_page(client: TestClient, row: DecisionRow) -> None:
    told = words(client.get(row.link).text)
    for part in ("14 January 2025", "Cabinet", "Brackenholt District Council", row.link, "Tebbutt", "p. 2"):
        assert part in told
    assert client.get("/decisions/nowhere").status_code == 404


def test_a_meeting_tells_who_was_there_and_what_came_of_it(client: TestClient) -> None:
    page = client.get("/meetings/thornmere-borough-council-health-and-wellbeing-board-2024-03-14").text
    told = words(page)
    for part in ("Attendance", "Apologies", "Agenda", "Decisions (7)", "Actions (4)", "Declarations of interest"):
        assert part in told
    assert "Wharf Street health hub" in told
    section = page.split('<h2 id="decided">')[1].split("</section>")[0]
    assert len(links(section, "/packs/")) == section.count("<article") == 7
    unknown = client.get("/meetings/brackenholt-district-council-cabinet-2025-02-11").text
    assert "not known here" in unknown
    assert "None of" not in unknown.split("Recommended to this meeting")[0]


def test_actions_stand_under_their_owner_or_body_with_age(client: TestClient) -> None:
    page = client.get("/actions?owner=raine").text
    assert "Elliot Raine 1 action, 1 overdue" in words(page)
    assert re.search(r"\d+ (?:years?|months?)(?: \d+ months?)? old", words(page))
    by_body = client.get("/actions?by=body").text
    assert "Overview and Scrutiny Committee, Brackenholt District Council" in words(by_body)
    assert "Done" in words(client.get("/actions?open=false").text)
    assert client.get("/actions?by=colour").status_code == 422


def test_a_trail_is_an_ordered_list_with_dates_and_pages(client: TestClient, row: DecisionRow) -> None:
    page = client.get("/trail?topic=Better+Care+Fund").text
    steps = re.findall(r"<li .*?</li>", page.split('<ol class="trail"')[1], re.S)
    days = [re.search(r'datetime="([\d-]+)"', step) for step in steps]
    assert len(steps) >= 3
    assert [day[1] for day in days if day] == sorted(day[1] for day in days if day)
    assert all(links(step, "/packs/") for step in steps)
    assert "Decided: approved" in page
    assert row.title in words(client.get("/trail", params={"topic": row.id}).text)


def test_values_that_cannot_be_are_told(client: TestClient) -> None:
    for address in ("/decisions?from=yesterday", "/decisions?kind=abolished", "/decisions?state=odd", "/trail?to=1"):
        response = client.get(address)
        assert response.status_code == 422
        assert 'role="alert"' in response.text


def test_nothing_found_says_what_to_try(client: TestClient) -> None:
    page = client.get("/decisions?query=zebra+crossing&person=nobody&near=false").text
    assert "No decision matches" in page
    assert "/decisions?query=zebra+crossing&near=false" in links(page, "/decisions")
    assert "7 December 2023 to 23 January 2025" in page
    assert "No meeting matches" in client.get("/meetings?body=zebra").text
    assert "No action matches" in client.get("/actions?owner=zebra").text
    assert "tell nothing" in client.get("/trail?topic=zebra+crossing").text


def test_an_empty_register_says_how_to_fill_it(empty_service: BoardQA) -> None:
    with TestClient(create_app(empty_service), headers=HTML) as client:
        for path in ("/decisions", "/decisions?state=proposed", "/meetings", "/actions", "/trail"):
            assert "board-qa ingest" in client.get(path).text


def test_pages_name_the_area_they_are_of(client: TestClient) -> None:
    for path in ("/", "/decisions", "/meetings", "/actions", "/trail"):
        assert f'<a href="{path}" aria-current="page">' in client.get(path).text
    viewer = client.get("/packs/brackenholt-cabinet-2025-02-11/pages/4").text
    assert "/decisions?pack=brackenholt-cabinet-2025-02-11" in links(viewer, "/decisions")


def test_what_is_unsure_asks_to_be_checked(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        take_in(store, LARKMOOR.partition("\n---")[0], "cut off")
    service = BoardQA.open(Settings(data=tmp_path))
    flags = {flag for row in service.register.every_decision(RegisterFilters()) for flag in row.flags}
    with TestClient(create_app(service), headers=HTML) as client:
        page = words(client.get("/decisions").text)
    service.close()
    assert flags
    assert all(flag in page for flag in flags)
    assert "Please check:" in page


def test_words_are_laid_out_by_their_parts(row: DecisionRow) -> None:
    told = told_words(row)
    assert told.lead.startswith("RESOLVED")
    assert [part[:3] for part in told.parts] == ["(a)", "(b)", "(c)"]
    assert " ".join([told.lead, *told.parts, told.tail]).split() == row.text.split()
    odd = row.model_copy(update={"parts": [Part(label="(a)", text="(a) not there"), *row.parts]})
    assert told_words(odd).lead == " ".join(row.text.split())
    long = row.model_copy(update={"text": "words and more " * 60, "parts": []})
    assert told_words(long).opening.endswith(" …")
    assert len(told_words(long).opening) < 230


def test_dates_pages_and_ages_are_told_as_people_do(row: DecisionRow) -> None:
    assert long_date(date(2023, 3, 22)) == "22 March 2023"
    assert long_date(None) == ""
    assert printed_page(row) == "p. 2"
    assert printed_page(row.model_copy(update={"page": None})) == "PDF page 4"
    ages = {1: "1 day", 13: "13 days", 20: "2 weeks", 92: "3 months", 366: "1 year", 1158: "3 years 2 months"}
    assert {days: age_words(days) for days in ages} == ages


@pytest.mark.parametrize(
    ("stage", "state", "kind", "told"),
    [
        (Stage.RECOMMENDED, State.PROPOSED, None, "Recommended only"),
        (Stage.RECOMMENDED, State.DECIDED, None, "Recommended"),
        (Stage.DECIDED, State.DECIDED, Outcome.APPROVED, "Decided: approved"),
        (Stage.DECIDED, State.RECOMMENDED, Outcome.RECOMMENDED, "Recommended only, to another body"),
        (Stage.DECIDED, State.LOST, Outcome.LOST, "Lost"),
        (Stage.DECIDED, State.DEFERRED, Outcome.DEFERRED, "Deferred"),
        (Stage.ACTION, None, None, "Action"),
    ],
)
def test_no_step_of_a_trail_is_called_decided_that_was_not(
    stage: Stage, state: State | None, kind: Outcome | None, told: str, row: DecisionRow
) -> None:
    known = {"stage": stage, "state": state, "kind": kind, "item": None}
    entry = TrailEntry.model_validate({**row.model_dump(include=set(TrailEntry.model_fields)), **known})
    assert stage_words(entry) == told


def test_a_long_trail_comes_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = client.get("/trail?topic=Better+Care+Fund").text
    monkeypatch.setattr("qa.register_website.STEPS_SHOWN", 2)
    first = client.get("/trail?topic=Better+Care+Fund").text
    following = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])  # type: ignore[index]  # fails without
    steps = [links(page.split('<ol class="trail"')[1], "/packs/") for page in (first, client.get(following).text)]
    assert [len(of_page) for of_page in steps] == [2, 2]
    assert steps[0] + steps[1] == links(whole.split('<ol class="trail"')[1], "/packs/")[:4]
