"""Runners on a small competition, in the workspace of the test."""

from pathlib import Path

from harness.data.competition import Competition
from harness.data.split import Folds
from harness.running.local_processes import RunLimits
from harness.running.runner import Runner, RunResult
from harness.workspace import Workspace

NO_LIMITS = RunLimits()


def make_runner(folder: Path, *, folds: Folds | None = None, limits: RunLimits = NO_LIMITS) -> Runner:
    """Return a runner on the competition in a folder."""
    workspace = Workspace.open()
    return Runner(Competition.open(folder, workspace.descriptors), workspace, folds, limits)


def run_solutions(runner: Runner, *specs: str, jobs: int = 2, seed: int = 0) -> list[RunResult]:
    """Run the solutions and return their results."""
    return list(runner.run(runner.plan(specs, seed), jobs))
