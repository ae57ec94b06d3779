"""An answer written by a language model from the evidence, sentence by sentence, each checked before it is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from llama_index.core.llms import LLM

from index.letters import seen
from index.model import Passage
from index.sentences import sentences
from qa.answer import Draft
from qa.conversation import leans
from qa.facts import facts, unknown_figures, unknown_names, unknown_periods
from qa.grounding import Block, Reason, Removed, bears_out, meant, units_of
from qa.instructions import speaks_to_assistant
from qa.llm import ANSWER_TOKENS, never, stream, tokens
from qa.model import Turn
from qa.prompts import prompt
from qa.question import analyse
from qa.units import Evidence
from qa.words import stems

WORDS = 60  # asked of the model
MOST_WORDS = 130  # written by it before it is stopped
MOST_SENTENCES = 5
MOST_BLOCKS = 14  # passages shown; more make all models slower
EVIDENCE_TOKENS = 1000  # shown to a model of a small context: what two CPU cores read in half a minute
SHARE_OF_ROOM = 1 / 6  # of a larger context that evidence may take; the rest would be noise
LABEL_WORDS = 100  # of columns' names, up to which every cell of a table is shown with its column
TITLE_WORDS = 10  # of an agenda item, told with each passage
LEAST_ROOM = 30  # tokens below which nothing more is shown
SPARE = 96  # tokens for the marks that a chat model's turns are wrapped in
REWRITTEN_WORDS = 60
TURNS_TOLD = 4  # of the conversation, when a follow-up is rewritten
EARLIER_ANSWER_WORDS = 60

KEY_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # with a figure between two of them no word comes about
KEY_FIGURES = "23456789"
EXAMPLE_KEYS = ("N4H", "W8T", "H5X", "R6D")  # of the prompt; in an answer they are unknown
BRACKETED = re.compile(r"[\[【(]([^\[\]【】()\n]{1,60})[\]】)]")
# "K7Q, M3D", "key: K7Q", "1", "Evidence 2": what stands in for a citation
KEYLIKE = re.compile(
    r"(?:(?:key|evidence|source|ref)\b[\s:=#]*)?(?:[A-Z]{0,3}\d{1,4}[A-Z]{0,3}\b[\s,;&]*)+|key|evidence|source", re.I
)
# "The levy is £4. [K7Q]" is brought to the form "The levy is £4 [K7Q]."
STOP_BEFORE_KEY = re.compile(r"([.?!]+[\"'”’]?)\s*((?:[\[【][^\[\]【】\n]{1,60}[\]】][ ,;]*)+)[.?!]?")
KEY_THEN_SENTENCE = re.compile(r"([\]】])\s+(?=[A-Z][a-z])")
LIST_MARK = re.compile(r"^\s*(?:[-*•#>]+|\d{1,2}[.)])\s+")
OPENING = re.compile(
    r"^(?:(?:the )?answer(?: is)?\s*:\s*|according to\b(?: the)?(?: evidence)?\s*,\s*|based on[^,]{0,40},\s*)", re.I
)
# Its evidence does not say it; another's may. What its evidence contradicts stays removed.
LACKS = frozenset({Reason.WORDS, Reason.FIGURE, Reason.DATE, Reason.NAME})
# A model's words are plain text that leads nowhere: links, addresses of scripts and images, HTML, Markdown
MARKUP = re.compile(
    r"\b(?:https?|ftp|file|javascript|vbscript|data|mailto):\S|\bwww\.|[\]】]\(|!\[|</?[a-z!][^<]*>?|`|&#?\w+;|\|\s*-{3}",
    re.I,
)
NOT_FOUND = re.compile(r"\W*not[ _]found\b(?:\s*[:–-]\s*(?P<part>.*))?", re.I)
THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.S)  # reasoning that some models print before they answer


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a passage is from, as the model is told; ``met`` is the date of the meeting."""

    body: str | None = None
    council: str | None = None
    met: date | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost: estimated tokens read and written, passages shown."""

    read: int = 0
    written: int = 0
    passages: int = 0


@dataclass
class Written:
    """What a model wrote: statements that stand in the evidence, those that do not, and whether it found nothing.

    ``meant`` is what the model seems to have read where what it wrote does not stand: printed words to be told in its
    place. ``missing`` is the part of the question, in its own words, to which the model found no answer.
    """

    drafts: list[Draft] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    meant: list[Evidence] = field(default_factory=list)
    not_found: bool = False
    missing: str = ""
    shown: tuple[Block, ...] = ()
    usage: Usage = Usage()


def unheard(_: str) -> None:
    """Nobody listens to the model's words."""


