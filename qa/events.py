"""An answer as server-sent events while it comes about; when the asker goes away, the work for it ends.

`status`    {"stage"}: searching, reading, wording (with a language model), checking
`passages`  the ranking that the answer is made from
`delta`     {"text", "checked": false}: the language model's words as it writes them, a draft that may be wrong
`answer`    the answer object, every statement of it checked; it replaces the draft
`done`      {"timing_ms"}
`error`     the error object; nothing follows
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence

from index.errors import BoardQAError
from qa.admission import Admission
from qa.boundary import CRASH, error_body
from qa.model import Answer, RankedPassage
from qa.progress import AnswerStoppedError, Listener, Stage

SILENCE_SECONDS = 5.0  # after which a comment is sent, so that a connection that is gone is noticed
WAITING = ": waiting\n\n"

Ask = Callable[[Listener], Answer]

log = logging.getLogger(__name__)


class _Told(Listener):
    """Puts what happens in the thread that answers into a queue of the thread that sends; None ends it."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[str | None] = asyncio.Queue()
        self.gone = threading.Event()  # set when nobody waits for the answer any longer
        self._loop = asyncio.get_running_loop()

    def stage(self, stage: Stage) -> None:
        self._put(event("status", {"stage": stage.value}))

    def passages(self, passages: Sequence[RankedPassage]) -> None:
        self._put(event("passages", [passage.model_dump(mode="json") for passage in passages]))

    def draft(self, words: str) -> None:
        self._put(event("delta", {"text": words, "checked": False}))

    def stopped(self) -> bool:
        return self.gone.is_set()

    async def answer(self, ask: Ask, places: Admission) -> None:
        """Answer as soon as there is a place, and tell it or what went wrong."""
        try:
            answer = await places.run(self._asked, ask)
            self._put(event("answer", answer.model_dump(mode="json")))
            self._put(event("done", {"timing_ms": answer.timing_ms}))
        except AnswerStoppedError:
            log.info("an answer was stopped")
        except BoardQAError as error:
            self._put(event("error", error_body(error.code, error.message, error.hint)))
        except Exception:
            log.exception("answering failed")
            self._put(event("error", error_body(*CRASH)))
        finally:
            self._put(None)

    def _asked(self, ask: Ask) -> Answer:
        if self.stopped():  # gone while it waited for its place
            raise AnswerStoppedError("The answer was stopped.")
        return ask(self)

    def _put(self, told: str | None) -> None:
        if not self.gone.is_set():
            self._loop.call_soon_threadsafe(self.events.put_nowait, told)


async def answer_events(ask: Ask, places: Admission) -> AsyncIterator[str]:
    """The events of the answer that ``ask`` makes. Closing the iterator stops the answer."""
    told = _Told()
    work = asyncio.create_task(told.answer(ask, places))
    try:
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    sent = await told.events.get()
            except TimeoutError:
                yield WAITING
                continue
            if sent is None:
                await work
                return
            yield sent
    finally:
        told.gone.set()


def event(name: str, data: object) -> str:
    """One server-sent event; JSON holds no newline, so one data line is enough."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
