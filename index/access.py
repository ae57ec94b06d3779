"""Whether a whole file is for restricted eyes, by its name, its folder, or what its front sheet says of it.

What marks single papers within a pack (item headings, header blocks) stands in ``index.sections``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.model import Access, PackOutline

# "Part 2 agenda.pdf", "Cabinet-EXEMPT-appendix.pdf", "09 Confidential minutes.pdf", "Land sale (not for publication)";
# not "Local Plan part 2 of 5.pdf", which only says that a long paper was cut
RESTRICTED_NAME = re.compile(
    r"\b(?:exempt|confidential|restricted|not for publication|part (?:ii|2|two)\b(?! of \d)|pink (?:papers?|pages?))\b",
    re.I,
)
# "Non-exempt", "Not confidential", "unrestricted" is one word
OPEN_NAME = re.compile(r"\b(?:non|not) (?:exempt|confidential|restricted)\b", re.I)
# The whole name of a folder: "Part II", "Exempt papers", "Confidential", "Private"
RESTRICTED_FOLDER = re.compile(
    r"(?:exempt|confidential|restricted|private|not for publication|part (?:ii|2|two)|pink)"
    r"(?: (?:papers?|reports?|items?|agendas?|minutes|appendices|documents?|files?|section))?",
    re.I,
)


def why_restricted(path: Path, folders: Sequence[Path] = ()) -> str:
    """Why a file is restricted as a whole by where it lies; "" where it is not.

    ``folders`` are those that an operator has named for such papers.
    """
    place = path.absolute()
    if any(place.is_relative_to(folder.absolute()) for folder in folders):
        return "it lies in a folder for restricted papers"
    name = _words(path.stem)
    if RESTRICTED_NAME.search(name) and not OPEN_NAME.search(name):
        return "its file name says so"
    for folder in place.parent.parts:
        if RESTRICTED_FOLDER.fullmatch(_words(folder)):
            return f"its folder “{folder}” says so"
    return ""


def _words(name: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", name).split())


def restricted_whole(found: PackOutline) -> PackOutline:
    """The outline of a pack that is restricted from its first page to its last."""
    return replace(found, sections=tuple(replace(one, access=Access.RESTRICTED) for one in found.sections))
