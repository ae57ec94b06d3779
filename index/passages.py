"""Pages to passages: pieces small enough to embed whole, that never lose their page, heading or table header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from index.minutes import is_proposed_form
from index.model import Access, Kind, Line, Page, Passage, Section, Span
from index.open_table import OpenTable
from index.sentences import is_finished, sentences

TokenCounter = Callable[[Sequence[str]], list[int]]

PASSAGE_TOKENS = 150  # aimed at; small passages rank better, and each is embedded whole
CONTEXT_TOKENS = 64  # left for what stands before a passage for searching; the passage itself goes first
HEADING_WORDS = 16
TITLE_WORDS = 24
FORM_PAGES = 2  # of a proposed decision's form, on which its decision stands
REASONS = re.compile(r"^\W*reasons?(?:\(s\))?\s+for\b", re.I)  # follow what the form proposes

# Starts of headings as papers print them: "2.0 PURPOSE", "HWB22 STATUTORY GUIDANCE", "84. Apologies",
# "Appendix A – Six years on", "Background".
NUMBERED = re.compile(r"^(?:[A-Z]{2,5}/?\d[\w/]*|\d+(?:\.\d+)*\.?|[A-Z]\.|Appendix\s+\w+\b)[\s:.–-]+\S", re.I)
CAPTION = re.compile(r"^(?:Table|Figure|Chart|Graph)\s*\d", re.I)
# "The following table shows the grant of each district", "spend is set out below": says what the next table is of
ANNOUNCES = re.compile(
    r"\b(?:following|next) tables?\b|\btables? (?:below|overleaf|\d)|\btables? that follows?\b"
    r"|\b(?:shown|set out|summari[sz]ed|listed|detailed|given|broken down)\b[^.]{0,40}"
    r"\b(?:below|overleaf|as follows)\b",
    re.I,
)
MINUTE = re.compile(r"^\d{2,4}\.\s+[A-Z]")  # "84. Apologies for absence": lists seldom go as far
BULLET = re.compile(r"^\s*(?:[•▪◦‣●○■□➢\-–*]|\(?[a-z0-9]{1,3}[).]|\(?[A-Z]\)|\(?[ivx]+[).])\s")


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page with what the outline says of it."""

    page: Page
    section: Section
    label: str = ""  # whose meeting, and when
    item_title: str = ""


@dataclass(slots=True)
class _Block:
    """One paragraph, list item, heading or table of a page."""

    start: int
    end: int
    text: str
    lines: list[Line]
    tokens: int = 0
    heading: bool = False
    pdf_page: int = 0
    page_text: str = ""
    continues: bool = False  # goes on with a sentence of the page before, or with the part of its block before it

    @property
    def table(self) -> bool:
        return sum(len([c for c in line.cells if c.text]) > 1 for line in self.lines) * 2 > len(self.lines)


@dataclass(slots=True)
class _Draft:
    """A passage being filled."""

    pieces: list[_Block] = field(default_factory=list)
    heading: str = ""  # under which it begins
    tokens: int = 0


