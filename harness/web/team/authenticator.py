"""Authentication by token or session; wrong tokens slow down further tries."""

from datetime import UTC, datetime
from hashlib import sha256

from harness.web.error_pages import http_error
from harness.web.lru import LruCache
from harness.web.team.slow_down import FREE_FAILURES, SlowDown, too_many
from leaderboard.storage.database import Database
from leaderboard.team.sessions import AuthenticatedMember, Authentication
from leaderboard.team.tokens import prefix_of

_CACHE_SIZE = 1_000  # verified tokens, whose next request skips the Argon2 hash


class Authenticator:
    """Authenticates members. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self.sessions = Authentication(database)
        self._slow_down = SlowDown()
        self._verified: LruCache[str] = LruCache(_CACHE_SIZE)  # digest of a token -> its public part

    def by_token(self, token: str, address: str) -> AuthenticatedMember:
        """Return the member of a token. Raises HTTP 401 if it is invalid, 429 after too many failures.

        A token that was verified before is accepted at once; another one waits as `SlowDown` says.
        """
        digest = sha256(token.encode("utf-8", "replace")).digest()
        prefix = self._verified.peek(digest)
        member = self.sessions.by_prefix(prefix) if prefix else None  # None if it was revoked since
        member = member or self._verify(token, address)
        self._verified.get(digest, lambda: member.token)
        return member

    def _verify(self, token: str, address: str) -> AuthenticatedMember:
        if not token:
            raise http_error(401, "token missing", WWW_Authenticate="Bearer")
        prefix = prefix_of(token)
        with self._slow_down.turn(address, prefix):
            member = self.sessions.by_token(token)
        if member is not None:
            self._slow_down.forget(address)
            return member
        self._slow_down.add_failure(address, prefix)
        failures = self._slow_down.failures(address, prefix)
        if failures > 2 * FREE_FAILURES:
            raise too_many(failures)
        raise http_error(401, "invalid or revoked token", WWW_Authenticate="Bearer")

    def by_session(self, secret: str) -> AuthenticatedMember | None:
        """Return the member of a session, None if it does not exist or has expired."""
        return self.sessions.by_session(secret, datetime.now(UTC))


def form_token(secret: str) -> str:
    """Return the CSRF token of a session's forms.

    >>> form_token("a") != form_token("b")
    True
    """
    return sha256(f"form {secret}".encode()).hexdigest()
