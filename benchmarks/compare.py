"""board-qa's ingest against the stock LlamaIndex pipeline, and how long questions take.

``python -m benchmarks.compare [PDF_OR_FOLDER …]`` prints a table and writes JSON; it always exits with 0. Each run of
a side is a process of its own, the sides in turn, so that a machine that is busy for a while is so for both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Nothing heavy may be imported here: a process starts with its parent's peak memory as its own.
from benchmarks.papers import chosen, repeated
from benchmarks.report import print_report, summary

QUESTIONS = Path("eval/data/samples")
COLD_QUESTION = "What was agreed about the budget?"


def main() -> None:
    """Measure and print."""
    options = _options()
    files = chosen(options.paths)
    runs: dict[str, list[dict[str, Any]]] = {"stock": [], "ours": []}
    for repeat in range(options.repeats):
        for side, made in runs.items():
            _say(f"run {repeat + 1} of {options.repeats}: {side}")
            made.append(_run(side, *map(str, files)))
    _say("recognising scanned pages")
    ocr = _run("ours", "--ocr", *map(str, files))
    with tempfile.TemporaryDirectory() as folder:
        _say(f"questions over {options.pages} pages")
        many = repeated(files, options.pages, Path(folder))
        data = Path(folder) / "data"
        questions = _run("latency", str(data), str(options.questions), *map(str, many))
        _say("cold starts of board-qa ask")
        cold = [_cold_start(data) for _ in range(options.repeats + 1)][1:]  # the first one reads from the disk
    raw: dict[str, Any] = {
        "runs": runs,
        "ocr": ocr,
        "questions": questions,
        "cold_start_s": cold,
        "cores": os.cpu_count(),
    }
    figures = summary(raw)
    found = {"files": [file.name for file in files], "summary": figures, **raw}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print_report(figures)
    print(f"All figures: {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("paths", metavar="PDF_OR_FOLDER", nargs="*", type=Path, help="default: the sample packs")
    parser.add_argument("--pages", metavar="N", type=int, default=600, help="pages to ask questions over (600)")
    parser.add_argument("--questions", metavar="SET", type=Path, default=QUESTIONS, help="default: the samples' own")
    parser.add_argument("--repeats", metavar="N", type=int, default=3, help="runs of each side (3)")
    parser.add_argument("--out", metavar="JSON", type=Path, default=Path("build/benchmarks/compare.json"))
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"… {text} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)


def _run(module: str, *given: str) -> dict[str, Any]:
    """What ``benchmarks.module`` prints as its last line."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *given]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _cold_start(data: Path) -> float:
    """Seconds of one `board-qa ask`, from its start to its end."""
    command = [str(Path(sys.executable).with_name("board-qa")), "--data", str(data), "ask", COLD_QUESTION]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
