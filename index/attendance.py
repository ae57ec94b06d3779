"""Who was at a meeting: lists, tables and sentences of those present, in attendance and sorry to be away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from index.minutes import NAME
from index.paragraphs import Paragraph
from index.record_model import Attendee, Said

# "Present:", "Members present:", "BOARD MEMBERS PRESENT IN PERSON:", "Also attended", "Officers:", "Apologies"
LABEL = re.compile(
    r"(?P<label>(?:(?:also|board|committee|council|full|voting|other|members?|officers?|staff|those|trustees|governors|"
    r"directors|elected|co-opted|associate|non-voting|councillors)\s+){0,3}"
    r"(?:present|in\s+attendance|attendees|attendance|attended|attending|invited|apologies(?:\s+for\s+(?:absence"
    r"|non-attendance)"
    r"|\s+received)?|absent|absence|not\s+present|excused|members|officers|observers|voting\s+members"
    r"|non-voting\s+members)"
    r"(?:\s+(?:in\s*person|virtually|remotely|via\s+\w+|online|with\s+notification|members)){0,2}"
    r"(?:\s+(?:and|/|not)?\s*(?:counting\s+toward\s+quorum|arrived\s+late|left\s+early))?(?:\s*\((?:voting"
    r"|non-voting)\))?)"
    r"\s*(?::|\t|$)\s*",
    re.I,
)
# "Apologies were received from Cllr Vine, for whom no substitute came."
FROM = re.compile(
    r"\bapologies\b[^.]{0,60}?\b(?:were|was|had\s+been|have\s+been|received|given|submitted"
    r"|tendered)?[^.]{0,30}?\b(?:from|on\s+behalf\s+of"
    r"|by)\s+(?P<names>[^.]*(?:\.\s?[A-Z][^.]*)*)",
    re.I,
)
SENT = re.compile(
    rf"(?P<names>{NAME.pattern})\s+(?:had\s+)?(?:sent|given|gave|offered)\s+(?:his|her|their)?\s*apologies", re.I
)
INITIALS = re.compile(r"\(\s*(?P<initials>[A-Z][A-Za-z’'-]{1,4})\s*\)")
TITLES = re.compile(
    r"(?:Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev(?:erend)?|Supt|Superintendent"
    r"|Inspector"
    r"|Commissioner|The\s+Mayor)\b\.?\s*"
)
STATUS = {
    "present": "present",
    "late": "present",
    "remote": "present",
    "absent": "apologies",
    "excused": "apologies",
    "apologies": "apologies",
    "apology": "apologies",
}
NOBODY = re.compile(r"(?:none|nil|n/a|no\s+one|nobody|there\s+were\s+(?:none|no\b.*))\.?", re.I)
# words that begin no name
NO_NAME = re.compile(
    r"(?:The|There|This|It|Meeting|Chair|Action|Item|Agenda|Page|Council|Committee|Board|None|Full|Also|Quorum"
    r"|Minutes|For|In|Date|Time|OBE|MBE|CBE|JP|KC"
    r"|Place|Venue|Members?|Officers?|Apologies|Absence|County|City|District|Manhattan|Hall|Room|Unrestricted"
    r"|Members)\b"
)


def people_in(head: Sequence[Paragraph], apologies: Sequence[Paragraph] = ()) -> tuple[Attendee, ...]:
    """The people named in the ``head`` of minutes (what stands before the first minute) and in the minutes on
    ``apologies``, each once, with initials where these are theirs alone."""
    found = list(_listed(head))
    for one in apologies:
        for match in [*FROM.finditer(one.text), *SENT.finditer(one.text)]:
            names = re.split(r",\s*(?:for\s+whom|who)\b|\s+for\s+whom\b", match["names"])[0]
            found += [replace(person, presence="apologies") for person in _people(one, names, "apologies")]
    return _with_initials(_once(found))


def chair_of(people: Iterable[Attendee]) -> str | None:
    """The person whose role is to chair; None where nobody's is."""
    for person in people:
        if person.presence == "present" and re.match(
            r"(?:in\s+the\s+)?chair(?:man|woman|person)?\b(?!\s+of)", person.role or "", re.I
        ):
            return person.name
    return None


