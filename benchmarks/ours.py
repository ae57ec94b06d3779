"""Our side: the ingest as `board-qa ingest` runs it, OCR off, the stopwatch over it.

``python -m benchmarks.ours FILE…`` prints one JSON object; with ``--ocr`` first it measures OCR alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import tell, timing
from benchmarks.stages import watch_ingest
from index import vectors
from index.embedding import Embedder, load_embedder
from index.ingest import Ingest, embedded_text
from index.ocr import available
from index.pdf import open_pdf
from index.store import Store


def main(files: list[Path]) -> None:
    """Read ``files`` alone, then take them into a new index."""
    found: dict[str, Any] = {"side": "ours"}
    with timing(found, "start"):
        embedder = load_embedder()
        embedder.load()
        embedder.embed_passages(["The minutes were agreed."] * 10)
    with timing(found, "read"):
        found["pages"] = sum(_read(file) for file in files)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        watch = watch_ingest()
        with timing(found, "end to end"):
            done = Ingest(store, embedder, Path(folder) / "files", ocr="off").run(files)
            vectors.VectorIndex(Path(folder), store)  # as BoardQA.ingest: writes the file of vectors
            watch.enter("rest")
        found["stages"] = watch.seconds
        found["refused"] = [refusal.message for refusal in done.refused]
        found |= _embedded(store, embedder)
    found["arithmetic"] = embedder.arithmetic
    tell(found)


def _read(file: Path) -> int:
    with open_pdf(file, ocr="off") as paper:
        return sum(1 for _ in paper.pages())


def _embedded(store: Store, embedder: Embedder) -> dict[str, int]:
    texts = [embedded_text(passage) for passages in store.every_passage(1000) for passage in passages]
    counts = [count + 2 for count in embedder.count_tokens(texts)]
    limit = embedder.max_tokens + 2
    return {
        "passages": len(texts),
        "tokens": sum(counts),
        "tokens embedded": sum(min(count, limit) for count in counts),
    }


def recognise(files: list[Path]) -> None:
    """Tell how many pages need OCR and how long it takes, one page after the other."""
    pages, seconds = 0, 0.0
    for file in files:
        with open_pdf(file, ocr="off") as paper:
            scanned = [page.pdf_page for page in paper.pages() if page.scanned]
        with open_pdf(file) as paper:
            for pdf_page in scanned:
                began = time.perf_counter()
                list(paper.pages(pdf_page, pdf_page))
                seconds += time.perf_counter() - began
                pages += 1
    tell({"engine": available(), "pages": pages, "seconds": seconds})


if __name__ == "__main__":
    names = [Path(name) for name in sys.argv[1:] if name != "--ocr"]
    recognise(names) if "--ocr" in sys.argv else main(names)
