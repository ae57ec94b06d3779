"""How a matter came out, by what a piece of evidence records: carried, lost, put off, or only recommended."""

from __future__ import annotations

import re
from enum import StrEnum

from index.minutes import ACTION, is_resolution
from qa.polarity import denied, is_proposal
from qa.units import Evidence
from qa.words import stem


class Verdict(StrEnum):
    """What is said ahead of the evidence."""

    YES = "Yes."
    NO = "No."
    NOT_YET = "Not yet."
    DECIDED = "Decided."
    PROPOSED = "Only recommended in these papers, not decided."


# Words of deciding itself, which do not tell what is decided on
DOING = frozenset(
    stem(w)
    for w in """agree agreed approve approved adopt adopted endorse endorsed accept accepted ratify ratified support
    supported back backed pass passed sign signed off  vote voted resolve resolved
    decide decided reject rejected refuse refused turn turned throw threw thrown oppose opposed lost defeated
    recommend recommended propose proposed suggested formally already finally given""".split()
)
_DONE = r"(?:agreed|approved|adopted|endorsed|accepted|ratified|supported|carried|passed|granted|resolved)"
# "The Board agreed that …", "It was approved", "the motion was carried by 7 votes to 4", "has been signed off"
TAKEN = re.compile(
    r"\b(?:board|cabinet|committee|council|panel|members|governors|authority|executive|trustees|directors|it|which|"
    r"motion|amendment)\s+(?:(?:has|have|had|then|also|unanimously|therefore|formally|duly)\s+)*"
    rf"{_DONE}\b(?!\s*[.;,]|$)|"
    rf"\b(?:was|were|(?:has|have|had) been)\s+(?:then |also |duly |unanimously |formally )*(?:{_DONE}|signed off)\b",
    re.I,
)
LOST = re.compile(
    r"\b(?:was|were|been)\s+(?:\w+ly\s+)?(?:lost|rejected|refused|defeated|turned down|not (?:agreed|approved|carried|"
    r"supported|accepted|adopted))\b|\b(?:fell|rejected|refused|declined to|voted against|did not (?:agree|approve|"
    r"support|accept))\b|\bmotion (?:lost|failed|fell)\b|\bbe (?:refused|rejected|not (?:agreed|approved|adopted))\b",
    re.I,
)
DEFERRED = re.compile(
    r"\b(?:deferred|adjourned|postponed|withdrawn|no decision (?:was|has been|had been) (?:made|taken))\b",
    re.I,
)
NOTES = re.compile(r"\b(?:note[ds]?|received|considered|discuss(?:ed)?)\b", re.I)
# A thing that is only wished, planned or possible bears out neither yes nor no
OPEN_MODE = re.compile(
    r"\b(?:may|might|could|would|should|must|propos\w*|recommend\w*|plan(?:s|ned|ning)? (?:to|for)|planned|intend\w*|"
    r"expect\w*|if|unless|until|whether|consider\w*|hope[sd]?|aims?|aimed|options?|possibl[ey]|potential\w*|likely|"
    r"seek\w*|subject to|target|draft|asked?|request\w*|suggest\w*|requir\w*|ensure|conditions?|almost|nearly|partly|"
    r"in part|some|except\w*)\b",
    re.I,
)


def outcome_of(e: Evidence) -> Verdict | None:
    """How evidence tells that a matter came out: carried (yes), lost (no), put off, only recommended; else None."""
    text = " ".join(e.text.split())
    if is_proposal(text, e.around):
        return Verdict.PROPOSED
    resolution = (is_resolution(text) and not ACTION.match(text)) or is_resolution(e.around)
    taken, lost, put_off = bool(TAKEN.search(text)), bool(LOST.search(text)), bool(DEFERRED.search(text))
    if not (resolution or taken or lost or put_off) or re.search(
        rf"\b(?:if|unless|once|until)\b.{{0,60}}\b{_DONE}", text
    ):
        return None
    if not resolution and not lost and OPEN_MODE.search(text):
        return None
    if put_off:
        return None if lost or taken else Verdict.NOT_YET
    if lost:
        return None if taken else Verdict.NO
    if any(set(words) & DOING for words in denied(text)):
        return None
    only_noted = NOTES.search(text) and not TAKEN.search(text) and not re.search(rf"\bbe {_DONE}|\bto\b", text)
    return None if only_noted else Verdict.YES
