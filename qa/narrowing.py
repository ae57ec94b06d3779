"""What is asked, checked before anything is searched: the question's words and the filters."""

from __future__ import annotations

from index.model import Access, Kind
from index.records import Scope
from index.store import Store
from qa.errors import EmptyQuestionError, QuestionTooLongError, UsageError
from qa.model import Filters


def check_words(text: str, most: int) -> None:
    """Raises EmptyQuestionError where nothing is asked, QuestionTooLongError above ``most`` characters."""
    if not text.strip() or not any(c.isalnum() for c in text):
        raise EmptyQuestionError("The question is empty.", "Ask in your own words, such as: what was agreed on …?")
    if len(text) > most:
        raise QuestionTooLongError(
            f"The question has {len(text)} characters, more than {most}.", "Ask one thing in a sentence or two."
        )


def scope_of(filters: Filters, store: Store, access: frozenset[Access]) -> Scope:
    """What the filters leave of the papers that may be seen. Raises UsageError (kind), UnknownPackError."""
    try:
        kind = Kind(filters.kind.lower()) if filters.kind else None
    except ValueError:
        raise UsageError(
            f"There is no kind of paper {filters.kind!r}.", "One of: " + ", ".join(kind.value for kind in Kind)
        ) from None
    return Scope(
        body=filters.body or None,
        since=filters.from_,
        until=filters.to,
        packs=frozenset({store.pack(filters.pack, access).id}) if filters.pack else None,
        item=filters.item or None,
        kind=kind,
        access=access,
    )
