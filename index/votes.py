"""How members voted, who moved and who seconded, as minutes tell it in words, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from index.paragraphs import Paragraph, joined
from index.record_model import Said, Vote

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = r"(?:\d{1,3}|no|nil|" + "|".join(_WORDS) + ")"
_TITLE = (
    r"(?:Crs?|Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev(?:erend)?|Supt|Superintendent"
    r"|Commissioners?|Alderm[ae]n|Supervisors?|Trustees?|Council\s?members?|Vice[\s-]Mayor|Mayor|Director)"
)
# "Cllr Mrs Ansty", "Dr P. Hathersage", "Allen Fisk", "the Leader", "The Vice-Chair"
PERSON = (
    rf"(?:[Tt]he\s+(?:Deputy\s+)?(?:Leader|(?:Vice[\s-])?Chair(?:man|woman|person)?|Mayor)(?!\s+of\b)"
    rf"|(?:{_TITLE}\.?\s+)*(?!(?:The|It|He|She|They|This|That|On|Upon|Motion|Members|There)\b)"
    r"[A-Z](?:\.|[\w’'-]+)(?:\s+(?:(?:van|de|von|der|la|le)\s+)?[A-Z](?:\.(?=\s)|[\w’'-]*)){0,4})"
)

# "by 5 votes to 2", "by six votes to two, with one abstention", "carried by 7 votes to 3", "by 6 votes to none"
VOTES_TO = re.compile(
    rf"(?:\bby\s+|\()(?P<a>{_NUMBER})(?:\s+votes?)?(?:\s+in\s+favour)?\s+to\s+(?P<b>{_NUMBER})\b(?:\s+against\b)?"
    rf"(?:\s*,?\s*(?:with|and)?\s*(?P<c>{_NUMBER})\s+abst\w+)?",
    re.I,
)
# "12 votes in favour", "35 Board Members in favor", "29 Ayes", "12 for", "35 In Favor"
FOR_COUNT = re.compile(
    rf"\b(?P<n>{_NUMBER})\s+(?:(?:board\s+)?(?:members?|votes?)\s+)?(?:voted\s+|voting\s+|votes?\s+)?"
    r"(?:in\s+favou?r|for|ayes?|yes|yeas?)\b(?!\s+(?:the|a|an)\b)"
    rf"|\b(?P<voted>{_NUMBER})\s+(?:members?\s+|councillors?\s+)?voted\s+(?:in\s+favour|for)\b",
    re.I,
)
# "3 against", "0 Opposed", "2 nays", "3 Na)\"s" is misread and told by the word before
AGAINST_COUNT = re.compile(
    rf"\b(?P<n>{_NUMBER})\s+(?:(?:board\s+)?(?:members?|votes?)\s+)?(?:voted\s+|voting\s+)?"
    r"(?:against|opposed|nays?|noes?|nos|Na\)\"s)",
    re.I,
)
# "1 Abstention", "2 abstentions (R. Kessler, J. Liff)", "4 abstaining", "0 Abstained"
ABSTAINED_COUNT = re.compile(rf"\b(?P<n>{_NUMBER})\s+(?:members?\s+)?abst\w+", re.I)
# "For (3): Cllr A, Cllr B", "Voting for: …", "In favour: DF, HS", "AYES: Brown", "Against (7): …", "For closure: MK"
_SIDE = (
    r"(?:(?:those\s+)?(?:voting|votes?|voted)?\s*(?:for|in\s+favou?r)(?:\s+(?:of\s+)?(?:the\s+)?[a-z]+){0,3}|ayes?"
    r"|yeas?|(?:those\s+)?(?:voting|votes?|voted)?\s*against(?:\s+(?:the\s+)?[a-z]+){0,2}|nays?|noes|opposed"
    r"|abstain(?:ed|ing|tions?)?|absten[st]ions?)"
)
SIDE = re.compile(
    rf"(?:(?<=^)|(?<=[.\n;:,)\]\t]\s)|(?<=[\n\t]))\s*(?P<side>{_SIDE})\s*(?:\((?P<n>\d+)\))?\s*(?::|[–-](?=\s*\d))\s*",
    re.I,
)
# "SV abstained.", "Councillor Adeyinka abstained", "Cllrs Lee and Fox voted against"
_MEMBERS = rf"{PERSON}(?:(?:,\s+(?:and\s+)?|\s+and\s+){PERSON}){{0,12}}"
_VOTED = r"(?:abstained|voted\s+against|voted\s+for)"
LONE = re.compile(rf"(?<![\w.])(?P<who>{_MEMBERS})\s+(?:had\s+)?(?P<side>{_VOTED})\b")
LONE_LINE = re.compile(rf"{_MEMBERS}\s+(?:had\s+)?{_VOTED}\b[^.]{{0,40}}\.?\s*")
UNANIMOUS = re.compile(
    r"\bunanim(?:ous(?:ly)?|ity)\b|\bnem\.?\s*con\b|\bwithout\s+(?:dissent|a\s+vote|division)\b"
    r"|\ball\s+(?:board\s+)?members\s+(?:were\s+)?(?:in\s+(?:agreement|favour)|agreed|voted\s+for)\b",
    re.I,
)
MAJORITY = re.compile(r"\bby\s+(?:a\s+)?majority\b", re.I)
# "[4-2-1-1]", "passed 7-2", "carried 9/0": ayes, nays, abstentions
DASHED = re.compile(
    r"(?:\[|\b(?:passed|carried|approved|failed|adopted|lost|votes?)\s*:?\s*\(?)(?P<a>\d+)\s?[-–/]\s?(?P<b>\d+)"
    r"(?:\s?[-–/]\s?(?P<c>\d+))?",
    re.I,
)
CARRIED = re.compile(r"\b(?:carried|passed|approved|adopted|agreed)\b", re.I)
LOST = re.compile(r"\b(?:lost|failed|defeated|fell|not\s+carried|not\s+agreed|negatived|rejected)\b", re.I)

# Mover and seconder. "proposed by Cllr X, seconded by Y"; "MOTION BY: Garcia", "SECOND: Brown"
MOVED_BY = re.compile(
    rf"\b(?:[Mm]oved|[Pp]roposed|MOVED|PROPOSED|[Mm]otion(?:\s+made)?|MOTION|[Pp]roposition|[Pp]roposer|[Mm]over)\s+"
    rf"(?:by|BY|of)\s*[:\t]?\s*(?P<who>{PERSON})|\b[Mm]otion\s+to\s+[^.,;]{{0,80}}?\sby\s+(?P<other>{PERSON})"
    rf"|\b(?:MOVED|Moved|PROPOSED|Proposed)\s*:?\s+(?P<third>{_TITLE}\.?\s+{PERSON})"
    rf"|\b(?:MOVED|Moved|MOVER|Mover|PROPOSED|Proposed|PROPOSER|Proposer)\s*:\s*(?P<fourth>{PERSON})"
)
SECONDED_BY = re.compile(
    rf"\b(?:(?:and\s+)?[Ss]econd(?:ed)?|SECONDED|SECOND|[Ss]econder)(?:\s+(?:by|BY)\b\s*[:\t]?"
    rf"|\s*[:\t]+)\s*(?P<who>{PERSON})"
    rf"|\b(?:SECONDED|Seconded)\s+(?P<other>{_TITLE}\.?\s+{PERSON})"
)
# "Councillor Crake moved that", "Cllr Sadiq … proposed that", "Allen Fisk made a motion"
MOVED = re.compile(
    rf"(?P<who>{PERSON})(?:,\s+[^.,]{{0,60}},)?\s+(?:then\s+|also\s+)?(?:moved|proposed|made\s+a\s+motion)\b"
    r"(?!\s+(?:on\b|to\s+the\s+next\b))"
)
# "Cllr Sadiq was not content with the answers and proposed that"
MOVED_LATER = re.compile(rf"^(?P<who>{PERSON})\s[^.;]{{0,160}}?\band\s+(?:moved|proposed)\s+that\b")
SECONDED = re.compile(rf"(?P<who>{PERSON})\s+seconded\b")


LONGEST = 4000  # characters of a stretch in which a vote or a mover is sought


def number(text: str) -> int:
    """ "7", "seven", "none" as a number."""
    if text.isdigit():
        return int(text)
    return _WORDS.index(text.lower()) if text.lower() in _WORDS else 0


def vote_in(said: Said) -> Vote | None:
    """The vote that ``said`` tells; None where it tells none."""
    text = said.text[:LONGEST]
    favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    lost, carried = bool(LOST.search(text)), bool(CARRIED.search(text))
    if to := VOTES_TO.search(text):
        favour, against = number(to["a"]), number(to["b"])
        if (lost and favour > against) or (carried and not lost and against > favour):
            favour, against = against, favour  # "lost by five votes to three"
        abstained = number(to["c"]) if to["c"] else None
    elif dashed := DASHED.search(text):
        favour, against = int(dashed["a"]), int(dashed["b"])
        abstained = int(dashed["c"]) if dashed["c"] else None
    names: dict[str, tuple[str, ...]] = {}
    counted: dict[str, int] = {}
    for side, count, who in _sides(text):
        names[side] = names.get(side, ()) + who
        if count is not None:
            counted[side] = count
    for lone in LONE.finditer(text):
        side = _side(lone["side"])
        if side not in names:
            names[side] = _people(lone["who"])
    if not counted.keys() & {"for"} and favour is None and (one := FOR_COUNT.search(text)):
        favour = number(one["n"] or one["voted"])
    if not counted.keys() & {"against"} and against is None and (one := AGAINST_COUNT.search(text)):
        against = number(one["n"])
    if abstained is None and (one := ABSTAINED_COUNT.search(text)):
        abstained = number(one["n"])
    majority = bool(MAJORITY.search(text))
    unanimous = bool(UNANIMOUS.search(text)) and not majority  # where both are told, one is of something else
    told = (
        unanimous or majority or favour is not None or bool(names.keys() & {"for", "against", "abstained"}) or abstained
    )
    if not told:
        return None
    return Vote(
        text=said.text,
        spans=said.spans,
        in_favour=counted.get("for", favour if favour is not None else len(names["for"]) if "for" in names else None),
        against=counted.get(
            "against", against if against is not None else len(names["against"]) if "against" in names else None
        ),
        abstained=counted.get(
            "abstained",
            abstained if abstained is not None else len(names["abstained"]) if "abstained" in names else None,
        ),
        names_for=names.get("for", ()),
        names_against=names.get("against", ()),
        names_abstained=names.get("abstained", ()),
        unanimous=unanimous and not against,
        carried=False if lost else True if carried or unanimous or majority else None,
    )


def merged(votes: Sequence[Vote]) -> Vote | None:
    """Several tellings of one vote as one: what an earlier one does not tell is taken from a later one."""
    if not votes:
        return None
    first = votes[0]
    if len(votes) == 1:
        return first
    told = joined([Said(vote.text, vote.spans) for vote in votes])

    def count(name: str) -> int | None:
        return next((value for vote in votes if (value := getattr(vote, name)) is not None), None)

    def names(name: str) -> tuple[str, ...]:
        return next((value for vote in votes if (value := getattr(vote, name))), ())

    return replace(
        first,
        text=told.text,
        spans=told.spans,
        in_favour=count("in_favour"),
        against=count("against"),
        abstained=count("abstained"),
        names_for=names("names_for"),
        names_against=names("names_against"),
        names_abstained=names("names_abstained"),
        unanimous=any(vote.unanimous for vote in votes) and not any(vote.against for vote in votes),
        carried=next((vote.carried for vote in reversed(votes) if vote.carried is not None), None),
    )


# A paragraph that tells only of the vote: "Vote: Passed with …", "For (3): …", "AYES: …", "Voting for: …"
VOTE_LINE = re.compile(
    rf"(?:(?:board\s+|recorded\s+)?vot(?:es?|ing)\s*:|(?:carried|lost)\b.{{0,60}}$|{_SIDE}\s*(?:\(\d+\))?\s*[:\t]"
    rf"|result\s*:|the\s+voting\s+was|unanimous\s+vote|motion\s*/|absent\s*[:\t]|second\s*:|motion\s+by\s*:"
    rf"|(?:the\s+)?(?:motion|amendment|resolution|proposal|recommendation)s?\s+(?:was|were|is)?\s*"
    rf"(?:then\s+|declared\s+|duly\s+)*(?:carried|passed|lost|approved|failed|defeated|adopted)\b.{{0,120}}$)",
    re.I | re.S,
)


def is_vote_line(one: Paragraph) -> bool:
    """Whether a paragraph tells of a vote, a mover or a seconder and nothing else."""
    text = one.text[one.begins : one.begins + LONGEST].lstrip()
    return bool(VOTE_LINE.match(text) or LONE_LINE.fullmatch(text))


def mover_and_seconder(said: Said, slices: Paragraph) -> tuple[Said | None, Said | None]:
    """Who moved and who seconded by ``said``, a stretch of ``slices``; None for who is not told."""
    start = slices.text.find(said.text)
    return _first(said.text, (MOVED_BY, MOVED, MOVED_LATER), slices, start), _first(
        said.text, (SECONDED_BY, SECONDED), slices, start
    )


def _first(text: str, patterns: Iterable[re.Pattern[str]], slices: Paragraph, start: int) -> Said | None:
    for pattern in patterns:
        if found := pattern.search(text[:LONGEST]):
            name = found.lastgroup or "who"
            return slices.slice(start + found.start(name), start + found.end(name))
    return None


def _sides(text: str) -> Iterator[tuple[str, int | None, tuple[str, ...]]]:
    marks = list(SIDE.finditer(text))
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        words = text[mark.end() : end]
        words = re.split(r"\.\s+(?=[A-Z][a-z]+\s+[a-z])|\n(?=ABSENT|RECUS)|\.$", words)[0]
        lone = LONE.search(words)
        if lone:
            words = words[: lone.start()]
        count = int(mark["n"]) if mark["n"] else None
        if found := re.search(r"\((\d+)\)\s*\.?\s*$", words):
            count, words = int(found[1]), words[: found.start()]
        if re.fullmatch(r"\s*\d+\s*[.,;]?\s*", words):
            count, words = int(re.sub(r"\D", "", words)), ""
        if re.fullmatch(r"\s*(?:none|nil|0)\s*\.?\s*", words, re.I):
            count, words = 0, ""
        yield _side(mark["side"]), count, _people(words)


def _side(text: str) -> str:
    text = text.lower()
    if "abst" in text:
        return "abstained"
    # where motion and amendment stand against each other, a vote for the one is against the other
    return "against" if re.search(r"amendment|against|nay|noe|oppos", text) else "for"


def _people(text: str) -> tuple[str, ...]:
    plain = re.sub(r"\b(?:Councillors|Cllrs|Commissioners|Members)\b\.?", "", " ".join(text.split()))
    parts = re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+|\s*&\s*", plain)
    return tuple(part.strip(" .") for part in parts if re.search(r"[A-Z]", part))
