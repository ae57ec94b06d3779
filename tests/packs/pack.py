"""What a sample PDF is made of: whose it is, in what order its papers stand, and how it is stamped."""

from __future__ import annotations

from dataclasses import dataclass

from tests.packs.layout import Type

BLANK = "blank"  # an empty page
BLANK_NOTED = "blank noted"  # a page that says that it is empty


@dataclass(frozen=True, slots=True)
class Item:
    """An agenda item with the names of its papers, in order; ``papers`` is empty for a verbal one."""

    number: str
    title: str
    papers: tuple[str, ...] = ()
    presenter: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The earlier meeting that a pack's minutes record."""

    body: str
    date: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One PDF. ``labels`` is "own" for labels that say the printed number, "plain" for 1..n, "" for none."""

    name: str
    folder: str
    title: str
    council: str
    body: str
    date: str
    time: str
    venue: str
    items: tuple[Item, ...]
    face: Type
    creator: str
    recorded: Recorded | None = None
    labels: str = ""
    stamp: str = "Page {n}"
    place: str = "centre"
    item_stamp: str = "Agenda Item {item}"
    pad: bool = False  # each paper fills whole leaves, as in packs that are printed double-sided
    continues: str = ""  # folder of the pack whose page numbers go on here
    between: str = " - "  # stands between the first and the last page of an item on the agenda sheet
