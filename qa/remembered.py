"""Sentences that were compared before: packs repeat themselves, and so do the questions of one evening."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from index.embedding import Reading

KEPT = 2_000  # some 25 kB each with the bundled model


class Remembered:
    """A function that reads texts and remembers its latest results. Safe to use from several threads."""

    def __init__(self, read: Callable[[Sequence[str]], Sequence[Reading]]) -> None:
        self._read = read
        self._known: OrderedDict[str, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as the model reads it."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found.update(zip(new, self._read(new), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return [found[text] for text in texts]
