"""Serve a GGUF model file on loopback as an OpenAI-compatible endpoint, with the package xllamacpp.

    python -m benchmarks.llm_server FILE.gguf [--port 8080] [--context 4096] [--threads 0]

Then set BOARD_QA_LLM_URL=http://127.0.0.1:8080/v1 and BOARD_QA_LLM_MODEL to any name, and ask. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path

import xllamacpp

LOOPBACK = "127.0.0.1"


def serve(model: Path, port: int = 0, context: int = 4096, threads: int = 0) -> tuple[xllamacpp.Server, str]:
    """Load ``model`` and listen on loopback; the server, which lives as long as it is held, and its address.

    ``port`` 0 takes a free one, ``threads`` 0 all cores.
    """
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads or os.cpu_count() or 1
    parameters.cpuparams_batch.n_threads = threads or os.cpu_count() or 1
    parameters.hostnames = [LOOPBACK]
    parameters.port = port
    server = xllamacpp.Server(parameters)
    return server, f"{server.listening_address}/v1"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="GGUF file")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--context", type=int, default=4096, help="tokens")
    parser.add_argument("--threads", type=int, default=0, help="0 takes all cores")
    given = parser.parse_args()
    server, url = serve(given.model, given.port, given.context, given.threads)
    print(f"BOARD_QA_LLM_URL={url}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        del server


if __name__ == "__main__":
    main()
