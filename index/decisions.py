"""What one minute decided: resolutions with all their parts, agreements told in a sentence, motions and amendments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.decision_forms import (
    BODY_COLON,
    BODY_SENTENCES,
    FATE_LOST,
    FURTHER,
    HEADED,
    LEADS,
    LIST_VERB,
    LOOSE_SENTENCES,
    NAMED_RESOLUTION,
    NOT_NOW,
    PAPER_SENTENCES,
    PUT,
    RESULT_LOST,
    SETTLES,
    TAIL_WORD,
    kind_of,
)
from index.decision_reader import BY_VOTE, CERTAIN, LIKELY, LOOSE, MinuteReader, Motion
from index.minute_series import MinuteText, is_plain_heading
from index.minutes import ACTION, minute_heading
from index.paragraphs import OPENERS, Paragraph, joined
from index.record_model import Decision, Outcome, Said, Vote
from index.resolution_text import MOST_PARAGRAPHS, UNFINISHED, Resolution, inline_parts, texts
from index.sentences import is_finished, sentences
from index.votes import SIDE, is_vote_line, merged, mover_and_seconder, vote_in

LONGEST_SENTENCE = 1500  # characters of a sentence in which its verb must stand
LONGEST_LEAD = 160  # characters before RESOLVED in its sentence
# "This decision is subject to call-in", "not subject to call in", "called in by Councillors …"
CALL_IN = re.compile(r"\bcall(?:ed)?[\s-]in\b", re.I)
# "moved", "proposed that": a motion that the words after it may settle
MOTION = re.compile(
    r"\b(?:[Mm]otion\b[^.]{0,80}\bby\b|moved|proposed|made\s+a\s+motion|motion\b[^.]{0,40}\bmade|MOVED|PROPOSED)\b"
)
VOTE_WORDS = re.compile(r"\bvot(?:e|ed|es|ing)\b|\babstained\b|\bagainst\s*:|\bunanim", re.I)
# the forms whose whole paragraph is the resolution
WHOLE = re.compile(
    r"\W*(?:further\s+|unanimously\s+)?(?:resolved|resolution|agreed|decisions?|noted|approved|voted|ordered"
    r"|resolves|it\s+was|now\b|therefore\b|be\s)",
    re.I,
)
TOLD_AFTER = re.compile(
    r"(?:carried|vot(?:e|ing)|unanimous|passed|in\s+favour|for\b|the\s+(?:vote|motion)|all\s+in)", re.I
)
APPROVED = re.compile(r"result\s*:\s*(?:approved|adopted)\b", re.I)
DASHES = frozenset("–—-")
AMENDING = re.compile(r"(?:amendment|motion)\s*\d*\s*[:–-]?", re.I)
BE_IT = re.compile(r"\W*(?:now,?\s+)?(?:therefore,?\s+)?be\s+(?:it\s+)?", re.I)
# A title row's sentence starts: the words of a heading stand before them without a stop
ROW_START = re.compile(r"(?<=[\w?:)] )(?=(?:The|This|These|It\s+was|All|Members)\s+[a-zA-Z])|(?<=\t)")


def decisions_in(minute: MinuteText) -> tuple[Decision, ...]:
    """The decisions of one minute in the order in which they stand."""
    reader = MinuteReader(minute)
    body = minute.body
    place = 0
    while place < len(body):
        one = body[place]
        reader.late = any(_lead(later) is not None for later in body[place + 1 :])
        place = _take(reader, body, place, one)
    if reader.amendments:
        flags = ("an amendment without a decision on what it amends",)
        for amendment in reader.amendments:
            reader.votes = [amendment.vote] if amendment.vote else []
            reader.movers = (amendment.mover, amendment.seconder)
            kept, reader.amendments = reader.amendments, []
            kind = Outcome.RESOLVED if amendment.carried else Outcome.LOST
            reader.decide(Said(amendment.text, amendment.spans), kind, LOOSE, flags=flags, fixed=True)
            reader.amendments = kept
    return tuple(reader.decisions)


def _take(reader: MinuteReader, body: Sequence[Paragraph], place: int, one: Paragraph) -> int:
    """Read the paragraph at ``place``; the place of the next one to read."""
    if ACTION.match(one.text) or _is_noise(one):
        return place + 1
    if is_plain_heading(one):
        reader.sub = one.text[one.begins :].replace("\n", " ").strip()
        reader.subs.append(reader.sub)
        reader.before.append(one.said())
        reader.settled = False
        return place + 1
    if is_vote_line(one):
        _vote_line(reader, one)
        return place + 1
    lead = _lead(one) or _over_list(one, body[place + 1 : place + 2])
    if lead is not None:
        return _resolution(reader, body, place, one, *lead)
    if AMENDING.fullmatch(one.flat):
        reader.amending = one.flat.lower().startswith("amend")
        return place + 1
    named = NAMED_RESOLUTION.search(one.text)
    tail = TAIL_WORD.search(one.text[one.begins :])
    if not one.cells and (named or (tail and (one.label or len(one.text) < 200))):
        _named(reader, one, tail["word"] if tail else "")
        return place + 1
    return _prose(reader, body, place, one)


def _is_noise(one: Paragraph) -> bool:
    return not re.search(r"[A-Za-z]{2}", one.text) or bool(
        re.fullmatch(r"\W*\(?(?:item|page)\s+\S+\)?\W*", one.text, re.I)
    )


def _over_list(one: Paragraph, after: Sequence[Paragraph]) -> tuple[int, Outcome] | None:
    """A line that stands over what was decided: "Decision", "The Trust Board:"."""
    if one.cells or not after or after[0].cells:
        return None
    if HEADED.fullmatch(one.flat):
        return one.begins, Outcome.AGREED if one.flat.lower().startswith("agreed") else Outcome.RESOLVED
    if BODY_COLON.fullmatch(one.flat) and after[0].label and LIST_VERB.match(after[0].text, after[0].begins):
        return one.begins, Outcome.RESOLVED
    return None


def _lead(one: Paragraph) -> tuple[int, Outcome] | None:
    """Where a resolution begins in a paragraph, and its form."""
    if one.cells:
        return None
    for start, end in [(one.begins, len(one.text)), *sentences(one.text)]:
        start = max(start, one.begins)
        for pattern, form in LEADS:
            found = pattern.match(one.text, start, end)
            if found and found.end() - start <= LONGEST_LEAD and not NOT_NOW.search(one.text[start : found.end() + 60]):
                return start, form
    return None


def _resolution(
    reader: MinuteReader, body: Sequence[Paragraph], place: int, one: Paragraph, start: int, form: Outcome
) -> int:
    """Take in a resolution with all that belongs to it."""
    if start > one.begins:
        _sentences(reader, one, one.begins, start)
    text = one.text
    end = len(text)
    if start > one.begins or not (WHOLE.match(text, start) or text.rstrip().endswith(":")):
        # told in a sentence of its own: what follows it in the paragraph is talk again
        first = next((b for a, b in sentences(text[start:]) if b > 20), len(text) - start)
        end = start + first
    resolution = Resolution([one.slice(start, end)])
    following = place + 1
    for _ in range(_to_vote(body, place) if BE_IT.match(text, start) else 0):
        resolution.add(body[following])
        following += 1
    if end == len(text):
        while following < len(body) and resolution.goes_on_with(body[following]):
            resolution.add(body[following])
            following += 1
    said = resolution.said
    parts = resolution.parts() or inline_parts(one, start, end)
    unfinished = UNFINISHED.search(resolution.pieces[-1].text.rstrip()) and not resolution.rows
    flags = ("its end was not found: the text may go on",) if unfinished else ()
    _after_words(reader, one, start, end)
    opening = re.match(r"[^:]{0,80}?(?:\([^)]*\)|unanimously|by\s+\w+\s+votes?[^:.]{0,60})", resolution.pieces[0].text)
    reader.decide(
        said, form, CERTAIN if not flags else LOOSE, parts=parts, flags=flags, lead=opening[0] if opening else ""
    )
    if end < len(text):
        _sentences(reader, one, end, len(text))
    return following


def _after_words(reader: MinuteReader, one: Paragraph, start: int, end: int) -> None:
    """Who moved and how it was voted, told in a resolution: "RESOLVED … Proposed by Cllr Nunn. Carried by 3 to 1."."""
    mover, seconder = mover_and_seconder(one.slice(start, end), one)
    if seconder is not None:
        reader.movers = (mover, seconder)
    for place, (first, last) in enumerate(sentences(one.text[start:end])):
        said = one.slice(start + first, start + last)
        if place and TOLD_AFTER.match(said.text) and (vote := vote_in(said)) is not None:
            reader.votes.append(vote)


def _to_vote(body: Sequence[Paragraph], place: int) -> int:
    """How many paragraphs stand between "Be it resolved" and the vote that settles it, all of them parts of it; none
    where another matter begins before a vote, but "Be it further resolved" always goes on with the one before."""
    further = 0
    for count, one in enumerate(body[place + 1 : place + 1 + MOST_PARAGRAPHS]):
        if SETTLES.match(one.text):
            return count
        if FURTHER.match(one.text):
            further = count + 1
        elif _lead(one) is not None or ACTION.match(one.text) or (is_plain_heading(one) and minute_heading(one.flat)):
            break
    return further


def _named(reader: MinuteReader, one: Paragraph, word: str) -> None:
    """ "… – Resolution opposing the licence. Adopted.", "renewal of the licence – Tabled"."""
    bare = len(one.text[one.begins :].split()) <= 2
    # "… to 6 pm" / "– Resolution not opposing the fair": the layout cut the line at its dash
    bare = bare or (one.label in DASHES and bool(reader.before) and not is_finished(reader.before[-1].text))
    said = joined([*reader.before[-1:], one.said()]) if bare else one.said()
    form = Outcome.DEFERRED if re.match(r"tabled|deferred|withdrawn", word, re.I) else Outcome.RESOLVED
    if re.match(r"agreed", word, re.I):
        form = Outcome.AGREED
    flags = () if word else ("no outcome is told",)
    reader.decide(said, form, LIKELY if word else LOOSE, flags=flags, fixed=form is Outcome.DEFERRED)


def _vote_line(reader: MinuteReader, one: Paragraph) -> None:
    said = one.said()
    vote = vote_in(said)
    movers = mover_and_seconder(said, one)
    text = one.text[one.begins :].lstrip()
    put = PUT.search(text)
    if reader.settled and reader.decisions and not (put and FATE_LOST.search(put[0])):
        reader.attach(vote, movers)
        return
    if SETTLES.match(text) and not (put and reader.late):
        lost = bool(RESULT_LOST.search(text))
        reader.votes = [told] if (told := merged([*reader.votes, *([vote] if vote else [])])) else []
        words = reader.motion.said if reader.motion and len(reader.before) > 3 else reader.words_before()
        if reader.motion:
            reader.movers = (reader.motion.mover, reader.motion.seconder)
        said = words or said
        flags = ("its words are those before the vote",)
        form = Outcome.LOST if lost else Outcome.APPROVED if APPROVED.match(text) else Outcome.RESOLVED
        reader.decide(said, form, BY_VOTE, flags=flags, fixed=lost, spoken=True)
        return
    if put:
        reader.put(put["fate"] or put["end"] or put["alone"], put["what"] or put["bare"] or "", vote, said)
        return
    if vote:
        reader.votes.append(vote)
    if movers != (None, None):
        reader.movers = (movers[0] or reader.movers[0], movers[1] or reader.movers[1])


def _prose(reader: MinuteReader, body: Sequence[Paragraph], place: int, one: Paragraph) -> int:
    """Read a paragraph sentence by sentence; one that leads to a list takes the list in."""
    lead = _sentences(reader, one, one.begins, len(one.text))
    following = place + 1
    if lead:
        last = reader.decisions[-1]
        resolution = Resolution([Said(last.text, last.spans)])
        while following < len(body) and resolution.goes_on_with(body[following]):
            resolution.add(body[following])
            following += 1
        if following > place + 1:
            whole, parts = resolution.said, resolution.parts()
            kind = kind_of(last.kind, whole.text, texts(parts)) if parts else last.kind
            reader.decisions[-1] = replace(last, text=whole.text, spans=whole.spans, parts=parts, kind=kind)
    return following


def _sentences(reader: MinuteReader, one: Paragraph, start: int, end: int) -> bool:
    """Read the sentences between two places; whether the last is a decision that leads to a list."""
    lead = False
    spoken = start  # where the words not yet decided begin
    listed = SIDE.search(one.text, start, end)  # a list of who voted how, over several sentences
    if listed and (vote := vote_in(one.slice(start, end))) is not None:
        reader.votes.append(vote)
    for first, last in _cut(one, start, end):
        said = one.slice(first, last)
        lead = False
        found = _agreed(said.text[:LONGEST_SENTENCE])
        put = PUT.search(said.text)
        vote = vote_in(said) if put or (VOTE_WORDS.search(said.text) and not listed) else None
        movers = mover_and_seconder(said, one)
        if found is not None and not (put and FATE_LOST.search(put[0])):
            form, confidence, fixed = found
            talk = one.label != "" and one.label in "•▪◦o–-■●"
            flags = ("agreed in the discussion",) if confidence <= LOOSE and (talk or reader.late) else ()
            if movers != (None, None):
                reader.movers = movers
            reader.decide(
                said, form, confidence - 0.1 * bool(flags), flags=flags, fixed=fixed, lead=said.text if vote else ""
            )
            lead = last == end and said.text.rstrip().endswith((":", "follows", "to", "that"))
            spoken = last
            continue
        if put and not re.search(r"\b(?:if|would|should|could|had)\b", said.text[: put.end()]):
            if reader.motion is None and movers == (None, None) and not reader.settled:
                reader.before.append(one.slice(spoken, first) if spoken < first else said)
            if movers[0] is not None:
                reader.motion = Motion(said, *movers, "amend" in said.text.lower())
            _settle(reader, put, vote, said)
            spoken = last
            continue
        if MOTION.search(said.text) and (movers != (None, None) or re.search(r"\bmoved\b|proposed\s+that", said.text)):
            if movers[0] is None and movers[1] is not None and reader.motion is not None:
                reader.motion.seconder = movers[1]
            else:
                reader.motion = Motion(said, *movers, reader.amending or bool(re.search(r"\bamend", said.text, re.I)))
                if not reader.motion.amendment and (movers[1] is not None or re.search(r"\bmoved\b", said.text, re.I)):
                    reader.movers = movers
        elif movers[1] is not None and reader.motion is not None and reader.motion.seconder is None:
            reader.motion.seconder = movers[1]
            reader.movers = (reader.motion.mover, movers[1])
        elif vote is not None and (re.search(r"\bvot(?:e|ed|ing)\b|:\s", said.text) or reader.votes):
            reader.votes.append(vote)
        if CALL_IN.search(said.text) and reader.decisions:
            reader.decisions[-1] = replace(reader.decisions[-1], call_in=said)
        reader.settled = False
    if spoken < end and one.text[spoken:end].strip():
        reader.before.append(one.slice(spoken, end))
    return lead


def _settle(reader: MinuteReader, put: re.Match[str], vote: Vote | None, said: Said) -> None:
    if reader.settled and reader.decisions and not FATE_LOST.search(put[0]):
        reader.attach(vote, (None, None))
    else:
        reader.put(put["fate"] or put["end"] or put["alone"], put["what"] or put["bare"] or "", vote, said)


def _cut(one: Paragraph, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences; in a table row also where a heading runs into the sentence after it."""
    found = [(start + a, start + b) for a, b in sentences(one.text[start:end])]
    if not one.cells:
        return found
    cut: list[tuple[int, int]] = []
    for first, last in found:
        edges = [first, *(m.start() for m in ROW_START.finditer(one.text, first, last) if m.start() > first), last]
        cut += [(a, b) for a, b in pairwise(edges) if one.text[a:b].strip()]
    return cut


def _agreed(text: str) -> tuple[Outcome, float, bool] | None:
    """The form of a sentence that tells a decision, how sure that is, and whether its verb alone is the kind."""
    if OPENERS.match(text) and not text.startswith(("It was", "It Was")):
        return None
    if text.rstrip().endswith("?") or text.lstrip().startswith(("“", '"', "‘")) or NOT_NOW.search(text):
        return None
    for pattern, kind in BODY_SENTENCES:
        if pattern.match(text):
            return kind, LIKELY, kind is not Outcome.AGREED and kind is not Outcome.APPROVED
    for pattern, kind in PAPER_SENTENCES:
        if pattern.match(text):
            return kind, LIKELY, True
    for pattern, kind in LOOSE_SENTENCES:
        if pattern.match(text):
            return kind, LOOSE, False
    return None
