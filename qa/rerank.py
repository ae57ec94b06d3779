"""Passages ranked anew by a cross-encoder, which reads the question and a passage together; only where one is set."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.embedding import cores
from index.ingest import embedded_text
from index.model_files import load_quietly, model_folder, model_name, unavailable
from qa.retrieve import Hit, fuse

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 50  # passages, best first
SEARCH_WEIGHT = 1.0
CROSS_WEIGHT = 2.0  # it reads what the search only compares
MOST_TOKENS = 512  # read of a question with a passage, where the model takes as many
BATCH = 16  # passages read at once
KIND = "reranker"
MAKES = ("ForSequenceClassification", "ForCausalLM")
OWNER = "cross-encoder"  # on the hub, of a model named without one
ADVICE = (
    "Set BOARD_QA_RERANKER to the name or folder of a sentence-transformers CrossEncoder that gives one score, or unset"
    " it to do without."
)


class Reranker:
    """One cross-encoder. Safe to use from several threads. Made by ``load_reranker``."""

    def __init__(self, name: str, model: CrossEncoder, threads: int) -> None:
        self.name = name  # with a digest of the weights where it comes from a folder
        self._model = model
        self._threads = threads
        self._lock = threading.Lock()

    def reranked(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The passages, best first, the first RERANKED by this model and the search together.

        Scores keep the search's scale: the best has what the search's best had, and what was not read comes below
        what was, in its order. Raises ModelUnavailableError.
        """
        near, rest = hits[:RERANKED], hits[RERANKED:]
        if len(near) < 2:
            return tuple(hits)
        read = self.scores(question, [embedded_text(hit.passage) for hit in near])
        searched = [(place, hit.score) for place, hit in enumerate(near)]
        crossed = sorted(enumerate(map(float, read)), key=lambda scored: (-scored[1], scored[0]))
        fused = fuse([(searched, SEARCH_WEIGHT), (crossed, CROSS_WEIGHT)])
        top = near[0].score / max(fused.values())
        best = sorted(fused, key=lambda place: (-fused[place], place))
        ranked = [replace(near[place], score=fused[place] * top) for place in best]
        return (*ranked, *(replace(hit, score=min(hit.score, ranked[-1].score)) for hit in rest))

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """How well each text answers, by the model: any number, more is better. Raises ModelUnavailableError."""
        import torch

        with self._lock:
            torch.set_num_threads(self._threads)
            try:
                found = self._model.predict(
                    [(question, text) for text in texts],
                    batch_size=BATCH,
                    activation_fn=torch.nn.Identity(),  # squashed, good ones are all 1
                    show_progress_bar=False,
                )
            except Exception as error:
                raise unavailable(KIND, self.name, error, ADVICE) from error
        return np.asarray(found, np.float32)


def load_reranker(name_or_folder: str, threads: int = 0) -> Reranker:
    """The cross-encoder of that name or in that folder; a named one that is not on this machine is downloaded.

    ``threads`` 0 takes all cores. Raises ModelUnavailableError, for a model of another sort too.
    """
    try:
        folder = model_folder(name_or_folder, OWNER)
        _check_make(folder)
        from sentence_transformers import CrossEncoder

        load_quietly()
        model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        if model.num_labels != 1:
            raise ValueError(f"it gives {model.num_labels} scores, not one")
        places = getattr(model.config, "max_position_embeddings", None)
        model.max_seq_length = min(filter(None, (MOST_TOKENS, model.max_seq_length, places)))
        return Reranker(model_name(name_or_folder), model, threads or cores())
    except Exception as error:
        raise unavailable(KIND, name_or_folder, error, ADVICE) from error


def _check_make(folder: Path) -> None:
    """Raise ValueError for a model that scores no pairs: sentence-transformers would give it random weights."""
    makes = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures") or ["no known make"]
    if not makes[0].endswith(MAKES):
        raise ValueError(f"it is a {makes[0]}, which scores no pairs of texts")
