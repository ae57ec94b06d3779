"""The facts that a text states, in one comparable form: figures, dates, times, names, quoted words.

"£1.2m" and "£1.2 million", "four" and "4", "22/03/2023" and "22 March 2023", "6pm" and "18:00" are each the same.
What is said is compared with what is known by value, never by likeness: a changed figure is another fact.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from qa.amounts import IN_WORDS, SCALES, UNITS_IN_WORDS
from qa.periods import DAY_MONTH, FINANCIAL, ISO, MONTH_DAY, MONTH_YEAR, MONTHS, NUMERIC, QUARTER, YEAR, periods
from qa.words import POSSESSIVE, STOPWORDS, stem, tokens

_SCALE = r"(?:(?:\s?(?P<scale>million|billion|thousand|hundred|bn|mn|m|k))(?![A-Za-z]))?"
_SHARE = r"(?:\s?(?P<share>%|per\s?cent|percentage))?"
# "£1.2m", "1,250", "15 per cent", "£ 3.4 million", but not the figures inside "HWB26", "COVID-19", "3.2.1"
AMOUNT = re.compile(
    r"(?<![\w.])(?<!\d,)(?<![A-Za-z]-)(?:(?P<sign>[£$€]|GBP)\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\.?\d)"
    rf"{_SCALE}{_SHARE}(?!\w)",
    re.I,
)
# "four", "twenty-one", "two hundred", "three million", "ten per cent"
WORDED = re.compile(
    rf"\b(?P<number>{'|'.join(IN_WORDS)})(?:[- ](?P<more>{'|'.join(UNITS_IN_WORDS[1:10])}))?\b{_SCALE}{_SHARE}", re.I
)
# "over-55s", "mid-2024" and "9x" are figures with a word or sign stuck to them
STUCK = re.compile(r"(?<=\b[a-z]{3})-(?=\d)|(?<=\b[a-z]{4})-(?=\d)|(?<=\b[a-z]{5})-(?=\d)|(?<=\d)x\b")
ABOUT = re.compile(r"\b(?:c|ca)\.?\s?(?=[£$€\d])")  # "c211,000", "c.£4m"
RANGE = re.compile(r"\s?[-–]\s?")  # "10-15%", "£2–3m": the first figure has the unit of the second
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2212"), "-")  # hyphens that do not break, minus signs
YEARS = re.compile(r"\b((?:19|20)\d\d)\s?[-–]\s?((?:19|20)\d\d)\b")  # "2021-2025"
# "6pm", "6.30 p.m.", "18:00", "10:30am"
TIMED = re.compile(r"\b(?P<hour>\d{1,2})(?:[.:](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?", re.I)
CLOCK = re.compile(r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b")
DOTTED = re.compile(r"(?<![\d£$€.,])(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\d%.])")  # "10.30", perhaps a time
CODE = re.compile(r"[\w/.-]*\d[\w/.-]*")  # what has a digit and is none of the above: "HWB26", "3.2.1", "5th", "50p"
# Amounts without a figure; each must be said by the papers themselves
MEASURES = frozenset(
    "half halved third thirds quarter quarters dozen double doubled twice treble triple tripled".split()
)
QUOTED = re.compile(r"“([^”]{3,})”|\"([^\"]{3,})\"|(?<!\w)[‘']([^’']{3,} [^’']{2,})[’'](?!\w)")
NAME_RUN = re.compile(r"(?<![A-Za-z])[A-Z][\w’'&-]*(?:\.?\s+(?:(?:of|and|the|for|&)\s+){0,2}[A-Z][\w’'&-]*)*")
WORD = re.compile(r"[A-Za-z][\w’'&-]*")
# Ways of address; offices ("Chair", "Mayor") are claims that the papers must make
TITLES = frozenset(
    "mr mrs ms miss mx dr cllr cllrs councillor councillors prof professor sir dame lord lady rev reverend".split()
)
# Words that may begin an answer's sentence without being anyone's name
OPENING = frozenset(
    """according following members officers residents councillors overall additionally further furthermore however
    therefore yes currently meanwhile also other various several many most some none nobody recommended recommendation
    recommendations approval concerns question questions attendees apologies papers minutes evidence answer note
    moreover finally first second third lastly next initially later previously subsequently based key main total
    respondents patients people staff children adults schools services funding action actions despite although though
    because since due owing instead including regarding concerning""".split()
)
# What a meeting's own body is called when its full name is not
BODIES = frozenset(
    stem(w) for w in "board council committee cabinet panel trust authority executive forum commission assembly".split()
)
# What only a person does: before it, the first word of a sentence is a name
PERSONAL = re.compile(
    r"\s+(?:said|says|stated|asked|presented|proposed|moved|seconded|chaired|chairs|reported|advised|confirmed|explained|"
    r"noted|thanked|voted|introduced|attended|replied|declared|resigned|abstained|objected|opposed|spoke|welcomed|"
    r"(?:is|was|were) (?:the|a|an|appointed|elected|nominated|thanked|present|absent))\b"
)
NUMERATION = frozenset("item items page pages appendix table figure section paragraph part phase minute".split())


IN_THOUSANDS = re.compile(r"[£$€]\s?['’]?000['’]?s?\b|[£$€]\s?k\b|\bthousands?\b|(?<![\d,])['’]000s?\b", re.I)
# What makes the bare figures of a table sums where no sign is printed
MONEY_TOLD = re.compile(
    r"\b(?:budgets?|outturn|spend(?:ing)?|costs?|grants?|fund(?:s|ing)?|income|expenditure|allocations?|contributions?|"
    r"savings?|reserves?|payments?|prices?|fees?|salar(?:y|ies)|balances?)\b",
    re.I,
)
IN_MILLIONS = re.compile(r"[£$€]\s?mn?\b|\bmillions?\b", re.I)
ONE = "one"  # the unit of the bare word, which mostly counts nothing: "one of the", "no one"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit: "£", "$", "€", "%", ``ONE`` or none."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states. ``periods`` are keys of ``qa.periods``, ``times`` minutes after midnight."""

    figures: frozenset[Figure]
    periods: frozenset[str]
    times: frozenset[int]
    codes: frozenset[str]
    measures: frozenset[str]


