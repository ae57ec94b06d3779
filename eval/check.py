"""Checks a question set against the true pages of its packs, line by line, before anyone is measured by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.drafting import plain
from eval.matching import says, stands_on
from eval.questions import UNANSWERABLE, GoldQuestion, QuestionSetError, TruePage, question_files

FOLLOW_UP = "followup"
KINDS = (
    "fact",
    "number",
    "table",
    "decision",
    "person",
    "date",
    "list",
    "multi",
    "definition",
    FOLLOW_UP,
    UNANSWERABLE,
)
ASKERS = ("", "councillor", "officer")
ID = re.compile(r"[A-Za-z0-9][\w.-]*")
# Told in sets for people's use; nothing reads them.
REMARKS = {"gold_printed", "also_evidence"}

Found = tuple[str, str]  # what is wrong, what to do


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one line of a question file: where, what, and what to do. ``line`` counts from 1."""

    file: Path
    line: int
    id: str
    message: str
    hint: str


def check(path: Path, pages: Mapping[str, Mapping[int, TruePage]]) -> list[Problem]:
    """All that is wrong with the set ``path`` (file or folder), in the order of its lines.

    ``pages`` are the pages of the packs by the stem of their file and by PDF page. Drafts are checked like the rest.
    Raises QuestionSetError where there is no file or one cannot be read.
    """
    letters = {pack: {number: plain(page.text) for number, page in of.items()} for pack, of in pages.items()}
    ids: dict[str, str] = {}
    asked: dict[str, str] = {}
    problems = []
    for file in question_files(path):
        for line, text in _lines(file):
            place = f"{file.name}:{line}"
            read = _read(text)
            if not isinstance(read, GoldQuestion):
                problems += [Problem(file, line, read.get("id", ""), *found) for found in read["problems"]]
                continue
            found = [
                *_unknown_fields(text),
                *_repeated(read, place, ids, asked),
                *_form(read),
                *_facts(read),
                *_places(read, pages, letters),
            ]
            problems += [Problem(file, line, read.id, message, hint) for message, hint in found]
    return problems


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise QuestionSetError(f"{file} cannot be read: {error}.", "One JSON object a line is expected.") from None
    yield from ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _read(text: str) -> GoldQuestion | dict[str, Any]:
    """The question of a line, or what is wrong under "problems" and the "id" where it can be told."""
    try:
        record = json.loads(text)
    except ValueError as error:
        return {"problems": [(f"The line is no JSON: {error}.", "One JSON object a line is expected.")]}
    try:
        return GoldQuestion.model_validate(record)
    except ValidationError as error:
        wrong = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors(include_url=False)]
        told = [(f"{field}: {message}." if field else f"{message}.", "") for field, message in wrong]
        return {"id": str(record.get("id", "")) if isinstance(record, dict) else "", "problems": told}


def _unknown_fields(text: str) -> Iterator[Found]:
    known = {*GoldQuestion.model_fields, *REMARKS}
    for name in json.loads(text):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            yield f"There is no field {name!r}.", f"Write {near[0]!r}." if near else "Take it out; `note` is free text."


def _repeated(question: GoldQuestion, place: str, ids: dict[str, str], asked: dict[str, str]) -> Iterator[Found]:
    """Whether the id or the wording was there before; both dicts remember where they were first met."""
    if question.id in ids:
        yield f"The id is already that of {ids[question.id]}.", "Give it one of its own."
    ids.setdefault(question.id, place)
    # The same follow-up to another question is another question
    words = "\n".join(plain(text) for text in (*(earlier for earlier, _ in question.history), question.question))
    if words in asked:
        yield f"The question is already asked at {asked[words]}.", "Take one of the two out."
    asked.setdefault(words, place)


