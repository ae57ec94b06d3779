"""The process in which PDFs are opened: its limits, and that its end, whatever it is, only costs that one file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from index import limits
from index.errors import BoardQAError, DamagedFileError, LimitExceededError, ReaderUnavailableError
from index.guarded_pdf import GuardedPdf, draw_page, open_guarded
from index.messages import DONE, OPENED, PAGE, REFUSED, Channel
from index.pdf import open_pdf
from index.sandbox import SANDBOX, Job
from tests.hostile_files import endless_drawing, many_pages, one_page, sentence, stream

PATIENCE = 30.0  # seconds, on a busy machine
SECRET = "not for the readers of papers"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return one_page(tmp_path / "paper.pdf", stream(sentence()))


@pytest.fixture(scope="module")
def long_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So long that its worker waits for its pages to be taken."""
    return many_pages(tmp_path_factory.mktemp("long") / "long.pdf", 3000)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process started anew, with a secret around it."""
    SANDBOX.close()
    monkeypatch.setenv("BOARD_QA_LLM_KEY", SECRET)
    yield
    SANDBOX.close()


def workers() -> list[psutil.Process]:
    assert SANDBOX._process is not None
    return psutil.Process(SANDBOX._process.pid).children(recursive=True)


def happens(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def still_reads(paper: Path) -> bool:
    with open_guarded(paper) as pdf:
        return [page.text for page in pdf.pages()] == ["The ferry is late."]


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="NOT TESTED: limits of a process: no /proc here")
@pytest.mark.usefixtures("fresh")
def test_a_worker_has_its_limits_and_no_secrets(long_paper: Path) -> None:
    with open_guarded(long_paper) as pdf:
        next(pdf.pages())
        (worker,) = workers()
        rows = Path(f"/proc/{worker.pid}/limits").read_text().splitlines()
        environment = worker.environ()
        network = Path(f"/proc/{worker.pid}/ns/net").readlink()
        owner = worker.ppid()
    held = {row[:26].strip(): row[26:].split()[:2] for row in rows}
    for name, most in {
        "Max address space": limits.ADDRESS_SPACE_BYTES,
        "Max cpu time": limits.CPU_SECONDS,
        "Max file size": limits.WRITTEN_FILE_BYTES,
        "Max open files": limits.OPEN_FILES,
        "Max core file size": limits.CORE_DUMP_BYTES,
    }.items():
        assert held[name] == [str(most), str(most)], name
    assert SECRET not in environment.values()
    assert not [name for name in environment if name.startswith("BOARD_QA_")]
    assert owner != os.getpid()
    apart = subprocess.run(["unshare", "-rn" if os.geteuid() else "-n", "true"], capture_output=True, check=False)
    if apart.returncode == 0:
        assert network != Path("/proc/self/ns/net").readlink()


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (signal.SIGPROF, LimitExceededError),  # a page's processor time is over
        (signal.SIGXCPU, LimitExceededError),  # the file's
        (signal.SIGKILL, LimitExceededError),  # the machine's memory is
        (signal.SIGSEGV, DamagedFileError),
        (signal.SIGABRT, DamagedFileError),
    ],
)
def test_a_worker_that_dies_refuses_its_file_alone(
    paper: Path, long_paper: Path, number: int, error: type[BoardQAError]
) -> None:
    with open_guarded(long_paper, name="Part of it.pdf") as pdf:
        pages = pdf.pages()
        next(pages)
        (worker,) = workers()
        worker.send_signal(number)
        with pytest.raises(error, match=r"Part of it\.pdf") as told:
            list(pages)
        assert told.value.hint
        assert still_reads(paper)


def test_leaving_early_ends_the_worker_and_keeps_no_handle(paper: Path, long_paper: Path) -> None:
    assert still_reads(paper)
    before = psutil.Process().num_fds()
    for _ in range(5):
        with open_guarded(long_paper) as pdf:
            next(pdf.pages())
    assert happens(lambda: not workers())
    assert psutil.Process().num_fds() == before


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = endless_drawing(tmp_path / "slow.pdf")
    for name in ("PAGE_SECONDS", "PICTURE_SECONDS"):
        monkeypatch.setattr(f"index.guarded_pdf.{name}", 0.5)
    with pytest.raises(LimitExceededError, match=r"slow\.pdf.* second"), open_guarded(slow) as pdf:
        list(pdf.pages())
    with pytest.raises(LimitExceededError, match=r"slow\.pdf.* second"):
        draw_page(slow, 1, 900)
    assert happens(lambda: not workers())


def test_the_process_is_started_again_when_it_was_killed(paper: Path, long_paper: Path) -> None:
    with open_guarded(long_paper) as pdf:
        pages = pdf.pages()
        next(pages)
        (worker,) = workers()
        assert SANDBOX._process is not None
        SANDBOX._process.kill()
        with pytest.raises(ReaderUnavailableError):
            list(pages)
    assert happens(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    assert still_reads(paper)


def test_jobs_that_end_just_as_they_are_left_do_not_end_the_process(paper: Path) -> None:
    assert still_reads(paper)
    keeper = SANDBOX._process

    def leave() -> None:
        for _ in range(30):
            with open_guarded(paper) as pdf:
                next(pdf.pages())

    threads = [threading.Thread(target=leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SANDBOX._process is keeper
    assert keeper is not None
    assert keeper.poll() is None


def test_nothing_outlives_a_killed_service(long_paper: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from index.guarded_pdf import open_guarded\n"
        "with open_guarded(Path(sys.argv[1])) as pdf: next(pdf.pages()); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(long_paper)], stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        service.stdout.readline()
        started = psutil.Process(service.pid).children(recursive=True)
        assert len(started) == 2
        service.kill()
    gone, alive = psutil.wait_procs(started, timeout=PATIENCE)
    assert (len(gone), alive) == (2, [])


def told_by(*messages: tuple[bytes, bytes]) -> Job:
    """A job whose worker has been taken over and says this."""
    ours, theirs = socket.socketpair()
    told, tell = socket.socketpair()
    job = Job(Channel(ours), told, {"task": "read", "name": "evil.pdf"}, PATIENCE)

    def talk() -> None:
        worker = Channel(theirs)
        for kind, content in messages:
            worker.send(kind, content)
        worker.close()

    threading.Thread(target=talk).start()
    tell.sendall(bytes(4))
    tell.close()
    return job


OPEN = (OPENED, b'{"pages": 1}')


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [(OPENED, b"no JSON")],
        [OPEN, (DONE, b"")],  # without its page
        [OPEN, (PAGE, b"no page"), (DONE, b"")],
        [OPEN, (PAGE, zlib.compress(bytes(limits.MAX_PLAIN_PAGE_BYTES + 1), 1))],
        [OPEN, (REFUSED, b'{"code": "no_such"}')],
    ],
)
def test_nonsense_from_a_worker_is_a_damaged_file(messages: list[tuple[bytes, bytes]]) -> None:
    with told_by(*messages) as job, pytest.raises(DamagedFileError, match=r"evil\.pdf"):
        list(GuardedPdf(job).pages())


def test_a_message_beyond_measure_is_not_taken_in() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        told = socket.socketpair()[0]
        theirs.sendall(b"P" + (limits.MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))
        with (
            Job(Channel(ours), told, {"name": "evil.pdf"}, PATIENCE) as job,
            pytest.raises((DamagedFileError, ReaderUnavailableError)),
        ):
            next(job.messages(PATIENCE))


def test_pages_come_as_they_are_read_without_a_process_between(long_paper: Path) -> None:
    with open_pdf(long_paper) as file:
        plain = list(file.pages(1, 50))
    with open_guarded(long_paper) as pdf:
        guarded = [page for page, _ in zip(pdf.pages(), range(50), strict=False)]
    assert [page.text for page in guarded] == [page.text for page in plain]
    assert guarded[0].lines[0].box == pytest.approx(plain[0].lines[0].box, abs=1e-4)
