"""Amounts in one spelling: "£15.9m" and "£15.9 million" are the same sum, "40 per cent" is "40%"; "twenty" is "20"."""

from __future__ import annotations

import re
from decimal import Decimal

UNITS_IN_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS_IN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
IN_WORDS = {word: n for n, word in enumerate(UNITS_IN_WORDS)} | dict(
    zip(TENS_IN_WORDS, range(20, 100, 10), strict=True)
)
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mn": 10**6,
    "billion": 10**9, "bn": 10**9,
}  # fmt: skip
SPELLINGS = (("k", "thousand"), ("m", "million"), ("bn", "billion"))  # of sums, short and long
# Read as figures in questions and papers; "one" mostly counts nothing
NUMBER_WORDS = {word: str(IN_WORDS[word]) for word in (*UNITS_IN_WORDS[2:13], *TENS_IN_WORDS)}
# "£15.9m", "£15.9 million", "803,500", "£52.00", "40 per cent"; not "3.2", "2025", "item 7"
AMOUNT = re.compile(
    r"(?P<sign>[£$€]\s?)?(?<![\w.,])(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    rf"(?:\s?(?P<scale>{'|'.join(SCALES)})\b|(?P<percent>\s?(?:%|per ?cent\b)))?(?![\d,]\d)",
    re.I,
)


def in_figures(text: str) -> str:
    """The text with every amount in one spelling: whole pounds or units in digits, no commas, percentages with "%"."""
    return AMOUNT.sub(_plain, text)


def printed_amounts(text: str) -> dict[str, str]:
    """How each amount of the text is printed, by its one spelling."""
    return {_plain(match): match.group() for match in reversed(list(AMOUNT.finditer(text)))}


def other_spellings(text: str) -> list[str]:
    """How papers may print the text's large sums: "£15.9m" as "15.9 million", "15.9m" or "15,900,000"."""
    found = []
    for match in AMOUNT.finditer(text):
        if not (match["scale"] or "," in match["digits"]):
            continue
        value = _value(match)
        found.append(f"{value:,.0f}")
        for short, long in SPELLINGS:
            scaled = value / SCALES[short]
            if 1 <= scaled < 1000 and -_places(scaled) <= 3:
                found += [f"{_digits(scaled)}{short}", f"{_digits(scaled)} {long}"]
                if scaled == scaled.to_integral_value():
                    found.append(f"{scaled:.1f}{short}")
    return list(dict.fromkeys(found))


def _plain(match: re.Match[str]) -> str:
    if match["percent"]:
        return f"{match['digits']}{match['fraction'] or ''}%"
    named = match["sign"] or match["scale"] or "," in match["digits"] or match["fraction"] == ".00"
    return _digits(_value(match)) if named else match.group()


def _value(match: re.Match[str]) -> Decimal:
    number = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
    return number * SCALES[match["scale"].lower()] if match["scale"] else number


def _digits(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _places(value: Decimal) -> int:
    return min(0, int(value.normalize().as_tuple().exponent))
