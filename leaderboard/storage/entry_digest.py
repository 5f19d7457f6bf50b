"""A digest of the values of an entry that decide its place on a board, stored with it, so that damage is noticed.

SQLite has no checksums: a changed byte in a score would be another score.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from leaderboard.storage.serialization import to_json

KEY = "entry digest"  # among the versions of an entry
FIELDS = ("competition", "task", "split", "solution", "identity", "status", "metric", "scores", "run_key")


def entry_digest(values: Mapping[str, Any]) -> str:
    """Return the digest of an entry's values by field; others than FIELDS do not count."""
    text = to_json([values[name] for name in FIELDS], sort_keys=True)
    return blake2b(text.encode("ascii"), digest_size=12).hexdigest()


def require_intact(values: Mapping[str, Any], digest: str | None) -> None:
    """Raise ValueError if values differ from those that a digest was computed of; entries of before have none."""
    if digest is not None and digest != entry_digest(values):
        raise ValueError("an entry was changed")
