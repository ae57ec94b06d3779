"""The displayed page: how PDF user space maps onto it."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from index.ink import Rect
from index.pdfium import raw

Floats = npt.NDArray[np.float64]


class Frame:
    """The map from PDF user space to the displayed page: x' = a·x + c·y + e, y' = b·x + d·y + f."""

    def __init__(self, page: Any) -> None:
        self.width = max(1.0, raw.FPDF_GetPageWidthF(page))
        self.height = max(1.0, raw.FPDF_GetPageHeightF(page))
        scale = min(1000.0, 1e8 / max(self.width, self.height))
        size_x, size_y = int(self.width * scale), int(self.height * scale)
        x, y = ctypes.c_int(), ctypes.c_int()

        def shown(px: float, py: float) -> tuple[float, float]:
            raw.FPDF_PageToDevice(page, 0, 0, size_x, size_y, 0, px, py, x, y)
            return x.value / scale, y.value / scale

        self.e, self.f = shown(0, 0)
        step = 1000.0
        ax, ay = shown(step, 0)
        cx, cy = shown(0, step)
        self.a, self.b = (ax - self.e) / step, (ay - self.f) / step
        self.c, self.d = (cx - self.e) / step, (cy - self.f) / step

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        x0, y0 = self.a * left + self.c * bottom + self.e, self.b * left + self.d * bottom + self.f
        x1, y1 = self.a * right + self.c * top + self.e, self.b * right + self.d * top + self.f
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def rects(self, left: Floats, bottom: Floats, right: Floats, top: Floats) -> Floats:
        """Many boxes at once: one row (x0, y0, x1, y1) each."""
        x0, y0 = self.a * left + self.c * bottom + self.e, self.b * left + self.d * bottom + self.f
        x1, y1 = self.a * right + self.c * top + self.e, self.b * right + self.d * top + self.f
        return np.stack([np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)], axis=1)

    def angle(self, dx: float, dy: float) -> int:
        """The displayed direction of a user-space vector, in quarter turns clockwise as degrees."""
        x, y = self.a * dx + self.c * dy, self.b * dx + self.d * dy
        return round(math.degrees(math.atan2(y, x)) / 90) % 4 * 90
