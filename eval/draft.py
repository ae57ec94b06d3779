"""Drafts candidate questions out of a pack, for a person to edit: none of them is asked until marked as checked.

Each rests on quotes that stand word for word on the pages named as right. What kinds there are:
decision, person   resolutions and actions of minutes (here)
table, followup    one cell of a table, then the same column of another row (``eval.draft_tables``)
number, date, person, definition   sentences with a figure, a date, an author or an acronym (``eval.draft_sentences``)
unanswerable       the same things of a year or by a body that the pack says nothing of (``eval.draft_absent``)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from eval.draft_absent import absent_candidates
from eval.draft_sentences import sentence_candidates
from eval.draft_tables import table_candidates
from eval.drafting import Candidate, DraftPack, blocks, facts_in, open_pack, plain
from eval.questions import GoldQuestion
from index.attendance import people_in
from index.minutes import ACTION, is_resolution, minute_heading
from index.model import Kind
from index.paragraphs import Paragraph
from qa.service import BoardQA

DEFAULT_LIMIT = 40
ABSENT_SHARE = 6  # one in so many drafts cannot be answered from the pack
LIST_ITEM = re.compile(r"\W*(?:[a-z]{1,4}|[ivx]{1,4}|\d{1,2})[.)]\s", re.I)  # "(a)", "ii)", "3."
GOES_ON = re.compile(r"(?:that|to|:|;|,|\band|\bor)\W*$", re.I)  # a resolution whose parts follow as list items
LABEL = re.compile(
    r"^\W*(?:it\s+was\s+)?(?:further\s+|unanimously\s+)?(?:resolved|agreed|decisions?|actions?)"
    r"(?:\s+(?:unanimously|agreed|point|by|log))?\s*[:–-]?\s*",
    re.I,
)
DONE = re.compile(
    r"\b(noted|approved|agreed|endorsed|ratified|adopted|supported|received)\b|\bbe\s+(?:\w+ly\s+)?(\w+ed)\b"
    r"|^(?:to\s+)?(note|endorse|approve|support|agree|adopt|ratify)\b",
    re.I,
)
CHAIR = re.compile(r"(?:the\s+)?chair(?:man|woman|person)?\b(?!.*\bvice)", re.I)
NAMED = re.compile(r"(?:[A-Z][\w.'’-]*\s?){1,5}")  # "Dr Sesay", "Head of Commissioning"
CLOSED = re.compile(
    r"(?<=[.;])\s+(?:the\s+)?meeting\s+(?:was\s+)?(?:ended|closed|concluded|finished|adjourned)\b", re.I
)
MINUTES_AGREED = re.compile(r"\bminutes\b", re.I)  # the title of the least telling of all decisions
MAX_PARTS = 8
MAX_DECISION_WORDS = 90


def draft(service: BoardQA, pack: str, limit: int = DEFAULT_LIMIT) -> list[GoldQuestion]:
    """At most ``limit`` candidate questions about a pack (id or file name), spread over its items and the kinds.

    The same pack gives the same drafts. Raises UnknownPackError.
    """
    opened = open_pack(service, pack)
    found = [*decision_candidates(opened), *table_candidates(opened), *sentence_candidates(opened)]
    placed = [placed for candidate in _unlike(found) if (placed := opened.placed(candidate))]
    absent = [opened.placed(candidate) for candidate in absent_candidates(opened, placed)]
    unanswerable = _spread([candidate for candidate in absent if candidate])[: limit // ABSENT_SHARE]
    chosen = _spread(placed)[: limit - len(unanswerable)] + unanswerable
    name = re.sub(r"[^\w.-]+", "-", opened.stem)
    return [
        GoldQuestion(
            id=f"{name}-draft-{number:03}",
            pack=opened.stem,
            question=candidate.question,
            kind=candidate.kind,
            answer=candidate.answer,
            must_include=candidate.facts,
            evidence=candidate.evidence,
            gold=candidate.gold,
            history=candidate.history,
            asker=candidate.asker,
            state="draft",
            note=candidate.note,
        )
        for number, candidate in enumerate(chosen, 1)
    ]


def _unlike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those whose wording another one has already; a follow-up counts with what it follows."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        first.setdefault(plain(" ".join(q for q, _ in candidate.history) + candidate.question), candidate)
    return list(first.values())


def _spread(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates so ordered that any first few are of many kinds and, within a kind, of many items."""
    kinds: dict[str, dict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    for candidate in candidates:
        kinds[candidate.kind][candidate.topic].append(candidate)
    return list(_in_turn([list(_in_turn(list(topics.values()))) for topics in kinds.values()]))


def _in_turn(groups: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    for place in range(max(map(len, groups), default=0)):
        for group in groups:
            if place < len(group):
                yield group[place]


def decision_candidates(pack: DraftPack) -> Iterator[Candidate]:
    """What was resolved, and who was to act, under each minute; what names a figure or a date comes first."""
    found = [*_decisions(pack), *_present(pack)]
    # A quote that stands on other pages too ("RESOLVED that the report be noted") does not tell of this minute alone
    telling = [
        c for c in found if c.kind != "decision" or ((placed := pack.placed(c)) and max(map(len, placed.gold)) == 1)
    ]
    yield from sorted(telling, key=_dullness)


def _dullness(candidate: Candidate) -> int:
    if MINUTES_AGREED.search(candidate.about):
        return 2
    return 0 if any(char.isdigit() for fact in candidate.facts for char in fact[0]) else 1


def _present(pack: DraftPack) -> Iterator[Candidate]:
    """Who chaired a meeting, and who sent apologies, as the head of its minutes tells."""
    for passage in pack.passages:
        meeting = pack.recorded(passage.spans[0].pdf_page)
        if passage.kind is not Kind.MINUTES or passage.table or meeting is None or meeting.date is None:
            continue
        which = f"the {meeting.body or pack.info.body or 'meeting'} on {meeting.date:%-d %B %Y}"
        for text in blocks(passage):
            people = people_in([Paragraph(text, ())])
            chair = next((p for p in people if p.role and CHAIR.match(p.role) and p.presence == "present"), None)
            away = [person.name for person in people if person.presence == "apologies"]
            if chair:
                yield Candidate(
                    kind="person",
                    question=f"Who chaired {which}?",
                    answer=f"{chair.name}.",
                    facts=[[chair.name.split()[-1]]],
                    evidence=[text],
                    topic="present",
                    asker="councillor",
                )
            if 1 < len(away) <= MAX_PARTS:
                yield Candidate(
                    kind="list",
                    question=f"Who sent apologies to {which}?",
                    answer=f"{', '.join(away)}.",
                    facts=[[name.split()[-1]] for name in away],
                    evidence=[text],
                    topic="apologies",
                    asker="officer",
                )


def _decisions(pack: DraftPack) -> Iterator[Candidate]:
    minute = ""
    for passage in pack.passages:
        if passage.kind is not Kind.MINUTES or passage.table:
            continue
        heading = minute_heading(passage.heading)
        minute = heading[1] if heading else minute
        parts = blocks(passage)
        for place, text in enumerate(parts):
            if heading := minute_heading(text):
                minute = heading[1]
            elif minute and is_resolution(text):
                meeting = pack.recorded(passage.spans[0].pdf_page)
                when = f" on {meeting.date:%-d %B %Y}" if meeting and meeting.date else ""
                body = (meeting.body if meeting else None) or pack.info.body or "meeting"
                if ACTION.match(text):
                    yield from _action(text, minute, body, when)
                else:
                    yield from _resolution(text, parts[place + 1 :], minute, body, when)


def _action(text: str, minute: str, body: str, when: str) -> Iterator[Candidate]:
    who = LABEL.sub("", text).strip(" .")
    if NAMED.fullmatch(who):
        yield Candidate(
            kind="person",
            question=f"Who was given an action under “{minute}” when the {body} met{when}?",
            answer=f"{who}.",
            facts=[[who.split()[-1] if len(who.split()) < 4 else who]],
            evidence=[text],
            topic=minute,
            asker="officer",
        )


def _resolution(text: str, later: Sequence[str], minute: str, body: str, when: str) -> Iterator[Candidate]:
    text = CLOSED.split(text)[0].strip()
    quotes = [text]
    if GOES_ON.search(text):
        for part in later[:MAX_PARTS]:
            if not LIST_ITEM.match(part) or is_resolution(part):
                break
            quotes.append(part)
    told = re.sub(r"^that\b[\s:,–-]*", "", LABEL.sub("", " ".join(quotes)), flags=re.I).strip()
    facts = facts_in(told) or [[found[found.lastindex or 0]] for found in [DONE.search(told)] if found]
    if facts and len(told.split()) <= MAX_DECISION_WORDS:
        # The line that only opens a list of parts says nothing
        evidence = quotes[1:] if len(quotes) > 1 and not facts_in(text) else quotes
        yield Candidate(
            kind="decision",
            question=f"What did the {body} decide about “{minute}” at its meeting{when}?",
            answer=told if told[0].isupper() else f"That {told}",
            facts=facts,
            evidence=evidence,
            topic=minute,
            asker="councillor",
            about=minute,
        )
