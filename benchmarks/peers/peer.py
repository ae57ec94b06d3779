"""What every peer does and tells, and which peers there are. Nothing heavy is imported here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from qa.model import Question

EXTRA = "peers"  # of pyproject.toml: the packages of all peers
PASSAGES = 50  # asked of each peer's retriever, so that there are ten different pages among them


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page as a peer names it: ``pdf_page`` counts from 1, ``printed`` is the page number it would tell a reader."""

    file: str
    pdf_page: int
    printed: str | None


class Peer(Protocol):
    """One way to find the pages that answer a question. Its model is loaded when it is opened."""

    def ingest(self, files: Sequence[Path]) -> None:
        """Index the PDFs."""

    def search(self, question: Question) -> list[FoundPage]:
        """The pages of the passages found, best first; a page comes as often as its passages."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the comparison: ``module`` lies in this package, ``needs`` are the modules it imports."""

    title: str
    module: str
    needs: tuple[str, ...] = ()

    def open(self, model: Path, folder: Path) -> Peer:
        """The peer with the sentence-transformers model in ``model``; it may write in ``folder``."""
        return cast(Peer, importlib.import_module(f"{__package__}.{self.module}").open_peer(model, folder))


LLAMA = ("llama_index.core", "llama_index.readers.file", "llama_index.embeddings.huggingface")
BM25 = "llama_index.retrievers.bm25"
HAYSTACK = ("haystack", "haystack_integrations.components.embedders.sentence_transformers")
OURS = "ours"
PEERS = {
    OURS: Entry("board-qa", "ours"),
    "ours-search": Entry("board-qa search", "ours_search"),
    "llama-vector": Entry("LlamaIndex vector", "llama_vector", LLAMA),
    "llama-bm25": Entry("LlamaIndex BM25", "llama_bm25", (*LLAMA, BM25)),
    "llama-hybrid": Entry("LlamaIndex fusion", "llama_hybrid", (*LLAMA, BM25)),
    "haystack": Entry("Haystack vector", "haystack_vector", HAYSTACK),
}


def missing() -> list[str]:
    """The modules that some peer needs and that are not installed."""
    return sorted({name for entry in PEERS.values() for name in entry.needs if not _there(name)})


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is not there either
        return False


def query_of(question: Question) -> str:
    """What a peer is asked that knows no conversation: the earlier questions, oldest first, and this one."""
    return " ".join([*(turn.question for turn in question.history), question.question])
