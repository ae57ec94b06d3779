"""Files that were refused, as a clerk is told of them: why, what can be done, and the command that tries them again."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field

from index.errors import EncryptedFileError
from index.records import Refusal

GONE = "It is no longer where it was: get the file and add it again."


class RefusedFile(BaseModel):
    """One refused file; it is not tried again by itself until it changes."""

    file: str = Field(description="Name of the file")
    path: str = Field(description="Where it lay")
    when: AwareDatetime | None = Field(description="When it was refused last; null in an index of older versions")
    code: str = Field(description="Why, for programs")
    reason: str = Field(description="Why, in words")
    hint: str = Field(description="What can be done")
    retry: str | None = Field(description="Command that tries it again; null where the file is gone")


def refused_file(refusal: Refusal) -> RefusedFile:
    """A refusal as it is told."""
    there = Path(refusal.path).exists()
    asks = "--password - " if refusal.code == EncryptedFileError.code else ""
    return RefusedFile(
        file=refusal.file,
        path=refusal.path,
        when=datetime.fromisoformat(refusal.at) if refusal.at else None,
        code=refusal.code,
        reason=refusal.message,
        hint=refusal.hint if there else GONE,
        retry=f"board-qa ingest --retry {asks}{shlex.quote(refusal.path)}" if there else None,
    )
