"""Tests of `harness.running.live.publisher`: what `Runner.run` publishes, and that one of its runs can be stopped."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.running.live.files import live_commands, request_stop
from harness.running.live.state import FOLDER, LiveCommand
from harness.running.local_processes import RunLimits
from harness.workspace import Workspace
from tests.factories.runs import make_runner
from tests.factories.solutions import write_obedient


def watch(workspace: Workspace) -> tuple[str, LiveCommand]:
    """Return the command in progress once the process of its run has reported its memory."""
    for _ in range(200):
        for name, command in live_commands(workspace).items():
            if command.runs and command.runs[0].memory_mb:
                return name, command
        time.sleep(0.05)
    pytest.fail("nothing was published")


def test_a_run_in_progress_is_published_and_can_be_stopped(
    competition_folder: Path, open_workspace: Workspace, tmp_path: Path
) -> None:
    spec = f"{write_obedient(tmp_path)}(do='sleep')"
    runner = make_runner(competition_folder, limits=RunLimits(timeout_s=60))
    with ThreadPoolExecutor(1) as pool:
        results = pool.submit(lambda: list(runner.run(runner.plan([spec]), 1)))
        name, command = watch(open_workspace)
        assert (command.n_done, command.n_total, command.competition) == (0, 1, runner.competition.key)
        assert (command.runs[0].name, command.runs[0].split) == ("obedient(do='sleep')", "test")
        assert command.runs[0].peak_mb >= command.runs[0].memory_mb > 1
        assert request_stop(open_workspace, name, command.runs[0].id)
        assert results.result(timeout=30) == []
    assert [*(open_workspace.folder / FOLDER).iterdir()] == []
    assert runner.entries.entries(runner.competition.key, "retrieval") == []
