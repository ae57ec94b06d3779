"""The language model behind an OpenAI-compatible endpoint; no other module knows its client.

There is no default endpoint: without an address nothing is ever sent anywhere, and no key is read from the
environment of other programs.
"""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import Any
from urllib.parse import urlsplit

import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]  # the package has no types
from pydantic import SecretStr

from qa.errors import Cause, LanguageModelError
from qa.progress import AnswerStoppedError

ANSWER_TOKENS = 320  # written by the model at most; an answer is about 60 words with its keys
RETRIES = 2  # of a request answered 408, 409, 429 or 5xx, or not at all, with growing pauses
POLL_SECONDS = 0.05  # how often a stop is looked for while the model is silent
# Hosts of Azure OpenAI; given without a path, the address of its OpenAI-compatible interface is put behind them
AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
NO_KEY = "none"  # what the client sends where an endpoint needs no key
# Letters of a word, after its first, that are at least a token; names are cut smaller. See ``tokens``.
WORD_LETTERS, NAME_LETTERS = 6, 3
PIECE = re.compile(r"[A-Za-z]+|\t|\s*\n|[^\sA-Za-z]")


class _Endpoint(OpenAILike):  # type: ignore[misc]  # of a class without types
    """An OpenAI-compatible endpoint whose key stands in no log and no traceback."""

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [("model", self.model), ("api_base", self.api_base)]


def never() -> bool:
    """Nobody stops the answer."""
    return False


def open_llm(
    url: str,
    model: str,
    key: SecretStr | None = None,
    *,
    api_version: str = "",
    timeout: float = 60.0,
    context: int = 4096,
) -> LLM:
    """The model called ``model`` at ``url`` ("http://127.0.0.1:11434/v1", an Azure OpenAI resource, …).

    ``api_version`` is for Azure OpenAI deployments reached through dated interfaces (``model`` is then the
    deployment's name); without it Azure's OpenAI-compatible interface is used. ``timeout`` is in seconds a request,
    ``context`` in tokens. Nothing is sent before the first question. Raises LanguageModelError for an address or
    name that cannot be one.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise LanguageModelError(
            f"{url!r} is no address of a language model.", "Give it like http://127.0.0.1:11434/v1, with http or https."
        )
    if not model:
        raise LanguageModelError("No language model is named.", "Set its name as the endpoint knows it.")
    secret = key.get_secret_value() if key else ""
    more: dict[str, Any]
    headers: dict[str, str]
    base, more, headers = url.rstrip("/"), {}, {}
    if api_version:
        if "/deployments/" not in parts.path:
            base = f"{parts.scheme}://{parts.netloc}/openai/deployments/{model}"
        more = {"extra_query": {"api-version": api_version}, "extra_headers": {"Authorization": openai.Omit()}}
        headers = {"api-key": secret}
    elif parts.hostname.endswith(AZURE_HOSTS) and parts.path in {"", "/"}:
        base = f"{base}/openai/v1"
    return _Endpoint(
        model=model,
        api_base=base,
        api_key=secret or NO_KEY,
        is_chat_model=True,
        context_window=context,
        max_tokens=ANSWER_TOKENS,
        temperature=0.0,
        timeout=timeout,
        max_retries=RETRIES,
        additional_kwargs=more,
        default_headers=headers or None,
    )


def tokens(text: str) -> int:
    """At least as many tokens as common tokenizers cut an English text with tables into (a third more on average)."""
    return sum(_tokens_of(piece) for piece in PIECE.findall(text))


def _tokens_of(piece: str) -> int:
    if piece[0].isalpha() and piece.isascii():
        return 1 + (len(piece) - 1) // (NAME_LETTERS if piece[0].isupper() else WORD_LETTERS)
    return len(piece.encode()) if not piece.isascii() else 1  # each digit and sign; foreign letters by their bytes


def stream(
    llm: LLM, messages: Sequence[ChatMessage], *, seconds: float, stopped: Callable[[], bool] = never
) -> Generator[str]:
    """The model's words as they come. All of it, retries too, has ``seconds``.

    Raises LanguageModelError (unreachable, too slow, refused, broken off, malformed), AnswerStoppedError as soon as
    ``stopped`` returns true. Closing the iterator closes the connection.
    """
    pieces: queue.Queue[str | BaseException | None] = queue.Queue()
    listening = asyncio.run_coroutine_threadsafe(_listen(llm, messages, seconds, pieces), _loop())
    try:
        while True:
            if stopped():
                raise AnswerStoppedError("The answer was stopped.")
            try:
                piece = pieces.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise _told(piece, llm, seconds) from piece
            yield piece
    finally:
        listening.cancel()


def _loop() -> asyncio.AbstractEventLoop:
    """The one event loop, in a thread of its own, that all connections live in: there, waiting can be cut short."""
    with _starting:
        if not _loops:
            _loops.append(asyncio.new_event_loop())
            threading.Thread(target=_loops[0].run_forever, name="language-model", daemon=True).start()
        return _loops[0]


_starting = threading.Lock()
_loops: list[asyncio.AbstractEventLoop] = []


async def _listen(
    llm: LLM, messages: Sequence[ChatMessage], seconds: float, pieces: queue.Queue[str | BaseException | None]
) -> None:
    """Put every piece of the model's words into the queue, then None, or what went wrong."""
    try:
        async with asyncio.timeout(seconds):
            answer = await llm.astream_chat(messages)
            last: ChatResponse | None = None
            async for last in answer:
                if last.delta:
                    pieces.put(last.delta)
            if isinstance(answer, AsyncGenerator):
                await answer.aclose()
        if last is None:
            raise LanguageModelError("The language model said nothing.", _hint(llm), Cause.BROKEN_OFF)
        if _broken_off(last):
            raise LanguageModelError("The language model's answer broke off.", _hint(llm), Cause.BROKEN_OFF)
        pieces.put(None)
    except Exception as error:  # whatever the client raises is told by ``_told``
        pieces.put(error)


