"""Who may see a pack's pages: what the papers themselves mark, and what an operator has set over it.

Each page keeps what it was marked as; what is in force is worked out from that and from the rules, for the page and
for every passage, decision and entry that stands on it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from index import register_writer
from index.acronyms import acronyms
from index.errors import UnknownPackError
from index.model import Access
from index.passage_codec import decode_structure
from index.text_indexes import OF_PUBLIC, put_in_words, take_out_words


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What an operator has set for a pack, or for the PDF pages ``first`` to ``last`` of it."""

    access: Access
    first: int | None = None
    last: int | None = None


def rules_of(connection: sqlite3.Connection, pack: str, sha256: str) -> list[AccessRule]:
    """The rules for a pack with this content, in the order in which they were set.

    Rules for pages of another content say nothing of this one's; where one restricted pages, all of it is restricted
    until an operator has looked.
    """
    rows = connection.execute("SELECT * FROM access_rules WHERE pack = ? ORDER BY number", (pack,)).fetchall()
    rules = []
    for row in rows:
        access, first, last = Access(row["access"]), row["first_page"], row["last_page"]
        if first is None or row["sha256"] == sha256:
            rules.append(AccessRule(access, first, last))
        elif access is Access.RESTRICTED:
            rules.append(AccessRule(access))
    return rules


def set_rule(connection: sqlite3.Connection, pack: str, rule: AccessRule | None) -> None:
    """Set a rule over those there are; one for the whole pack takes their place, None removes them.

    All within the open transaction. Raises UnknownPackError where the pack has none of the pages.
    """
    row = connection.execute("SELECT sha256, page_count FROM packs WHERE id = ?", (pack,)).fetchone()
    if rule is not None and rule.first is not None and not 1 <= rule.first <= (rule.last or 0) <= row["page_count"]:
        raise UnknownPackError(
            f"Pack {pack} has no PDF pages {rule.first} to {rule.last}.", f"It has {row['page_count']}, from 1."
        )
    if rule is None or rule.first is None:
        forget_rules(connection, pack)
    if rule is not None:
        connection.execute(
            "INSERT INTO access_rules (pack, sha256, first_page, last_page, access) VALUES (?, ?, ?, ?, ?)",
            (pack, row["sha256"], rule.first, rule.last, rule.access),
        )
    put_in_force(connection, pack)


def forget_rules(connection: sqlite3.Connection, pack: str) -> None:
    """Forget what was set for a pack."""
    connection.execute("DELETE FROM access_rules WHERE pack = ?", (pack,))


def put_in_force(connection: sqlite3.Connection, pack: str) -> None:
    """Work out anew who may see what of a pack, within the open transaction."""
    (sha256,) = connection.execute("SELECT sha256 FROM packs WHERE id = ?", (pack,)).fetchone()
    rules = rules_of(connection, pack, sha256)
    marked = connection.execute("SELECT pdf_page, marked FROM pages WHERE pack = ?", (pack,)).fetchall()
    pages = {row["pdf_page"]: _in_force(row["pdf_page"], Access(row["marked"]), rules) for row in marked}
    whole = Access.RESTRICTED if set(pages.values()) == {Access.RESTRICTED} else Access.PUBLIC
    take_out_words(connection, OF_PUBLIC, pack)
    connection.execute("UPDATE packs SET access = ? WHERE id = ?", (whole, pack))
    _set(connection, "pages", "pack = ? AND pdf_page = ?", ((access, pack, n) for n, access in pages.items()))
    passages = connection.execute("SELECT id, structure FROM passages WHERE pack = ?", (pack,)).fetchall()
    on = ((row["id"], {span.pdf_page for span in decode_structure(row["structure"])["spans"]}) for row in passages)
    _set(connection, "passages", "id = ?", ((_highest(pages, numbers), id_) for id_, numbers in on))
    told = "SELECT d.number, d.pdf_page, t.told FROM decisions AS d JOIN decision_texts AS t USING (number)"
    for table, query in (("decisions", told), ("entries", "SELECT number, pdf_page, told FROM entries")):
        rows = connection.execute(f"{query} WHERE pack = ?", (pack,)).fetchall()
        _set(connection, table, "number = ?", ((_highest(pages, _pages(row)), row["number"]) for row in rows))
    rows = connection.execute("SELECT number, pdf_page, minuted FROM meetings WHERE pack = ?", (pack,)).fetchall()
    own = ((pages[row["pdf_page"]] if row["minuted"] else whole, row["number"]) for row in rows)
    _set(connection, "meetings", "number = ?", own)
    connection.execute("UPDATE packs SET acronyms = ? WHERE id = ?", (_acronyms(connection, pack, whole), pack))
    put_in_words(connection, OF_PUBLIC, pack)
    register_writer.rank(connection, pack)


def _in_force(pdf_page: int, marked: Access, rules: Iterable[AccessRule]) -> Access:
    access = marked
    for rule in rules:
        if rule.first is None or rule.first <= pdf_page <= (rule.last or rule.first):
            access = rule.access
    return access


def _highest(pages: Mapping[int, Access], numbers: Iterable[int]) -> Access:
    """What stands on several pages is restricted where one of them is."""
    return Access.RESTRICTED if any(pages[n] is Access.RESTRICTED for n in numbers) else Access.PUBLIC


def _pages(row: sqlite3.Row) -> set[int]:
    return {row["pdf_page"], *(span["pdf_page"] for span in json.loads(row["told"]).get("spans", ()))}


def _set(connection: sqlite3.Connection, table: str, which: str, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.executemany(f"UPDATE {table} SET access = ? WHERE {which}", rows)


def _acronyms(connection: sqlite3.Connection, pack: str, whole: Access) -> str:
    """The acronyms as a pack's row holds them, of those pages alone that have the pack's own level."""
    spelled: dict[str, str] = {}
    for row in connection.execute(
        "SELECT text FROM pages WHERE pack = ? AND access = ? ORDER BY pdf_page", (pack, whole)
    ):
        spelled = acronyms(row["text"]) | spelled
    return json.dumps(spelled, ensure_ascii=False)
