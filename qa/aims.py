"""Where to look for an answer: the names in a question, less the words that the papers use for other things too.

"Park" of Menlo Park, "Community" of a community board and "staff" of a file's name are everyday words. The papers show
which: they write those in lower case, and "Menlo" never.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.fulltext import any_of
from index.model import Access
from index.records import Generation, Scope, StoredPack
from index.store import Store
from qa.question import Analysis
from qa.scope import Aim, aim, naming

PASSAGES_READ = 40  # those that have the word most often
PLAIN_SHARE = 0.1  # of the places where a word stands, in lower case, from which on it is an everyday word
IN_ADDRESS = r"[\w.@/:-]"  # "www.halton.gov.uk" is no everyday word


class Aims:
    """Tells where to look, by the papers of one index. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, frozenset[Access]], tuple[Generation, bool]] = {}

    def of(self, question: Analysis, packs: Sequence[StoredPack], access: frozenset[Access]) -> Aim:
        """Where to look for the answer among these packs."""
        plain = frozenset(key for key, word in naming(question, packs).items() if self._plain(word, access))
        return aim(question, packs, plain)

    def _plain(self, word: str, access: frozenset[Access]) -> bool:
        """Whether the papers that may be seen have a word in lower case too."""
        generation = self._store.generation()
        known = self._known.get((word, access))
        if known is None or known[0] != generation:
            hits = self._store.fts(any_of([word]), Scope(access=access), PASSAGES_READ)
            texts = " ".join(p.text for p in self._store.passages((id_ for id_, _ in hits), access))
            lower, upper = (
                len(re.findall(rf"(?<!{IN_ADDRESS}){re.escape(form)}\w*(?![.@/]\w)", texts))
                for form in (word.lower(), word.capitalize())
            )
            known = self._known[word, access] = (generation, lower > PLAIN_SHARE * (lower + upper))
        return known[1]
