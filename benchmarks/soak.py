"""Whether the service stays the same over days of use: ``python -m benchmarks.soak --out FOLDER``.

Asks questions over HTTP, in all the ways that there are, while packs are replaced: four of five by an ingest in
another process, each fifth by an upload to the service itself. Each hundred questions it looks at memory, file
handles, threads and the index's files: ``soak.csv``; ``soak.json`` at the end tells how each figure went. Exit 1 where
a request failed, or memory, handles or threads grew (``benchmarks.watch``).
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import random
import shutil
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import psutil
from pypdf import PdfWriter

from benchmarks.papers import chosen
from benchmarks.served import served
from benchmarks.watch import Course, course, look, size_mb, wait_for
from eval.questions import read_questions

QUESTIONS = Path("eval/data/samples")
EVENT_STREAM = {"Accept": "text/event-stream"}
UPLOADED = 5  # each so many-th replacement is an upload
ERRORS_KEPT = 20
FORMS = ("{}", "Please tell me: {}", "{} Thank you.", "I should like to know {}", "{} (asked for question {n})")


def ingester(data: Path, orders: Connection) -> None:
    """Index each path that is sent until None comes; sends back what became of it. A process of its own."""
    from qa.service import BoardQA
    from qa.settings import load_settings

    service = BoardQA.open(load_settings(data=data, ocr="off"))
    while (path := orders.recv()) is not None:
        report = service.ingest([path])
        orders.send((report.added, report.replaced, [refused.message for refused in report.refused]))
    service.close()


def renewed(file: Path, number: int) -> None:
    """Make the paper another one to the index: the same pages, other bytes."""
    copy = PdfWriter(clone_from=file)
    copy.add_metadata({"/Keywords": f"version {number}"})
    beside = file.with_suffix(".new")
    copy.write(beside)
    beside.replace(file)


@dataclass
class Soak:
    """The run so far. ``turn`` guards what the askers share."""

    url: str
    questions: Sequence[str]
    packs: Sequence[str]
    most: int
    replacements: int
    asked: int = 0
    replaced: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    turn: threading.Condition = field(default_factory=threading.Condition)

    def ask_on(self, seed: int) -> None:
        """Ask until enough has been asked; the replacements set the pace."""
        chance = random.Random(seed)
        with httpx.Client(base_url=self.url, timeout=120) as client:
            while True:
                with self.turn:
                    self.turn.wait_for(lambda: self.asked <= (self.replaced + 2) * self.most / self.replacements)
                    if self.asked >= self.most:
                        return
                    self.asked += 1
                    number = self.asked
                    self.turn.notify_all()
                began = time.perf_counter()
                try:
                    told = self._once(client, chance, number)
                except httpx.HTTPError as error:
                    told = type(error).__name__
                with self.turn:
                    self.outcomes[told] += 1
                    self.seconds.append(time.perf_counter() - began)
                    if not told.startswith("ok"):
                        self._failed(f"question {number}: {told}")

    def _failed(self, told: str) -> None:
        print(told, file=sys.stderr, flush=True)
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(told)

    def _once(self, client: httpx.Client, chance: random.Random, number: int) -> str:
        words = chance.choice(FORMS).format(chance.choice(self.questions), n=number)
        body: dict[str, Any] = {"question": words}
        if chance.random() < 0.2:
            body["filters"] = {"pack": chance.choice(self.packs)}
        way = number % 20
        if way == 0:
            text = client.post("/api/ask", json=body, headers=EVENT_STREAM).text
            return "ok stream" if "event: done" in text else f"stream without an end: {text[-200:]}"
        if way == 1:
            return _outcome("page", client.get("/", params={"q": words}))
        if way == 2:
            body["conversation"] = "new"
        if way == 3:  # beside the question, what a reader looks at next
            pack = chance.choice(self.packs)
            for path in (f"/api/packs/{pack}/pages/{chance.randint(1, 3)}.png", f"/packs/{pack}/pages/1", "/decisions"):
                told = _outcome("look", client.get(path))
                if not told.startswith("ok"):
                    return f"{path}: {told}"
        if way == 4:
            return _outcome("search", client.get("/api/search", params={"q": words}))
        return _outcome("ask", client.post("/api/ask", json=body))

    def replace(self, files: Sequence[Path], uploaded: Path, orders: Connection) -> None:
        """Replace packs as the questions go on, until enough have been."""
        with httpx.Client(base_url=self.url, timeout=120) as client:
            for number in count(1):
                with self.turn:
                    self.turn.wait_for(lambda: self.asked >= (self.replaced + 1) * self.most / self.replacements)
                told = self._upload(client, uploaded, number) if number % UPLOADED == 0 else ""
                if number % UPLOADED:
                    file = files[number % len(files)]
                    renewed(file, number)
                    orders.send(file)
                    added, changed, refused = orders.recv()
                    told = "" if changed and not added else f"{file.name}: added {added}, refused {refused}"
                with self.turn:
                    self.replaced += 1
                    if told:
                        self._failed(f"replacement {number}: {told}")
                    self.outcomes["replacement failed" if told else "ok replacement"] += 1
                    self.turn.notify_all()
                    if self.replaced >= self.replacements:
                        return

    def _upload(self, client: httpx.Client, file: Path, number: int) -> str:
        renewed(file, number)
        sent = client.post(
            "/api/uploads", files={"files": (file.name, file.read_bytes(), "application/pdf")}, data={"replace": "true"}
        )
        if not sent.is_success:
            return f"upload: {sent.status_code} {sent.text[:200]}"
        state: dict[str, Any] = {}

        def finished() -> bool:
            state.update(client.get(f"/api{sent.json()['href']}").json()["files"][0])
            return state["state"] not in ("waiting", "reading")

        wait_for(finished, 300, "the upload")
        expected = "added" if number == UPLOADED else "replaced"  # the first one
        return "" if state["state"] == expected else f"upload: {state}"


def _outcome(way: str, response: httpx.Response) -> str:
    return f"ok {way}" if response.is_success else f"{way}: {response.status_code} {response.text[:200]}"


def _row(soak: Soak, began: float, data: Path, processes: dict[str, psutil.Process]) -> dict[str, float]:
    with soak.turn:
        row: dict[str, float] = {
            "questions": soak.asked, "replacements": soak.replaced, "minutes": round((time.time() - began) / 60, 2),
            "p50_ms": round(statistics.median(soak.seconds or [0.0]) * 1000, 1),
            "failed": sum(n for told, n in soak.outcomes.items() if not told.startswith("ok")),
        }  # fmt: skip
        soak.seconds.clear()
    for name, process in processes.items():
        seen = look(process)
        row |= {f"{name} rss_mb": seen.rss_mb, f"{name} fds": seen.fds, f"{name} threads": seen.threads}
    for name in ("board-qa.sqlite", "board-qa.sqlite-wal", "board-qa.faiss"):
        row[f"{name} mb"] = size_mb(data / name)
    return row


def run(out: Path, most: int, replacements: int, every: int, askers: int) -> bool:
    """The whole run; whether nothing failed and nothing grew."""
    data, papers, sent = out / "data", out / "papers", out / "sent"
    for folder in (data, papers, sent):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    *files, uploaded = chosen([])
    files = [Path(shutil.copy(file, papers)) for file in files]
    uploaded = Path(shutil.copy(uploaded, sent))
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=ingester, args=(data, theirs), daemon=True)
    child.start()
    ours.send(papers)
    packs, _, refused = ours.recv()
    if refused:
        raise RuntimeError(f"the sample packs are refused: {refused}")
    questions = [question.question for question in read_questions(QUESTIONS)]
    rows: list[dict[str, float]] = []
    with served(data, out / "serve.log", {}) as (url, server), (out / "soak.csv").open("w", newline="") as file:
        soak = Soak(url, questions, packs, most, replacements)
        processes = {"server": server, "ingest": psutil.Process(child.pid)}
        threads = [threading.Thread(target=soak.ask_on, args=(seed,), daemon=True) for seed in range(askers)]
        threads.append(threading.Thread(target=soak.replace, args=(files, uploaded, ours), daemon=True))
        began = time.time()
        for thread in threads:
            thread.start()
        writer: csv.DictWriter[str] | None = None
        while any(thread.is_alive() for thread in threads):
            if soak.asked >= every * (len(rows) + 1):
                rows.append(_row(soak, began, data, processes))
                writer = writer or csv.DictWriter(file, list(rows[0]))
                if len(rows) == 1:
                    writer.writeheader()
                writer.writerow(rows[-1])
                file.flush()
            time.sleep(0.1)
    ours.send(None)
    child.join(60)
    courses = _courses(rows)
    flat = all(one.flat for one in courses)
    whole = not soak.errors and soak.replaced == replacements and soak.asked == most
    told = {
        "questions": soak.asked, "replacements": soak.replaced, "minutes": rows[-1]["minutes"],
        "outcomes": dict(soak.outcomes), "errors": soak.errors, "courses": [asdict(one) for one in courses],
        "flat": flat, "whole": whole,
    }  # fmt: skip
    (out / "soak.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    _print(told, courses)
    return flat and whole


def _courses(rows: Sequence[dict[str, float]]) -> list[Course]:
    at = [row["questions"] / 1000 for row in rows]
    return [course(name, at, [row[name] for row in rows]) for name in rows[0] if " " in name]


def _print(told: dict[str, Any], courses: Sequence[Course]) -> None:
    print(f"{told['questions']} questions, {told['replacements']} replacements in {told['minutes']:.0f} minutes")
    for outcome, times in sorted(told["outcomes"].items()):
        print(f"{times:8d}  {outcome}")
    for error in told["errors"]:
        print(f"  ! {error}")
    print(f"{'':28}{'early':>10}{'late':>10}{'most':>10}  per 1,000 questions")
    for one in courses:
        note = "" if one.flat else "  GREW"
        print(f"{one.name:28}{one.early:10.1f}{one.late:10.1f}{one.most:10.1f}{one.slope:+10.2f}{note}")


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=30_000)
    parser.add_argument("--replacements", type=int, default=300)
    parser.add_argument("--every", type=int, default=100, help="questions between two looks")
    parser.add_argument("--askers", type=int, default=2, help="who ask at once")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/soak"), help="folder of all that it writes")
    given = parser.parse_args()
    fine = run(given.out, given.questions, given.replacements, given.every, given.askers)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
