"""What is printed on one page, as the layout sees it: words, ruling lines, shaded areas and images.

Everything is measured on the page as displayed (CropBox and /Rotate applied), in points, origin at the top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Rect = tuple[float, float, float, float]


@dataclass(slots=True)
class Ink:
    """One printed word. ``angle`` is the reading direction in degrees clockwise: 0, 90, 180 or 270."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool = False
    angle: int = 0
    hidden: bool = False  # drawn invisibly, as the text layer over a scan is


@dataclass(slots=True)
class Sheet:
    """One page's ink. ``rules`` are thin horizontal or vertical lines, ``fills`` shaded areas."""

    width: float
    height: float
    words: list[Ink] = field(default_factory=list)
    rules: list[Rect] = field(default_factory=list)
    fills: list[Rect] = field(default_factory=list)
    images: list[Rect] = field(default_factory=list)
    drawings: int = 0
    cut: bool = False  # more characters than the limit; the rest was left out
    skew: float = 0.0  # degrees by which the lines of a scan fall to the right
    strange: int = 0  # characters without a meaning: replacement, private use, control
    hidden: int = 0  # letters and figures of the text that the page does not show, which was left out


def image_cover(sheet: Sheet) -> float:
    """The share of the page under images, the pieces of a scan in strips added up."""
    area = sum(
        max(0.0, min(x1, sheet.width) - max(x0, 0.0)) * max(0.0, min(y1, sheet.height) - max(y0, 0.0))
        for x0, y0, x1, y1 in sheet.images
    )
    return min(1.0, area / (sheet.width * sheet.height))


def tilted(rect: Rect, degrees: float, width: float, height: float) -> Rect:
    """A box carried along when the page is turned clockwise about its middle by ``degrees``; its shape stays."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x0, y0, x1, y1 = rect
    x, y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
    dx, dy = x * cosine - y * sine - x, x * sine + y * cosine - y
    return x0 + dx, y0 + dy, x1 + dx, y1 + dy
