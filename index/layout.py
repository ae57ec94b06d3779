"""Words of one page → lines in reading order: columns, text boxes, tables, paragraphs.

The page is cut recursively. Where several columns of ink stand side by side over a run of lines, the run is either a
table (then each row becomes one line with cells) or columns of text (then each column is read to its end before the
next). Everything else is read top to bottom.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from statistics import median

from index.alignment import aligned_table, page_references
from index.ink import Ink, Rect, Sheet, tilted
from index.margin import initials_beside, put_back
from index.model import Box, Line
from index.runs import MARKER, Place, Run, row_runs
from index.tables import Table, ruled_tables

MIN_GUTTER = 0.9  # of the font size: a narrower gap between words is a wide space, not a column border
MAX_BAND_GAP = 3.2  # of the font size: more white than this ends a run of columns
NARROW_COLUMN = 8  # of the font size: columns of text are wider, bullets and numbers beside text are not
COLUMN_PITCH = 1.6  # of the font size: the white between a column's heading and its text
MAX_DEPTH = 8  # of columns inside columns

# the start of a line that opens a new list item: "• ", "1.1 ", "3. ", "(2) ", "(a)", "b) ", "C. ", "(iv) ", "II. "
_ITEM_START = re.compile(
    r"(?:[•▪◦‣●■□➢➤►✓]|[-–—*o]\s|\(?\d{1,3}(?:\.\d{1,3}){1,4}[.)]?\s|\(?\d{1,3}[.)]\s|\([a-zA-Z]\)|[a-z]\)\s"
    r"|[a-zA-Z]\.\s|\(?[ivx]{1,5}\)\s|[IVX]{1,5}\.\s)"
)
_SENTENCE_END = re.compile(r"[.:;?!]['\"”’)]*$")


def arrange(sheet: Sheet) -> tuple[Line, ...]:
    """All lines of a page in reading order, boxes as page fractions, blocks numbered from 0."""
    lines: list[Line] = []
    for angle in _angles(sheet.words):
        words = [ink for ink in sheet.words if ink.angle == angle]
        frame = _turned(sheet, words, angle)
        first = lines[-1].block + 1 if lines else 0
        lines.extend(_read_frame(frame, first, _place(sheet, angle)))
    return tuple(lines)


def _angles(words: list[Ink]) -> list[int]:
    """The reading directions on a page, that of most characters first."""
    angles = {ink.angle for ink in words}
    if len(angles) < 2:
        return list(angles)
    chars = Counter[int]()
    for ink in words:
        chars[ink.angle] += len(ink.text)
    return [angle for angle, _ in chars.most_common()]


def _turned(sheet: Sheet, words: list[Ink], angle: int) -> Sheet:
    """The words and rulings as seen with the page turned so that ``angle`` reads from left to right."""

    def turn(rect: Rect) -> Rect:
        x0, y0, x1, y1 = rect if not sheet.skew else tilted(rect, -sheet.skew, sheet.width, sheet.height)
        if angle == 90:
            return y0, sheet.width - x1, y1, sheet.width - x0
        if angle == 180:
            return sheet.width - x1, sheet.height - y1, sheet.width - x0, sheet.height - y0
        if angle == 270:
            return sheet.height - y1, x0, sheet.height - y0, x1
        return x0, y0, x1, y1

    if not angle and not sheet.skew:
        return Sheet(sheet.width, sheet.height, words, sheet.rules, sheet.fills)
    inks = []
    for ink in words:
        x0, y0, x1, y1 = turn((ink.x0, ink.y0, ink.x1, ink.y1))
        inks.append(Ink(ink.text, x0, y0, x1, y1, ink.size, ink.bold, 0, ink.hidden))
    sideways = angle % 180 == 90
    return Sheet(
        sheet.height if sideways else sheet.width,
        sheet.width if sideways else sheet.height,
        inks,
        [turn(rule) for rule in sheet.rules],
        [turn(fill) for fill in sheet.fills],
    )


def _place(sheet: Sheet, angle: int) -> Place:
    """The way back: from points of the turned page to fractions of the page."""
    width, height = sheet.width, sheet.height
    across, down = 1 / width, 1 / height

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        return x0 * across, y0 * down, x1 * across, y1 * down

    def turned(x0: float, y0: float, x1: float, y1: float) -> Box:
        if angle == 90:
            x0, y0, x1, y1 = width - y1, x0, width - y0, x1
        elif angle == 180:
            x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
        elif angle == 270:
            x0, y0, x1, y1 = y0, height - x1, y1, height - x0
        if sheet.skew:
            x0, y0, x1, y1 = tilted((x0, y0, x1, y1), sheet.skew, width, height)
        return _part(x0 * across), _part(y0 * down), _part(x1 * across), _part(y1 * down)

    return turned if angle or sheet.skew else upright


def _part(value: float) -> float:
    return min(1.0, max(0.0, value))


def _read_frame(sheet: Sheet, first: int, place: Place) -> list[Line]:
    """The lines of words that all read from left to right, in reading order, blocks numbered from ``first``."""
    words = _without_overprint(sheet.words)
    tables, words = ruled_tables(words, sheet.rules, sheet.fills, sheet.width, sheet.height)
    runs = row_runs(words)
    size = median([ink.size for ink in sheet.words])
    runs, initials = initials_beside(_with_markers(runs))
    pieces = _read([*runs, *tables], size, 0)
    lines = _numbered(pieces, first, place)
    if initials:
        heights = [y for p in pieces for y in ([p.yc] if isinstance(p, Run) else [p.y0] * len(p.rows))]
        return put_back(lines, list(accumulate(heights, max)), initials, place)
    return lines


def _without_overprint(words: list[Ink]) -> list[Ink]:
    """Leave out words printed a second time at the same place (a fake bold or a shadow)."""
    seen: dict[str, list[Ink]] = {}
    kept = []
    for ink in words:
        twins = seen.get(ink.text)
        if twins is None:
            seen[ink.text] = [ink]
            kept.append(ink)
            continue
        reach = max(1.0, ink.size * 0.25)
        x0, y0 = ink.x0, ink.y0
        for twin in twins:
            if -reach < twin.y0 - y0 < reach and -reach < twin.x0 - x0 < reach:
                twin.bold = True
                break
        else:
            twins.append(ink)
            kept.append(ink)
    return kept


def _with_markers(runs: list[Run]) -> list[Run]:
    """Join a bullet or paragraph number to the text that it opens."""
    joined: list[Run] = []
    for run in runs:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.row == run.row
            and len(before.words) == 1
            and MARKER.fullmatch(before.words[0].text)
            and not run.words[0].text.replace(",", "").replace(".", "").isdigit()
            and run.x0 - before.x1 < 5.5 * run.size
        ):
            joined[-1] = Run([*before.words, *run.words], run.row, marker=before.words[0].text, text_x0=run.x0)
        else:
            joined.append(run)
    return joined


def _read(pieces: list[Run | Table], size: float, depth: int) -> list[Run | Table]:
    """The pieces of one region in reading order; aligned runs come out as tables."""
    pieces = sorted(pieces, key=lambda p: (p.yc if isinstance(p, Run) else p.y0, p.x0))
    out: list[Run | Table] = []
    rest = pieces
    while rest:
        band = _first_band(rest, size) if depth < MAX_DEPTH else None
        if band is None:
            out.extend(_lines(rest))
            break
        start, stop, columns = band
        inside = rest[start:stop]
        runs = [piece for piece in inside if isinstance(piece, Run)]
        table = aligned_table(runs, columns) if len(runs) == len(inside) else None
        if table is not None:
            out.extend([*_lines(rest[:start]), *table])
        elif len(runs) == len(inside) and (_short_rows(runs) or page_references(runs, columns)):
            out.extend(_lines(rest[:stop]))
        else:
            start = _top(rest, start, columns, size)
            out.extend(_lines(rest[:start]))
            inside = rest[start:stop]
            for x0, x1 in columns:
                part = [p for p in inside if x0 - 0.5 <= (p.x0 + p.x1) / 2 <= x1 + 0.5]
                out.extend(_read(part, size, depth + 1))
        rest = rest[stop:]
    return out


def _top(pieces: list[Run | Table], seed: int, columns: list[tuple[float, float]], size: float) -> int:
    """Where columns of text begin: lines above the seed may stand beside the white between their neighbour's lines."""
    first = seed
    if min(x1 - x0 for x0, x1 in columns) < NARROW_COLUMN * size:
        return first
    top = min(piece.y0 for piece in pieces[seed : seed + 2])
    for k in range(seed - 1, -1, -1):
        piece = pieces[k]
        own = next((c for c, (x0, x1) in enumerate(columns) if x0 - 1 <= piece.x0 and piece.x1 <= x1 + 1), None)
        if own is None or top - piece.y1 > COLUMN_PITCH * size:
            break
        top = min(top, piece.y0)
        if own:
            first = k
    return first


