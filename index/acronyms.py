"""Acronyms that a paper defines: "Better Care Fund (BCF)"."""

from __future__ import annotations

import re

SMALL_WORDS = frozenset({"and", "of", "the", "for", "on", "in", "to", "a", "an", "with", "by", "from"})
# "Joint Strategic Needs Assessment (JSNA)", "Special Educational Needs and Disabilities (SEND)"
SHORT = re.compile(r"\((?:the )?[“\"‘']?(?P<short>[A-Z][A-Za-z&]{0,7}[A-Z])s?[”\"’']?\)")
WORDS_BEFORE = re.compile(r"(?:[\w’'&/-]+\s+){1,9}$")
REACH = 160  # characters before the bracket that are looked at


def acronyms(text: str) -> dict[str, str]:
    """The acronyms defined in ``text``, each with what it stands for, where the initials match."""
    found: dict[str, str] = {}
    for match in SHORT.finditer(text):
        before = WORDS_BEFORE.search(text[max(0, match.start() - REACH) : match.start()])
        long = _spelled(before.group().split(), match["short"]) if before else None
        if long:
            found.setdefault(match["short"], long)
    return found


def _spelled(words: list[str], short: str) -> str | None:
    """The last words of ``words`` whose initials are the letters of ``short``; small words may be left out."""
    letters = [letter for letter in short.casefold() if letter != "&"]
    for start in range(len(words) - 1, -1, -1):
        chosen = words[start:]
        initials = [
            part[0].casefold() for word in chosen for part in re.split(r"[-/]", word) if part and part[0].isalnum()
        ]
        heavy = [
            part[0].casefold()
            for word in chosen
            if word.casefold() not in SMALL_WORDS
            for part in re.split(r"[-/]", word)
            if part and part[0].isalnum()
        ]
        joined = [word[0].casefold() for word in chosen if word.casefold() not in SMALL_WORDS and word[0].isalnum()]
        if letters in (initials, heavy, joined) and chosen[0].casefold() not in SMALL_WORDS:
            return " ".join(chosen)
    return None
