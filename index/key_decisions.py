"""Key decisions: entries of forward plans, and notices of decisions proposed or made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from index.meeting import dates_in
from index.minutes import DECISION_NOTICE
from index.model import Span
from index.paragraphs import Paragraph, joined, rows_under
from index.record_model import KeyDecision, Said

# forward plans' columns
COLUMNS = {
    "title": re.compile(
        r"(?:title\s+of\s+)?(?:key\s+)?decision(?:\s+(?:title|to\s+be\s+taken|required))?"
        r"|matter(?:\s+for\s+decision)?|subject|item|title",
        re.I,
    ),
    "maker": re.compile(
        r"(?:decision[\s-]*(?:maker|taker)|who(?:\s+and\s+when)?|decision\s+to\s+be\s+taken\s+by|taken\s+by|body"
        r"|by\s+whom)(?:.{0,30})",
        re.I,
    ),
    "date": re.compile(
        r"(?:date|when)\b.{0,40}|(?:expected|likely|target|decision)\s+date.{0,20}|meeting\s+date", re.I
    ),
    "key": re.compile(r"key(?:\s+decision)?\??|key\s*/\s*non-key", re.I),
    "wards": re.compile(r"(?:electoral\s+)?(?:wards?|divisions?)(?:\s+affected)?|wards?\(s\)", re.I),
    "contact": re.compile(
        r"(?:contact|lead|report(?:ing)?|responsible)?\s*(?:officer|contact|author)s?(?:\s+(?:details|name))?|contact",
        re.I,
    ),
    "reference": re.compile(r"ref(?:erence)?(?:\s+(?:no|number))?\.?|decision\s+(?:no|number|ref)\.?", re.I),
}
# the labelled fields of a decision notice: "DECISION NO: 24/00096", "Key decision: YES", "Wards affected:"
FIELDS = {
    "reference": re.compile(r"(?:decision\s+(?:no|number|ref(?:erence)?)|reference(?:\s+number)?)\.?\s*[:\t]", re.I),
    "maker": re.compile(
        r"(?:decision\s+(?:to\s+be\s+)?taken\s+by|decision[\s-]*(?:maker|taker)"
        r"|name\s+of\s+decision[\s-]*maker)\s*[:\t]",
        re.I,
    ),
    "title": re.compile(
        r"(?:subject(?:\s+matter)?(?:\s*/\s*title\s+of\s+decision)?|title(?:\s+of\s+(?:the\s+)?decision)?"
        r"|title)\s*(?:[:\t]|\n|$)",
        re.I,
    ),
    "key": re.compile(r"(?:is\s+this\s+a\s+)?key\s+decision\s*\??\s*[:\t?]", re.I),
    "text": re.compile(r"(?:proposed\s+decision|decision(?:\s+(?:made|taken))?|record\s+of\s+decision)\s*[:\t]", re.I),
    "date": re.compile(
        r"(?:date\s+(?:of|for)\s+(?:the\s+)?decision|decision\s+date|date\s+(?:decision\s+)?(?:made|taken|signed)"
        r"|date)\s*[:\t]",
        re.I,
    ),
    "wards": re.compile(r"(?:electoral\s+)?(?:wards?|divisions?)(?:\(s\))?(?:\s+affected)?\s*[:\t]", re.I),
    "contact": re.compile(
        r"(?:contact(?:\s+officer)?|report\s+author|lead\s+officer|relevant\s+officer)\s*[:\t]", re.I
    ),
    "other": re.compile(
        r"(?:reasons?(?:\(s\))?\s+for\s+(?:the\s+)?decision|reason\(s\)\s+for\s+decision|background"
        r"|any\s+alternatives.{0,60}|alternatives.{0,60}"
        r"|financial\s+implications|any\s+interest\s+declared.{0,60}|signed|.{0,40}consultation)\s*[:\t]",
        re.I,
    ),
}
PLAN = re.compile(
    r"forward\s+plan|(?:notice|schedule)\s+of\s+(?:forthcoming\s+|key\s+)+decisions|cabinet\s+work\s+programme", re.I
)
HEAD = 12  # paragraphs in which a notice or a plan says what it is


def key_decisions_among(told: Sequence[Paragraph]) -> tuple[KeyDecision, ...]:
    """The entries of a forward plan, or the one decision of a notice, among a paper's paragraphs; else nothing."""
    head = [one.flat for one in told[:HEAD]]
    notice = next((found for text in head if len(text) < 140 and (found := DECISION_NOTICE.search(text))), None)
    planned = tuple(_planned(told, named=any(PLAN.search(text) for text in head)))
    if planned:
        return planned
    return tuple(_notice(told, bool(notice["proposed"]))) if notice else ()


