"""What the commands show a person on the terminal."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from index.letters import seen
from qa.audit import AuditEntry
from qa.model import Answer, IngestReport, PackAccess, PackInfo, PageInfo, RankedPassage, Status
from qa.places import full_citation_words, nearest, page_words, passage_words, short_date, votes_words
from qa.quarantine import RefusedFile
from qa.register_model import DecisionRow, Match

if TYPE_CHECKING:
    from index.ingest import Progress as IngestProgress

# A table that goes into a file or pipe is not cut to the usual 80 columns.
PIPE_WIDTH = 200
EXCERPT_CHARS = 240
OTHER_LINE_ENDS = re.compile(r"[\r\v\f\x85\u2028\u2029]")
SHA256 = re.compile(r"[0-9a-f]{64}")

STATUS_WORDS = {
    Status.PARTIAL: "The packs answer this only in part.",
    Status.NOT_FOUND: "The indexed packs do not answer this.",
    Status.OUT_OF_SCOPE: "This is no question about the indexed packs.",
}


def tell(text: str, *, error: bool = False) -> None:
    """One or more lines on the terminal, on standard error for an ``error``: what papers, files and askers bring along
    moves no cursor and hides nothing."""
    print(_plain(text), file=sys.stderr if error else sys.stdout)


def _plain(text: str) -> str:
    return OTHER_LINE_ENDS.sub(" ", seen(text))


def print_answer(answer: Answer) -> None:
    """The answer, then a line and a quote for each citation, or the nearest pages where nothing was found."""
    if answer.status in STATUS_WORDS:
        tell(STATUS_WORDS[answer.status])
    if answer.answer:
        tell(_wrapped(answer.answer))
    for citation in answer.citations:
        tell(f"\n[{citation.n}] {full_citation_words(citation)}")
        tell(_wrapped(f"“{citation.quote}”", indent="    "))
    if not answer.answered and answer.passages:
        tell("\nNearest pages:")
        for passage in nearest(answer.passages):
            tell(f"  - {passage_words(passage)}")
    for note in answer.notes:
        tell(f"\nNote: {note}")


def print_passages(passages: Sequence[RankedPassage]) -> None:
    """A numbered list of passages with their places and beginnings."""
    if not passages:
        tell("No passage matches.")
    for number, passage in enumerate(passages, 1):
        tell(f"{number:>3}. {passage_words(passage)}  [{passage.score:.3f}]")
        tell(_wrapped(textwrap.shorten(passage.text, EXCERPT_CHARS, placeholder=" …"), indent="     "))


def print_packs(packs: Sequence[PackInfo]) -> None:
    """A table of packs."""
    if not packs:
        tell("Nothing is indexed yet: board-qa ingest PATH…")
        return
    table = _table("Pack", "Body", "Council", "Meeting", "Kind", "Pages", "Items", "Files")
    for pack in packs:
        files = ", ".join(pack.files)
        meeting = short_date(pack.meeting_date)
        counts = (str(pack.pages), str(len(pack.items)))
        table.add_row(*_literal(pack.pack, pack.body or pack.title, pack.council, meeting, pack.kind, *counts, files))
    _console().print(table)


def print_refused(files: Sequence[RefusedFile]) -> None:
    """Each refused file with its reason, and the command that tries it again, whole so that it can be copied."""
    if not files:
        tell("No file is refused.")
    for file in files:
        when = file.when.astimezone().strftime("%d %B %Y, %H:%M") if file.when else "earlier"
        tell(f"{file.file} ({when})\n  {file.reason}\n  {file.hint}\n  {file.retry or file.path}")


def print_access(packs: Sequence[PackAccess]) -> None:
    """A table of packs that only some may see, wholly or in part."""
    if not packs:
        tell("No paper is restricted.")
        return
    table = _table("Pack", "File", "Access", "Restricted PDF pages", "Of")
    for pack in packs:
        table.add_row(*_literal(pack.pack, pack.file, pack.access, _runs(pack.restricted), str(pack.pages)))
    _console().print(table)


def _runs(numbers: Sequence[int]) -> str:
    """ "3, 7–9": rising numbers with those in a row drawn together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs) or "none"


def print_pages(pages: Sequence[PageInfo]) -> None:
    """A table of one pack's pages."""
    table = _table("PDF page", "Page", "Number from", "Item", "Kind", "Remarks")
    for page in pages:
        remarks = [word for word in ("scanned", "blank") if getattr(page, word)]
        remarks += [] if page.readable else ["unreadable"]
        item = " ".join(part for part in (page.item, page.item_title) if part)
        table.add_row(*_literal(str(page.pdf_page), page.page, page.page_source, item, page.kind, ", ".join(remarks)))
    _console().print(table)


