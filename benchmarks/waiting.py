"""What it costs that threads wait by spinning: two processes that embed passages at once, by either way of waiting.

    python -m benchmarks.waiting [--passages 160] [--rounds 3]

Each round embeds the same passages in one process alone, then in two at once, with OMP_WAIT_POLICY as board-qa sets it
(PASSIVE) and as OpenMP has it, in turns; the fastest round of each counts. Ends with exit code 1 where spinning
is the faster way for the two.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

# What a process does before PyTorch and FAISS are loaded
WAYS: Mapping[str, str] = {
    "sleeping (PASSIVE)": "",
    "spinning (OpenMP's own)": "import os, index; os.environ.pop('OMP_WAIT_POLICY')",
}
WARM_UP = 16
EMBED = f"""
import sys, time
from index.embedding import load_embedder
texts = [f"Item {{n}}: the Board noted the overspend of £{{7 * n}},000. " * 10 for n in range(int(sys.argv[1]))]
embedder = load_embedder()
embedder.embed_passages(texts[:{WARM_UP}])
began = time.perf_counter()
embedder.embed_passages(texts)
print(time.perf_counter() - began)
"""


def seconds(before: str, processes: int, passages: int) -> float:
    """How long so many processes at once take for the passages each: the slowest of them, start and model left out."""
    command = [sys.executable, "-c", before + EMBED, str(passages)]
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(processes)]
    return max(float(process.communicate()[0]) for process in running)


def fastest(found: Sequence[float]) -> str:
    """The fastest of several rounds, with all of them."""
    return f"{min(found):6.1f} s   ({', '.join(f'{each:.1f}' for each in found)})"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    best: dict[str, float] = {}
    print(f"{given.passages} passages, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    for processes in (1, 2):
        found: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(given.rounds):
            for way, before in WAYS.items():
                found[way].append(seconds(before, processes, given.passages))
        for way, times in found.items():
            best[way] = min(times)
            print(f"{processes} at once  {way:24} {fastest(times)}")
    sleeping, spinning = best.values()
    print(f"two at once: spinning takes {spinning / sleeping:.2f} times as long")
    return 0 if sleeping <= spinning else 1


if __name__ == "__main__":
    sys.exit(main())
