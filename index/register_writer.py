"""Writing one pack's part of the decision register, within the transaction that writes the pack.

Ids are permanent: a meeting's is made of its council, body and date, a decision's of the meeting and its words. The
same meeting's minutes in a second pack, draft or approved, give the same ids; so do words that differ a little.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from rapidfuzz import fuzz

from index.bodies import words_of
from index.model import Access, Kind, Meeting, Span
from index.passage_codec import decode_structure
from index.record_model import Action, Decision
from index.register import Entry, Minutes, PackRegister
from index.register_rows import Head, Sort, decode, encode, encode_boxes
from index.slugs import slug
from index.text_indexes import OF_DECISIONS, put_in_words, take_out_words

READING = 2  # of the register; packs that were read by a lower one are read again at the next ingest
ALIKE = 90  # of 100: how near the words of draft and approved minutes are
ALIKE_ACTION = 85  # action logs shorten what the minutes asked for
ALIKE_REFERENCE = 45  # where number and owner are the same
LOOKED_BACK = 300  # actions of a body among which an older one is looked for


def take_out(connection: sqlite3.Connection, pack: str) -> None:
    """Delete what a pack gave to the register, within the open transaction."""
    meetings = _column(connection, "SELECT DISTINCT meeting FROM decisions WHERE pack = ?", pack)
    entries = _column(
        connection, "SELECT id FROM entries WHERE pack = ? AND sort IN ('action', 'recommendation')", pack
    )
    own = "SELECT number FROM decisions WHERE pack = ?"
    take_out_words(connection, OF_DECISIONS, pack)
    connection.execute(f"DELETE FROM decision_passages WHERE decision IN ({own})", (pack,))
    connection.execute(f"DELETE FROM decision_texts WHERE number IN ({own})", (pack,))
    connection.execute("DELETE FROM decisions WHERE pack = ?", (pack,))
    connection.execute(
        "INSERT INTO entry_words (entry_words, rowid, title, text)"
        " SELECT 'delete', number, title, text FROM entries WHERE pack = ?",
        (pack,),
    )
    connection.execute("DELETE FROM entries WHERE pack = ?", (pack,))
    connection.execute("DELETE FROM meetings WHERE pack = ?", (pack,))
    connection.execute("DELETE FROM register_packs WHERE pack = ?", (pack,))
    _rank_decisions(connection, meetings)
    _rank_entries(connection, entries)


def put_in(connection: sqlite3.Connection, pack: str, register: PackRegister) -> None:
    """Write what a pack, whose passages are in the index by now, gives to the register."""
    _Writer(connection, pack).write(register)
    put_in_words(connection, OF_DECISIONS, pack)
    connection.execute("INSERT OR REPLACE INTO register_packs VALUES (?, ?)", (pack, READING))


def rank(connection: sqlite3.Connection, pack: str) -> None:
    """Choose anew which of several printings is shown, after the access of a pack's was changed."""
    _rank_decisions(connection, _column(connection, "SELECT DISTINCT meeting FROM decisions WHERE pack = ?", pack))
    _rank_entries(connection, _column(connection, "SELECT DISTINCT id FROM entries WHERE pack = ?", pack))


