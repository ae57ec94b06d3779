"""Rows of numbers printed in the margins: every place where some paper counts its pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.model import Box, Page
from index.sketch import PageSketch

Place = tuple[str, str, float]  # edge, side, points to the edge

LARGEST_NUMBER = 4000
SAME_PLACE = 9.0  # points between the heights of two stamps of one series
CENTRED = 0.12  # of the width, from the middle
MOST_OFFSETS = 300  # per series; more are noise
MATCH, CONFLICT, SWITCH = 1.0, -0.5, -1.2  # a run must be worth more than the switch into it: two pages at least


class Form(StrEnum):
    """How a page number is written."""

    PAGE = "page"  # Page 30
    OF = "of"  # Page 4 of 16
    BARE = "bare"  # 30
    INSIDE = "inside"  # BCF return v3   Page 2, or: Board minutes draft   7
    LABEL = "label"  # /PageLabels


# Each with a line from practice.
STAMPS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    # "Page 4 of 16", "4/16", "Page2 of2"
    (
        Form.OF,
        re.compile(r"(?:overall |agenda |pack )?(?:page|p\.?)?\s*(?P<n>\d{1,4})\s?(?:of|/)\s?(?P<total>\d{1,4})", re.I),
    ),
    # "Page 30", "Page 30a", "Agenda Page 7", "Page G-4.12", "PAGE: 8"
    (
        Form.PAGE,
        re.compile(
            r"(?:overall |agenda |pack |bundle )?(?:page|pg?\.)[ :]*(?P<prefix>[A-Z]{1,3}-?(?:\d{1,3}[.-])?)?"
            r"(?P<n>\d{1,4})(?P<suffix>[a-z])?",
            re.I,
        ),
    ),
    # "30", "- 30 -", "| 30", "[30]"
    (Form.BARE, re.compile(r"[-–—|\[( .]*(?P<n>\d{1,4})(?P<suffix>[a-z])?[-–—|\]) .]*")),
)
INSIDE: tuple[re.Pattern[str], ...] = (
    # "City of Exford   Page 4   Printed on 2/9/2021", "BCF return v3 Page 1 of 5", "Page 2 of 4 – Ordinance 7"
    re.compile(
        r"\bpage\s?(?P<prefix>[A-Z]{1,3}-?\d{1,3}[.-])?(?P<n>\d{1,4})\b(?:\s?(?:of|/)\s?(?P<total>\d{1,4}))?", re.I
    ),
    # "Open Board minutes draft v1   7"
    re.compile(r"\S[\s|]+[-–]?\s*(?P<n>\d{1,4})\s*[-–|]?$"),
    # "12 | Annual report 2021/22"
    re.compile(r"^(?P<n>\d{1,4})\s*(?:[|–-]\s*|\s{2,}|\t)\S"),
)
OCR_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
OCR_STAMP = re.compile(r"(page\s+)([\dOolI|SB]{1,4})", re.I)  # "Page l2" on a scan


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number in a page's margin that may be its page number."""

    pdf_page: int
    number: int
    form: Form
    place: Place = ("", "", 0.0)
    prefix: str = ""
    suffix: str = ""
    total: int | None = None
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Pages counted in one go: ``pages`` are the PDF pages that show PDF page minus ``offset``."""

    offset: int
    pages: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.pages[0]

    @property
    def last(self) -> int:
        return self.pages[-1]


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers that stand in one form at one place of the pages, as runs in the order of the pages."""

    form: Form
    prefix: str
    candidates: tuple[Candidate, ...]
    runs: tuple[Run, ...]

    @property
    def support(self) -> int:
        return sum(len(run.pages) for run in self.runs)


def candidates(page: PageSketch) -> Iterator[Candidate]:
    """All numbers in the margins of a page that have the form of a page number."""
    for line in page.margin:
        place = place_of(page, line.box, line.edge)
        parts = [part for part in line.text.split("\t") if part.strip()]
        for part in parts:
            text = " ".join(part.split())
            if page.scanned:
                text = OCR_STAMP.sub(lambda found: found[1] + found[2].translate(OCR_DIGITS), text)
            exact = next(((form, found) for form, stamp in STAMPS if (found := stamp.fullmatch(text))), None)
            if exact is not None:
                form, found = exact
                yield from _candidate(page, form if len(parts) == 1 or form is Form.PAGE else Form.INSIDE, found, place)
        if len(parts) == 1 and any(stamp.fullmatch(" ".join(line.text.split())) for _, stamp in STAMPS):
            continue
        for pattern in INSIDE:
            for found in pattern.finditer(line.text.replace("\xa0", " ")):
                yield from _candidate(page, Form.INSIDE, found, place)


def _candidate(page: PageSketch, form: Form, found: re.Match[str], place: Place) -> Iterator[Candidate]:
    parts = found.groupdict()
    number = int(parts["n"])
    if number <= LARGEST_NUMBER:
        yield Candidate(
            pdf_page=page.pdf_page,
            number=number,
            form=form,
            place=place,
            prefix=parts.get("prefix") or "",
            suffix=(parts.get("suffix") or "").lower(),
            total=int(parts["total"]) if parts.get("total") else None,
            scanned=page.scanned,
        )


