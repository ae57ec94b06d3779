"""A statement that says more than its evidence: what is told, and what of it must stand in the papers."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answer import Draft


@dataclass(frozen=True, slots=True)
class Told:
    """``text`` is shown; ``grounds`` has the words and figures of it that must stand verbatim in its places.

    What is shown beyond its grounds is a verdict ("Yes."), words of comparison ("the lowest"), names of pages, and
    ``derived`` figures: those worked out from the figures of the grounds.
    """

    text: str
    grounds: Draft
    derived: frozenset[str] = frozenset()