def write_answer(
    llm: LLM,
    question: str,
    evidence: Sequence[Evidence],
    origin: Callable[[Passage], Origin],
    *,
    seconds: float,
    stopped: Callable[[], bool] = never,
    heard: Callable[[str], None] = unheard,
) -> Written:
    """Let the model answer from ``evidence`` (best first) and keep what stands in its passages.

    ``heard`` gets the model's words as they come, unchecked. ``seconds`` is the time for all. Raises
    LanguageModelError, AnswerStoppedError.
    """
    blocks = blocks_of(question, evidence, origin, room(llm, question))
    if not blocks:
        return Written()
    written = Written(shown=blocks)
    messages = prompt("answer").messages(**_inputs(question, blocks))
    known = {block.key: block for block in blocks}
    text, taken = "", 0
    pieces = stream(llm, messages, seconds=seconds, stopped=stopped)
    try:
        for piece in pieces:
            piece = seen(piece)
            text += piece
            heard(piece)
            ready = list(split(text))[:-1]  # the last one may still go on
            for sentence in ready[taken:]:
                _take(sentence, question, known, written)
            taken = max(taken, len(ready))
            if len(set(ready)) < len(ready):
                break  # it says the same again, and small models then never end
            if len(THOUGHT.sub("", text).split()) > MOST_WORDS or len(written.drafts) >= MOST_SENTENCES:
                break
        else:
            for sentence in list(split(text))[taken:]:
                _take(sentence, question, known, written)
    finally:
        pieces.close()
    read = sum(tokens(str(message.content)) for message in messages)
    written.usage = Usage(read, tokens(text), len(blocks))
    written.not_found = not written.drafts and bool(NOT_FOUND.match(THOUGHT.sub("", text)))
    if not written.drafts:
        written.missing = ""
    return written


def room(llm: LLM, question: str) -> int:
    """The tokens of evidence that the model is shown: what its context has room for, less what would be noise."""
    answer = llm.metadata.num_output if llm.metadata.num_output > 0 else ANSWER_TOKENS
    bare = prompt("answer").messages(question=question, evidence="", words=str(WORDS))
    left = llm.metadata.context_window - answer - SPARE - sum(tokens(str(message.content)) for message in bare)
    return min(left, max(EVIDENCE_TOKENS, int(SHARE_OF_ROOM * left)))


def blocks_of(
    question: str, evidence: Sequence[Evidence], origin: Callable[[Passage], Origin], budget: int
) -> tuple[Block, ...]:
    """The evidence as a model is shown it, within ``budget`` tokens: passages, the one of the best evidence first.

    Of each passage the sentences or rows of its evidence are shown, best ones first as long as there is room, in the
    order in which they are printed. Orders to the assistant are left out.
    """
    printed = " ".join(dict.fromkeys(e.passage.text for e in evidence))
    met: dict[int, Block] = {}
    shown: dict[int, Block] = {}
    used = 0
    for e in evidence:
        number = e.passage.id or id(e.passage)
        if number not in met:
            key = _key(question, e.passage, {block.key for block in met.values()}, printed)
            where = origin(e.passage)
            met[number] = Block(key, e.passage, heading_of(e.passage, where), units_of(e.passage), body_of(where))
        block = shown.get(number, met[number])
        fresh = [u for u in block.units if u.start < e.end and e.start < u.end and u not in block.shown]
        if not block.shown and len(shown) == MOST_BLOCKS:
            continue
        while fresh:
            wider = replace(block, shown=tuple(sorted((*block.shown, *fresh), key=lambda u: u.start)))
            cost = tokens(as_shown(tuple({**shown, number: wider}.values())))
            if cost <= budget:
                shown[number], used = wider, cost
                break
            # of the very best as much as fits; of others a shorter one may fit whole
            fresh = [] if shown else fresh[:-1]
        if budget - used < LEAST_ROOM:
            break
    return tuple(shown.values())


