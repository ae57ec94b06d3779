"""The page viewer and the packs in a real browser: marks over the right words, keyboard, selection, small screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from qa.addresses import page_address
from qa.service import BoardQA
from tests.browser import IN_VIEW, PHONE, opened

pytest_plugins = ("tests.browser_fixture",)

PACK = "thornmere-hwb-2024-03-14"
VIEWER = f"/packs/{PACK}/pages/10"
QUOTE = "The present service was commissioned in 2019 from the 11 GP practices."
LOW = "9.8% were smokers at the time of delivery, which is 151 women."
MARKED = page_address(PACK, 10, quote=QUOTE)
# The words of the text layer whose middle lies under a mark
UNDER_MARKS = """() => [...document.querySelectorAll(".words text")].flatMap((text) => {
  const node = text.firstChild, words = [...node.data.matchAll(/\\S+/g)];
  return words.filter((word) => {
    const range = document.createRange();
    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
    const box = range.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    return [...document.querySelectorAll(".marks rect")].some((mark) => {
      const m = mark.getBoundingClientRect();
      return m.left <= x && x <= m.right && m.top <= y && y <= m.bottom;
    });
  }).map((word) => word[0]);
}).join(" ")"""


@pytest.fixture
def viewer(page: Page, site: str) -> Page:
    page.goto(site + MARKED)
    return page


def test_the_marks_of_a_citation_lie_over_its_words_and_are_in_view(viewer: Page) -> None:
    assert viewer.evaluate(UNDER_MARKS) == QUOTE
    assert viewer.get_by_role("status").inner_text().endswith(f"“{QUOTE}”")
    assert viewer.locator(".marks rect").first.evaluate(IN_VIEW)
    assert viewer.locator(".page-text mark").inner_text().split() == QUOTE.rstrip(".").split()


def test_a_mark_far_down_is_scrolled_to_and_the_way_back_is_where_one_was(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 400})
    page.goto(f"{site}/packs/{PACK}")
    page.goto(site + page_address(PACK, 10, quote=LOW))
    mark = page.locator(".marks rect").first
    assert mark.evaluate(IN_VIEW)
    assert page.evaluate("scrollY") > 300
    page.evaluate("scrollTo(0, 120)")
    page.get_by_role("link", name="Next page").first.evaluate("e => e.click()")
    page.wait_for_url("**/pages/11")
    page.go_back()
    page.wait_for_url("**/pages/10?quote=*")
    page.wait_for_function("scrollY === 120")


def test_the_picture_is_as_sharp_as_the_screen(browser: Browser, site: str) -> None:
    drawn = {}
    for scale in (1, 2):
        with opened(browser, device_scale_factor=scale) as page:
            page.goto(site + VIEWER)
            page.wait_for_function("document.querySelector('#picture').complete")
            picture = page.locator("#picture")
            drawn[scale] = int(re.findall(r"width=(\d+)", picture.evaluate("e => e.currentSrc"))[0])
            box = picture.bounding_box()
            assert box
            assert drawn[scale] >= min(box["width"] * scale, 1800)
    assert drawn[1] < drawn[2]


def selected(page: Page, start: tuple[float, float], end: tuple[float, float]) -> str:
    """What is selected when the mouse is pulled from one place to another."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()
    return " ".join(page.evaluate("getSelection().toString()").split())


def test_words_on_the_picture_are_selected_though_the_pointer_leaves_the_letters(viewer: Page) -> None:
    line = viewer.locator(".words text", has_text="The present service was commissioned")
    first, last = line.bounding_box(), viewer.locator(".words text", has_text="practices. It has lost").bounding_box()
    assert first
    assert last
    left, middle = first["x"] + 1, first["y"] + first["height"] / 2
    end, below = last["x"] + last["width"], last["y"] + last["height"] / 2
    both = f"{line.text_content()} practices. It has lost ground since the pandemic: four practices no longer"
    assert selected(viewer, (left, middle), (end - 1, below)) == both
    assert selected(viewer, (left, middle), (end + 60, below)) == both
    assert selected(viewer, (end + 60, below), (left, middle)) == both
    assert selected(viewer, (left, middle), (left, middle)) == ""


def test_all_words_of_the_page_can_be_copied_from_the_picture(viewer: Page) -> None:
    viewer.evaluate("getSelection().selectAllChildren(document.querySelector('.words'))")
    printed = set(viewer.locator(".page-text").inner_text().split())
    assert len(printed) > 100
    assert printed <= set(viewer.evaluate("getSelection().toString()").split())


