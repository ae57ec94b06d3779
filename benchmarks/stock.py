"""The stock side: LlamaIndex as its starter tutorial has it, with the same embedding model in float32.

``python -m benchmarks.stock FILE…`` prints one JSON object. LlamaIndex's own PDF reader lies in a package that needs
pandas and an older pypdf than board-qa's; ``PdfPages`` does what it does.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pypdf
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document, MetadataMode

from benchmarks.measure import tell, timing
from index.embedding import BUNDLED_PACKAGE, load_embedder


class PdfPages(BaseReader):
    """One document a page by pypdf, as llama-index-readers-file 0.7.0's PDFReader."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """The pages of ``file``, each with its label."""
        with file.open("rb") as stream:
            paper = pypdf.PdfReader(stream)
            return [
                Document(
                    text=paper.pages[place].extract_text(),
                    metadata={"page_label": paper.page_labels[place], "file_name": file.name, **(extra_info or {})},
                )
                for place in range(len(paper.pages))
            ]


class StockEmbedding(BaseEmbedding):
    """The bundled model as LlamaIndex's sentence-transformers embedding runs it: ten texts at once, cut at 256."""

    _model: Any = PrivateAttr()

    def __init__(self) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2")  # embed_batch_size stays at LlamaIndex's own 10
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        from sentence_transformers import SentenceTransformer

        package = importlib.util.find_spec(BUNDLED_PACKAGE)
        if package is None or package.origin is None:
            sys.exit(f"{BUNDLED_PACKAGE} is not installed")
        self._model = SentenceTransformer(str(Path(package.origin).parent / "model"), device="cpu")

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors = self._model.encode(
            texts, batch_size=self.embed_batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        found: list[list[float]] = vectors.tolist()
        return found

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def main(files: list[Path]) -> None:
    """Read, split, embed and index ``files`` in memory."""
    found: dict[str, Any] = {"side": "stock"}
    with timing(found, "start"):
        model = StockEmbedding()
        model.get_text_embedding_batch(["The minutes were agreed."] * 10)
    with timing(found, "end to end"):
        with timing(found, "read"):
            reader = SimpleDirectoryReader(input_files=files, file_extractor={".pdf": PdfPages()}, raise_on_error=True)
            pages = reader.load_data()
        with timing(found, "cut"):
            nodes = SentenceSplitter().get_nodes_from_documents(pages)
        with timing(found, "embed and index"):
            VectorStoreIndex(nodes, embed_model=model)
    counter = load_embedder()
    counts = [n + 2 for n in counter.count_tokens([node.get_content(MetadataMode.EMBED) for node in nodes])]
    limit = counter.max_tokens + 2
    found |= {"pages": len(pages), "passages": len(nodes), "tokens": sum(counts)}
    found["tokens embedded"] = sum(min(count, limit) for count in counts)
    tell(found)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