def body_of(origin: Origin) -> str:
    """Whose meeting it is, in words."""
    return " ".join(", ".join(part for part in (origin.body, origin.council) if part).split())


def heading_of(passage: Passage, origin: Origin) -> str:
    """The line that a model is told about a passage before its text."""
    title = " ".join(passage.item_title.split()[:TITLE_WORDS])
    if speaks_to_assistant(passage.item_title):
        title = ""
    item = f"item {passage.item} {title}" if passage.item else ""
    day = f"{origin.met:%-d %B %Y}" if origin.met else ""
    return " · ".join(" ".join(part.split()) for part in (day, item, passage.kind.value) if part)


def as_shown(blocks: Sequence[Block]) -> str:
    """The evidence in the prompt: each block under its key and heading, after a line with the body where that changes.

    Text stands as printed, the cells of tables apart by bars.
    """
    lines: list[str] = []
    body = ""
    for block in blocks:
        passage = block.passage
        lines += ["", block.body] if block.body != body else [""]
        body = block.body
        lines.append(f"[{block.key}] {block.heading}".rstrip())
        above = (p for p in (passage.heading, passage.title) if p and not speaks_to_assistant(p))
        under = " – ".join(dict.fromkeys(" ".join(p.split()) for p in above))
        lines += [under] if under else []
        lines += _rows(block) if passage.table else _sentences(block)
    return "\n".join(line for line in lines if line != "END OF EVIDENCE").strip()


def _sentences(block: Block) -> Iterator[str]:
    """The sentences shown, parts of a list after what lists them."""
    told = {" ".join(block.passage.heading.split()), ""}
    for unit in block.shown:
        for line in (unit.lead, unit.text):
            if line not in told:
                told.add(line)
                yield line


def _rows(block: Block) -> list[str]:
    """Table rows as "row | column: cell | …", so that no model counts columns; large tables have one header line."""
    printed = ("" if speaks_to_assistant(column) else column for column in block.passage.columns)
    columns = [" ".join(column.split()) for column in printed]
    rows = [block.passage.text[u.start : u.end].split("\t") for u in block.shown]
    labels = len(rows) * len(" ".join(columns[1:]).split())
    if (labels > LABEL_WORDS and len(rows) > 1) or not all(len(row) == len(columns) for row in rows):
        return [" | ".join(cells) for cells in ([columns] if any(columns) else []) + rows]
    return [
        " | ".join(
            f"{column}: {cell}" if n and column and cell.strip() else cell
            for n, (column, cell) in enumerate(zip(columns, row, strict=True))
        )
        for row in rows
    ]


def _inputs(question: str, blocks: Sequence[Block]) -> dict[str, str]:
    return {"question": " ".join(question.split()), "evidence": as_shown(blocks), "words": str(WORDS)}


def _key(question: str, passage: Passage, taken: set[str], printed: str) -> str:
    """A key that tells the model nothing, the same for the same question and passage, and printed nowhere."""
    for salt in range(10_000):
        seed = hashlib.sha256(f"{salt} {question} {passage.pack} {passage.id} {passage.text}".encode()).digest()
        key = KEY_LETTERS[seed[0] % 20] + KEY_FIGURES[seed[1] % 8] + KEY_LETTERS[seed[2] % 20]
        if key not in taken and key not in printed and key not in EXAMPLE_KEYS:
            return key
    raise AssertionError("3,200 keys are enough for the passages of one question")


def split(text: str) -> Iterator[str]:
    """The sentences that a model wrote, with their keys, less reasoning, list marks and emphasis."""
    for line in THOUGHT.sub("", text).replace("**", "").split("\n"):
        moved = STOP_BEFORE_KEY.sub(lambda m: f" {m[2].strip()}{m[1]} ", LIST_MARK.sub("", line))
        for part in KEY_THEN_SENTENCE.sub("\\1\n", moved).split("\n"):
            for start, end in sentences(part):
                if any(c.isalnum() for c in part[start:end]):
                    yield part[start:end]


