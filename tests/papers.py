"""Small PDFs set for the tests of reading: pages drawn with reportlab, in points from the top left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.model import Page
from index.pdf import open_pdf

WIDTH, HEIGHT = A4


class Sheet:
    """One page under the pen. ``y`` counts from the top."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self.canvas = canvas
        self.width = width
        self.height = height

    def write(self, x: float, y: float, text: str, size: float = 11, bold: bool = False) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(x, self.height - y, text)

    def write_right(self, x: float, y: float, text: str, size: float = 11) -> None:
        self.canvas.setFont("Helvetica", size)
        self.canvas.drawRightString(x, self.height - y, text)

    def paragraph(self, x: float, y: float, lines: list[str], size: float = 11) -> float:
        for k, line in enumerate(lines):
            self.write(x, y + k * size * 1.2, line, size)
        return y + len(lines) * size * 1.2

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def grid(self, xs: list[float], ys: list[float]) -> None:
        for x in xs:
            self.rule(x, ys[0], x, ys[-1])
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)


def draw(path: Path, *pages: Callable[[Sheet], None], size: tuple[float, float] = A4) -> Path:
    """A PDF with one page a function."""
    canvas = Canvas(str(path), pagesize=size)
    for page in pages:
        page(Sheet(canvas, *size))
        canvas.showPage()
    canvas.save()
    return path


def read(path: Path) -> list[Page]:
    with open_pdf(path) as file:
        return list(file.pages())


def read_one(tmp_path: Path, page: Callable[[Sheet], None], size: tuple[float, float] = A4) -> Page:
    """The page that ``page`` draws, as it is read back."""
    return read(draw(tmp_path / "one.pdf", page, size=size))[0]


def rows(page: Page) -> list[str]:
    return [line.text for line in page.lines if line.cells]
