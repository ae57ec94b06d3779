"""board-qa without what the others lack: no OCR, no conversation, no answer; its search alone."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.ours import Ours, open_service, pages_of
from benchmarks.peers.peer import PASSAGES, FoundPage, query_of
from qa.model import Filters, Question


class OursSearch(Ours):
    """As `board-qa search`."""

    def search(self, question: Question) -> list[FoundPage]:
        """The pages of the passages found."""
        return pages_of(self.service.search(query_of(question), Filters(), PASSAGES))


def open_peer(_model: Path, folder: Path) -> OursSearch:
    """board-qa with its bundled model."""
    return OursSearch(open_service(folder, ocr="off"))
