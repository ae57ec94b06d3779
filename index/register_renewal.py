"""Packs that were indexed before there was a register, or read for it in an older way, are read for it again.

What is stored of their pages is enough: no PDF is opened and nothing is embedded.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from index import access_writer, register_writer
from index.connections import Connections
from index.model import Page
from index.outline import outline
from index.page_codec import decode_page
from index.register import register_of
from index.sketch import sketch

UNREAD = "SELECT id FROM packs WHERE id NOT IN (SELECT pack FROM register_packs WHERE reading >= ?) ORDER BY id"


def unread(path: Path) -> list[str]:
    """The packs, by id, of the index file ``path`` that are to be read for the register again."""
    with closing(Connections(path)) as connections, connections.one() as connection:
        return [row["id"] for row in connection.execute(UNREAD, (register_writer.READING,))]


def read_again(path: Path) -> list[str]:
    """Read them, each pack in a transaction of its own; their ids. Raises IndexDamagedError for a damaged page."""
    packs = unread(path)
    with closing(Connections(path)) as connections:
        for pack in packs:
            with connections.changing() as connection:
                _read_pack(connection, pack)
    return packs


def _read_pack(connection: sqlite3.Connection, pack: str) -> None:
    def load(pdf_page: int) -> Page:
        row = connection.execute("SELECT layout FROM pages WHERE pack = ? AND pdf_page = ?", (pack, pdf_page))
        return decode_page(row.fetchone()["layout"])

    count = connection.execute("SELECT count(*) FROM pages WHERE pack = ?", (pack,)).fetchone()[0]
    if not count:  # another process took it out meanwhile
        return
    found = outline([sketch(load(number)) for number in range(1, count + 1)], load)
    register = register_of(found, load)
    register_writer.take_out(connection, pack)
    register_writer.put_in(connection, pack, register)
    access_writer.put_in_force(connection, pack)
