"""An ingest in a process of its own: ``python -m tests.ingest_process DATA PATH…``, begun by a line on its input.

It says "ready" first, and at the end, as JSON, what it did or the code of its error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from index.errors import BoardQAError
from index.store import Store
from tests.killed import ingest


def main(data: Path, paths: list[Path]) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with Store(data) as store:
            done = ingest(store, "first").run(paths)
        told = {"added": done.added, "replaced": done.replaced, "unchanged": done.unchanged}
        outcome: dict[str, object] = {**told, "refused": [refusal.code for refusal in done.refused]}
    except BoardQAError as error:
        outcome = {"code": error.code, "message": error.message, "hint": error.hint}
    print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
