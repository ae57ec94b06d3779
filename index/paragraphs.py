"""Pages of one paper → its paragraphs, each over page ends, each knowing where it stands.

The blocks that the layout gives are cut where a heading, a list item or an outcome begins inside them, and joined
where a page end broke a sentence. A table row is a paragraph with cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.minutes import minute_heading
from index.model import Line, Page, Span
from index.record_model import Said
from index.sentences import is_finished

# "(a) ", "a) ", "A) ", "(iv) ", "1. ", "(2) ", "• ", "o ", "- ": a list item's label
LABEL = re.compile(
    r"(?P<label>[•▪◦‣●■□➢➤✓*]|[-–—](?=\s)|o(?=\s+[A-Z])|\((?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})\)"
    r"|(?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})[.)](?=\s))\s*"
)
FRAME_LINES = 3  # at a page's head and foot, in which a running line may stand
FRAME_PAGES = 2  # on which it must stand
FRAME_LENGTH = 90  # characters
# "24/117 Apologies", "HWB12 Budget": a minute's heading by its form alone
NUMBERED = re.compile(r"(?:[A-Z]{2,6}[ /.]?\d|\d{1,4}[/.-]\d)")
# lists of people that follow one another without a gap: "Present: …", "Apologies for Absence: …", "Also present: …"
PEOPLE = re.compile(
    r"(?:Also\s+|Members\s+|MEMBERS\s+|ALSO\s+|IN\s+|In\s+)?(?:[Pp]resent|PRESENT|[Aa]ttendance|ATTENDANCE"
    r"|[Aa]ttended|APOLOGIES|[Aa]pologies|"
    r"[Oo]fficers|OFFICERS)\b[^.,;]{0,24}:"
)
NAME_TO_COME = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Cllr|Sir|Rev)\.?$")
RIGHT = 0.35  # of the page's width; a line that begins further right is set to the right
ACTION_LINE = re.compile(r"actions?\b[^.]{0,30}[:–-]", re.I)
# The beginnings of lines that open a paragraph of their own whatever the layout says.
OPENERS = re.compile(
    r"(?:\d{1,2}\.\s+)?(?:(?:It\s+was\s+)?(?:FURTHER\s+)?RESOLVED\b|(?:THEREFORE|Therefore),?\s+[Bb][Ee]\b|BE\s+IT\b"
    r"|RECOMMENDED\b|AGREED\b|(?:ACTIONS?|Actions?)\b[^.]{0,30}[:–-]|(?:BOARD\s+)?V(?:OTE|ote)s?\s*:|RESULT\s*:"
    r"|MOTION\s*/|CARRIED\b|LOST\b"
    r"|(?:MOTION|Motion)\s+(?:was\s+)?(?:CARRIED|PASSED|FAILED|carried|passed|approved|failed)\b|UNANIMOUS\b"
    r"|I[Tt]\s+WAS\b"
    r"|Meeting\s+(?:ended|closed)|The\s+meeting\s+(?:ended|closed|finished|concluded|was\s+adjourned)"
    r"|(?:For|Against|Abstain(?:ed|ing|tions?))\s*(?:\(\d+\))?\s*:|W(?:HEREAS|hereas)\b)"
)


@dataclass(slots=True)
class Paragraph:
    """A stretch of text; ``spans`` has one span a page, ``text`` is their slices joined by newlines.

    ``cells`` are (start, end) in ``text`` for a table row; ``header`` marks a header row; ``indent`` is the left edge
    as a fraction of the page's width.
    """

    text: str
    spans: tuple[Span, ...]
    bold: bool = False
    header: bool = False
    cells: tuple[tuple[int, int], ...] = ()
    indent: float = 0.0
    table: int = -1
    label: str = field(default="", init=False)

    def __post_init__(self) -> None:
        found = None if self.cells else LABEL.match(self.text)
        self.label = found["label"] if found else ""

    @property
    def flat(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())

    @property
    def begins(self) -> int:
        """Where the text begins after its label."""
        found = LABEL.match(self.text) if self.label else None
        return found.end() if found else 0

    def slice(self, start: int, end: int) -> Said:
        """The words from ``start`` to ``end`` of ``text`` with their places, without white space around them."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        spans: list[Span] = []
        offset = 0
        for span in self.spans:
            length = span.end - span.start
            a, b = max(start, offset), min(end, offset + length)
            if a < b:
                spans.append(Span(span.pdf_page, span.start + a - offset, span.start + b - offset))
            offset += length + 1
        return Said(self.text[start:end], tuple(spans))

    def said(self) -> Said:
        """The whole paragraph."""
        return self.slice(0, len(self.text))

    def cell(self, number: int) -> Said:
        """One cell of a row; empty where the row is shorter."""
        return self.slice(*self.cells[number]) if number < len(self.cells) else Said("", ())


def joined(said: Sequence[Said]) -> Said:
    """Several stretches as one: those that follow on a page are one span with what stands between them left out."""
    return Said("\n".join(one.text for one in said if one.text), tuple(span for one in said for span in one.spans))


def paragraphs(pages: Sequence[Page]) -> list[Paragraph]:
    """The paragraphs of ``pages`` in reading order."""
    frame = _frame(pages)
    found: list[Paragraph] = []
    for page in pages:
        if page.blank:
            continue
        first = True
        for one in _page_paragraphs(page, frame):
            if found and ((first and _runs_on(found[-1], one)) or _goes_on(found[-1], one)):
                before = found.pop()
                one = Paragraph(
                    f"{before.text}\n{one.text}", before.spans + one.spans, before.bold, indent=before.indent
                )
            first = False
            found.append(one)
    return found


