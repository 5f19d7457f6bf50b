"""Open a competition, its workspace and its folds, as most commands do first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli._options import parse_memory_mb
from harness.cli._output import note

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.data.split import Folds
    from harness.running.runner import Runner
    from harness.workspace import Workspace

DEFAULT_FOLDS = 5


def open_competition(folder: Path, workspace_dir: Path | None) -> tuple[Competition, Workspace]:
    """Return the competition in a folder, and the workspace in another (None: the default workspace)."""
    from harness.data.competition import Competition
    from harness.workspace import Workspace

    workspace = Workspace.open(workspace_dir)
    return Competition.open(folder, workspace.descriptors), workspace


def open_runner(
    folder: Path, workspace_dir: Path | None, timeout: float | None, memory_limit: str | None, *, folds: bool
) -> Runner:
    """Return a runner on the test images, or on the folds, which are created now if the workspace has none."""
    from harness.data.split import load_folds
    from harness.running.local_processes import RunLimits
    from harness.running.runner import Runner

    competition, workspace = open_competition(folder, workspace_dir)
    competition_folds = None
    if folds:
        path = workspace.folds_file(competition.key)
        if path.exists():
            competition_folds = load_folds(path)
        else:
            competition_folds = create_folds(competition, workspace, DEFAULT_FOLDS, 0)
            note(f"created {DEFAULT_FOLDS} folds (change with: landmark split {folder} --folds N)")
    return Runner(competition, workspace, competition_folds, RunLimits(timeout, parse_memory_mb(memory_limit)))


def create_folds(competition: Competition, workspace: Workspace, count: int, seed: int) -> Folds:
    """Split the labelled train images into folds, and save them in the workspace."""
    from harness.data.split import make_folds, save_folds
    from harness.errors import DataError

    if not len(competition.train):
        raise DataError(f"{competition.folder}: folds need labelled train images, and train.csv has none")
    folds = make_folds(competition.train.ids, competition.labels, count, seed)
    save_folds(workspace.folds_file(competition.key), competition, folds)
    return folds
