"""Chromium without a window, and the sample packs served to it.

A test module takes these fixtures with ``pytest_plugins = ("tests.browser_fixture",)``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import opened, served

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def site(indexed: Path) -> Iterator[str]:
    """The address at which the sample packs are served."""
    service = BoardQA.open(Settings(data=indexed))
    with served(service) as address:
        yield address
    service.close()


# Of one module: while Playwright runs it holds the thread's event loop, which other modules' tests need.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; skips loudly where none is installed."""
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("NOT TESTED: no Chromium is found; `apt install chromium`, or `playwright install chromium`")
        try:
            started = playwright.chromium.launch(executable_path=path)
        except Error as failure:
            pytest.skip(f"NOT TESTED: Chromium does not start: {failure}")
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a desktop's."""
    with opened(browser) as fresh:
        yield fresh
