"""Where words stand: from offsets in a page's text to the boxes that cover them on the page's picture."""

from __future__ import annotations

from index.model import Box, Line, Page

SAME_LINE = 0.6  # share of a word's height that must lie beside the words before it


def boxes_of(page: Page, start: int, end: int) -> list[Box]:
    """One box for each printed line of ``page.text[start:end]``, in page fractions, origin top left."""
    found: list[Box] = []
    for first, last, line in page.spans():
        if last > start and first < end:
            found += _line_boxes(line, start - first, end - first)
    return found


def _line_boxes(line: Line, start: int, end: int) -> list[Box]:
    """The words of one line (or table row) within the offsets, joined while they stand side by side."""
    if not line.words:
        return [line.box]
    found: list[Box] = []
    at = 0
    for word in line.words:
        place = line.text.find(word.text, at)
        if place < 0:
            continue
        at = place + len(word.text)
        if at <= start or place >= end:
            continue
        if found and _beside(found[-1], word.box):
            x0, y0, x1, y1 = found[-1]
            found[-1] = (min(x0, word.box[0]), min(y0, word.box[1]), max(x1, word.box[2]), max(y1, word.box[3]))
        else:
            found.append(word.box)
    return found


def _beside(box: Box, word: Box) -> bool:
    overlap = min(box[3], word[3]) - max(box[1], word[1])
    return overlap > SAME_LINE * (word[3] - word[1])