def test_letters_of_the_layer_lie_over_those_of_the_picture(viewer: Page) -> None:
    layer, picture = viewer.locator(".words").bounding_box(), viewer.locator("#picture").bounding_box()
    assert layer == picture
    assert layer
    words = viewer.locator(".words text").all()
    boxes = [box for word in words if (box := word.bounding_box())]
    assert len(boxes) == len(words) > 20
    right, bottom = layer["x"] + layer["width"], layer["y"] + layer["height"]
    assert all(layer["x"] <= b["x"] and b["x"] + b["width"] <= right + 1 for b in boxes)
    assert all(layer["y"] <= b["y"] and b["y"] + b["height"] <= bottom + 1 for b in boxes)


def test_the_box_takes_the_printed_number(viewer: Page, site: str) -> None:
    viewer.get_by_label("Go to agenda page").fill("12")
    viewer.keyboard.press("Enter")
    viewer.wait_for_url(f"{site}/packs/{PACK}/pages/14")
    assert viewer.get_by_role("heading", level=1).inner_text() == "Page 12"
    viewer.get_by_label("Go to agenda page").fill("444")
    viewer.get_by_role("button", name="Go", exact=True).click()
    assert "agenda pages run from 1 to 29" in viewer.get_by_role("alert").inner_text()
    viewer.get_by_label("Go to agenda page").fill("29")
    viewer.keyboard.press("Enter")
    viewer.wait_for_url(f"{site}/packs/{PACK}/pages/31")


def test_arrow_keys_turn_pages_but_not_in_a_field(viewer: Page, site: str) -> None:
    viewer.keyboard.press("ArrowRight")
    viewer.wait_for_url(f"{site}/packs/{PACK}/pages/11")
    viewer.keyboard.press("ArrowLeft")
    viewer.wait_for_url(f"{site}{VIEWER}")
    viewer.keyboard.press("Control+ArrowRight")
    viewer.get_by_label("Go to agenda page").fill("12")
    viewer.keyboard.press("ArrowLeft")
    viewer.keyboard.press("ArrowRight")
    viewer.keyboard.press("Enter")
    viewer.wait_for_url(f"{site}/packs/{PACK}/pages/14")


def test_the_neighbours_pictures_are_fetched_ahead_and_asked_for_again_by_their_mark(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    page.goto(site + VIEWER)
    page.wait_for_load_state("networkidle")
    shown = {n for n in (9, 10, 11) if any(f"/pages/{n}.png" in url for url in fetched)}
    assert shown == {9, 10, 11}
    with page.expect_response("**/pages/11.png?width=*") as answered:
        page.get_by_role("link", name="Next page").first.click()
    assert answered.value.status in (200, 304)
    assert "if-none-match" in answered.value.request.all_headers()


def test_items_lead_to_their_first_page(viewer: Page, site: str) -> None:
    items = viewer.get_by_role("navigation", name="Items of this pack")
    assert items.locator("[aria-current]").inner_text() == "A NEW STOP SMOKING SERVICE FOR THORNMERE"
    items.get_by_role("link", name="BETTER CARE FUND").click()
    viewer.wait_for_url(f"{site}/packs/{PACK}/pages/14")
    viewer.get_by_role("link", name="Previous item").click()
    viewer.wait_for_url(f"{site}{VIEWER}")


def test_everything_works_without_scripts_on_a_phone(browser: Browser, site: str) -> None:
    with opened(browser, PHONE, java_script_enabled=False) as page:
        page.goto(f"{site}/packs")
        page.get_by_text("Contents: 9 items").click()
        page.get_by_role("link", name="WHARF STREET HEALTH HUB").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Page 26"
        page.get_by_label("Go to agenda page").fill("8")
        page.get_by_role("button", name="Go", exact=True).click()
        assert page.url == f"{site}{VIEWER}"
        page.get_by_role("link", name="Next page").first.click()
        assert page.url == f"{site}/packs/{PACK}/pages/11"
        page.goto(f"{site}/packs/{PACK}")
        page.get_by_label("Search in this pack").fill("lost ground since the pandemic")
        page.get_by_role("button", name="Search").click()
        page.locator(".hits a").first.click()
        assert page.locator(".marks rect").count()
        assert "lost ground since the pandemic" in page.locator(".page-text").inner_text()


def test_the_pdf_is_saved_under_its_name(viewer: Page) -> None:
    with viewer.expect_download() as saved:
        viewer.get_by_role("link", name="Download the PDF").click()
    assert saved.value.suggested_filename == f"{PACK}.pdf"


def test_every_page_of_the_samples_can_be_opened(service: BoardQA, page: Page, site: str) -> None:
    for pack in service.packs():
        for told in service.pages(pack.pack)[::6]:
            answer = page.request.get(site + page_address(pack.pack, told.pdf_page))
            assert answer.status == 200
