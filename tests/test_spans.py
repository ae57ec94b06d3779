"""Spans of a question-answering model: where they stand, how likely they are, and what they do for evidence."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import torch
from transformers import BertForQuestionAnswering, BertModel

from index.errors import ModelUnavailableError
from index.model import Passage
from qa.evidence import Candidate
from qa.model import Question
from qa.service import BoardQA
from qa.settings import Settings
from qa.spans import MOST_TOKENS, PASSAGES_READ, SPAN_WORTH, SpanReader, load_span_reader
from qa.units import Evidence
from tests.stored import passage
from tests.tiny_models import tiny_model

WORDS = "the ferry to quay costs runs daily is blue closed mill lane rents rise agreed by board how much what".split()
QUESTION = "How much is the ferry?"
TEXTS = ["The ferry costs £42 daily.", "Mill Lane is closed, the board agreed.", "Rents rise by 4.1 to 9."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("spans"), BertForQuestionAnswering, WORDS)


@pytest.fixture(scope="module")
def reader(folder: Path) -> SpanReader:
    return load_span_reader(str(folder), threads=1)


def likeliest(reader: SpanReader, text: str) -> tuple[str, float]:
    """The likeliest span by trying every one, and its likelihood, of a text that fits into one window."""
    read = reader._tokenizer(QUESTION, text, return_offsets_mapping=True, return_tensors="pt")
    offsets = read.pop("offset_mapping")[0].tolist()
    inside = [at for at, part in enumerate(read.sequence_ids(0)) if part == 1]
    with torch.inference_mode():
        logits = reader._model(**read)
    start, end = (
        dict(zip([0, *inside], torch.softmax(values[0][[0, *inside]], 0).tolist(), strict=True))
        for values in (logits.start_logits, logits.end_logits)
    )
    pairs = [(first, last) for first, last in product(inside, inside) if first <= last < first + MOST_TOKENS]
    first, last = max(pairs, key=lambda pair: start[pair[0]] * end[pair[1]])
    return text[offsets[first][0] : offsets[last][1]], start[first] * end[last]


def test_the_likeliest_span_is_proposed_with_its_place_and_likelihood(reader: SpanReader) -> None:
    for text, span in zip(TEXTS, reader.spans(QUESTION, TEXTS), strict=True):
        assert span is not None
        expected, likelihood = likeliest(reader, text)
        assert (span.text, text[span.start : span.end]) == (expected, expected)
        assert span.score == pytest.approx(likelihood, abs=1e-4)


def test_neighbours_change_nothing(reader: SpanReader) -> None:
    together = reader.spans(QUESTION, [*TEXTS, "the ferry " * 20] * 4)
    for text, span in zip(TEXTS, together[:3], strict=True):
        [alone] = reader.spans(QUESTION, [text])
        assert alone is not None
        assert span is not None
        assert span[:3] == alone[:3]
        assert span.score == pytest.approx(alone.score, abs=1e-5)


def test_a_long_text_is_read_to_its_end(reader: SpanReader) -> None:
    filler = "blue " * 150
    spans = [reader.spans(QUESTION, [text])[0] for text in (filler, filler + TEXTS[0], TEXTS[0] + filler)]
    assert len({span and span.score for span in spans}) == 3


def test_a_long_question_leaves_room_for_the_text(reader: SpanReader) -> None:
    [span] = reader.spans("How much is the ferry " * 50, [TEXTS[0]])
    assert span is not None
    assert span.text in TEXTS[0]


def test_a_text_without_words_has_no_span(reader: SpanReader) -> None:
    assert reader.spans(QUESTION, ["", TEXTS[0]])[0] is None
    assert reader.spans(QUESTION, []) == []


def candidate(within: Passage, start: int, end: int, score: float) -> Candidate:
    return Candidate(Evidence(within, start, end, "", score=score, plain=score - 0.1), {})


def test_evidence_that_holds_its_passages_span_is_raised_and_no_other(reader: SpanReader) -> None:
    text = " ".join(TEXTS)
    [span] = reader.spans(QUESTION, [text])
    assert span is not None
    within = replace(passage(text), id=1)
    holds, misses = (span.start, span.end), (span.start, span.end - 1)
    given = [candidate(within, *misses, 1.0), candidate(within, *holds, 1.0), candidate(within, 0, len(text), 0.1)]
    best, second, third = reader.preferred(QUESTION, given)
    more = SPAN_WORTH * span.score
    assert ((best.evidence.start, best.evidence.end), best.evidence.score) == (holds, pytest.approx(1.0 + more))
    assert best.evidence.plain == pytest.approx(0.9 + more)
    assert second == given[0]
    assert third.evidence.score == pytest.approx(0.1 + more)


def test_only_the_passages_of_the_best_evidence_are_read(reader: SpanReader) -> None:
    passages = [replace(passage(TEXTS[0]), id=number) for number in range(PASSAGES_READ + 1)]
    given = [candidate(p, 0, len(p.text), 1 - 0.01 * place) for place, p in enumerate(passages)]
    found = reader.preferred(QUESTION, given)
    assert found[-1] == given[-1]
    assert all(c.evidence.score > 1 - 0.01 * place for place, c in enumerate(found[:-1]))


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "nothing")):
        with pytest.raises(ModelUnavailableError) as raised:
            load_span_reader(name)
        assert name in raised.value.message
        assert "BOARD_QA_QA_MODEL" in raised.value.hint


def test_a_model_without_weights_for_spans_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tiny_model(tmp_path, BertModel, WORDS)
    with pytest.raises(ModelUnavailableError, match=r"no weights for qa_outputs"):
        load_span_reader(str(tmp_path))
    assert capfd.readouterr().err == ""


def test_damaged_weights_are_told(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(b"no weights" if file.suffix == ".safetensors" else file.read_bytes())
    with pytest.raises(ModelUnavailableError):
        load_span_reader(str(tmp_path))


def test_answers_hear_the_model_that_is_set(indexed: Path, folder: Path, service: BoardQA) -> None:
    asked = Question(question="How much is a residents' parking permit?")
    opened = BoardQA.open(Settings(data=indexed, qa_model=str(folder), threads=1))
    try:
        _, plain = service.candidates(asked)
        _, heard = opened.candidates(asked)
        assert {c.evidence.text for c in heard} == {c.evidence.text for c in plain}
        assert max(c.evidence.score for c in heard) >= max(c.evidence.score for c in plain)
        assert sum(c.evidence.score for c in heard) > sum(c.evidence.score for c in plain)
        assert opened.identity().models["qa"].startswith(folder.name + "@")
    finally:
        opened.close()
