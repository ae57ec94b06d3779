"""What every measured process tells of itself: seconds by the wall and by the processor, its peak memory, the load."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in one unit of ru_maxrss


@contextmanager
def timing(into: dict[str, Any], name: str) -> Iterator[None]:
    """Put the block's seconds by the wall under ``name`` and by the processor, all threads, under ``name cpu``."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    into[name] = time.perf_counter() - wall
    into[f"{name} cpu"] = time.process_time() - processor


def tell(found: dict[str, Any]) -> None:
    """Print one JSON object with this process's peak memory in MB and the machine's load, as the last line."""
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
    found["load"] = os.getloadavg()[0]
    print(json.dumps(found))
