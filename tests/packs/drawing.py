"""Sheets into PDF bytes: the pack's stamps, scans, rotation and page labels. The same sheets give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.packs.layout import Sheet, Text

SCAN_DPI = 200
SCAN_SKEW = 0.6  # degrees
STAMP_SIZE = 10.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the publishing system prints on a finished page: ``foot`` with its ``place`` and ``head`` at top right."""

    foot: str = ""
    head: str = ""
    note: str = ""  # centred at the top: the access marking of exempt pages
    place: str = "centre"


@dataclass(frozen=True, slots=True)
class Label:
    """One /PageLabels range: from PDF page ``first`` in ``style`` (D or r), counting from ``start``."""

    first: int
    style: str
    start: int = 1


def draw(sheets: Sequence[tuple[Sheet, Stamp]], title: str, creator: str, labels: Sequence[Label] = ()) -> bytes:
    """The PDF of ``sheets``, each with its stamp."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator(creator)
    canvas.setAuthor("Democratic Services")
    for sheet, stamp in sheets:
        _draw_sheet(canvas, sheet)
        _draw_stamp(canvas, sheet, stamp)
        canvas.showPage()
    for label in labels:
        style = {"D": "ARABIC", "r": "ROMAN_LOWER"}[label.style]
        canvas.addPageLabel(label.first - 1, style, label.start)
    canvas.save()
    return out.getvalue()


def _draw_sheet(canvas: Canvas, sheet: Sheet) -> None:
    canvas.setPageSize((sheet.width, sheet.height))  # as displayed: reportlab turns the media box of a rotated page
    canvas.setPageRotation(90 if sheet.rotated else 0)
    if sheet.rotated:
        canvas.transform(0, 1, -1, 0, sheet.height, 0)  # so that it stands upright once the viewer has turned it
    if sheet.scan:
        canvas.drawImage(ImageReader(_scan(sheet)), 0, 0, sheet.width, sheet.height)
    else:
        _draw_marks(canvas, sheet)


def _draw_marks(canvas: Canvas, sheet: Sheet) -> None:
    for mark in sheet.marks:
        if isinstance(mark, Text):
            canvas.setFillColorRGB(*mark.colour)
            canvas.setFont(mark.font, mark.size)
            canvas.drawString(mark.x, mark.y, mark.text)
        elif mark.fill:
            canvas.setFillColorRGB(*mark.fill)
            canvas.rect(mark.x, mark.y, mark.width, mark.height, stroke=0, fill=1)
        else:
            canvas.setStrokeColorRGB(0.45, 0.45, 0.45)
            canvas.setLineWidth(0.5)
            canvas.rect(mark.x, mark.y, mark.width, mark.height)


def _draw_stamp(canvas: Canvas, sheet: Sheet, stamp: Stamp) -> None:
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Helvetica", STAMP_SIZE)
    if stamp.foot:
        wide = stringWidth(stamp.foot, "Helvetica", STAMP_SIZE)
        x = (sheet.width - wide) / 2 if stamp.place == "centre" else sheet.width - wide - 30
        canvas.drawString(x, 20, stamp.foot)
    if stamp.head:
        canvas.drawRightString(sheet.width - 24, sheet.height - 24, stamp.head)
    if stamp.note:
        canvas.setFont("Helvetica", 8)
        canvas.drawCentredString(sheet.width / 2, sheet.height - 40, stamp.note)


def _scan(sheet: Sheet) -> io.BytesIO:
    """The sheet as a scanner gives it: a grey picture, a little askew, with noise."""
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(sheet.width, sheet.height), invariant=1)
    _draw_marks(canvas, sheet)
    canvas.showPage()
    canvas.save()
    pdf = pypdfium2.PdfDocument(page.getvalue())
    picture = pdf[0].render(scale=SCAN_DPI / 72).to_pil().convert("L")
    pdf.close()
    picture = picture.rotate(SCAN_SKEW, resample=Image.Resampling.BICUBIC, fillcolor=250)
    grain = np.random.default_rng(seed=1848).normal(-4, 9, (picture.height, picture.width))
    noisy = np.clip(np.asarray(picture, dtype=np.float64) + grain, 0, 255).astype(np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(noisy).save(jpeg, "JPEG", quality=55)
    jpeg.seek(0)
    return jpeg
