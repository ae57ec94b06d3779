"""An index as an older version of the program left it: what later versions brought is taken out again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from index.schema import DATABASE

# By version: what the step from it to the next one made
MADE = {
    4: ["VIEW public_passages", "VIEW public_decision_texts", "TABLE access_rules"]
    + [f"TABLE public_{name}" for name in ("passage_terms", "passage_words", "decision_terms", "decision_words")],
    3: ["TABLE turns", "TABLE conversations"],
    2: [
        f"TABLE {name}"
        for name in (
            *("register_packs", "decision_terms", "decision_words", "decision_passages", "decision_texts"),
            *("decisions", "entry_words", "entries", "meetings", "bodies"),
        )
    ],
    1: ["TABLE feedback"],
}
ACCESS_COLUMNS = ("packs", "pages", "passages", "meetings", "decisions", "entries")


def take_back(folder: Path, version: int) -> None:
    """Make the index in a data folder one of ``version``."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        for table in ACCESS_COLUMNS if version <= 4 else ():
            connection.execute(f"UPDATE {table} SET access = 'exempt' WHERE access = 'restricted'")
        for step in range(max(MADE), version - 1, -1):
            for thing in MADE[step]:
                connection.execute(f"DROP {thing}")
            if step == 4:
                connection.execute("ALTER TABLE turns DROP COLUMN access")
                connection.execute("ALTER TABLE pages DROP COLUMN marked")
                connection.execute("ALTER TABLE refused DROP COLUMN at")
        connection.execute(f"PRAGMA user_version = {version}")
