"""Which printed agenda page number every page of a pack has: the pack's own series against all the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.model import AgendaItem, PageNumber, PageSource
from index.series import Candidate, Form, Run, Series, candidates, find_series, label_candidates
from index.sketch import PageSketch

# "Agenda Item 3", "AGENDA ITEM 10b", "Item No. 4"
ITEM_STAMP = re.compile(
    r"agenda item\s*(?:no\.?\s*)?:?\s*(?P<item>(?:[a-z]\W{0,2})?\d{1,3}(?:\.\d{1,2})?[a-z]?)\.?", re.I
)

WHOLE_PAPER = 0.55  # of the pages, for the own numbers of a paper that stands alone
MOST_PAGES = 0.7  # and up to its end, for numbers that begin after a long front
WHOLE_PACK = 0.75  # the same for a pack whose agenda gives no page numbers
FRONT_SHARE = 0.15  # of the pages may come before a lone paper's first number, or these:
SHORT_FRONT, LONG_FRONT = 3, 8
LOOSE_END = 3  # pages a pack may have after its agenda's last page
RESTART_SUPPORT = 3  # stamped pages that make a new count in the pack's own form believed
NEAR = 2  # pages without a stamp that a run's edge may step over

Weight = tuple[float, int]


@dataclass(frozen=True, slots=True)
class Ranges:
    """What the agenda says of its printed pages: lowest, highest, each item's first and last; ``anchors`` are the
    (PDF page, printed page) of items whose number is stamped on their first page."""

    low: int | None
    high: int | None
    anchors: frozenset[tuple[int, int]]
    spans: tuple[tuple[int, int], ...] = ()

    def promise(self, number: int) -> bool:
        """Whether an item has the printed page ``number``."""
        return any(first <= number <= last for first, last in self.spans)

    def anchored(self, run: Run) -> int:
        """How many stamped items begin where ``run`` says."""
        return sum(page - printed == run.offset for page, printed in self.anchors)

    def fits(self, run: Run, pages: int, chain: Sequence[Run] = ()) -> bool:
        """Whether ``run``, or the ``chain`` of runs that rise with it, counts the agenda's pages from first to last;
        or whether ``run`` counts up to about the end of the file."""
        if self.high is None or self.low is None:
            return False
        first, last = run.first - run.offset, run.last - run.offset
        if run in chain:
            first, last = chain[0].first - chain[0].offset, chain[-1].last - chain[-1].offset
        if first <= self.low + LOOSE_END and last >= self.high - LOOSE_END and self.high - self.low > LOOSE_END:
            return True
        first, last = run.first - run.offset, run.last - run.offset
        return self.low <= last and first <= self.high and 0 <= pages - (self.high + run.offset) <= LOOSE_END


def number_pages(sketches: Sequence[PageSketch], items: Sequence[AgendaItem]) -> tuple[PageNumber, ...]:
    """The printed agenda page number of every page, in the order of ``sketches`` (which count from PDF page 1).

    A number is given only where one count is consistent over the file: stamped, told by /PageLabels, or inferred
    between stamped pages and up to the agenda's own ranges. All other pages have None and ``PageSource.NONE``.
    """
    pages = len(sketches)
    ranges = agenda_ranges(sketches, items)
    found = [candidate for page in sketches for candidate in candidates(page)]
    labels = _telling_labels(sketches)
    series = find_series(found)
    chosen = _choose(series, ranges, pages) or _choose_labels(labels, ranges, pages)
    if chosen is None:
        return tuple(PageNumber(page.pdf_page, None, PageSource.NONE) for page in sketches)
    runs = _accepted(chosen, ranges, pages)
    shown: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in found:
        shown[candidate.pdf_page].append(candidate)
    labelled = {candidate.pdf_page: candidate.number for candidate in labels}
    numbers: dict[int, tuple[str, PageSource]] = {}
    for run, first, last in _extents(runs, chosen, shown, labelled, ranges, pages):
        for page in range(first, last + 1):
            number = page - run.offset
            source = _source(
                number, shown[page], labelled.get(page), page in run.pages and chosen.form is not Form.LABEL
            )
            numbers[page] = (f"{chosen.prefix}{number}", source)
    _insert_lettered(numbers, chosen, shown)
    _first_of_known_total(numbers, chosen, pages)
    nothing = (None, PageSource.NONE)
    return tuple(PageNumber(page.pdf_page, *numbers.get(page.pdf_page, nothing)) for page in sketches)


def item_stamps(page: PageSketch) -> Iterator[str]:
    """The item numbers that the publishing system stamped on a page's margin ("Agenda Item 3")."""
    for line in page.margin:
        found = ITEM_STAMP.fullmatch(" ".join(line.text.split()))
        if found:
            yield re.sub(r"\s", "", found["item"])


