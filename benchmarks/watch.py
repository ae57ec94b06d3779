"""A process under load: its memory, file handles and threads over time, and whether they stay flat."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

# A figure is flat if the median of its last tenth of samples is within this of the median of its second tenth. The
# first tenth is left out: caches fill in it, and each thread allocates its own arena once.
# Handles and threads come and go with the connections of those who ask.
MOST_GROWTH = {"rss_mb": (1.10, 30.0), "fds": (1.1, 10.0), "threads": (1.1, 8.0)}  # factor, and so many more
LEAST_SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process: megabytes of resident memory, open file handles, threads."""

    rss_mb: float
    fds: int
    threads: int


def look(process: psutil.Process) -> Sample:
    """How a process stands now. Raises psutil.NoSuchProcess once it has ended."""
    with process.oneshot():
        return Sample(round(process.memory_info().rss / 1e6, 1), process.num_fds(), process.num_threads())


def size_mb(path: os.PathLike[str]) -> float:
    """Megabytes of a file; 0 where there is none."""
    try:
        return round(os.stat(path).st_size / 1e6, 2)  # noqa: PTH116  # one name for files that come and go
    except FileNotFoundError:
        return 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """How a figure went: its median early (second tenth) and at the end (last tenth), the most, the growth a unit."""

    name: str
    early: float
    late: float
    most: float
    slope: float

    @property
    def flat(self) -> bool:
        """Whether the end is within the allowance of the beginning; figures without an allowance are only told."""
        factor, more = MOST_GROWTH.get(self.name.split(" ")[-1], (float("inf"), 0.0))
        return self.late <= self.early * factor + more


def course(name: str, at: Sequence[float], values: Sequence[float]) -> Course:
    """How ``values`` went, taken at ``at`` (questions asked, or seconds). The name's last word finds its allowance."""
    if len(values) < LEAST_SAMPLES:
        raise ValueError(f"{len(values)} samples of {name} are too few to tell")
    tenth = len(values) // 10
    kept_at, kept = at[tenth:], values[tenth:]
    slope = statistics.linear_regression(kept_at, kept).slope if len(set(kept_at)) > 1 else 0.0
    return Course(
        name, statistics.median(values[tenth : 2 * tenth]), statistics.median(values[-tenth:]), max(values), slope
    )


def wait_for(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Look until ``ready``. Raises TimeoutError that names ``what`` after so many seconds."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} was not ready within {seconds:g} seconds")
        time.sleep(0.2)
