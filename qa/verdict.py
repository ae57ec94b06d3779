"""Yes or no, where that is asked and the evidence decides it; a proposal is never told as a decision.

A verdict is one of a few fixed words set before the first statement, never a claim of its own: the statement stays
the paper's own, and what it says bears the verdict out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from index.minutes import is_recommendation
from index.passages import BULLET
from qa.facts import ONE, facts, unknown_periods
from qa.outcome import DOING, OPEN_MODE, Verdict, outcome_of
from qa.polarity import denied, is_proposal, says_opposite
from qa.question import ASKING, Analysis
from qa.units import Evidence
from qa.words import stem, stems


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with the evidence that bears it out, which is to be told first."""

    verdict: Verdict
    evidence: Evidence


NEAR = 0.7  # of the best score: what may decide
# Of the asked matter's worth, how much stands in the evidence itself and how much with what it stands under; a
# resolution that says little by itself ("that the unit be shut") must stand under nearly all of it.
MATTER_SHARES = ((0.4, 0.6), (0.25, 0.8))
LEAST_MATTER = 2  # words that tell which matter is asked about
CLEARER = 0.15  # by which what decides must be nearer the matter than what says the contrary
WHOLE = 0.95  # of a stated fact's worth, for a yes
MOST = 0.85  # for a no, whose evidence has the denial besides

_AUX = r"did|does|do|has|have|had|is|are|was|were|will|can"
# "Did the Board approve …?", "So has it been agreed …", "Car parks - has Cabinet signed it off?"
ASKED = re.compile(
    rf"(?:^|[.:;?!]\s+|\s[-–—]\s+|^(?:and|so|but|well|also)[ ,]+)(?P<aux>{_AUX})(?P<not>n['’]t)?\s+(?!you\b|there\b)"
    r"(?P<clause>\w[^?]+)",
    re.I,
)
TRUE_THAT = re.compile(r"^it (?:right|true|correct|the case|a fact) that\s+", re.I)  # "Is it true that …"
OPEN = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.I)
# ", and how did the vote go", "- by whom", "and if not when …": asked besides
BESIDES = re.compile(
    r"(?:,|\s[-–—]|\sand\b|\sor\b)\s*(?:and |so )?(?:if (?:so|not)\b|by whom\b|who|what|which|when|where|why|how).*",
    re.I,
)
# What one sentence can seldom bear out
QUANTIFIED = frozenset(
    "all every everyone everybody everything any anyone anybody anything both none always only even enough whole "
    "entire fully just still first last more less fewer better worse than".split()
)
CARRIED_ASKED = re.compile(
    r"\b(?:agree[ds]?|approve[ds]?|adopt(?:ed)?|endorse[ds]?|accept(?:ed)?|ratif(?:y|ied)|support(?:ed)?|back(?:ed)?|"
    r"pass(?:ed)?|sign(?:ed)?(?: \w+)? off|(?:go|given the go)[- ]ahead|green[- ]light\w*|wave[ds]? through|"
    r"vote[ds]? (?:for|to)|resolve[ds]?|decide[ds]?)\b",
    re.I,
)
DOWN_ASKED = re.compile(
    r"\b(?:reject(?:ed)?|refuse[ds]?|turn(?:ed)?(?: \w+)? down|thr[eo]wn?(?: \w+)? out|vote[ds]? (?:against|down)|"
    r"oppose[ds]?|lost|defeated)\b",
    re.I,
)
# "agreed or only recommended", "decided yet or just proposed"
ALTERNATIVES = re.compile(
    r"\b(?:agreed|approved|decided|resolved|adopted)\b.{0,25}\bor\b.{0,20}\b(?:recommended|proposed|suggested|noted)\b|"
    r"\b(?:recommended|proposed|suggested)\b.{0,25}\bor\b.{0,25}\b(?:agreed|approved|decided|resolved|adopted)\b",
    re.I,
)
# "Does the Board have to approve …", "was it asked to agree": asks what is to be decided, not what was
NO_ASKED = re.compile(r"\b(?:have|has|had|need\w*|asked|due|going|able|expected|required|like(?:ly)?) to\b", re.I)
FILLING = frozenset(map(stem, ("ever", "yet", "actually", "already", "really")))
# What is thought, or said of something else in a further clause or sentence, is not stated
NOT_PLAIN = re.compile(
    r"[.?!]\s+\S|\b(?:said|thought|felt|believ\w+|claim\w+|argued|feared|wish\w*|want\w*|who|which|while|when|after|before|"
    r"although|but|because|since|rather than|instead)\b",
    re.I,
)
LOOSE = 2  # words between, for each word of the question, in a sentence that states it
BODY_WORDS = frozenset("cabinet scrutiny board panel committee executive governors".split())
BODIES = frozenset(map(stem, ("council", "members", *BODY_WORDS)))


def verdict(question: Analysis, evidence: Sequence[Evidence], worth: Mapping[str, float]) -> Ruling | None:
    """The verdict on a yes-or-no question, None where none is asked or the evidence does not decide.

    ``evidence`` is best first; ``worth`` is each asked stem's inverse frequency, names of council and body left out.
    """
    asked = ASKED.search(question.text)
    if not evidence or asked is None or OPEN.search(question.text[: asked.start("aux")]):
        return None
    clause = BESIDES.sub("", TRUE_THAT.sub("", asked["clause"])).strip(" .,")
    if OPEN.search(clause) or re.search(r"\bnot\b", clause):
        return None
    near = [e for e in evidence if e.score >= NEAR * evidence[0].score]
    told = stems(f"{question.text[: asked.start('aux')]} {clause}")
    matter = {s for s in told if s in worth and s not in ASKING | FILLING and not any(c.isdigit() for c in s)}
    if ALTERNATIVES.search(clause):
        found = _decision(question, near, matter - DOING - BODIES, worth)
        words = {Verdict.YES: Verdict.DECIDED, Verdict.NO: Verdict.NO}
        return Ruling(words.get(found.verdict, found.verdict), found.evidence) if found else None
    if re.search(r"\bor\b", clause):
        return None
    if NO_ASKED.search(clause):
        return None
    down = bool(DOWN_ASKED.search(clause))
    if down or CARRIED_ASKED.search(clause):
        found = _decision(question, near, matter - DOING - BODIES, worth)
        if found is None or not down:
            return found
        turned = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}
        return Ruling(turned.get(found.verdict, found.verdict), found.evidence)
    if asked["not"]:
        return None
    return _fact(question, clause, asked["aux"].lower(), near, matter, worth)


