"""Many who ask at once, on loopback: ``python -m benchmarks.load --minutes 5``.

50 askers (``benchmarks.askers``, run by locust) with ten seconds between a question and the next on average, over an
index of at least 1,000 pages, while a pack of 300 pages is indexed anew over and over in another process. Exit 1 where
a request failed otherwise than by an honest 429, where the 95th percentile of the answers is not under two seconds, or
where memory, file handles or threads of the service grew (``benchmarks.watch``) after the first minutes of it, in
which its caches fill (``--filling``; these requests count like all others).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

from benchmarks.papers import chosen, repeated
from benchmarks.served import served
from benchmarks.soak import renewed
from benchmarks.watch import course, look
from index.model import Access
from index.store import Store

PAGES, LARGE_PAGES = 1000, 300
P95_MS = 2000.0
LOOK_SECONDS = 1.0
KINDS = ("answer", "refused", "page", "picture", "health")


@dataclass(frozen=True, slots=True)
class Served:
    """How one kind of request went, in milliseconds; locust rounds percentiles to two figures."""

    kind: str
    count: int
    failed: int
    p50: float
    p95: float
    p99: float


def index_of(out: Path) -> Path:
    """The data folder, filled with the sample packs and copies of them where it is not yet."""
    data, copies = out / "data", out / "copies"
    copies.mkdir(parents=True, exist_ok=True)
    if not (data / "filled").exists():
        files = repeated(chosen([]), PAGES, copies)
        subprocess.run(_ingest(data, *files), check=True, stdout=subprocess.DEVNULL)
        (data / "filled").touch()
    return data


def large_pack(out: Path) -> Path:
    """A pack of 300 pages: those of the sample packs one after another."""
    path, writer = out / "large-pack.pdf", PdfWriter()
    for file in cycle(chosen([])):
        pages = min(len(PdfReader(file).pages), LARGE_PAGES - len(writer.pages))
        if not pages:
            break
        writer.append(file, pages=(0, pages))
    writer.write(path)
    return path


def run(out: Path, filling: float, minutes: float, askers: int, think: float) -> dict[str, Any]:
    """One run of ``filling`` and then ``minutes``; what was seen, of the process in ``minutes`` alone."""
    data, large = index_of(out), large_pack(out)
    with Store(data) as store:
        pages = sum(pack.pages for pack in store.packs(frozenset(Access)))
    load_before = os.getloadavg()[0]
    rows: list[tuple[float, float, int, int]] = []
    indexed, refused = 0, ""
    with served(data, out / "serve.log", {}) as (url, server):
        began = time.monotonic()
        asking = subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("askers.py")), "--headless",
             "--users", str(askers), "--spawn-rate", "10", "--stop-timeout", "20",
             "--run-time", f"{(filling + minutes) * 60:.0f}s", "--host", url,
             "--csv", str(out / "locust"), "--only-summary"],
            env={**os.environ, "THINK_SECONDS": str(think)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        indexing: subprocess.Popen[bytes] | None = None
        while asking.poll() is None:
            seen = look(server)
            rows.append((time.monotonic() - began, seen.rss_mb, seen.fds, seen.threads))
            if indexing is None or indexing.poll() is not None:
                if indexing is not None:
                    indexed += indexing.returncode == 0
                    refused = refused or ("" if indexing.returncode == 0 else f"exit {indexing.returncode}")
                renewed(large, len(rows))
                indexing = subprocess.Popen(_ingest(data, large), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(LOOK_SECONDS)
        if indexing is not None:  # it may have half a minute of work left
            indexing.terminate()
            indexing.wait()
    watched = [row for row in rows if row[0] >= filling * 60]
    at = [row[0] / 60 for row in watched]
    courses = [course(name, at, [row[n] for row in watched]) for n, name in enumerate(("rss_mb", "fds", "threads"), 1)]
    return {
        "pages": pages, "askers": askers, "think_seconds": think, "filling": filling, "minutes": minutes,
        "load_before": load_before,
        "cores": os.cpu_count(), "indexed": indexed, "index_failed": refused, "courses": courses,
        "served": _served(out / "locust_stats.csv"),
    }  # fmt: skip


def _ingest(data: Path, *files: Path) -> list[str]:
    return [sys.executable, "-m", "qa.cli", "--data", str(data), "ingest", *map(str, files)]


def _served(path: Path) -> list[Served]:
    with path.open(newline="") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    return [
        Served(
            kind, int(row["Request Count"]), int(row["Failure Count"]), *(_ms(row[p]) for p in ("50%", "95%", "99%"))
        )
        for kind in KINDS
        if (row := rows.get(kind)) is not None
    ]


def _ms(told: str) -> float:
    return float(told) if told not in ("", "N/A") else 0.0


def failures(found: dict[str, Any]) -> list[str]:
    """What of the floors was not kept."""
    told = [f"{one.failed} of {one.count} requests failed: {one.kind}" for one in found["served"] if one.failed]
    answers = next((one for one in found["served"] if one.kind == "answer"), None)
    if answers is None:
        told.append("nothing was answered")
    elif answers.p95 >= P95_MS:
        told.append(f"the 95th percentile of answers is {answers.p95:.0f} ms, not under {P95_MS:.0f}")
    told += [f"{one.name} grew from {one.early:g} to {one.late:g}" for one in found["courses"] if not one.flat]
    if found["index_failed"]:
        told.append(f"an ingest failed: {found['index_failed']}")
    return told


def main() -> int:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--filling", type=float, default=3.0, help="minutes before those in which memory is watched")
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--think", type=float, default=10.0, help="seconds between questions of one asker, on average")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/load"), help="folder of all that it writes")
    given = parser.parse_args()
    found = run(given.out, given.filling, given.minutes, given.askers, given.think)
    missed = failures(found)
    time_told = f"{found['filling']:g} + {found['minutes']:g} minutes"
    askers = f"{found['askers']} askers, {found['think_seconds']:g} s apart, {time_told}"
    print(f"{askers}, {found['pages']} pages, {found['cores']} cores, load before {found['load_before']:.1f};")
    print(f"meanwhile the large pack was indexed {found['indexed']} times")
    print(f"{'':12}{'requests':>10}{'failed':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}")
    for one in found["served"]:
        print(f"{one.kind:12}{one.count:10d}{one.failed:8d}{one.p50:8.0f}{one.p95:8.0f}{one.p99:8.0f}")
    for one in found["courses"]:
        print(f"{one.name:12} early {one.early:g}, late {one.late:g}, most {one.most:g}, {one.slope:+.2f} a minute")
    for each in missed:
        print(f"MISSED: {each}")
    told = found | {name: [asdict(one) for one in found[name]] for name in ("served", "courses")} | {"missed": missed}
    (given.out / "load.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