def agenda_ranges(sketches: Iterable[PageSketch], items: Sequence[AgendaItem]) -> Ranges:
    """The agenda's lowest and highest printed page, and its stamped items' places."""
    firsts = {item.number.lower().rstrip("."): item.first for item in items if item.first is not None}
    numbers = [number for item in items for number in (item.first, item.last) if number is not None]
    anchors = {
        (page.pdf_page, first)
        for page in sketches
        for stamp in item_stamps(page)
        if (first := firsts.get(stamp.lower())) is not None
    }
    spans = tuple((item.first, item.last or item.first) for item in items if item.first is not None)
    return Ranges(min(numbers, default=None), max(numbers, default=None), frozenset(anchors), spans)


def _choose(series: Sequence[Series], ranges: Ranges, pages: int) -> Series | None:
    stamps = [run for one in series if one.form is Form.PAGE for run in one.runs]
    believed = [
        one
        for one in series
        if _agreed(one, ranges, pages)
        or (_stands_alone(one, ranges, pages) and (one.form is Form.PAGE or not _contradicted(_main(one), stamps)))
    ]
    return max(believed, key=lambda one: _worth(one, ranges, pages), default=None)


def _worth(series: Series, ranges: Ranges, pages: int) -> Weight:
    """How much speaks for a series: pages explained, agreement with the agenda, against restarts."""
    restarts = sum(run.first - run.offset <= 2 for run in series.runs) - 1
    anchored = sum(ranges.anchored(run) for run in series.runs)
    fits = any(ranges.fits(run, pages) for run in series.runs)
    per_report = series.form is Form.OF and restarts > 0
    worth = series.support - 5.0 * max(restarts, 0) + 15.0 * anchored + 20.0 * fits
    return worth * (0.2 if per_report else 1.0), series.form is Form.PAGE


def _agreed(series: Series, ranges: Ranges, pages: int) -> bool:
    return any(ranges.anchored(run) or ranges.fits(run, pages, _chain(series)) for run in series.runs)


def _contradicted(run: Run, stamps: Sequence[Run]) -> bool:
    """Whether "Page 30" stands on pages that ``run`` counts otherwise: then these are a report's own numbers."""
    return any(
        stamp.offset != run.offset and set(stamp.pages) & set(range(run.first, run.last + 1)) for stamp in stamps
    )


def _stands_alone(series: Series, ranges: Ranges, pages: int) -> bool:
    """Whether a series counts most of the file by itself, as the numbers of a lone paper or of a whole pack do."""
    chain = _chain(series)
    main = Run(_main(series).offset, tuple(page for run in chain for page in run.pages))
    span = (main.last - main.first + 1) / pages
    if ranges.anchors or ranges.high is not None:
        return span >= WHOLE_PACK and series.form in (Form.PAGE, Form.BARE) and not ranges.anchors
    whole = series.form is Form.PAGE or (span >= MOST_PAGES and main.last >= pages - 1)
    front = max(LONG_FRONT if whole else SHORT_FRONT, FRONT_SHARE * pages)
    late = min(main.first - 1, abs(chain[0].offset)) > front
    if len(main.pages) < min(RESTART_SUPPORT, max(2, pages - 1)) or late:
        return False
    return span >= WHOLE_PAPER and 3 * len(main.pages) >= main.last - main.first + 1


def _main(series: Series) -> Run:
    return max(series.runs, key=lambda run: len(run.pages))


def _chain(series: Series) -> list[Run]:
    """The longest run, with those whose numbers rise up to it and on from it."""
    main = _main(series)
    return [run for run in series.runs if run is main or _rising(run, main)]


def _rising(run: Run, main: Run) -> bool:
    """Whether ``run`` counts on from ``main``, or up to it, with numbers left out."""
    if run.first > main.last:
        return run.first - run.offset > main.last - main.offset
    return run.last < main.first and run.last - run.offset < main.first - main.offset


