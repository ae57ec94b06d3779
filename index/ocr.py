"""Scanned pages: which pages need optical recognition, and the words that an engine reads off a page picture.

Engine 1 is the ``tesseract`` program; engine 2 the Python package ``rapidocr``, where the program is missing. Both
give words in the same form as a text layer, so that the same layout code reads them.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from index.ink import Ink, Rect, Sheet, image_cover, tilted
from index.pictures import Gray, ruling_lines, skew_of, straightened

DPI = 250  # on scanned packs 200, 250 and 300 read equally many words; more only costs time
PAGE_SECONDS = 60.0  # for one engine run on one page
LEAST_CONFIDENCE = 30.0  # per word, of 100; below are specks, signatures and ruling lines read as letters
POOR_PAGE = 80.0  # mean confidence under which the page is tried lying on its side
FEW_LETTERS = 120  # of a text layer, beside an image that covers most of the page: a stamp, a heading
COVERING = 0.5  # share of the page that an image covers on a scan
_STAMP_BAND = 0.09  # share of the page's height at top and bottom where stamps stand

_LATIN = np.arange(ord("a"), ord("z") + 1)
_VOWELS = frozenset("aeiouy")
_USUAL = np.array([ord(c) for c in "abcdefghijklmnopqrstuvwxyz0123456789 .,;:()'\"$%&/-?!*+@#|[]<>=~_"])
_USUAL_BEYOND = "’‘“”£€–—•…°\u0301\u0300\u0308"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


_AFTER_I = re.compile(r"[a-z’']{2,}[,.;:]?")  # what stands after the word I: "| write", "| am,"
_BEFORE_I = re.compile(r"\W*[A-Za-z’'-]+[,;:.]?[”\"]?|[-–—“\"]")  # and before it: "and | would", "month. | will"
_REST_OF_FIGURE = re.compile(r"[.,]\d")  # ",284,000" after "£1"
_BARRED_WORD = re.compile(r"\|(?:t|n|f|s|ts|tem|tems|[’'](?:m|ve|d|ll))")  # "|t", "|n", "|’m", "|tem"


@dataclass(slots=True)
class Recognised:
    """Words and ruling lines read off one picture; ``skew`` in degrees, positive where lines fall to the right."""

    words: list[Ink] = field(default_factory=list)
    rules: list[Rect] = field(default_factory=list)
    skew: float = 0.0
    confidence: float = 0.0


def available() -> str | None:
    """The engine that will be used: "tesseract 5.3.0", "rapidocr", or None where scans cannot be read."""
    version = _tesseract_version()
    if version:
        return f"tesseract {version}"
    return "rapidocr" if importlib.util.find_spec("rapidocr") else None


@lru_cache(maxsize=1)
def _tesseract_version() -> str | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        out = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"tesseract\s+v?(\S+)", out.stdout or out.stderr)
    return match.group(1) if match else "unknown"


def needed(sheet: Sheet) -> bool:
    """Whether the page must be recognised: its text layer is missing, a mere stamp, or rubbish."""
    # by far most pages show with their first words that there are enough
    letters = _letters(sheet.words[:FEW_LETTERS])
    if letters < FEW_LETTERS:
        letters += _letters(sheet.words[FEW_LETTERS:])
    if letters >= FEW_LETTERS:
        return rubbish(sheet)
    covered = image_cover(sheet)
    if covered >= COVERING and letters < FEW_LETTERS:
        return True
    return rubbish(sheet) or (_letters_of_body(sheet) < 15 and (covered >= 0.08 or sheet.drawings >= 30))


def _letters_of_body(sheet: Sheet) -> int:
    return _letters([ink for ink in sheet.words if not in_stamp_band(ink, sheet)])


def _letters(words: list[Ink]) -> int:
    return sum(map(str.isalpha, "".join([ink.text for ink in words])))


def in_stamp_band(ink: Ink, sheet: Sheet) -> bool:
    """Whether a word stands at the very top or bottom, where publishing systems print their stamps."""
    middle = (ink.y0 + ink.y1) / 2 / sheet.height
    return middle < _STAMP_BAND or middle > 1 - _STAMP_BAND


def rubbish(sheet: Sheet) -> bool:
    """Whether a text layer is not the text that is shown: no meanings for its characters, or no real words.

    Judged by statistics of letters only, for Latin script; too little text is never called rubbish.
    """
    text = " ".join([ink.text for ink in sheet.words])
    if len(text) >= 20 and sheet.strange > 0.2 * len(text):
        return True
    plain = text if text.isascii() else unicodedata.normalize("NFD", text)  # accents apart from their vowels
    lower = plain.lower()
    counts = _ascii_counts(lower)
    latin = int(counts[_LATIN].sum())
    letters = latin
    if not text.isascii():
        letters = int(_ascii_counts(text.lower())[_LATIN].sum()) + sum(map(str.isalpha, _BEYOND_ASCII.findall(text)))
    if letters < 80 or latin < 0.7 * letters:
        return False
    vowels = sum(map(lower.count, _VOWELS)) / latin
    long = [w for w in lower.split() if len(w) >= 4 and w.isalpha()]
    without = sum([_VOWELS.isdisjoint(w) for w in long]) / len(long) if len(long) >= 10 else 0.0
    usual = int(counts[_USUAL].sum()) + sum(map(lower.count, _USUAL_BEYOND))
    odd = (len(lower) - usual) / len(text)
    return not 0.2 <= vowels <= 0.65 or without > 0.4 or odd > 0.25


def _ascii_counts(text: str) -> npt.NDArray[np.int64]:
    """How often each of the 128 ASCII characters stands in a text."""
    return np.bincount(np.frombuffer(text.encode("ascii", "ignore"), np.uint8), minlength=128)


def recognise(picture: Gray, width: float, height: float) -> Recognised:
    """The words of a page picture, in points on a page of ``width`` by ``height``.

    ``picture`` is grayscale, rows by columns. A page that reads poorly is tried in the direction that the engine
    believes in. No engine, a failing engine or one that runs out of time gives no words.
    """
    skew = skew_of(picture)
    if skew:
        picture = straightened(picture, skew)
    read = _engine(picture, width, height)
    if read.confidence < POOR_PAGE or len(read.words) < 12 or _sideways(read.words):
        turn = _orientation(picture)
        if turn:
            sideways = turn % 180 == 90
            turned = np.ascontiguousarray(np.rot90(picture, k=-turn // 90 % 4))
            other = _engine(turned, height if sideways else width, width if sideways else height)
            if _sideways(read.words) or other.confidence > read.confidence:
                other.words = [_laid_back(ink, turn, width, height) for ink in other.words]
                read = other
    read.rules = ruling_lines(picture, width, height)
    _mend_letters(read.words, read.rules)
    read.words = [ink for ink in map(_without_bars, _with_whole_figures(read.words)) if ink.text]
    if skew:
        read.skew = skew
        read.rules = [tilted(rule, skew, width, height) for rule in read.rules]
        for ink in read.words:
            ink.x0, ink.y0, ink.x1, ink.y1 = tilted((ink.x0, ink.y0, ink.x1, ink.y1), skew, width, height)
    return read


def _engine(picture: Gray, width: float, height: float) -> Recognised:
    if _tesseract_version() is not None:
        return _tesseract(picture, width, height)
    return _rapidocr(picture, width, height) if importlib.util.find_spec("rapidocr") else Recognised()


def _sideways(words: list[Ink]) -> bool:
    """Whether most of the longer words stand upright like lamp posts: the engine reads, but cannot order, them."""
    long = [ink for ink in words if len(ink.text) >= 4]
    return sum(ink.y1 - ink.y0 > ink.x1 - ink.x0 for ink in long) * 2 > len(long) > 0


def _mend_letters(words: list[Ink], rules: list[Rect]) -> None:
    """Put the word "I" where it was read as a lone bar or small "l" in running prose, and "It", "In" for "|t", "|n".

    A bar stays one where a line is drawn, as between a table's cells, or where it stands higher than the words.
    """
    for before, ink, after in zip([None, *words], words, [*words[1:], None], strict=False):
        if _BARRED_WORD.fullmatch(ink.text):
            ink.text = "I" + ink.text[1:]
        elif (
            ink.text in ("|", "l")
            and after is not None
            and _AFTER_I.fullmatch(after.text)
            and _follows(ink, after)
            and (before is None or not _follows(before, ink) or _BEFORE_I.fullmatch(before.text))
            and not any(
                x0 - 2 <= ink.x1 and ink.x0 <= x1 + 2 and y0 < ink.y1 and ink.y0 < y1 for x0, y0, x1, y1 in rules
            )
        ):
            ink.text = "I"


def _with_whole_figures(words: list[Ink]) -> list[Ink]:
    """The words with figures in one piece that were read in two: "£1" and ",284,000". No space is printed there."""
    whole: list[Ink] = []
    for ink in words:
        before = whole[-1] if whole else None
        if (
            before is not None
            and _REST_OF_FIGURE.match(ink.text)
            and before.text[-1:].isdigit()
            and _follows(before, ink)
        ):
            before.text += ink.text
            before.y0, before.x1, before.y1 = min(before.y0, ink.y0), ink.x1, max(before.y1, ink.y1)
        else:
            whole.append(ink)
    return whole


def _follows(left: Ink, right: Ink) -> bool:
    """Whether a word stands after another on its line, of like height and no more than a space away."""
    heights = sorted((left.y1 - left.y0, right.y1 - right.y0))
    level = min(left.y1, right.y1) - max(left.y0, right.y0) > 0.6 * heights[0]
    return level and heights[1] < 1.8 * heights[0] and -0.2 * right.size < right.x0 - left.x1 < 0.7 * right.size


def _without_bars(ink: Ink) -> Ink:
    """A table's drawn lines are often read as bars at a word's edge."""
    ink.text = (
        ink.text.strip("|¦_[]") if "|" in ink.text or "¦" in ink.text or set(ink.text) <= set("_[]") else ink.text
    )
    return ink


def _laid_back(ink: Ink, turn: int, width: float, height: float) -> Ink:
    """A word read on a picture turned clockwise by ``turn`` degrees, put back where it stands on the page."""
    x0, y0, x1, y1 = ink.x0, ink.y0, ink.x1, ink.y1
    if turn == 90:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    elif turn == 180:
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    elif turn == 270:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    return Ink(ink.text, x0, y0, x1, y1, ink.size, ink.bold, (360 - turn) % 360)


def _run(arguments: list[str], picture: Gray) -> str:
    rows, columns = picture.shape
    program = shutil.which("tesseract") or "tesseract"
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", *arguments],
            input=b"P5 %d %d 255\n" % (columns, rows) + picture.tobytes(),
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # pages run side by side; threads in a page only cost
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _orientation(picture: Gray) -> int:
    """By how many degrees clockwise the picture must be turned to be upright; 0 where unknown."""
    match = re.search(r"Rotate:\s*(\d+)", _run(["--psm", "0", "-l", "osd"], picture))
    return int(match.group(1)) % 360 if match else 0


def _tesseract(picture: Gray, width: float, height: float) -> Recognised:
    out = _run(["--dpi", str(DPI), "--psm", "3", "-l", "eng", "tsv"], picture)
    across, down = width / picture.shape[1], height / picture.shape[0]
    lines: dict[tuple[str, ...], list[tuple[str, float, float, float, float, float]]] = {}
    for row in out.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) < 12 or fields[0] != "5" or not fields[11].strip():
            continue
        left, top, wide, high = (float(value) for value in fields[6:10])
        word = (
            fields[11].strip(),
            left * across,
            top * down,
            (left + wide) * across,
            (top + high) * down,
            float(fields[10]),
        )
        lines.setdefault(tuple(fields[1:5]), []).append(word)
    return _recognised(list(lines.values()))


def _recognised(lines: Sequence[list[tuple[str, float, float, float, float, float]]]) -> Recognised:
    """Lines of (text, x0, y0, x1, y1, confidence) → words with sizes, without the rubbish."""
    words: list[Ink] = []
    trust: list[float] = []
    for line in lines:
        kept = [word for word in line if not _speck(word)]
        if not kept:
            continue
        size = median(word[4] - word[2] for word in kept) / 0.75  # from a word's ink to the font's size
        for text, x0, y0, x1, y1, confidence in kept:
            words.append(Ink(text, x0, y0, x1, y1, size))
            trust.append(confidence)
    return Recognised(words, confidence=sum(trust) / len(trust) if trust else 0.0)


def _speck(word: tuple[str, float, float, float, float, float]) -> bool:
    text, confidence = word[0], word[5]
    if confidence < LEAST_CONFIDENCE:
        return True
    return confidence < 70 and not any(c.isalnum() for c in text) and text not in "•-–—&"


def _rapidocr(picture: Gray, width: float, height: float) -> Recognised:
    engine = _rapidocr_engine()
    across, down = width / picture.shape[1], height / picture.shape[0]
    result = engine(np.stack([picture] * 3, axis=-1))
    lines = []
    if result.boxes is None:
        return Recognised()
    for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        x0, y0 = float(min(c[0] for c in corners)) * across, float(min(c[1] for c in corners)) * down
        x1, y1 = float(max(c[0] for c in corners)) * across, float(max(c[1] for c in corners)) * down
        step = (x1 - x0) / max(1, len(text))
        lines.append(
            [
                (m.group(), x0 + m.start() * step, y0, x0 + m.end() * step, y1, 100.0 * float(score))
                for m in re.finditer(r"\S+", text)
            ]
        )
    return _recognised(lines)


@lru_cache(maxsize=1)
def _rapidocr_engine() -> Any:
    from rapidocr import RapidOCR  # type: ignore[import-not-found]  # optional; only where tesseract is missing

    return RapidOCR(params={"Global.log_level": "error"})


def merge(sheet: Sheet, read: Recognised) -> None:
    """Put recognised words on the sheet: a rubbish layer is replaced, a stamp is kept and not doubled."""
    kept = [ink for ink in sheet.words if in_stamp_band(ink, sheet)] if rubbish(sheet) else sheet.words
    fresh = [ink for ink in read.words if not any(_same_place(ink, old) for old in kept)]
    sheet.words = [*kept, *fresh]
    sheet.skew = read.skew
    sheet.rules = [*sheet.rules, *read.rules]
    sheet.strange = 0


def _same_place(a: Ink, b: Ink) -> bool:
    wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    if wide <= 0 or high <= 0:
        return False
    least = min((a.x1 - a.x0) * (a.y1 - a.y0), (b.x1 - b.x0) * (b.y1 - b.y0))
    return wide * high > 0.3 * least
