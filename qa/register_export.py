"""The decision register as files for other programs: CSV for spreadsheets, Word."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Row

from index.letters import seen
from qa.places import page_words, short_date, votes_words
from qa.register_model import DecisionRow
from qa.spreadsheet import csv_file

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# XML has no place for these; broken PDFs bring them
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

COLUMNS = (
    "date",
    "body",
    "council",
    "minute",
    "title",
    "kind",
    "state",
    "text",
    "votes",
    "mover",
    "seconder",
    "file",
    "page",
    "pdf_page",
    "confidence",
    "flags",
    "id",
    "match",
)
HEADINGS = ("Date", "Body", "Minute", "Title", "Decision", "Vote", "Page")
WIDTHS = (2.2, 3.6, 2.2, 4.2, 9.0, 2.4, 2.6)  # centimetres, of a landscape page of A4


def csv_of(rows: Iterable[DecisionRow]) -> bytes:
    """The decisions as CSV, one decision a record."""
    return csv_file(COLUMNS, map(_cells, rows))


def _cells(row: DecisionRow) -> list[str]:
    told = row.model_dump(mode="json", include=set(COLUMNS))
    told |= {"votes": votes_words(row.votes), "flags": "; ".join(row.flags)}
    return ["" if told[name] is None else str(told[name]) for name in COLUMNS]


def docx_of(rows: Sequence[DecisionRow], heading: str, made: date | None = None) -> bytes:
    """The decisions as a Word file: one table, its header row repeated on each page. ``made`` is the day told in it."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.7)
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.title = printable(heading)
    document.core_properties.author = "board-qa"
    document.add_heading(printable(heading), level=1)
    count = f"{len(rows)} decision" + ("" if len(rows) == 1 else "s")
    document.add_paragraph(f"{count}, as of {short_date(made or date.today())}. Dates are of the deciding meetings.")
    table = document.add_table(rows=1, cols=len(HEADINGS), style="Table Grid")
    table.autofit = False
    _fill(table.rows[0], HEADINGS, bold=True)
    _repeat(table.rows[0])
    for row in rows:
        body = ", ".join(part for part in (row.body, row.council if row.council != row.body else None) if part)
        decision = "\n".join([row.text, *(f"For review: {flag}" for flag in row.flags)])
        vote = votes_words(row.votes)
        page = f"{row.file}, {page_words(row.page, row.pdf_page)}"
        cells = (short_date(row.date), body, row.minute or "", row.title, f"[{row.kind}] {decision}", vote, page)
        _fill(table.add_row(), cells)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fill(row: _Row, texts: Sequence[str], *, bold: bool = False) -> None:
    for cell, text, width in zip(row.cells, texts, WIDTHS, strict=True):
        cell.width = Cm(width)
        cell.paragraphs[0].add_run(printable(text)).bold = bold


def _repeat(row: _Row) -> None:
    """Mark a row as the table's header: Word repeats it on each page, screen readers tell it with each cell."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def printable(text: str) -> str:
    """The text with what a Word file cannot hold marked as unreadable, and without what nobody sees."""
    return seen(UNPRINTABLE.sub("�", text))