def _decision(
    question: Analysis, evidence: Sequence[Evidence], matter: Set[str], worth: Mapping[str, float]
) -> Ruling | None:
    """What was decided on the matter: carried (yes), lost (no), put off, or only recommended."""
    if len(matter) < LEAST_MATTER:
        return None
    ruled: dict[Verdict, tuple[float, Evidence]] = {}
    for e in evidence:
        outcome = outcome_of(e)
        if outcome is None or not _same_facts(question, e):
            continue
        shares = [(_share(matter, worth, part), _share(matter, worth, f"{part} {_above(e)}")) for part in _parts(e)]
        own, wide = max(shares)
        if not any(own >= least and wide >= with_it for least, with_it in MATTER_SHARES):
            continue
        if own > ruled.get(outcome, (0.0, e))[0]:
            ruled[outcome] = (own, e)
    proposed = ruled.pop(Verdict.PROPOSED, None)
    if not ruled:
        return Ruling(Verdict.PROPOSED, proposed[1]) if proposed else None
    best = max(ruled, key=lambda v: ruled[v][0])
    share, told = ruled[best]
    if any(share - CLEARER < other for v, (other, _) in ruled.items() if v is not best):
        return None
    if proposed and share + CLEARER < proposed[0]:
        return None  # what is recommended is nearer to the matter than what was decided
    return Ruling(best, told)


def _fact(
    question: Analysis,
    clause: str,
    aux: str,
    evidence: Sequence[Evidence],
    matter: Set[str],
    worth: Mapping[str, float],
) -> Ruling | None:
    """Whether one sentence states or denies the whole of what is asked."""
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", clause)}
    if words & QUANTIFIED or len(matter) < 3:
        return None
    found: dict[Verdict, Evidence] = {}
    for e in evidence:
        text = " ".join(e.text.split())
        if e.passage.table or is_recommendation(text) or is_proposal(text, e.around) or OPEN_MODE.search(text):
            continue
        if NOT_PLAIN.search(text) or not _in_order([s for s in stems(clause) if s in matter], text):
            continue
        share = _share(matter, worth, text)
        if share < MOST or not _same_facts(question, e) or not _same_tense(aux, text):
            continue
        denials = list(denied(text))
        if not denials:
            if share >= WHOLE and "ever" not in words and not says_opposite(clause, text):
                found.setdefault(Verdict.YES, e)
        elif any(set(denial) & matter for denial in denials) or re.search(r"\bnever\b", text, re.I):
            found.setdefault(Verdict.NO, e)
    if len(found) != 1:
        return None
    ((told, e),) = found.items()
    return Ruling(told, e)


def _in_order(asked: Sequence[str], text: str) -> bool:
    """Whether the asked words stand close together in the text, in the question's order."""
    there = list(stems(text))
    places = [there.index(s) for s in asked if s in there]
    return places == sorted(places) and bool(places) and places[-1] - places[0] <= LOOSE * len(asked)


def _same_tense(aux: str, text: str) -> bool:
    """What will be is not borne out by what was, nor the other way round; what can be, only by what says so."""
    low = text.lower()
    will = re.search(r"\b(?:will|shall|is to|are to)\b", low)
    can = re.search(r"\b(?:can|cannot|able|allowed|entitled)\b", low)
    if aux == "will":
        return bool(will)
    if aux == "can":
        return bool(can)
    return not will and not can


def _same_facts(question: Analysis, e: Evidence) -> bool:
    """Whether every figure, date and name of the question stands with the evidence, and its body is the asked one."""
    around = _around(e)
    asked, known = facts(question.text), facts(around)
    values = {figure.value for figure in known.figures}
    stand = all(f in known.figures if f.unit else f.value in values for f in asked.figures if f.unit != ONE)
    if not stand or unknown_periods(asked, known):
        return False
    bodies = {w for w in re.findall(r"[a-z]+", question.text.lower()) if w in BODY_WORDS}
    return not bodies or bool(bodies & set(re.findall(r"[a-z]+", around.lower())))


def _parts(e: Evidence) -> list[str]:
    """The evidence, or each part of its list with the lead-in: a matter that is spread over parts is none of them."""
    lines = e.text.split("\n")
    starts = [i for i, line in enumerate(lines) if i and BULLET.match(line)]
    if not starts:
        return [e.text]
    lead = " ".join(lines[: starts[0]])
    return [" ".join([lead, *lines[i:j]]) for i, j in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _around(e: Evidence) -> str:
    return f"{e.text} {_above(e)}"


def _above(e: Evidence) -> str:
    """What evidence stands under."""
    return f"{e.around} {e.passage.heading} {e.passage.item_title} {e.passage.context}"


def _share(matter: Set[str], worth: Mapping[str, float], text: str) -> float:
    total = sum(worth[s] for s in matter)
    there = set(stems(text))
    return sum(worth[s] for s in matter if s in there) / total if total else 0.0
