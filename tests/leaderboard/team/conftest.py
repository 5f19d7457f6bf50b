from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex

import pytest

from leaderboard import EntryStore
from leaderboard.storage.database import Database
from leaderboard.team.accounts import Accounts, Team
from leaderboard.team.queue import SubmissionQueue
from leaderboard.team.rules import CompetitionRules, RulesStore
from leaderboard.team.submissions import Submission, Submissions, Upload
from tests.factories.entries import NOON
from tests.factories.teams import fast_hasher


def minutes(count: float) -> datetime:
    """Some minutes past noon."""
    return NOON + timedelta(minutes=count)


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash tokens in microseconds; `test_tokens` tests the true cost."""
    monkeypatch.setattr("leaderboard.team.tokens._hasher", fast_hasher)


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database)


@pytest.fixture
def submissions(database: Database) -> Submissions:
    return Submissions(database)


@pytest.fixture
def queue(database: Database) -> SubmissionQueue:
    return SubmissionQueue(database)


@pytest.fixture
def rules_store(database: Database) -> RulesStore:
    return RulesStore(database)


@pytest.fixture
def store(database: Database) -> EntryStore:
    return EntryStore(database)


@pytest.fixture
def team(accounts: Accounts) -> Team:
    return accounts.add_team("Alpha", NOON)


@pytest.fixture
def other(accounts: Accounts) -> Team:
    return accounts.add_team("Beta", NOON)


def upload(**values: object) -> Upload:
    """A file that no other is like."""
    fields = {"competition": "c", "task": "retrieval", "file_name": "a.csv", "message": "", "size": 100}
    return Upload(**{"id": token_hex(16), "digest": token_hex(32), **fields, **values})


@pytest.fixture
def hand_in(submissions: Submissions) -> Callable[..., Submission]:
    """Hands in a file of a team, `minute` minutes past noon."""

    def add(team: Team, minute: float = 0, rules: CompetitionRules | None = None, **values: object) -> Submission:
        return submissions.add(team, upload(**values), rules or CompetitionRules("c"), minutes(minute))

    return add
