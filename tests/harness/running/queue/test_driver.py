"""Tests of `harness.running.queue.driver` and `harness.running.queue.command_queue`."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from harness.errors import HarnessError
from harness.running.queue import command_queue
from harness.running.queue.command_queue import MAX_ENDED, CommandQueue
from harness.running.queue.driver import QueueDriver
from harness.workspace import Workspace


@pytest.fixture
def queue(workspace: Path) -> CommandQueue:
    return CommandQueue(Workspace.open(workspace))


def states(queue: CommandQueue) -> list[str]:
    return [each.state for each in queue.commands()]


def wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_commands_run_one_after_the_other_and_a_failure_has_its_reason(queue: CommandQueue) -> None:
    queue.add(["run", "hash", "--on", "/no/such/folder"])
    queue.add(["--version"])
    driver = QueueDriver(queue)
    driver.step()
    assert states(queue) == ["running", "waiting"]
    wait(lambda: not driver.step())
    assert states(queue) == ["failed", "done"]
    assert "/no/such/folder" in queue.commands()[0].reason
    assert queue.log(queue.commands()[0].id).is_file()
    assert queue.remove(queue.commands()[0].id)
    assert states(queue) == ["done"]


def test_a_running_command_is_stopped_and_not_removed(queue: CommandQueue) -> None:
    command = queue.add(["serve", "--port", "0"])
    driver = QueueDriver(queue)
    driver.step()
    assert not queue.remove(command.id)
    wait(lambda: b"http://" in queue.log(command.id).read_bytes())
    assert driver.stop_command(command.id)
    wait(lambda: not driver.step())
    assert states(queue) == ["stopped"]
    assert not driver.stop_command(command.id)


def test_what_waits_survives_and_another_process_with_the_number_is_not_mistaken(queue: CommandQueue) -> None:
    first = queue.add(["--version"])
    queue.add(["--version"])
    started = psutil.Process().create_time()
    queue.update(first.id, state="running", process=os.getpid(), process_started=started)
    after = QueueDriver(queue)
    assert after.step()
    assert states(queue) == ["running", "waiting"]  # the first still runs
    queue.update(first.id, process_started=started - 100)
    after.step()
    assert states(queue) == ["done", "waiting"]
    assert queue.commands()[0].reason == "ended while no server ran"
    wait(lambda: not after.step())
    assert states(queue) == ["done", "done"]


def test_the_queue_is_bounded_and_forgets_what_has_ended(queue: CommandQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_queue, "MAX_COMMANDS", MAX_ENDED + 2)
    for _ in range(MAX_ENDED + 3):
        queue.update(queue.add(["x"]).id, state="done")
    assert len(states(queue)) == MAX_ENDED
    queue.add(["x"])
    queue.add(["x"])
    with pytest.raises(HarnessError, match="commands wait already"):
        queue.add(["x"])


@pytest.mark.parametrize("text", ["", "{}", '[{"id": "../x", "words": ["x"], "added": 1}]', '[{"words": []}]'])
def test_a_damaged_file_is_an_empty_queue(queue: CommandQueue, text: str) -> None:
    queue.add(["x"])
    (queue.folder / "queue.json").write_text(text)
    assert queue.commands() == []
