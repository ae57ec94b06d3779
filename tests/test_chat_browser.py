"""The chat in a real browser: asking, streaming, stopping, following citations, keeping, copying; what goes wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Dialog, Page, expect

from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import CONTRAST, DESKTOP, PHONE, ZOOMED, opened, scrolls_sideways, served, tab_to, violations

pytest_plugins = ("tests.browser_fixture",)
expect.set_options(timeout=20_000)  # an answer takes a second, and several on a busy machine

ANSWERED = "How many charging points would the concession be for?"
NAMED = "Did Cabinet agree the Nether Wray Neighbourhood Plan?"
PARTLY = f"{ANSWERED[:-1]}, and what did the bishop of Durham say about it?"
UNKNOWN = "Who is the Prime Minister of Japan?"
OUTSIDE = "What did Leeds City Council decide about trams?"
HOSTILE = "<img src=x onerror=alert(1)> and charging points?"
ADDRESS = "**/conversations/*"
# Every element of a turn with what it holds and leads to, but for what one of the two makers alone has to say
ELEMENTS = """turn => [turn, ...turn.querySelectorAll("*")].map(e => [
  e.tagName, e.className, e.id, e.getAttribute("href"), e.getAttribute("action"), e.getAttribute("value"), e.name,
  e.dataset.place, e.getAttribute("aria-label"), e.getAttribute("title"), e.hidden,
  [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.replace(/\\s+/g, " ").trim()).join(""),
].join(" | "))"""


@pytest.fixture(scope="module")
def data(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The indexed sample packs, in a folder that conversations may be written into."""
    return Path(shutil.copytree(indexed, tmp_path_factory.mktemp("chat") / "data"))


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[BoardQA]:
    opened = BoardQA.open(Settings(data=data))
    assert not opened.ready()  # the models are loaded
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def site(service: BoardQA) -> Iterator[str]:
    with served(service) as address:
        yield address


