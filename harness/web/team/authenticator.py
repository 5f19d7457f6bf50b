"""Authentication by token or session, with a rate limit on wrong tokens."""

from datetime import UTC, datetime
from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from harness.web.error_pages import http_error
from harness.web.lru import LruCache
from leaderboard.storage.database import Database
from leaderboard.team.sessions import AuthenticatedMember, Authentication

FAILURES_PER_MINUTE = 10  # wrong tokens from one address
_CACHE_SIZE = 1_000  # verified tokens, whose next request skips the Argon2 hash


class Authenticator:
    """Authenticates members. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self.sessions = Authentication(database)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._failures = RateLimitItemPerMinute(FAILURES_PER_MINUTE)
        self._verified: LruCache[str] = LruCache(_CACHE_SIZE)  # digest of a token -> its public part

    def by_token(self, token: str, address: str) -> AuthenticatedMember:
        """Return the member of a token. Raises HTTP 401 if it is invalid, 429 after too many failures."""
        if not self._limiter.test(self._failures, address):
            raise http_error(429, "too many invalid tokens from this address; wait a minute", Retry_After="60")
        digest = sha256(token.encode("utf-8", "replace")).digest()
        prefix = self._verified.peek(digest)
        member = self.sessions.by_prefix(prefix) if prefix else None  # None if it was revoked since
        member = member or self.sessions.by_token(token)
        if member is None:
            self._limiter.hit(self._failures, address)
            raise http_error(401, "invalid or revoked token", WWW_Authenticate="Bearer")
        self._verified.get(digest, lambda: member.token)
        return member

    def by_session(self, secret: str) -> AuthenticatedMember | None:
        """Return the member of a session, None if it does not exist or has expired."""
        return self.sessions.by_session(secret, datetime.now(UTC))


def form_token(secret: str) -> str:
    """Return the CSRF token of a session's forms.

    >>> form_token("a") != form_token("b")
    True
    """
    return sha256(f"form {secret}".encode()).hexdigest()