def cited(sentence: str, known: Sequence[str]) -> tuple[str, list[str]]:
    """A sentence without its keys, and those of its keys that are known; unknown ones are stripped."""
    keys: list[str] = []

    def strip(match: re.Match[str]) -> str:
        inside = match[1]
        told = [key for key in re.findall(r"\w+", inside.upper()) if key in known]
        if told:
            keys.extend(told)
            return " "
        if match[0][0] in "[【" and KEYLIKE.fullmatch(inside.strip()):
            return " "
        return match[0]

    plain = BRACKETED.sub(strip, sentence)
    for key in known:
        plain, count = re.subn(rf"\b{key}\b", " ", plain)
        keys += [key] * bool(count)
    plain = re.sub(r"\s+([.,;:?!])", r"\1", " ".join(plain.split())).strip()
    plain = OPENING.sub("", re.sub(r"[,;:]+([.?!])", r"\1", plain)).strip(" ,;")
    if plain and plain[-1] not in ".?!":
        plain += "."
    return plain[:1].upper() + plain[1:], list(dict.fromkeys(keys))


def _take(sentence: str, question: str, known: dict[str, Block], written: Written) -> None:
    """Check one sentence and put it where it belongs."""
    text, keys = cited(sentence, list(known))
    if lacking := NOT_FOUND.match(text):
        part = (lacking["part"] or "").strip(" .?!")
        # it is told to the asker, so it may say nothing that the asker has not
        if part and set(stems(part)) <= set(stems(question)):
            written.missing = part
        return
    if not any(c.isalnum() for c in text) or _repeated(text, written):
        return
    if MARKUP.search(sentence):
        written.removed.append(Removed(text, Reason.MARKUP))
        return
    if not keys:
        _remove(Removed(text, Reason.UNCITED), known, (), written)
        return
    asked = analyse(question).proper.keys()
    borne = bears_out(text, [known[key] for key in keys], asked)
    if isinstance(borne, Removed) and borne.reason in LACKS:
        # small models mistake the key more often than the words: what another passage shown says is cited from there
        others = (bears_out(text, [block], asked) for block in known.values() if block.key not in keys)
        borne = next((other for other in others if not isinstance(other, Removed)), borne)
    if isinstance(borne, Removed):
        _remove(borne, known, keys, written)
        return
    written.drafts.append(Draft(text, tuple(borne)))


def _remove(removed: Removed, known: dict[str, Block], keys: Sequence[str], written: Written) -> None:
    written.removed.append(removed)
    if stands_in := meant(removed.text, sorted(known.values(), key=lambda block: block.key not in keys)):
        written.meant.append(stands_in)


def _repeated(text: str, written: Written) -> bool:
    return text in {draft.text for draft in written.drafts} | {removed.text for removed in written.removed}


def rewrite(
    llm: LLM, question: str, history: Sequence[Turn], *, seconds: float, stopped: Callable[[], bool] = never
) -> str | None:
    """A follow-up as a question that stands alone; None where the model's own is not to be trusted.

    It is not where it names what neither the question nor the conversation does, drops a figure or date of the
    question, or takes nothing from the conversation for a question that needs it. Raises LanguageModelError,
    AnswerStoppedError.
    """
    if not history:
        return question
    turns = [
        f"Question: {turn.question}\nAnswer: {' '.join(turn.answer.split()[:EARLIER_ANSWER_WORDS]) or '(none)'}"
        for turn in history[-TURNS_TOLD:]
    ]
    messages = prompt("followup").messages(history="\n".join(turns), question=question)
    text = THOUGHT.sub("", "".join(stream(llm, messages, seconds=seconds, stopped=stopped))).strip()
    line = text.split("\n")[0].strip().strip('"“”')
    if leans(question) and set(stems(line)) <= set(stems(question)):
        return None
    return line if _is_same_question(line, question, "\n".join([*turns, question])) else None


def _is_same_question(rewritten: str, question: str, conversation: str) -> bool:
    if not 1 < len(rewritten.split()) <= REWRITTEN_WORDS or rewritten.endswith("."):
        return False
    said, asked, known = facts(rewritten), facts(question), facts(conversation)
    if unknown_figures(said, known, conversation) or unknown_periods(said, known) or said.codes - known.codes:
        return False
    if unknown_names(rewritten, conversation) or unknown_names(question, rewritten):
        return False
    kept = asked.figures <= said.figures and asked.periods <= said.periods and asked.codes <= said.codes
    return kept and (bool(set(stems(question)) & set(stems(rewritten))) or not stems(question))
