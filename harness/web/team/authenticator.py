"""Authentication by token or session, with a rate limit on wrong tokens."""

from collections import OrderedDict
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from harness.web.team.http_errors import http_error
from leaderboard.storage.database import Database
from leaderboard.team.sessions import AuthenticatedMember, Authentication

FAILURES_PER_MINUTE = 10  # wrong tokens from one address
_CACHE_SIZE = 1_000  # verified tokens, whose next request skips the Argon2 hash


class Authenticator:
    """Authenticates members. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self.sessions = Authentication(database)
        self._limiter, self._failures = (
            MovingWindowRateLimiter(MemoryStorage()),
            RateLimitItemPerMinute(FAILURES_PER_MINUTE),
        )
        self._verified: OrderedDict[bytes, str] = OrderedDict()  # digest of a token -> its public part
        self._lock = Lock()

    def by_token(self, token: str, address: str) -> AuthenticatedMember:
        """Return the member of a token. Raises HTTP 401 if it is invalid, 429 after too many failures."""
        if not self._limiter.test(self._failures, address):
            raise http_error(429, "too many invalid tokens from this address; wait a minute", Retry_After="60")
        member = self._by_verified(token) or self._verify(token)
        if member is None:
            self._limiter.hit(self._failures, address)
            raise http_error(401, "invalid or revoked token", WWW_Authenticate="Bearer")
        return member

    def by_session(self, secret: str) -> AuthenticatedMember | None:
        """Return the member of a session, None if it does not exist or has expired."""
        return self.sessions.by_session(secret, datetime.now(UTC))

    def _by_verified(self, token: str) -> AuthenticatedMember | None:
        """Return the member of a token that was verified before and is not revoked."""
        with self._lock:
            prefix = self._verified.get(_digest(token))
        return None if prefix is None else self.sessions.by_prefix(prefix)

    def _verify(self, token: str) -> AuthenticatedMember | None:
        member = self.sessions.by_token(token)
        if member is not None:
            with self._lock:
                self._verified[_digest(token)] = member.token
                if len(self._verified) > _CACHE_SIZE:
                    self._verified.popitem(last=False)
        return member


def form_token(secret: str) -> str:
    """Return the CSRF token of a session's forms.

    >>> form_token("a") != form_token("b")
    True
    """
    return sha256(f"form {secret}".encode()).hexdigest()


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
