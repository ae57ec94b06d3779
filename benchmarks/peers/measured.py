"""One peer in a process of its own: ``python -m benchmarks.peers.measured PEER SET FILE…`` prints one JSON object.

It holds ``start``, ``ingest`` (seconds), ``peak_mb``, ``load``, and ``asked``: for each question its
``id``, ``ms`` and the first ten different ``pages`` found, each as file, PDF page and the number told.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import tell, timing
from benchmarks.peers.peer import PEERS
from eval.questions import read_questions
from index.embedding import BUNDLED_PACKAGE

PAGES = 10  # of each ranking are kept
WARM_UP = 2  # questions


def main(name: str, questions: Path, files: list[Path]) -> None:
    """Open, ingest, ask."""
    found: dict[str, Any] = {}
    asked = [question for question in read_questions(questions) if question.state == "checked"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with timing(found, "start"):
            peer = PEERS[name].open(model_folder(), Path(folder))
        with timing(found, "ingest"):
            peer.ingest(files)
        for question in asked[:WARM_UP]:
            peer.search(question.asked())
        found["asked"] = []
        for question in asked:
            began = time.perf_counter()
            pages = peer.search(question.asked())
            ms = (time.perf_counter() - began) * 1000
            told = {(page.file, page.pdf_page): page.printed for page in reversed(pages)}
            places = list(dict.fromkeys((page.file, page.pdf_page) for page in pages))[:PAGES]
            found["asked"].append({"id": question.id, "ms": ms, "pages": [[*place, told[place]] for place in places]})
        tell(found)


def model_folder() -> Path:
    """The bundled model, as a sentence-transformers folder."""
    package = importlib.util.find_spec(BUNDLED_PACKAGE)
    if package is None or package.origin is None:
        sys.exit(f"{BUNDLED_PACKAGE} is not installed")
    return Path(package.origin).parent / "model"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
