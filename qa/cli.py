"""The command ``board-qa``: which commands and options there are.

Only the standard library and ``index.model`` are imported here, so that ``--help`` and usage errors come at once;
what a command does stands in ``qa.commands``, which is imported when one runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from eval.options import add_options
from index.errors import BoardQAError
from index.model import Access, Kind
from index.record_model import Outcome
from qa.errors import EXIT_FAILED, EXIT_INTERRUPTED, exit_code

DESCRIPTION = "Answers questions over council and NHS board papers, each with the agenda page it stands on."
DEFAULT_LIMIT = 20
AS_MARKED = "marked"  # an access: what the papers say of themselves
ROLES = ("public", "member", "officer", "admin")  # of a token
FORMS = ("table", "json", "csv", "docx")  # of the decisions


def _iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2023-03-22") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def _pages(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return _count(first.strip()), _count((last or first).strip())


def _filters() -> argparse.ArgumentParser:
    """The options that narrow what is searched, shared by all commands that search."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("filters")
    _meeting_filters(group)
    group.add_argument("--item", metavar="NUMBER", help="only this agenda item")
    group.add_argument("--kind", choices=[kind.value for kind in Kind], help="only this kind of paper")
    return parser


def _meeting_filters(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--body", metavar="NAME", help="only this body: its name, part of it, or its acronym")
    group.add_argument("--from", dest="from_", metavar="DATE", type=_iso_date, help="only meetings on or after DATE")
    group.add_argument("--to", metavar="DATE", type=_iso_date, help="only meetings on or before DATE")
    group.add_argument("--pack", metavar="PACK", help="only this pack: its id or file name")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; the README's reference is generated from it."""
    parser = argparse.ArgumentParser(prog="board-qa", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--data", metavar="DIR", type=Path, help="folder of the index (default: ./data)")
    parser.add_argument("--version", action="store_true", help="print the version")
    # --data is taken after the command too; SUPPRESS keeps an absent one from undoing the one before it.
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", metavar="DIR", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    json = argparse.ArgumentParser(add_help=False)
    json.add_argument("--json", action="store_true", help="print JSON")
    filters = _filters()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, help: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help, parents=[data, *parents], allow_abbrev=False)

    ingest = command("ingest", "Index PDFs: new and changed files are read, unchanged ones passed over.", json)
    ingest.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="PDF, or folder that is searched for PDFs")
    ingest.add_argument("--password", metavar="WORD", help="password of encrypted PDFs; - asks for it")
    ingest.add_argument(
        "--access",
        choices=[level.value for level in Access],
        help="who may see these papers, whatever they are marked as",
    )
    ingest.add_argument("--force", action="store_true", help="read unchanged files again too")
    ingest.add_argument(
        "--retry", action="store_true", help="try refused files again: those of PATH, or all where none is named"
    )
    ingest.add_argument(
        "--re-embed", action="store_true", help="embed all passages again, after the embedding model was changed"
    )

    command("refused", "List the files that could not be indexed, why, and how to try again.", json)

    command("packs", "List the indexed packs.", json)

    pages = command("pages", "List a pack's pages: PDF page, printed page and its source, item.", json)
    pages.add_argument("pack", metavar="PACK", help="pack id or file name")

    access = command("access", "Tell or set which packs and pages only some may see.", json)
    access.add_argument("pack", metavar="PACK", nargs="?", help="pack id or file name (default: all with such pages)")
    access.add_argument(
        "access",
        choices=[*(level.value for level in Access), AS_MARKED],
        nargs="?",
        help="who may see it; `marked`: as its papers say",
    )
    access.add_argument("--pages", metavar="FIRST-LAST", type=_pages, help="only these PDF pages, counted from 1")

    remove = command("remove", "Take packs out of the index.")
    remove.add_argument("packs", metavar="PACK", nargs="+", help="pack id or file name")

    ask = command("ask", "Answer a question, or a file of questions.", json, filters)
    ask.add_argument("question", metavar="QUESTION", nargs="*", help="the question")
    ask.add_argument("--batch", metavar="IN", type=Path, help='file with a {"id", "question"} object on each line')
    ask.add_argument("--out", metavar="OUT", type=Path, help="where --batch appends its answers; ids in it are skipped")

    search = command("search", "List the passages nearest to a query, without an answer.", json, filters)
    search.add_argument("query", metavar="QUERY", nargs="+", help="words to look for")
    search.add_argument("--limit", metavar="N", type=_count, default=DEFAULT_LIMIT, help="how many (default: 20)")

    register = command("decisions", "List what bodies decided, from their minutes.", json)
    register.add_argument("query", metavar="QUERY", nargs="*", help="words to look for; meaning counts too")
    register.add_argument("--csv", action="store_true", help="print CSV for a spreadsheet")
    register.add_argument("--format", choices=FORMS, help="how to give them (default: table)")
    register.add_argument("--out", metavar="FILE", type=Path, help="write them to FILE, which docx needs")
    narrowing = register.add_argument_group("filters")
    _meeting_filters(narrowing)
    narrowing.add_argument("--kind", choices=[kind.value for kind in Outcome], help="only what the body did so")
    narrowing.add_argument("--minute", "--item", metavar="NUMBER", help="only this minute number, or its last part")
    narrowing.add_argument("--person", metavar="NAME", help="only what NAME moved, seconded or voted on")

    serve = command("serve", "Serve the HTTP API and the chat page.")
    serve.add_argument("--host", metavar="HOST", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", metavar="PORT", type=_count, help="port to listen on (default: 8000)")

    _add_token(command("token", "Make, list and revoke API tokens, by which programs come in."), data, json)

    backup = command("backup", "Write all that is indexed and kept to one file; the service may go on meanwhile.")
    backup.add_argument("file", metavar="FILE", type=Path, help="file to write, which is not there yet")

    restore = command("restore", "Make a data folder, empty or not there yet, from a backup.")
    restore.add_argument("file", metavar="FILE", type=Path, help="a backup")

    audit = command("audit", "Tell who did, and asked, what and when, newest first.", json)
    audit.add_argument("--from", dest="from_", metavar="DATE", type=_iso_date, help="only from DATE on (UTC)")
    audit.add_argument("--to", metavar="DATE", type=_iso_date, help="only up to DATE")
    audit.add_argument("--act", metavar="ACT", help="only what was done so, as in: remove")
    audit.add_argument("--person", metavar="NAME", help="only what this person did: the name, or the id in the log")
    audit.add_argument("--csv", action="store_true", help="print CSV for a spreadsheet")
    audit.add_argument("--verify", action="store_true", help="check that the log is whole and as it was written")

    doctor = command("doctor", "Check packages, model, OCR, index and disk, and say what to do.", json)
    doctor.add_argument("--repair", action="store_true", help="mend what is damaged or missing in the data folder")

    add_options(command("eval", "Ask a set of questions, score the answers, and guard against worse ones."), data)
    return parser


def _add_token(token: argparse.ArgumentParser, data: argparse.ArgumentParser, json: argparse.ArgumentParser) -> None:
    parts = token.add_subparsers(dest="part", metavar="PART", title="parts", required=True)

    def part(name: str, help: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return parts.add_parser(name, help=help, description=help, parents=[data, *parents], allow_abbrev=False)

    add = part("add", "Make a token and print it, this once only.")
    add.add_argument("name", metavar="NAME", help="what it is for")
    add.add_argument("--role", choices=ROLES, required=True, help="whose papers it sees and what it may do")
    add.add_argument("--rights", metavar="RIGHTS", help="of read, ask, write, admin (default: all its role may have)")
    add.add_argument("--days", metavar="N", type=_count, help="after which it is taken no more (default: never)")
    part("list", "List the tokens, without their secrets.", json)
    revoke = part("revoke", "Take a token no more.")
    revoke.add_argument("id", metavar="ID", help="as `token list` shows it")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0 well, 1 failed, 2 usage, 3 some files or questions refused)."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        if options.version:
            from importlib.metadata import version

            print(f"board-qa {version('board-qa')}")
            return 0
        if options.command is None:
            parser.print_help()
            return 0
        from qa.commands import run

        code = run(options)
        sys.stdout.flush()
        return code
    except BoardQAError as error:
        from qa.printing import tell

        tell(f"error: {error.message}", error=True)
        if error.hint:
            tell(f"hint: {error.hint}", error=True)
        return exit_code(error)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) went away; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
