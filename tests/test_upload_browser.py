"""Adding packs in a real browser: chosen, dropped, by keyboard, without scripts, on a phone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from index.ingest import Progress
from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import CONTRAST, DESKTOP, PHONE, ZOOMED, opened, scrolls_sideways, served, tab_to, violations
from tests.upload_files import BROKEN, FERRY, LIBRARY, TEXT, Gate, locked, received

pytest_plugins = ("tests.browser_fixture", "tests.upload_fixture")

# What a drop from the desktop hands to the page
DROP = """(files) => {
  const held = new DataTransfer();
  for (const { name, content } of files) {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    held.items.add(new File([bytes], name, { type: "application/pdf" }));
  }
  const zone = document.getElementById("drop");
  for (const kind of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
    if (kind === "dragover" && !zone.classList.contains("over")) throw new Error("the zone does not show the drag");
  }
}"""
UNHURRIED = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
PATIENCE = 60_000  # milliseconds that an upload may take on a busy machine


@pytest.fixture
def site(empty_service: BoardQA, model_loaded_once: None) -> Iterator[str]:
    """The address of an empty service."""
    with served(empty_service) as address:
        yield address


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files to choose, by name."""
    contents = {"library.pdf": LIBRARY, "ferry.pdf": FERRY, "notes.pdf": TEXT, "locked.pdf": locked("Secret")}
    folder = tmp_path / "papers"
    folder.mkdir()
    paths = {name: folder / name for name in contents}
    for name, path in paths.items():
        path.write_bytes(contents[name])
    return paths


def rows(page: Page) -> dict[str, str]:
    """What is told of each file, by its name."""
    shown = page.locator(".upload-files li").all()
    return {row.locator(".file-name").inner_text(): row.inner_text() for row in shown}


def test_chosen_files_are_sent_indexed_and_the_bad_ones_explained(
    page: Page, site: str, files: dict[str, Path], empty_service: BoardQA
) -> None:
    page.goto(f"{site}/upload")
    page.get_by_label("PDFs of agendas").set_input_files(list(files.values()))
    assert page.get_by_role("list", name="Chosen files").get_by_role("listitem").count() == 4
    expect(page.get_by_role("status")).to_have_text("4 chosen.")
    page.get_by_role("button", name="Add these packs").click()
    page.wait_for_url("**/uploads/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Packs added", timeout=PATIENCE)
    expect(page.get_by_role("status")).to_have_text("Finished: 2 added, 2 not added.")
    assert page.title().startswith("Packs added")
    told = rows(page)
    assert "This is no PDF. Save or print the paper as a PDF, and add that." in told["notes.pdf"]
    assert "A password is needed. Open it with its password" in told["locked.pdf"]
    assert "Added: " in told["ferry.pdf"]
    assert not page.get_by_text("Look again now").is_visible()
    page.locator("li", has_text="library.pdf").get_by_role("link").click()
    page.wait_for_url("**/packs/library")
    assert {pack.file for pack in empty_service.packs()} == {"library.pdf", "ferry.pdf"}


def test_dropped_files_are_taken_as_chosen_ones(page: Page, site: str, empty_service: BoardQA) -> None:
    page.goto(f"{site}/upload")
    dropped = {"ferry.pdf": FERRY, "broken.pdf": BROKEN, "nothing.pdf": b""}
    page.evaluate(
        DROP, [{"name": name, "content": base64.b64encode(content).decode()} for name, content in dropped.items()]
    )
    assert "over" not in (page.locator("#drop").get_attribute("class") or "")
    chosen = page.get_by_role("list", name="Chosen files").get_by_role("listitem")
    assert "Not sent: the file is empty." in chosen.nth(2).inner_text()
    expect(page.get_by_role("status")).to_have_text("3 chosen, 1 of them cannot be sent.")
    page.get_by_role("button", name="Add these packs").click()
    expect(page.get_by_role("status")).to_have_text("Finished: 1 added, 1 not added.", timeout=PATIENCE)
    assert "The PDF is damaged." in rows(page)["broken.pdf"]
    assert [pack.file for pack in empty_service.packs()] == ["ferry.pdf"]


