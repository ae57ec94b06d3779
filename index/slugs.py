"""Readable pack ids out of file names: "Health & Wellbeing 22.03.2023.pdf" gives "health-wellbeing-22-03-2023"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

LONGEST = 80


def slug(file: str) -> str:
    """The file name without .pdf in plain lower-case letters, digits and hyphens; "pack" where nothing is left."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\.pdf$", "", file, flags=re.IGNORECASE))
    letters = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].strip("-") or "pack"


def free_slug(file: str, taken: Container[str]) -> str:
    """The slug of a file name, with -2, -3, … after it where it is taken."""
    first = slug(file)
    return next(name for n in count(1) if (name := first if n == 1 else f"{first}-{n}") not in taken)
