"""The models that may be set besides the embedding model: tried by the doctor, told apart, and none needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import BertForQuestionAnswering, BertForSequenceClassification

from index.errors import ModelUnavailableError
from qa.doctor import Check, examine
from qa.models import names
from qa.settings import Settings
from tests.tiny_models import tiny_model

WORDS = "who chairs the meeting leader".split()


def checks(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings)}


def test_the_doctor_tries_each_model_that_is_set(tmp_path: Path) -> None:
    reranker = tiny_model(tmp_path / "cross", BertForSequenceClassification, WORDS, num_labels=1)
    reader = tiny_model(tmp_path / "spans", BertForQuestionAnswering, WORDS)
    settings = Settings(data=tmp_path / "data", reranker=str(reranker), qa_model=str(reader))
    found = checks(settings)
    assert (found["Reranker"].state, found["Question-answering model"].state) == ("ok", "ok")
    assert found["Reranker"].found == names(settings)["reranker"]
    assert found["Question-answering model"].found.startswith(names(settings)["qa"])


def test_the_doctor_says_what_to_do_about_models_that_cannot_be_had(tmp_path: Path) -> None:
    found = checks(Settings(data=tmp_path / "data", reranker=str(tmp_path), qa_model=str(tmp_path / "nothing")))
    for name, variable in (("Reranker", "BOARD_QA_RERANKER"), ("Question-answering model", "BOARD_QA_QA_MODEL")):
        assert found[name].state == "broken"
        assert variable in found[name].advice


def test_the_doctor_is_silent_of_models_that_are_not_set(tmp_path: Path) -> None:
    assert not {"Reranker", "Question-answering model"} & checks(Settings(data=tmp_path / "data")).keys()


def test_models_of_one_folder_name_are_told_apart_and_hub_models_go_by_their_names(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "cross", BertForSequenceClassification, WORDS, num_labels=1)
    before = names(Settings(reranker=str(folder)))
    tiny_model(folder, BertForSequenceClassification, [*WORDS, "ferry"], num_labels=1)
    assert names(Settings(reranker=str(folder))) != before
    assert names(Settings(qa_model="owner/model")) == {"qa": "owner/model"}
    assert names(Settings()) == {}


def test_a_folder_without_a_model_has_no_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="question-answering"):
        names(Settings(qa_model=str(tmp_path)))
