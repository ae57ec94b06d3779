"""Prompts: one text file each in ``prompts/``, loaded by name.

A file begins with a header of ``# name: value`` lines (purpose, inputs, version); its messages follow, each under a
line ``[system]``, ``[user]`` or ``[assistant]`` (an answer shown as an example). ``{input}`` is what is filled in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.prompts import ChatPromptTemplate

from index.errors import BoardQAError

FOLDER = Path(__file__).resolve().parents[1] / "prompts"
PROMPTS = ("answer", "followup")
HEADER = re.compile(r"#\s*(?P<name>purpose|inputs|version)\s*:\s*(?P<value>.+)")
ROLE = re.compile(r"^\[(system|user|assistant)\]\s*$", re.M)


class PromptError(BoardQAError):
    """A prompt is missing, has no proper header, or is filled in wrongly."""

    code = "prompt"


@dataclass(frozen=True)
class Prompt:
    """One prompt: what it is for, what is filled in, its version and its text as a LlamaIndex template."""

    name: str
    purpose: str
    inputs: tuple[str, ...]
    version: int
    template: ChatPromptTemplate

    def messages(self, **given: str) -> list[ChatMessage]:
        """The prompt filled in; braces in what is given stay as they are. Raises PromptError for other inputs."""
        if set(given) != set(self.inputs):
            raise PromptError(
                f"The prompt {self.name} takes {', '.join(self.inputs)}, not {', '.join(sorted(given)) or 'nothing'}."
            )
        return self.template.format_messages(None, **given)


@lru_cache
def prompt(name: str, folder: Path = FOLDER) -> Prompt:
    """The prompt in ``prompts/<name>.txt``. Raises PromptError where it is missing or its header is not whole."""
    path = folder / f"{name}.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise PromptError(f"There is no prompt {name} in {folder}.") from None
    head, *parts = ROLE.split(text)
    header = {m["name"]: m["value"].strip() for m in HEADER.finditer(head)}
    if len(header) != 3 or not header["version"].isdigit() or not parts:
        raise PromptError(f"{path.name} lacks a header of purpose, inputs and version (a number), or a message.")
    messages = [
        ChatMessage(role=MessageRole(role), content=body.strip())
        for role, body in zip(parts[::2], parts[1::2], strict=True)
    ]
    inputs = tuple(part.strip() for part in header["inputs"].split(","))
    template = ChatPromptTemplate(message_templates=messages)
    if set(template.template_vars) != set(inputs):
        raise PromptError(f"{path.name}: its header names other inputs than its text has.")
    return Prompt(name, header["purpose"], inputs, int(header["version"]), template)