def _short_rows(runs: list[Run]) -> bool:
    """Whether side by side stand only a few words: a footer's left and right, the head of a cut-off table."""
    rows = {run.row for run in runs}
    return len(rows) == 1 or (len(rows) == 2 and len(runs) > 3 and max(len(run.words) for run in runs) <= 4)


def _first_band(pieces: list[Run | Table], size: float) -> tuple[int, int, list[tuple[float, float]]] | None:
    """The first run of pieces with ink side by side: (start, stop, column extents), or None."""
    least = size * MIN_GUTTER
    for i, piece in enumerate(pieces):
        for other in pieces[i + 1 :]:
            if other.y0 >= piece.y1:
                break
            left, right = (piece, other) if piece.x0 <= other.x0 else (other, piece)
            if right.x0 - left.x1 < least or min(piece.y1, other.y1) - max(piece.y0, other.y0) < size * 0.4:
                continue
            band = _grow(pieces, i, left.x1, right.x0, least, size)
            if band is not None:
                return band
    return None


def _grow(
    pieces: list[Run | Table], seed: int, low: float, high: float, least: float, size: float
) -> tuple[int, int, list[tuple[float, float]]] | None:
    """Widen a seed downwards while a gutter between ``low`` and ``high`` stays free of ink."""
    stop = seed
    bottom = pieces[seed].y1
    last_two_sided = seed
    sides = [0.0, 0.0]  # the lowest ink left and right of the gutter
    for j in range(seed, len(pieces)):
        piece = pieces[j]
        if piece.y0 - bottom > MAX_BAND_GAP * size:
            break
        if piece.x1 <= low + (high - low - least) + 0.01 and piece.x1 <= high - least:
            low = max(low, piece.x1)
            sides[0] = max(sides[0], piece.y1)
        elif piece.x0 >= low + least:
            high = min(high, piece.x0)
            sides[1] = max(sides[1], piece.y1)
        else:
            break
        bottom = max(bottom, piece.y1)
        stop = j + 1
        if min(sides) > piece.y0 - 1.6 * size:
            last_two_sided = stop
    stop = max(last_two_sided, seed + 2) if last_two_sided > seed else stop
    inside = pieces[seed:stop]
    columns = _columns(inside, least)
    if len(columns) < 2:
        return None
    return seed, stop, columns