def named(text: str, people: Sequence[Attendee]) -> tuple[str, ...]:
    """Whom "LM / AS", "LGi, with the Chairman" or "Dr Sesay" stand for, in full; as printed where unknown."""
    found: list[str] = []
    if re.fullmatch(r"[A-Z][A-Za-z’']{1,2}(?:\s+[A-Z][A-Za-z’']{1,2})+", text.strip()):  # "SS AW"
        text = ", ".join(text.split())
    for part in re.split(r"\s*(?:[/&,;+]|\band\b|\bwith\b)\s*", " ".join(text.split())):
        plain = re.sub(r"^(?:the|and)\s+", "", part.strip(" .:()[]"), flags=re.I)
        if plain:
            found.append(_person(plain, people) or part.strip(" .:()[]"))
    return tuple(dict.fromkeys(found))


def _person(text: str, people: Sequence[Attendee]) -> str | None:
    exact = [one for one in people if one.initials and one.initials.replace("’", "'") == text.replace("’", "'")]
    if not exact and re.fullmatch(r"chair(?:man|woman|person)?", text, re.I):
        return chair_of(people)
    if not exact:
        surname = TITLES.sub("", text).split(" ")[-1].lower()
        exact = [one for one in people if len(surname) > 2 and one.name.lower().split(" ")[-1] == surname]
    return exact[0].name if len(exact) == 1 else None


def _listed(head: Sequence[Paragraph]) -> Iterator[Attendee]:
    presence = ""
    columns: list[str] = []
    for one in head:
        if one.cells:
            cells = [one.cell(place).text for place in range(len(one.cells))]
            if (
                not columns
                and len(cells) > 2
                and any(cell.strip().lower() in (*STATUS, "status", "attendance") for cell in cells)
            ):
                columns = [cell.strip().lower() for cell in cells]
                continue
            if columns:
                yield from _by_columns(one, cells, columns)
                continue
            label = LABEL.fullmatch(cells[0].strip() + ":") if cells[0].strip() else None
            if label:
                presence = _presence(label["label"])
                if len(cells) > 1 and cells[1].strip():
                    yield from _people(one, cells[1], presence)
                continue
            if presence and cells[0].strip():
                yield from _row(one, cells, presence)
            continue
        columns = []
        text = one.text[one.begins :] if one.label and not re.fullmatch(r"[A-Z]\.", one.label) else one.text
        label = LABEL.match(text)
        if label and (label[0].rstrip().endswith((":", "\t")) or label.end() >= len(text.split("\n")[0]) - 1):
            presence = _presence(label["label"])
            rest = text[label.end() :]
            if rest.strip():
                yield from _people(one, rest, presence)
        elif presence and not re.match(r"[A-Z][\w ()/&’'-]{2,50}:(?:\s|$)", text) and not _prose(text):
            yield from _people(one, text, presence)
        else:
            presence = ""


def _prose(text: str) -> bool:
    return bool(re.search(r"\b(?:was|were|had|the meeting|unrestricted|items? dealt|agenda|matters)\b", text, re.I))


def _presence(label: str) -> str:
    label = label.lower()
    if re.search(r"apolog|absen|not present|excused", label):
        return "apologies"
    if re.search(r"attendees", label):
        return "present"
    return "in attendance" if re.search(r"attend|also|invited|officers|staff|observers|elected", label) else "present"


def _by_columns(one: Paragraph, cells: Sequence[str], columns: Sequence[str]) -> Iterator[Attendee]:
    """A row of a table with a column for the status, or one for each status with a mark in it."""
    if "status" in columns and len(cells) > columns.index("status"):
        status = STATUS.get(cells[columns.index("status")].strip().lower())
        role = next(
            (cells[k] for k, name in enumerate(columns) if name in ("title", "role", "position") and k < len(cells)), ""
        )
    else:
        marked = [columns[k] for k in range(1, min(len(cells), len(columns))) if cells[k].strip()]
        status, role = (STATUS.get(marked[0]) if len(marked) == 1 else None), ""
    name = cells[0].strip()
    if status and name and re.match(r"[A-Z]", name):
        yield Attendee(" ".join(name.split()), role.strip() or None, status, None, one.cell(0).spans)