def _goes_on(before: Paragraph, after: Paragraph) -> bool:
    """What one page's layout has cut: a name after its title, a second line of an action."""
    named = NAME_TO_COME.search(before.text) is not None and after.text[:1].isupper()
    return (named and not before.cells and not after.cells) or _action_goes_on(before, after)


def _action_goes_on(before: Paragraph, after: Paragraph) -> bool:
    """A second line of an action that is set to the right or in bold, each line a block of its own."""
    if not ACTION_LINE.match(before.text) or before.cells or after.cells or after.label or OPENERS.match(after.text):
        return False
    same = before.bold == after.bold and before.spans[-1].pdf_page == after.spans[0].pdf_page
    return same and not is_finished(before.text) and (after.indent > RIGHT or _open(before.text))


def _frame(pages: Sequence[Page]) -> frozenset[str]:
    """Lines that stand at the head or foot of several pages."""
    seen = Counter[str]()
    for page in pages:
        body = page.body
        seen.update({_masked(line) for line in (*body[:FRAME_LINES], *body[-FRAME_LINES:]) if _may_frame(line)})
    return frozenset(text for text, count in seen.items() if count >= FRAME_PAGES)


def _may_frame(line: Line) -> bool:
    text = line.text.strip()
    if not 3 < len(text) <= FRAME_LENGTH or OPENERS.match(text) or LABEL.match(text) or line.cells:
        return False
    return not text.endswith((".", ";", ",", ":", "-")) and text[:1].isupper()


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\W+", " ", line.text.lower())).strip()


def _page_paragraphs(page: Page, frame: frozenset[str]) -> Iterator[Paragraph]:
    text = page.text
    body = list(page.spans())
    edges = {id(line) for _, _, line in (*body[:FRAME_LINES], *body[-FRAME_LINES:])}
    pending: list[tuple[int, int, Line]] = []
    for start, end, line in body:
        if id(line) in edges and _may_frame(line) and _masked(line) in frame:
            continue
        if line.cells:
            yield from _prose(page.pdf_page, text, pending)
            pending = []
            if line.text.strip():
                yield _row(page.pdf_page, start, line)
            continue
        if pending and _splits(pending, line):
            yield from _prose(page.pdf_page, text, pending)
            pending = []
        if line.text.strip():
            pending.append((start, end, line))
    yield from _prose(page.pdf_page, text, pending)


def _splits(pending: Sequence[tuple[int, int, Line]], line: Line) -> bool:
    last = pending[-1][2]
    if line.block != last.block:
        return True
    if OPENERS.match(line.text) and re.search(r"(?:[.:;)]|\b(?:and|now),?)\s*$", last.text):
        return True
    if PEOPLE.match(line.text):
        return True
    if len(pending) == 1 and NUMBERED.match(last.text) and line.text[:1].isupper() and minute_heading(last.text):
        return True
    # a heading and the text under it
    return (
        last.bold
        and not line.bold
        and not _open(" ".join(one.text for _, _, one in pending))
        and (line.text[:1].isupper() or line.text[:1].isdigit())
    )


def _open(text: str) -> bool:
    return text.rstrip().endswith((",", ";", "-", "–")) or bool(
        re.search(r"\b(?:and|or|the|of|to|in|for|a|an|by|with|on|from|until|before|after|at)$", text.rstrip())
    )


def _prose(pdf_page: int, text: str, lines: Sequence[tuple[int, int, Line]]) -> Iterator[Paragraph]:
    if lines:
        start, end = lines[0][0], lines[-1][1]
        bold = sum(len(line.text) for _, _, line in lines if line.bold) * 2 > end - start
        yield Paragraph(text[start:end], (Span(pdf_page, start, end),), bold, indent=lines[0][2].box[0])


def _row(pdf_page: int, start: int, line: Line) -> Paragraph:
    cells: list[tuple[int, int]] = []
    place = 0
    for piece in line.text.split("\t"):
        cells.append((place, place + len(piece)))
        place += len(piece) + 1
    span = Span(pdf_page, start, start + len(line.text))
    return Paragraph(line.text, (span,), line.bold, line.header, tuple(cells), line.box[0], line.block)


def _runs_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a page end broke a sentence between them."""
    if before.cells or after.cells or after.label or OPENERS.match(after.text):
        return False
    if is_finished(before.text):
        return False
    return (
        after.text[:1].islower()
        or (after.text[:1].isdigit() and not after.bold)
        or (not before.bold and not after.bold and len(before.text) > 60)
    )


def rows_under(
    told: Sequence[Paragraph],
    columns: Mapping[str, re.Pattern[str]],
    wanted: Callable[[Mapping[str, int]], bool],
) -> Iterator[tuple[dict[str, int], Paragraph]]:
    """The rows of tables whose header names ``columns`` in a way that is ``wanted``, each with the places of these
    columns. A table may go on over a page end, with or without its header again."""
    heads: dict[str, int] = {}
    width, page = 0, 0
    for one in told:
        if not one.cells:
            heads = heads if one.spans[0].pdf_page != page else {}
            continue
        named: dict[str, int] = {}
        for place in range(len(one.cells)):
            name = " ".join(one.cell(place).text.split())
            key = next((key for key, pattern in columns.items() if key not in named and pattern.fullmatch(name)), None)
            if key is not None:
                named[key] = place
        if wanted(named):
            heads, width = named, len(one.cells)
        elif one.header or len(one.cells) != width or one.spans[0].pdf_page > page + 1:
            heads = {}
        elif heads:
            yield heads, one
        page = one.spans[0].pdf_page
