"""What most commands begin with: the competition, its workspace, its folds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli._output import note

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.data.split import Folds
    from harness.running.local_processes import Limits
    from harness.running.runner import Runner
    from harness.workspace import Workspace

FOLDS = 5  # where nobody said how many


def open_competition(folder: Path, workspace: Path | None) -> tuple[Competition, Workspace]:
    """Return the competition in a folder and the workspace."""
    from harness.data.competition import Competition
    from harness.workspace import Workspace

    opened = Workspace.open(workspace)
    return Competition.open(folder, opened.descriptors), opened


def open_runner(folder: Path, workspace: Path | None, limits: Limits, *, folds: bool) -> Runner:
    """Return a runner on the competition's own test images, or on its folds, dealt now where nobody did."""
    from harness.data.split import load_folds
    from harness.running.runner import Runner

    competition, opened = open_competition(folder, workspace)
    found = None
    if folds:
        path = opened.folds(competition.key)
        if path.exists():
            found = load_folds(path)
        else:
            note(f"dealt into {FOLDS} folds; landmark split {folder} --folds N chooses another number")
            found = deal_folds(competition, opened, FOLDS, 0)
    return Runner(competition, opened, found, limits)


def deal_folds(competition: Competition, workspace: Workspace, count: int, seed: int) -> Folds:
    """Return folds of the labelled train images, kept in the workspace."""
    from harness.data.split import make_folds, save_folds
    from harness.errors import DataError

    if not len(competition.train):
        raise DataError(
            f"{competition.folder}: folds are made of labelled train images, and there are none (train.csv)"
        )
    found = make_folds(competition.train.ids, competition.labels, count, seed)
    save_folds(workspace.folds(competition.key), competition, found)
    return found
