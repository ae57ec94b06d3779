"""Every page of the site in a real browser: what each must keep to, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import APIRoute, APIRouter
from playwright.sync_api import Browser, CDPSession, Page

import qa.website
from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import DESKTOP, PHONE, ZOOMED, opened, scrolls_sideways, served, violations

pytest_plugins = ("tests.browser_fixture",)

PACK = "thornmere-hwb-2024-03-14"
MEETING = "thornmere-borough-council-health-and-wellbeing-board-2024-03-14"
QUESTION = "Who chaired the Health and Wellbeing Board?"
# Each page by its name: its path and its status. {conversation} and such are put in when it is visited
PAGES = {
    "start": ("/", 200),
    "answer": ("/?q=Who+chaired+the+Health+and+Wellbeing+Board", 200),
    "papers do not say": ("/?q=What+did+the+Cabinet+decide+about+zebras", 200),
    "question too long": (f"/?q={'why+' * 400}", 422),
    "conversation": ("/conversations/{conversation}", 200),
    "conversations": ("/conversations", 200),
    "kept answer": ("{answer}", 200),
    "kept answer, thanks": ("{answer}?thanks=1", 200),
    "packs": ("/packs", 200),
    "packs searched": ("/packs?q=budget", 200),
    "pack": (f"/packs/{PACK}", 200),
    "pack searched": (f"/packs/{PACK}?q=smoking", 200),
    "viewer": (f"/packs/{PACK}/pages/4", 200),
    "wrong page number": (f"/packs/{PACK}?page=999", 404),
    "viewer, front sheet": (f"/packs/{PACK}/pages/1", 200),
    "viewer, table": (f"/packs/{PACK}/pages/8", 200),
    "viewer, marked": (f"/packs/{PACK}/pages/4?boxes=0.1,0.1,0.6,0.2", 200),
    "viewer, quote": (f"/packs/{PACK}/pages/10?quote=commissioned+in+2019+from+the+11+GP+practices", 200),
    "viewer, quote not found": (f"/packs/{PACK}/pages/4?quote=zebras+crossed+the+river+at+dawn", 200),
    "upload": ("/upload", 200),
    "decisions": ("/decisions?limit=8", 200),
    "decisions searched": ("/decisions?query=better+care+fund", 200),
    "no decisions": ("/decisions?query=zebra&near=false&kind=lost", 200),
    "recommendations": ("/decisions?state=proposed&limit=8", 200),
    "decision": ("/decisions/{decision}", 200),
    "meetings": ("/meetings", 200),
    "meeting": (f"/meetings/{MEETING}", 200),
    "actions": ("/actions?body=hwb", 200),
    "trail": ("/trail?topic=Better+Care+Fund", 200),
    "how it works": ("/how-it-works", 200),
    "accessibility": ("/accessibility", 200),
    "privacy": ("/privacy", 200),
    "api": ("/docs", 200),
    "nothing there": ("/nowhere", 404),
    "no such pack": ("/packs/nowhere/pages/1", 404),
}
# The same site before anything is indexed
EMPTY = {
    "start, no packs": ("/", 200),
    "packs, none": ("/packs", 200),
    "conversations, none": ("/conversations", 200),
    "decisions, none": ("/decisions", 200),
    "meetings, none": ("/meetings", 200),
    "actions, none": ("/actions", 200),
    "upload, refused": ("{upload}", 200),
}
# Routes of the website that give a file or lead elsewhere
NO_PAGES = {"/brand.css", "/brand/logo", "/robots.txt", "/conversations/{conversation}/export", "/packs/{pack}/pages"}
# Only where people sign in: tests.test_sign_in_browser
NO_PAGES |= {"/sign-in", "/sign-in/start", "/sign-in/callback"}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
}
MOST_BYTES = 200_000
# Focuses each thing that can have it, and tells those that are then out of sight, covered, or not outlined.
FOCUS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}))
  .map(e => {
    e.focus();
    const boxes = [...e.getClientRects()].filter(b => b.width && b.height);
    const seen = boxes.some(b => [0.1, 0.5, 0.9].some(part => {
      const top = document.elementFromPoint(b.x + b.width / 2, b.y + b.height * part);
      return top && (e.contains(top) || top.closest("label")?.control === e);
    }));
    const ringed = getComputedStyle(e).outlineStyle !== "none";
    return document.activeElement === e && seen && ringed ? "" : e.outerHTML.slice(0, 160);
  }).filter(Boolean)"""


@dataclass
class Visit:
    """What was found on one page, opened once and looked at in every way."""

    expected: int
    status: int
    headers: dict[str, str]
    page: dict[str, Any]
    bytes: int
    elsewhere: list[str]
    rules: dict[str, list[str]]  # what axe found, by how the page was looked at
    wide_at: list[int] = field(default_factory=list)  # widths, in pixels, at which it scrolls sideways
    unfocused: list[str] = field(default_factory=list)  # what is not seen when it has the focus


