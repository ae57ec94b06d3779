"""Pages made of plain text, for tests of what minutes say: no PDF in between."""

from __future__ import annotations

from index.model import Cell, Line, Page


def pages(text: str) -> list[Page]:
    """Pages with the paragraphs of ``text``: a blank line ends a paragraph, ``---`` a page; ``! `` marks a bold
    line, ``| a | b`` a table row, ``|h a | b`` a header row, ``>> `` a line at the right."""
    made: list[Page] = []
    for number, words in enumerate(text.strip("\n").split("\n---\n"), start=1):
        lines: list[Line] = []
        block, row_before = 0, False
        for raw in words.split("\n"):
            line = raw.strip()
            if not line:
                block, row_before = block + 1, False
            elif line.startswith("|"):
                cells = tuple(Cell(one.strip(), k) for k, one in enumerate(line.lstrip("|h").split("|")))
                box = (0.1, 0.1, 0.9, 0.12)
                block += not row_before
                row = "\t".join(cell.text for cell in cells)
                lines.append(Line(row, box, cells=cells, block=block, header=line.startswith("|h")))
                row_before = True
            else:
                bold, right = line.startswith("! "), line.startswith(">> ")
                box = (0.7 if right else 0.1, 0.1, 0.9, 0.12)
                lines.append(
                    Line(
                        line[2:].strip() if bold else line[3:] if right else line, box, bold=bold or right, block=block
                    )
                )
                row_before = False
        made.append(Page(number, 595, 842, tuple(lines)))
    return made
