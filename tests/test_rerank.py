"""A cross-encoder's order: followed together with the search's, the same each time, and told when it cannot be had."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import BertForSequenceClassification, BertModel

from index.embedding import bundled_folder
from index.errors import ModelUnavailableError
from index.ingest import embedded_text
from qa.model import Filters, Question
from qa.rerank import RERANKED, Reranker, load_reranker
from qa.retrieve import Hit
from qa.service import BoardQA
from qa.settings import Settings
from tests.stored import passage
from tests.tiny_models import tiny_model

WORDS = "the ferry to quay costs runs daily is blue closed mill lane rents rise agreed by board how much what".split()
QUESTION = "How much is the ferry?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("cross"), BertForSequenceClassification, WORDS, num_labels=1)


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Reranker:
    return load_reranker(str(folder), threads=1)


def hits(count: int) -> tuple[Hit, ...]:
    """Passages with fewer and fewer of the words, scored evenly from 1.2 down."""
    chosen = [" ".join(WORDS[at % len(WORDS) :] + WORDS[: at % 7]) for at in range(count)]
    return tuple(Hit(passage(text, id=at + 1), 1.2 - at / count) for at, text in enumerate(chosen))


def test_where_the_search_is_undecided_the_order_is_that_of_the_cross_encoder(reranker: Reranker) -> None:
    same = tuple(Hit(hit.passage, 0.7) for hit in hits(8))
    scores = reranker.scores(QUESTION, [embedded_text(hit.passage) for hit in same])
    assert len(set(scores.tolist())) == 8
    expected = [same[place].passage.id for place in np.argsort(-scores)]
    found = [hit.passage.id for hit in reranker.reranked(QUESTION, same)]
    assert found[0] == expected[0]
    assert np.corrcoef([found.index(id_) for id_ in expected], range(8))[0, 1] > 0.9


def test_both_are_heard_the_cross_encoder_more(reranker: Reranker) -> None:
    given = hits(20)
    scores = reranker.scores(QUESTION, [embedded_text(hit.passage) for hit in given])
    found = [hit.passage.id - 1 for hit in reranker.reranked(QUESTION, given)]
    searched, crossed = list(range(20)), list(np.argsort(-scores))
    apart = [sum(abs(found.index(p) - order.index(p)) for p in range(20)) for order in (searched, crossed)]
    assert 0 < apart[1] < apart[0]


def test_scores_keep_the_scale_of_the_search_and_fall(reranker: Reranker) -> None:
    found = [hit.score for hit in reranker.reranked(QUESTION, hits(20))]
    assert found[0] == pytest.approx(1.2)
    assert found == sorted(found, reverse=True)


def test_what_is_not_read_stays_below_in_its_order(reranker: Reranker) -> None:
    given = hits(RERANKED + 5)
    found = reranker.reranked(QUESTION, given)
    assert sorted(hit.passage.id for hit in found) == [hit.passage.id for hit in given]
    assert [hit.passage.id for hit in found[RERANKED:]] == [hit.passage.id for hit in given[RERANKED:]]
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_the_same_question_gets_the_same_order_whatever_is_read_with_it(reranker: Reranker, folder: Path) -> None:
    given = hits(RERANKED)
    assert reranker.reranked(QUESTION, given) == load_reranker(str(folder), threads=2).reranked(QUESTION, given)
    texts = [hit.passage.text for hit in given]
    alone = [float(reranker.scores(QUESTION, [text])[0]) for text in texts]
    np.testing.assert_allclose(reranker.scores(QUESTION, texts), alone, atol=1e-5)


def test_a_passage_longer_than_the_model_reads_is_cut(reranker: Reranker) -> None:
    long = "the ferry runs daily " * 100
    assert reranker.scores(QUESTION, [long])[0] == pytest.approx(reranker.scores(QUESTION, [long + "closed"])[0])


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_a_single_passage_stay_as_they_are(reranker: Reranker, count: int) -> None:
    assert reranker.reranked(QUESTION, hits(count)) == hits(count)


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "nothing")):
        with pytest.raises(ModelUnavailableError) as raised:
            load_reranker(name)
        assert name in raised.value.message
        assert "BOARD_QA_RERANKER" in raised.value.hint


def test_damaged_weights_are_told(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(b"no weights" if file.suffix == ".safetensors" else file.read_bytes())
    with pytest.raises(ModelUnavailableError):
        load_reranker(str(tmp_path))


def test_an_embedding_model_is_not_taken_for_a_reranker(tmp_path: Path) -> None:
    for name in (bundled_folder(), tiny_model(tmp_path, BertModel, WORDS)):
        with pytest.raises(ModelUnavailableError, match="it is a BertModel"):
            load_reranker(str(name))


def test_a_model_that_gives_several_scores_is_not_taken_for_a_reranker(tmp_path: Path) -> None:
    tiny_model(tmp_path, BertForSequenceClassification, WORDS, num_labels=3)
    with pytest.raises(ModelUnavailableError, match="3 scores"):
        load_reranker(str(tmp_path))


def test_a_failure_while_reading_is_told(reranker: Reranker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reranker._model, "predict", lambda *_, **__: 1 / 0)
    with pytest.raises(ModelUnavailableError, match="division"):
        reranker.scores(QUESTION, ["the ferry"])


def test_search_and_answers_use_the_reranker_that_is_set(indexed: Path, folder: Path, service: BoardQA) -> None:
    query = "residents' parking permits"
    opened = BoardQA.open(Settings(data=indexed, reranker=str(folder), threads=1))
    try:
        plain = service.search(query, Filters(), 20)
        ranked = opened.search(query, Filters(), 20)
        assert [p.text for p in ranked] != [p.text for p in plain]
        assert opened.ask(Question(question="How much is a residents' parking permit?")).passages
        assert opened.identity().models["reranker"].startswith(folder.name + "@")
    finally:
        opened.close()


def test_a_reranker_that_cannot_be_had_is_no_reason_to_guess(indexed: Path, tmp_path: Path) -> None:
    opened = BoardQA.open(Settings(data=indexed, reranker=str(tmp_path)))
    try:
        for ask in (lambda: opened.ask(Question(question=QUESTION)), opened.identity):
            with pytest.raises(ModelUnavailableError, match="reranker"):
                ask()
        assert any("reranker" in reason for reason in opened.ready())
    finally:
        opened.close()
