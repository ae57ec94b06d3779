"""How long a search of the decision register takes over 100,000 invented decisions.

    python -m benchmarks.register [--decisions N] [--data DIR]

The register is written by the product's own writer, ten meetings a pack, each decision in a passage with a vector at
random; then each kind of search is timed. With --data the index is kept there and used again.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measure import tell
from index.model import Access, Kind, Line, Meeting, Page, PageNumber, PageSource, Passage, Span, Word
from index.record_model import Decision, Outcome, Said, Vote
from index.records import ModelIdentity, PackRecord
from index.register import Entry, Minutes, PackRegister
from index.store import Store
from index.vectors import VectorIndex
from qa.register import Register
from qa.register_model import RegisterFilters, Sort

DECISIONS = 100_000
A_MEETING = 20  # decisions
A_PACK = 10  # meetings
DIMENSIONS = 384
ROUNDS = 40
NAMES = "Ashdown Birch Calder Dunne Elwood Farrow Gale Hurst Ingram Jessop Kerr Lomax Marsh Nuttall Orme Pryor".split()
BODIES = ["Cabinet", "Council", "Health and Wellbeing Board", "Planning Committee", "Audit Committee", "Appeals Panel"]
COUNCILS = [f"{name} {sort} Council" for name in NAMES for sort in ("Borough", "County")]
MATTERS = (
    "parking charges|library hours|care fund|flood defences|school places|budget monitoring|bus subsidies"
    "|housing repairs|leisure centre|winter plan|immunisation|road safety|street lighting|waste collection"
    "|air quality|dementia strategy|carers' charter|fostering allowance|town hall roof|grants to charities"
    "|annual accounts|mental health beds|planning enforcement|river crossing|market rents|cemetery fees"
).split("|")
VERBS = {
    Outcome.RESOLVED: "RESOLVED that {} be taken forward in {}",
    Outcome.AGREED: "AGREED that {} be brought back in {}",
    Outcome.APPROVED: "RESOLVED that the report on {} be approved from {}",
    Outcome.NOTED: "RESOLVED that the report on {} be noted until {}",
    Outcome.DEFERRED: "RESOLVED that {} be deferred to {}",
    Outcome.LOST: "The motion that {} be stopped in {} was LOST",
}
SEARCHES: dict[str, list[dict[str, object]]] = {
    "all, newest first": [{}],
    "body and dates": [{"body": body, "from_": date(2019, 1, 1), "to": date(2021, 12, 31)} for body in BODIES],
    "council": [{"council": council} for council in COUNCILS[::5]],
    "kind": [{"kind": kind} for kind in VERBS],
    "person": [{"person": name} for name in NAMES[::3]],
    "minute": [{"minute": str(number)} for number in (3, 11, 17)],
    "page 200 of all": [{"offset": 9_950}],
    "words": [{"query": matter} for matter in MATTERS[::4]],
    "words, body and dates": [
        {"query": matter, "body": "Cabinet", "from_": date(2019, 1, 1), "to": date(2021, 12, 31)} for matter in MATTERS
    ],
    "a word in half of all": [{"query": "report", "sort": Sort.NEWEST}],
    "words, body and kind": [{"query": m, "body": "audit", "kind": Outcome.NOTED} for m in MATTERS],
    "near in meaning": [{"query": f"{matter} zebra"} for matter in MATTERS[::4]],
    "near in meaning, body and dates": [
        {"query": f"{matter} zebra", "body": "Cabinet", "from_": date(2019, 1, 1), "to": date(2021, 12, 31)}
        for matter in MATTERS[::4]
    ],
}


def main() -> None:
    """Build the register where there is none yet, and print a line for each kind of search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=DECISIONS)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder)
        store = Store(data)
        if not store.packs():
            began = time.perf_counter()
            _fill(store, options.decisions)
            print(f"{options.decisions} decisions written in {time.perf_counter() - began:.0f} s")
        vectors = VectorIndex(data, store)
        asked = _vectors(1, 7)[0]

        def nearest(_: str, allowed: npt.NDArray[np.int64], most: int) -> list[int]:
            return [int(id_) for id_ in vectors.search(asked, most, allowed)[0]]

        register = Register(store, frozenset({Access.PUBLIC}), nearest)
        figures: dict[str, Any] = {}
        print(f"{register.decisions(RegisterFilters(limit=1)).total} decisions; 50 rows a page; milliseconds")
        for name, searches in SEARCHES.items():
            spent, found, processor = [], 0, time.process_time()
            for number in range(ROUNDS):
                filters = RegisterFilters.model_validate(searches[number % len(searches)])
                began = time.perf_counter()
                found += register.decisions(filters).total
                spent.append((time.perf_counter() - began) * 1000)
            cuts = statistics.quantiles(spent, n=100, method="inclusive")
            each = (time.process_time() - processor) * 1000 / ROUNDS
            figures[name] = {"p50_ms": cuts[49], "p95_ms": cuts[94], "cpu_ms": each}
            told = f"p50 {cuts[49]:6.1f}  p95 {cuts[94]:6.1f}  processor {each:6.1f}  {found // ROUNDS:>7} match"
            print(f"{name:32} {told}")
        register.close()
        store.close()
        tell(figures)


def _fill(store: Store, decisions: int) -> None:
    chance = random.Random(6)
    model = ModelIdentity("random", DIMENSIONS)
    box = (0.1, 0.2, 0.9, 0.3)
    page = Page(1, 595, 842, (Line("The minutes", box, (Word("The", box), Word("minutes", box))),))
    meetings = max(decisions // A_MEETING, 1)
    for pack in range(0, meetings, A_PACK):
        minutes: list[Minutes] = []
        told: list[Decision] = []
        for number in range(pack, min(pack + A_PACK, meetings)):
            day = date(2005, 1, 1) + timedelta(days=7300 * number // meetings)
            meeting = Meeting(body=chance.choice(BODIES), council=chance.choice(COUNCILS), date=day)
            decided = [_decision(chance, len(told) + place) for place in range(A_MEETING)]
            told += decided
            entries = tuple(Entry(one, 1, (box,), Access.PUBLIC) for one in decided)
            minutes.append(Minutes(meeting, 1, Access.PUBLIC, None, (), (), (), entries, (), (), (), ()))
        with store.writing_pack(PackRecord(f"pack-{pack}", f"pack-{pack}.pdf", f"{pack}"), model) as writer:
            writer.add_page(page, PageNumber(1, "1", PageSource.STAMP), kind=Kind.MINUTES)
            writer.add_passages(
                [Passage(one.text, "", one.spans, Kind.MINUTES) for one in told], _vectors(len(told), pack)
            )
            writer.register(PackRegister(minutes=minutes))


def _decision(chance: random.Random, place: int) -> Decision:
    kind, matter = chance.choice(list(VERBS)), chance.choice(MATTERS)
    text = VERBS[kind].format(matter, f"ward {chance.randrange(40)}")
    text += f", and that £{chance.randrange(9999)} be set aside."
    spans = (Span(1, place * 1000, place * 1000 + len(text)),)
    names = [Said(f"Councillor {name}", spans) for name in chance.sample(NAMES, 2)]
    vote = Vote("For 7, against 2", spans, 7, 2) if chance.random() < 0.2 else None
    minute = f"C/{place % A_MEETING + 1}"
    return Decision(
        kind, text, spans, minute=minute, title=matter.title(), vote=vote, mover=names[0], seconder=names[1]
    )


def _vectors(count: int, seed: int) -> npt.NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    unit: npt.NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