@lru_cache(maxsize=20_000)
def facts(text: str) -> Facts:
    """The facts of a text."""
    flat = " ".join(text.translate(HYPHENS).split())
    flat = YEARS.sub(lambda m: m[0] if int(m[2]) == int(m[1]) + 1 else f"{m[1]} to {m[2]}", flat)
    told: set[str] = set()

    def period(match: re.Match[str]) -> str:
        keys = periods(match[0].strip())
        told.update(keys)
        return " ; " if keys else match[0]

    rest = STUCK.sub(" ", ABOUT.sub("", flat))
    for pattern in (ISO, NUMERIC, MONTH_DAY, DAY_MONTH, MONTH_YEAR, FINANCIAL, YEAR, QUARTER):
        rest = pattern.sub(period, rest)
    times, rest = _times(rest)
    found, rest = _amounts(rest)
    codes = frozenset(code for m in CODE.finditer(rest) if (code := m[0].strip("./-").lower()))
    return Facts(found, frozenset(told), times, codes, frozenset(w.lower() for w in tokens(rest)) & MEASURES)


def _times(text: str) -> tuple[frozenset[int], str]:
    times: set[int] = set()
    for pattern in (TIMED, CLOCK):
        for match in pattern.finditer(text):
            times.add(_minutes(match, (match.groupdict().get("half") or "").lower()))
        text = pattern.sub(" ; ", text)
    return frozenset(times), text


def _minutes(match: re.Match[str], half: str) -> int:
    hour = int(match["hour"])
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + int(match["minute"] or 0)


def _amounts(text: str) -> tuple[frozenset[Figure], str]:
    found: list[tuple[re.Match[str], Figure]] = []
    for match in AMOUNT.finditer(text):
        found.append(
            (
                match,
                _figure(
                    match, Decimal(match["number"].replace(",", "")), (match["sign"] or "").upper().replace("GBP", "£")
                ),
            )
        )
    figures = {figure for _, figure in found}
    for (match, figure), (after, following) in pairwise(found):
        if not match["scale"] and not match["share"] and RANGE.fullmatch(text[match.end() : after.start()]):
            scale = SCALES[after["scale"].lower()] if after["scale"] else 1
            figures -= {figure, following}
            figures.add(Figure(figure.value * scale, following.unit or figure.unit))
            figures.add(Figure(following.value, following.unit or figure.unit))
    rest = AMOUNT.sub(" ; ", text)
    for match in WORDED.finditer(rest):
        value = IN_WORDS[match["number"].lower()] + (IN_WORDS[match["more"].lower()] if match["more"] else 0)
        figure = _figure(match, Decimal(value), "")
        figures.add(Figure(figure.value, ONE) if match[0].lower() == "one" else figure)
    return frozenset(figures), WORDED.sub(" ; ", rest)


def _figure(match: re.Match[str], number: Decimal, sign: str) -> Figure:
    scale = SCALES[match["scale"].lower()] if match["scale"] else 1
    return Figure((number * scale).normalize(), sign or ("%" if match["share"] else ""))


