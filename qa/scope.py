"""What a question is about: which council, body and meetings of those indexed, so that no other's answer is given."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from index.records import StoredPack
from qa.periods import periods
from qa.question import Analysis
from qa.words import STOPWORDS, stem, stems

NAMES_KEPT = 4096  # of councils, bodies and files, with their words
# Words that many councils' and trusts' names, files and bodies share: none of them tells one from another.
GENERIC = frozenset(
    stem(word)
    for word in """council councils county borough city district metropolitan town parish unitary royal authority board
    committee cabinet executive panel commission assembly forum group team partnership agency
    association health wellbeing well being care social integrated trust foundation nhs icb ccg hospital
    hospitals university services service public private agenda pack document documents report reports
    minutes printed meeting full joint supplement supplementary special extraordinary annual general
    governing governors member members overview scrutiny audit planning licensing standards corporate
    policy resources finance performance quality people children adult adults appendix item items draft
    final combined bundle papers paper presentation slides plan strategy review north south east west
    central greater new upper lower great saint st upon and hwb pdf version update january february
    march april may june july august september october november december""".split()
)
# The usual short forms of English counties in post and speech.
COUNTY_SHORT = {
    "beds": "bedfordshire", "berks": "berkshire", "bucks": "buckinghamshire", "cambs": "cambridgeshire",
    "derbys": "derbyshire", "glos": "gloucestershire", "hants": "hampshire", "herts": "hertfordshire",
    "hunts": "huntingdonshire", "lancs": "lancashire", "leics": "leicestershire", "lincs": "lincolnshire",
    "middx": "middlesex", "northants": "northamptonshire", "northumb": "northumberland", "notts": "nottinghamshire",
    "oxon": "oxfordshire", "salop": "shropshire", "shrops": "shropshire", "staffs": "staffordshire",
    "warks": "warwickshire", "wilts": "wiltshire", "worcs": "worcestershire", "yorks": "yorkshire",
}  # fmt: skip
# "Wokingham Borough Council", "Leeds City Council's", "Sefton Council"
WORD = re.compile(r"[A-Za-z](?:[\w&-]|['’](?!s?\b))*")
COUNCIL = re.compile(
    r"\b((?:[A-Z][\w'’-]+ (?:and |& |upon |of )?){1,4}?)(?:(?:Metropolitan|County|City|Borough|District|Town|Parish) )*"
    r"Council\b"
)


@dataclass(frozen=True, slots=True)
class Aim:
    """Where to look. ``packs`` are ids, None for all; ``boosted`` packs are preferred among them.

    ``told`` are the stems with which the question names the council, body or meeting (they need not stand in the
    answering sentence). ``unknown`` is the council that the question names and that no pack is of, if any.
    """

    packs: frozenset[str] | None = None
    boosted: frozenset[str] = frozenset()
    told: frozenset[str] = field(default_factory=frozenset)
    unknown: str | None = None


def naming(question: Analysis, packs: Sequence[StoredPack]) -> dict[str, str]:
    """The words of the question that stand in the name of a council, body or file, by their stems."""
    named = frozenset().union(
        *(_place_words(p.record.council, p.record.body) | _file_words(p.record.file) for p in packs)
    )
    return {stem(word): word for word in _words(question) if stem(word) in named}


def aim(question: Analysis, packs: Sequence[StoredPack], plain: Set[str] = frozenset()) -> Aim:
    """Decide which packs a question is about from the names, acronyms and dates in it.

    ``plain`` are stems of everyday words: they name nothing by themselves, unless a name has no other words and the
    question writes them as one.
    """
    own = {pack.id: _place_words(pack.record.council, pack.record.body) for pack in packs}
    words = _words(question)
    asked = {stem(word) for word in words if word.lower() not in STOPWORDS}
    known = frozenset().union(*own.values())
    # "the Worcester meeting", where only Worcestershire's papers are here
    shires = {stem(word): stem(f"{word}shire") for word in words if stem(word) not in known}
    asked |= set(shires.values()) & known
    short = {word.upper() for word in words}
    told: set[str] = set()
    chosen: set[str] = set()
    named_files: set[str] = set()
    for pack in packs:
        hits = _named(own[pack.id], asked, plain, question)
        # what a file is called says what it is about, but others may be about that too: preferred, no more
        in_file = _file_words(pack.record.file) & asked - told
        if in_file - plain or len(in_file) > 1:
            named_files.add(pack.id)
        initials = {a for a in _initials(pack.record.council) if a in short}
        if hits or initials:
            chosen.add(pack.id)
            told |= hits | {stem(a) for a in initials}
    told |= {stem(word) for word in re.findall(r"[a-z]+", question.text.lower()) if word in COUNTY_SHORT}
    told |= {word for word, shire in shires.items() if shire in told}
    unknown = _unknown_council(question.text, packs, own)
    if unknown and not chosen:
        return Aim(unknown=unknown, told=frozenset(told))
    bodies = {pack.id for pack in packs if _names_body(question.text, pack)}
    told |= {part for pack in packs if pack.id in bodies for part in stems(pack.record.body or "")}
    if bodies:
        told |= {stem(w) for w in short if any(w in _initials(p.record.body) for p in packs)}
    narrowed = chosen & bodies if chosen & bodies else chosen
    near = _meeting_then(question, packs)
    if len({pack.record.council for pack in packs if pack.record.council}) > 1:
        # a paper that does not name its council may be this one's if its file does
        allowed = chosen | {
            p.id for p in packs if p.record.council is None and _file_words(p.record.file) & asked - plain
        }
    else:
        allowed = set()
    return Aim(
        packs=frozenset(allowed) if chosen and allowed else None,
        boosted=frozenset((narrowed & near) or near or (narrowed if chosen and bodies else bodies) or named_files),
        told=frozenset(told),
    )


def _words(question: Analysis) -> list[str]:
    return [COUNTY_SHORT.get(word.lower(), word) for word in WORD.findall(question.text)]


def _named(name: Set[str], asked: Set[str], plain: Set[str], question: Analysis) -> Set[str]:
    """The asked words that name what has this name."""
    telling = name & asked - plain
    if telling or name - plain:
        return name & asked if telling else frozenset()
    return name & asked & question.names


@lru_cache(maxsize=NAMES_KEPT)
def _place_words(council: str | None, body: str | None) -> frozenset[str]:
    text = " ".join(part for part in (council, body) if part)
    return frozenset(
        s for s in (stem(COUNTY_SHORT.get(w.lower(), w)) for w in re.findall(r"[A-Za-z]{3,}", text))
        if s not in GENERIC and s not in STOPWORDS
    )  # fmt: skip


@lru_cache(maxsize=NAMES_KEPT)
def _file_words(file: str) -> frozenset[str]:
    words = re.findall(r"[A-Za-z]{3,}", file.removesuffix(".pdf").replace("_", " "))
    return frozenset(s for s in map(stem, words) if s not in GENERIC and s not in STOPWORDS)


@lru_cache(maxsize=NAMES_KEPT)
def _initials(name: str | None) -> frozenset[str]:
    """ "HWB", "HWBB" for Health and Wellbeing Board, "KCC" for Kent County Council, "O&S" for Overview and Scrutiny."""
    if not name:
        return frozenset()
    words = re.findall(r"[A-Za-z]+|&", name)
    content = [w for w in words if w.lower() not in ("and", "of", "the", "for", "&")]
    if len(content) < 2:
        return frozenset()
    found = {"".join(w[0] for w in content).upper()}
    split = re.sub(r"(?i)\bwell-?being\b", "well being", name)
    found.add(
        "".join(w[0] for w in re.findall(r"[A-Za-z]+", split) if w.lower() not in ("and", "of", "the", "for")).upper()
    )
    if len(words) > len(content):
        found.add(
            "".join(
                "&" if w.lower() in ("and", "&") else w[0].upper()
                for w in words
                if w.lower() not in ("of", "the", "for")
            )
        )
    return frozenset(f for f in found if len(f) >= 2)


@lru_cache(maxsize=NAMES_KEPT)
def _sort_initials(body: str) -> frozenset[str]:
    """ "ICB" for NHS Orrindale and Lowmoor Integrated Care Board: of the words that tell what sort of body it is."""
    sort = list(takewhile(lambda word: stem(word) in GENERIC, reversed(re.findall(r"[A-Za-z]+", body))))
    content = [word for word in reversed(sort) if word.lower() not in STOPWORDS]
    return frozenset({"".join(word[0] for word in content).upper()} if len(content) > 2 else ())


def _names_body(text: str, pack: StoredPack) -> bool:
    body = pack.record.body
    if not body:
        return False
    plain = _plain(text)
    return _plain(body) in plain or any(
        re.search(rf"(?<![\w&]){re.escape(i)}(?![\w&])", text, re.I) for i in _initials(body) | _sort_initials(body)
    )


def _plain(text: str) -> str:
    low = text.lower().replace("&", " and ")
    low = re.sub(r"\bwell[- ]being\b", "wellbeing", low)
    return " ".join(re.findall(r"[a-z0-9]+", low))


def _meeting_then(question: Analysis, packs: Sequence[StoredPack]) -> set[str]:
    """The packs of the day that is asked for, or else of the month."""
    dated = [(pack.id, pack.record.meeting_date) for pack in packs if pack.record.meeting_date]
    on_day = {pack for pack, day in dated if f"d{day.isoformat()}" in question.periods}
    if on_day or any(p.startswith("d2") for p in question.periods):
        return on_day
    return {pack for pack, day in dated if f"m{day:%Y-%m}" in question.periods}


def _unknown_council(text: str, packs: Sequence[StoredPack], own: dict[str, frozenset[str]]) -> str | None:
    known = frozenset().union(*own.values()) if own else frozenset()
    for match in COUNCIL.finditer(text):
        distinct = {s for s in stems(match.group(1)) if s not in GENERIC and s not in STOPWORDS}
        if distinct and known and not distinct & known and any(pack.record.council for pack in packs):
            return match.group().strip()
    return None


def agreement(question: Analysis, text: str) -> float:
    """How the periods of ``text`` fit those of the question: 1 agrees, 0 says nothing, -1 speaks of another one."""
    told = years(periods(text))
    best = 0.0
    for asked in question.periods:
        kind = asked[0]
        if asked[1:2] == "-" or kind not in "dfmqy":
            continue
        there = {p for p in told if p[0] == kind and p[1:2] != "-"}
        if asked in there:
            return 1.0
        if there:
            best = -1.0
    return best


def years(told: Set[str]) -> frozenset[str]:
    """The periods and the years they lie in: a month or day in one calendar and one financial year; a year that is
    told bare may mean the financial year that begins or ends in it, a financial year either of its two years."""
    found = set(told)
    for period in told:
        if re.fullmatch(r"[dm]\d{4}-\d\d.*", period):
            year, month = int(period[1:5]), int(period[6:8])
            found |= {f"y{year}", f"f{year if month >= 4 else year - 1}"}
    dated = {p[1:5] for p in told if re.fullmatch(r"[dm]\d{4}-\d\d.*", p)}
    for period in told:
        if period[0] == "f":
            found |= {f"y{period[1:]}", f"y{int(period[1:]) + 1}"}
        elif period[0] == "y" and period[1:] not in dated:
            found |= {f"f{period[1:]}", f"f{int(period[1:]) - 1}"}
    return frozenset(found)
