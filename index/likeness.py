"""Puts the cosines of any embedding model on one scale, so that what was fitted with one holds for another.

Some models call any two texts 0.2 alike, others 0.8. How like texts are that have nothing to do with each other is
measured; on the common scale they are as like as with the bundled model, and the same text stays 1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from index.embedding import BUNDLED, Embedder

# Of the sort that papers and their readers use; no question is answered by any of the sentences
QUESTIONS = (
    "Who chaired the committee at the meeting in June?",
    "How much did the council spend on winter maintenance in 2023/24?",
    "When does the new contract for bus services begin?",
    "Why did the board decide to close the swimming baths?",
    "What risks does the report on school meals identify?",
    "Which recommendations were approved by the cabinet?",
)
SENTENCES = (
    "The committee received a report on the pharmacy service, which will open on Sundays from ten until four.",
    "Members noted that the internal audit of payroll had found two minor errors, both of which had been corrected.",
    "Apologies for absence were received from the Director of Nursing and from two members of the public.",
    "Reports of fly-tipping rose by 12% over the summer, and the cost of clearing it came to £48,000.",
    "The strategy sets out five priorities for children in care, to be delivered with partners by March 2026.",
    "It was agreed that the hedges along the canal path be cut before the nesting season starts.",
    "The trust's vacancy rate for theatre staff stood at 9.4% at the end of the quarter, against a target of 6%.",
    "Superfast broadband now reaches every village hall in the district, and a further 300 homes will follow.",
)


class Scales(NamedTuple):
    """How many times as far from 1 a cosine lies on the common scale: of whole texts, and of single tokens."""

    texts: float
    tokens: float


class Unrelated(NamedTuple):
    """The mean cosine of unrelated texts, and of each token of the one to the likest of the other."""

    texts: float
    tokens: float


USUAL = Unrelated(texts=0.156, tokens=0.249)  # of the bundled model


def unrelated(embedder: Embedder) -> Unrelated:
    """How like texts that have nothing to do with each other are to this model. Raises ModelUnavailableError."""
    readings = embedder.read(SENTENCES)
    texts = [reading.vector @ embedder.embed_query(question) for question in QUESTIONS for reading in readings]
    asked = [embedder.question_tokens(question) for question in QUESTIONS]
    tokens = [(own @ r.tokens.astype(np.float32).T).max(1).mean() for own in asked for r in readings]
    return Unrelated(float(np.mean(texts)), float(np.mean(tokens)))


@lru_cache(maxsize=4)
def scales(embedder: Embedder) -> Scales:
    """What puts this model's cosines on the common scale; measured once. Raises ModelUnavailableError."""
    if embedder.identity.name.rpartition("/")[2] == BUNDLED:
        return Scales(1.0, 1.0)
    own = unrelated(embedder)
    return Scales((1 - USUAL.texts) / (1 - own.texts), (1 - USUAL.tokens) / (1 - own.tokens))
