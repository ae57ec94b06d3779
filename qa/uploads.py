"""Packs that people add by the page: each upload a job, its files indexed one after another in the background."""

from __future__ import annotations

import logging
import os
import queue
import secrets
import shutil
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BoardQAError
from index.ingest import Progress
from index.store import UPLOADS
from qa.errors import UnknownUploadError, UploadsBusyError
from qa.person import Person
from qa.service import BoardQA
from qa.upload_model import UploadedFile, UploadJob, refusal
from qa.upload_place import add

log = logging.getLogger(__name__)

MOST_JOBS_AT_ONCE = 5  # received or indexed just now; each may hold 20 files
KEPT_JOBS = 50  # whose outcome can still be asked for
KEPT_SECONDS = 24 * 3600
NICENESS = 10  # of the thread that indexes, and of the processes that it has files read in
LOCK = ".lock"  # held as long as the process lives whose folder is named so


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it was received: where it lies, by its own name in a folder of its own, or why it is not taken."""

    name: str
    path: Path
    refused: UploadedFile | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """A job that waits, for whom, and what was received for it, in the order of ``job.files``."""

    job: UploadJob
    person: Person
    folder: Path
    received: Sequence[Received]


class Uploads:
    """The uploads to one service. Safe to use from several threads; what it tells is of this process alone."""

    def __init__(self, service: BoardQA) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._jobs: OrderedDict[str, UploadJob] = OrderedDict()
        self._receiving = 0
        self._thread: threading.Thread | None = None
        self._folder: Path | None = None
        forget_leftovers(service.settings.data / UPLOADS)

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """A fresh private folder for the files of one upload; gone afterwards unless ``start`` took it.

        Raises UploadsBusyError where too many uploads are under way, BoardQAError where no folder can be made.
        """
        with self._lock:
            if self._receiving + sum(not job.done for job in self._jobs.values()) >= MOST_JOBS_AT_ONCE:
                raise UploadsBusyError(
                    f"{MOST_JOBS_AT_ONCE} uploads are being added just now.", "Try again in a few minutes."
                )
            self._receiving += 1
        folder = None
        try:
            folder = self._own_folder() / secrets.token_hex(16)
            folder.mkdir(mode=0o700)
            yield folder
        except OSError as error:
            raise BoardQAError(
                f"The upload cannot be received: {error.strerror or error}.", "Tell those who run the service."
            ) from error
        finally:
            with self._lock:
                self._receiving -= 1
                taken = folder is not None and any(job.id == folder.name for job in self._jobs.values())
            if folder is not None and not taken:
                shutil.rmtree(folder, ignore_errors=True)

    def start(self, folder: Path, received: Sequence[Received], replace: bool, person: Person) -> UploadJob:
        """Index for a person what was received in ``folder``, which ``receiving`` gave; the new job.

        ``replace`` allows a file to take the place of the pack that has its name and other content.
        """
        files = [one.refused or UploadedFile(name=one.name) for one in received]
        job = UploadJob(id=folder.name, replace=replace, files=files, made=time.time())
        with self._lock:
            self._jobs[job.id] = job
            self._forget_old()
            told = job.model_copy(deep=True)
            self._waiting.put(_Task(job, person, folder, received))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="uploads", daemon=True)
                self._thread.start()
        return told

    def job(self, id_: str) -> UploadJob:
        """How a job stands. Raises UnknownUploadError."""
        with self._lock:
            self._forget_old()
            job = self._jobs.get(id_)
            if job is None:
                raise UnknownUploadError(
                    "Nothing is known of this upload any more.", "The list of packs shows what has been added."
                )
            return job.model_copy(deep=True)

    def adding(self) -> list[str]:
        """The names of the files that are being indexed, or wait for it, in that order."""
        with self._lock:
            return [file.name for job in self._jobs.values() for file in job.files if not file.done]

    def _own_folder(self) -> Path:
        with self._lock:
            if self._folder is None:
                parent = self._service.settings.data / UPLOADS
                parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder = parent / secrets.token_hex(16)
                lock = FileLock(parent / f"{folder.name}{LOCK}", thread_local=False)
                lock.acquire()
                folder.mkdir(mode=0o700)
                # At the end of this process too, so that what was received never outlives it by accident
                weakref.finalize(self, _give_up, folder, lock)
                self._folder = folder
            return self._folder

    def _forget_old(self) -> None:
        finished = [id_ for id_, job in self._jobs.items() if job.done]
        for id_ in finished:
            old = time.time() - self._jobs[id_].made > KEPT_SECONDS
            if old or len(self._jobs) > KEPT_JOBS:
                del self._jobs[id_]

    def _work(self) -> None:
        if sys.platform == "linux":  # which alone has priorities of threads; readers go first
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while True:
            with self._lock:
                if self._waiting.empty():
                    self._thread = None
                    return
                task = self._waiting.get()
            for number, one in enumerate(task.received):
                if one.refused is None:
                    self._add(task, number, one.path)
                    shutil.rmtree(one.path.parent, ignore_errors=True)
            shutil.rmtree(task.folder, ignore_errors=True)

    def _add(self, task: _Task, number: int, path: Path) -> None:
        """Index one file of a job; whatever happens, it has a final state then."""
        job = task.job
        file = job.files[number]

        def tell(progress: Progress) -> None:
            with self._lock:
                file.stage = "embed" if progress.stage == "embed" else "read"
                file.pages_done, file.pages_total = progress.pages_done, progress.pages_total

        with self._lock:
            file.state = "reading"
        try:
            outcome = add(self._service.seen_by(task.person), path, job.replace, tell)
        except BoardQAError as error:
            outcome = refusal(file.name, error.code, error.message, error.hint)
        except OSError as error:
            reason = f"It cannot be kept: {error.strerror or error}."
            outcome = refusal(file.name, "unreadable_path", reason, "Tell those who run this service.")
        except Exception:
            log.exception("%s could not be indexed", file.name)
            reason = "Something went wrong while it was indexed."
            outcome = refusal(file.name, "internal_error", reason, "The server's log says what.")
        with self._lock:
            job.files[number] = outcome


def forget_leftovers(folder: Path) -> None:
    """Delete what processes left in the uploads folder that did not end well; those that live hold their lock."""
    if not folder.is_dir():
        return
    for lock in folder.glob(f"*{LOCK}"):
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(folder / lock.name.removesuffix(LOCK), ignore_errors=True)
        except (Timeout, OSError):
            continue
        lock.unlink(missing_ok=True)
    for left in folder.iterdir():
        if left.is_dir() and not (folder / f"{left.name}{LOCK}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _give_up(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)
