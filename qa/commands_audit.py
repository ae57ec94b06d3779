"""What the command ``board-qa audit`` does: prints the audit log, or checks it."""

from __future__ import annotations

import argparse
import json
import sys

from qa.audit import Act, Selection, csv_of
from qa.errors import EXIT_FAILED
from qa.printing import print_audit
from qa.service import BoardQA


def audit(service: BoardQA, options: argparse.Namespace) -> int:
    """Print the entries that ``options`` (of ``qa.cli``) ask for, newest first, or what a check found; the exit code.

    Raises AuditUnavailableError.
    """
    if options.verify:
        return _verify(service)
    wanted = Selection(from_=options.from_, to=options.to, act=options.act, person=options.person)
    service.audit.record(Act.READ_AUDIT, **wanted.told())
    entries = service.audit.every_entry(wanted)
    if options.csv:
        sys.stdout.flush()
        sys.stdout.buffer.write(csv_of(entries))
    elif options.json:
        print(json.dumps([entry.model_dump(mode="json") for entry in entries], ensure_ascii=False, indent=2))
    else:
        print_audit(list(entries))
    return 0


def _verify(service: BoardQA) -> int:
    checked = service.audit.check()
    if checked.broken:
        print(f"The audit log is not whole: {checked.broken}.")
        return EXIT_FAILED
    print(f"{checked.entries} entries, whole and as they were written.")
    if checked.last is not None:
        print(
            f"The hash of entry {checked.last} is {checked.hash}; noted elsewhere, it shows whether all is made anew."
        )
    return 0
