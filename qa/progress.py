"""What can be heard of an answer while it comes about, and how it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from index.errors import BoardQAError
from qa.model import RankedPassage


class AnswerStoppedError(BoardQAError):
    """The asker stopped the answer before it was finished."""

    code = "answer_stopped"


class Stage(StrEnum):
    """What is being done for an answer, in this order; ``WORDING`` only where a language model is set."""

    SEARCHING = "searching"
    READING = "reading"
    WORDING = "wording"
    CHECKING = "checking"


class Listener:
    """Hears how one answer comes about. This one hears nothing and stops nothing; override what is of use.

    Everything is called in the thread that asks.
    """

    def stage(self, stage: Stage) -> None:
        """A stage begins."""

    def passages(self, passages: Sequence[RankedPassage]) -> None:
        """The ranking that the answer is made from, best first."""

    def draft(self, words: str) -> None:
        """Further words of the language model as it writes them: unchecked, and no part of the answer yet."""

    def stopped(self) -> bool:
        """Whether the asker no longer waits; asked between the stages and all along the language model's work."""
        return False

    def enter(self, stage: Stage) -> None:
        """Begin a stage. Raises AnswerStoppedError where the asker no longer waits."""
        if self.stopped():
            raise AnswerStoppedError("The answer was stopped.")
        self.stage(stage)


SILENT = Listener()
