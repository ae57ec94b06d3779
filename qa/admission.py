"""How many answers are made at once: a place each, a short queue before them, and an honest refusal beyond it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from index.embedding import cores
from qa.errors import BusyError
from qa.settings import Settings

PATIENCE_SECONDS = 1.0  # in the queue; an answer takes tenths of a second, so that all is told within two
QUEUED_A_PLACE = 8  # who may wait for each place

T = TypeVar("T")


class Admission:
    """The places of one service. Whoever waits takes up no thread, so that pages are shown however many ask."""

    def __init__(self, places: int, patience: float = PATIENCE_SECONDS) -> None:
        self.places = places
        self._patience = patience
        self._limit = anyio.CapacityLimiter(places)
        # The threads of the places: by themselves, so that answers take none from those that show pages
        self._threads = anyio.CapacityLimiter(places)
        self._asked = 0  # and neither answered nor refused yet
        self.refused = 0  # since the start

    @property
    def at_work(self) -> int:
        """How many answers are being made."""
        return self._limit.borrowed_tokens

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return self._asked - self.at_work

    def check(self) -> None:
        """Raise BusyError where there is neither a place nor room in the queue."""
        if self._asked >= self.places * (1 + QUEUED_A_PLACE):
            raise self._busy()

    async def run(self, work: Callable[..., T], *given: object) -> T:
        """What ``work`` gives, in a thread, as soon as there is a place. Raises BusyError if there is none in time.

        The place is held until the work ends, even where nobody waits for it any longer.
        """
        self.check()
        place = object()
        self._asked += 1
        try:
            try:
                with anyio.fail_after(self._patience):
                    await self._limit.acquire_on_behalf_of(place)
            except TimeoutError:
                raise self._busy() from None
            try:
                return await run_sync(partial(work, *given), limiter=self._threads)
            finally:
                self._limit.release_on_behalf_of(place)
        finally:
            self._asked -= 1

    def _busy(self) -> BusyError:
        self.refused += 1
        message = "Too many questions are being answered just now."
        return BusyError(message, "Nothing is wrong: ask again in a few seconds.")


def admission(settings: Settings) -> Admission:
    """The places that the settings give: one a core, and as many more as may wait for a language model meanwhile."""
    places = settings.answers_at_once or cores()
    return Admission(places + (settings.llm_at_once if settings.llm_url else 0))