def _telling_labels(sketches: Sequence[PageSketch]) -> list[Candidate]:
    """/PageLabels that say more than the place in the file."""
    labels = list(label_candidates(sketches))
    if all(label.number == label.pdf_page for label in labels):
        return []
    return labels


def _choose_labels(labels: Sequence[Candidate], ranges: Ranges, pages: int) -> Series | None:
    """Labels alone are believed where they count on from a front of another kind, or as the agenda does."""
    for series in find_series(labels):
        main = _main(series)
        labelled = {label.pdf_page for label in labels}
        front = main.offset > 0 and main.first - main.offset == 1 and not labelled & set(range(1, main.first))
        if ranges.anchored(main) or ranges.fits(main, pages):
            return series
        if ranges.high is None and front and len(series.runs) == 1 and main.last == pages:
            return series
    return None


def _accepted(series: Series, ranges: Ranges, pages: int) -> list[Run]:
    """The runs of the chosen series that are the pack's own count: its main run, and believable restarts."""
    chain = _chain(series)
    agreed = [run for run in series.runs if ranges.anchored(run) or ranges.fits(run, pages, chain)]
    main = max(agreed or series.runs, key=lambda run: len(run.pages))
    kept: list[Run] = []
    for run in series.runs:
        rising = _rising(run, main)
        restart = bool(agreed) and series.form is Form.PAGE and len(run.pages) >= RESTART_SUPPORT
        before = next((other for other in reversed(kept) if other.last < run.first), main)
        claimed = not rising and ranges.promise(run.first - before.offset)
        if run is main or ranges.anchored(run) or rising or (restart and not claimed):
            kept.append(run)
    return kept


def _extents(
    runs: Sequence[Run],
    series: Series,
    shown: Mapping[int, Sequence[Candidate]],
    labelled: Mapping[int, int],
    ranges: Ranges,
    pages: int,
) -> Iterator[tuple[Run, int, int]]:
    """Each run with the first and last PDF page that it counts, its edges stretched as far as is certain."""

    def agrees(run: Run, page: int, beside: int) -> bool:
        number = page - run.offset
        stamped = any(
            one.number == number and one.prefix == series.prefix and not one.suffix
            for one in shown.get(page, ())
            if not one.scanned or abs(page - beside) == 1  # a misread figure may fit by chance
        )
        return number > 0 and (stamped or labelled.get(page) == number)

    taken = {page for run in runs for page in range(run.first, run.last + 1)}
    for run in runs:
        edges = []
        for edge, step in ((run.first, -1), (run.last, 1)):
            reached, page = edge, edge + step
            while 1 <= page <= pages and page not in taken and abs(page - reached) <= NEAR + 1:
                if agrees(run, page, reached):
                    reached = page
                page += step
            page = reached + step
            while 1 <= page <= pages and page not in taken and ranges.promise(page - run.offset):
                reached = page
                page += step
            edges.append(reached)
            taken.update(range(min(edge, reached), max(edge, reached) + 1))
        yield run, edges[0], edges[1]


def _source(number: int, shown: Sequence[Candidate], label: int | None, counted: bool) -> PageSource:
    if counted or any(one.number == number for one in shown):
        return PageSource.STAMP
    return PageSource.LABEL if label == number else PageSource.INFERRED


def _insert_lettered(
    numbers: dict[int, tuple[str, PageSource]], series: Series, shown: Mapping[int, Sequence[Candidate]]
) -> None:
    """Pages put in later ("30a") belong after the page whose number they bear."""
    for page in sorted(shown):
        for one in shown[page]:
            before = numbers.get(page - 1, ("", PageSource.NONE))[0]
            follows = re.fullmatch(rf"{re.escape(series.prefix)}{one.number}[a-z]?", before)
            if one.suffix and one.form is series.form and page not in numbers and follows:
                numbers[page] = (f"{series.prefix}{one.number}{one.suffix}", PageSource.STAMP)


def _first_of_known_total(numbers: dict[int, tuple[str, PageSource]], series: Series, pages: int) -> None:
    """ "Page 2 of 9" on the second page of nine: the first, which shows none, is 1."""
    totals = {one.total for one in series.candidates}
    if 1 not in numbers and pages in totals and numbers.get(2, ("",))[0] == "2":
        numbers[1] = ("1", PageSource.INFERRED)
