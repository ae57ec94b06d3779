"""Blocks set on sheets: every mark's place, and the text of each sheet as printed.

Points, origin at the bottom left of the sheet as displayed. A paragraph may run over a sheet's end; a table breaks
between rows, mostly without its header on the next sheet, as in published packs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.packs.markup import Bars, Break, Gap, Paper, Prose, Row, Table

A4 = (595.28, 841.89)
RAG = {"Green": (0.55, 0.80, 0.45), "Amber": (1.0, 0.78, 0.30), "Red": (0.90, 0.40, 0.38)}
BLANK_NOTE = "This page is intentionally left blank"
BLACK = (0.0, 0.0, 0.0)
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Type:
    """A pack's typeface: names of the regular, bold and italic fonts, size in points, side margin in points."""

    regular: str
    bold: str
    italic: str
    size: float
    margin: float


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str
    font: str
    size: float
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled where ``fill`` is given, else ruled."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None = None


@dataclass
class Sheet:
    """One side of paper: what is drawn on it and what it says (``text``, a line a paragraph or table row)."""

    width: float
    height: float
    marks: list[Text | Box] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    rotated: bool = False
    scan: bool = False
    stamp: bool = True
    blank: bool = False


def blank_sheet(noted: bool, face: Type) -> Sheet:
    """An empty sheet, with the usual line where ``noted``."""
    sheet = Sheet(*A4, blank=True)
    if noted:
        width = stringWidth(BLANK_NOTE, face.regular, 11)
        sheet.marks.append(Text((A4[0] - width) / 2, A4[1] / 2, BLANK_NOTE, face.regular, 11))
        sheet.text.append(BLANK_NOTE)
    return sheet


def set_paper(paper: Paper, face: Type) -> list[Sheet]:
    """The sheets of one paper, with its own page numbers and running header, without the pack's stamps."""
    setter = _Setter(paper, face)
    for block in paper.blocks:
        match block:
            case Break():
                setter.open_sheet()
            case Gap():
                setter.y -= setter.leading
            case Table():
                setter.table(block)
            case Bars():
                setter.bars(block)
            case Prose():
                setter.prose(block)
    sheets = setter.sheets
    for n, sheet in enumerate(sheets, 1):
        _frame(sheet, paper, face, n, len(sheets))
    return sheets


def _frame(sheet: Sheet, paper: Paper, face: Type, n: int, total: int) -> None:
    if paper.header:
        sheet.marks.append(Text(face.margin, sheet.height - 34, paper.header, face.italic, 8, (0.3, 0.3, 0.3)))
    if paper.layout == "slides":
        sheet.marks.append(Text(sheet.width - 44, 46, str(n), face.regular, 11))
    if paper.own_pages:
        sheet.marks.append(Text(face.margin, 46, paper.own_pages.format(n=n, total=total), face.regular, 9))


