"""Tables for spreadsheet programs: CSV in which no cell is run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from index.letters import seen

CSV_TYPE = "text/csv; charset=utf-8"
# What a spreadsheet would take for a formula when it stands first, perhaps behind blanks
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|^[\t\r\n]")


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV: UTF-8 with a byte order mark, records ending with CR LF (RFC 4180).

    A cell that a spreadsheet would run as a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        shown = [seen(cell) for cell in row]
        writer.writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in shown])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")
