"""Words of questions and papers brought to a common form: tokens, stems, names."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from qa.amounts import NUMBER_WORDS, in_figures

_STEMMER = snowballstemmer.stemmer("english")
_LOCK = threading.Lock()  # the stemmer keeps the word that it works on

# Words that say nothing of what is asked; question words are read by ``qa.question`` instead.
STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being between both but by
    can could did do does doing done down during each either else for from further get gets getting got had has
    have having he her here hers him his how i if in into is it its just let like many may me might more most
    much must my no nor not now of off on once one only or other our out over own per please same shall she
    should show so some such tell than that the their them then there these they thing things this those through
    to too under until up us very was way we were what when where which while who whom whose why will with would
    yes you your whats anyone anything someone something actually say says said give given make made go going""".split()
)
NEGATED = frozenset(
    f"{verb}{ending}"
    for verb in "is are was were do does did has have had ca could wo would should must need".split()
    for ending in ("n't", "nt")
)
# Spellings and forms of one word
ONE_SPELLING = {
    **dict.fromkeys(("chairman", "chairmen", "chairwoman", "chairperson", "chairmanship"), "chair"),
    "cllr": "councillor", "cllrs": "councillors", "center": "centre", "centers": "centres", "labor": "labour",
    "neighborhood": "neighbourhood", "neighborhoods": "neighbourhoods", "favor": "favour", "favored": "favoured",
    "license": "licence", "licenses": "licences", "program": "programme", "programs": "programmes",
    "counselor": "counsellor", "behavior": "behaviour", "behaviors": "behaviours", "color": "colour",
}  # fmt: skip
IZED = re.compile(r"(?<=[a-z]{3})iz(e|es|ed|er|ers|ing|ation|ations|ational)$")  # "organization"
SHORTENED = re.compile(r"['’](?:s|re|ve|ll|d|m)$")  # "what's", "they've"
TOKEN = re.compile(r"[A-Za-z0-9£%]+(?:[.,'’&/-][A-Za-z0-9]+)*[%]?")
POSSESSIVE = re.compile(r"['’]s$|['’]$")
COMPOUND = re.compile(r"[-/&]")
NAME = re.compile(r"[A-Z][\w&’'-]*")


def says_nothing(word: str) -> bool:
    """Whether a word is a stopword, shortened ("what's", "isn't") or not."""
    low = word.lower()
    if low in STOPWORDS or low in NEGATED:
        return True
    return ("'" in low or "’" in low) and (SHORTENED.sub("", low) in STOPWORDS or low.replace("’", "'") in NEGATED)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A word's stem in lower case ("Committees" and "committee" alike), in one spelling ("organize", "Chairman")."""
    low = POSSESSIVE.sub("", word.lower().replace("’", "'"))
    low = ONE_SPELLING.get(low) or IZED.sub(r"is\1", low)
    with _LOCK:
        return str(_STEMMER.stemWord(low))


@lru_cache(maxsize=50_000)
def stems(text: str) -> tuple[str, ...]:
    """The stems of all content words of ``text``, in order; compounds ("well-being", "18-25") in parts too, amounts
    in one spelling (``qa.amounts``)."""
    found: list[str] = []
    for token in TOKEN.findall(in_figures(text)):
        found += _keys(token)
    return tuple(found)


@lru_cache(maxsize=200_000)
def _keys(token: str) -> tuple[str, ...]:
    low = token.lower()
    if says_nothing(low):
        return ()
    parts = (part for part in COMPOUND.split(low) if part and part not in STOPWORDS) if COMPOUND.search(low) else ()
    return tuple(NUMBER_WORDS.get(word) or stem(word) for word in (low, *parts))


def tokens(text: str) -> Iterable[str]:
    """The words and numbers of ``text`` as printed."""
    return (match.group() for match in TOKEN.finditer(text))


def content_words(text: str) -> list[str]:
    """The words and numbers of ``text`` as printed, less the stopwords."""
    return [token for token in tokens(text) if not says_nothing(token)]


def names(text: str) -> list[str]:
    """Capitalised words that do not merely begin the sentence: likely names."""
    found = []
    for match in NAME.finditer(text):
        before = text[: match.start()].rstrip()
        opens = not before or before[-1] in ".?!:\n"
        word = POSSESSIVE.sub("", match.group())
        if (not opens or word.isupper()) and word.lower() not in STOPWORDS and len(word) > 1:
            found.append(word)
    return found
