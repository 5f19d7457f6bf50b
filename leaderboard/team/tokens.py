"""Access tokens of teams: random, shown once, and stored only as hashes."""

import re
from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_PREFIX, _SECRET = 6, 20  # bytes; 160 bits are beyond guessing
_TOKEN = re.compile(rf"landmark_([0-9a-f]{{{2 * _PREFIX}}})_[0-9a-f]{{{2 * _SECRET}}}", re.ASCII)


@dataclass(frozen=True)
class NewToken:
    """A token, its public prefix, which is its key in the database, and its Argon2 hash."""

    token: str
    prefix: str
    hash: str


def new_token() -> NewToken:
    """Create a random token."""
    prefix = token_hex(_PREFIX)
    token = f"landmark_{prefix}_{token_hex(_SECRET)}"
    return NewToken(token, prefix, _hasher().hash(token))


def prefix_of(token: str) -> str | None:
    """The public prefix of a token, None for a text that is no token.

    >>> prefix_of("landmark_0123456789ab_" + "c" * 40), prefix_of("let me in")
    ('0123456789ab', None)
    """
    match = _TOKEN.fullmatch(token)
    return match and match[1]


def verify_token(token: str, token_hash: str) -> bool:
    """Whether a hash belongs to this token."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(token_hash, token)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # KiB: many may sign in at once
