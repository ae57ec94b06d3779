"""Whether a statement says what the papers say or its opposite: negation, outcome, direction, decided or proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.minutes import is_proposed_form, is_recommendation, is_resolution
from qa.words import STOPWORDS, stem, stems

CUE = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|nil)\b|n['’]t\b", re.I)
CLAUSE_END = re.compile(r"[,;:.()]|\b(?:and|but|although|while)\b", re.I)
GOVERNED = 2  # content words after a "not" that it denies
# Words between "not" and what it denies
PASSED_OVER = frozenset(stem(w) for w in "yet fully currently longer any further formally been being".split())
# "no later than", "not only … but", "without prejudice", "no. 7", "not less than": nothing is denied
NO_DENIAL = re.compile(
    r"\b(?:no later than|no (?:fewer|less|more) than|not (?:less|more|fewer|later) than|not only|without prejudice|"
    r"no\.\s?\d+|whether or not|if not|matters? not|none the less|nonetheless)\b",
    re.I,
)
RECOMMENDS = re.compile(r"\b(?:recommend|propos)\w*", re.I)
FINITE = re.compile(r"\b(?:will|shall|is|are|was|were|has|have|had)\b", re.I)
ANSWER_AHEAD = re.compile(r"^\W*(?:yes|no)\b[,.:;–-]\s*", re.I)


def _stemmed(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


TURNED_DOWN = _stemmed(
    "reject rejected refused refuse refusal declined decline dismissed lost failed withdrawn withdraw deferred defer "
    "deferral postponed opposed unable unsuccessful unsuccessfully overturned rescinded cancelled abandoned"
)
CARRIED = _stemmed(
    "approved approve approval agreed agree adopted adopt endorsed endorse carried accepted accept ratified ratify "
    "passed confirmed"
)
# Pairs that say the opposite of each other
OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (TURNED_DOWN, CARRIED),
    (
        _stemmed("increase increased increasing rise rose risen rising grow grew grown growth higher up upward "
                 "improved"),
        _stemmed("decrease decreased fall fell fallen falling drop dropped reduce reduced reduction lower down "
                 "downward decline declined declining worsened shrank"),
    ),
    (_stemmed("underspend underspent underspending"), _stemmed("overspend overspent overspending")),
    (_stemmed("surplus"), _stemmed("deficit shortfall")),
    (_stemmed("minimum"), _stemmed("maximum")),
    (_stemmed("majority"), _stemmed("minority")),
    (_stemmed("compliant"), _stemmed("noncompliant breach breached")),
    (_stemmed("open opened opening reopened"), _stemmed("close closed closure closing")),
)  # fmt: skip
# "The Board agreed that …", "was approved", "It was resolved", "voted to"
DECISION_VERB = re.compile(
    r"\b(?:decided|agreed|resolved|approved|adopted|endorsed|ratified|granted|authorised|authorized|voted|carried|"
    r"refused|rejected|declined|deferred|the decision (?:was|is)|made the decision|took the decision)\b",
    re.I,
)
# The same where nothing is told as decided: "to be agreed", "once approved", "previously agreed levels"
NO_DECISION = re.compile(
    r"\b(?:(?:to|will|would|should|must|can|could|may|might|if|once|when|until|unless|been asked to|yet to|that)\s+"
    r"(?:\w+\s+){0,6}?be|subject to being|has yet to be|if|once|until|unless)\s+(?:\w+ly\s+)?"
    r"(?:decided|agreed|resolved|approved|adopted|endorsed|ratified|granted|authorised|authorized|refused|rejected|"
    r"declined|deferred)\b",
    re.I,
)
# "It is recommended that", "officers propose", "the Board is asked to", "for approval", "would"
PROPOSES = re.compile(
    r"\b(?:recommend\w*|propos\w+|suggest\w*|request\w*|seeks?|sought|asks?|asked|invited?|invites|would|should|"
    r"consider(?:ed)?|for (?:approval|agreement|decision|noting)|intend\w*|plan(?:s|ned)? to|aims?|to be (?:agreed|"
    r"approved|decided|adopted|noted))\b",
    re.I,
)


def denied(text: str) -> Iterator[tuple[str, ...]]:
    """For each "not", "no" and the like, the stems of the one or two content words that it denies."""
    plain = NO_DENIAL.sub(lambda m: " " * len(m[0]), text)
    for cue in CUE.finditer(plain):
        rest = plain[cue.end() :]
        end = CLAUSE_END.search(rest)
        words = [
            key
            for token in re.findall(r"[A-Za-z][\w’'-]*", rest[: end.start() if end else len(rest)])[:8]
            if token.lower() not in STOPWORDS and (key := stem(token)) not in PASSED_OVER
        ]
        yield tuple(words[:GOVERNED])


def says_opposite(said: str, evidence: str) -> bool:
    """Whether ``said`` denies what the evidence states, states what it denies, or turns its outcome or direction.

    ``evidence`` is the text of the few sentences or rows that bear the statement, with what they stand under.
    """
    said = ANSWER_AHEAD.sub("", said)
    mine, theirs = list(denied(said)), list(denied(evidence))
    here, there = list(stems(said)), list(stems(evidence))
    if mine and not theirs and not TURNED_DOWN & set(there):
        return True
    denied_there = {key for words in theirs for key in words}
    for words in mine:
        if words and words[0] in there and words[0] not in denied_there:
            return True
    if _without_its_not(said, evidence):
        return True
    denied_here = {key for words in mine for key in words}
    for words in theirs:
        stated = [key for key in words if key in here and key not in denied_here]
        # said elsewhere in the evidence without the "not", the word may be meant from there
        if words and len(stated) == len(words) and not any(_stated_too(key, there, theirs) for key in words):
            return True
    return any(_turned(one, other, here, there, bool(mine), bool(theirs)) for one, other in OPPOSITES)


def _without_its_not(said: str, evidence: str) -> bool:
    """Whether the words about a "not" of the evidence are said one after another without it."""
    plain = re.sub(r"\b(\w+)n['’]t\b", r"\1 not", evidence.lower())
    known = re.findall(r"\w+", plain)
    here = " ".join(["", *re.findall(r"\w+", said.lower()), ""])
    for at, word in enumerate(known):
        if word in {"not", "never"} and 0 < at < len(known) - 2:
            closed = f" {known[at - 1]} {known[at + 1]} {known[at + 2]} "
            if closed in here and closed not in f" {' '.join(known)} ":
                return True
    return False


def _stated_too(key: str, there: list[str], denials: list[tuple[str, ...]]) -> bool:
    return there.count(key) > sum(key in words for words in denials)


def _turned(
    one: frozenset[str], other: frozenset[str], here: list[str], there: list[str], denies: bool, denied_there: bool
) -> bool:
    """Whether only one side of a pair of opposites is said and only the other stands in the evidence."""
    mine, theirs = set(here), set(there)
    if denies != denied_there:
        return False  # "not approved" for "refused" is the same
    return any(a & mine and not b & mine and b & theirs and not a & theirs for a, b in ((one, other), (other, one)))


def told_as_decided(said: str) -> bool:
    """Whether a statement tells something as decided, not as proposed or still to come."""
    return bool(DECISION_VERB.search(NO_DECISION.sub(" ", said))) and not RECOMMENDS.search(said)


def told_as_recommended(said: str, evidence: str) -> bool:
    """Whether a statement tells as recommended or proposed what the evidence does not."""
    return bool(RECOMMENDS.search(said)) and not PROPOSES.search(evidence)


def told_as_fact(said: str) -> bool:
    """Whether a statement says that something is or will be, and not itself that this is proposed or asked for."""
    return bool(FINITE.search(said)) and not PROPOSES.search(said)


def is_proposal(text: str, lead: str) -> bool:
    """Whether evidence is what a body is asked to decide: by its own words or by those it is listed under."""
    if is_proposed_form(lead):
        return True
    if is_resolution(lead) and text.lower().startswith("that "):
        return False  # "RESOLVED: That the Board approve …"
    return is_recommendation(text) or (is_recommendation(lead) and not is_resolution(text))


def is_decision(text: str, lead: str) -> bool:
    """Whether evidence records something as decided."""
    if is_proposal(text, lead):
        return False
    if is_resolution(text) or is_resolution(lead):
        return True
    return bool(DECISION_VERB.search(NO_DECISION.sub(" ", text)))