def place_of(page: Page | PageSketch, box: Box, edge: str) -> Place:
    """Where a stamp stands: edge, "centre" or "outer" (left and right may alternate), and points to the edge."""
    left, top, right, bottom = box
    side = "centre" if abs((left + right) / 2 - 0.5) < CENTRED else "outer"
    if edge == "side":
        return edge, "", page.width * min(left, 1 - right)
    return edge, side, page.height * (top + bottom if edge == "top" else 2 - top - bottom) / 2


def label_candidates(sketches: Iterable[PageSketch]) -> Iterator[Candidate]:
    """The numbers of the file's own /PageLabels ("12", "Page 12")."""
    for page in sketches:
        found = re.fullmatch(r"(?:page\s*)?(\d{1,4})", (page.label or "").strip(), re.I)
        if found:
            yield Candidate(page.pdf_page, int(found[1]), Form.LABEL)


def find_series(found: Iterable[Candidate]) -> list[Series]:
    """Sorts candidates by form and place, and each place's numbers into runs; the best supported first."""
    series = []
    for (form, prefix), same_form in _grouped(found).items():
        for same_place in [same_form] if prefix else _by_place(same_form):  # "G-4.12" is unlike any other
            runs = _runs(same_place)
            if runs:
                series.append(Series(form, prefix, tuple(same_place), tuple(runs)))
    return sorted(series, key=lambda one: -one.support)


def _grouped(found: Iterable[Candidate]) -> dict[tuple[Form, str], list[Candidate]]:
    groups: dict[tuple[Form, str], list[Candidate]] = defaultdict(list)
    for candidate in found:
        groups[Form.PAGE if candidate.prefix else candidate.form, candidate.prefix].append(candidate)
    return groups


def _by_place(found: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    areas: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in found:
        areas[candidate.place[:2]].append(candidate)
    for area in areas.values():
        area.sort(key=lambda candidate: candidate.place[2])
        start = 0
        for end in range(1, len(area) + 1):
            if end == len(area) or area[end].place[2] - area[end - 1].place[2] > SAME_PLACE:
                yield area[start:end]
                start = end


def _runs(found: Sequence[Candidate]) -> list[Run]:
    """The most likely way to read the numbers of one place as runs (a shortest path over offsets)."""
    shown: dict[int, set[int]] = defaultdict(set)
    for candidate in found:
        if not candidate.suffix:
            shown[candidate.pdf_page].add(candidate.pdf_page - candidate.number)
    support = Counter(offset for offsets in shown.values() for offset in offsets)
    states: list[int | None] = [None]
    states += [offset for offset, count in support.most_common(MOST_OFFSETS) if count > 1]
    scores: dict[int | None, float] = dict.fromkeys(states, SWITCH)
    scores[None] = 0.0
    pages = sorted(shown)
    back: list[dict[int | None, int | None]] = []
    for page in pages:
        best = max(states, key=lambda state: scores[state])
        came: dict[int | None, int | None] = {}
        following: dict[int | None, float] = {}
        for state in states:
            stay, change = scores[state], scores[best] + (SWITCH if state is not None else 0.0)
            came[state] = state if stay >= change else best
            gain = 0.0 if state is None else MATCH if state in shown[page] else CONFLICT
            following[state] = max(stay, change) + gain
        back.append(came)
        scores = following
    state = max(states, key=lambda one: scores[one])
    path: list[int | None] = []
    for came in reversed(back):
        path.append(state)
        state = came[state]
    path.reverse()
    runs: list[Run] = []
    for page, offset in zip(pages, path, strict=True):
        if offset is None or offset not in shown[page]:
            continue
        if runs and runs[-1].offset == offset:
            runs[-1] = Run(offset, (*runs[-1].pages, page))
        else:
            runs.append(Run(offset, (page,)))
    scanned = {candidate.pdf_page for candidate in found if candidate.scanned}
    trimmed = [Run(run.offset, _trimmed(run.pages, scanned)) for run in runs]
    return _without_intrusions([run for run in trimmed if len(run.pages) > 1])


def _trimmed(pages: tuple[int, ...], scanned: set[int]) -> tuple[int, ...]:
    """A misread figure may fit a count by chance: a scan at a run's edge, not beside the next page, is left out."""
    while len(pages) > 1 and pages[0] in scanned and pages[1] - pages[0] > 1:
        pages = pages[1:]
    while len(pages) > 1 and pages[-1] in scanned and pages[-1] - pages[-2] > 1:
        pages = pages[:-1]
    return pages


def _without_intrusions(runs: list[Run]) -> list[Run]:
    """A count that resumes where it would have been has gone on through what lies between."""
    kept: list[Run] = []
    for run in runs:
        before = next((place for place in range(len(kept) - 1, -1, -1) if kept[place].offset == run.offset), None)
        if before is None:
            kept.append(run)
            continue
        between = sum(len(other.pages) for other in kept[before + 1 :])
        if between <= len(kept[before].pages) + len(run.pages):
            kept[before:] = [Run(run.offset, kept[before].pages + run.pages)]
    return kept
