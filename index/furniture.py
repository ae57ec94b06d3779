"""Which lines of a page are its frame: running headers and footers, page numbers, stamps."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from index.model import Box, Line, Page, Role, Word
from index.numbering import ITEM_STAMP
from index.series import SAME_PLACE, STAMPS, Form, Place, candidates, find_series, place_of
from index.sketch import MarginLine, PageSketch, edge_of

REPEATS = 3  # pages that make a line a running one
GAP = 4  # PDF pages between two of its pages: odd and even pages, a picture between
DENSITY = 0.5  # of the pages from first to last
OUTER_TOP, OUTER_BOTTOM = 52.0, 72.0  # points from the edge: two pages are enough there
STAMP_ZONE = 64.0  # points from the edge in which "Page 3" alone is a stamp whatever the rest of the file has
TITLE_SIZE = 1.2  # times the usual size: a repeated title, not a running header
ALIKE = 88.0  # per cent: a running line as a scan spells it
BODY_LEVEL = 0.25  # of the pages begin their text this high: what is repeated there is a heading
SAME_SIZE = 2.0  # points between two settings of one running line


Found = tuple[PageSketch, MarginLine, float]  # a line in a margin, with its points to the edge


@dataclass(frozen=True, slots=True)
class Running:
    """A line that stands at one place on the pages from ``first`` to ``last``; ``text`` without its figures."""

    text: str
    edge: str
    distance: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is known of a file's frame: its running lines, and the places where its numbers stand."""

    running: tuple[Running, ...] = ()
    numbers: tuple[tuple[Form, Place], ...] = ()


def find_furniture(sketches: Sequence[PageSketch]) -> Furniture:
    """The frame of a file's pages, from the margins of all of them."""
    series = find_series(candidate for page in sketches for candidate in candidates(page))
    numbers = {
        (candidate.form, candidate.place)
        for one in series
        if one.form is not Form.INSIDE and len(max(one.runs, key=lambda run: len(run.pages)).pages) > 1
        for run in one.runs
        for candidate in one.candidates
        if candidate.pdf_page in run.pages and candidate.pdf_page - candidate.number == run.offset
    }
    return Furniture(tuple(_running(sketches)), tuple(_thinned(numbers)))


def _thinned(numbers: set[tuple[Form, Place]]) -> Iterator[tuple[Form, Place]]:
    seen: set[tuple[Form, str, str, int]] = set()
    for form, place in sorted(numbers):
        key = (form, place[0], place[1], round(place[2] / 3))
        if key not in seen:
            seen.add(key)
            yield form, place


def _running(sketches: Sequence[PageSketch]) -> Iterator[Running]:
    found: dict[tuple[str, str], list[tuple[PageSketch, MarginLine, float]]] = defaultdict(list)
    for page in sketches:
        for line in page.margin:
            text = plain(line.text)
            if text and not line.in_table:
                found[text, line.edge].append((page, line, place_of(page, line.box, line.edge)[2]))
    tops = _body_tops(found)
    for (text, edge), lines in found.items():
        for same in _at_one_place(lines):
            for group in _neighbouring(same):
                pages = sorted({page.pdf_page for page, _, _ in group})
                if _runs_through(edge, group, pages, len(sketches)):
                    distance = sum(distance for _, _, distance in group) / len(group)
                    level = sum(top <= distance + SAME_PLACE / 2 for top in tops)
                    if edge == "top" and level > BODY_LEVEL * len(sketches) and len(pages) < 3 * REPEATS:
                        continue
                    yield Running(text, edge, distance, pages[0], pages[-1])


def _body_tops(found: Mapping[tuple[str, str], Sequence[Found]]) -> list[float]:
    """Where text that stands on no other page begins, in points from the top, for each page with such text."""
    tops: dict[int, float] = {}
    for (_, edge), lines in found.items():
        if edge == "top" and len(lines) == 1:
            page, _, distance = lines[0]
            tops[page.pdf_page] = min(distance, tops.get(page.pdf_page, distance))
    return list(tops.values())


def plain(text: str) -> str:
    """A line without what changes from page to page: figures, case, spaces, punctuation.

    A number at its end is left out: one of two digits may stand so near the footer that both are one line.
    """
    figureless = re.sub(r"[^\w#]+", " ", re.sub(r"\d+", "#", text.casefold())).strip()
    return re.sub(r"(?<=[^\W\d_]) #$|(?<=[^\W\d_]#) #$", "", figureless)


