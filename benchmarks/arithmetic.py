"""What bfloat16 gains and costs on this CPU: passages a second, and how many of each question's ten best stay.

    python -m benchmarks.arithmetic [PDF or folder ...] [--questions FILE.jsonl] [--passages 240]

Both arithmetics encode the same 200-word passages in turns, and the faster round of each counts. Without PDFs named
it measures the sample packs; without questions, the first words of every few passages serve. A questions file has
one JSON object a line with a "question". Ends with exit code 1 where the choice that board-qa makes is not the
faster one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.papers import chosen
from eval.questions import read_questions
from index.embedding import Embedder, has_bfloat16_units, load_embedder
from index.errors import UnusableFileError
from index.pdf import open_pdf

PASSAGE_WORDS = 200
QUESTION_WORDS = 12
QUESTIONS = 60
ROUNDS = 2
TOP = 10

Vectors = npt.NDArray[np.float32]


def passages_of(files: Iterable[Path], count: int) -> list[str]:
    """The first ``count`` stretches of 200 words, evenly from all files, scanned pages left out."""
    stretches: list[list[str]] = []
    for file in files:
        words: list[str] = []
        try:
            pdf = open_pdf(file, ocr="off")
        except UnusableFileError as error:
            print(f"left out: {error.message}", file=sys.stderr)
            continue
        for page in pdf.pages(last=60):
            words += page.text.split()
        pdf.close()
        stretches.append(
            [" ".join(words[at : at + PASSAGE_WORDS]) for at in range(0, len(words) - PASSAGE_WORDS, PASSAGE_WORDS)]
        )
    share = -(-count // max(1, len(stretches)))
    return [passage for found in stretches for passage in found[:share]][:count]


def questions_of(file: Path | None, passages: Sequence[str]) -> list[str]:
    """The questions in the file, thinned out to some sixty, or the openings of as many passages."""
    if file is not None:
        asked = [question.question for question in read_questions(file)]
    else:
        asked = [" ".join(passage.split()[:QUESTION_WORDS]) for passage in passages]
    return asked[:: -(-len(asked) // QUESTIONS)]


def encoded(model: Embedder, passages: Sequence[str]) -> tuple[Vectors, float]:
    """The passages' vectors and how many a second."""
    began = time.perf_counter()
    vectors = model.embed_passages(passages)
    return vectors, len(passages) / (time.perf_counter() - began)


def top(questions: Vectors, passages: Vectors) -> npt.NDArray[np.int64]:
    """The places of each question's ten nearest passages, of shape (questions, 10)."""
    return np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :TOP]


def main() -> int:
    """Measure, print, and compare with what board-qa chooses by itself."""
    parser = argparse.ArgumentParser(description="Speed and faithfulness of bfloat16 against float32.")
    parser.add_argument("pdfs", nargs="*", type=Path, help="PDFs or folders; the sample packs if none")
    parser.add_argument("--questions", type=Path, help="JSON lines with a question each")
    parser.add_argument("--passages", type=int, default=240, help="passages to encode (240)")
    given = parser.parse_args()

    passages = passages_of(chosen(given.pdfs), given.passages)
    questions = questions_of(given.questions, passages)
    models = {name: load_embedder(arithmetic=name) for name in ("float32", "bfloat16")}
    vectors: dict[str, Vectors] = {}
    speed = dict.fromkeys(models, 0.0)
    for model in models.values():
        model.embed_passages(passages[:16])
    for _ in range(ROUNDS):
        for name, model in models.items():
            vectors[name], rate = encoded(model, passages)
            speed[name] = max(speed[name], rate)

    # board-qa reads questions in float32 whatever the passages were embedded in
    asked = np.stack([models["float32"].embed_query(question) for question in questions])
    exact, quick = (top(asked, vectors[name]) for name in ("float32", "bfloat16"))
    kept = np.mean([len(set(a) & set(b)) / TOP for a, b in zip(exact, quick, strict=True)])
    first = np.mean(exact[:, 0] == quick[:, 0])
    shifted = float(np.abs(asked @ (vectors["bfloat16"] - vectors["float32"]).T).max())

    ratio = speed["bfloat16"] / speed["float32"]
    auto = load_embedder().arithmetic
    print(f"{len(passages)} passages of {PASSAGE_WORDS} words, {len(questions)} questions")
    for name, rate in speed.items():
        print(f"{name:9} {rate:7.1f} passages/s")
    print(f"bfloat16 is {ratio:.2f} times as fast as float32")
    print(
        f"unchanged of the top ten {kept:.4f}, of the first places {first:.4f}; scores moved by {shifted:.4f} at most"
    )
    print(f"this CPU has bfloat16 units: {'yes' if has_bfloat16_units() else 'no'}; board-qa takes {auto}")
    return int((auto == "bfloat16") != (ratio > 1))


if __name__ == "__main__":
    sys.exit(main())