def plain(text: str) -> str:
    """The words of a text alone, in lower case: what two printings of it share."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


class _Writer:
    def __init__(self, connection: sqlite3.Connection, pack: str) -> None:
        self._connection = connection
        self._pack = pack

    def write(self, register: PackRegister) -> None:
        council, access = self._connection.execute(
            "SELECT council, access FROM packs WHERE id = ?", (self._pack,)
        ).fetchone()
        own = register.meeting or Meeting(council=council)
        convened, body = self._meeting(own)
        if register.meeting is not None:
            head = Head(time=own.time, venue=own.venue)
            self._insert_meeting(convened, own, body, access, False, 1, head)
        for minutes in register.minutes:
            self._minutes(minutes)
        told: list[tuple[Sort, str, str, Entry[Any]]] = []
        told += [(Sort.PAPER, e.told.title, "", e) for e in register.papers]
        told += [(Sort.RECOMMENDATION, e.told.title, e.told.text, e) for e in register.recommendations]
        told += [(Sort.ACTION, e.told.title, e.told.what, e) for e in register.actions]
        told += [(Sort.KEY_DECISION, e.told.title, e.told.text, e) for e in register.key_decisions]
        self._entries(convened, own, body, told)

    def _minutes(self, minutes: Minutes) -> None:
        own = minutes.meeting
        id_, body = self._meeting(own)
        head = Head(own.time, own.venue, minutes.chair, minutes.people, minutes.flags)
        self._insert_meeting(id_, own, body, minutes.access, True, minutes.pdf_page, head)
        self._decisions(id_, own, body, minutes.decisions)
        told: list[tuple[Sort, str, str, Entry[Any]]] = []
        told += [(Sort.MINUTE, e.told.title, "", e) for e in minutes.minutes]
        told += [(Sort.ACTION, e.told.title, e.told.what, e) for e in minutes.actions]
        told += [(Sort.DECLARATION, e.told.who, e.told.text, e) for e in minutes.declarations]
        told += [(Sort.RECOMMENDATION, e.told.title, e.told.text, e) for e in minutes.recommendations]
        told += [(Sort.NOTE, "", e.told.text, e) for e in minutes.notes]
        self._entries(id_, own, body, told)

    # Meetings

    def _meeting(self, meeting: Meeting) -> tuple[str, int]:
        """The meeting's id and its body's number; a paper that does not name the council takes the only one's."""
        alike, day = _alike(meeting), _iso(meeting)
        council = plain(meeting.council or "")
        body = meeting.body or "meeting"
        # each part has its own greatest length: the body is never cut off
        named = slug(body) if plain(body).startswith(council) else f"{slug(meeting.council or '')}-{slug(body)}"
        if day is None:
            return f"{named}-undated-{self._pack}", self._body(meeting)
        rows = self._connection.execute(
            "SELECT DISTINCT m.id, b.council FROM meetings AS m JOIN bodies AS b ON b.number = m.body"
            " WHERE m.alike = ? AND m.date = ? ORDER BY m.number",
            (alike, day),
        ).fetchall()
        same = [row["id"] for row in rows if plain(row["council"] or "") == council]
        unsure = [row["id"] for row in rows if not row["council"] or not council]
        others = {plain(row["council"]) for row in rows if row["council"]}
        id_, number = f"{named}-{day}", self._body(meeting)
        if same or (unsure and len(others) < 2):
            id_ = (same or unsure)[0]
            if council:
                self._name_council(id_, number)
        return id_, number

    def _name_council(self, meeting: str, body: int) -> None:
        """Give what other packs tell of the meeting, without naming the council, this one's."""
        nameless = "body IN (SELECT number FROM bodies WHERE council IS NULL)"
        for table, column in (("meetings", "id"), ("decisions", "meeting"), ("entries", "meeting")):
            self._connection.execute(f"UPDATE {table} SET body = ? WHERE {column} = ? AND {nameless}", (body, meeting))

    def _body(self, meeting: Meeting) -> int:
        names = (meeting.council, meeting.body)
        row = self._connection.execute("SELECT number FROM bodies WHERE council IS ? AND body IS ?", names).fetchone()
        if row is not None:
            return int(row[0])
        number = self._connection.execute("INSERT INTO bodies (council, body) VALUES (?, ?)", names).lastrowid
        assert number is not None
        return number

    def _insert_meeting(
        self, id_: str, own: Meeting, body: int, access: str, minuted: bool, pdf_page: int, head: Head
    ) -> None:
        self._connection.execute(
            "INSERT INTO meetings (id, pack, access, body, alike, date, minuted, pdf_page, told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (id_, self._pack, access, body, _alike(own), _iso(own), minuted, pdf_page, encode(head)),
        )

    # Decisions

    def _decisions(self, meeting: str, own: Meeting, body: int, decided: Sequence[Entry[Decision]]) -> None:
        passages = self._passages()
        known = self._connection.execute(
            "SELECT d.id, d.minute, d.access, t.text FROM decisions AS d JOIN decision_texts AS t USING (number)"
            " WHERE d.meeting = ? AND d.pack <> ?",
            (meeting, self._pack),
        ).fetchall()
        known_words = [(row["id"], row["minute"], row["access"], plain(row["text"])) for row in known]
        times: Counter[str] = Counter()
        taken: set[str] = set()
        for entry in decided:
            decision = entry.told
            words = plain(decision.text)
            times[words] += 1
            id_ = _fingerprint(meeting, words, str(times[words]))
            near = next(
                (
                    other
                    for other, minute, access, text in known_words
                    if other not in taken
                    and minute == decision.minute
                    and _may_follow(entry, access)
                    and fuzz.ratio(text, words) >= ALIKE
                ),
                None,
            )
            if near is not None and all(other != id_ for other, *_ in known_words):
                id_ = near
            taken.add(id_)
            number = self._connection.execute(
                "INSERT INTO decisions (id, rank, meeting, date, body, access, kind, pack, pdf_page, minute, last_part)"
                " VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(id_, meeting, _iso(own), body, entry.access, decision.kind, self._pack, entry.pdf_page),
                    *(decision.minute, _last_part(decision.minute)),
                ),
            ).lastrowid
            texts = (decision.title, decision.text, "\n".join(people_of(decision)))
            self._connection.execute(
                "INSERT INTO decision_texts VALUES (?, ?, ?, ?, ?, ?)",
                (number, *texts, encode(decision), encode_boxes(entry.boxes)),
            )
            self._connection.executemany(
                "INSERT INTO decision_passages VALUES (?, ?)",
                [(passage, number) for passage in sorted(_holding(decision.spans, passages))],
            )
        _rank_decisions(self._connection, [meeting])

    def _passages(self) -> dict[int, list[tuple[int, int, int]]]:
        """Start, end and id of the pack's passages of minutes, by PDF page."""
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        rows = self._connection.execute(
            "SELECT id, structure FROM passages WHERE pack = ? AND kind IN (?, ?)",
            (self._pack, Kind.MINUTES, Kind.EXEMPT),
        )
        for id_, structure in rows:
            for span in decode_structure(structure)["spans"]:
                found[span.pdf_page].append((span.start, span.end, id_))
        return found

    # All else

    def _entries(
        self, meeting: str, own: Meeting, body: int, told: Iterable[tuple[Sort, str, str, Entry[Any]]]
    ) -> None:
        times: Counter[str] = Counter()
        taken: set[str] = set()
        for sort, title, text, entry in told:
            words = plain(f"{title} {text}")
            times[f"{sort} {words}"] += 1
            id_ = self._entry_id(sort, meeting, own, entry, times[f"{sort} {words}"], taken)
            taken.add(id_)
            item = getattr(entry.told, "minute", None) or getattr(entry.told, "number", None) or entry.item
            number = self._connection.execute(
                "INSERT INTO entries (sort, id, rank, meeting, date, body, access, pack, pdf_page, item, title, text,"
                " told, boxes) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(sort, id_, meeting, _iso(own), body, entry.access, self._pack, entry.pdf_page, item),
                    *(title, text, encode(entry.told), encode_boxes(entry.boxes)),
                ),
            ).lastrowid
            self._connection.execute(
                "INSERT INTO entry_words (rowid, title, text) VALUES (?, ?, ?)", (number, title, text)
            )
        _rank_entries(self._connection, sorted(taken))

    def _entry_id(
        self, sort: Sort, meeting: str, own: Meeting, entry: Entry[Any], time: int, taken: Collection[str]
    ) -> str:
        told = entry.told
        if isinstance(told, Action):
            return self._action_id(meeting, own, entry, time, taken)
        words = plain(" ".join(str(getattr(told, name, "")) for name in ("who", "title", "text")))
        return _fingerprint(sort, meeting, words, str(time))

    def _action_id(self, meeting: str, own: Meeting, entry: Entry[Action], time: int, taken: Collection[str]) -> str:
        """An action keeps its id from the minutes through the logs of later meetings of the body."""
        told = entry.told
        words, alike, since = plain(told.what), _alike(own), told.decided.isoformat() if told.decided else _iso(own)
        rows = self._connection.execute(
            "SELECT e.id, e.text, e.told, e.access FROM entries AS e WHERE e.sort = 'action'"
            " AND NOT (e.pack = ? AND e.meeting = ?) AND e.meeting IN (SELECT id FROM meetings WHERE alike = ?)"
            " ORDER BY +e.number DESC LIMIT ?",
            (self._pack, meeting, alike, LOOKED_BACK),
        ).fetchall()
        best, nearest = 0.0, None
        for row in rows:
            if row["id"] in taken or not _may_follow(entry, row["access"]):
                continue
            other = decode(Action, row["told"])
            alike_words = fuzz.token_set_ratio(plain(row["text"]), words)
            least = ALIKE_ACTION
            if _same_owner(told, other):
                least = 0 if _same_number(told, other) else ALIKE_REFERENCE if _same_matter(told, other) else least
            if alike_words >= least and alike_words > best:
                best, nearest = alike_words, str(row["id"])
        return nearest or _fingerprint(Sort.ACTION, alike, since or "", words, str(time))


