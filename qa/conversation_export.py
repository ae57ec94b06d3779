"""A conversation as a file: plain text, Word, or JSON, every answer with the pages it rests on."""

from __future__ import annotations

import io
from enum import StrEnum

from docx import Document

from index.letters import seen
from qa.model import Answer, Conversation
from qa.places import citation_words, long_date
from qa.register_export import DOCX_TYPE, printable

FILE_NAME = "conversation"
REMINDER = "Check the page before you rely on an answer."


class ConversationFormat(StrEnum):
    """How a conversation is exported."""

    TXT = "txt"
    DOCX = "docx"
    JSON = "json"


def exported(conversation: Conversation, format: ConversationFormat, site: str) -> tuple[bytes, str]:
    """The file and its media type. ``site`` is the address that links are given under, as in "https://papers.example"."""
    if format is ConversationFormat.JSON:
        return conversation.model_dump_json(indent=1).encode(), "application/json"
    if format is ConversationFormat.DOCX:
        return _docx(conversation, site), DOCX_TYPE
    return _text(conversation, site).encode(), "text/plain; charset=utf-8"


def _text(conversation: Conversation, site: str) -> str:
    parts = [conversation.title, f"Asked on {long_date(conversation.made)}. {REMINDER}"]
    for turn in conversation.turns:
        parts += ["", f"Question: {turn.question}", *_told(turn.answer)]
        for place, quote in _cited(turn.answer):
            parts += [place, f"    “{quote}”"]
        parts += [f"{site}{turn.answer.href}"]
    return seen("\n".join(parts)) + "\n"


def _docx(conversation: Conversation, site: str) -> bytes:
    document = Document()
    document.core_properties.title = printable(conversation.title)
    document.core_properties.author = "board-qa"
    document.add_heading(printable(conversation.title), level=1)
    document.add_paragraph(f"Asked on {long_date(conversation.made)}. {REMINDER}")
    for turn in conversation.turns:
        document.add_heading(printable(turn.question), level=2)
        for words in _told(turn.answer):
            document.add_paragraph(printable(words))
        for place, quote in _cited(turn.answer):
            document.add_paragraph(printable(place))
            document.add_paragraph(printable(quote), style="Quote")
        document.add_paragraph(f"{site}{turn.answer.href}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _told(answer: Answer) -> list[str]:
    return [answer.answer, *(f"Note: {note}" for note in answer.notes)]


def _cited(answer: Answer) -> list[tuple[str, str]]:
    return [(f"[{cited.n}] {citation_words(cited)}, {cited.file}", cited.quote) for cited in answer.citations]