def print_decisions(rows: Sequence[DecisionRow]) -> None:
    """A table of decisions: whose and when, the words, the vote, and the page where they stand."""
    if not rows:
        tell("No decision matches.")
        return
    table = _table("Date", "Body", "Minute", "Title", "Kind", "Decision", "Vote", "Where", "Remarks")
    for row in rows:
        where = f"{row.file}, {page_words(row.page, row.pdf_page)}"
        remarks = [*(["near to the query"] if row.match is Match.NEAR else []), *row.flags]
        told = (row.minute, row.title, row.kind.value, row.text, votes_words(row.votes), where, "; ".join(remarks))
        table.add_row(*_literal(short_date(row.date), row.body, *told))
    _console().print(table)


def print_audit(entries: Sequence[AuditEntry]) -> None:
    """A table of the audit log: who, what, when; PDFs by the id of their pack where they are indexed."""
    if not entries:
        tell("No entry matches.")
        return
    table = _table("Number", "Time (UTC)", "Person", "Role", "Act", "About")
    for entry in entries:
        who = f"{entry.name} ({entry.person})" if entry.name else entry.person
        told = "; ".join(f"{name} {_audited(value, entry.packs)}" for name, value in entry.about.items())
        moment = f"{entry.time:%Y-%m-%d %H:%M:%S}"
        table.add_row(*_literal(str(entry.number), moment, who, entry.role, entry.act, told))
    _console().print(table)


def _audited(value: object, packs: Mapping[str, str]) -> str:
    """A value of an entry: a PDF's SHA-256 as the id of its pack, or cut short; a page as "pack, PDF page 3"."""
    match value:
        case [str(sha256), int(page)]:
            return f"{_audited(sha256, packs)}, PDF page {page}"
        case list():
            return " · ".join(_audited(part, packs) for part in value) or "none"
        case str() if SHA256.fullmatch(value):
            return packs.get(value, f"{value[:12]}…")
    return str(value)


def print_ingest(report: IngestReport, packs: Sequence[PackInfo]) -> None:
    """A table of the packs that were read, one of the files that were refused, and the warnings."""
    touched = [*report.added, *report.replaced, *report.unchanged]
    state = dict.fromkeys(report.added, "new") | dict.fromkeys(report.replaced, "replaced")
    table = _table("Pack", "State", "Body", "Meeting", "Pages", "Items")
    known = {pack.pack: pack for pack in packs}
    for name in dict.fromkeys(touched):
        pack = known.get(name)
        if pack:
            counts = (str(pack.pages), str(len(pack.items)))
            meeting = short_date(pack.meeting_date)
            table.add_row(*_literal(name, state.get(name, "unchanged"), pack.body or pack.title, meeting, *counts))
    if table.row_count:
        _console().print(table)
    if report.refused:
        refused = _table("Refused file", "Reason", "What to do")
        for file in report.refused:
            refused.add_row(*_literal(file.file, file.message, file.hint))
        _console().print(refused)
    for warning in report.warnings:
        tell(f"warning: {warning}", error=True)
    if not touched and not report.refused:
        tell("No PDF was found.")


class _PagesPerSecond(ProgressColumn):
    """Pages a second of the running stage."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} pages/s" if task.speed else "")


@contextmanager
def ingest_progress() -> Iterator[Callable[[IngestProgress], None]]:
    """A progress bar on standard error; yields what ``BoardQA.ingest`` is to call."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("pages"),
        _PagesPerSecond(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking for PDFs", total=None)
        shown: tuple[int, str] | None = None

        def report(progress: IngestProgress) -> None:
            nonlocal shown
            if shown != (progress.file_number, progress.stage):
                shown = (progress.file_number, progress.stage)
                name = textwrap.shorten(_plain(progress.file), 40, placeholder="…")
                label = f"[{progress.file_number}/{progress.file_count}] {name}: {progress.stage}"
                bar.reset(task, description=label, total=progress.pages_total or None)
            bar.update(task, completed=progress.pages_done)

        yield report


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = column in {"Pages", "Items", "PDF page", "Page"}
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    return table


def _literal(*cells: str | None) -> list[Text]:
    """Cells whose square brackets are not taken for rich's markup."""
    return [Text(_plain(cell or "")) for cell in cells]


def _wrapped(text: str, indent: str = "") -> str:
    """Text wrapped to a terminal's width, line by line; not wrapped in a pipe."""
    if not sys.stdout.isatty():
        return textwrap.indent(text, indent)
    width = shutil.get_terminal_size().columns
    lines = text.splitlines() or [""]
    return "\n".join(
        textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
        for line in lines
    )
