"""Memory that is free but still held is given back to the system now and then.

The C library keeps what was freed for the next that asks, in an arena for each thread; with the arrays of a language
model, of another size for each question, that is some hundred megabytes that nobody uses.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

EVERY_SECONDS = 30.0


def trimmer() -> Callable[[], None] | None:
    """What gives free memory back, within some milliseconds; None where the C library cannot (it is glibc's)."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another library; no such symbol; Windows
        return None
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return lambda: trim(0)


def trim_on(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Give free memory back every so many seconds until ``stop`` is set."""
    trim = trimmer()
    while trim is not None and not stop.wait(every):
        trim()