def _may_follow(entry: Entry[Any], access: str) -> bool:
    """Whether an entry may take the id of an older one: a public one never that of a restricted one."""
    return access == Access.PUBLIC or entry.access is Access.RESTRICTED


def _same_number(one: Action, other: Action) -> bool:
    """Whether both have one number of an action log; a bare "3" may be any meeting's third."""
    return (
        bool(one.ref and other.ref) and plain(one.ref or "") == plain(other.ref or "") and " " in plain(one.ref or "")
    )


def _same_matter(one: Action, other: Action) -> bool:
    """Whether both name the same minute: "24/078", or "(HWB36)" in a log's words."""
    refs = {plain(ref) for ref in (one.ref, one.minute) if ref}
    others = {plain(ref) for ref in (other.ref, other.minute) if ref}
    named = any(f" {ref} " in f" {plain(other.what)} " for ref in refs)
    return bool(refs & others) or named or any(f" {ref} " in f" {plain(one.what)} " for ref in others)


def _same_owner(one: Action, other: Action) -> bool:
    def words(action: Action) -> set[str]:
        return {word for name in action.owners for word in plain(name).split() if len(word) > 2}

    return bool(words(one) & words(other))


def people_of(decision: Decision) -> tuple[str, ...]:
    """Who moved, seconded or voted by name, with those of the amendments; each once, as printed."""
    names = [said.text for said in (decision.mover, decision.seconder) if said]
    votes = [decision.vote]
    for amendment in decision.amendments:
        names += [said.text for said in (amendment.mover, amendment.seconder) if said]
        votes.append(amendment.vote)
    for vote in votes:
        if vote:
            names += [*vote.names_for, *vote.names_against, *vote.names_abstained]
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names))


