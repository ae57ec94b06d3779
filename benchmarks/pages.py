"""How quick and how heavy the pages are, in a real browser: ``python -m benchmarks.pages [--data DIR] [--rounds 5]``.

Serves an index (default: the sample packs, indexed first) on loopback, and opens each page in a fresh profile, nothing
cached, then again. Prints medians: until the server's first byte, until the first contentful paint, until the page is
loaded with its pictures, all in milliseconds, and the kilobytes loaded, page pictures apart. Needs a Chromium and what
`make test` installs.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.papers import chosen
from qa.addresses import page_address
from qa.service import BoardQA
from qa.settings import load_settings
from tests.browser import opened, served
from tests.browser_fixture import CHROMIUMS

# What the browser itself tells of a page that is loaded
TIMES = """() => new Promise(done => {
  const tell = () => {
    const [page] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    if (!paint || !page.loadEventEnd) return setTimeout(tell, 20);
    const loaded = [page, ...performance.getEntriesByType("resource")];
    const picture = each => each.name.includes("/packs/") && each.name.includes(".png");
    const size = some => some.reduce((sum, each) => sum + each.transferSize, 0) / 1000;
    done({first_byte: page.responseStart, paint: paint.startTime, loaded: page.loadEventEnd,
          kB: size(loaded.filter(each => !picture(each))), picture_kB: size(loaded.filter(picture))});
  };
  tell();
})"""
MEASURES = ("first_byte", "paint", "loaded", "kB", "picture_kB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder of an index (default: the sample packs)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        closing(BoardQA.open(load_settings(data=options.data or Path(scratch), ocr="off"))) as service,
    ):
        if options.data is None:
            service.ingest(chosen([]))
        service.ready()
        _report(_measured(service, options.rounds))


def _measured(service: BoardQA, rounds: int) -> dict[str, dict[str, float]]:
    """The median of each measure, by page and whether its files were cached."""
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    found: dict[str, dict[str, float]] = {}
    with (
        sync_playwright() as playwright,
        served(service) as site,
        playwright.chromium.launch(executable_path=path) as browser,
    ):
        for name, address in _pages(service).items():
            runs = [_opened_twice(browser, site + address) for _ in range(rounds)]
            found[name] = _medians([first for first, _ in runs])
            found[f"{name}, again"] = _medians([again for _, again in runs])
    return found


def _pages(service: BoardQA) -> dict[str, str]:
    packs = service.packs()
    longest = max(packs, key=lambda pack: pack.pages)
    return {
        "ask": "/",
        "packs": "/packs",
        "pack": f"/packs/{longest.pack}",
        "page viewer": page_address(longest.pack, longest.pages // 2),
        "decisions": "/decisions",
        "meetings": "/meetings",
        "conversations": "/conversations",
        "how this works": "/how-it-works",
    }


def _opened_twice(browser: Browser, address: str) -> tuple[dict[str, float], dict[str, float]]:
    with opened(browser) as page:
        return _times(page, address), _times(page, address)


def _times(page: Page, address: str) -> dict[str, float]:
    page.goto(address)
    told: dict[str, Any] = page.evaluate(TIMES)
    return {name: float(told[name]) for name in MEASURES}


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in MEASURES}


def _report(found: dict[str, dict[str, float]]) -> None:
    table = Table("page", "first byte ms", "first paint ms", "loaded ms", "kB", "picture kB")
    for name, medians in found.items():
        table.add_row(name, *(f"{medians[measure]:.0f}" for measure in MEASURES))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