def _planned(told: Sequence[Paragraph], *, named: bool) -> Iterator[KeyDecision]:
    def is_plan(heads: Mapping[str, int]) -> bool:
        dated = "maker" in heads or "date" in heads
        return "title" in heads and dated and (named or "key" in heads) and len(heads) > 2

    for heads, one in rows_under(told, COLUMNS, is_plan):
        cells = {name: one.cell(place) for name, place in heads.items()}
        if len(cells["title"].text.split()) > 1:
            yield _entry(cells, one)


def _entry(told: dict[str, Said], one: Paragraph) -> KeyDecision:
    def words(name: str) -> str | None:
        return (" ".join(told[name].text.split()) or None) if name in told else None

    when = words("date") or words("maker") or ""
    days = dates_in(when)
    maker = words("maker")
    if maker and "date" not in told:
        maker = _without_date(maker) or maker
    key = words("key")
    plain = re.sub(r"\W", "", key or "").lower()
    return KeyDecision(
        title=words("title") or "",
        spans=one.spans,
        text=one.text,
        reference=words("reference"),
        date=days[0] if days else None,
        maker=maker,
        wards=words("wards"),
        contact=words("contact"),
        key=(plain in ("k", "key", "y", "yes", "keydecision")) if "key" in told else None,
        confidence=0.95 if days else 0.8,
        flags=() if days else ("no date is told",),
    )


def _without_date(text: str) -> str:
    """ "Cabinet, 8 April 2025; Council, 29 April 2025" without its days."""
    return re.sub(
        r",?\s*(?:on\s+)?(?:[A-Z][a-z]+day\s+)?\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]+(?:\s+20\d\d)?", "", text
    ).strip(" ,;")


def _notice(told: Sequence[Paragraph], proposed: bool) -> Iterator[KeyDecision]:
    fields: dict[str, list[Said]] = {}
    current = ""
    for one in told:
        name, start = _field(one)
        if name:
            if name in fields and name != "other":
                current = ""
                continue
            current = name
            fields[name] = [one.slice(start, len(one.text))] if one.text[start:].strip() else []
        elif current and current != "other" and len(fields[current]) < (30 if current == "text" else 1):
            fields[current].append(one.said())
    if not fields.get("text") and not fields.get("title"):
        return
    whole = joined(fields.get("text", []))
    title = joined(fields.get("title", []))

    def words(name: str) -> str | None:
        return " ".join(joined(fields.get(name, [])).text.split()) or None

    days: list[date] = dates_in(words("date") or "")
    spans: tuple[Span, ...] = title.spans + whole.spans
    flags = ("no date is told",) if not days else ()
    yield KeyDecision(
        title=" ".join(title.text.split()),
        spans=spans,
        text=whole.text,
        reference=words("reference"),
        date=days[0] if days else None,
        maker=words("maker"),
        wards=words("wards"),
        contact=words("contact"),
        key=bool(re.match(r"yes", words("key") or "", re.I)) if "key" in fields else None,
        proposed=proposed,
        confidence=0.9 if whole.text and title.text else 0.6,
        flags=flags,
    )


def _field(one: Paragraph) -> tuple[str, int]:
    for name, pattern in FIELDS.items():
        if found := pattern.match(one.text, one.begins):
            return name, found.end()
    return "", 0
