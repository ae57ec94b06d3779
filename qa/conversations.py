"""Conversations: questions asked by the pages and their answers, kept with their citations until they are deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta

from index.conversation_store import ConversationStore, StoredConversation, StoredTurn, new_id
from index.errors import AnswerOutdatedError, ConversationsFullError, UnknownAnswerError
from index.model import Access
from qa.errors import UsageError
from qa.model import Answer, Conversation, ConversationInfo, KeptTurn, Question, Turn
from qa.places import nearest
from qa.progress import Listener

NEW = "new"  # as Question.conversation: begin one
MAX_TURNS = 6  # earlier turns that a question is understood by
TITLE_CHARS = 80
MOST_LISTED = 500

Ask = Callable[[Question, Listener], Answer]
Sees = Callable[[Set[tuple[str, int]]], bool]


class Conversations:
    """The kept conversations of everybody; ``visitor`` is the secret that a browser shows as whose it is.

    ``access`` are the levels that may be seen: an answer given to somebody who may see more is not shown, as even what
    it leaves out may tell. ``sees`` tells whether pages of packs may all be seen: nor is one that cites or points to
    others.
    """

    def __init__(self, store: ConversationStore, sees: Sees, keep_days: int, access: frozenset[Access]) -> None:
        self._store = store
        self._sees = sees
        self._keep_days = keep_days
        self._access = access

    def ask(self, question: Question, visitor: str, ask: Ask, listener: Listener) -> Answer:
        """Answer by ``ask`` and keep the answer where the question says so.

        Raises UnknownConversationError and what ``ask`` raises. An answer that cannot be kept, as there are too
        many or its papers were changed meanwhile, is given all the same, and says so.
        """
        if question.conversation is None or not self._keep_days:
            return ask(question, listener)
        self._forget_old()
        owner, into = _owner(visitor), question.conversation
        if into != NEW:
            seen = self._shown(self._store.conversation(into, owner)[1])[-MAX_TURNS:]
            history = [Turn(question=turn.question, answer=turn.answer.answer) for turn in seen]
            question = question.model_copy(update={"history": history})
        contents = self._store.contents()
        answer = ask(question, listener)
        try:
            return self._keep(question.question, answer, into, owner, contents)
        except (AnswerOutdatedError, ConversationsFullError) as error:
            answer.answer_id = answer.href = answer.conversation = None
            answer.notes.append(f"{error.message} {error.hint}")
            return answer

    def _keep(self, question: str, answer: Answer, into: str, owner: str, contents: Mapping[str, str]) -> Answer:
        now = datetime.now(UTC)
        if into == NEW:
            into = self._store.begin(owner, _title(question), now)
        id_ = new_id()
        answer.answer_id, answer.href, answer.conversation = id_, f"/answers/{id_}", into
        short = [passage.model_copy(update={"text": ""}) for passage in nearest(answer.passages)]
        kept = answer.model_copy(update={"passages": short})
        self._store.add(
            StoredTurn(id_, into, now, question, kept.model_dump_json(), self._level),
            owner,
            {pack: contents.get(pack) for pack in _told(kept)},
        )
        return answer

    def conversations(self, visitor: str, most: int = MOST_LISTED) -> list[ConversationInfo]:
        """The visitor's conversations, the one used last first."""
        self._forget_old()
        return [_info(each) for each in self._store.conversations(_owner(visitor), most)]

    def conversation(self, id_: str, visitor: str) -> Conversation:
        """One conversation of the visitor's; answers from papers that may no longer be seen are left out.

        Raises UnknownConversationError.
        """
        self._forget_old()
        head, turns = self._store.conversation(id_, _owner(visitor))
        return Conversation(
            id=head.id, title=head.title, made=head.made, changed=head.changed, turns=self._shown(turns)
        )

    def turn(self, id_: str) -> KeptTurn:
        """The turn of an answer's id, for whoever has the link. Raises UnknownAnswerError."""
        self._forget_old()
        shown = self._shown([self._store.turn(id_)])
        if not shown:
            raise UnknownAnswerError("There is no such answer, or no longer.", "Ask the question again.")
        return shown[0]

    def rename(self, id_: str, visitor: str, title: str) -> None:
        """Give a conversation another title. Raises UnknownConversationError, UsageError (no title)."""
        if not title.strip():
            raise UsageError("The title is empty.", "Give the conversation a title of a few words.")
        self._store.rename(id_, _owner(visitor), _title(title))

    def delete(self, id_: str, visitor: str) -> None:
        """Delete a conversation and the links to its answers. Raises UnknownConversationError."""
        self._store.delete(id_, _owner(visitor))

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def _forget_old(self) -> None:
        self._store.forget_before(datetime.now(UTC) - timedelta(days=self._keep_days))

    @property
    def _level(self) -> Access:
        return Access.RESTRICTED if Access.RESTRICTED in self._access else Access.PUBLIC

    def _shown(self, turns: Iterable[StoredTurn]) -> list[KeptTurn]:
        """The turns that may be seen."""
        kept = (
            KeptTurn(
                id=turn.id, question=turn.question, asked=turn.asked, answer=Answer.model_validate_json(turn.answer)
            )
            for turn in turns
            if turn.access in self._access
        )
        return [turn for turn in kept if self._sees(set(_places(turn.answer)))]


def _told(answer: Answer) -> Set[str]:
    """The packs (ids) that an answer quotes, points to or names."""
    return {pack for pack, _ in _places(answer)} | set(answer.looked_in.packs if answer.looked_in else ())


def _places(answer: Answer) -> Iterator[tuple[str, int]]:
    yield from ((citation.pack, citation.pdf_page) for citation in answer.citations)
    yield from ((passage.pack, passage.pdf_page) for passage in answer.passages)


def _owner(visitor: str) -> str:
    """What is kept of the visitor's secret: nobody who reads the file can take a browser's place by it."""
    return hashlib.sha256(visitor.encode()).hexdigest()


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= TITLE_CHARS else f"{words[: TITLE_CHARS - 2].rsplit(' ', 1)[0]} …"


def _info(stored: StoredConversation) -> ConversationInfo:
    return ConversationInfo(
        id=stored.id, title=stored.title, made=stored.made, changed=stored.changed, turns=stored.turns
    )
