"""board-qa as it comes: OCR where a reader for it is installed, and the ranking that the answer is made from."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.peers.peer import FoundPage
from qa.model import Question, RankedPassage
from qa.service import BoardQA
from qa.settings import load_settings


class Ours:
    """Asks as the evaluation does, so the time of a question is that of its whole answer, quotes checked."""

    def __init__(self, service: BoardQA) -> None:
        self.service = service

    def ingest(self, files: Sequence[Path]) -> None:
        """Index the PDFs."""
        report = self.service.ingest(files)
        if report.refused:
            sys.exit(f"{report.refused[0].file}: {report.refused[0].message}")
        self.service.ready()  # as `board-qa serve` does at its start

    def search(self, question: Question) -> list[FoundPage]:
        """The pages of the answer's ranking."""
        return pages_of(self.service.ask(question).passages)


def pages_of(ranking: Iterable[RankedPassage]) -> list[FoundPage]:
    """The page of each passage."""
    return [FoundPage(passage.file, passage.pdf_page, passage.page) for passage in ranking]


def open_service(folder: Path, ocr: str | None = None) -> BoardQA:
    """A service over a new index in ``folder``; ``ocr`` as the setting. What loads the model is imported already."""
    importlib.import_module("sentence_transformers")
    return BoardQA.open(load_settings(data=folder, ocr=ocr))


def open_peer(_model: Path, folder: Path) -> Ours:
    """board-qa with its bundled model."""
    return Ours(open_service(folder))
