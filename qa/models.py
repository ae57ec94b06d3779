"""The models that sharpen the search and the reading where they are set; nothing depends on them."""

from __future__ import annotations

from index.model_files import model_name, unavailable
from qa import rerank, spans
from qa.finder import Finder
from qa.settings import Settings


def sharpen(finder: Finder, settings: Settings) -> None:
    """Give the finder the reranker and the question-answering model that are set. Raises ModelUnavailableError."""
    if settings.reranker:
        finder.reranker = rerank.load_reranker(settings.reranker, settings.threads)
    if settings.qa_model:
        finder.spans = spans.load_span_reader(settings.qa_model, settings.threads)


def names(settings: Settings) -> dict[str, str]:
    """What each of them that is set is known by, under what it does. Raises ModelUnavailableError."""
    found: dict[str, str] = {}
    for use, name, kind, advice in (
        ("reranker", settings.reranker, rerank.KIND, rerank.ADVICE),
        ("qa", settings.qa_model, spans.KIND, spans.ADVICE),
    ):
        try:
            found |= {use: model_name(name)} if name else {}
        except OSError as error:
            raise unavailable(kind, name, error, advice) from error
    return found