def ask(page: Page, question: str) -> None:
    """Ask in the box, and wait for the answer."""
    before = page.locator(".turn").count()
    page.get_by_role("textbox", name="question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator(".turn").last.locator(".status")).to_be_visible()


def test_an_answer_streams_in_and_its_citation_opens_the_page_with_the_words_marked(page: Page, site: str) -> None:
    page.goto(site)
    ask(page, ANSWERED)
    page.wait_for_url(ADDRESS)
    turn = page.locator(".turn")
    assert "64 charging points in nine car parks. [1]" in turn.locator(".answer").inner_text()
    assert turn.locator(".status").inner_text() == "Answered from these papers"
    assert page.locator(":focus").inner_text().endswith(ANSWERED)
    turn.get_by_role("link", name="[1]").click()
    assert page.locator(":target blockquote").inner_text().startswith("The Director of Place presented")
    cited = turn.locator(".citations a")
    item = "item 3 Minutes of the meeting held on 14 January 2025"
    assert cited.inner_text() == f"p. 3 · {item} · Brackenholt District Council Cabinet 11 February 2025"
    cited.click()
    page.wait_for_url("**/packs/brackenholt-cabinet-2025-02-11/pages/5?*")
    picture, mark = page.locator(".sheet img").bounding_box(), page.locator(".sheet rect").first.bounding_box()
    assert picture
    assert mark
    assert picture["y"] < mark["y"] < picture["y"] + picture["height"]
    page.go_back()
    assert "64 charging points" in page.locator(".turn .answer").inner_text()


def test_the_script_builds_what_the_server_builds(page: Page, site: str) -> None:
    page.goto(site)
    for question in (ANSWERED, NAMED, PARTLY, UNKNOWN, OUTSIDE):
        ask(page, question)
    built = [turn.evaluate(ELEMENTS) for turn in page.locator(".turn").all()]
    page.reload()
    expect(page.locator("button.copy").last).to_be_visible()
    served_turns = page.locator(".turn").all()
    assert len(served_turns) == 5
    for ours, turn in zip(built, served_turns, strict=True):
        assert ours == turn.evaluate(ELEMENTS)
    statuses = page.locator(".status").all_inner_texts()
    assert statuses[2:] == ["Partly answered", "These papers do not say", "Outside these papers"]
    assert "bishop of Durham" in page.locator(".partial .notes").inner_text()


def test_a_chip_asks_the_same_question_more_widely_in_the_same_conversation(page: Page, site: str) -> None:
    page.goto(f"{site}/?body=Cabinet&from=2025-01-01")
    ask(page, NAMED)
    page.wait_for_url(ADDRESS)
    address = page.url
    chips = page.locator(".turn").first.get_by_role("list", name="Narrowed to").get_by_role("button")
    assert "Cabinet" in chips.first.inner_text()
    with page.expect_request("**/api/ask") as sent:
        chips.first.click()
    told = json.loads(sent.value.post_data or "")
    assert told["filters"] == {"from": "2025-01-01"}
    assert told["question"] == NAMED
    expect(page.locator(".turn .status")).to_have_count(2)
    assert page.url == address


def test_the_keyboard_alone_asks_and_opens_the_cited_page(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.get_by_role("textbox", name="question")).to_be_focused()
    page.keyboard.type("How many charging")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("points would the concession be for?")
    assert "\n" in page.get_by_role("textbox", name="question").input_value()
    page.keyboard.press("Enter")
    expect(page.locator(".status")).to_be_visible()
    tab_to(page, ".marker")
    page.keyboard.press("Enter")
    tab_to(page, ".citations a", most=1)  # what follows is the citation that was gone to
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/5?*")


def test_everything_works_without_scripts(browser: Browser, site: str, service: BoardQA) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(site)
        page.get_by_text("Narrow the search").click()
        page.get_by_role("combobox", name="Body").select_option("Cabinet")
        page.get_by_role("textbox", name="question").fill(NAMED)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url("**/conversations/*#*")
        assert page.locator(".turn:target .status").inner_text() == "Answered from these papers"
        page.get_by_role("button", name="Cabinet – take away and ask again").click()
        assert page.locator(".turn").count() == 2
        assert page.locator("button.copy:visible").count() == 0
        page.get_by_role("link", name="Link to this answer").last.click()
        page.get_by_text("Not useful", exact=True).click()
        page.locator("details[open]").get_by_label("Reason").select_option("Wrong page")
        page.get_by_role("button", name="Send: not useful").click()
        page.wait_for_url("**/answers/*?thanks=1")
        assert "Thank you" in page.locator("main").inner_text()
        assert service.feedback_entries()[-1].reason == "Wrong page"
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations").click()
        page.locator("summary").filter(has_text="Rename").click()
        page.get_by_label("New title").fill("The plan <b>of</b> Nether Wray")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="The plan <b>of</b> Nether Wray").click()
        assert page.get_by_role("heading", level=1).inner_text() == "The plan <b>of</b> Nether Wray"
        address = page.url
        page.get_by_role("link", name="All conversations").click()
        page.locator("summary").filter(has_text="Delete").click()
        page.get_by_role("button", name="Yes, delete it").click()
        page.wait_for_url("**/conversations")
        assert "There are none yet." in page.locator("main").inner_text()
        response = page.goto(address)
        assert response
        assert response.status == 404


def test_conversations_outlive_a_restart_and_tabs_and_belong_to_their_visitor(browser: Browser, data: Path) -> None:
    service = BoardQA.open(Settings(data=data))
    assert not service.ready()
    with opened(browser) as page:
        with served(service) as site:
            page.goto(site)
            ask(page, ANSWERED)
            page.wait_for_url(ADDRESS)
            path = page.url.removeprefix(site)
        service.close()
        service = BoardQA.open(Settings(data=data))
        with served(service) as site:
            tab = page.context.new_page()
            tab.goto(site)
            tab.get_by_role("link", name=ANSWERED).click()
            tab.wait_for_url(f"**{path}")
            assert "64 charging points" in tab.locator(".answer").inner_text()
            with opened(browser) as other:
                refused = other.goto(site + path)
                assert refused
                assert refused.status == 404
                other.goto(f"{site}/conversations")
                assert "There are none yet." in other.locator("main").inner_text()
        service.close()


