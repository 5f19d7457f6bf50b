"""Tests of `harness.running.live.files`, `harness.running.live.state` and `harness.running.live.interruption`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.running.live.files import (
    is_stop_requested,
    live_commands,
    new_live_file,
    request_stop,
    stop_command,
)
from harness.running.live.state import FOLDER, LiveCommand, LiveRun
from harness.workspace import Workspace

RUN = LiveRun("0" * 16, "hash, seed 2", "retrieval", "test", "ranking", 3, 8, 0.4, 1.0, 7.0, 300.0, 512.0)
COMMAND = LiveCommand(("landmark", "run", "hash"), "small-1", "small", 1, 5.0, 1, 4, (RUN,), ("dft",))


def publish(workspace: Workspace, command: LiveCommand = COMMAND) -> Path:
    """Write a command of this process and return its file."""
    folder = workspace.folder / FOLDER
    folder.mkdir(exist_ok=True)
    file = new_live_file(folder)
    file.write_text(command.to_json())
    return file


def test_a_command_is_read_as_it_was_published(open_workspace: Workspace) -> None:
    file = publish(open_workspace)
    assert live_commands(open_workspace) == {file.name: COMMAND}
    assert COMMAND.text == "landmark run hash"
    assert COMMAND.n_waiting == 2


def test_the_file_of_a_dead_process_is_removed_although_another_has_its_number(open_workspace: Workspace) -> None:
    file = publish(open_workspace)
    name, number, started, token = file.name.rsplit("-", 3)
    dead = file.rename(file.with_name(f"{name}-{number}-{int(started) - 1}-{token}"))
    assert live_commands(open_workspace) == {}
    assert not dead.exists()


@pytest.mark.parametrize("text", ["", "[1]", "{}", "\0", '{"words": "x"}', "[" * 9999])
def test_a_damaged_file_is_no_command(open_workspace: Workspace, text: str) -> None:
    publish(open_workspace).write_text(text)
    assert live_commands(open_workspace) == {}


@pytest.mark.parametrize("changes", [{"share": 2.0}, {"share": float("nan")}, {"done": -1}, {"id": "../../x"}])
def test_impossible_figures_are_no_command(open_workspace: Workspace, changes: dict[str, object]) -> None:
    values = json.loads(COMMAND.to_json())
    values["runs"][0] |= changes
    publish(open_workspace).write_text(json.dumps(values))
    assert live_commands(open_workspace) == {}


def test_a_run_is_asked_to_stop_once(open_workspace: Workspace) -> None:
    file = publish(open_workspace)
    assert request_stop(open_workspace, file.name, RUN.id)
    assert is_stop_requested(file, RUN.id)
    assert not is_stop_requested(file, RUN.id)
    assert not request_stop(open_workspace, file.name, "f" * 16)
    assert not request_stop(open_workspace, "../x", RUN.id)


@pytest.mark.skipif(sys.platform != "linux", reason="signals by pidfd")
@pytest.mark.parametrize("ignoring", [False, True])
def test_a_command_is_interrupted_also_if_it_ignores_interrupts(open_workspace: Workspace, ignoring: bool) -> None:
    program = (
        "import os, signal, sys, time\nfrom pathlib import Path\nfrom harness.running.live.files import new_live_file\n"
        f"signal.signal(signal.SIGINT, signal.SIG_IGN if {ignoring} else signal.SIG_DFL)\n"
        "new_live_file(Path(sys.argv[1])).write_text(sys.argv[2])\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    (open_workspace.folder / FOLDER).mkdir()
    command = [sys.executable, "-c", program, str(open_workspace.folder / FOLDER), COMMAND.to_json()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        (file,) = live_commands(open_workspace)
        assert stop_command(open_workspace, file)
        assert process.wait() == -(signal.SIGTERM if ignoring else signal.SIGINT)
    assert not stop_command(open_workspace, file)
    assert os.listdir(open_workspace.folder / FOLDER) == []