class _Setter:
    """Fills sheets from the top; ``y`` is the baseline that was set last."""

    def __init__(self, paper: Paper, face: Type) -> None:
        self.paper = paper
        self.face = face
        slides = paper.layout in ("slides", "bleed")
        self.size = paper.size or (20.0 if slides else face.size)
        self.leading = self.size * 1.22
        self.colour = (1.0, 1.0, 1.0) if paper.layout == "bleed" else BLACK
        self.sheets: list[Sheet] = []
        self.open_sheet()

    def open_sheet(self) -> None:
        wide = self.paper.layout in ("landscape", "rotated", "slides", "bleed")
        width, height = (A4[1], A4[0]) if wide else A4
        rotated = self.paper.layout == "rotated"
        self.sheet = Sheet(width, height, rotated=rotated, scan=self.paper.scan, stamp=self.paper.stamp)
        self.sheets.append(self.sheet)
        margin = 50.0 if wide else self.face.margin
        self.left, self.width = margin, width - 2 * margin
        self.top, self.bottom = height - 66, 66.0
        self.columns_left = 0
        if self.paper.layout == "bleed":
            self.sheet.marks.append(Box(0, 0, width, height, (0.05, 0.25, 0.42)))
        elif self.paper.layout == "slides":
            self.sheet.marks.append(Box(0, height - 12, width, 12, (0.0, 0.42, 0.40)))
        elif self.paper.layout == "newsletter":
            self.columns_left = 1
            self.width = (width - 2 * margin - 24) / 2
        self.y = self.top
        self.column_top = self.top

    def room(self, need: float) -> None:
        """Goes on to the next column or sheet where ``need`` points are not left."""
        if self.y - need >= self.bottom:
            return
        if self.columns_left:
            self.columns_left -= 1
            self.left += self.width + 24
            self.y = self.column_top
        else:
            self.open_sheet()

    def put(self, x: float, text: str, font: str, size: float) -> None:
        self.sheet.marks.append(Text(x, self.y, text, font, size, self.colour))

    def prose(self, block: Prose) -> None:
        scale = {"title": 1.35, "heading": 1.05 if self.size < 15 else 1.0}.get(block.style, 1.0)
        size = self.size * scale
        bold = block.style in ("title", "heading", "bold", "right")
        font = self.face.bold if bold else self.face.italic if block.style == "small" else self.face.regular
        masthead = block.style == "title" and self.paper.layout == "newsletter"
        whole = self.width * 2 + 24 if masthead else self.width
        hang = max(24.0 if block.style == "item" else 38.0, 0) if block.number else 0.0
        if block.style == "numbered" and block.number[0] in "(abcdefghivx":
            hang = 28.0
        shift = hang if block.style == "item" or hang == 28.0 else 0.0
        lines = simpleSplit(block.text, font, size, whole - hang - shift * 0.5)
        leading = size * 1.22
        self.y -= leading * (0.7 if block.style in ("title", "heading", "small") else 0.25)
        self.room(leading * (3 if bold and block.style != "right" else 1))
        run: list[str] = []
        here = self.sheet
        for i, line in enumerate(lines):
            self.room(leading)
            if self.sheet is not here:
                self._say(here, run)
                here, run = self.sheet, []
            self.y -= leading
            x = self.left + shift * 0.5 + hang
            if block.style == "centred":
                x = self.left + (whole - stringWidth(line, font, size)) / 2
            elif block.style == "right":
                x = self.left + whole - stringWidth(line, font, size)
            if i == 0 and block.number:
                self.put(self.left + shift * 0.5, block.number, font, size)
                run.append(block.number)
            self.put(x, line, font, size)
            run.append(line)
        self._say(here, run)
        self.y -= leading * 0.3
        if masthead:
            self.column_top = self.y

    @staticmethod
    def _say(sheet: Sheet, run: list[str]) -> None:
        if run:
            sheet.text.append(" ".join(run))

    def table(self, table: Table) -> None:
        if table.title:
            self.prose(Prose("bold", table.title))
        self.y -= table.size * 1.2 * 0.4
        header = [row for row in table.rows if row.header]
        for row in table.rows:
            here = self.sheet
            self.room(self._height(table, row))
            if table.repeat and self.sheet is not here:
                for again in header:
                    self.row(table, again)
            self.row(table, row)
        self.y -= table.size * 1.2 * 0.6

    def row(self, table: Table, row: Row) -> None:
        """Sets one table row below ``y``; the room for it must be there."""
        leading, height = table.size * 1.2, self._height(table, row)
        font = self._font(row)
        for x0, x1, text, lines in self._cells(table, row):
            if text in RAG or (row.header and table.grid):
                fill = RAG.get(text, (0.88, 0.90, 0.93))
                self.sheet.marks.append(Box(x0, self.y - height, x1 - x0, height, fill))
            if table.grid:
                self.sheet.marks.append(Box(x0, self.y - height, x1 - x0, height))
            number = text.replace(",", "").replace(".", "").lstrip("-£(").rstrip("%)k").isdigit()
            for i, line in enumerate(lines):
                place = x1 - 4 - stringWidth(line, font, table.size) if number else x0 + 4
                baseline = self.y - 3 - (i + 0.8) * leading
                self.sheet.marks.append(Text(place, baseline, line, font, table.size, self.colour))
        cells = [[" ".join(text.split()), *[""] * (span - 1)] for text, span in row.cells]
        self.sheet.text.append("\t".join(cell for group in cells for cell in group))
        self.y -= height

    def _font(self, row: Row) -> str:
        return self.face.bold if row.header or row.bold else self.face.regular

    def _height(self, table: Table, row: Row) -> float:
        return max(1, *(len(lines) for *_, lines in self._cells(table, row))) * table.size * 1.2 + 6

    def _cells(self, table: Table, row: Row) -> list[tuple[float, float, str, list[str]]]:
        """Each cell's left and right edge, its text and its lines."""
        edges = [self.left]
        for width in table.widths:
            edges.append(edges[-1] + self.width * width / sum(table.widths))
        column, cells = 0, []
        for text, span in row.cells:
            x0, x1 = edges[column], edges[column + span]
            cells.append((x0, x1, text, simpleSplit(text, self._font(row), table.size, x1 - x0 - 8)))
            column += span
        return cells

    def bars(self, chart: Bars) -> None:
        self.prose(Prose("bold", chart.title))
        most = max(value for _, value in chart.values)
        step = self.size * 1.7
        for label, value in chart.values:
            self.room(step)
            self.y -= step
            self.put(self.left, label, self.face.regular, self.size * 0.8)
            length = self.width * 0.55 * value / most
            self.sheet.marks.append(Box(self.left + self.width * 0.3, self.y - 3, length, self.size, (0.2, 0.55, 0.6)))
            shown = f"{value:g}"
            self.put(self.left + self.width * 0.3 + length + 6, shown, self.face.regular, self.size * 0.8)
            self.sheet.text.append(f"{label} {shown}")