def test_a_conversation_is_exported_as_text_word_and_json(page: Page, site: str) -> None:
    page.goto(site)
    ask(page, ANSWERED)
    files = {}
    page.get_by_text("Export").click()
    for name in ("Text", "Word", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        files[name] = Path(download.value.path())
    assert "64 charging points" in files["Text"].read_text("utf-8")
    assert ANSWERED in "\n".join(paragraph.text for paragraph in Document(str(files["Word"])).paragraphs)
    assert json.loads(files["JSON"].read_text("utf-8"))["turns"][0]["question"] == ANSWERED


def test_feedback_is_kept_without_leaving_the_page(page: Page, site: str, service: BoardQA) -> None:
    page.goto(site)
    ask(page, ANSWERED)
    page.wait_for_url(ADDRESS)
    page.get_by_text("Useful", exact=True).click()
    page.locator("details[open]").get_by_label("In your own words").fill("Just what I needed")
    page.route("**/feedback", lambda route: route.abort())
    page.get_by_role("button", name="Send: useful").click()
    expect(page.locator(".feedback [role=status]")).to_contain_text("Your feedback was not kept.")
    page.unroute("**/feedback")
    page.get_by_role("button", name="Send: useful").click()
    expect(page.locator(".feedback [role=status]")).to_have_text("Thank you. Your feedback is kept.")
    expect(page.locator(".feedback [role=status]")).to_be_focused()
    kept = service.feedback_entries()[-1]
    assert (kept.verdict.value, kept.comment, kept.question) == ("up", "Just what I needed", ANSWERED)


def test_an_answer_is_copied_as_plain_text_and_for_word(browser: Browser, site: str) -> None:
    with opened(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(site)
        ask(page, ANSWERED)
        page.get_by_role("button", name="Copy with citations").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        read = "async type => (await (await navigator.clipboard.read())[0].getType(type)).text()"
        plain, formatted = page.evaluate(read, "text/plain"), page.evaluate(read, "text/html")
        for text in (plain, formatted):
            assert ANSWERED in text
            assert "64 charging points in nine car parks. [1]" in text
            assert "[1] " in text
            assert "Cabinet, 11 February 2025, item 3, page 3 (PDF page 5)" in text
            assert f"{site}/packs/brackenholt-cabinet-2025-02-11/pages/5" in text
            assert f"{site}/answers/" in text
        assert "<h2>" in formatted
        assert "<" not in plain


def test_an_answer_is_copied_where_the_clipboard_is_closed_to_pages(page: Page, site: str) -> None:
    page.add_init_script("""
        delete Navigator.prototype.clipboard; // as on a page that is served without https
        const types = ["text/plain", "text/html"];
        addEventListener("copy", event => { window.copied = types.map(type => event.clipboardData.getData(type)); });
    """)
    page.goto(site)
    ask(page, ANSWERED)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    plain, formatted = page.evaluate("copied")
    assert "[1] Brackenholt District Council Cabinet, 11 February 2025, item 3, page 3 (PDF page 5)" in plain
    assert formatted.startswith("<div><h2>")


def test_printing_one_answer_leaves_the_others_and_the_buttons_out(page: Page, site: str) -> None:
    page.goto(site)
    ask(page, ANSWERED)
    ask(page, UNKNOWN)
    page.evaluate("window.print = () => {}")
    page.locator(".turn").first.get_by_role("button", name="Print").click()
    page.emulate_media(media="print")
    assert page.locator(".turn:visible .asked").all_text_contents() == [f"You asked: {ANSWERED}"]
    assert page.get_by_role("button").count() == 0
    permanent = page.locator(".permalink:visible")
    printed = permanent.evaluate("e => getComputedStyle(e, '::after').content")
    assert permanent.evaluate("e => e.href") in printed
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".turn:visible").count() == 2


def test_a_question_that_looks_like_html_is_shown_as_text(page: Page, site: str) -> None:
    dialogs: list[str] = []

    def told(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", told)
    page.goto(site)
    ask(page, HOSTILE)
    assert page.locator(".asked").inner_text().endswith(HOSTILE)
    page.reload()
    assert page.locator(".asked").inner_text().endswith(HOSTILE)
    page.goto(f"{site}/conversations")
    assert page.get_by_role("link", name=HOSTILE).count() == 1
    assert page.locator("main img").count() == 0
    assert not dialogs


def test_nothing_scrolls_sideways_or_breaks_wcag_on_a_phone_and_at_400_percent(browser: Browser, site: str) -> None:
    with opened(browser, PHONE) as page:
        page.goto(site)
        for question in (NAMED, PARTLY, UNKNOWN):
            ask(page, question)
        found = {}
        for path in (page.url, f"{site}/conversations", page.locator(".permalink").first.evaluate("e => e.href")):
            page.goto(path)
            page.evaluate("document.querySelectorAll('main details').forEach(e => { e.open = true })")
            found[path] = violations(page)
            page.emulate_media(color_scheme="dark")
            found[f"{path} in the dark"] = violations(page, CONTRAST)
            page.emulate_media(color_scheme="light")
            for width, height in (PHONE, ZOOMED, DESKTOP):
                page.set_viewport_size({"width": width, "height": height})
                assert not scrolls_sideways(page), f"{path} at {width}"
        assert not {path: rules for path, rules in found.items() if rules}