def unknown_figures(said: Facts, known: Facts, text: str, headers: str = "") -> list[Figure]:
    """The figures said that are not known. ``text`` is that of what is known, ``headers`` what it stands under.

    Their signs may belong to bare figures; where the headers say "£000", a bare "4,560" is no "£4,560".
    """
    low = text.lower()
    scales = [10**3] * bool(IN_THOUSANDS.search(headers)) + [10**6] * bool(IN_MILLIONS.search(headers)) or [1]
    money = MONEY_TOLD.search(text)
    bare = {figure.value for figure in known.figures if figure.unit in {"", ONE}}
    missing = []
    for figure in said.figures:
        shown = (
            figure.unit in low
            or (figure.unit == "£" and money)
            or (figure.unit == "%" and re.search(r"per\s?cent", low))
        )
        if figure in known.figures or figure.unit == ONE or (not figure.unit and figure.value in bare):
            continue
        if figure.unit and shown and any((figure.value / scale).normalize() in bare for scale in scales):
            continue
        missing.append(figure)
    return missing


def unknown_periods(said: Facts, known: Facts) -> list[str]:
    """The dates and periods said that are not known; a day printed without its year may borrow a year known."""
    return [key for key in said.periods if not _known_period(key, known.periods)]


def _known_period(key: str, known: Collection[str]) -> bool:
    if key in known:
        return True
    if dated := re.fullmatch(r"([dm])(\d{4})(-.+)", key):
        grain, year, rest = dated.groups()
        yearless = f"{grain}{rest}" in known
        elsewhere = any(re.fullmatch(rf"{grain}\d{{4}}{rest}", other) for other in known)
        return yearless and not elsewhere and _known_period(f"y{year}", known)
    if key[0] == "y":
        year = int(key[1:])
        return f"f{year}" in known or f"f{year - 1}" in known
    return key[0] == "f" and {f"y{key[1:]}", f"y{int(key[1:]) + 1}"} <= set(known)


def unknown_times(said: Facts, known: Facts, text: str) -> list[int]:
    """The times of day said that are not known; ``text`` is that of what is known, which may write "10.30"."""
    loose = {_minutes(match, "") for match in DOTTED.finditer(text)} | known.times
    if re.search(r"\b(?:noon|midday)\b", text, re.I):
        loose.add(12 * 60)
    return [time for time in said.times if time not in loose and time - 12 * 60 not in loose - known.times]


def unknown_codes(said: Facts, known: Facts) -> list[str]:
    """Minute numbers, references and the like said that are not known."""
    return sorted(said.codes - known.codes) + sorted(said.measures - known.measures)


def unknown_names(said: str, known: str) -> list[str]:
    """The capitalised words said that do not stand in what is known, less titles, roles and what opens a sentence.

    An acronym counts as known where its words are, and the words where their acronym is.
    """
    stems_known = {stem(word) for token in WORD.findall(known) for word in (token, *token.split("-"))}
    initials_known = "".join(w[0] for w in WORD.findall(known) if w.lower() not in {"and", "of", "the", "for"}).lower()
    missing: list[str] = []
    for run in NAME_RUN.finditer(said):
        words = [POSSESSIVE.sub("", word) for word in WORD.findall(run[0])]
        named = [word for word in words if word.lower() not in STOPWORDS]
        before = said[: run.start()].rstrip()
        opens = not before or before[-1] in ".?!:•“(" + '"'
        alone = opens and len(words) == 1 and not PERSONAL.match(said, run.end())
        spelled = "".join(word[0] for word in named if word[0].isupper())
        if len(spelled) > 1 and spelled.lower() in {token.lower() for token in tokens(known)}:
            continue
        for at, word in enumerate(words):
            low = word.lower()
            if low == "gbp" or low in IN_WORDS or (low[:3] in MONTHS and MONTH_YEAR.fullmatch(word)):
                continue  # figures and dates are compared by value
            if alone or low in STOPWORDS or low in TITLES or len(word) < 2 or stem(word) in BODIES | stems_known:
                continue
            if (opens and at == 0 and low in OPENING) or low in NUMERATION:
                continue
            if word.isupper() and low in initials_known:
                continue
            if not word[0].isupper() or any(stem(part) in stems_known for part in word.split("-") if len(part) > 2):
                continue
            missing.append(word)
    return missing


def unknown_quotes(said: str, known: str) -> list[str]:
    """What is said in quotation marks and does not stand word for word in what is known."""
    haystack = _plain(known)
    quotes = [next(part for part in match.groups() if part) for match in QUOTED.finditer(said)]
    return [quote for quote in quotes if _plain(quote).rstrip(" .,;:") not in haystack]


def _plain(text: str) -> str:
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return " ".join(text.split()).lower()
