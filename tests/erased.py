"""A pack full of words that stand nowhere else, and a search for what is left of it in a data folder's files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.copies import copy_of
from index.schema import DATABASE
from qa.papers import FILES

# In every word of the pack that is looked for. The text index stems words and leaves out how they begin alike
MARK = "xqvz"
WINDOW, STEP = 24, 512  # bytes of a blob that are looked for, and from one to the next
PAGES = 12

FRONT = (
    "Bloxqvzham Borough Council",
    "Thruxqvzby Committee",
    "Minutes of the meeting held on 14 March 2024",
    "Present: Councillor Ada Moxqvzley (Chair)",
    "12. Grazing on Wixqvzmere",
    "RESOLVED: That grazing on Wixqvzmere be leased to Daxqvzwell Farm for £4,310 a year.",
    "ACTION: Peter Quixqvzton to sign the lease by 1 May 2024.",
)
QUESTION = "For how much a year is the grazing leased?"


def marked_pack(folder: Path, version: int = 1, name: str = "vexqvzmarl-minutes.pdf") -> Path:
    """Minutes of a council of which every name holds the mark, in their text, title, author and file name."""
    path = folder / name
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setTitle(f"Minutes of the Thruxqvzby Committee, version {version}")
    canvas.setAuthor("Lexqvzworth")
    canvas.bookmarkPage("front")
    canvas.addOutlineEntry("Raxqvzden", "front")
    _page(canvas, FRONT)
    for number in range(2, PAGES + 1):
        words = [
            f"Paragraph {number}.{line} tells that Kexqvz{number}{line}ford had {number * line} sheep."
            for line in range(40)
        ]
        _page(canvas, words)
    canvas.save()
    return path


def plain_pack(folder: Path, name: str, pages: int = 4) -> Path:
    """A pack without the mark, which lies about the marked one in the files."""
    path = folder / f"{name}.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in range(pages):
        _page(canvas, [f"{name} page {number} line {line}: the ferry ran {number * line} times." for line in range(40)])
    canvas.save()
    return path


def _page(canvas: Canvas, lines: list[str] | tuple[str, ...]) -> None:
    for place, line in enumerate(lines):
        canvas.drawString(60, 790 - 17 * place, line)
    canvas.showPage()


def fingerprints(data: Path, pack: str) -> list[bytes]:
    """Parts of what is stored of an indexed pack in other forms than words: page layouts, vectors, the PDF."""
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # all in the file itself
        layouts = connection.execute("SELECT layout FROM pages WHERE pack = ?", (pack,)).fetchall()
        vectors = connection.execute(
            "SELECT vector FROM vectors JOIN passages ON passages.id = passage WHERE pack = ?", (pack,)
        ).fetchall()
        (sha256,) = connection.execute("SELECT sha256 FROM packs WHERE id = ?", (pack,)).fetchone()
    assert layouts
    assert vectors
    pdf = copy_of(data / FILES, sha256)
    blobs = [row[0] for row in [*layouts, *vectors]] + [pdf.read_bytes()]
    others = b"".join(other.read_bytes() for other in pdf.parent.glob("*.pdf") if other != pdf)  # by the same program
    parts = [blob[at : at + WINDOW] for blob in blobs for at in range(STEP // 4, len(blob) - WINDOW, STEP)]
    return [part for part in parts if part not in others]


def left(data: Path, parts: list[bytes]) -> list[str]:
    """The files of a data folder that hold the mark, also as UTF-16 or in their name, or one of the parts."""
    marks = [MARK.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    found = []
    for path in data.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if (
            MARK in path.name
            or any(mark in content.lower() for mark in marks)
            or any(part in content for part in parts)
        ):
            found.append(path.name)
    return found
