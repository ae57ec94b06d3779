"""Spans proposed by an extractive question-answering model; only where one is set, and nothing depends on it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.embedding import cores
from index.model_files import load_quietly, model_folder, model_name, unavailable
from qa.evidence import Candidate

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

PASSAGES_READ = 10  # passages, those of the best candidates
SPAN_WORTH = 0.55  # of a sure span to the candidates that hold it: the spread of their scores
WINDOW_TOKENS = 384  # read at once, question included, where the model takes as many
SHARED_TOKENS = 128  # of two windows of a long text
MOST_TOKENS = 30  # of a span
KIND = "question-answering model"
BATCH = 8  # windows read at once
ADVICE = (
    "Set BOARD_QA_QA_MODEL to the name or folder of a transformers model for extractive question answering, or unset"
    " it to do without."
)
Array = npt.NDArray[np.float32]


class Span(NamedTuple):
    """The likeliest answer in a text: its words, where they start and end, and how likely, 0 to 1."""

    text: str
    start: int
    end: int
    score: float


class SpanReader:
    """One question-answering model. Safe to use from several threads. Made by ``load_span_reader``."""

    def __init__(self, name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, threads: int) -> None:
        self.name = name  # with a digest of the weights where it comes from a folder
        self._model = model
        self._tokenizer = tokenizer
        self._threads = threads
        places = getattr(model.config, "max_position_embeddings", WINDOW_TOKENS)
        self._window = min(WINDOW_TOKENS, tokenizer.model_max_length, places)
        self._lock = threading.Lock()

    def preferred(self, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, best first, those raised that hold the span proposed in their passage.

        Raises ModelUnavailableError.
        """
        passages = {c.evidence.passage.id: c.evidence.passage for c in candidates}
        chosen = list(passages.values())[:PASSAGES_READ]
        proposed = self.spans(question, [passage.text for passage in chosen])
        spans = {passage.id: span for passage, span in zip(chosen, proposed, strict=True) if span}
        return sorted((_raised(c, spans) for c in candidates), key=lambda c: -c.evidence.score)

    def spans(self, question: str, texts: Sequence[str]) -> list[Span | None]:
        """The likeliest answer in each text; None where the model sees none at all. Raises ModelUnavailableError."""
        if not texts:
            return []
        try:
            with self._lock:
                return self._spans(question, texts)
        except Exception as error:
            raise unavailable(KIND, self.name, error, ADVICE) from error

    def _spans(self, question: str, texts: Sequence[str]) -> list[Span | None]:
        import torch

        torch.set_num_threads(self._threads)
        windows = self._tokenizer(
            [self._cut(question)] * len(texts),
            list(texts),
            truncation="only_second",
            max_length=self._window,
            stride=min(SHARED_TOKENS, self._window // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )
        offsets = windows.pop("offset_mapping").tolist()
        owners = windows.pop("overflow_to_sample_mapping").tolist()
        found: list[Span | None] = [None] * len(texts)
        for first in range(0, len(owners), BATCH):
            with torch.inference_mode():
                read = self._model(**{name: rows[first : first + BATCH] for name, rows in windows.items()})
            for at, (starts, ends) in enumerate(zip(read.start_logits, read.end_logits, strict=True), start=first):
                inside = np.array([part == 1 for part in windows.sequence_ids(at)])
                nowhere = windows["input_ids"][at].tolist().index(self._tokenizer.cls_token_id)
                best = _best(starts.float().numpy(), ends.float().numpy(), inside, nowhere)
                known = found[owners[at]]
                if best is not None and (known is None or best[2] > known.score):
                    start, end = offsets[at][best[0]][0], offsets[at][best[1]][1]
                    found[owners[at]] = Span(texts[owners[at]][start:end], start, end, best[2])
        return found

    def _cut(self, question: str) -> str:
        """The question as far as it leaves half of the window to the text."""
        most = self._window // 2
        tokens = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return question if len(tokens) <= most else question[: tokens[most - 1][1]]


def _best(starts: Array, ends: Array, inside: npt.NDArray[np.bool_], nowhere: int) -> tuple[int, int, float] | None:
    """The first and last token of the likeliest span ``inside`` the text, and how likely it is.

    ``nowhere`` is the token with which models that were taught to abstain say that there is no answer; it takes its
    share of the likelihood.
    """
    if not inside.any():
        return None
    allowed = inside.copy()
    allowed[nowhere] = True
    start, end = (_shares(logits, allowed) * inside for logits in (starts, ends))
    pairs = np.triu(np.outer(start, end)) - np.triu(np.outer(start, end), MOST_TOKENS)
    first, last = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return int(first), int(last), float(pairs[first, last])


def _shares(logits: Array, allowed: npt.NDArray[np.bool_]) -> Array:
    powers = np.exp(np.where(allowed, logits - logits[allowed].max(), -np.inf))
    return np.asarray(powers / powers.sum(), np.float32)


def _raised(c: Candidate, spans: Mapping[int, Span]) -> Candidate:
    span = spans.get(c.evidence.passage.id)
    if span is None or not c.evidence.start <= span.start < span.end <= c.evidence.end:
        return c
    more = SPAN_WORTH * span.score
    return replace(c, evidence=replace(c.evidence, score=c.evidence.score + more, plain=c.evidence.plain + more))


def load_span_reader(name_or_folder: str, threads: int = 0) -> SpanReader:
    """The question-answering model of that name or in that folder; a named one that is not here is downloaded.

    ``threads`` 0 takes all cores. Raises ModelUnavailableError, for a model of another sort too.
    """
    try:
        folder = model_folder(name_or_folder)
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer, PreTrainedTokenizerFast
        from transformers.utils import logging as transformers_logging

        load_quietly()
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # what is missing is told below
        loading: Any = AutoModelForQuestionAnswering.from_pretrained(
            str(folder), local_files_only=True, output_loading_info=True
        )
        model, report = loading
        if report["missing_keys"]:
            raise ValueError(f"it has no weights for {', '.join(sorted(report['missing_keys']))}")
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise ValueError("its tokenizer does not tell where tokens stand (it has no tokenizer.json)")
        return SpanReader(model_name(name_or_folder), model.eval(), tokenizer, threads or cores())
    except Exception as error:
        raise unavailable(KIND, name_or_folder, error, ADVICE) from error
