"""Open a competition, its workspace and its folds, as most commands do first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli._options import parse_memory_mb
from harness.cli._output import note

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.running.runner import Runner
    from harness.sandbox.policy import Mode
    from harness.workspace import Workspace

DEFAULT_FOLDS = 5  # as in harness.data.split, which is imported late


def open_competition(folder: Path, workspace_dir: Path | None) -> tuple[Competition, Workspace]:
    """Return the competition in a folder, and the workspace in another (None: the default workspace)."""
    from harness.data.competition import Competition
    from harness.workspace import Workspace

    workspace = Workspace.open(workspace_dir)
    return Competition.open(folder, workspace.descriptors), workspace


def open_runner(
    folder: Path,
    workspace_dir: Path | None,
    timeout: float | None,
    memory_limit: str | None,
    *,
    folds: bool,
    limit: int | None = None,
    sandbox: Mode = "auto",
) -> Runner:
    """Return a runner on the test images, or on the folds, which are created now if the workspace has none.

    `limit` is the number of test images in a sample, None for all.
    """
    from harness.data.split import ensure_folds
    from harness.running.local_processes import RunLimits
    from harness.running.runner import Runner
    from harness.sandbox.restriction import require_sandbox

    require_sandbox(sandbox)
    competition, workspace = open_competition(folder, workspace_dir)
    competition_folds = None
    if folds:
        competition_folds, created = ensure_folds(competition, workspace.folds_file(competition.key))
        if created:
            note(f"created {DEFAULT_FOLDS} folds (change with: landmark split {folder} --folds N)")
    limits = RunLimits(timeout, parse_memory_mb(memory_limit), sandbox=sandbox)
    return Runner(competition, workspace, competition_folds, limits, limit)
