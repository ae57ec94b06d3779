"""Where a model's files lie, and what those of a sentence-transformers model tell without loading it: its size, limit,
prefixes, tokenizer.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from index.errors import ModelUnavailableError
from index.records import ModelIdentity

# Families that were trained with a prefix and do not say so in their files, by a part of the model's name
PREFIXES = {
    "e5-": ("query: ", "passage: "),  # intfloat/e5-small-v2, intfloat/multilingual-e5-base
    "bge-": ("Represent this sentence for searching relevant passages: ", ""),  # BAAI/bge-small-en-v1.5
}
UNPREFIXED = ("bge-m3",)  # of a family above, but trained without
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
FINGERPRINT_BYTES = 65536
OTHER_FORMATS = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot"]  # of the weights, on the hub


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this machine; ``limit`` is how many tokens it reads of one text, special ones included."""

    folder: Path
    identity: ModelIdentity
    limit: int
    tokenizer: Tokenizer

    def tokens(self, text: str) -> list[int]:
        """The token ids of a text, special ones included, cut at the limit as sentence-transformers does."""
        own = self.tokenizer.num_special_tokens_to_add(is_pair=False)
        bare = self.tokenizer.encode(text, add_special_tokens=False)
        bare.truncate(self.limit - own)
        ids: list[int] = self.tokenizer.post_process(bare).ids
        return ids


def model_folder(name_or_folder: str, owner: str = "") -> Path:
    """Where the files of a model lie on this machine; those of one that is named, not a folder, are fetched first.

    ``owner`` is whose model on the hub a name without one means. Raises FileNotFoundError, and what fetching raises.
    """
    if Path(name_or_folder).is_dir():
        return Path(name_or_folder)
    if Path(name_or_folder).is_absolute() or name_or_folder.startswith("."):
        raise FileNotFoundError("there is no such folder")
    from huggingface_hub import snapshot_download

    model = name_or_folder if "/" in name_or_folder or not owner else f"{owner}/{name_or_folder}"
    return Path(snapshot_download(model, ignore_patterns=OTHER_FORMATS))


def model_name(name_or_folder: str) -> str:
    """What a model is known by: its name, or its folder's with a digest of the weights. Raises OSError."""
    folder = Path(name_or_folder)
    return f"{folder.name}@{_fingerprint(folder)}" if folder.is_dir() else name_or_folder


def unavailable(kind: str, name: str, error: Exception, advice: str) -> ModelUnavailableError:
    """The error for a model of this ``kind`` ("embedding model") that cannot be used, with the first line of why."""
    told = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelUnavailableError(f"The {kind} {name!r} cannot be loaded: {told}", advice)


def read_model_files(folder: Path, name: str, query_prefix: str, passage_prefix: str) -> ModelFiles:
    """Read a model's folder; prefixes given win over those of the files, these over those of the family.

    Raises OSError, ValueError or KeyError for a folder that is no whole sentence-transformers model with a
    tokenizer.json.
    """
    if not (folder / "modules.json").exists():
        raise ValueError(f"{folder} holds no sentence-transformers model (no modules.json)")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    config = _json(folder / "config.json")
    limits = (
        _json(folder / "sentence_bert_config.json").get("max_seq_length"),
        config.get("max_position_embeddings"),
        _json(folder / "tokenizer_config.json").get("model_max_length"),
    )
    known_query, known_passage = _prefixes(folder, name)
    identity = ModelIdentity(
        name=model_name(name),
        dimensions=_dimensions(folder, config),
        query_prefix=query_prefix or known_query,
        passage_prefix=passage_prefix or known_passage,
    )
    limit = next((int(found) for found in limits if found), 512)
    return ModelFiles(folder, identity, limit, tokenizer)


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _dimensions(folder: Path, config: dict[str, Any]) -> int:
    """The width of the vectors: of the last dense layer, else of all poolings together, else of the transformer."""
    width = int(config.get("hidden_size") or config["dim"])
    for module in json.loads((folder / "modules.json").read_text(encoding="utf-8")):
        settings = _json(folder / module["path"] / "config.json") if module["path"] else {}
        if module["type"].endswith("Pooling"):
            modes = sum(bool(value) for key, value in settings.items() if key.startswith("pooling_mode"))
            width = int(settings["word_embedding_dimension"]) * max(1, modes)
        elif module["type"].endswith("Dense"):
            width = int(settings["out_features"])
    return width


def _prefixes(folder: Path, name: str) -> tuple[str, str]:
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    query, passage = prompts.get("query") or "", prompts.get("passage") or prompts.get("document") or ""
    if query or passage:
        return query, passage
    low = f"{folder.name} {name}".lower()
    if any(family in low for family in UNPREFIXED):
        return "", ""
    return next((prefixes for family, prefixes in PREFIXES.items() if family in low), ("", ""))


def _fingerprint(folder: Path) -> str:
    """Tells models apart whose folders have one name: a digest of the weights' first bytes and size."""
    weights = next((folder / name for name in WEIGHTS if (folder / name).exists()), folder / "config.json")
    with weights.open("rb") as file:
        begin = file.read(FINGERPRINT_BYTES)
    return hashlib.sha256(begin + str(weights.stat().st_size).encode()).hexdigest()[:8]


def load_quietly() -> None:
    """Keep sentence-transformers and transformers from printing bars and notes while a model loads."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped there
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
