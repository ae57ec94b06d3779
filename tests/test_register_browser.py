"""The register's pages in a real browser: by mouse, by keyboard, on a phone, without scripts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from docx import Document
from playwright.sync_api import Browser, Page

from index.store import Store
from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import PHONE, opened, served, tab_to
from tests.test_register_store import take_in

pytest_plugins = ("tests.browser_fixture",)

HOSTILE = """
! WESTMARSH BOROUGH COUNCIL
! AUDIT COMMITTEE
Minutes of a meeting of the Audit Committee held on Wednesday, 4 June 2025 at 10 am in the Town Hall, Westmarsh

Present: Councillors Ann Ames (Chair), Ben Bright and Cora Cole

! AUD14 LEASES OF <script>alert(1)</script> LAND

The Committee considered a report of the Director of Finance.

RESOLVED: That the leases of <img src=x onerror=alert(2)> be approved.
"""


def test_filters_lead_to_the_table_and_its_link_to_the_page_with_the_words_marked(page: Page, site: str) -> None:
    page.goto(f"{site}/decisions")
    page.get_by_label("Body", exact=True).fill("cabinet")
    page.get_by_label("Meetings from").fill("2025-01-01")
    page.get_by_text("Kind, state, person, minute").click()
    page.get_by_role("combobox", name="Kind").select_option("deferred")
    page.get_by_role("button", name="Search").click()
    assert page.url == f"{site}/decisions?body=cabinet&from=2025-01-01&kind=deferred"
    rows = page.get_by_role("table").locator("tbody").get_by_role("row")
    assert rows.count() == 1
    told = rows.inner_text()
    assert "14 January 2025" in told
    assert "ELECTRIC VEHICLE CHARGING" in told
    rows.get_by_role("link", name="p. 3").click()
    page.wait_for_url("**/packs/brackenholt-cabinet-2025-02-11/pages/5?boxes=*")
    picture, mark = page.locator(".sheet img").bounding_box(), page.locator(".sheet rect").first.bounding_box()
    assert picture
    assert mark
    assert picture["y"] < mark["y"] < picture["y"] + picture["height"]
    assert mark["width"] > 50
    assert "electric" in page.locator(".page-text").inner_text().lower()


def test_a_header_sorts_and_tells_so(page: Page, site: str) -> None:
    page.goto(f"{site}/decisions?body=cabinet")
    date = page.get_by_role("columnheader", name="Date")
    assert date.get_attribute("aria-sort") == "descending"
    date.get_by_role("link").click()
    assert page.get_by_role("columnheader", name="Date").get_attribute("aria-sort") == "ascending"
    page.get_by_role("columnheader", name="Title").get_by_role("link").click()
    assert page.get_by_role("columnheader", name="Title").get_attribute("aria-sort") == "ascending"
    assert page.get_by_role("columnheader", name="Date").get_attribute("aria-sort") is None
    titles = page.locator("tbody th").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)


def test_exports_hold_what_the_filters_found(page: Page, site: str) -> None:
    page.goto(f"{site}/decisions?body=cabinet&kind=resolved")
    shown = page.locator("tbody tr").count()
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    records = list(csv.DictReader(io.StringIO(Path(table.value.path()).read_text("utf-8-sig"))))
    assert len(records) == shown
    assert {(one["body"], one["kind"]) for one in records} == {("Cabinet", "resolved")}
    with page.expect_download() as file:
        page.get_by_role("link", name="Word").click()
    assert len(Document(str(file.value.path())).tables[0].rows) == shown + 1


def test_the_keyboard_alone_finds_a_decision_and_opens_its_page(page: Page, site: str) -> None:
    page.goto(f"{site}/decisions")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "input[name=query]")
    page.keyboard.type("fluoridation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions?query=fluoridation")
    tab_to(page, "tbody tr:first-child td:last-child a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/packs/thornmere-hwb-2024-03-14/pages/5?boxes=*")


def test_everything_works_without_scripts(browser: Browser, site: str) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{site}/decisions")
        page.get_by_label("Search, by words or meaning").fill("stop smoking")
        page.get_by_role("button", name="Search").click()
        assert page.url == f"{site}/decisions?query=stop+smoking"
        page.locator("tbody th a").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "A new stop smoking service for Thornmere"
        page.get_by_role("link", name="This matter over time").click()
        assert page.locator("ol.trail > li").count() >= 2
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Actions").click()
        page.get_by_role("combobox", name="Owner").fill("Raine")
        page.get_by_role("button", name="Show").click()
        assert "Elliot Raine" in page.get_by_role("table").inner_text()


def test_rows_are_cards_on_a_phone(browser: Browser, site: str) -> None:
    with opened(browser, PHONE) as page:
        page.goto(f"{site}/decisions?minute=31&kind=lost")
        boxes = [cell.bounding_box() for cell in page.locator("tbody tr").first.locator("th, td").all()]
        tops = [box["y"] for box in boxes if box]
        assert len(tops) == 7
        assert tops == sorted(set(tops))  # one below the other
        assert page.get_by_role("table").get_by_role("row").count() == 2  # still a table to a screen reader


def test_what_looks_like_html_in_minutes_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        take_in(store, HOSTILE, "minutes")
    service = BoardQA.open(Settings(data=tmp_path))
    with served(service) as site, opened(browser) as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(f"{site}/decisions")
        assert page.locator("tbody th").inner_text() == "LEASES OF <script>alert(1)</script> LAND"
        assert "<img src=x onerror=alert(2)>" in page.locator("tbody .words").inner_text()
        page.locator("tbody th a").click()
        assert page.get_by_role("heading", level=1).inner_text() == "LEASES OF <script>alert(1)</script> LAND"
        page.locator(".facts time").click()
        assert "<script>alert(1)</script>" in page.locator("main").inner_text()
        page.goto(f"{site}/trail?topic=leases")
        assert "<script>alert(1)</script>" in page.locator("ol.trail").inner_text()
        page.goto(f"{site}/packs/minutes/pages/1?quote=%3Cimg%20src%3Dx%3E")
        assert "<img src=x onerror=alert(2)>" in page.locator("main").inner_text()
        page.goto(f"{site}/decisions?body='%22><script>alert(3)</script>")
        assert page.get_by_role("combobox", name="Body").input_value() == "'\"><script>alert(3)</script>"
        assert "<script>alert(3)</script>" in page.locator("section").inner_text()
        assert not dialogs
    service.close()
