"""One scale for the cosines of all embedding models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.embedding import bundled_folder, load_embedder
from index.likeness import USUAL, Scales, scales, unrelated
from qa.late import AskedWords
from qa.question import analyse


def test_the_bundled_model_sets_the_scale() -> None:
    model = load_embedder()
    assert scales(model) == Scales(1.0, 1.0)
    assert unrelated(model) == pytest.approx(USUAL, abs=0.002)


def test_another_models_unrelated_texts_are_put_where_the_bundled_ones_are(tmp_path: Path) -> None:
    folder = tmp_path / "another"
    shutil.copytree(bundled_folder(), folder)
    model = load_embedder(folder, query_prefix="Words put before each question, all the same, make all more alike: ")
    own, scale = unrelated(model), scales(model)
    assert abs(own.texts - USUAL.texts) > 0.01
    for cosine, stretch, usual in zip(own, scale, USUAL, strict=True):
        assert 1 - stretch * (1 - cosine) == pytest.approx(usual)


def test_late_interaction_is_told_on_the_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    model, question = load_embedder(), analyse("Which physician spoke?")
    [reading] = model.read(["The doctor spoke."])
    plain = AskedWords(model, question.text, question.terms).likeness(reading.tokens)
    monkeypatch.setattr("qa.late.scales", lambda _: Scales(texts=3.0, tokens=2.0))
    scaled = AskedWords(model, question.text, question.terms)
    mean, words = scaled.likeness(reading.tokens)
    assert mean == pytest.approx(1 - 2 * (1 - plain[0]))
    assert words == pytest.approx({key: 1 - 2 * (1 - like) for key, like in plain[1].items()})
    assert scaled.meaning(0.8) == pytest.approx(0.4)
