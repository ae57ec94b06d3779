"""Pictures of scanned pages: how far they lie askew, and the ruling lines drawn on them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from index.ink import Rect

LEAST_ACROSS, LEAST_DOWN = 40.0, 20.0  # points: shorter strokes belong to letters
MAX_STROKE = 10  # points of a half-size picture: thicker dark runs are shaded areas
MAX_STROKE_ROWS = 2_000  # more rows with long dark runs than this is a photograph

Gray = npt.NDArray[np.uint8]


def skew_of(picture: Gray) -> float:
    """By how many degrees the lines of a page fall to the right, between -3 and 3; 0 where under a tenth.

    The angle at which the dark points gather most sharply into rows.
    """
    step = max(1, picture.shape[1] // 800)
    small = picture[::step, ::step]
    ys, xs = np.nonzero(small < 140)
    if len(xs) < 200:
        return 0.0
    if len(xs) > 120_000:
        chosen = slice(None, None, len(xs) // 120_000 + 1)
        ys, xs = ys[chosen], xs[chosen]

    def sharpness(degrees: float) -> float:
        rows = np.bincount((ys - xs * math.tan(math.radians(degrees)) + 100.0).astype(np.int64).clip(0))
        return float((rows.astype(np.float64) ** 2).sum())

    coarse = max((d / 4 for d in range(-12, 13)), key=sharpness)
    fine = max((coarse + d / 20 for d in range(-4, 5)), key=sharpness)
    return fine if abs(fine) >= 0.1 and sharpness(fine) > 1.03 * sharpness(0.0) else 0.0


def straightened(picture: Gray, skew: float) -> Gray:
    """The picture turned so that its lines are level."""
    turned = Image.fromarray(picture).rotate(skew, Image.Resampling.BILINEAR, fillcolor=255)
    return np.asarray(turned)


def ruling_lines(picture: Gray, width: float, height: float) -> list[Rect]:
    """Long straight dark strokes of a straightened picture, across and down, as thin boxes in points."""
    even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]
    # at half the size, a point being dark where any of its four is: hair lines stay
    dark = (
        (even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).min(axis=(1, 3)) < 150) if even.size else even > 0
    )
    if not dark.size:
        return []
    down = height / dark.shape[0]
    across = width / dark.shape[1]
    rules = [
        (x0 * across, y0 * down, x1 * across, y1 * down)
        for y0, y1, x0, x1 in _strokes(dark, int(LEAST_ACROSS / across))
    ]
    rules += [
        (x0 * across, y0 * down, x1 * across, y1 * down) for x0, x1, y0, y1 in _strokes(dark.T, int(LEAST_DOWN / down))
    ]
    return rules


def _strokes(dark: npt.NDArray[np.bool_], least: int) -> list[tuple[int, int, int, int]]:
    """Runs of at least ``least`` dark points along a row, thin ones only: (first row, last row + 1, start, end)."""
    if dark.shape[1] <= least:
        return []
    padded = dark.copy()
    padded[:-1] |= dark[1:]  # a stroke that is not quite level goes on in the next row
    sums = np.cumsum(padded, axis=1, dtype=np.int32)
    window = sums[:, least:] - sums[:, :-least]
    rows = np.nonzero((window >= 0.97 * least).any(axis=1))[0]
    out: list[tuple[int, int, int, int]] = []
    open_strokes: list[list[int]] = []
    for row in rows[:MAX_STROKE_ROWS]:
        hits = np.nonzero(window[row] >= 0.97 * least)[0]
        breaks = np.nonzero(np.diff(hits) > 1)[0]
        starts = [hits[0], *hits[breaks + 1]]
        ends = [*hits[breaks], hits[-1]]
        for start, end in zip(starts, ends, strict=True):
            a, b = int(start), int(end) + least
            for stroke in open_strokes:
                if row - stroke[1] <= 1 and a < stroke[3] and b > stroke[2]:
                    stroke[1], stroke[2], stroke[3] = int(row) + 1, min(stroke[2], a), max(stroke[3], b)
                    break
            else:
                open_strokes.append([int(row), int(row) + 1, a, b])
        out += [(s[0], s[1], s[2], s[3]) for s in open_strokes if row - s[1] > 1]
        open_strokes = [s for s in open_strokes if row - s[1] <= 1]
    out += [(s[0], s[1], s[2], s[3]) for s in open_strokes]
    return [stroke for stroke in out if stroke[1] - stroke[0] <= MAX_STROKE]
