from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaderboard import Coverage, Entry, Stage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _entry(identity: str = "hash", *, minute: int = 0, reason: str | None = None, **values: Any) -> Entry:
    """An entry made some minutes past noon; `public`, `private` and `all` are its scores, `reason` makes it fail."""
    scores = {part: {"map@100": values.pop(part)} for part in ("public", "private", "all") if part in values}
    entry = {
        "competition": "fingerprint",
        "competition_name": "synthetic",
        "task": "retrieval",
        "split": "test",
        "solution": identity.partition("(")[0],
        "identity": identity,
        "seed": 0,
        "status": "failed" if reason else "scored",
        "reason": reason,
        "metric": "map@100",
        "scores": scores,
        "coverage": Coverage(queries=4, answered=2, empty=1, failed=1),
        "stages": (Stage("fit", 2.0, 8.0, 300.0), Stage("rank", 1.0, 4.0, 200.0)),
        "versions": {"numpy": "2.4"},
        "code_version": "abc",
        "run_key": f"{identity} on test",
        "submission": None,
        "log": None,
        "created": NOON + timedelta(minutes=minute),
    }
    return Entry(**{**entry, **values})


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., Entry]:
    return _entry
