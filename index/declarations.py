"""Interests that members declared at a meeting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.minute_series import MinuteText
from index.paragraphs import Paragraph
from index.record_model import Declaration
from index.sentences import sentences
from index.votes import PERSON

# "Declarations of Interest", "Disclosures of pecuniary interests", "Welcome and declarations"
TITLE = re.compile(r"\b(?:declarations?|disclosures?)\b|\binterests\b", re.I)
# "Cllr Birdi declared a non-pecuniary interest in item 5", "Dr Marlow declared that he was a partner", "disclosed"
DECLARED = re.compile(
    rf"(?P<who>(?:{PERSON})(?:(?:,\s+(?:and\s+)?|\s+and\s+)(?:{PERSON})){{0,6}})(?:\s*\([^)]*\))?,?\s+(?:also\s+"
    rf"|each\s+|both\s+|had\s+)?"
    r"(?:declared|disclosed|noted|stated|said)\s+(?:(?:a|an|his|her|their|that|the|other|non-|pecuniary|personal"
    r"|prejudicial|disclosable)\b)"
)
INTEREST = re.compile(r"\binterests?\b|\bdeclared\s+that\b|\bdisclosed\s+that\b", re.I)
STILL = re.compile(r"(?:He|She|They|Both|Neither|Each)\b")  # sentences that go on about the same person


def declarations_in(minute: MinuteText) -> tuple[Declaration, ...]:
    """The declarations of one minute: all of one whose title says so, and those told elsewhere."""
    titled = bool(TITLE.search(minute.title))
    return tuple(found for one in minute.body for found in _declared(one, minute, titled))


def _declared(one: Paragraph, minute: MinuteText, titled: bool) -> Iterator[Declaration]:
    marks: list[tuple[str, int, int]] = []
    title = one.text.find(minute.title) if one.cells else -1  # in a row it runs into the first sentence
    begins = title + len(minute.title) if title >= 0 else 0
    for first, end in sentences(one.text):
        start = max(first, begins)
        if start >= end:
            continue
        text = one.text[start:end]
        found = DECLARED.search(text) or (
            re.search(rf"(?P<who>{PERSON})\s+(?:declared|disclosed)\b", text) if titled else None
        )
        if (
            found
            and (INTEREST.search(text) or titled)
            and not re.search(r"\bno\s+(?:other\s+)?(?:declarations|interests)\b", text, re.I)
        ):
            marks.append((" ".join(found["who"].split()), start, end))
        elif marks and STILL.match(text) and not one.text[marks[-1][2] : start].strip():
            marks[-1] = (marks[-1][0], marks[-1][1], end)
    for who, start, end in marks:
        said = one.slice(start, end)
        yield Declaration(who, said.text, said.spans, minute.number)