class PassageCutter:
    """Cuts a pack's pages, given in order, into passages.

    ``count_tokens`` is the embedding model's own; ``max_tokens`` its limit with the context included.
    """

    def __init__(self, count_tokens: TokenCounter, max_tokens: int) -> None:
        self.count = count_tokens
        self.most = max_tokens
        self.room = max(32, max_tokens - CONTEXT_TOKENS)
        self.aim = min(PASSAGE_TOKENS, self.room)

    def cut(self, pages: Iterable[PlacedPage]) -> Iterator[Passage]:
        """Yield the passages of ``pages`` in reading order."""
        run = _Run(self)
        for placed in pages:
            yield from run.page(placed)
        yield from run.finish()

    def blocks(self, page: Page) -> list[_Block]:
        """The page's blocks in reading order, headings marked, none longer than a passage may be."""
        found: list[_Block] = []
        last: int | None = None
        for start, end, line in page.spans():
            if found and line.block == last and bool(line.cells) == bool(found[-1].lines[-1].cells):
                found[-1].lines.append(line)
                found[-1].end = end
            else:
                found.append(_Block(start, end, "", [line]))
            last = line.block
        text = page.text
        body_size = _usual_size(page)
        for block in found:
            block.text, block.page_text = text[block.start : block.end], text
            block.heading = not block.table and _is_heading(block, body_size)
        for block, tokens in zip(found, self.count([b.text for b in found]), strict=True):
            block.tokens = tokens
        return [part for block in found for part in self._fit(block)]

    def _fit(self, block: _Block) -> Iterator[_Block]:
        """A block too long for one passage, cut at sentences (or, as a last resort, at words)."""
        if block.table or block.tokens <= self.room:
            yield block
            return
        pieces = list(self._split(block.text))
        counts = self.count([block.text[a:b] for a, b in pieces])
        start, end, total = pieces[0][0], pieces[0][0], 0
        for (a, b), count in zip(pieces, counts, strict=True):
            if total and total + count > self.aim:
                yield _part(block, start, end, total)
                start, total = a, 0
            end, total = b, total + count
        yield _part(block, start, end, total)

    def _split(self, text: str) -> Iterator[tuple[int, int]]:
        for start, end in sentences(text):
            if self.count([text[start:end]])[0] <= self.room:
                yield start, end
                continue
            yield from self._halves(text, start, end)

    def _halves(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A stretch without sentence ends, halved at the space nearest its middle until each part fits."""
        if end - start < 2 or self.count([text[start:end]])[0] <= self.room:
            yield start, end
            return
        middle = (start + end) // 2
        spaces = [place for place in (text.rfind(" ", start, middle), text.find(" ", middle, end)) if place > start]
        cut = min(spaces, key=lambda place: abs(place - middle), default=middle)
        yield from self._halves(text, start, cut)
        yield from self._halves(text, cut + 1 if text[cut].isspace() else cut, end)

    def rows(self, table: _Block) -> Iterator[tuple[int, int, int]]:
        """Each row's place in a table and its start and end in the text; one too long for a passage, in parts."""
        start = 0
        for place, (line, tokens) in enumerate(
            zip(table.lines, self.count([line.text for line in table.lines]), strict=True)
        ):
            end = start + len(line.text)
            if tokens <= self.room:
                yield place, start, end
            else:
                yield from ((place, start + a, start + b) for a, b in self._split(line.text))
            start = end + 1

    def context(self, label: str, section: Section, item_title: str, heading: str, *table: str) -> str:
        """What a passage is searched with besides its own text; ``table`` is its group, its title with header and the
        paragraph that announces it."""
        item = f"item {section.item} {item_title}" if section.item else section.title
        parts = [label, item.strip(), heading, *table]
        seen: list[str] = []
        for part in parts:
            if part and part not in seen:
                seen.append(part)
        return " | ".join(" ".join(p.split()[:TITLE_WORDS]) for p in seen)

    def fitted(self, context: str, text: str) -> str:
        """The context, less what of its end would push the passage's own words out of the model's sight."""
        before, own = self.count([context, text])
        words = context.split()
        while words and before + own > self.most:
            del words[-max(1, (before + own - self.most) // 3) :]
            before = self.count([" ".join(words)])[0]
        return " ".join(words) if len(words) < len(context.split()) else context


class _Run:
    """The state carried from page to page: the section, its heading, an unfinished sentence, an open table."""

    def __init__(self, cutter: PassageCutter) -> None:
        self.cutter = cutter
        self.section: Section | None = None
        self.label = ""
        self.item_title = ""
        self.heading = ""
        self.form = ""  # heading of a decision's record made before the decision, while what it proposes is read
        self.form_page = 0
        self.caption = ""
        self.lead = ""  # paragraph that announces a table
        self.draft = _Draft()
        self.open_table = OpenTable()

    def page(self, placed: PlacedPage) -> Iterator[Passage]:
        blocks = self.cutter.blocks(placed.page)
        if placed.section is not self.section:
            yield from self.finish()
            self.section, self.label, self.item_title = placed.section, placed.label, placed.item_title
            self.heading = self.form = self.caption = self.lead = ""
            self.open_table.going = False
        bridging = bool(self.draft.pieces) and self._runs_on(blocks)
        if bridging:
            if len(self.draft.pieces) > 1 and self.draft.tokens > self.cutter.aim // 3:
                yield from self._finish_but_last()
            blocks[0].continues = True
        else:
            yield from self.finish()
        pdf_page = placed.page.pdf_page
        if pdf_page >= self.form_page + FORM_PAGES:
            self.form = ""
        for block in blocks:
            if block.table:
                yield from self.finish()
                yield from self._table(pdf_page, block, ends_page=block is blocks[-1])
                continue
            self.open_table.going = False
            # a list is kept together as far as a passage can hold it
            room = self.cutter.room if BULLET.match(block.text) else self.cutter.aim
            full = self.draft.tokens + block.tokens > room and not bridging
            if self.draft.pieces and (full or (block.heading and self.draft.tokens > self.cutter.aim // 3)):
                yield from self._finish_before(block)
            if self.form and REASONS.match(block.text):
                yield from self.finish()
                self.form = ""
            if block.heading:
                self.heading = _flat(block.text)
                if is_proposed_form(self.heading):
                    self.form, self.form_page = self.heading, pdf_page
            self.caption = _flat(block.text) if _is_caption(block) else ""
            if not block.heading:
                self.lead = _flat(block.text) if ANNOUNCES.search(block.text) else ""
            self._add(pdf_page, block)
            if bridging and self.draft.tokens > self.cutter.aim // 3:
                yield from self.finish()
            bridging = False
        # whether an unfinished sentence goes on is seen on the next page
        if self.draft.pieces and is_finished(self.draft.pieces[-1].text):
            yield from self.finish()

    def _headed(self) -> str:
        """The heading, after that of the form it stands in: what a form proposes must not read as decided."""
        return self.heading if self.form in self.heading else f"{self.form} – {self.heading}"

    def _finish_before(self, block: _Block) -> Iterator[Passage]:
        """Close the passage, but keep back a lead-in ("… as follows:") for what it leads to."""
        lead = self.draft.pieces[-1]
        if lead.text.rstrip().endswith(":") and not block.heading and lead.tokens + block.tokens <= self.cutter.aim:
            yield from self._finish_but_last()
        else:
            yield from self.finish()

    def _finish_but_last(self) -> Iterator[Passage]:
        """Close the passage without its last block, which begins the next one."""
        last = self.draft.pieces.pop()
        self.draft.tokens -= last.tokens
        yield from self.finish()
        self._add(last.pdf_page, last)

    def finish(self) -> Iterator[Passage]:
        """Close the passage being filled."""
        draft, self.draft = self.draft, _Draft()
        if not draft.pieces or self.section is None:
            return
        spans: list[Span] = []
        text, blocks = "", []
        for _, together in groupby(draft.pieces, key=lambda piece: piece.pdf_page):
            pieces = list(together)
            first, last = pieces[0], pieces[-1]
            text += "\n" if text else ""
            blocks += [len(text) + p.start - first.start for p in pieces if not p.continues or not spans]
            text += first.page_text[first.start : last.end]
            spans.append(Span(first.pdf_page, first.start, last.end))
        yield self._passage(text, tuple(spans), draft.heading, blocks=tuple(blocks))

    def _runs_on(self, blocks: list[_Block]) -> bool:
        """Whether the page begins in the middle of the sentence that the page before broke off."""
        if not blocks or blocks[0].table or blocks[0].heading:
            return False
        return self.draft.tokens + blocks[0].tokens <= self.cutter.room and not BULLET.match(blocks[0].text)

    def _add(self, pdf_page: int, block: _Block) -> None:
        block.pdf_page = pdf_page
        if not self.draft.pieces:
            self.draft.heading = self._headed()
        self.draft.pieces.append(block)
        self.draft.tokens += block.tokens

    def _table(self, pdf_page: int, block: _Block, *, ends_page: bool) -> Iterator[Passage]:
        groups = self.open_table.take(block.lines, self.caption, self.heading, ends_page=ends_page)
        head = " ".join(self.open_table.columns)
        rows = list(self.cutter.rows(block))
        counts = self.cutter.count([head, *(block.text[a:b] for _, a, b in rows)])
        room = max(40, self.cutter.aim - min(counts[0], 60))
        group, first, last, total = groups[0], 0, 0, 0
        for (place, start, end), tokens in zip(rows, counts[1:], strict=True):
            opens = groups[place] != group and not block.lines[place - 1].header
            if total and (total + tokens > room or opens):
                yield self._rows(pdf_page, block, first, last, group)
                first, total = start, 0
            last, total, group = end, total + tokens, groups[place]
        yield self._rows(pdf_page, block, first, last, group)

    def _rows(self, pdf_page: int, block: _Block, start: int, end: int, group: str) -> Passage:
        span = Span(pdf_page, block.start + start, block.start + end)
        return self._passage(block.text[start:end], (span,), self._headed(), table=True, group=group)

    def _passage(
        self,
        text: str,
        spans: tuple[Span, ...],
        heading: str,
        *,
        table: bool = False,
        blocks: tuple[int, ...] = (),
        group: str = "",
    ) -> Passage:
        section = self.section or Section(1, 1, Kind.OTHER)
        around: tuple[str, ...] = ()
        columns, title = (self.open_table.columns, self.open_table.title) if table else ((), "")
        if table:
            around = (group, f"{title}: {' '.join(columns)}" if columns else title, self.lead)
        context = self.cutter.context(self.label, section, self.item_title, heading, *around)
        return Passage(
            text=text,
            context=self.cutter.fitted(context, text),
            spans=spans,
            kind=section.kind,
            item=section.item,
            item_title=self.item_title,
            heading=heading,
            access=section.access if section.access is Access.RESTRICTED else Access.PUBLIC,
            table=table,
            blocks=blocks,
            columns=columns,
            title=" – ".join(filter(None, (title, group))),
        )


def _is_caption(block: _Block) -> bool:
    """ "Table 2: Spend by district", "The grants are as follows:", or a heading: what may stand over a table."""
    text = _flat(block.text)
    return len(text.split()) <= TITLE_WORDS and (not text.endswith((".", ";", ",")) or CAPTION.match(text) is not None)


def _usual_size(page: Page) -> float:
    sizes = sorted(line.size for line in page.body for _ in range(max(1, len(line.text) // 20)))
    return sizes[len(sizes) // 2] if sizes else 0.0


def _is_heading(block: _Block, body_size: float) -> bool:
    text = _flat(block.text)
    words = text.split()
    if not 1 <= len(words) <= HEADING_WORDS or text.endswith((".", ";", ",")) or not re.search(r"[A-Za-z]{3}", text):
        return False
    line = block.lines[0]
    shouting = text.upper() == text and len(text) > 6
    larger = body_size > 0 and line.size > body_size * 1.12
    numbered = bool(NUMBERED.match(text)) and len(words) <= 10 and (not BULLET.match(text) or bool(MINUTE.match(text)))
    return line.bold or shouting or larger or numbered


def _part(block: _Block, start: int, end: int, tokens: int) -> _Block:
    part = replace(block, start=block.start + start, end=block.start + end, text=block.text[start:end], tokens=tokens)
    part.continues = start > 0
    return part


def _flat(text: str) -> str:
    return " ".join(text.split())
