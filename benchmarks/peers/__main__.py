"""board-qa beside what others offer: page recall, printed page numbers, ingest and query time, memory.

Every peer runs in a process of its own, one after the other, with the same files, questions and embedding model. It
needs the packages of the extra `peers`, in an environment of its own: see benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.papers import chosen
from benchmarks.peers.figures import Figures, figures, ratios
from benchmarks.peers.peer import EXTRA, OURS, PEERS, missing
from eval.questions import PAGE_MAP, QuestionSetError, TruePage, read_pages, read_questions

SAMPLES = Path("eval/data/samples")
VERSIONS = ("llama-index-core", "llama-index-retrievers-bm25", "haystack-ai", "sentence-transformers", "pypdf")
COLUMNS = {  # figure: title, form of its value
    "page_recall@1": ("recall@1", "{:.3f}"),
    "page_recall@5": ("@5", "{:.3f}"),
    "page_recall@10": ("@10", "{:.3f}"),
    "printed_page_right": ("printed", "{:.3f}"),
    "ingest_s": ("ingest", "{:.1f} s"),
    "ms_p50": ("query", "{:.0f} ms"),
    "peak_mb": ("memory", "{:.0f} MB"),
}
BUSY = 1.5  # load per core above which times tell more of the machine's other work
NO_NETWORK = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}


def main() -> int:
    """Measure all peers and print; 2 where a package or a file is missing."""
    options = _options()
    if lacking := missing():
        print(f"not installed: {', '.join(lacking)}", file=sys.stderr)
        print(
            f"They come with the extra '{EXTRA}': pip install -e '.[{EXTRA}]' (benchmarks/README.md).", file=sys.stderr
        )
        return 2
    files = chosen(options.packs)
    try:
        questions = [question for question in read_questions(options.set) if question.state == "checked"]
        pages = _truth(files)
    except QuestionSetError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 2
    unknown = {question.pack for question in questions} - {file.stem for file in files}
    if unknown:
        print(f"no PDF for {', '.join(sorted(unknown))}; name them with --packs", file=sys.stderr)
        return 2
    told = {}
    for name, entry in PEERS.items():
        print(f"… {entry.title} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
        told[name] = _run(name, options.set, files)
    measured = {name: figures(run, questions, pages) for name, run in told.items()}
    relative = ratios(measured, OURS)
    found = {
        "files": [file.name for file in files],
        "questions": len(questions),
        "versions": {package: _version(package) for package in VERSIONS},
        "figures": measured,
        "ratios": relative,
        "runs": told,
    }
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        print_tables(found, Console())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--set", metavar="SET", type=Path, default=SAMPLES, help=f"file or folder (default: {SAMPLES})")
    parser.add_argument(
        "--packs", metavar="PDF_OR_FOLDER", type=Path, nargs="+", default=[], help="default: the sample packs"
    )
    parser.add_argument("--json", action="store_true", help="print all figures and rankings as JSON")
    return parser.parse_args()


def _truth(files: list[Path]) -> dict[str, dict[int, TruePage]]:
    """The true pages of the packs that have a page map beside them."""
    folders = {file.parent for file in files if file.with_name(file.stem + PAGE_MAP).exists()}
    return {pack: pages for folder in sorted(folders) for pack, pages in read_pages(folder).items()}


def _run(name: str, questions: Path, files: list[Path]) -> dict[str, Any]:
    """What the process of one peer tells."""
    command = [sys.executable, "-m", "benchmarks.peers.measured", name, str(questions), *map(str, files)]
    # Nothing is fetched or reported by the libraries, and no setting of the user's board-qa takes part.
    surroundings = {key: value for key, value in os.environ.items() if not key.upper().startswith("BOARD_QA_")}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings | NO_NETWORK)
    if done.returncode:
        sys.exit(f"{PEERS[name].title} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def print_tables(found: dict[str, Any], out: Console) -> None:
    """The figures, and below them the same over ours."""
    versions = ", ".join(f"{package} {number}" for package, number in found["versions"].items() if number)
    out.print(f"\n{found['questions']} questions over {len(found['files'])} PDFs; {versions}\n")
    out.print(_table("", found["figures"], {key: form for key, (_, form) in COLUMNS.items()}))
    out.print()
    out.print(_table("over board-qa", found["ratios"], dict.fromkeys(COLUMNS, "{:.2f}")))
    busiest = max(run["load"] for run in found["runs"].values())
    if busiest > (os.cpu_count() or 1) * BUSY:
        out.print(
            f"\n[yellow]The machine was busy with other work (load {busiest:.1f}): times are not to be trusted.[/]"
        )


def _table(title: str, rows: dict[str, Figures], forms: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title, no_wrap=True)
    for name, _ in COLUMNS.values():
        table.add_column(name, justify="right", no_wrap=True)
    for name, row in rows.items():
        cells = [(form, row[key]) for key, form in forms.items()]
        table.add_row(PEERS[name].title, *("-" if value is None else form.format(value) for form, value in cells))
    return table


if __name__ == "__main__":
    sys.exit(main())
