"""The service as a process of its own on loopback, as those measure it who ask over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks.watch import wait_for

LOOPBACK = "127.0.0.1"
START_SECONDS = 300.0


@contextmanager
def served(data: Path, log: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """``board-qa serve`` over ``data`` while the block runs: its address and its process.

    ``settings`` are environment variables; what the service tells goes to the file ``log``.
    """
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    url = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "qa.cli", "--data", str(data), "serve", "--port", str(port)]
    with log.open("w") as told:
        process = subprocess.Popen(command, stderr=told, stdout=told, env={**os.environ, **settings})
        try:
            wait_for(lambda: _ready(url, process), START_SECONDS, "the service")
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(url: str, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the service ended with {process.returncode}")
    try:
        return httpx.get(f"{url}/readyz", timeout=60).is_success
    except httpx.TransportError:
        return False