def _broken_off(last: ChatResponse) -> bool:
    """Whether an OpenAI-compatible stream ended without saying that, or why, it ended."""
    choices = getattr(last.raw, "choices", None)
    return choices is not None and len(choices) > 0 and choices[0].finish_reason is None


def _hint(llm: LLM) -> str:
    where = getattr(llm, "api_base", "")
    return f"Look at the endpoint{f' {where}' if where else ''} and run `board-qa doctor`."


def _told(error: BaseException, llm: LLM, seconds: float) -> LanguageModelError:
    """The client's exception as one of ours, without the key."""
    name, where = llm.metadata.model_name, getattr(llm, "api_base", "the endpoint")
    if isinstance(error, LanguageModelError):
        return error
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return LanguageModelError(
            f"The language model {name} did not finish within {seconds:g} seconds.",
            "Allow it more time, name a smaller model, or give it less to read (a smaller context).",
            Cause.TIMEOUT,
        )
    if isinstance(error, openai.APIStatusError):
        return LanguageModelError(
            f"The language model's endpoint answered {error.status_code}: {_safe(error.message, llm)}",
            STATUS_HINTS.get(error.status_code, _hint(llm)),
            Cause.REFUSED,
        )
    if isinstance(error, openai.APIConnectionError):
        return LanguageModelError(
            f"No language model answers at {where}.",
            "Start it, or correct its address; `board-qa doctor` tries it.",
            Cause.UNREACHABLE,
        )
    return LanguageModelError(
        f"The language model's answer cannot be read: {_safe(str(error) or type(error).__name__, llm)}",
        _hint(llm),
        Cause.UNREADABLE,
    )


STATUS_HINTS = {
    400: "The endpoint does not take the request: check the model's name and its context.",
    401: "The key is missing or wrong.",
    403: "The key may not use this model.",
    404: "Check the address (most end in /v1) and the model's name.",
    429: "The endpoint is busy or its quota is used up; ask again later.",
}
MESSAGE_LENGTH = 300  # characters told of an endpoint's own message


def _safe(message: str, llm: LLM) -> str:
    """An endpoint's message in one line, without the key that some endpoints repeat."""
    key = getattr(llm, "api_key", "") or ""
    plain = " ".join(message.split())
    if len(key) > len(NO_KEY):
        plain = plain.replace(key, "…")
    return plain[:MESSAGE_LENGTH]


def probe(llm: LLM, seconds: float) -> str:
    """The model's first words to a greeting, to see that it answers. Raises as ``stream``."""
    return "".join(stream(llm, [ChatMessage(role="user", content="Say: ready")], seconds=seconds)).strip()
