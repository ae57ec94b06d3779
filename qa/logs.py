"""What is told on standard error: lines of words or of JSON, none of which holds what people ask.

The words of an exception may repeat a question, so they are left out unless the settings ask for them; its kind and
the lines of code that it passed are told always.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from qa.settings import Settings

# The id of the request that is being answered; "" outside of any
request_id: ContextVar[str] = ContextVar("request_id", default="")
FIELDS = "fields"  # of a record: what it tells beside its message, by name
# Libraries that write down addresses and what is sent to them; only their warnings are told
TALKATIVE = ("openai", "httpcore", "httpx", "llama_index", "python_multipart", "asyncio", "urllib3", "faiss")
MOST_CAUSES = 10  # exceptions told that led one to the other
# What would begin a new line, or steer a terminal or what people see of a text
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def set_up_logs(settings: Settings) -> None:
    """Tell all that happens in this process as the settings say, in place of what was set up here before."""
    handler = StandardError()
    form = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(form(words_of_errors=settings.log_questions))
    level = logging.getLevelName(settings.log_level.upper())
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, StandardError)), handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


class StandardError(logging.Handler):
    """Writes each record to whatever is standard error by then."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing of a line that cannot be written: what Python says holds all that was to be told."""


class _Lines(logging.Formatter):
    """What both forms need; a trace is made anew, as another handler may have left one with the words in it."""

    def __init__(self, *, words_of_errors: bool) -> None:
        super().__init__()
        self._words = words_of_errors

    def trace(self, record: logging.LogRecord) -> list[str]:
        """The lines of the record's trace; none where it has none."""
        if record.exc_info is None or record.exc_info[1] is None:
            return []
        return [plain(line) for line in _trace(record.exc_info[1], self._words)]


class TextLines(_Lines):
    """One line of words for each record, the lines of a trace after it, each indented."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = plain(f"{record.levelname} {record.name}: {record.getMessage()}{fields}")
        return "\n  ".join([line, *self.trace(record)])


class JsonLines(_Lines):
    """One JSON object a line: time (UTC), level, logger, message, request id, the record's own fields, a trace."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": plain(record.getMessage()),
        }
        told |= _fields(record)
        if trace := self.trace(record):
            told["trace"] = trace
        return json.dumps(told, ensure_ascii=False, default=str)


def plain(text: str) -> str:
    """The text in one line, characters that steer terminals or the order of letters as escapes."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    id_ = request_id.get()
    return ({"request_id": id_} if id_ else {}) | getattr(record, FIELDS, {})


def _trace(error: BaseException, words: bool) -> list[str]:
    """The lines of code that an exception passed, and before them those of the exceptions that led to it."""
    lines: list[str] = []
    led: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if led is None:
            break
        stack = [f"{at.filename}:{at.lineno} in {at.name}" for at in traceback.extract_tb(led.__traceback__)]
        lines = [*stack, _named(led, words), *lines]
        led = led.__cause__ or (None if led.__suppress_context__ else led.__context__)
    return lines


def _named(error: BaseException, words: bool) -> str:
    if words:
        return "".join(traceback.format_exception_only(error)).strip()
    told = error.strerror if isinstance(error, OSError) else None  # the system's own words, as of a full disk
    return type(error).__name__ + (f": {told}" if told else "")
