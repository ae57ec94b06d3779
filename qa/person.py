"""Who asks: a person or program, by which way it came in, its role, and which papers it may see."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum

from index.model import Access
from index.records import PUBLIC_ONLY
from qa.errors import NotAllowedError


class Role(StrEnum):
    """What somebody may do; each may do all that those before it may.

    The public sees public papers and asks; members also see restricted papers; officers also add and remove packs;
    administrators also set access, read the audit log and make tokens.
    """

    PUBLIC = "public"
    MEMBER = "member"
    OFFICER = "officer"
    ADMIN = "admin"

    def covers(self, other: Role) -> bool:
        """Whether this role may do all that the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Way(StrEnum):
    """How somebody came in."""

    LOCAL = "local"  # at the machine itself: the command line, or a service for a single user
    ANONYMOUS = "anonymous"
    PROXY = "proxy"
    OIDC = "oidc"
    TOKEN = "token"


class Right(StrEnum):
    """What an API token may be for, within the role it was given."""

    READ = "read"  # packs, pages, search, register
    ASK = "ask"
    WRITE = "write"  # add packs
    ADMIN = "admin"  # the audit log


ALL_RIGHTS = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks. ``id`` is stable and tells the way in: "local:jane", "oidc:8f31…", "token:k3v9"."""

    id: str
    name: str
    role: Role
    way: Way
    rights: frozenset[Right] = ALL_RIGHTS

    def access(self, allow_exempt: bool) -> frozenset[Access]:
        """The access levels that this person may see.

        Whoever sits at the machine sees restricted papers only where the installation shows them to everyone: it
        cannot be told who that is.
        """
        restricted = self.way is not Way.LOCAL and self.role.covers(Role.MEMBER)
        return frozenset(Access) if allow_exempt or restricted else PUBLIC_ONLY


def require_role(person: Person, role: Role) -> None:
    """Raise NotAllowedError unless the person has the role, or one above it."""
    if not person.role.covers(role):
        raise NotAllowedError(
            f"This is for people with the role “{role}”.", "Ask those who run this service for that role."
        )


ANONYMOUS = Person("anonymous", "", Role.PUBLIC, Way.ANONYMOUS)


def local_person() -> Person:
    """The one at the machine, by the name of the account that runs the program."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        account = "unnamed"
    return Person(f"local:{account}", account, Role.ADMIN, Way.LOCAL)
