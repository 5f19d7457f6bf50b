from collections.abc import Callable

import pytest

from leaderboard import Entry
from tests.factories import entries


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., Entry]:
    return entries.make_entry
