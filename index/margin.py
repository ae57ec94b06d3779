"""Initials in the right margin of minutes: who takes an action, beside the paragraph that gives it.

They are no column of a table and must not break the sentences that they stand beside, so they are taken out before
the page is read and put after the end of their paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from index.model import Line
from index.runs import Place, Run

# "CBa", "JW", "RT/CBa", "AL & JW", "All"
_INITIALS = re.compile(r"[A-Z][A-Za-z]{1,2}(?:(?:\s?[/&,+]\s?|\s)[A-Z][A-Za-z]{1,2}){0,3}")
_HEAD = re.compile(r"(?:actions?|lead|owner|by whom)(?: by)?", re.I)  # what stands over them: "Action", "Lead"
FAR_RIGHT = 0.7  # of the text's width: where the margin may begin
LEAST_WORDS = 5  # in a line of the prose beside them; table cells have fewer


def initials_beside(runs: list[Run]) -> tuple[list[Run], list[Run]]:
    """The runs without the initials in the margin, and these, from top to bottom; none where it is unsure."""
    if not runs:
        return runs, []
    left, right = min([run.x0 for run in runs]), max([run.x1 for run in runs])
    outer = [run for run in runs if run.x0 > left + FAR_RIGHT * (right - left)]
    notes = [run for run in outer if _INITIALS.fullmatch(run.text)]
    if len(notes) < 2:
        return runs, []
    notes += [run for run in outer if _HEAD.fullmatch(run.text)]
    edge = min([run.x0 for run in notes])
    top, bottom = min([run.y0 for run in notes]), max([run.y1 for run in notes])
    taken = {id(run) for run in notes}
    rest = [run for run in runs if id(run) not in taken]
    beside = [run for run in rest if run.y1 > top and run.y0 < bottom]
    rows = {run.row for run in beside}
    prose = (
        len(rows) >= 1.5 * len(notes)
        and len(beside) <= 1.1 * len(rows)
        and sum([len(run.words) for run in beside]) >= LEAST_WORDS * len(beside)
        and all(run.x1 < edge for run in beside)
    )
    return (rest, sorted(notes, key=lambda run: run.yc)) if prose else (runs, [])


def put_back(lines: list[Line], heights: list[float], notes: list[Run], place: Place) -> list[Line]:
    """The lines with each of the initials after the paragraph beside it, as a line of the same block.

    ``heights`` are the middles of ``lines`` in the points of ``notes``, rising.
    """
    after: dict[int, list[Line]] = {}
    for note in notes:
        beside = bisect_right(heights, note.yc + 0.5 * note.size)
        block = lines[max(0, beside - 1)].block
        end = beside
        while beside and end < len(lines) and lines[end].block == block:
            end += 1
        after.setdefault(end, []).append(note.line(block, place))
    return [one for k in range(len(lines) + 1) for one in [*after.get(k, []), *lines[k : k + 1]]]
