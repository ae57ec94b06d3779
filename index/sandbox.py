"""Starts the process in which PDFs are opened, gives it jobs, and tells what became of one.

Whatever a file does there, the service only sees messages within bounds, or an error that names the file.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from index.errors import BoardQAError, DamagedFileError, LimitExceededError, ReaderUnavailableError, UnusableFileError
from index.limits import ADDRESS_SPACE_BYTES
from index.messages import DONE, EXIT_CODE, REFUSED, TASK, BrokenOffError, Channel

PROGRAM = "index.sandbox_process"
# What the process may know of the environment: where programs and their data are, no settings and no secrets
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TESSDATA_PREFIX", "TZ")
# One thread a library, so that a page costs one processor and a fork finds nothing half done
OWN = {
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
}
END_SECONDS = 10.0  # for telling how a worker ended
TOO_LONG = (signal.SIGXCPU, signal.SIGPROF)

KINDS: list[type[UnusableFileError]] = UnusableFileError.__subclasses__()
REFUSALS = {kind.code: kind for kind in KINDS}


class Sandbox:
    """The process that keeps ready to open PDFs, started with the first job and again if it is gone. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def job(self, task: str, name: str, seconds: float, **asked: Any) -> Job:
        """Begin a task of ``index.pdf_tasks`` on the file that people know as ``name``.

        It ends after ``seconds``. Raises ReaderUnavailableError where no process can be started.
        """
        ours, theirs = socket.socketpair()
        told, tell = socket.socketpair()
        try:
            with theirs, tell:
                self._hand_over(theirs, tell)
            return Job(Channel(ours), told, {"task": task, "name": name, **asked}, seconds)
        except BaseException as error:
            ours.close()
            told.close()
            if isinstance(error, OSError):
                raise ReaderUnavailableError(
                    f"The process that opens PDFs cannot be started: {error.strerror or error}",
                    "Look whether memory or processes have run out on this machine.",
                ) from error
            raise

    def _hand_over(self, *ends: socket.socket) -> None:
        with self._lock:
            numbers = [end.fileno() for end in ends]
            if self._control is not None and self._owner == os.getpid():
                try:
                    socket.send_fds(self._control, [b"j"], numbers)
                    return
                except OSError:  # it was killed
                    self._end()
            socket.send_fds(self._start(), [b"j"], numbers)

    def _start(self) -> socket.socket:
        control, theirs = socket.socketpair()
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-m", PROGRAM],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**passed_on, **OWN},
                start_new_session=True,  # Ctrl-C is for the command, which then closes its jobs
            )
        self._control, self._owner = control, os.getpid()
        return control

    def close(self) -> None:
        """End the process and all its jobs; the next job starts another."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.wait()
        self._control = self._process = None


class Job:
    """One task under way. Use as a context manager; leaving it early ends the task."""

    def __init__(self, channel: Channel, told: socket.socket, asked: dict[str, Any], seconds: float) -> None:
        self._channel = channel
        self._told = told
        self._name = asked["name"]
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        with suppress(ConnectionError):  # what it died of is told with the first message
            channel.tell(TASK, asked)

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the task if it still runs; calling twice is harmless."""
        self._channel.close()
        self._told.close()

    def messages(self, within: float) -> Iterator[tuple[bytes, bytes]]:
        """What the task has to tell, each kind of message with its content, until it is done.

        Raises the UnusableFileError that it tells, LimitExceededError where it takes too long (``within`` is the
        seconds for one message) or too much memory, DamagedFileError where the file makes it crash, and
        ReaderUnavailableError where the process that opens PDFs is ended from outside.
        """
        while True:
            left = self._until - time.monotonic()
            try:
                kind, content = self._channel.receive(min(within, left))
            except TimeoutError:
                self.close()
                raise self._too_long(self._seconds if left < within else within) from None
            except BrokenOffError:
                raise self._death() from None
            if kind == DONE:
                return
            if kind == REFUSED:
                raise self._refusal(content)
            yield kind, content

    def _refusal(self, content: bytes) -> UnusableFileError:
        try:
            told = json.loads(content)
            return REFUSALS[told["code"]](str(told["message"]), str(told["hint"]))
        except (ValueError, KeyError, TypeError):
            return self.broken()

    def _death(self) -> BoardQAError:
        """Why the worker ended before it was done."""
        code = self._exit_code()
        if code is None:
            return ReaderUnavailableError(
                f"{self._name}: the process that opens PDFs was ended from outside", "Try it again."
            )
        if -code in TOO_LONG:
            return LimitExceededError(
                f"{self._name}: one of its pages, or all of them, take too much computing to read",
                "Print it to a new PDF, or split it, and ingest that.",
            )
        if code == -signal.SIGKILL:
            return LimitExceededError(
                f"{self._name}: reading it was ended, most likely as memory ran out on this machine",
                "Try it again when less is going on, or split the file.",
            )
        return self.broken()

    def broken(self) -> DamagedFileError:
        """The error for a file that made its reader crash or talk nonsense."""
        return DamagedFileError(
            f"{self._name}: it is damaged, or made to do harm: reading it broke off",
            f"Print it to a new PDF and ingest that; it may need {ADDRESS_SPACE_BYTES >> 30} GB of memory at most.",
        )

    def _too_long(self, seconds: float) -> LimitExceededError:
        return LimitExceededError(
            f"{self._name}: reading it did not go on for {seconds:.0f} seconds"
            if seconds != self._seconds
            else f"{self._name}: reading it takes more than {seconds:.0f} seconds",
            "Print it to a new PDF, or split it, and ingest that.",
        )

    def _exit_code(self) -> int | None:
        self._told.settimeout(END_SECONDS)
        try:
            told = self._told.recv(EXIT_CODE.size, socket.MSG_WAITALL)
            return int(EXIT_CODE.unpack(told)[0]) if len(told) == EXIT_CODE.size else None
        except OSError:
            return None
        finally:
            self.close()


SANDBOX = Sandbox()
