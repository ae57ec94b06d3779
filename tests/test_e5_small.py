"""E5-small out of its package: the model that it should be, read with its prefixes, in place of the bundled one."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from index.e5_small import ARCHIVE, PACKAGE, main, make_e5_small
from index.embedding import Embedder, load_embedder
from index.errors import IndexMismatchError, ModelUnavailableError
from index.likeness import USUAL, unrelated
from qa.model import Question
from qa.service import BoardQA
from qa.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
TEXT = "RESOLVED: That the ferry timetable be approved."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in (PACKAGE, "onnx"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"NOT TESTED: the package {package} is missing; run: make better-model")
    made = tmp_path_factory.mktemp("models") / "e5-small"
    make_e5_small(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> Embedder:
    return load_embedder(folder, arithmetic="float32")


def test_its_prefixes_are_set_by_its_files_and_its_passages_are_as_long_as_usual(model: Embedder) -> None:
    assert (model.identity.query_prefix, model.identity.passage_prefix) == ("query: ", "passage: ")
    assert (model.identity.dimensions, model.max_tokens) == (384, load_embedder().max_tokens)


def test_it_gives_the_vectors_of_the_graph_it_was_made_of(folder: Path, model: Embedder, tmp_path: Path) -> None:
    import onnx.reference
    from onnx.reference.op_run import OpRun

    package = importlib.util.find_spec(PACKAGE)
    assert package is not None
    assert package.origin is not None
    with tarfile.open(Path(package.origin).parent / ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")

    class GatherElements(OpRun):  # onnx's own fails on a single row
        op_domain = ""

        def _run(self, data: np.ndarray, indices: np.ndarray, axis: int) -> tuple[np.ndarray]:
            return (np.take_along_axis(data, indices, axis),)

    graph = onnx.reference.ReferenceEvaluator(str(tmp_path / "e5-small.onnx"), new_ops=[GatherElements])
    ids = np.array([model._files.tokens("query: " + TEXT)])
    [tokens] = graph.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    expected = tokens[0].mean(0) / np.linalg.norm(tokens[0].mean(0))
    np.testing.assert_allclose(model.embed_query(TEXT), expected, atol=1e-5)


def test_loading_it_prints_nothing_and_torch_reads_as_is_read_without(folder: Path, model: Embedder) -> None:
    script = f"from index.embedding import load_embedder; load_embedder({str(folder)!r}).embed_passages(['x'])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    [without] = load_embedder(folder, arithmetic="float32").read([TEXT])
    np.testing.assert_allclose(model.embed_passages([TEXT])[0], without.vector, atol=2e-6)


def test_token_vectors_are_those_of_the_text_without_its_prefix(folder: Path, model: Embedder) -> None:
    model.load()
    for reader in (model, load_embedder(folder)):
        [reading] = reader.read([TEXT])
        assert len(reading.tokens) == len(model.token_offsets(TEXT)) == len(reader.question_tokens(TEXT))


def test_it_finds_what_is_meant(model: Embedder) -> None:
    texts = ["The ferry costs more from May.", "Doctors are in short supply in the west.", "Apologies were received."]
    likeness = model.embed_passages(texts) @ model.embed_query("Are there enough physicians?")
    assert int(likeness.argmax()) == 1


def test_what_it_calls_unlike_is_far_from_what_the_bundled_model_does(model: Embedder) -> None:
    own = unrelated(model)
    assert own.texts > USUAL.texts + 0.4
    assert own.tokens > USUAL.tokens + 0.2


def test_an_index_is_embedded_anew_with_it_and_answers(indexed: Path, folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(indexed, data)
    asked = Question(question="Who chaired the Cabinet?")
    service = BoardQA.open(Settings(data=data, embedding_model=str(folder)))
    try:
        with pytest.raises(IndexMismatchError):
            service.ask(asked)
        service.ingest([], re_embed=True)
        assert service.ask(asked).passages
    finally:
        service.close()


def test_making_it_tells_what_to_set(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = tmp_path / "again"
    (made / "old").mkdir(parents=True)
    assert main(made) == 0
    told = capsys.readouterr().out
    assert f"BOARD_QA_EMBEDDING_MODEL={made}" in told
    assert "--re-embed" in told
    assert "MIT" in told
    assert {path.name for path in made.iterdir()} == {path.name for path in folder.iterdir()}
    assert json.loads((made / "modules.json").read_text())[0]["path"] == ""


def test_other_weights_than_those_examined_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in (PACKAGE, "onnx"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / PACKAGE / ARCHIVE).parent.mkdir()
    (tmp_path / PACKAGE / ARCHIVE).write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelUnavailableError, match="not the file"):
        make_e5_small(tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_missing_package_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("index.e5_small.PACKAGE", "no_such_package")
    assert main(tmp_path / "made") == 1
    assert "make better-model" in capsys.readouterr().err
