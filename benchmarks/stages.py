"""Where an ingest's time goes: a stopwatch over the calls of the pipeline, which itself knows nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from index import copies, ingest, vectors
from index.embedding import Embedder
from index.guarded_pdf import GuardedPdf
from index.pack_writer import PackWriter
from index.passages import PassageCutter

READ, NUMBER, CUT, EMBED, WRITE, REST = "read", "number and outline", "cut", "embed", "write", "rest"
# Each stage's calls: the module or class that holds the name, and the name. Generators are timed a step at a time.
CALLS: dict[str, list[tuple[Any, str]]] = {
    READ: [(GuardedPdf, "__init__"), (GuardedPdf, "pages")],
    NUMBER: [(ingest, name) for name in ("sketch", "outline", "find_furniture", "mark_furniture")],
    CUT: [(PassageCutter, "cut")],
    EMBED: [(Embedder, "embed_passages")],
    WRITE: [
        *[(PackWriter, name) for name in ("spool_page", "spooled", "add_page", "add_passages", "commit")],
        (ingest, "hash_of"),
        (copies, "write_copy"),
        (vectors, "VectorIndex"),
    ],
}
STEPWISE = {"pages", "cut"}


class Stopwatch:
    """Seconds of each stage, a stage that runs inside another being taken off the outer one. For one thread."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys([*CALLS, REST], 0.0)
        self._running = [REST]
        self._since = time.perf_counter()

    def enter(self, stage: str) -> None:
        """Let ``stage`` run from now; the one that ran waits."""
        self._count()
        self._running.append(stage)

    def leave(self) -> None:
        """Let the stage before run again."""
        self._count()
        self._running.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, with its time counted under ``stage``."""

        @wraps(call)
        def counted(*given: Any, **named: Any) -> Any:
            self.enter(stage)
            try:
                return call(*given, **named)
            finally:
                self.leave()

        return counted

    def stepped(self, stage: str, call: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """The generator ``call``, with the time of its steps, not of what is done between them, under ``stage``."""

        @wraps(call)
        def counted(*given: Any, **named: Any) -> Iterator[Any]:
            steps = call(*given, **named)
            end = object()
            while True:
                self.enter(stage)
                try:
                    step = next(steps, end)
                finally:
                    self.leave()
                if step is end:
                    return
                yield step

        return counted


def watch_ingest() -> Stopwatch:
    """Put a stopwatch over the pipeline of this process, started now."""
    watch = Stopwatch()
    for stage, places in CALLS.items():
        for holder, name in places:
            timed = watch.stepped if name in STEPWISE else watch.timed
            setattr(holder, name, timed(stage, getattr(holder, name)))
    return watch
