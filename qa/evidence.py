"""Which sentences, lists and table rows of the best passages answer a question, best first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.embedding import Reading
from qa.features import NO_ACRONYMS, OF_KIND, first_features, said, weights
from qa.held import held
from qa.late import AskedWords, soft_cover
from qa.question import Analysis
from qa.retrieve import Hit
from qa.scope import agreement
from qa.units import Evidence, units

PASSAGES_READ = 20
COMPARED_WORDS = 32  # more make a long sentence look likelier, for having something like every asked word
SHORT_TEXT = 60  # characters
COMPARED_BY_MEANING = 16  # candidates given to the embedding model, a cost of some milliseconds each
COMPARED_ANYWAY = 8  # of them, however little they score
COMPARED_SHARE = 0.55  # of the best score; what has less never comes first

Read = Callable[[Sequence[str]], Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of evidence with what speaks for it, by name (``qa.features``)."""

    evidence: Evidence
    features: Mapping[str, float]

    @property
    def compared(self) -> bool:
        """Whether it was given to the embedding model and has all features."""
        return "meaning" in self.features


def gather(
    question: Analysis,
    hits: Sequence[Hit],
    worth: Mapping[str, float],
    vector: np.ndarray,
    asked: AskedWords,
    read: Read,
    short: Mapping[str, frozenset[str]] = NO_ACRONYMS,
) -> list[Candidate]:
    """Everything in the best passages that could answer, best first; up to COMPARED_BY_MEANING with all features.

    ``worth`` is each asked stem's inverse frequency (names of the council and body left out); ``read`` gives texts'
    vectors and token vectors, ``vector`` and ``asked`` are the question's; ``short`` are the acronyms (stems) in it or
    of what it spells out, with the stems of their names.
    """
    first, second = weights()
    seen = [_scored(c, first) for c in candidates(question, hits, worth, short)]
    seen.sort(key=lambda c: -c.evidence.score)
    least = COMPARED_SHARE * seen[0].evidence.score if seen else 0.0
    likely = sum(c.evidence.score >= least for c in seen[:COMPARED_BY_MEANING])
    count = max(COMPARED_ANYWAY, likely)
    near = [_scored(c, second) for c in compared(seen[:count], worth, vector, asked, read, short)]
    near.sort(key=lambda c: -c.evidence.score)
    return near + _below(near, seen[count:])


def candidates(
    question: Analysis,
    hits: Sequence[Hit],
    worth: Mapping[str, float],
    short: Mapping[str, frozenset[str]] = NO_ACRONYMS,
) -> list[Candidate]:
    """Everything in the best passages that could answer, with its first features."""
    found = []
    for place, hit in enumerate(hits[:PASSAGES_READ]):
        passage_stems = said(f"{hit.passage.text} {hit.passage.context}", short)
        for e in units(hit.passage):
            own = said(e.text, short)
            known = replace(
                e,
                kinds=held(question, e),
                covers=frozenset(s for s in worth if s in own),
                period=agreement(question, f"{e.text} {e.around}"),
            )
            found.append(Candidate(known, first_features(question, known, hit, place, worth, passage_stems, short)))
    return found


def compared(
    found: Sequence[Candidate],
    worth: Mapping[str, float],
    vector: np.ndarray,
    asked: AskedWords,
    read: Read,
    short: Mapping[str, frozenset[str]] = NO_ACRONYMS,
) -> list[Candidate]:
    """The candidates with their second features: how like they are to the question."""
    done = []
    for c, reading in zip(found, read([_compared(c.evidence) for c in found]), strict=True):
        meaning = asked.meaning(float(reading.vector @ vector))
        likeness, by_word = asked.likeness(reading.tokens)
        there = said(c.evidence.text, short) | said(c.evidence.around, short)
        more = {"meaning": meaning, "likeness": likeness, "soft": soft_cover(by_word, worth, there)}
        done.append(Candidate(replace(c.evidence, meaning=meaning), {**c.features, **more}))
    return done


def _scored(c: Candidate, worth: Mapping[str, float]) -> Candidate:
    score = sum(worth[name] * c.features[name] for name in worth)
    plain = score - sum(worth[name] * c.features[name] for name in OF_KIND)
    return Candidate(replace(c.evidence, score=score, plain=plain), c.features)


def _below(near: Sequence[Candidate], rest: Sequence[Candidate]) -> list[Candidate]:
    """What was not compared, in its order, below what was."""
    if not near or not rest:
        return list(rest)
    least, top = near[-1].evidence.score, max(rest[0].evidence.score, 0.01)
    below = []
    for c in rest:
        score = least * max(0.0, c.evidence.score) / top
        below.append(replace(c, evidence=replace(c.evidence, score=score, plain=score)))
    return below


def _compared(e: Evidence) -> str:
    """What is compared with the question: the beginning of the evidence, a short one with what it stands under."""
    text = f"{e.around} {e.text}" if len(e.text) < SHORT_TEXT else e.text
    return " ".join(text.split()[:COMPARED_WORDS])
