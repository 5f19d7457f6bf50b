from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from harness.web.app import create_app
from harness.workspace import Workspace
from tests.factories.entries import EntryFactory


@pytest.fixture
def open_workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def factory(competition_folder: Path, open_workspace: Workspace) -> EntryFactory:
    """Enters answers to the small competition in the workspace."""
    return EntryFactory(competition_folder, open_workspace)


@pytest.fixture
def browse(open_workspace: Workspace) -> Callable[..., TestClient]:
    """Makes a client of the workspace's site; it takes what `create_app` takes."""

    def client(*folders: Path, **options: Any) -> TestClient:
        app = create_app(open_workspace, folders, **{"hosts": ["testserver"], **options})
        return TestClient(app, raise_server_exceptions=False, follow_redirects=False)

    return client
