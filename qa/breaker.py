"""Who may ask the language model: so many at once, and nobody for a while after it has failed several times."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from qa.errors import Cause, LanguageModelError
from qa.progress import AnswerStoppedError
from qa.tracing import span

FAILURES = 3  # in a row, after which the model is left alone
REST_SECONDS = 30.0  # for so long; one question then tries whether it is back


class Circuit(StrEnum):
    """Whether questions get to the model."""

    CLOSED = "closed"  # they do
    OPEN = "open"  # none does
    TRIAL = "trial"  # one does; what becomes of it decides


class Breaker:
    """Lets questions through to one model. Safe to use from several threads."""

    def __init__(
        self,
        at_once: int,
        *,
        failures: int = FAILURES,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = 0
        self._in_a_row = 0
        self._until: float | None = None  # when it has rested; None while closed
        self._trying = False
        self._failed: Counter[Cause] = Counter()

    @property
    def circuit(self) -> Circuit:
        """How it stands now."""
        with self._lock:
            return self._circuit()

    def failed(self) -> dict[Cause, int]:
        """How many questions failed at the model, or were kept from it, since the start, by the cause."""
        with self._lock:
            return dict(self._failed)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Ask the model in the block. Raises LanguageModelError at once where it is not to be asked now.

        A LanguageModelError that leaves the block counts as a failure, an answer that was stopped as nothing.
        """
        trial = self._enter()
        try:
            with span("llm"):
                yield
        except AnswerStoppedError:
            raise
        except LanguageModelError as error:
            with self._lock:
                self._count(error.cause, trial)
            raise
        else:
            with self._lock:
                # A question that was asked before the model failed says nothing of how it is now
                if trial or self._until is None:
                    self._in_a_row, self._until = 0, None
        finally:
            with self._lock:
                self._asking -= 1
                self._trying = self._trying and not trial

    def _enter(self) -> bool:
        """Take a turn; whether it is the trial."""
        with self._lock:
            circuit = self._circuit()
            if circuit is Circuit.OPEN or (circuit is Circuit.TRIAL and self._trying):
                self._failed[Cause.RESTING] += 1
                raise LanguageModelError("The language model failed several times.", WAIT, Cause.RESTING)
            if self._asking >= self._at_once:
                self._failed[Cause.BUSY] += 1
                raise LanguageModelError("The language model is asked by as many as may be.", WAIT, Cause.BUSY)
            self._asking += 1
            self._trying = circuit is Circuit.TRIAL
            return self._trying

    def _circuit(self) -> Circuit:
        if self._until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if self._clock() < self._until else Circuit.TRIAL

    def _count(self, cause: Cause, trial: bool) -> None:
        self._failed[cause] += 1
        self._in_a_row += 1
        if trial or self._in_a_row >= self._most:
            self._until = self._clock() + self._rest


WAIT = "Answers are put together of quotes meanwhile; `board-qa doctor` tries the model."
