"""Builds the sample packs: ``python -m tests.packs.build OUT_DIR``.

Beside each ``NAME.pdf`` stand ``NAME.pages.jsonl``, the truth of each page, and ``NAME.meeting.json``, the truth of its
front sheet. The same bytes come out at each build.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tests.packs.drawing import Label, Stamp, draw
from tests.packs.layout import Sheet, blank_sheet, set_paper
from tests.packs.markup import Paper, read_paper
from tests.packs.pack import BLANK, BLANK_NOTED, Item, Pack
from tests.packs.packs import PACKS

PAPERS = Path(__file__).parent / "papers"
FONTS = Path(reportlab.__file__).parent / "fonts"
EXEMPT_NOTE = (
    "By virtue of paragraph(s) 3 of Part 1 of Schedule 12A of the Local Government Act 1972. Document is Restricted"
)
PLACEHOLDER = re.compile(r"\{(?:(?P<pack>\w+) )?(?P<item>\d+|[A-Z]+(?:/\d+)+)(?P<first>\.first)?\}")
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One page of a pack: its sheet, its paper, the item it belongs to and its agenda page number."""

    sheet: Sheet
    paper: Paper
    item: Item | None = None
    number: int | None = None
    opens_item: bool = False


def build(out: Path) -> list[Path]:
    """Writes every sample pack into ``out`` (made where it is missing) and gives the PDFs' paths."""
    for name in ("Vera", "VeraBd", "VeraIt"):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    out.mkdir(parents=True, exist_ok=True)
    ranges: dict[str, dict[str, Range]] = {}
    built = []
    for pack in PACKS:
        start = max(last for _, last in ranges[pack.continues].values()) if pack.continues else 0
        inside = _inside(pack, start)
        ranges[pack.folder] = _ranges(inside)
        sides = [*_front(pack, ranges), *inside]
        path = out / f"{pack.name}.pdf"
        path.write_bytes(_pdf(pack, sides))
        page_map = "".join(_page_line(n, side) for n, side in enumerate(sides, 1))
        path.with_suffix(".pages.jsonl").write_text(page_map, encoding="utf-8")
        meeting = json.dumps(_meeting(pack, ranges[pack.folder]), indent=1, ensure_ascii=False)
        path.with_suffix(".meeting.json").write_text(meeting + "\n", encoding="utf-8")
        built.append(path)
    return built


def _inside(pack: Pack, start: int) -> list[Side]:
    """The numbered pages after the front sheet, ``start`` being the last number given before."""
    sides: list[Side] = []
    for item in pack.items:
        opens = True
        for name in item.papers:
            if name in (BLANK, BLANK_NOTED):
                paper = sides[-1].paper
                sheets = [blank_sheet(name == BLANK_NOTED, pack.face)]
            else:
                paper = read_paper((PAPERS / pack.folder / f"{name}.txt").read_text(encoding="utf-8"))
                sheets = set_paper(paper, pack.face)
                if pack.pad and len(sheets) % 2:
                    sheets.append(blank_sheet(True, pack.face))
            for sheet in sheets:
                start += 1
                sides.append(Side(sheet, paper, item, start, opens))
                opens = False
    return sides


def _front(pack: Pack, ranges: dict[str, dict[str, Range]]) -> list[Side]:
    def pages(match: re.Match[str]) -> str:
        first, last = ranges[match["pack"] or pack.folder][match["item"]]
        return str(first) if match["first"] or first == last else f"{first}{pack.between}{last}"

    text = (PAPERS / pack.folder / "front.txt").read_text(encoding="utf-8")
    paper = read_paper(PLACEHOLDER.sub(pages, text))
    sheets = set_paper(paper, pack.face)
    if pack.pad and len(sheets) % 2:
        sheets.append(blank_sheet(True, pack.face))
    return [Side(sheet, paper) for sheet in sheets]


def _ranges(sides: list[Side]) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for side in sides:
        if side.item and side.number:
            first, _ = found.get(side.item.number, (side.number, side.number))
            found[side.item.number] = (first, side.number)
    return found


def _pdf(pack: Pack, sides: list[Side]) -> bytes:
    stamped = []
    for side in sides:
        stamp = Stamp()
        if side.number is not None and side.sheet.stamp:
            stamp = Stamp(
                foot=pack.stamp.format(n=side.number),
                head=pack.item_stamp.format(item=side.item.number) if side.item and side.opens_item else "",
                note=EXEMPT_NOTE if side.paper.access == "exempt" and not side.sheet.blank else "",
                place=pack.place,
            )
        stamped.append((side.sheet, stamp))
    front = sum(side.number is None for side in sides)
    labels = {"own": (Label(1, "r"), Label(front + 1, "D")), "plain": (Label(1, "D"),), "": ()}[pack.labels]
    return draw(stamped, pack.title, pack.creator, labels)


def _page_line(pdf_page: int, side: Side) -> str:
    record = {
        "pdf_page": pdf_page,
        "printed": None if side.number is None else str(side.number),
        "item": side.item.number if side.item else None,
        "item_title": side.item.title if side.item else None,
        "scanned": side.sheet.scan,
        "blank": side.sheet.blank,
        "kind": side.paper.kind,
        "access": side.paper.access,
        "rotate": 90 if side.sheet.rotated else 0,
        "text": "\n".join(side.sheet.text),
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _meeting(pack: Pack, ranges: dict[str, Range]) -> dict[str, object]:
    items = []
    for item in pack.items:
        first, last = ranges.get(item.number, (None, None))
        items.append(
            {"item": item.number, "title": item.title, "presenter": item.presenter, "first": first, "last": last}
        )
    return {
        "council": pack.council,
        "body": pack.body,
        "date": pack.date,
        "time": pack.time,
        "venue": pack.venue,
        "items": items,
        "recorded": {"body": pack.recorded.body, "date": pack.recorded.date} if pack.recorded else None,
    }


def main() -> None:
    """Builds into the folder that is named on the command line and prints what was built."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.packs.build OUT_DIR")
    for path in build(Path(sys.argv[1])):
        print(path)


if __name__ == "__main__":
    main()
