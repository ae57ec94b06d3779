"""Whose papers these are: the council, NHS body or city that they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.bodies import plain_case

_NO_PLACE = r"(?:City|Council|Commission|Planning|Page|Staff|Department|Clerk|Mayor|Board|Comprehensive|Code|Zoning)\b"
NO_COUNCIL = re.compile(
    r"(?:county|city|borough|district|town|parish|unitary)\s+council|.*\b(?:mayor|honorable|members|agenda|approval|commission|committee|meeting)\b.*",
    re.I,
)
# Not within a word: else each letter of a long run of them would be tried as a name's first
_STARTS = r"(?<!\w)(?<!\w[-'’])"
COUNCIL: tuple[re.Pattern[str], ...] = (
    # "Exshire County Council", "LONDON BOROUGH OF EXFORD", "Royal Borough of Exwick", "City of Exville Council"
    re.compile(
        _STARTS + r"(?P<name>(?:[A-Z][\w'’-]+\s+(?:and\s+|&\s+|upon\s+|on\s+|of\s+|with\s+|in\s+)?(?:the\s+)?){1,4}"
        r"(?:(?:Metropolitan\s+)?(?:County|Borough|City|District|Unitary|Town|Parish)\s+Council|(?:Combined"
        r"|Fire)\s+Authority))\b"
    ),
    re.compile(
        r"(?P<name>(?:London|Royal|Metropolitan)\s+Borough\s+of\s+(?:[A-Z][\w'’-]+\s*(?:and\s+|upon\s+)?){1,4})"
    ),
    # "NHS Exshire Integrated Care Board", "NHS Exshire and Exwick ICB", "Exford Hospitals NHS Foundation Trust"
    re.compile(
        r"(?P<name>NHS\s+(?:[A-Z][\w'’-]+,?\s+(?:and\s+|&\s+)?){1,6}(?:Integrated\s+Care\s+Board|ICB"
        r"|Clinical\s+Commissioning\s+Group))"
    ),
    re.compile(_STARTS + r"(?P<name>(?:[A-Z][\w'’-]+,?\s+(?:and\s+|&\s+|of\s+)?){1,6}NHS\s+(?:Foundation\s+)?Trust)"),
    # "City of Exville", "Town of Exton"
    re.compile(rf"(?P<name>(?:City|Town|County|Village)\s+of\s+(?:(?!{_NO_PLACE})[A-Z][\w-]+\s*){{1,3}})"),
)
_CAPITALS = re.compile(_STARTS + r"(?:[A-Z][A-Z'’&-]+\s+){1,5}(?:COUNCIL|TRUST|BOARD|AUTHORITY)\b")
# "kim.smith@exshire.gov.uk", and where the line broke: ".gov.uk" after "a.b@exshire"
DOMAIN = re.compile(r"@\s?(\w[\w-]{2,})\b|\b(\w{3,})\.gov\.uk", re.I)
# Bodies that only a council has: "Cabinet", "Health and Wellbeing Board", "Adults Scrutiny Panel"
OF_A_COUNCIL = re.compile(
    r"cabinet|health\s*(?:and|&)\s*well-?\s?being\s+board|scrutiny|planning|licensing|council\b|standards", re.I
)
OFTEN = 3  # mentions that settle the council where the front does not name it


def councils_in(text: str) -> Iterator[str]:
    """The councils, NHS bodies and cities that a line names."""
    plain = _CAPITALS.sub(lambda found: plain_case(found[0]), text.replace("\t", "  "))
    for pattern in COUNCIL:
        for match in pattern.finditer(plain):
            name = " ".join(re.sub(r"^(?:(?:The|At|In|For|By|To|From|And|Of)\s+)+", "", match["name"]).split()).strip(
                " ,"
            )
            name = re.sub(r"^.*\b(?:Board|Committee|Panel|Cabinet)\s+of\s+(?:the\s+)?", "", name)
            if not NO_COUNCIL.fullmatch(name):
                yield name


def council_of(front: Sequence[str], mentioned: Iterable[str]) -> str | None:
    """The council or NHS body whose paper this is: of those named on the front, or by far most often in the rest,
    the one that the e-mail addresses on the front belong to; None where that is open."""
    named = Counter(name for line in front for name in councils_in(line))
    everywhere = named + Counter(mentioned)
    domains = {(found[1] or found[2]).lower() for line in front for found in DOMAIN.finditer(line)}
    for names in (named, everywhere):
        for name, _ in names.most_common():
            if any(_initial(name).startswith(domain) for domain in domains):
                return name
    text = " ".join(front).lower()
    for name, _ in everywhere.most_common() if not named else ():
        place = name.lower().split()[0]  # "Town Hall, Exford" on the front, "Exford Borough Council" in the papers
        if len(place) > 3 and name.endswith("Council") and re.search(rf"\b{re.escape(place)}\b", text):
            return name
    for names, enough in ((named, 1), (everywhere, OFTEN)):
        ranked = names.most_common(2)
        if ranked and ranked[0][1] >= enough and (len(ranked) == 1 or ranked[0][1] > 2 * ranked[1][1]):
            return ranked[0][0]
    return named.most_common(1)[0][0] if named else None


def fitting(body: str | None, councils: Iterable[str]) -> list[str]:
    """The names among which a body's council can be: a cabinet is no NHS trust's."""
    names = list(councils)
    return [name for name in names if "NHS" not in name] if body and OF_A_COUNCIL.search(body) else names


def _initial(name: str) -> str:
    return (
        re.sub(r"^(?:NHS|(?:London |Royal )?Borough of|(?:City|Town) of)\s+|\W", "", name, flags=re.I)
        .replace(" ", "")
        .lower()
    )
