"""Texts as vectors: the same by either way, in either arithmetic, whatever they are embedded together with."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import embedding
from index.bert import load_bert_reader
from index.embedding import Embedder, bundled_folder, has_bfloat16_units, load_embedder
from index.errors import ModelUnavailableError

ROOT = Path(__file__).resolve().parents[1]
TEXTS = [
    "RESOLVED: That the budget for 2024/25 be approved.",
    "",
    "£3.2m – naïve café, “quoted” ﬁnal 🦢",
    "Housing Revenue Account rents rise by 4.1%. " * 60,
    "The Board noted the report.",
]


@pytest.fixture(scope="module")
def exact() -> Embedder:
    return load_embedder(arithmetic="float32")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of the bundled model whose small files may be changed."""
    folder = tmp_path / "model"
    shutil.copytree(bundled_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(bundled_folder() / "model.safetensors")
    return folder


def rewrite(file: Path, **changes: object) -> None:
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, **changes}))


def test_a_question_is_embedded_without_loading_torch() -> None:
    script = (
        "import sys; from index.embedding import load_embedder; e = load_embedder();"
        "e.identity, e.max_tokens, e.count_tokens(['x']), e.embed_query('Who chairs?'), e.read(['Me.']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_loading_the_model_prints_nothing() -> None:
    script = "from index.embedding import load_embedder; load_embedder().embed_passages(['x'])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_questions_and_passages_share_one_space_by_either_way(exact: Embedder) -> None:
    passages = exact.embed_passages(TEXTS)
    assert passages.dtype == np.float32
    assert passages.shape == (len(TEXTS), exact.identity.dimensions)
    for text, passage in zip(TEXTS, passages, strict=True):
        np.testing.assert_allclose(exact.embed_query(text), passage, atol=2e-6)
    np.testing.assert_allclose([reading.vector for reading in load_embedder().read(TEXTS)], passages, atol=2e-6)
    np.testing.assert_allclose([reading.vector for reading in exact.read(TEXTS)], passages, atol=2e-6)


def test_neighbours_in_a_batch_change_nothing_and_the_order_is_kept(exact: Embedder) -> None:
    many = [text for text in TEXTS for _ in range(8)]
    alone = {text: exact.embed_passages([text])[0] for text in TEXTS}
    np.testing.assert_allclose(exact.embed_passages(many), [alone[text] for text in many], atol=2e-6)


def test_bfloat16_says_nearly_the_same_as_float32(exact: Embedder) -> None:
    quick = load_embedder(arithmetic="bfloat16").embed_passages(TEXTS)
    np.testing.assert_allclose((quick * quick).sum(axis=1), 1, atol=1e-5)
    assert ((quick * exact.embed_passages(TEXTS)).sum(axis=1) > 0.9995).all()


def test_nothing_gives_no_vectors(exact: Embedder) -> None:
    assert exact.embed_passages([]).shape == (0, 384)
    assert load_embedder().read([]) == exact.read([]) == []


def test_a_passage_of_max_tokens_is_read_to_its_end_and_no_further(exact: Embedder) -> None:
    full = "rent " * (exact.max_tokens - 1)
    assert exact.count_tokens([full + "rent", full]) == [exact.max_tokens, exact.max_tokens - 1]
    rent, swan, longer = exact.embed_passages([full + "rent", full + "swan", full + "rent and more"])
    assert np.abs(rent - swan).max() > 1e-3
    np.testing.assert_allclose(rent, longer, atol=2e-6)


def test_token_offsets_cut_the_text_where_tokens_do(exact: Embedder) -> None:
    text = "Déjà RESOLVED: £3.2m"
    pieces = [text[start:end] for start, end in exact.token_offsets(text)]
    assert len(pieces) == exact.count_tokens([text])[0]
    assert "".join(pieces) == text.replace(" ", "")


def test_token_vectors_are_the_same_by_either_way_and_those_of_the_tokens(exact: Embedder) -> None:
    for text, one, other in zip(TEXTS, exact.read(TEXTS), load_embedder().read(TEXTS), strict=True):
        assert one.tokens.shape == (min(exact.count_tokens([text])[0], exact.max_tokens), exact.identity.dimensions)
        np.testing.assert_allclose(one.tokens, other.tokens, atol=2e-3)
        np.testing.assert_allclose(one.tokens, exact.question_tokens(text), atol=2e-3)
        np.testing.assert_allclose(np.linalg.norm(one.tokens.astype(np.float32), axis=1), 1, atol=2e-3)


def test_a_model_that_takes_the_first_token_is_read_as_it_should(copied: Path) -> None:
    rewrite(copied / "1_Pooling" / "config.json", pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    model = load_embedder(copied, arithmetic="float32")
    assert load_bert_reader(copied) is not None
    np.testing.assert_allclose(model.embed_query(TEXTS[0]), model.embed_passages(TEXTS[:1])[0], atol=2e-6)


def test_a_model_of_another_make_is_left_to_sentence_transformers(copied: Path) -> None:
    rewrite(copied / "1_Pooling" / "config.json", pooling_mode_max_tokens=True, pooling_mode_mean_tokens=False)
    assert load_bert_reader(copied) is None
    model = load_embedder(copied, arithmetic="float32")
    np.testing.assert_allclose(model.embed_query(TEXTS[0]), model.embed_passages(TEXTS[:1])[0], atol=2e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("e5-small-v2", ("query: ", "passage: ")),
        ("multilingual-e5-base", ("query: ", "passage: ")),
        ("bge-small-en-v1.5", ("Represent this sentence for searching relevant passages: ", "")),
        ("bge-m3", ("", "")),
        ("gte-small", ("", "")),
    ],
)
def test_prefixes_of_known_families_need_not_be_set(copied: Path, name: str, expected: tuple[str, str]) -> None:
    identity = load_embedder(copied.rename(copied.with_name(name))).identity
    assert (identity.query_prefix, identity.passage_prefix) == expected


def test_prefixes_in_the_files_and_those_set_win_over_the_family(copied: Path) -> None:
    folder = copied.rename(copied.with_name("e5-own"))
    rewrite(folder / "config_sentence_transformers.json", prompts={"query": "ask: ", "document": "tell: "})
    assert load_embedder(folder).identity.passage_prefix == "tell: "
    identity = load_embedder(folder, query_prefix="q: ").identity
    assert (identity.query_prefix, identity.passage_prefix) == ("q: ", "tell: ")


def test_what_was_read_lately_is_not_read_again_and_little_of_it_is_kept(
    exact: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact.load()
    monkeypatch.setattr(embedding, "READINGS_KEPT", 2)
    read: list[str] = []
    once = Embedder._read
    monkeypatch.setattr(Embedder, "_read", lambda self, texts, prefix: read.extend(texts) or once(self, texts, prefix))
    first = exact.read(["a swan", "the rent", "a swan"])
    again = exact.read(["the rent", "a duck"])
    assert read == ["a swan", "the rent", "a duck"]
    np.testing.assert_array_equal(first[0].tokens, first[2].tokens)
    np.testing.assert_array_equal(first[1].vector, again[0].vector)
    exact.read(["a swan"])  # displaced by then
    assert read.count("a swan") == 2


def test_a_prefix_is_part_of_what_is_read(copied: Path) -> None:
    plain = load_embedder(copied, arithmetic="float32")
    prefixed = load_embedder(copied, "query: ", "passage: ", arithmetic="float32")
    np.testing.assert_allclose(prefixed.embed_query("rents"), plain.embed_query("query: rents"), atol=2e-6)
    np.testing.assert_allclose(prefixed.embed_passages(["rents"]), plain.embed_passages(["passage: rents"]), atol=2e-6)
    assert prefixed.max_tokens == plain.max_tokens - 2


def test_token_vectors_are_those_of_the_text_without_its_prefix(copied: Path) -> None:
    prefixed, loaded = (load_embedder(copied, "query: ", "passage: ", arithmetic="float32") for _ in range(2))
    loaded.load()
    text = "rents rise in May"
    for one, other in zip(prefixed.read([text, text]), loaded.read([text, text]), strict=True):
        assert len(one.tokens) == len(prefixed.token_offsets(text)) == len(prefixed.question_tokens(text))
        np.testing.assert_allclose(one.tokens, other.tokens, atol=2e-3)
    assert np.abs(prefixed.read([text])[0].tokens - load_embedder(copied).read([text])[0].tokens).max() > 0.01


def test_a_model_on_this_machine_is_loaded_without_asking_the_network(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refuse(host: object, *_: object, **__: object) -> None:
        asked.append(host)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_embedder(copied).load()
    assert asked == []


def test_models_of_one_folder_name_are_told_apart(copied: Path) -> None:
    first = load_embedder(copied).identity
    (copied / "model.safetensors").unlink()
    (copied / "model.safetensors").write_bytes(b"other weights")
    assert load_embedder(copied).identity.name != first.name


@pytest.mark.parametrize("missing", ["modules.json", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_a_file_is_told(copied: Path, missing: str) -> None:
    (copied / missing).unlink()
    with pytest.raises(ModelUnavailableError) as raised:
        load_embedder(copied)
    assert "BOARD_QA_EMBEDDING_MODEL" in raised.value.hint


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no such folder"):
        load_embedder(tmp_path / "nothing")


def test_damaged_weights_are_told(copied: Path) -> None:
    (copied / "model.safetensors").unlink()
    (copied / "model.safetensors").write_bytes(b"no weights")
    model = load_embedder(copied)
    for use in (model.load, lambda: model.embed_query("x")):
        with pytest.raises(ModelUnavailableError):
            use()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx512f avx512_bf16 amx_bf16 amx_tile", True),
        ("Features : fp asimd sve i8mm bf16 dgh", True),
        ("flags : fpu avx2 avx512f avx512_vnni", False),
    ],
)
def test_bfloat16_is_chosen_by_what_the_cpu_has(tmp_path: Path, flags: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(flags)
    assert has_bfloat16_units(tmp_path / "cpuinfo") is expected
    assert not has_bfloat16_units(tmp_path / "nothing")