def test_files_that_cannot_be_sent_are_told_before_sending(browser: Browser, tmp_path: Path) -> None:
    service = BoardQA.open(Settings(data=tmp_path / "data", max_file_mb=1))
    big = tmp_path / "big.pdf"
    big.write_bytes(b"%PDF-" + bytes(1024 * 1024))
    with served(service) as site, opened(browser) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.goto(f"{site}/upload")
        page.get_by_label("PDFs of agendas").set_input_files(big)
        assert "Not sent: larger than 1 MB." in page.get_by_role("list", name="Chosen files").inner_text()
        page.get_by_role("button", name="Add these packs").click()
        assert "None of these files can be sent." in page.get_by_role("alert").inner_text()
        assert not sent
    service.close()


def test_the_progress_of_sending_and_of_indexing_is_shown(
    page: Page, site: str, tmp_path: Path, empty_service: BoardQA, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    held = empty_service.ingest

    def with_progress(paths, progress, **more):  # type: ignore[no-untyped-def]  # as BoardQA.ingest
        progress(Progress("ferry.pdf", "read", 3, 12, 1, 1))
        return held(paths, progress=progress, **more)

    monkeypatch.setattr(empty_service, "ingest", with_progress)
    (tmp_path / "ferry.pdf").write_bytes(FERRY + b"\n" * 1_000_000)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    page.goto(f"{site}/upload")
    page.get_by_label("PDFs of agendas").set_input_files(tmp_path / "ferry.pdf")
    network.send("Network.emulateNetworkConditions", {**UNHURRIED, "uploadThroughput": 100_000})
    page.get_by_role("button", name="Add these packs").click()
    expect(page.locator("#sending-told")).to_have_text(re.compile(r"Sending: [1-9]\d+ KB of 1\.0 MB"))
    assert 0 < float(page.get_by_role("progressbar").evaluate("e => e.value")) < 1
    expect(page.get_by_role("button", name="Add these packs")).to_be_disabled()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Cancelled: nothing was added.")
    expect(page.get_by_role("button", name="Add these packs")).to_be_focused()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    network.send("Network.emulateNetworkConditions", UNHURRIED)
    page.get_by_role("button", name="Add these packs").click()
    page.wait_for_url("**/uploads/*")
    expect(page.locator(".file-state")).to_have_text("Reading page 3 of 12")
    expect(page.get_by_role("progressbar", name="ferry.pdf")).to_have_js_property("value", 0.125)
    expect(page.get_by_role("status")).to_have_text("Adding ferry.pdf. 0 of 1 finished.")
    gate.open.set()
    expect(page.get_by_role("heading", level=1)).to_have_text("Packs added", timeout=PATIENCE)
    assert [pack.file for pack in empty_service.packs()] == ["ferry.pdf"]
    assert not received(empty_service)


def test_a_service_that_refuses_or_is_gone_is_told_in_place(page: Page, site: str, files: dict[str, Path]) -> None:
    page.goto(f"{site}/upload")
    page.get_by_label("PDFs of agendas").set_input_files(files["ferry.pdf"])
    error = '{"error": {"code": "uploads_busy", "message": "Too <b>busy</b>.", "hint": "Try again later."}}'
    page.route("**/api/uploads", lambda route: route.fulfill(status=503, body=error, content_type="application/json"))
    page.get_by_role("button", name="Add these packs").click()
    expect(page.get_by_role("alert")).to_have_text("Too <b>busy</b>.Try again later.")
    page.unroute("**/api/uploads")
    page.route("**/api/uploads", lambda route: route.abort())
    page.get_by_role("button", name="Add these packs").click()
    expect(page.get_by_role("alert")).to_contain_text("The connection to the service broke off.")
    expect(page.get_by_role("button", name="Add these packs")).to_be_enabled()


def test_a_name_that_looks_like_html_is_shown_as_text(page: Page, site: str, tmp_path: Path) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    odd = tmp_path / "Tom & <img src=x onerror=alert(1)>.pdf"
    odd.write_bytes(TEXT)
    page.goto(f"{site}/upload")
    page.get_by_label("PDFs of agendas").set_input_files(odd)
    assert odd.name in page.get_by_role("list", name="Chosen files").inner_text()
    page.get_by_role("button", name="Add these packs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No pack was added", timeout=PATIENCE)
    assert list(rows(page)) == ["Tom & -img src=x onerror=alert(1)-.pdf"]
    assert not dialogs


def test_without_scripts_the_form_and_the_page_that_looks_again_do(
    browser: Browser, site: str, files: dict[str, Path], empty_service: BoardQA, gate: Gate
) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{site}/upload")
        assert not page.get_by_text("You can also drop them here.").is_visible()
        page.get_by_label("PDFs of agendas").set_input_files([files["ferry.pdf"], files["notes.pdf"]])
        page.get_by_role("button", name="Add these packs").click()
        page.wait_for_url("**/uploads/*")
        assert page.get_by_role("heading", level=1).inner_text() == "Adding packs"
        gate.open.set()
        # By itself: nothing is clicked
        expect(page.get_by_role("heading", level=1)).to_have_text("Packs added", timeout=PATIENCE)
        assert "This is no PDF." in rows(page)["notes.pdf"]
        assert page.locator("meta[http-equiv=refresh]").count() == 0
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{site}/upload")
        page.get_by_label("PDFs of agendas").evaluate("e => e.required = false")
        page.get_by_role("button", name="Add these packs").click()
        assert "No file was chosen." in page.get_by_role("alert").inner_text()
        assert page.title().startswith("Error: Add packs")


def test_the_keyboard_alone_replaces_a_pack(page: Page, site: str, tmp_path: Path, empty_service: BoardQA) -> None:
    older, newer = tmp_path / "old", tmp_path / "new"
    for folder, content in ((older, LIBRARY), (newer, FERRY)):
        folder.mkdir()
        (folder / "agenda.pdf").write_bytes(content)
    empty_service.ingest([older])
    # Listened for from the beginning: Playwright may take over the chooser later than a key pressed at once opens it
    page.on("filechooser", lambda chooser: chooser.set_files(newer / "agenda.pdf"))
    page.goto(f"{site}/upload")
    tab_to(page, "#files")
    page.keyboard.press("Enter")
    expect(page.locator("#files")).to_have_value(re.compile(r"agenda\.pdf$"))
    tab_to(page, "#replace")
    page.keyboard.press("Space")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Finished: 1 replaced.", timeout=PATIENCE)
    tab_to(page, ".upload-files a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/packs/agenda*")
    assert len(empty_service.packs()) == 1


def test_a_forgotten_upload_is_told_where_the_page_is_still_open(
    page: Page, site: str, files: dict[str, Path], gate: Gate
) -> None:
    page.goto(f"{site}/upload")
    page.get_by_label("PDFs of agendas").set_input_files(files["ferry.pdf"])
    page.get_by_role("button", name="Add these packs").click()
    page.wait_for_url("**/uploads/*")
    forgotten = '{"error": {"code": "unknown_upload", "message": "Nothing is known.", "hint": "See the packs."}}'
    page.route(
        "**/api/uploads/*", lambda route: route.fulfill(status=404, body=forgotten, content_type="application/json")
    )
    expect(page.get_by_role("status")).to_have_text("Nothing is known. See the packs.")
    gate.open.set()


def test_both_pages_meet_wcag_in_both_schemes_and_fit_a_phone_and_400_percent(
    browser: Browser, site: str, files: dict[str, Path], tmp_path: Path, gate: Gate
) -> None:
    found: dict[str, list[str]] = {}
    wide: list[str] = []

    def look(page: Page, name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[f"{name}, {scheme}"] = violations(page) if scheme == "light" else violations(page, CONTRAST)
        for width, height in (PHONE, ZOOMED):
            page.set_viewport_size({"width": width, "height": height})
            if scrolls_sideways(page):
                wide.append(f"{name} at {width}")
        page.set_viewport_size(dict(zip(("width", "height"), DESKTOP, strict=True)))
        page.emulate_media(color_scheme="light")

    with opened(browser) as page:
        page.goto(f"{site}/upload")
        look(page, "form")
        long = tmp_path / ("a" * 120 + ".pdf")
        long.write_bytes(TEXT + b"!")
        page.get_by_label("PDFs of agendas").set_input_files([*files.values(), long])
        look(page, "chosen")
        page.get_by_role("button", name="Add these packs").click()
        page.wait_for_url("**/uploads/*")
        expect(page.get_by_role("progressbar")).to_be_visible()
        look(page, "adding")
        gate.open.set()
        expect(page.get_by_role("heading", level=1)).to_have_text("Packs added", timeout=PATIENCE)
        look(page, "added")
    assert len(found) == 8
    assert not {name: rules for name, rules in found.items() if rules}
    assert not wide
