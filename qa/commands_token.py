"""The commands ``board-qa token``: make, list and revoke API tokens."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from qa.audit import Act
from qa.errors import UsageError
from qa.people_store import PeopleStore
from qa.person import Right, Role
from qa.service import BoardQA
from qa.settings import Settings
from qa.tokens import Token, Tokens


def token(options: argparse.Namespace, settings: Settings) -> int:
    """Run the part of the command that ``options`` name; its exit code. Raises UsageError, UnknownTokenError."""
    with closing(BoardQA.open(settings)) as service, closing(PeopleStore(settings.data)) as people:
        tokens = Tokens(people)
        if options.part == "add":
            _add(tokens, options, service)
        elif options.part == "revoke":
            with service.audit.acting(Act.REVOKE_TOKEN, token=options.id):
                tokens.revoke(options.id)
            print(f"revoked {options.id}")
        else:
            _list(tokens, options.json)
    return 0


def _add(tokens: Tokens, options: argparse.Namespace, service: BoardQA) -> None:
    with service.audit.acting(Act.MAKE_TOKEN) as told:
        made, secret = tokens.add(options.name, Role(options.role), _rights(options.rights), options.days)
        told.update(token=made.id, name=made.name, role=made.role, rights=sorted(made.rights))
    print(f"token {made.id} for {made.name}: role {made.role}, {_end(made)}")
    print("It is shown this once only; programs send it as “Authorization: Bearer …”:")
    print(secret)


def _list(tokens: Tokens, as_json: bool) -> None:
    found = tokens.all()
    if as_json:
        print(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "for", "role", "rights", "made", "last used", "state")
    for one in found:
        rights = ", ".join(right for right in Right if right in one.rights)
        table.add_row(one.id, one.name, one.role, rights, _day(one.made), _day(one.used), _state(one))
    Console().print(table)


def _plain(token: Token) -> dict[str, object]:
    times = {name: _iso(getattr(token, name)) for name in ("made", "expires", "used", "revoked")}
    rights = [right for right in Right if right in token.rights]
    return asdict(token) | times | {"rights": rights, "state": _state(token)}


def _rights(listed: str | None) -> list[Right] | None:
    if listed is None:
        return None
    try:
        return [Right(word.strip()) for word in listed.split(",") if word.strip()]
    except ValueError as error:
        raise UsageError(f"{error}.", f"The rights are {', '.join(Right)}.") from None


def _state(token: Token) -> str:
    if token.revoked is not None:
        return "revoked"
    return _end(token) if token.holds(datetime.now(UTC).timestamp()) else "expired"


def _end(token: Token) -> str:
    return "without end" if token.expires is None else f"until {_day(token.expires)}"


def _day(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
