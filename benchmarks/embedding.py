"""One embedding model: indexes packs, asks a question set, prints one JSON object.

``python -m benchmarks.embedding MODEL QUERY_PREFIX PASSAGE_PREFIX SET PAGES``, called by ``benchmarks.embeddings``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import tell, timing
from benchmarks.stages import EMBED, watch_ingest
from eval.figures import aggregate
from eval.generate import keep_pages
from eval.questions import PAGE_MAP, GoldQuestion, read_pages, read_questions
from eval.runs import read_run_pages
from eval.score import score
from index.embedding import load_embedder
from index.fulltext import any_of
from index.model import Passage
from index.records import Scope
from index.store import Store
from index.vectors import VectorIndex
from qa.conversation import standalone
from qa.model import Answer, RankedPassage, Status
from qa.retrieve import CONTEXT_WEIGHT, DENSE_WEIGHT, DEPTH, LEXICAL_WEIGHT, fuse
from qa.service import BoardQA
from qa.settings import Settings, load_settings
from qa.words import content_words

Rankings = dict[str, Answer]  # by question id


def main(model: str, query_prefix: str, passage_prefix: str, questions: Path, pages: Path) -> None:
    """Index, search, ask, and tell."""
    asked = [question for question in read_questions(questions) if question.state == "checked"]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data=Path(folder) / "data",
            embedding_model=model,
            query_prefix=query_prefix,
            passage_prefix=passage_prefix,
        )
        found = _indexed(settings, pages)
        found["rankings"] = {
            way: aggregate(score(asked, ranking, {})) for way, ranking in _searched(settings, asked).items()
        }
        found["rankings"]["the whole engine"] = _answered(settings, asked, pages, Path(folder))
    tell(found)


def _indexed(settings: Settings, pages: Path) -> dict[str, Any]:
    """How much there was to embed and how long that took, loading the model left out."""
    found: dict[str, Any] = {}
    service = BoardQA.open(settings)
    try:
        with timing(found, "start"):
            service._model().load()
        watch = watch_ingest()
        service.ingest([pages])
        found["embed"] = watch.seconds[EMBED]
        found["passages"] = service._store.passage_count()
        found["model"] = service.identity().models["embedding"]
        found["arithmetic"] = service._model().arithmetic
    finally:
        service.close()
    return found


def _searched(settings: Settings, asked: Sequence[GoldQuestion]) -> dict[str, Rankings]:
    """What each search alone finds, with nothing of the engine's before or after it."""
    embedder = load_embedder(settings.embedding_model, settings.query_prefix, settings.passage_prefix)
    found: dict[str, Rankings] = {"vectors alone": {}, "words alone (FTS5)": {}, "both, ranks fused": {}}
    with Store(settings.data) as store:
        vectors = VectorIndex(settings.data, store)
        files = {pack.id: pack.record.file for pack in store.packs()}
        everything = store.passage_ids(Scope())
        for question in asked:
            put = question.asked()
            text = standalone(put.question, put.history)
            ids, closeness = vectors.search(embedder.embed_query(text), DEPTH, everything)
            dense = [(int(id_), float(cosine)) for id_, cosine in zip(ids, closeness, strict=True)]
            lexical = store.fts(any_of(content_words(text)), Scope(), DEPTH, (1.0, CONTEXT_WEIGHT))
            fused = fuse([(lexical, LEXICAL_WEIGHT), (dense, DENSE_WEIGHT)])
            orders = (dict(dense), dict(lexical), dict(sorted(fused.items(), key=lambda scored: -scored[1])))
            for way, order in zip(found, orders, strict=True):
                passages = {passage.id: passage for passage in store.passages(order)}
                found[way][question.id] = _ranking((passages[id_] for id_ in order), files)
    return found


def _ranking(passages: Iterable[Passage], files: Mapping[str, str]) -> Answer:
    """The passages' pages in their order, as an answer that says nothing."""
    return Answer(
        question="",
        standalone_question="",
        status=Status.ANSWERED,
        answered=True,
        answer="",
        passages=list(_pages(passages, files)),
    )


def _pages(passages: Iterable[Passage], files: Mapping[str, str]) -> Iterator[RankedPassage]:
    for passage in passages:
        for span in passage.spans:
            yield RankedPassage(
                file=files[passage.pack], pack=passage.pack, page=None, pdf_page=span.pdf_page, score=0.0, text=""
            )


def _answered(settings: Settings, asked: Sequence[GoldQuestion], pages: Path, folder: Path) -> dict[str, float | None]:
    service = BoardQA.open(settings)
    try:
        service.ready()
        answers = {question.id: service.ask(question.asked()) for question in asked}
        truth = read_pages(pages) if any(pages.glob("*" + PAGE_MAP)) else {}
        keep_pages(service, asked, answers.values(), truth, folder)
    finally:
        service.close()
    return aggregate(score(asked, answers, read_run_pages(folder)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
