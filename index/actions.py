"""What somebody is to do: actions noted in minutes, in their margin and columns, and in action logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from index.attendance import named
from index.meeting import dates_in
from index.minute_series import MinuteText
from index.paragraphs import Paragraph, rows_under
from index.record_model import Action, Attendee, Decision, Said
from index.sentences import sentences
from index.votes import PERSON

# "Action: LM / AS", "Action 05/03: IP to give the figure", "ACTION – KW", "Actions agreed: …"
ACTION = re.compile(
    r"\W*actions?(?:\s+(?:agreed|points?|by|for|required))?\s*(?P<ref>[A-Z]{0,5}[\d][\w/.-]*)?\s*[:–-]\s*", re.I
)
# "Actions:", "Agreed actions", "Action points": a list of actions follows
LIST_HEAD = re.compile(r"(?:agreed\s+|key\s+)?actions?(?:\s+(?:points?|agreed|arising|required))?\s*[:–-]?", re.I)
INLINE = re.compile(r"[(\[]\s*actions?\s*(?:by|for)?\s*[:–-]\s*(?P<owner>[^)\]]{2,60})[)\]]", re.I)
INITIALS = r"[A-Z][A-Za-z’']{1,3}"
BARE = re.compile(r"[A-Z]{2,3}[a-z]?")  # initials where nobody is known by them: "None" and "NOTE" are words
# "LM / AS", "LGi, with the Chairman", "Dr Sesay", "All"
OWNERS = re.compile(
    rf"(?:(?:{INITIALS}|{PERSON}|[Tt]he\s+\w+|All|all)(?:\s*(?:/|&|,|\+|\band\b|,?\s*with)\s*(?:{INITIALS}"
    rf"|{PERSON}|[Tt]he\s+\w+))*)"
)
OWNER_TO = re.compile(rf"(?P<owner>{OWNERS.pattern})\s+(?:to|will|would|is\s+to|are\s+to)\s+(?=[a-z])")
OWNER_LAST = re.compile(
    rf"\s[–—-]\s*(?P<owner>{OWNERS.pattern})\s*\.?\s*$|\(\s*(?P<in>{INITIALS}(?:\s*[/&,]\s*{INITIALS})*)\s*\)\s*\.?\s*$"
)
_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)"
    r"(?:\s+20\d\d)?"
)
# "by 14 June", "by the end of September", "within ten working days", "at the next meeting", "from September"
DUE = re.compile(
    rf"\b(?P<due>(?:by|before|for|in|from|no\s+later\s+than|at)\s+(?:{_DAY}|the\s+(?:next|following)\s+(?:meeting"
    rf"|board)|(?:the\s+)?end\s+of\s+\w+"
    rf"(?:\s+20\d\d)?)|within\s+\w+\s+(?:working\s+)?(?:days|weeks|months))\b"
)
# "The Place Director undertook to find out", "Dr Sesay agreed to circulate the figures"
UNDERTOOK = re.compile(
    rf"(?P<owner>{PERSON}|[Tt]he\s+(?:[A-Z][\w’'-]*\s+){{1,5}})\s*(?:undertook|(?:agreed|offered|promised"
    rf"|was\s+asked|were\s+asked)\s+"
    r"(?=to\s+(?:provide|circulate|send|report|find|write|bring|make|share|arrange|check|look|speak|contact"
    r"|confirm|ask|give|take)\b))"
    r"\s*to\s+(?=[a-z])"
)
A_BODY = re.compile(r"\b(?:Board|Committee|Cabinet|Council|Panel|Members|Commission|Trust)\s*$")
# action logs' columns
COLUMNS = {
    "what": re.compile(r"actions?(?:\s+(?:agreed|point|required|description|arising))?", re.I),
    "owner": re.compile(
        r"(?:action\s+)?(?:owner|lead|who|by\s+whom|responsible(?:\s+officer)?|action\s+by|lead\s+officer|officer)",
        re.I,
    ),
    "due": re.compile(r"due(?:\s+date)?|deadline|by\s+when|target(?:\s+date)?|when|timescale|date\s+due", re.I),
    "status": re.compile(r"status|position|progress|update|what\s+has\s+been\s+done|outcome|comments?|response", re.I),
    "ref": re.compile(r"(?:ref(?:erence)?|no|action\s+no|minute|item|#|action\s+ref)\.?(?:\s+(?:no|number))?\.?", re.I),
    "meeting": re.compile(r"(?:date\s+of\s+)?meeting(?:\s+date)?|date(?:\s+raised)?|raised", re.I),
}
CERTAIN, LIKELY, UNSURE = 0.95, 0.85, 0.5


def actions_in(minute: MinuteText, decisions: Sequence[Decision], people: Sequence[Attendee]) -> tuple[Action, ...]:
    """The actions of one minute; ``decisions`` are its own, in order, ``people`` those who may be named by initials."""
    found: list[Action] = []
    before: Paragraph | None = None
    listed = False
    for one in minute.body:
        listed = bool(LIST_HEAD.fullmatch(one.flat)) or (listed and bool(one.label))
        if listed:
            if one.label:
                found.append(_told(one, one.begins, None, None, minute, decisions, people))
        elif one.cells:
            found += _column(one, minute, people)
        elif (head := ACTION.match(one.text)) and head.end() < len(one.text):
            found.append(_told(one, head.end(), head["ref"], before, minute, decisions, people))
        elif re.fullmatch(rf"{INITIALS}(?:\s?[/&,+]\s?{INITIALS}|\s{INITIALS})*", one.flat) and _is_known(
            one.flat, people
        ):
            found.append(_beside(one, before, minute, people))
        else:
            found += _inline(one, minute, people)
            before = one
    return tuple(found)


def _told(
    one: Paragraph,
    start: int,
    ref: str | None,
    before: Paragraph | None,
    minute: MinuteText,
    decisions: Sequence[Decision],
    people: Sequence[Attendee],
) -> Action:
    """ "Action: …" in its forms: owner alone, owner to do, what to do and then the owner."""
    text = one.text
    rest = " ".join(text[start:].split())
    said, owner, confidence = one.slice(start, len(text)), "", CERTAIN
    flags: tuple[str, ...] = ()
    if OWNERS.fullmatch(rest.rstrip(".")) and len(rest.split()) <= 8:
        owner = rest
        last = [d for d in decisions if d.spans and _stands_before(d.spans[-1].pdf_page, d.spans[-1].end, one)]
        said = Said(last[-1].text, last[-1].spans) if last else before.said() if before else one.said()
        flags = () if last else ("what is to be done is taken from the words before",)
        confidence = LIKELY if last else UNSURE
    elif (found := OWNER_TO.match(text, start)) is not None and not OWNER_LAST.search(text, start):
        owner, said = found["owner"], one.slice(found.end(), len(text))
    elif (found := OWNER_LAST.search(text, start)) is not None:
        owner, said = found["owner"] or found["in"], one.slice(start, found.start())
    else:
        flags, confidence = ("nobody is named",), 0.7
    return _action(said, owner, minute, people, ref=ref, confidence=confidence, flags=flags)


def _stands_before(pdf_page: int, end: int, one: Paragraph) -> bool:
    return (pdf_page, end) <= (one.spans[0].pdf_page, one.spans[0].start)


def _action(
    said: Said,
    owner: str,
    minute: MinuteText,
    people: Sequence[Attendee],
    *,
    ref: str | None = None,
    confidence: float = CERTAIN,
    flags: tuple[str, ...] = (),
) -> Action:
    due = DUE.search(" ".join(said.text.split()))
    return Action(
        what=said.text,
        spans=said.spans,
        owners=named(owner, people) if owner else (),
        due=due["due"] if due else None,
        ref=ref,
        minute=minute.number,
        title=minute.title,
        confidence=confidence,
        flags=flags,
    )


def _beside(one: Paragraph, before: Paragraph | None, minute: MinuteText, people: Sequence[Attendee]) -> Action:
    """Initials in the margin: the action is somewhere in the paragraph beside them."""
    said = before.said() if before else one.said()
    return _action(
        said, one.flat, minute, people, confidence=UNSURE, flags=("what is to be done is in this paragraph",)
    )


def _column(one: Paragraph, minute: MinuteText, people: Sequence[Attendee]) -> Iterator[Action]:
    """A row with initials in its last cell, as in minutes with an action column."""
    if len(one.cells) < 2:
        return
    owner, told = one.cell(len(one.cells) - 1), one.cell(len(one.cells) - 2)
    plain = " ".join(owner.text.split())
    if not told.text or not re.fullmatch(rf"{INITIALS}(?:\s?[/&,+]\s?{INITIALS}|\s{INITIALS})*|All|all", plain):
        return
    if len(told.text.split()) < 4:
        return
    short = len(told.text.split()) <= 60
    flags = () if short else ("what is to be done is in this row",)
    yield _action(told, plain, minute, people, confidence=LIKELY if short else UNSURE, flags=flags)


def _is_known(text: str, people: Sequence[Attendee]) -> bool:
    known = {person.initials for person in people if person.initials}
    parts = re.split(r"[\s/&,+]+", text)
    return any(part in known for part in parts) if known else all(BARE.fullmatch(part) for part in parts)


def _inline(one: Paragraph, minute: MinuteText, people: Sequence[Attendee]) -> Iterator[Action]:
    """ "(Action: JW)" after a sentence, and what somebody undertook to do."""
    for start, end in sentences(one.text):
        said = one.slice(start, end)
        if (noted := INLINE.search(said.text)) is not None:
            yield _action(said, noted["owner"], minute, people, confidence=LIKELY)
        elif (found := UNDERTOOK.search(said.text)) is not None and not A_BODY.search(found["owner"]):
            flags = ("undertaken in the discussion, not noted as an action",)
            yield _action(said, found["owner"], minute, people, confidence=0.6, flags=flags)


def logged_actions(paragraphs: Sequence[Paragraph], people: Sequence[Attendee] = ()) -> tuple[Action, ...]:
    """The rows of action logs among ``paragraphs``: tables whose header names an action and its owner."""
    found: list[Action] = []
    for heads, one in rows_under(paragraphs, COLUMNS, _is_log):
        told = {name: one.cell(place) for name, place in heads.items()}
        if len(told["what"].text.split()) > 1:
            found.append(_logged(told, people))
    return tuple(found)


def _is_log(heads: Mapping[str, int]) -> bool:
    return {"what", "owner"} < heads.keys()


def _logged(told: dict[str, Said], people: Sequence[Attendee]) -> Action:
    def words(name: str) -> str | None:
        return (" ".join(told[name].text.split()) or None) if name in told else None

    days = dates_in(words("meeting") or words("ref") or "")
    owner = words("owner")
    return Action(
        what=told["what"].text,
        spans=told["what"].spans,
        owners=named(owner, people) if owner else (),
        due=words("due"),
        status=words("status"),
        ref=words("ref"),
        decided=days[0] if days else None,
        confidence=CERTAIN if owner else 0.8,
        flags=() if owner else ("nobody is named",),
    )