def _columns(pieces: list[Run | Table], least: float) -> list[tuple[float, float]]:
    """The x extents of ink, joined where less than ``least`` is between them."""
    spans: list[tuple[float, float]] = []
    for x0, x1 in sorted((p.x0, p.x1) for p in pieces):
        if spans and x0 - spans[-1][1] < least:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _lines(pieces: list[Run | Table]) -> list[Run | Table]:
    """Runs of one visual row joined into one line."""
    out: list[Run | Table] = []
    for piece in pieces:
        before = out[-1] if out else None
        if isinstance(piece, Run) and isinstance(before, Run) and before.row == piece.row:
            words = sorted([*before.words, *piece.words], key=lambda ink: ink.x0)
            out[-1] = Run(words, piece.row, marker=before.marker, text_x0=before.text_x0)
        else:
            out.append(piece)
    return out


def _numbered(pieces: list[Run | Table], first: int, place: Place) -> list[Line]:
    """Pieces in reading order → lines with block numbers from ``first``."""
    lines: list[Line] = []
    block = first - 1
    before: Run | None = None
    right = 0.0
    leading = 0.0
    for piece in pieces:
        if isinstance(piece, Table):
            block += 1
            lines.extend(row.line(block, place) for row in piece.rows)
            before = None
            continue
        if before is None or _opens_block(before, piece, right, leading):
            block += 1
            right = piece.x1
            leading = 0.0
        else:
            leading = leading or piece.yc - before.yc
        right = max(right, piece.x1)
        lines.append(piece.line(block, place))
        before = piece
    return lines


def _opens_block(before: Run, run: Run, right: float, leading: float) -> bool:
    """Whether ``run`` starts a new paragraph, list item or heading after ``before``."""
    step = run.yc - before.yc
    size = max(before.size, run.size)
    if step <= 0 or run.x0 > before.x1 or run.x1 < before.x0:
        return True  # another column
    if step > (1.22 * leading if leading else 1.75 * size) or step > 2.2 * size:
        return True
    if abs(before.size - run.size) > 0.12 * size or _ITEM_START.match(run.text):
        return True
    first = run.words[0]
    room = right - before.x1 - (first.x1 - first.x0)
    if before.bold != run.bold and (room > size or _SENTENCE_END.search(before.text) or before.text.isupper()):
        return True
    centred = abs((before.x0 + before.x1) - (run.x0 + run.x1)) < size * 0.6 and abs(before.x0 - run.x0) > size * 0.5
    if centred:
        return False
    indent = run.x0 - (before.text_x0 if before.marker else before.x0)
    if abs(indent) > size * 0.8 and not (before.marker and abs(run.x0 - before.x0) < size):
        return not (indent < 0 and not _SENTENCE_END.search(before.text))
    return room > size * 2.5 and bool(_SENTENCE_END.search(before.text) or room > size * 12)
