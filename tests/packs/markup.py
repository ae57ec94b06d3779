"""The plain-text form in which the words of the sample papers are kept, read into blocks.

    # Title            ## Heading           ### Small heading         ^ Centred line
    1.1 Numbered paragraph (also ``3.``, ``(a)``, ``a)``, ``i)``)     - List item
    ! Bold paragraph   >> Right-aligned line (an action)              --- page break     ~ gap
    |= 40 20 40 grid=no size=9 repeat=yes : Table title
    |h Header cell | Two columns wide >2 |     |b Bold row     | Cell | Cell |     [bars] Title | Label=3 | Label=5

Lines of a paragraph are joined; a blank line ends it. A paper opens with ``name: value`` lines up to ``===``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBER = re.compile(r"(\d+(?:\.\d+)*\.?|\([a-z0-9]{1,3}\)|[a-z]\)|[ivx]{1,4}\))\s+(\S.*)", re.S)
SPAN = re.compile(r"\s*>(\d)$")
MARKS = {"# ": "title", "## ": "heading", "### ": "small", "^ ": "centred", "! ": "bold", ">> ": "right", "- ": "item"}


@dataclass(frozen=True, slots=True)
class Prose:
    """One paragraph, heading or list item; ``number`` is its printed number or bullet, hanging before the text."""

    style: str
    text: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One table row: ``cells`` are (text, columns spanned)."""

    cells: tuple[tuple[str, int], ...]
    header: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are parts of the column's width in percent; ``size`` is the font size in points.

    Where ``repeat`` is set the header rows stand again on each sheet that the table runs on to.
    """

    title: str
    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    grid: bool = True
    size: float = 10.0
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart with its values printed."""

    title: str
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The next block opens a page."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of space."""


Block = Prose | Table | Bars | Break | Gap


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a pack: how it is set and what it says."""

    blocks: tuple[Block, ...]
    kind: str = "report"
    layout: str = "portrait"  # portrait, landscape, rotated, slides, bleed, newsletter
    access: str = "public"
    stamp: bool = True
    scan: bool = False
    own_pages: str = ""  # the paper's own numbers, "Page {n} of {total}"
    header: str = ""  # running header
    size: float = 0.0  # font size in points, 0 for the pack's


def read_paper(text: str) -> Paper:
    """The paper that ``text`` says, options and body."""
    head, _, body = text.partition("===\n")
    options = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
    return Paper(
        blocks=tuple(_blocks(body)),
        kind=options.get("kind", "report"),
        layout=options.get("layout", "portrait"),
        access=options.get("access", "public"),
        stamp=options.get("stamp") != "none",
        scan=options.get("scan") == "yes",
        own_pages=options.get("own pages", ""),
        header=options.get("header", ""),
        size=float(options.get("size", 0)),
    )


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    waiting: list[str] = []
    table: list[str] = []

    def close() -> None:
        if table:
            blocks.append(_table(table))
            table.clear()
        if waiting:
            blocks.append(_prose(" ".join(waiting)))
            waiting.clear()

    for line in (*text.splitlines(), ""):
        stripped = line.strip()
        if stripped.startswith("|"):
            if waiting or stripped.startswith("|="):
                close()
            table.append(stripped)
        elif not stripped:
            close()
        elif stripped in ("---", "~"):
            close()
            blocks.append(Break() if stripped == "---" else Gap())
        elif stripped.startswith("[bars] "):
            close()
            title, *bars = stripped.removeprefix("[bars] ").split(" | ")
            values = tuple((label, float(value)) for label, value in (bar.rsplit("=", 1) for bar in bars))
            blocks.append(Bars(title, values))
        else:
            if table or stripped.startswith(tuple(MARKS)):
                close()
            waiting.append(stripped)
    return blocks


def _prose(text: str) -> Prose:
    for mark, style in MARKS.items():
        if text.startswith(mark):
            text = text.removeprefix(mark).strip()
            return Prose(style, text, "•" if style == "item" else "")
    numbered = NUMBER.fullmatch(text)
    return Prose("numbered", numbered[2], numbered[1]) if numbered else Prose("plain", text)


def _table(lines: list[str]) -> Table:
    options, _, title = lines[0].removeprefix("|=").partition(":")
    words = options.split()
    widths = tuple(float(word) for word in words if "=" not in word)
    named = dict(word.split("=") for word in words if "=" in word)
    return Table(
        title.strip(),
        widths,
        tuple(_row(line, len(widths)) for line in lines[1:]),
        named.get("grid") != "no",
        float(named.get("size", 10)),
        named.get("repeat") == "yes",
    )


def _row(line: str, columns: int) -> Row:
    mark = line[1:2]
    cells: list[tuple[str, int]] = []
    for cell in line[2:].split("|"):
        span = SPAN.search(cell.strip())
        cells.append((SPAN.sub("", cell.strip()), int(span[1]) if span else 1))
    if sum(span for _, span in cells) != columns:
        raise ValueError(f"{sum(span for _, span in cells)} cells, not {columns}: {line}")
    return Row(tuple(cells), header=mark == "h", bold=mark == "b")
