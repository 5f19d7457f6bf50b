"""Tokens: what a team shows instead of a password. They are random, told once, and kept only as hashes."""

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
    """A token, the public part by which its row is found, and the Argon2 hash that is kept of it."""

    token: str
    prefix: str
    hash: str


def new_token() -> NewToken:
    """A token that nobody has seen yet."""
    prefix = token_hex(_PREFIX)
    token = f"landmark_{prefix}_{token_hex(_SECRET)}"
    return NewToken(token, prefix, _hasher().hash(token))


def prefix_of(token: str) -> str | None:
    """The public part of a token, None for what is no token.

    >>> prefix_of("landmark_0123456789ab_" + "c" * 40), prefix_of("let me in")
    ('0123456789ab', None)
    """
    found = _TOKEN.fullmatch(token)
    return found and found[1]


def verify_token(token: str, token_hash: str) -> bool:
    """Whether a hash was made of this token."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(token_hash, token)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # KiB: many may sign in at once
