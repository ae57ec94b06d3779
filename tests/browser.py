"""A real browser on the pages as they are served: how tests serve, open and check them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from qa.api import create_app
from qa.service import BoardQA

DESKTOP, PHONE, ZOOMED = (1280, 900), (360, 740), (320, 256)  # the last is a 1280 by 1024 window at 400 %
START_SECONDS = 10.0
# What axe is to check: WCAG 2.2 A and AA; target-size is of AA, but axe leaves it out unless it is named
WCAG: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What changes with the colour scheme
CONTRAST: dict[str, Any] = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
# Whether an element is wholly in the window
IN_VIEW = "e => { const box = e.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"


@contextmanager
def served(service: BoardQA) -> Iterator[str]:
    """The address, such as http://127.0.0.1:40123, at which the service is served meanwhile."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        started = time.monotonic()
        while not server.started:
            assert time.monotonic() - started < START_SECONDS, "the server does not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(START_SECONDS)


@contextmanager
def opened(browser: Browser, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[Page]:
    """A page in a fresh profile. Fails at its end where the page broke its own rules or a script failed."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda told: failures.append(told.text) if "Content Security Policy" in told.text else None)
    yield page
    context.close()
    assert not failures


def violations(page: Page, options: dict[str, Any] = WCAG) -> list[str]:
    """What axe finds on a page, against WCAG 2.2 A and AA: each rule with the elements that break it."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Go to an element with the Tab key alone; each element on the way is seen, and is outlined."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate(f"e => e.matches({selector!r})"):
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
            assert focused.evaluate(IN_VIEW)
            return
    raise AssertionError(f"{selector} is not reached in {most} steps")
