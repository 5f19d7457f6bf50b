"""The runner of a competition in Python: on the test images, a sample of them, or folds of the train images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.data.competition import Competition
from harness.running.local_processes import RunLimits
from harness.workspace import Workspace

if TYPE_CHECKING:
    from harness.running.runner import Runner


def open_runner(
    competition: Competition,
    workspace: Workspace,
    limits: RunLimits,
    *,
    folds: bool = False,
    count: int | None = None,
    limit: int | None = None,
) -> Runner:
    """Return a runner on `limit` of the test images (None: all), or on folds, which are created if there are none.

    Raises DataError if there are other than `count` folds, and HarnessError for a limit on folds.
    """
    from harness.data.split import ensure_folds
    from harness.running.runner import Runner

    chosen = ensure_folds(competition, workspace.folds_file(competition.key), count)[0] if folds else None
    return Runner(competition, workspace, chosen, limits, limit)
