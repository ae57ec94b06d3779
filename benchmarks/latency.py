"""How long a question takes in a running service: ``python -m benchmarks.latency DATA QUESTIONS FILE…``.

Takes the files into the index ``DATA``, asks every question of the set once after two that warm up, and prints one
JSON object.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import tell, timing
from eval.questions import read_questions
from qa.service import BoardQA
from qa.settings import load_settings

WARM_UP = 2  # questions


def main(data: Path, questions: Path, files: list[Path]) -> None:
    """Ingest and ask."""
    found: dict[str, Any] = {}
    service = BoardQA.open(load_settings(data=data, ocr="off"))
    try:
        with timing(found, "ingest"):
            service.ingest(files)
        found["pages"] = sum(pack.pages for pack in service.packs())
        service.ready()  # as `board-qa serve` does at its start
        asked = [question.asked() for question in read_questions(questions)]
        for question in asked[-WARM_UP:]:
            service.ask(question)
        milliseconds, answered = [], 0
        for question in asked:
            began = time.perf_counter()
            answered += service.ask(question).answered
            milliseconds.append((time.perf_counter() - began) * 1000)
    finally:
        service.close()
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    found |= {"questions": len(asked), "answered": answered, "p50_ms": cuts[49], "p95_ms": cuts[94]}
    found["slowest_ms"] = max(milliseconds)
    tell(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
