"""What users think of answers: a thumb up or down with a reason and a comment, kept with the answer they saw."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import IndexDamagedError
from index.feedback_store import FeedbackStore
from qa.errors import UsageError
from qa.model import Answer, Turn

MAX_REASON_CHARS = 100
MAX_COMMENT_CHARS = 2000
MAX_ENTRY_BYTES = 64 * 1024  # an answer with its citations and ten earlier turns takes about a third


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"


class Feedback(BaseModel):
    """What one user thinks of one answer."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="The question as it was asked")
    history: list[Turn] = Field(default_factory=list, description="Earlier turns, oldest first")
    answer: Answer = Field(description="The answer object that was shown; its `passages` may be left out")
    verdict: Verdict = Field(description="Thumb up or down")
    reason: str = Field("", max_length=MAX_REASON_CHARS, description="In a few words: wrong page, incomplete, …")
    comment: str = Field("", max_length=MAX_COMMENT_CHARS, description="In the user's own words")


class FeedbackEntry(Feedback):
    """Feedback as it is kept: without the answer's ``passages``, which hold much text that was not shown."""

    id: str = ""
    given: datetime = Field(description="When it was given, UTC")


class FeedbackReceipt(BaseModel):
    id: str = Field(description="The id that the feedback is kept under")


def keep(store: FeedbackStore, feedback: Feedback) -> str:
    """Keep feedback; its id. Raises UsageError where it is too large or cannot be kept, FeedbackFullError."""
    answer = feedback.answer.model_copy(update={"passages": []})
    entry = FeedbackEntry(
        **feedback.model_dump(exclude={"answer"}), answer=answer, given=datetime.now(UTC).replace(microsecond=0)
    )
    try:
        written = entry.model_dump_json(exclude={"id"})
        FeedbackEntry.model_validate_json(written)
    except ValueError:  # half a surrogate pair, a box at infinity: what one could not read again
        raise UsageError("The feedback holds a text or number that JSON cannot keep.", "") from None
    if len(written.encode()) > MAX_ENTRY_BYTES:
        raise UsageError(
            f"The feedback is larger than {MAX_ENTRY_BYTES // 1024} KiB.", "Send fewer earlier turns with it."
        )
    return store.add(written, (citation.pack for citation in answer.citations))


def kept(store: FeedbackStore) -> list[FeedbackEntry]:
    """All feedback, oldest first. Raises IndexDamagedError."""
    try:
        return [
            FeedbackEntry.model_validate_json(entry).model_copy(update={"id": id_}) for id_, entry in store.entries()
        ]
    except ValidationError as error:
        raise IndexDamagedError(f"Feedback in the index cannot be read: {error.errors()[0]['msg']}.") from error
