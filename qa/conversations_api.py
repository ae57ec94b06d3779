"""The HTTP API of kept conversations and answers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from qa.feedback import MAX_COMMENT_CHARS, MAX_REASON_CHARS, Feedback, FeedbackReceipt, Verdict
from qa.model import Conversation, ConversationInfo, KeptTurn
from qa.parameters import Service
from qa.service import BoardQA
from qa.visitor import Visitor

conversations_api = APIRouter()


class Renaming(BaseModel):
    """A conversation's new title."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=1000, description="Shortened to 80 characters")


class AnswerVerdict(BaseModel):
    """What one reader thinks of a kept answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict = Field(description="Thumb up or down")
    reason: str = Field("", max_length=MAX_REASON_CHARS, description="In a few words: wrong page, incomplete, …")
    comment: str = Field("", max_length=MAX_COMMENT_CHARS, description="In the reader's own words")


def keep_verdict(service: BoardQA, answer: str, given: AnswerVerdict) -> str:
    """Keep what a reader thinks of a kept answer (id); the feedback's id. Raises as ``BoardQA.feedback``, and
    UnknownAnswerError."""
    turn = service.conversations.turn(answer)
    return service.feedback(Feedback(question=turn.question, answer=turn.answer, **given.model_dump()))


@conversations_api.get("/api/conversations")
def conversations(service: Service, visitor: Visitor) -> list[ConversationInfo]:
    """The conversations of this browser, the one used last first."""
    return service.conversations.conversations(visitor.secret)


@conversations_api.get("/api/conversations/{conversation}")
def conversation(service: Service, visitor: Visitor, conversation: str) -> Conversation:
    """One conversation with its answers."""
    return service.conversations.conversation(conversation, visitor.secret)


@conversations_api.patch("/api/conversations/{conversation}", status_code=204)
def rename(service: Service, visitor: Visitor, conversation: str, given: Renaming) -> None:
    """Give a conversation another title."""
    service.conversations.rename(conversation, visitor.secret, given.title)


@conversations_api.delete("/api/conversations/{conversation}", status_code=204)
def delete(service: Service, visitor: Visitor, conversation: str) -> None:
    """Delete a conversation with its answers; links to them lead nowhere then."""
    service.conversations.delete(conversation, visitor.secret)


@conversations_api.get("/api/answers/{answer}")
def answer(service: Service, answer: str) -> KeptTurn:
    """A kept answer, for whoever has its link."""
    return service.conversations.turn(answer)


@conversations_api.post("/api/answers/{answer}/feedback", status_code=201)
def feedback(service: Service, answer: str, given: AnswerVerdict) -> FeedbackReceipt:
    """Keep what a reader thinks of a kept answer."""
    return FeedbackReceipt(id=keep_verdict(service, answer, given))
