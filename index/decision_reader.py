"""What is known while a minute is read from top to bottom: the motion, the votes, the decisions so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.decision_forms import FATE_LOST, kind_of
from index.minute_series import MinuteText
from index.model import Span
from index.paragraphs import joined
from index.record_model import Amendment, Decision, Outcome, Part, Said, Vote
from index.resolution_text import texts
from index.votes import merged, vote_in

CERTAIN, LIKELY, LOOSE, BY_VOTE = 0.97, 0.9, 0.7, 0.75  # confidence by the form of the words
# a body's own recommendation among the words before a vote: "CB7 recommends denial", "Whereas, the Board recommends"
PROPOSES = re.compile(r"\brecommends\b|\bmotion\s+to\s+recommend\b", re.I)
SHORT_MOTION = 90  # words since the heading that are all taken for the motion


@dataclass(slots=True)
class Motion:
    said: Said
    mover: Said | None
    seconder: Said | None
    amendment: bool


@dataclass(slots=True)
class MinuteReader:
    """What is known while a minute is read from top to bottom."""

    minute: MinuteText
    decisions: list[Decision] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    motion: Motion | None = None
    amendments: list[Amendment] = field(default_factory=list)
    movers: tuple[Said | None, Said | None] = (None, None)
    settled: bool = False  # nothing but votes stands between the last decision and here
    before: list[Said] = field(default_factory=list)  # the words since the last heading or decision
    sub: str = ""
    subs: list[str] = field(default_factory=list)  # the headings since the last decision
    amending: bool = False  # what follows stands under "Amendment"
    late: bool = False  # a resolution stands further down in this minute

    def words_before(self) -> Said | None:
        """What was voted on, where no resolution says it: all words since the last decision where they are few, else
        the last paragraph."""
        if not self.before:
            return self.minute.heading
        whole = joined(self.before)
        return whole if len(whole.text.split()) <= SHORT_MOTION else self.before[-1]

    def decide(
        self,
        said: Said,
        form: Outcome,
        confidence: float,
        *,
        parts: Sequence[Part] = (),
        flags: Sequence[str] = (),
        fixed: bool = False,
        lead: str = "",
        spoken: bool = False,
    ) -> None:
        """Record a decision with the votes and movers that were told before it.

        ``spoken`` says that ``said`` is the talk before a vote: what somebody recommended there was then decided.
        """
        if self.motion is not None and self.motion.amendment:
            motion = self.motion
            self.amendments.append(
                Amendment(motion.said.text, motion.said.spans, None, motion.mover, motion.seconder, None)
            )
        clauses = texts(parts)
        own = vote_in(Said(lead, ())) if lead else None
        if own is not None:
            own = replace(own, text=lead, spans=_opening(said, lead), carried=True)
        told = [*([own] if own else []), *self.votes]
        mover, seconder = self.movers
        kind = form if fixed else kind_of(form, said.text, clauses)
        several = len(self.subs) > 1 and self.subs[0] in " ".join(said.text.split())
        self.decisions.append(
            Decision(
                kind=form if spoken and kind is Outcome.RECOMMENDED and not PROPOSES.search(said.text) else kind,
                text=said.text,
                spans=said.spans,
                parts=tuple(parts),
                minute=self.minute.number,
                title=self.minute.title if several else self.sub or self.minute.title,
                vote=merged(told),
                mover=mover,
                seconder=seconder,
                amendments=tuple(self.amendments),
                confidence=confidence,
                flags=tuple(flags),
            )
        )
        self.votes, self.amendments, self.motion, self.movers = [], [], None, (None, None)
        self.settled, self.before, self.subs = True, [], []

    def put(self, fate: str, what: str, vote: Vote | None, said: Said) -> None:
        """A motion or amendment was carried or lost."""
        lost = bool(FATE_LOST.search(fate))
        told = merged([*self.votes, *([vote] if vote else [])])
        motion = self.motion
        if "amendment" in what.lower() or (motion is not None and motion.amendment):
            words = motion.said if motion else said
            self.amendments.append(
                Amendment(
                    words.text,
                    words.spans,
                    not lost,
                    motion.mover if motion else None,
                    motion.seconder if motion else None,
                    told,
                )
            )
            self.votes, self.motion = [], None
        elif lost:
            words = motion.said if motion else (self.before[-1] if self.before and len(said.text) < 90 else said)
            self.movers = (motion.mover, motion.seconder) if motion else (None, None)
            kept, self.votes = self.amendments, [told] if told else []
            self.amendments = []
            self.decide(words, Outcome.LOST, LIKELY, fixed=True)
            self.amendments = kept
        else:
            self.votes = [told] if told else []
            if motion is not None:
                self.movers = (motion.mover, motion.seconder)
            if not self.late:
                words = motion.said if motion else (self.words_before() or said)
                flags = () if motion else ("the words of the motion are those before the vote",)
                self.decide(words, Outcome.RESOLVED, LIKELY if motion else BY_VOTE, flags=flags, spoken=not motion)

    def attach(self, vote: Vote | None, movers: tuple[Said | None, Said | None]) -> None:
        """Give the last decision a vote and movers that are told after it."""
        last = self.decisions[-1]
        told = merged([*([last.vote] if last.vote else []), *([vote] if vote else [])])
        self.decisions[-1] = replace(
            last, vote=told, mover=last.mover or movers[0], seconder=last.seconder or movers[1]
        )


def _opening(said: Said, lead: str) -> tuple[Span, ...]:
    """Where ``lead``, the first words of ``said``, stands."""
    first = said.spans[0]
    if lead == said.text or first.end - first.start < len(lead):
        return said.spans
    return (Span(first.pdf_page, first.start, first.start + len(lead)),)
