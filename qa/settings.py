"""All settings in one typed object, read from ``BOARD_QA_*`` environment variables; unknown ones are an error."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import SettingsError

PREFIX = "BOARD_QA_"


class Settings(BaseSettings):
    """What can be set. Make it with ``load_settings``, which also checks the names of the variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="Folder of the index and of the copies of the indexed PDFs.")
    embedding_model: str = Field(
        "all-MiniLM-L6-v2",
        description="The bundled model, or the name or folder of any sentence-transformers model.",
    )
    query_prefix: str = Field("", description="Put before each question when embedding, for models that need it.")
    passage_prefix: str = Field("", description="Put before each passage when embedding, for models that need it.")
    reranker: str = Field(
        "",
        description="Name or folder of a sentence-transformers CrossEncoder that ranks the best 50 passages anew.",
    )
    qa_model: str = Field(
        "",
        description="Name or folder of a transformers question-answering model whose spans speak for the sentences they"
        " stand in.",
    )
    arithmetic: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Arithmetic of the embedding model; `auto` takes bfloat16 where the CPU has units for it."
    )
    threads: int = Field(0, ge=0, description="CPU threads for the models; 0 takes all cores.")
    ocr: Literal["auto", "off"] = Field(
        "auto", description="`auto` reads scanned pages with tesseract or rapidocr, `off` leaves them unread."
    )
    max_file_mb: int = Field(500, ge=1, description="PDFs larger than this many megabytes are refused.")
    max_question_chars: int = Field(1000, ge=1, description="Longer questions are refused.")
    password: SecretStr | None = Field(None, description="Password tried on encrypted PDFs.")
    allow_exempt: bool = Field(
        False,
        description="Whether everyone who uses this installation may see exempt papers (Schedule 12A, Part II).",
    )
    llm_url: str = Field(
        "",
        description="OpenAI-compatible endpoint that words the answers; without one they are put together of quotes.",
    )
    llm_model: str = Field("", description="The model's name as that endpoint knows it.")
    llm_key: SecretStr | None = Field(None, description="The endpoint's key, where it asks for one.")
    llm_api_version: str = Field("", description="For Azure OpenAI deployments reached through dated interfaces.")
    llm_timeout: float = Field(60.0, gt=0, description="Seconds after which the answer is put together of quotes.")
    llm_context: int = Field(4096, ge=2048, description="Tokens that the model takes, question and answer included.")
    name: str = Field("board-qa", min_length=1, max_length=60, description="What the service is called on its pages.")
    logo: Path | None = Field(None, description="SVG or PNG file shown beside the name.")
    accent: str = Field(
        "#1d4f7c", pattern=r"^#[0-9A-Fa-f]{6}$", description="Colour of links and buttons, as in `#1d4f7c`."
    )
    contact: str = Field("", description="E-mail or web address of who runs the service, told on its pages.")
    robots: bool = Field(False, description="Whether search engines may list the pages.")
    keep_days: int = Field(
        365, ge=0, description="Days after its last question that a conversation is deleted; 0 keeps none."
    )
    upload: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether packs can be added by the page; `auto`: only from the machine that the service runs on.",
    )
    host: str = Field("127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that `serve` listens on.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much is told on standard error."
    )


def variable(name: str) -> str:
    """The environment variable of the setting ``name``."""
    return PREFIX + name.upper()


def load_settings(**given: Any) -> Settings:
    """Settings from the environment, ``given`` ones winning over it; None means not given.

    Raises SettingsError for an unknown ``BOARD_QA_*`` variable and for values that a setting cannot have.
    """
    known = [variable(name) for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"There is no setting {name}.", f"The nearest one is {nearest}; unset or rename it.")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        about = Settings.model_fields[name].description if name in Settings.model_fields else ""
        shown = "" if name in ("password", "llm_key") else f" (it is {first['input']!r})"
        raise SettingsError(f"{variable(name)}: {first['msg']}{shown}.", about or "") from None