def _last_part(minute: str | None) -> str | None:
    """The number at the end of a minute's: "65" of "CAB/24/65", "26" of "HWB26"."""
    found = re.search(r"\d+[a-z]?$", (minute or "").rstrip("."), re.I)
    return found[0] if found else None


def _alike(meeting: Meeting) -> str:
    """The body's name as papers of the same meeting share it, its council's left out."""
    words = words_of(meeting.body)
    council = words_of(meeting.council)
    rest = words[len(council) :] if council and words[: len(council)] == council else words
    return " ".join(rest or words)


def _iso(meeting: Meeting) -> str | None:
    return meeting.date.isoformat() if meeting.date else None


def _fingerprint(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def _holding(spans: Iterable[Span], passages: dict[int, list[tuple[int, int, int]]]) -> Iterator[int]:
    found = {
        id_ for span in spans for start, end, id_ in passages[span.pdf_page] if start < span.end and end > span.start
    }
    yield from found


def _column(connection: sqlite3.Connection, query: str, value: object) -> list[str]:
    return [row[0] for row in connection.execute(query, (value,))]


def _rank_decisions(connection: sqlite3.Connection, meetings: Iterable[str]) -> None:
    """Of one decision in several packs, what all may see comes first, minutes by themselves before those in a pack."""
    for meeting in meetings:
        rows = connection.execute(
            "SELECT d.number, d.id FROM decisions AS d JOIN packs AS p ON p.id = d.pack WHERE d.meeting = ?"
            " ORDER BY d.access <> ?, p.kind <> ?, p.id, d.number",
            (meeting, Access.PUBLIC, Kind.MINUTES),
        ).fetchall()
        _set_ranks(connection, "decisions", rows)


def _rank_entries(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Of one action in several packs, what all may see comes first, then the latest."""
    for id_ in dict.fromkeys(ids):
        rows = connection.execute(
            "SELECT e.number, e.id FROM entries AS e WHERE e.id = ?"
            " ORDER BY e.access <> ?, e.date DESC, e.pack, e.number",
            (id_, Access.PUBLIC),
        ).fetchall()
        _set_ranks(connection, "entries", rows)


def _set_ranks(connection: sqlite3.Connection, table: str, rows: Sequence[sqlite3.Row]) -> None:
    seen: Counter[str] = Counter()
    ranks = []
    for row in rows:
        ranks.append((seen[row["id"]], row["number"]))
        seen[row["id"]] += 1
    connection.executemany(f"UPDATE {table} SET rank = ? WHERE number = ?", ranks)
