"""How much one person or address may ask in a minute. Counted in memory, by each server process for itself."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from qa.errors import TooManyRequestsError
from qa.person import Person, Way
from qa.settings import Settings

SIGN_INS_PER_MINUTE = 60  # steps of signing in from one address, behind which a whole office may sit
BAD_TOKENS_PER_MINUTE = 20  # tokens that are not taken, from one address
REFUSALS_PER_MINUTE = 10  # of one address that go into the audit log, so that nobody fills the disk with it
PEOPLE_PER_ADDRESS = 20  # so many times what one person may do is what those signed in at one address may together
MAX_NAME_CHARS = 64  # of what is counted where a proxy tells no address but a word
IPV6_PREFIX = 64  # what one customer has at least


class Budget(StrEnum):
    """What is counted by itself."""

    QUESTIONS = "questions"
    REQUESTS = "requests"
    SIGN_INS = "sign-ins"
    BAD_TOKENS = "tokens"
    REFUSALS = "refusals"


class Rates:
    """The counts of one service. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._most = {
            Budget.QUESTIONS: settings.questions_per_minute,
            Budget.REQUESTS: settings.requests_per_minute,
            Budget.SIGN_INS: SIGN_INS_PER_MINUTE,
            Budget.BAD_TOKENS: BAD_TOKENS_PER_MINUTE,
            Budget.REFUSALS: REFUSALS_PER_MINUTE,
        }

    def spend(self, budget: Budget, person: Person | None, address: str) -> None:
        """Count one more of a person at an address; without a person of the address alone.

        Raises TooManyRequestsError.
        """
        most = self._most[budget]
        if not most:
            return
        for limit, key in _counted(most, person, address):
            if not self._limiter.hit(limit, budget.value, key):
                self._refuse(limit, budget, key)

    def check(self, budget: Budget, address: str) -> None:
        """Raise TooManyRequestsError where an address has spent a budget; count nothing."""
        limit = RateLimitItemPerMinute(self._most[budget])
        if not self._limiter.test(limit, budget.value, network_of(address)):
            self._refuse(limit, budget, network_of(address))

    def _refuse(self, limit: RateLimitItemPerMinute, budget: Budget, key: str) -> None:
        free = self._limiter.get_window_stats(limit, budget.value, key).reset_time
        seconds = max(1, math.ceil(free - time.time()))
        wait = "1 second" if seconds == 1 else f"{seconds} seconds"
        raise TooManyRequestsError(f"Too many {budget} in a minute.", f"Wait {wait}, then send it again.", seconds)


def network_of(address: str) -> str:
    """What one holder of a network address has: the address itself, of version 6 the first 64 bits of it."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:MAX_NAME_CHARS]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, IPV6_PREFIX), strict=False))


def _counted(most: int, person: Person | None, address: str) -> Iterator[tuple[RateLimitItemPerMinute, str]]:
    if person is None or person.way is Way.ANONYMOUS:
        yield RateLimitItemPerMinute(most), network_of(address)
    else:
        yield RateLimitItemPerMinute(most), person.id
        yield RateLimitItemPerMinute(most * PEOPLE_PER_ADDRESS), network_of(address)
