from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.web.team.app import create_team_app
from harness.web.team.context import Limits
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.factories.competitions import make_competition
from tests.factories.teams import Server


@pytest.fixture(scope="session")
def contest_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small competition that nobody changes, with a public and a private part for both tasks."""
    return make_competition(tmp_path_factory.mktemp("contest") / "contest", size=16, queries=8)


@pytest.fixture
def serve(tmp_path: Path, contest_folder: Path) -> Iterator[Callable[..., Server]]:
    """Makes the server of a database."""

    opened = []

    def made(url: str, limits: Limits = Limits(), name: str = "workspace") -> Server:  # noqa: B008
        workspace = Workspace.open(tmp_path / name)
        opened.append(Database(url, kept=4))
        app = create_team_app(workspace, [contest_folder], database=opened[-1], hosts=["testserver"], limits=limits)
        return Server(app, url, contest_folder, workspace)

    yield made
    for database in opened:
        database.close()


@pytest.fixture
def server(serve: Callable[..., Server], database_url: str) -> Server:
    """A server on a new database of each kind."""
    return serve(database_url)


@pytest.fixture
def quick(serve: Callable[..., Server], tmp_path: Path) -> Server:
    """A server for what has nothing to do with the kind of its database; its limits are small."""
    return serve(f"sqlite:///{tmp_path / 'quick.sqlite'}", Limits(upload=100_000, unpacked=200_000))
