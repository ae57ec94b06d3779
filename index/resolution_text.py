"""How far a resolution reaches: its lettered and numbered parts, its table, its words over a page end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.minute_series import is_plain_heading
from index.paragraphs import OPENERS, Paragraph, joined
from index.record_model import Part, Said
from index.sentences import is_finished
from index.votes import is_vote_line

BULLETS = frozenset("•▪◦‣●■□➢➤✓*–—-o")
ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")
# ends that tell that parts follow: "RESOLVED that", "as follows:", "agreed to", "; and", ", and"
UNFINISHED = re.compile(
    r"(?:[:;,–—-]|\b(?:that|to|and|or|the|of|by|for|in|with|recommended|asked|Committee|Board|Cabinet|Council|Panel"
    r"|follows|following|be|is|a|an)|\b(?:RESOLVED|AGREED)(?:\s*\([^)]*\)|\s+unanimously)?)\s*$",
    re.I,
)
INITIALS = re.compile(r"(?:[A-Z][A-Za-z’']{1,3}(?:\s?[/&,+]\s?|\s)?){1,4}")
# "RESOLVED that: (a) … (b) …" set on one line
INLINE_PART = re.compile(
    r"(?<=[\s:;,])(?P<label>\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)|(?:[a-h]|i{1,3}|iv|vi{0,3})\))\s+(?=\S)"
)
MOST_PARAGRAPHS = 80  # of one resolution


@dataclass(slots=True)
class Resolution:
    """A resolution while it is read: its stretches in order, and for each its label ("" for words without one)."""

    pieces: list[Said]
    labels: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    rows: bool = False

    @property
    def said(self) -> Said:
        """All its words."""
        return joined(self.pieces)

    @property
    def open(self) -> bool:
        """Whether its last words show that more follows."""
        last = self.pieces[-1].text.rstrip()
        return bool(UNFINISHED.search(last)) or not is_finished(last)

    def goes_on_with(self, one: Paragraph) -> bool:
        """Whether ``one`` still belongs to it."""
        if len(self.pieces) >= MOST_PARAGRAPHS or OPENERS.match(one.text) or is_vote_line(one):
            return False
        if one.cells:
            return self.rows or (self.pieces[-1].text.rstrip().endswith((":", "follows")) and not _initials_row(one))
        if INITIALS.fullmatch(one.flat) and len(one.flat) < 16:
            return False
        if one.label:
            return self._takes(one.label)
        if is_plain_heading(one) and not (self.open and len(self.pieces) == 1):
            return False
        return self.open and not self.rows

    def _takes(self, label: str) -> bool:
        used = [one for one in self.labels if one]
        if not used:
            return self.open and (starts(label) or label in BULLETS)
        if label in BULLETS:
            return used[-1] in BULLETS or self.open
        return any(follows(label, before) for before in used) or (self.open and starts(label))

    def add(self, one: Paragraph) -> None:
        """Take ``one`` in."""
        self.pieces.append(one.said())
        self.labels.append(one.label)
        self.begins.append(one.begins)
        self.rows = bool(one.cells)

    def parts(self) -> tuple[Part, ...]:
        """Its labelled parts, each with the words that go on with it; a part of a part has both labels."""
        found: list[tuple[str, list[Said]]] = []
        outer = ""
        for said, label in zip(self.pieces[1:], self.labels, strict=True):
            if not label:
                if found:
                    found[-1][1].append(said)
                elif not self.rows and self.pieces[0].text.rstrip().endswith(":"):
                    found.append(("", [said]))
                continue
            if found and starts(label) and not follows(label, found[-1][0]) and found[-1][0] and label not in BULLETS:
                outer = found[-1][0] if _form(label) != _form(found[-1][0]) else outer
            elif outer and follows(label, outer):
                outer = ""
            found.append((f"{outer}{label}" if outer else label, [said]))
        if found:
            return tuple(Part(label, told.text, told.spans) for label, told in ((a, joined(b)) for a, b in found))
        return ()


def inline_parts(one: Paragraph, start: int, end: int) -> tuple[Part, ...]:
    """Parts that stand in one paragraph: "that: (a) …; (b) …"; none where the labels do not count on."""
    taken: list[re.Match[str]] = []
    for mark in INLINE_PART.finditer(one.text, start, end):
        if (not taken and starts(mark["label"])) or (taken and follows(mark["label"], taken[-1]["label"])):
            taken.append(mark)
    if len(taken) < 2:
        return ()
    edges = [*(mark.start() for mark in taken), end]
    parts = []
    for place, mark in enumerate(taken):
        said = one.slice(edges[place], edges[place + 1])
        parts.append(Part(mark["label"], said.text, said.spans))
    return tuple(parts)


def starts(label: str) -> bool:
    """Whether a list begins with ``label``."""
    return label.strip("().").lower() in ("a", "i", "1")


def follows(label: str, before: str) -> bool:
    """Whether ``label`` is the next of the same list: (b) after (a), iv) after iii); case may change."""
    before = re.sub(r"^.*\)(?=[(\w])", "", before)
    one, other = label.strip("().").lower(), before.strip("().").lower()
    if not one or not other or (label in BULLETS) != (before in BULLETS):
        return False
    if one in ROMANS and other in ROMANS and ROMANS.index(one) == ROMANS.index(other) + 1:
        return True
    if one.isdigit() and other.isdigit():
        return int(one) == int(other) + 1
    return len(one) == len(other) == 1 and one.isalpha() and ord(one) == ord(other) + 1


def _form(label: str) -> str:
    plain = label.strip("().")
    kind = "1" if plain.isdigit() else "i" if plain.lower() in ROMANS else "a"
    return f"{kind}{'(' if label.startswith('(') else ''}"


def _initials_row(one: Paragraph) -> bool:
    return sum(bool(one.cell(place).text) for place in range(len(one.cells))) < 2


def texts(parts: Sequence[Part]) -> list[str]:
    """The words of the parts."""
    return [part.text for part in parts]
