"""Late interaction: the question's words compared one by one with those of a sentence, by the model's token vectors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.embedding import Embedder
from index.likeness import scales
from qa.words import stem, stems

Tokens = npt.NDArray[np.floating]  # of shape (tokens, dimensions), each of length 1
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
LEAST_LIKENESS = 0.3  # what any two words have of each other, on the common scale


class AskedWords:
    """The question's token vectors, and which of them make up each asked word."""

    def __init__(self, embedder: Embedder, question: str, asked: Sequence[str]) -> None:
        self._tokens = embedder.question_tokens(question)
        self._scale = scales(embedder)
        offsets = embedder.token_offsets(question)[: len(self._tokens)]
        self._places: dict[str, list[int]] = {}
        for word in WORD.finditer(question):
            for key in {stem(word.group().lower()), *stems(word.group())} & set(asked):
                inside = [i for i, (start, end) in enumerate(offsets) if start < word.end() and end > word.start()]
                if inside:
                    self._places.setdefault(key, inside)

    def meaning(self, cosine: float) -> float:
        """The cosine of the question and another text, on the scale of ``index.likeness``."""
        return 1 - self._scale.texts * (1 - cosine)

    def likeness(self, sentence: Tokens) -> tuple[float, dict[str, float]]:
        """How like the question's tokens are to the likest of the sentence's: their mean, and the best of each word;
        both on the scale of ``index.likeness``.
        """
        if not len(sentence) or not len(self._tokens):
            return 0.0, {}
        best = (self._tokens @ sentence.astype(np.float32).T).max(1)
        best = 1 - self._scale.tokens * (1 - best)
        return float(best.mean()), {key: float(best[places].max()) for key, places in self._places.items()}


def soft_cover(likeness: Mapping[str, float], worth: Mapping[str, float], there: frozenset[str]) -> float:
    """How well the asked words that are not ``there`` are covered by like ones, each by its worth; 0 to 1."""
    total = sum(worth.values()) or 1.0
    near = (
        worth[key] * max(0.0, like - LEAST_LIKENESS)
        for key, like in likeness.items()
        if key in worth and key not in there
    )
    return sum(near) / total