def _at_one_place(lines: Sequence[Found]) -> Iterator[list[Found]]:
    ordered = sorted(lines, key=lambda one: one[2])
    group: list[Found] = []
    for one in ordered:
        if group and one[2] - group[-1][2] > SAME_PLACE:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _neighbouring(lines: Sequence[Found]) -> Iterator[list[Found]]:
    ordered = sorted(lines, key=lambda one: one[0].pdf_page)
    group: list[Found] = []
    for one in ordered:
        if group and one[0].pdf_page - group[-1][0].pdf_page > GAP:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _runs_through(edge: str, group: Sequence[Found], pages: Sequence[int], total: int) -> bool:
    count, span = len(pages), pages[-1] - pages[0] + 1
    if count < span * DENSITY:
        return False
    sizes = sorted(line.size for _, line, _ in group)
    if sizes[-1] - sizes[0] > SAME_SIZE and edge == "top":
        return False
    large = sum(line.size > TITLE_SIZE * page.size > 0 for page, line, _ in group) > count / 2
    if edge == "top" and large:
        return count >= 3 * REPEATS and count >= 0.6 * total
    if count >= REPEATS:
        return True
    distance = max(distance for _, _, distance in group)
    return (
        count == 2 == span
        and distance <= (OUTER_TOP if edge == "top" else OUTER_BOTTOM)
        and len(plain(group[0][1].text)) > 3
    )


def mark_furniture(page: Page, known: Furniture) -> Page:
    """The page with ``Role.FURNITURE`` on the lines of its frame; a stamp set into a body line becomes its own line."""
    marked: list[Line] = []
    for line in page.lines:
        edge = edge_of(line)
        if edge is None or not line.text.strip():
            marked.append(line)
            continue
        place = place_of(page, line.box, edge)
        if _is_stamp(line, place, known) or _is_running(page, line, place, known):
            marked.append(replace(line, role=Role.FURNITURE))
        else:
            marked.extend(_without_stamp(page, line, edge, known))
    return replace(page, lines=tuple(marked))


def _is_stamp(line: Line, place: Place, known: Furniture) -> bool:
    text = " ".join(line.text.split())
    if ITEM_STAMP.fullmatch(text):
        return place[2] <= STAMP_ZONE
    form = next((form for form, stamp in STAMPS if stamp.fullmatch(text)), None)
    if form is None:
        return False
    if form is not Form.BARE and place[2] <= STAMP_ZONE:
        return True
    return any(form is other and _same(place, there) for other, there in known.numbers)


def _same(one: Place, other: Place) -> bool:
    return one[:2] == other[:2] and abs(one[2] - other[2]) <= SAME_PLACE / 2


def _is_running(page: Page, line: Line, place: Place, known: Furniture) -> bool:
    text = plain(line.text)
    for running in known.running:
        if running.edge != place[0] or not running.first <= page.pdf_page <= running.last:
            continue
        near = abs(running.distance - place[2]) <= SAME_PLACE
        if near and (running.text == text or (page.scanned and fuzz.ratio(running.text, text) >= ALIKE)):
            return True
    return False


def _without_stamp(page: Page, line: Line, edge: str, known: Furniture) -> list[Line]:
    """A body line into which a "Page 3" stamp ran, as two lines; otherwise the line itself."""
    found = re.search(r"(?<=\S)\s+(page \d{1,4})$", line.text, re.I)
    if not found or len(line.words) < 3 or line.cells:
        return [line]
    body, stamp = line.words[:-2], line.words[-2:]
    box = _around(stamp)
    gap = stamp[0].box[0] - body[-1].box[2] if stamp[0].box[0] > body[-1].box[2] else 0.0
    set_in = any(form is Form.PAGE and _same(place_of(page, box, edge), there) for form, there in known.numbers)
    if not set_in or gap < 0.02:
        return [line]
    return [
        replace(line, text=line.text[: found.start()], words=body, box=_around(body)),
        replace(line, text=found[1], words=stamp, box=box, role=Role.FURNITURE),
    ]


def _around(words: Sequence[Word]) -> Box:
    boxes = [word.box for word in words]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
