"""What counts as the same: a fact said in other words, a quote on a page, a place in a pack."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import PurePath

from eval.marks import Place
from qa.model import Citation, RankedPassage, TracedPage

OCR_LIKENESS = 0.85  # least part of a quote that must stand on the page in one piece
SHORT_QUOTE = 8  # characters; below this no near match is taken
SHORT_WORD = 4  # characters; up to this a fact's last word must end where it ends
TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00ad": None})


def says(answer: str, fact: str) -> bool:
    """Whether ``answer`` gives ``fact``, by whole numbers and words: 12 is not in 112 or 12.5, 51 is in 51%."""
    plain = _plain(fact)
    pattern = re.escape(plain)
    if plain[:1].isdigit():
        pattern = r"(?<![\d.,])" + pattern
    elif re.match(r"\w", plain):
        pattern = r"(?<!\w)" + pattern
    if plain[-1:].isdigit():
        pattern += r"(?!\d)(?![.,]\d)"
    elif len(plain) <= SHORT_WORD and plain[-1:].isalpha():
        pattern += r"(?!\w)"
    return re.search(pattern, _plain(answer)) is not None


def unsaid(answer: str, facts: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The facts (each the ways to say it) that ``answer`` gives in none of their ways."""
    return [fact for fact in facts if not any(says(answer, way) for way in fact)]


def stands_on(quote: str, text: str) -> bool:
    """Whether ``quote`` stands in a page's ``text``, spaces and punctuation aside; one long piece is enough."""
    wanted, page = _letters(quote), _letters(text)
    if wanted in page:
        return True
    if len(wanted) < SHORT_QUOTE:
        return False
    piece = SequenceMatcher(None, page, wanted, autojunk=False).find_longest_match()
    return piece.size >= OCR_LIKENESS * len(wanted)


def place_of(page: Citation | RankedPassage | TracedPage) -> Place:
    """The page's pack, named by its file's stem as question sets name it, and its PDF page."""
    return PurePath(page.file or page.pack).name.removesuffix(".pdf"), page.pdf_page


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(TYPOGRAPHY).split()).lower()


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9£%]+", "", _plain(text))
