"""Fuzzing by coverage, outside of the tests: ``python -m benchmarks.fuzz TARGET --minutes 5``.

The targets are those of ``tests.fuzzed``. What is found is written to ``build/fuzz``: a text that breaks a target, or
takes longer than ``--slow`` seconds. ``python -m benchmarks.fuzz TARGET --again FILE`` runs one of them alone.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

FOUND = Path(__file__).resolve().parents[1] / "build" / "fuzz"
LONGEST = 4096  # bytes of a text


def main(arguments: Sequence[str]) -> None:
    """Fuzz one target; ends with what libFuzzer says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--slow", type=int, default=10, help="seconds that one text may take")
    parser.add_argument("--again", type=Path, help="a text that was found")
    options = parser.parse_args(arguments)

    import atheris

    with atheris.instrument_imports(include=["index", "qa"]):
        from tests.fuzzed import PIECES, TARGETS
    logging.disable()
    run = TARGETS[options.target]
    if options.again:
        run(options.again.read_bytes().decode("utf-8", "surrogateescape"))
        return
    corpus = FOUND / options.target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, piece in enumerate(PIECES):
        (corpus / f"piece-{number:03}").write_bytes(piece.encode("utf-8", "surrogatepass"))
    dictionary = FOUND / "pieces.dict"
    dictionary.write_text("".join(f'"{_escaped(piece)}"\n' for piece in PIECES), encoding="ascii")

    def one(data: bytes) -> None:
        run(data.decode("utf-8", "surrogateescape"))

    settings = (
        f"-max_total_time={int(60 * options.minutes)}",
        f"-timeout={options.slow}",
        f"-max_len={LONGEST}",
        f"-dict={dictionary}",
        f"-artifact_prefix={FOUND}/{options.target}-",
        str(corpus),
    )
    atheris.Setup([sys.argv[0], *settings], one)
    atheris.Fuzz()


def _escaped(piece: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main(sys.argv[1:])