def _form(question: GoldQuestion) -> Iterator[Found]:
    if not ID.fullmatch(question.id):
        yield f"The id {question.id!r} is not well formed.", "Use letters, digits, full stops, hyphens and underscores."
    if not question.question.strip():
        yield "There is no question.", "Write one."
    if question.kind not in KINDS:
        yield f"There is no kind {question.kind!r}.", f"One of: {', '.join(KINDS)}."
    if question.asker not in ASKERS:
        yield f"There is no asker {question.asker!r}.", "Write councillor or officer, or leave it out."
    if question.kind == FOLLOW_UP and not question.history:
        yield "It is a follow-up to nothing.", "Put the earlier question and its answer in `history`."
    if question.kind == UNANSWERABLE:
        for name in ("must_include", "evidence", "gold"):
            if getattr(question, name):
                yield f"It cannot be answered, but has {name}.", f"Empty {name}, or choose another kind."
    elif not question.must_include or not question.evidence:
        lacks = "fact in must_include" if not question.must_include else "quote in evidence"
        yield f"It has no {lacks}.", f"Give one, or choose the kind {UNANSWERABLE}."
    if len(question.evidence) != len(question.gold):
        yield (
            f"It has {len(question.evidence)} quotes in evidence, but pages for {len(question.gold)} in gold.",
            "Give a list of PDF pages for each quote.",
        )


def _facts(question: GoldQuestion) -> Iterator[Found]:
    """Whether each required fact stands in a quote or in the answer, in one of its ways to be said."""
    told = " ".join([*question.evidence, question.answer])
    for ways in question.must_include:
        if not any(way.strip() for way in ways):
            yield "A fact of must_include is empty.", "Take it out, or write how it may be said."
        elif not any(way.strip() and says(told, way) for way in ways):
            yield (
                f"The fact {ways[0]!r} stands neither in evidence nor in the answer.",
                "Correct the fact, or quote the words that give it.",
            )


def _places(
    question: GoldQuestion, pages: Mapping[str, Mapping[int, TruePage]], letters: Mapping[str, Mapping[int, str]]
) -> Iterator[Found]:
    """Whether packs and pages exist, and each quote stands on its pages and on no other."""
    if question.pack not in pages:
        near = get_close_matches(question.pack, pages, n=1)
        yield f"There is no pack {question.pack!r}.", f"Did you mean {near[0]!r}?" if near else "Name its file's stem."
        return
    own = pages[question.pack]
    for pack, numbers in {question.pack: question.also, **question.elsewhere}.items():
        if pack not in pages:
            yield f"There is no pack {pack!r} for elsewhere.", "Name its file's stem."
            continue
        for number in numbers:
            if number not in pages[pack]:
                yield f"Pack {pack!r} has no PDF page {number}.", f"It has {len(pages[pack])} pages, counted from 1."
    for quote, gold in zip(question.evidence, question.gold, strict=False):
        shown = quote if len(quote) <= 60 else f"{quote[:57]}…"
        if not plain(quote):
            yield "A quote of evidence is empty.", "Take it out with its pages."
            continue
        if not gold:
            yield f"“{shown}” has no page.", "Name the PDF pages on which it stands."
        for number in gold:
            if number not in own:
                yield (
                    f"Pack {question.pack!r} has no PDF page {number}.",
                    f"It has {len(own)} pages, counted from 1.",
                )
            elif not stands_on(quote, own[number].text):
                yield f"“{shown}” does not stand on PDF page {number}.", _whereabouts(quote, letters[question.pack])
        # Word for word only: the same sentence with another figure is another fact
        others = [
            number
            for number, text in letters[question.pack].items()
            if plain(quote) in text and number not in gold and number not in question.also
        ]
        if others:
            yield (
                f"“{shown}” stands on PDF page{'s' if len(others) > 1 else ''} {', '.join(map(str, others))} too.",
                "Add it to gold, or quote more, so that only the right page has it.",
            )


def _whereabouts(quote: str, letters: Mapping[int, str]) -> str:
    found = [str(number) for number, text in letters.items() if plain(quote) in text]
    return f"It stands on {', '.join(found)}." if found else "Quote the page word for word."
