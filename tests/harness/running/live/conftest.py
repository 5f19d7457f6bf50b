from pathlib import Path

import pytest

from harness.workspace import Workspace


@pytest.fixture
def open_workspace(workspace: Path) -> Workspace:
    """The default workspace, opened."""
    return Workspace.open(workspace)
