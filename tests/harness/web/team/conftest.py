"""Fixtures: team servers on new databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.web.team.app import create_team_app
from harness.web.team.context import UploadLimits
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.factories.competitions import make_competition
from tests.factories.teams import TeamServer, fast_hasher


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash tokens in microseconds; `test_tokens` tests the true cost."""
    monkeypatch.setattr("leaderboard.team.tokens._hasher", fast_hasher)


@pytest.fixture(scope="session")
def competition_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small competition with a public and a private part for both tasks; tests do not change it."""
    return make_competition(tmp_path_factory.mktemp("contest") / "contest", size=16, queries=8)


@pytest.fixture
def make_server(tmp_path: Path, competition_folder: Path) -> Iterator[Callable[..., TeamServer]]:
    """A function that creates a team server on a database."""
    databases = []

    def make_server(url: str, limits: UploadLimits = UploadLimits(), name: str = "workspace") -> TeamServer:  # noqa: B008
        workspace = Workspace.open(tmp_path / name)
        databases.append(Database(url, pool_size=4))
        app = create_team_app(
            workspace, [competition_folder], database=databases[-1], hosts=["testserver"], limits=limits
        )
        return TeamServer(app, url, competition_folder, workspace)

    yield make_server
    for database in databases:
        database.close()


@pytest.fixture
def server(make_server: Callable[..., TeamServer], database_url: str) -> TeamServer:
    """A team server on a new database, SQLite and PostgreSQL in turn."""
    return make_server(database_url)


@pytest.fixture
def sqlite_server(make_server: Callable[..., TeamServer], tmp_path: Path) -> TeamServer:
    """A team server on SQLite with small upload limits."""
    return make_server(
        f"sqlite:///{tmp_path / 'team.sqlite'}", UploadLimits(file_bytes=100_000, unpacked_bytes=200_000)
    )
