"""What the command ``board-qa decisions`` does: finds decisions and prints them, or writes them to a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from index.errors import BoardQAError
from index.record_model import Outcome
from qa.errors import UsageError
from qa.printing import print_decisions
from qa.register_export import csv_of, docx_of
from qa.register_model import DecisionRow, RegisterFilters
from qa.service import BoardQA


def decisions(service: BoardQA, options: argparse.Namespace) -> None:
    """Find the decisions that ``options`` (of ``qa.cli``) ask for, and print them or write them to a file.

    Raises UsageError for forms that do not go together, UnknownPackError for the filter, BoardQAError where the file
    cannot be written.
    """
    form = _form(options)
    filters = RegisterFilters(
        query=" ".join(options.query) or None,
        body=options.body,
        from_=options.from_,
        to=options.to,
        kind=Outcome(options.kind) if options.kind else None,
        minute=options.minute,
        person=options.person,
        pack=options.pack,
    )
    rows = service.register.every_decision(filters)
    if form == "table":
        print_decisions(rows)
        return
    content = _content(rows, form, filters.query)
    if options.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        options.out.write_bytes(content)
    except OSError as error:
        raise BoardQAError(f"{options.out} cannot be written: {error.strerror}", "Choose another --out.") from error
    print(f"{len(rows)} decision{'' if len(rows) == 1 else 's'} written to {options.out}")


def _form(options: argparse.Namespace) -> str:
    named = [form for form in ("json", "csv") if getattr(options, form)] + [options.format] * bool(options.format)
    if len(set(named)) > 1:
        raise UsageError("The decisions are given in one form at a time.", "Choose one of --json, --csv and --format.")
    form: str = named[0] if named else "table"
    if form == "docx" and options.out is None:
        raise UsageError("A Word file is not for the terminal.", "Say where to: --out FILE.docx")
    if form == "table" and options.out is not None:
        raise UsageError("A table is for the terminal.", "Choose --format json, csv or docx for --out.")
    return form


def _content(rows: Sequence[DecisionRow], form: str, query: str | None) -> bytes:
    if form == "csv":
        return csv_of(rows)
    if form == "docx":
        return docx_of(rows, f"Decisions: {query}" if query else "Decisions")
    told = [row.model_dump(mode="json") for row in rows]
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
