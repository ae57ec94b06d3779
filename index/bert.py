"""A BERT sentence model's forward pass in numpy, for questions and single sentences.

Importing sentence-transformers takes seconds, which each `board-qa ask` would pay to embed a few lines. This reads
the same weights in a fraction of a second and gives the same vectors (in float32, to about 1e-6). Passages are
embedded by sentence-transformers: for many long texts it is far faster.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

Array = npt.NDArray[np.float32]

# The parts of a sentence model that this can stand in for, by the class names in modules.json
MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
# erf, to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 7.1.26
ERF_SCALE = np.float32(0.3275911)
ERF_TERMS = tuple(np.float32(term) for term in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


PARTS = ("weight", "bias")


@dataclass(frozen=True, slots=True)
class _Dense:
    weight: Array  # (out, in)
    bias: Array

    def __call__(self, x: Array) -> Array:
        # this way round BLAS takes two thirds of the time of x @ weight.T for the few rows of a question
        return np.asarray(np.ascontiguousarray((self.weight @ x.T).T) + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Array
    bias: Array
    epsilon: float

    def __call__(self, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(self.epsilon))
        return np.asarray(centred / deviation * self.weight + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: _Dense  # queries, keys and values side by side
    attended: _Dense
    attended_norm: _Norm
    widen: _Dense
    narrow: _Dense
    narrow_norm: _Norm


class BertReader:
    """Reads texts of a few lines. Made by ``load_bert_reader``; safe to use from several threads."""

    def __init__(self, weights: dict[str, Array], config: dict[str, Any], mean_pooling: bool) -> None:
        weights = {name.removeprefix("bert."): weight for name, weight in weights.items()}
        epsilon = float(config["layer_norm_eps"])

        def dense(*names: str) -> _Dense:
            return _Dense(*(np.concatenate([weights[f"{name}.{part}"] for name in names]) for part in PARTS))

        def norm(name: str) -> _Norm:
            return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon)

        self._mean_pooling = mean_pooling
        self._heads = int(config["num_attention_heads"])
        self._words = weights["embeddings.word_embeddings.weight"]
        # a single text is all of the first segment, so that segment's vector is part of each place's
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._norm = norm("embeddings.LayerNorm")
        self._layers = []
        for number in range(int(config["num_hidden_layers"])):
            at = f"encoder.layer.{number}"
            own = f"{at}.attention.self"
            self._layers.append(
                _Layer(
                    attend=dense(f"{own}.query", f"{own}.key", f"{own}.value"),
                    attended=dense(f"{at}.attention.output.dense"),
                    attended_norm=norm(f"{at}.attention.output.LayerNorm"),
                    widen=dense(f"{at}.intermediate.dense"),
                    narrow=dense(f"{at}.output.dense"),
                    narrow_norm=norm(f"{at}.output.LayerNorm"),
                )
            )

    def read(self, texts: Sequence[list[int]]) -> list[tuple[Array, Array]]:
        """The vector and the token vectors of each text, given as token ids with the special ones; all float32.

        A vector is of shape (dimensions,) and of length 1, token vectors of shape (tokens, dimensions) as they are.
        All tokens of all texts go through a layer at once, without padding.
        """
        ends = np.cumsum([len(tokens) for tokens in texts])
        stretches = [slice(end - len(tokens), end) for end, tokens in zip(ends, texts, strict=True)]
        if not texts:
            return []
        places = np.concatenate([self._places[: len(tokens)] for tokens in texts])
        x = self._norm(self._words[np.concatenate(texts)] + places)
        for layer in self._layers:
            joined = layer.attend(x)
            attended = np.concatenate([self._attention(joined[stretch]) for stretch in stretches])
            x = layer.attended_norm(x + layer.attended(attended))
            x = layer.narrow_norm(x + layer.narrow(_gelu(layer.widen(x))))
        return [(self._pooled(x[stretch]), x[stretch]) for stretch in stretches]

    def _pooled(self, tokens: Array) -> Array:
        vector = tokens.mean(0) if self._mean_pooling else tokens[0]
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def _attention(self, x: Array) -> Array:
        length, width = x.shape[0], x.shape[1] // 3
        queries, keys, values = x.reshape(length, 3, self._heads, -1).transpose(1, 2, 0, 3)
        closeness = queries @ keys.transpose(0, 2, 1) / np.sqrt(np.float32(width // self._heads))
        shares = np.exp(closeness - closeness.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return np.asarray((shares @ values).transpose(1, 0, 2).reshape(length, width), np.float32)


def _gelu(x: Array) -> Array:
    z = np.abs(x)
    z *= np.float32(0.5**0.5)
    t = 1 / (1 + ERF_SCALE * z)
    polynomial = ERF_TERMS[0] * t
    for term in ERF_TERMS[1:]:
        polynomial += term
        polynomial *= t
    z *= -z
    polynomial *= np.exp(z, out=z)
    erf = np.copysign(np.subtract(1, polynomial, out=polynomial), x, out=polynomial)
    erf += 1
    erf *= x
    erf *= np.float32(0.5)
    return erf


def load_bert_reader(folder: Path) -> BertReader | None:
    """The reader of a model folder; None where the model is of another make and needs sentence-transformers."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    weights = folder / "model.safetensors"
    plain = (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and [module["type"].rpartition(".")[2] for module in modules] in MODULES
        and weights.exists()
    )
    if not plain:
        return None
    pooling = json.loads((folder / modules[1]["path"] / "config.json").read_text(encoding="utf-8"))
    modes = {name for name, value in pooling.items() if name.startswith("pooling_mode_") and value is True}
    if modes not in ({"pooling_mode_mean_tokens"}, {"pooling_mode_cls_token"}):
        return None
    found = load_file(weights)
    if any(weight.dtype != np.float32 for name, weight in found.items() if name.endswith(".weight")):
        return None
    return BertReader(found, config, modes == {"pooling_mode_mean_tokens"})
