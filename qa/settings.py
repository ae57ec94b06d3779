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
    restricted_folders: str = Field(
        "",
        description="Folders whose papers are all restricted, with commas between; files and folders named “Exempt”,"
        " “Confidential”, “Part II” and so on are so without being named here.",
    )
    llm_url: str = Field(
        "",
        description="OpenAI-compatible endpoint that words the answers; without one they are put together of quotes.",
    )
    llm_model: str = Field("", description="The model's name as that endpoint knows it.")
    llm_key: SecretStr | None = Field(None, description="The endpoint's key, where it asks for one.")
    llm_api_version: str = Field("", description="For Azure OpenAI deployments reached through dated interfaces.")
    llm_timeout: float = Field(60.0, gt=0, description="Seconds after which the answer is put together of quotes.")
    llm_at_once: int = Field(
        4, ge=1, description="Questions that wait for the language model at once; others are answered by quotes."
    )
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
    audit_days: int = Field(
        365, ge=0, description="Days that the audit log (who did, and asked, what and when) is kept; 0 keeps none."
    )
    audit_questions: bool = Field(
        True,
        description="Whether the audit log holds the words of questions, beside who asked when and the pages cited.",
    )
    upload: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether packs can be added by the page; `auto`: only from the machine that the service runs on.",
    )
    auth: Literal["local", "proxy", "oidc"] = Field(
        "local",
        description="Who may come in: `local` whoever sits at the machine, `proxy` those whom a trusted proxy names,"
        " `oidc` those who sign in with an OpenID Connect provider. API tokens work with each.",
    )
    anonymous: bool = Field(
        False, description="For `proxy` and `oidc`: whether who has not signed in may see public papers and ask."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of the proxies before the service, with commas between; of nobody else are"
        " the headers believed that tell for whom a request is.",
    )
    proxy_user_header: str = Field(
        "X-Forwarded-User", min_length=1, description="Header in which the proxy names who is signed in."
    )
    proxy_groups_header: str = Field(
        "X-Forwarded-Groups", description="Header in which the proxy names the groups of who is signed in."
    )
    oidc_issuer: str = Field("", description="Address of the OpenID Connect provider, as it names itself.")
    oidc_client_id: str = Field("", description="What the provider calls this service.")
    oidc_client_secret: SecretStr | None = Field(None, description="The secret that the provider gave this service.")
    oidc_groups_claim: str = Field("groups", description="Claim of the provider's ID token that holds the groups.")
    oidc_scopes: str = Field("openid profile", description="Scopes asked of the provider, with spaces between.")
    member_groups: str = Field("", description="Groups whose people are members, with commas between.")
    officer_groups: str = Field("", description="Groups whose people are officers, with commas between.")
    admin_groups: str = Field("", description="Groups whose people are administrators, with commas between.")
    signed_in_role: Literal["public", "member", "officer", "admin"] = Field(
        "public", description="Role of people who are signed in and in none of these groups."
    )
    session_hours: float = Field(
        8, gt=0, le=720, description="Hours after which people sign in anew; they do so too after an hour without use."
    )
    questions_per_minute: int = Field(
        30,
        ge=0,
        description="Questions that a person may ask in a minute, and all who have not signed in at one address"
        " together; 0 sets no limit. None holds with `local`.",
    )
    requests_per_minute: int = Field(
        600, ge=0, description="The same for requests of any other kind; the pages' own files do not count."
    )
    answers_at_once: int = Field(
        0,
        ge=0,
        description="Questions that are answered at once; others wait a second at most and are then told to come again."
        " 0 takes one a core.",
    )
    host: str = Field("127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that `serve` listens on.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much is told on standard error; `info` has a line for each request."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How it is told: a line of words, or of JSON with its time, request id and fields."
    )
    log_questions: bool = Field(
        False,
        description="Whether the words of errors are told, with what people asked in them; else their kind and place.",
    )


def words(listed: str) -> list[str]:
    """The words of a setting that lists some, with commas between."""
    return [word for part in listed.split(",") if (word := part.strip())]


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
        shown = "" if name in ("password", "llm_key", "oidc_client_secret") else f" (it is {first['input']!r})"
        raise SettingsError(f"{variable(name)}: {first['msg']}{shown}.", about or "") from None
