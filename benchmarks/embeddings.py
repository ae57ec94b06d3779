"""Embedding models side by side: what each finds alone, fused with words, and in the whole engine; speed and memory.

    python -m benchmarks.embeddings --model all-MiniLM-L6-v2 --model FOLDER[:QUERY PREFIX[:PASSAGE PREFIX]] …

Each model has a process of its own in which it indexes the same packs and is asked the same questions; the first one
named is what the others are told as ratios of. Prefixes need not be named where board-qa knows them (README, "Another
embedding model"). Terms: ``eval.score``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

# Nothing heavy may be imported here: a process starts with its parent's peak memory as its own.
from benchmarks.papers import SAMPLES, chosen

QUESTIONS = Path("eval/data/samples")
RECALLS = ("page_recall@1", "page_recall@5", "page_recall@10", "mrr")
ANSWERS = ("grounded_accuracy", "answer_correct", "cite_hit@1", "cite_hit", "abstain_recall", "wrong_abstain", "ms_p50")


def main() -> None:
    """Measure each model and print."""
    options = _options()
    chosen([options.pages])  # built where they are the samples
    found = {}
    for given in options.model:
        print(f"… {given} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
        found[given] = _run(given, options.set, options.pages)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print_report(found, Console())
    print(f"All figures: {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embeddings", description=__doc__)
    parser.add_argument(
        "--model", metavar="MODEL", action="append", required=True, help="name or folder, and prefixes after colons"
    )
    parser.add_argument("--set", metavar="SET", type=Path, default=QUESTIONS, help=f"default: {QUESTIONS}")
    parser.add_argument("--pages", metavar="DIR", type=Path, default=SAMPLES, help=f"its packs (default: {SAMPLES})")
    parser.add_argument("--out", metavar="JSON", type=Path, default=Path("build/benchmarks/embeddings.json"))
    return parser.parse_args()


def _run(given: str, questions: Path, pages: Path) -> dict[str, Any]:
    """What the process of one model tells; no setting of the user's board-qa takes part."""
    model, *prefixes = given.split(":") if not Path(given).is_dir() else [given]
    query, passage = [prefix and f"{prefix.rstrip()} " for prefix in (*prefixes, "", "")[:2]]
    command = [sys.executable, "-m", "benchmarks.embedding", model, query, passage, str(questions), str(pages)]
    surroundings = {key: value for key, value in os.environ.items() if not key.upper().startswith("BOARD_QA_")}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings)
    if done.returncode:
        sys.exit(f"{given} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def print_report(found: dict[str, dict[str, Any]], out: Console) -> None:
    """Page recall by way of search, the answers' figures, speed and memory; below each the ratio to the first model."""
    first = next(iter(found.values()))
    searches = _table("page recall", [name.removeprefix("page_recall") for name in RECALLS])
    for way in first["rankings"]:
        for given, told in found.items():
            searches.add_row(f"{way}, {_short(given)}", *_cells(told["rankings"][way], first["rankings"][way], RECALLS))
    answers = _table("answers", list(ANSWERS))
    costs = _table("cost", ["passages", "passages/s", "memory, MB", "arithmetic"])
    for given, told in found.items():
        engine = "the whole engine"
        answers.add_row(_short(given), *_cells(told["rankings"][engine], first["rankings"][engine], ANSWERS))
        told["passages/s"] = told["passages"] / told["embed"]
        speed = _cells(told, first, ("passages", "passages/s", "peak_mb"), "{:.0f}")
        costs.add_row(_short(given), *speed, told["arithmetic"])
    out.print(searches, answers, costs, sep="\n\n")
    load = max(told["load"] for told in found.values())
    out.print(f"\nIn brackets: over {_short(next(iter(found)))}. Load at most {load:.1f} on {os.cpu_count()} cores.")


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title, box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _cells(told: dict[str, Any], first: dict[str, Any], names: tuple[str, ...], form: str = "{:.3f}") -> list[str]:
    cells = []
    for name in names:
        value, base = told[name], first[name]
        ratio = f" ({value / base:.2f})" if told is not first and base and value is not None else ""
        shown = "{:.0f}" if name == "ms_p50" else form
        cells.append("-" if value is None else shown.format(value) + ratio)
    return cells


def _short(given: str) -> str:
    return Path(given.split(":")[0]).name


if __name__ == "__main__":
    main()
