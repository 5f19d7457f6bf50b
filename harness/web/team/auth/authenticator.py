"""The door: who comes in by a token or a session, and how often one may knock."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from harness.web.team.refusals import refused
from leaderboard.storage.database import Database
from leaderboard.team.sessions import Member, Members

FAILURES = 10  # a minute from one address
_KEPT = 1_000  # tokens that were found good, so that a program's next request costs no Argon2


class Door:
    """Lets members in; several threads may ask it."""

    def __init__(self, database: Database) -> None:
        self.members = Members(database)
        self._limiter, self._failures = MovingWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(FAILURES)
        self._good: OrderedDict[bytes, str] = OrderedDict()  # digest of a token -> its public part
        self._lock = Lock()

    def by_token(self, token: str, address: str) -> Member:
        """Return whose token this is; raises a refusal for any other, and for who has failed too often."""
        if not self._limiter.test(self._failures, address):
            raise refused(429, "too many wrong tokens came from this address; wait a minute", Retry_After="60")
        member = self._by_good(token) or self._by_new(token)
        if member is None:
            self._limiter.hit(self._failures, address)
            raise refused(401, "this is no token that lets anyone in", WWW_Authenticate="Bearer")
        return member

    def by_session(self, secret: str) -> Member | None:
        """Return whose session this is, None where it is none."""
        return self.members.by_session(secret, datetime.now(UTC))

    def _by_good(self, token: str) -> Member | None:
        """Return the member of a token that was found good before, unless it is revoked by now."""
        with self._lock:
            prefix = self._good.get(_digest(token))
        return None if prefix is None else self.members.by_prefix(prefix)

    def _by_new(self, token: str) -> Member | None:
        member = self.members.by_token(token)
        if member is not None:
            with self._lock:
                self._good[_digest(token)] = member.token
                if len(self._good) > _KEPT:
                    self._good.popitem(last=False)
        return member


def form_token(secret: str) -> str:
    """Return what the forms of a session's pages hold, and no other site can know.

    >>> form_token("a") != form_token("b")
    True
    """
    return sha256(f"form {secret}".encode()).hexdigest()


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
