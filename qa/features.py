"""What speaks for a sentence or row as the answer to a question: one number a reason, and what each is worth.

The worth of each is fitted on the project's own questions: ``python -m eval.fit`` makes ``weights.json`` anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from functools import lru_cache
from itertools import pairwise
from math import log1p
from pathlib import Path
from types import MappingProxyType

from index.minutes import is_proposed_form, is_recommendation, is_resolution
from index.model import Kind
from index.passages import BULLET
from qa.expand import same_words
from qa.held import HOLDS, kind_share
from qa.question import Analysis, Wanted
from qa.retrieve import Hit
from qa.units import Evidence
from qa.words import stems

NO_ACRONYMS: Mapping[str, frozenset[str]] = MappingProxyType({})
WEIGHTS = Path(__file__).parent / "weights.json"
SHORT_WORDS = 5
LONG_WORDS = 50
HEADING_WORDS = 9
NUMBER_AHEAD = re.compile(r"^[\w./]{0,8}\d[\w./]*\s+")  # "3.1 ", "HWB26 "
DIGIT = re.compile(r"\d")
# "REPORT TO: Cabinet", "Author: J Smith, Finance Manager", "Purpose: For decision"
HEAD = re.compile(
    r"(?:(?P<who>from|authors?|(?:reporting |report |lead |contact )?officers?|presented|presenter|sponsor|lead|"
    r"contact|by)|(?P<when>date|meeting)|report|to|subject|title|portfolio|wards?|classification|purpose|committees?|status|"
    r"key decision|electoral|decision n)\b[^:]{0,30}:",
    re.I,
)
AGENDA = re.compile(
    r"\b(?:meet\w*|agenda|items?|members?\w*|attend\w*|public|venue|where|chair\w*|next|contact)\b", re.I
)


# What is seen of every candidate, by the words alone …
FIRST = (
    "words",  # share of the question's words in it, by their rarity
    "around",  # the same for what it stands under: heading, lead-in, table header
    "wider",  # the same for the rest of its passage
    "rank",  # the passage's own score
    "place",  # 1 / the passage's place in the ranking
    "kind",  # share of the kinds of answer wanted that it holds
    "nokind",  # it holds none of them
    "phrase",  # neighbouring words of the question stand together
    "period",  # speaks of the asked period, or of another
    "digits",
    "table",
    "item",  # of a list
    "list",  # a lead-in with its list
    "short",
    "length",  # logarithm of its words
    "long",
    "heading",  # names a matter and says nothing of it
    "head",  # so do the lines at a report's head: its subject, author, date
    "agenda",  # a front sheet lists matters; it answers only questions about the meeting itself
    "decides",  # a resolution, where a decision is asked for
)
# … and of the best of them, with the embedding model.
SECOND = (
    *FIRST,
    "meaning",  # likeness of the whole to the question
    "likeness",  # of each word of the question to the likest word in it
    "soft",  # the same for the asked words that do not stand in it, by their rarity
)
OF_KIND = ("kind", "nokind")


@lru_cache
def weights(path: Path = WEIGHTS) -> tuple[dict[str, float], dict[str, float]]:
    """The worth of each of FIRST, and of each of SECOND."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {name: found["first"][name] for name in FIRST}, {name: found["second"][name] for name in SECOND}


def first_features(
    question: Analysis,
    e: Evidence,
    hit: Hit,
    place: int,
    worth: Mapping[str, float],
    passage_stems: Set[str],
    short: Mapping[str, frozenset[str]] = NO_ACRONYMS,
) -> dict[str, float]:
    """The features FIRST of a candidate of the passage at ``place`` (from 0) of the ranking.

    ``worth`` is each asked stem's inverse frequency; ``e.kinds`` and ``e.period`` are known already; ``short`` are the
    question's acronyms (stems) with the stems of their names.
    """
    ordered = stems(e.text)
    own, near = said(e.text, short), said(e.around, short)
    total = sum(worth.values()) or 1.0
    pairs, asked = set(pairwise(ordered)), list(pairwise(question.terms))
    length = len(e.text.split())
    return {
        "words": sum(worth[s] for s in worth if s in own) / total,
        "around": sum(worth[s] for s in worth if s in near and s not in own) / total,
        "wider": sum(worth[s] for s in worth if s in passage_stems and s not in near and s not in own) / total,
        "rank": hit.score,
        "place": 1 / (1 + place),
        "kind": kind_share(question, e.kinds),
        "nokind": float(bool(question.wanted & HOLDS.keys()) and not e.kinds),
        "phrase": sum(pair in pairs for pair in asked) / len(asked) if asked else 0.0,
        "period": e.period,
        "digits": float(bool(DIGIT.search(e.text))),
        "table": float(e.passage.table),
        "item": float(bool(BULLET.match(e.text))),
        "list": float("\n" in e.text and not e.passage.table),
        "short": float(length < SHORT_WORDS and not e.passage.table),
        "length": log1p(length),
        "long": max(0, length - LONG_WORDS) / LONG_WORDS,
        "heading": float(_is_heading(e)),
        "head": float(e.passage.table and _is_head(question, e)),
        "agenda": float(e.passage.kind is Kind.AGENDA and not AGENDA.search(question.text)),
        "decides": decides(question, e),
    }


def said(text: str, short: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The stems of a text, an acronym and its name standing for each other."""
    return same_words(frozenset(stems(text)), short)


def _is_heading(e: Evidence) -> bool:
    """A few words that end nothing and hold no figure; items of lists and table rows are often like that too."""
    text = e.text.strip()
    if e.passage.table or BULLET.match(text):
        return False
    bare = NUMBER_AHEAD.sub("", text)
    named = _flat(text) == e.passage.heading or (len(text) > 6 and text.upper() == text)
    return named or (len(bare.split()) <= HEADING_WORDS and text[-1] not in ".?!;:" and not re.search(r"\d", bare))


def _is_head(question: Analysis, e: Evidence) -> bool:
    """A row like "SUBJECT: | Annual report" of the block at the head of a report, unless that is asked for."""
    cells = [cell for cell in e.text.split("\t") if cell.strip()]
    head = HEAD.match(_flat(e.text))
    if head is None or len(cells) > 3:
        return False
    asked = {"who": Wanted.PERSON, "when": Wanted.DATE}.get(head.lastgroup or "")
    return asked not in question.wanted


def decides(question: Analysis, e: Evidence) -> float:
    """Where a decision is asked for: 1 for one recorded in minutes, less for others and for what is only proposed."""
    if Wanted.DECISION not in question.wanted:
        return 0.0
    if is_proposed_form(e.around):
        return 0.0
    if is_resolution(e.text) or is_resolution(e.around):
        return 1.0 if e.passage.kind is Kind.MINUTES else 0.5
    return 0.5 if is_recommendation(e.text) or is_recommendation(e.around) else 0.0


def _flat(text: str) -> str:
    return " ".join(text.split())