@dataclass
class Traffic:
    """What a page loads: the bytes as they came over the wire, pictures of packs' pages left out, and every address."""

    addresses: dict[str, str] = field(default_factory=dict)
    bytes: int = 0

    def listen(self, session: CDPSession) -> None:
        """Count from now on, with nothing taken from the browser's cache."""
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.requestWillBeSent", lambda sent: self.sent(sent["requestId"], sent["request"]["url"]))
        session.on("Network.loadingFinished", lambda done: self.loaded(done["requestId"], done["encodedDataLength"]))

    def sent(self, request: str, address: str) -> None:
        """A request goes out."""
        self.addresses[request] = address

    def loaded(self, request: str, length: int) -> None:
        """Its answer has come in."""
        address = self.addresses.get(request, "").partition("?")[0]
        if not (address.endswith(".png") and "/packs/" in address):
            self.bytes += length


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which nothing is indexed."""
    service = BoardQA.open(Settings(data=tmp_path_factory.mktemp("nothing")))
    with served(service) as address:
        yield address
    service.close()


@pytest.fixture(scope="module")
def known(browser: Browser, site: str, empty_site: str) -> Iterator[tuple[Page, dict[str, str]]]:
    """A page, and what its browser may see: the ids of a conversation and a decision, paths of an answer and an upload
    of a file that is no PDF."""
    with opened(browser) as page:
        kept = page.request.post(f"{site}/api/ask", data={"question": QUESTION, "conversation": "new"}).json()
        decision = page.request.get(f"{site}/api/decisions?limit=1").json()["rows"][0]["id"]
        file = {"name": "minutes.pdf", "mimeType": "application/pdf", "buffer": b"No PDF, only named like one."}
        upload = page.request.post(f"{empty_site}/api/uploads", multipart={"files": file}).json()
        while not upload["done"]:
            page.wait_for_timeout(100)
            upload = page.request.get(f"{empty_site}/api{upload['href']}").json()
        yield (
            page,
            {
                "conversation": kept["conversation"],
                "answer": kept["href"],
                "decision": decision,
                "upload": upload["href"],
            },
        )


@pytest.fixture(scope="module", params=[*PAGES, *EMPTY])
def visit(request: pytest.FixtureRequest, known: tuple[Page, dict[str, str]], site: str, empty_site: str) -> Visit:
    """What is found on the page of that name."""
    page, ids = known
    path, expected = (PAGES | EMPTY)[request.param]
    _look(page, DESKTOP, "light")
    traffic, session = Traffic(), page.context.new_cdp_session(page)
    traffic.listen(session)
    base = empty_site if request.param in EMPTY else site
    response = page.goto(base + path.format(**ids))
    assert response
    at_once = violations(page)
    session.detach()
    found = Visit(
        expected,
        response.status,
        response.headers,
        page.evaluate(
            "({title: document.title, language: document.documentElement.lang,"
            " headings: [...document.querySelectorAll('h1')].map(e => e.innerText.trim()),"
            " links: [...document.querySelectorAll('footer a')].map(e => e.getAttribute('href'))})"
        ),
        traffic.bytes,
        [address for address in traffic.addresses.values() if not address.startswith((base + "/", "data:"))],
        {"desktop, light": at_once},
    )
    _look(page, PHONE, "dark")
    found.rules["phone, dark"] = violations(page)
    for size in (PHONE, ZOOMED):
        _look(page, size, "light")
        if scrolls_sideways(page):
            found.wide_at.append(size[0])
        page.keyboard.press("Tab")  # from now on the browser outlines what has the focus
        found.unfocused += page.evaluate(FOCUS)
    return found


def _look(page: Page, size: tuple[int, int], scheme: Any) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)


def test_it_is_there(visit: Visit) -> None:
    assert visit.status == visit.expected


def test_it_has_a_language_a_title_and_one_heading(visit: Visit) -> None:
    assert visit.page["language"] == "en-GB"
    assert visit.page["title"].endswith("board-qa")
    assert len(visit.page["headings"]) == 1
    assert visit.page["headings"][0]


def test_it_meets_wcag_on_a_desktop_in_light_and_on_a_phone_in_the_dark(visit: Visit) -> None:
    assert not {look: rules for look, rules in visit.rules.items() if rules}


def test_it_does_not_scroll_sideways_on_a_phone_or_at_400_percent(visit: Visit) -> None:
    assert not visit.wide_at


def test_what_has_the_focus_is_outlined_and_never_hidden(visit: Visit) -> None:
    assert not visit.unfocused


def test_it_leads_to_what_must_be_said(visit: Visit) -> None:
    assert {"/how-it-works", "/accessibility", "/privacy", "/docs"} <= set(visit.page["links"])


def test_it_has_the_security_headers(visit: Visit) -> None:
    assert {name: visit.headers.get(name) for name in HEADERS} == HEADERS
    policy = visit.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_it_asks_nothing_of_other_sites(visit: Visit) -> None:
    assert not visit.elsewhere


def test_it_weighs_less_than_200_kilobytes_without_the_picture_of_a_page(visit: Visit) -> None:
    assert 2_000 < visit.bytes < MOST_BYTES


def test_no_page_is_missing_here() -> None:
    routers = [value for value in vars(qa.website).values() if isinstance(value, APIRouter)]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    given = {"conversation": "c", "decision": "d", "answer": "/answers/a", "upload": "/uploads/u"}
    paths = [path.format(**given).partition("?")[0] for path, _ in (PAGES | EMPTY).values()]
    pages = [route for route in routes if "GET" in route.methods and route.path not in NO_PAGES]
    assert len(pages) > 10
    assert not [route.path for route in pages if not any(route.path_regex.match(path) for path in paths)]
    assert {route.path for route in routes} >= NO_PAGES
