"""The letters of a text as a person sees them: no ligatures, no symbol-font codes, nothing that is there unseen.

Marks that turn the direction of writing, tag characters, zero-width and filling characters print nothing themselves;
what is written in them or moved by them is another text for a program than for a reader. They are taken out.
"""

from __future__ import annotations

import re
import unicodedata

LINE_END_HYPHENS = "\x02\ufffe\u00ad"  # pdfium's marks for a hyphen at a line's end, and the soft hyphen itself
SHOWN_AS = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    # Word's Symbol and Wingdings bullets come out as private-use characters
    **dict.fromkeys((61623, 61607, 61608, 61558, 61656, 61550, 61553, 61630, 8226, 9679), "•"),
    0xF0FC: "✓",
    0xF02D: "-",
    0xF0B0: "°",
}
_TAGS = "\U000e0000-\U000e0fff"  # tags, and selectors of variants
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"  # what these show is the font's secret
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
UNSEEN = re.compile(
    # soft hyphen, joiners, fillers, variation selectors, zero-width characters, marks of direction, notes
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    f"\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a{_TAGS}{_PRIVATE}{_CONTROLS}]"
)
TAG = re.compile(f"[{_TAGS}]")
PRIVATE = re.compile(f"[{_PRIVATE}]")


def cleaned(raw: str) -> str:
    """A word of a page as a person reads it."""
    if raw.isascii() and raw.isprintable():
        return raw
    hyphen = raw[-1] in LINE_END_HYPHENS
    if hyphen:
        raw = raw[:-1]
    text = unicodedata.normalize("NFC", UNSEEN.sub("", raw.translate(SHOWN_AS)))
    return text + "-" if hyphen and not text.endswith("-") else text


def seen(text: str) -> str:
    """Any text without what is there unseen; blanks and line ends stay."""
    return text if text.isascii() and text.isprintable() else UNSEEN.sub("", text)
