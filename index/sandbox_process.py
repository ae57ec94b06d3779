"""The process beside the service in which PDFs are opened: ``python -m index.sandbox_process``, started by ``Sandbox``.

It keeps ready, with everything imported, opens no PDF itself, and forks a worker for each job, so that a worker costs
milliseconds and knows of one file only. A worker works within limits and dies with who asked for the job; both say so
by closing their end of a socket.

A job comes as two sockets. On the first the worker is told what to do and answers with messages; on the second the
keeper tells, when the worker has ended, how: its exit code, negative for a signal, as four bytes.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from index.limits import ADDRESS_SPACE_BYTES, CORE_DUMP_BYTES, CPU_SECONDS, OPEN_FILES, WRITTEN_FILE_BYTES
from index.messages import EXIT_CODE, Channel

# Of Linux's prctl
DIE_WITH_PARENT, NO_NEW_RIGHTS, TAKE_ORPHANS = 1, 38, 36
# Of its unshare
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


def main() -> None:
    """Keep ready on the socket that is standard input until its other end is closed."""
    control = socket.socket(fileno=0)
    if sys.platform == "linux":
        kernel = ctypes.CDLL(None)
        kernel.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0)
        kernel.prctl(TAKE_ORPHANS, 1, 0, 0, 0)  # programs that a killed worker had started are reaped here
        # Root needs no user of its own for it, and would lose the right to read others' files
        kernel.unshare(NEW_NETWORK if os.geteuid() == 0 else NEW_NETWORK | NEW_USER)
    from PIL import Image

    from index import ocr, pdf, pdf_tasks

    # Once here, not by every worker
    ocr.available()
    pdf.start()
    Image.preinit()
    gc.collect()
    gc.freeze()
    _Keeper(control, pdf_tasks.perform).run()


class _Keeper:
    """Forks the workers, kills those that nobody waits for any more, and tells how each ended."""

    def __init__(self, control: socket.socket, perform: Callable[[Channel], None]) -> None:
        self._control = control
        self._perform = perform
        self._waiting: dict[int, socket.socket] = {}  # who is to be told of a worker's end, by its process id
        self._ready = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def run(self) -> None:
        """Take jobs until nobody can give any more."""
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._ready.register(self._control, selectors.EVENT_READ)
        self._ready.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._ready.select():
                if key.fileobj is self._control:
                    _, given, _, _ = socket.recv_fds(self._control, 1, 2)
                    if len(given) != 2:
                        return self._end()
                    self._start(*(socket.socket(fileno=one) for one in given))
                elif key.fileobj is self._woken:
                    self._woken.recv(4096)
                    self._reap()
                elif self._waiting.get(key.data) is key.fileobj:  # else it was reaped just now
                    self._ready.unregister(key.fileobj)  # whoever waited for this worker has gone
                    _kill_group(key.data)

    def _start(self, job: socket.socket, told: socket.socket) -> None:
        try:
            worker = os.fork()
        except OSError:  # no more processes may be; whoever asked sees that nobody will tell
            job.close()
            told.close()
            return
        if worker == 0:
            code = 1
            try:
                self._forget()
                told.close()
                _become_worker()
                self._perform(Channel(job))
                code = 0
            finally:
                os._exit(code)
        job.close()
        with suppress(OSError):  # it has done so itself, or is gone
            os.setpgid(worker, worker)
        self._waiting[worker] = told
        self._ready.register(told, selectors.EVENT_READ, worker)

    def _forget(self) -> None:
        """Leave a worker nothing of the other jobs."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._ready.close()
        for end in (self._control, self._woken, self._wake, *self._waiting.values()):
            end.close()

    def _reap(self) -> None:
        while True:
            try:
                worker, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if worker == 0:
                return
            told = self._waiting.pop(worker, None)
            if told is None:
                continue
            _kill_group(worker)  # programs that it started
            with suppress(KeyError):
                self._ready.unregister(told)
            with suppress(OSError):
                told.sendall(EXIT_CODE.pack(os.waitstatus_to_exitcode(status)))
            told.close()

    def _end(self) -> None:
        for worker in self._waiting:
            _kill_group(worker)


def _kill_group(worker: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(worker, signal.SIGKILL)


def _become_worker() -> None:
    """Take on the limits of a process that opens one file."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        with suppress(OSError):  # where memory runs out on the whole machine, this is what may go
            Path("/proc/self/oom_score_adj").write_text("1000")
    for kind, most in (
        ("RLIMIT_AS", ADDRESS_SPACE_BYTES),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_FSIZE", WRITTEN_FILE_BYTES),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_CORE", CORE_DUMP_BYTES),
    ):
        _limit(kind, most)


def _limit(kind: str, most: int) -> None:
    number = getattr(resource, kind)
    _, hard = resource.getrlimit(number)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(number, (most, most))
    except ValueError:
        if sys.platform != "darwin":  # it has no limit of the address space
            raise


if __name__ == "__main__":
    main()
