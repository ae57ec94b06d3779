"""Which bodies a few words name: "Halton HWB", "health and wellbeing", "O&S", "ICB"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

SMALL_WORDS = frozenset({"and", "of", "the", "for", "on", "in", "to", "a"})
# Written as one word, as two and with a hyphen: "Well-Being", "Sub Committee"
COMPOUNDS = {("well", "being"): "wellbeing", ("sub", "committee"): "subcommittee"}
KEPT_SMALL = SMALL_WORDS | {"upon", "with"}  # in a name
KEPT_CAPITALS = frozenset({"NHS", "ICB", "ICP", "CCG", "UK", "II", "III", "SEND"})


@dataclass(frozen=True, slots=True)
class NamedBody:
    """A body with its council, and the acronyms that its papers define (acronym to what it stands for)."""

    body: str | None
    council: str | None
    acronyms: Mapping[str, str] = field(default_factory=dict)


def words_of(text: str | None) -> list[str]:
    """The words of a name in lower case, without the small ones; "O&S" is one word, "os", and so is "Well-Being"."""
    return list(_joined(text or ""))


@lru_cache(maxsize=4096)  # every search asks for the same names
def _joined(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for word in _spelled(text):
        whole = COMPOUNDS.get((words[-1], word)) if words else None
        words[-1:] = [whole] if whole else [*words[-1:], word]
    return tuple(words)


@lru_cache(maxsize=4096)
def _spelled(text: str) -> tuple[str, ...]:
    joined = re.sub(r"(?<=\b\w)\s*&\s*(?=\w\b)", "", text)
    found = re.findall(r"[^\W_]+", joined.casefold().replace("'", "").replace("’", ""))
    return tuple(word for word in found if word not in SMALL_WORDS)


def bodies_named(name: str, bodies: Iterable[tuple[str, NamedBody]]) -> set[str]:
    """The keys of the bodies that ``name`` may mean.

    Each word of ``name`` must be a word of the body's or council's name. Only where no body fits that way, words
    may also be acronyms: the initials of neighbouring words ("HWB"), or one that the papers define.
    """
    wanted = words_of(name)
    if not wanted:
        return set()
    known = list(bodies)
    spelled = {key for key, body in known if all(word in _words(body) for word in wanted)}
    if spelled:
        return spelled
    return {key for key, body in known if all(word in _words(body) or _is_acronym(word, body) for word in wanted)}


def _words(named: NamedBody) -> set[str]:
    return {*words_of(named.body), *words_of(named.council)}


def _is_acronym(word: str, named: NamedBody) -> bool:
    if len(word) < 2:
        return False
    # "Well-Being" has one initial or two
    for words in (form(name or "") for name in (named.body, named.council) for form in (_joined, _spelled)):
        if word in "".join(part[0] for part in words):
            return True
    meant = next((long for short, long in named.acronyms.items() if "".join(words_of(short)) == word), None)
    return meant is not None and bool(words_of(meant)) and set(words_of(meant)) <= _words(named)


def plain_case(text: str) -> str:
    """A name set in capitals as it is written in a sentence: "Health and Wellbeing Board"."""
    words = []
    for place, word in enumerate(text.split()):
        low = word.lower()
        if word.strip(",()") in KEPT_CAPITALS:
            words.append(word)
        elif place and low in KEPT_SMALL:
            words.append(low)
        else:
            words.append("-".join(part[:1].upper() + part[1:] for part in low.split("-")))
    return " ".join(words)