def _row(one: Paragraph, cells: Sequence[str], presence: str) -> Iterator[Attendee]:
    found = INITIALS.search(cells[0])
    name = " ".join(re.sub(r"\([^)]*\)", "", cells[0]).split()).strip(" ,.")
    if re.fullmatch(NAME.pattern, name) and not NO_NAME.match(name):
        role = " ".join(cells[1].split()) if len(cells) > 1 else ""
        yield Attendee(name, role or None, presence, found["initials"] if found else None, one.cell(0).spans)


def _people(one: Paragraph, names: str, presence: str) -> Iterator[Attendee]:
    """The people in a list of names; roles stand in brackets or after a dash."""
    names = re.sub(r"\(\d+\)", "", names)
    lines = re.split(rf"\n(?={NAME.pattern}\s+[–-]\s)", names) if re.search(r"\s[–-]\s", names) else [names]
    for line in lines:
        flat = " ".join(line.split())
        dashed = re.fullmatch(rf"(?P<name>{NAME.pattern})\s+[–-]\s*(?P<role>.*)", flat)
        # "Jo Lamb (JL), Chair; Ravi Nair (RN)": between semicolons a comma begins a role
        roles = ";" in flat and all(re.match(NAME.pattern, part.strip()) for part in flat.strip("; .").split(";"))
        parts = (
            [flat]
            if dashed
            else flat.split(";")
            if roles
            else re.split(r"\s*[;,]\s*(?![^(]*\))(?:and\s+)?|\s+and\s+(?=[A-Z])(?![^(]*\))", flat)
        )
        for part in parts:
            yield from _one(one, part.strip(" .,;"), presence)


def _one(one: Paragraph, text: str, presence: str) -> Iterator[Attendee]:
    if not text or NOBODY.fullmatch(text):
        return
    found = re.match(rf"(?P<name>{NAME.pattern})\s*(?P<rest>.*)$", text)
    if not found or NO_NAME.match(TITLES.sub("", found["name"])):
        return
    rest = found["rest"]
    brackets = re.findall(r"\(([^)]*)\)", rest)
    initials = next(
        (b for b in brackets if re.fullmatch(r"[A-Z][A-Za-z’']{1,3}", b) and b[:1] == _first(found["name"])), None
    )
    role = next((b for b in brackets if b != initials), None) or re.sub(r"\([^)]*\)", "", rest).strip(" ,–-") or None
    if rest and not brackets and not re.match(r"[–,-]", rest):
        return
    name = re.sub(r"^(?:Councillors|Cllrs)\.?\s+", "", found["name"]).strip(" .")
    yield Attendee(name, role, presence, initials, _place(one, name).spans)


def _first(name: str) -> str:
    return TITLES.sub("", name)[:1]


def _place(one: Paragraph, name: str) -> Said:
    found = re.search(r"\s+".join(re.escape(word) for word in name.split()), one.text)
    return one.slice(found.start(), found.end()) if found else one.said()


def _once(people: Iterable[Attendee]) -> list[Attendee]:
    seen: dict[str, Attendee] = {}
    for person in people:
        key = TITLES.sub("", person.name).lower()
        if key and key not in seen:
            seen[key] = person
    return list(seen.values())


def _with_initials(people: Sequence[Attendee]) -> tuple[Attendee, ...]:
    """Printed initials kept where one person has them; where none are printed, those of the names."""
    printed = Counter(person.initials for person in people if person.initials)
    own = [replace(p, initials=p.initials if p.initials and printed[p.initials] == 1 else None) for p in people]
    taken = {p.initials for p in own if p.initials}
    made = Counter(_initials(p.name) for p in own if not p.initials)
    return tuple(
        p
        if p.initials or made[_initials(p.name)] > 1 or _initials(p.name) in taken or len(_initials(p.name)) < 2
        else replace(p, initials=_initials(p.name))
        for p in own
    )


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s]+", TITLES.sub("", name)) if word[:1].isupper())
