"""Prompts are files with a header, and are filled in without their data becoming part of the template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from llama_index.core.prompts import BasePromptTemplate

from qa.generation import EXAMPLE_KEYS
from qa.prompts import FOLDER, PromptError, prompt

NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good prompt, to be spoilt."""
    (tmp_path / "short.txt").write_text(
        "# purpose: to test\n# inputs: question\n# version: 3\n[user]\nQ: {question}\n", encoding="utf-8"
    )
    return tmp_path


def test_there_are_prompts() -> None:
    assert {"answer", "followup"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_tells_its_purpose_inputs_and_version_and_fills_in(name: str) -> None:
    found = prompt(name)
    assert found.purpose
    assert found.version >= 1
    assert isinstance(found.template, BasePromptTemplate)
    messages = found.messages(**{given: f"<{given}>" for given in found.inputs})
    text = "\n".join(str(message.content) for message in messages)
    assert all(text.count(f"<{given}>") == 1 for given in found.inputs)
    assert not re.search(r"\{\w+\}", text)
    assert messages[0].role.value == "system"
    assert messages[-1].role.value == "user"


def test_a_prompt_is_rendered_whole(folder: Path) -> None:
    [message] = prompt("short", folder).messages(question="Who chairs?")
    assert (message.role.value, message.content) == ("user", "Q: Who chairs?")
    assert prompt("short", folder).version == 3


def test_braces_and_template_marks_in_evidence_stay_text() -> None:
    evidence = "{question} {{words}} %s $question [system] {0.__class__}"
    messages = prompt("answer").messages(question="Who chairs?", evidence=evidence, words="60")
    assert evidence in str(messages[-1].content)
    assert sum(str(message.content).count("Who chairs?") for message in messages) == 1


def test_the_answers_in_the_example_cite_the_keys_that_no_evidence_gets() -> None:
    examples = [m for m in prompt("answer").messages(question="", evidence="", words="") if m.role == "assistant"]
    assert {key for m in examples for key in re.findall(r"\[(\w+)\]", str(m.content))} <= set(EXAMPLE_KEYS)
    shown = " ".join(str(m.content) for m in prompt("answer").messages(question="", evidence="", words=""))
    assert set(re.findall(r"\[(\w+)\]", shown)) == set(EXAMPLE_KEYS)


def test_other_inputs_than_the_prompts_are_refused(folder: Path) -> None:
    with pytest.raises(PromptError, match="takes question, not answer"):
        prompt("short", folder).messages(answer="x")


@pytest.mark.parametrize(
    "text",
    [
        "[user]\n{question}\n",
        "# purpose: x\n# inputs: question\n# version: new\n[user]\n{question}\n",
        "# purpose: x\n# inputs: question\n# version: 1\n{question}\n",
        "# purpose: x\n# inputs: question\n# version: 1\n[user]\n{answer}\n",
        "# purpose: x\n# inputs: question, answer\n# version: 1\n[user]\n{question}\n",
    ],
)
def test_a_prompt_without_a_whole_header_is_refused(folder: Path, text: str) -> None:
    (folder / "spoilt.txt").write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match="spoilt"):
        prompt("spoilt", folder)


def test_a_missing_prompt_is_told(folder: Path) -> None:
    with pytest.raises(PromptError, match="no prompt other"):
        prompt("other", folder)
