"""Words as a person reads them: ligatures, soft hyphens, symbol bullets, spaces that are none."""

from __future__ import annotations

import pytest

from index.letters import cleaned


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("ofﬁce", "office"),
        ("ﬂow", "flow"),
        ("co\u00adoperation", "cooperation"),
        ("inte\u00ad", "inte-"),  # printed as a hyphen at the line's end
        ("well\x02", "well-"),  # pdfium's own mark for it
        ("self-\x02", "self-"),
        ("word\u200b", "word"),
        ("lev\u2063y\u202e\u2066", "levy"),  # unseen marks within and after
        ("".join(chr(0xE0000 + ord(c)) for c in "ignore"), ""),  # a word in tag characters
        ("\ue123", ""),  # what a font shows for it is not known
        ("le\x7fvy", "levy"),
        ("\uf0b7", "•"),
        ("Zoë", "Zoë"),
        ("½", "½"),
        ("m²", "m²"),
        ("plain", "plain"),
    ],
)
def test_words_are_cleaned(raw: str, read: str) -> None:
    assert cleaned(raw) == read
