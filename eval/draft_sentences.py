"""Candidate questions from sentences: a figure, a date, the author of a report, what an acronym stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from eval.drafting import (
    DATE,
    FIGURE,
    MOST_FACTS,
    YEAR,
    Candidate,
    DraftPack,
    blocks,
    facts_in,
    plain,
    shortened,
    topic_of,
)
from index.acronyms import acronyms
from index.minutes import is_recommendation, is_resolution
from index.model import Kind, Passage
from index.sentences import sentences

NUMBERING = re.compile(r"^\W*(?:\d+(?:\.\d+)*[.)]?|\(?[a-z]{1,3}[.)]|[•▪●○-])\s+", re.I)
LEAST_WORDS, MOST_WORDS = 7, 32
# "The pooled budget is £26,104,000", "Smoking at the time of delivery was 9.3%", "The outturn stood at £24,419,000"
STATED = re.compile(
    r"^(?P<subject>(?:(?!\b(?:is|are|was|were|will|has|have|had|that|which|who)\b)[^.;:]){4,90}?)\s+"
    r"(?P<verb>is|are|was|were|stood at|stands at|reached|totalled|came to|fell to|rose to|amounts? to|amounted to)\s+"
    r"(?:now\s+|only\s+|about\s+|around\s+|some\s+)?(?P<figure>£?\d)"
)
# "Report author: Felicity Lacey, Head of Commissioning", "Contact officer: J Smith"
AUTHOR = re.compile(
    r"^(?P<label>(?:report\s+)?(?:author|contact(?:\s+officer)?|lead\s+officer|presented\s+by|reporting\s+officer))\s*:\s*"
    r"(?P<name>(?:(?:Cllr|Councillor|Mrs?|Ms|Miss|Dr|Prof|Professor)\.?\s+)*[A-Z][\w.'’-]*(?:\s+[A-Z][\w'’-]+){1,3})",
    re.I,
)
ARTICLES = {"The", "A", "An", "Our", "All", "Each", "Some", "Total"}
ASKED_TO = re.compile(r"\b(note|agree|approve|endorse|ratify|support|adopt|consider|discuss|comment)\b", re.I)
ADVERBIAL = re.compile(
    r"(?:for|in|on|at|by|from|of|since|during|after|before|over|under|more|nearly|about|here)\b", re.I
)
SPELLED = re.compile(r"[A-Za-z’'&/, -]+")
VAGUE = re.compile(r"^(?:this|that|these|those|it|they|he|she|we|of this|there)\b", re.I)  # says nothing alone


def sentence_candidates(pack: DraftPack) -> Iterator[Candidate]:
    """From each item's prose, in reading order; agenda sheets and minutes are left to others."""
    prose = [p for p in pack.passages if not p.table and p.kind not in {Kind.AGENDA, Kind.MINUTES}]
    yield from _definitions(pack)
    stated: list[Candidate] = []
    for topic, passages in groupby(prose, topic_of):
        for passage in passages:
            for block in blocks(passage):
                yield from _author(block, topic)
                if is_recommendation(block):
                    yield from _recommended(block, topic)
                elif not is_resolution(block):
                    stated += _stated(passage, NUMBERING.sub("", block), shortened(topic))
    # Those that read as a person would ask come first
    yield from sorted(stated, key=lambda candidate: bool(candidate.note))


def _stated(passage: Passage, block: str, topic: str) -> Iterator[Candidate]:
    for start, end in sentences(block):
        sentence = block[start:end]
        if not LEAST_WORDS <= len(sentence.split()) <= MOST_WORDS or not sentence.endswith("."):
            continue
        if not sentence[0].isupper() or VAGUE.match(sentence) or ":" in sentence[:40]:
            continue
        facts = facts_in(sentence)
        if not facts:
            continue
        fact = facts[0][0]
        dated = bool(DATE.fullmatch(fact))
        if len(fact) < 2 and not dated:
            continue
        question = None if dated else _asked(sentence, fact)
        gap = sentence.replace(fact, "…", 1).rstrip(".")
        where = f" in “{topic}”" if topic else ""
        yield Candidate(
            kind="date" if dated else "number",
            question=question or f"Which {'date' if dated else 'figure'} is missing here{where}: “{gap}”?",
            answer=sentence,
            facts=[[fact]],
            evidence=[sentence],
            topic=topic_of(passage),
            asker="councillor" if question else "officer",
            note="" if question else "Ask it in a person's own words.",
        )


def _asked(sentence: str, fact: str) -> str | None:
    """The question that a sentence answers which says no more than what a thing's figure is; None for others."""
    found = STATED.match(sentence)
    if not found or not sentence[found.start("figure") :].startswith(fact):
        return None
    subject, verb = found["subject"], found["verb"]
    if "," in subject or ADVERBIAL.match(subject) or FIGURE.search(YEAR.sub("", DATE.sub("", subject))):
        return None
    first, _, rest = subject.partition(" ")
    subject = f"{first.lower()} {rest}" if first in ARTICLES else subject
    return f"What {verb} {subject}?" if verb in {"is", "are", "was", "were"} else f"What figure is given for {subject}?"


def _recommended(block: str, topic: str) -> Iterator[Candidate]:
    asked = list(dict.fromkeys(verb.lower() for verb in ASKED_TO.findall(block)))
    if asked and topic:
        yield Candidate(
            kind="fact",
            question=f"What does the report “{shortened(topic)}” ask its readers to do?",
            answer=block,
            facts=[[verb] for verb in asked[:MOST_FACTS]],
            evidence=[block],
            topic=topic,
            asker="councillor",
            note="It is recommended, not decided.",
        )


def _author(block: str, topic: str) -> Iterator[Candidate]:
    found = AUTHOR.match(block)
    if found and topic:
        yield Candidate(
            kind="person",
            question=f"Who is named as {found['label'].lower()} of the report “{shortened(topic)}”?",
            answer=f"{found['name']}.",
            facts=[[found["name"].split()[-1]]],
            evidence=[found.group()],
            topic=topic,
            asker="councillor",
        )


def _definitions(pack: DraftPack) -> Iterator[Candidate]:
    told: set[str] = set()
    for passage in pack.passages:
        if passage.table:
            continue
        for short, long in acronyms(" ".join(passage.text.split())).items():
            quote = f"{long} ({short})"
            if short not in told and SPELLED.fullmatch(long) and plain(quote) in plain(passage.text):
                told.add(short)
                yield Candidate(
                    kind="definition",
                    question=f"What does {short} stand for?",
                    answer=f"{long}.",
                    facts=[[long]],
                    evidence=[quote],
                    topic=topic_of(passage),
                    asker="councillor",
                )
