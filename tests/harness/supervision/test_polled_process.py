"""Tests of `harness.supervision.polled_process`, and of `harness.supervision.child_process`, which chooses it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.supervision import child_process
from harness.supervision.command import MESSAGES_VARIABLE
from harness.supervision.polled_process import PolledProcess, process_tree_memory_mb
from harness.supervision.process_end import ProcessEnd, ProcessLimits
from harness.supervision.supervised_process import SupervisedProcess

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "log.txt", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def end_of(log: int, script: str, **limits: float) -> ProcessEnd:
    process = PolledProcess(["sh", "-c", script], log, ProcessLimits(**limits))
    while (end := process.wait(5)) is None:
        pass
    process.close()
    return end


def test_a_command_ends_by_itself_or_at_a_limit(log: int) -> None:
    assert end_of(log, "echo word; exit 3") == ProcessEnd(3)
    assert os.pread(log, 100, 0) == b"word\n"
    assert end_of(log, "kill -SEGV $$").signal_name == "SIGSEGV"
    assert end_of(log, "sleep 60", timeout_s=0.05).limit == "time"
    assert end_of(log, "sleep 60", memory_mb=0.001).limit == "memory"


def test_a_command_reports_progress(log: int) -> None:
    process = PolledProcess(["sh", "-c", f"echo progress half > /proc/self/fd/${MESSAGES_VARIABLE}; sleep 0.1"], log)
    while process.wait(5) is None:
        pass
    process.close()
    assert process.progress == "half"


def test_a_stopped_command_ends_with_its_children(log: int) -> None:
    process = PolledProcess(["sh", "-c", "sleep 60 & echo $!; wait"], log)
    assert process.wait(0.1) is None
    child = psutil.Process(int(os.pread(log, 100, 0)))
    process.close()
    assert psutil.wait_procs([child], timeout=20)[1] == [] or child.status() == psutil.STATUS_ZOMBIE


def test_a_process_ends_when_its_standard_input_closes() -> None:
    program = (
        "from harness.supervision.polled_process import *; end_with_parent(); print('on'); import time; time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-uc", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == b"on\n"
        process.stdin.close()
        assert process.wait(20) == -signal.SIGKILL


def test_the_memory_of_a_process_tree_is_measured() -> None:
    assert process_tree_memory_mb(os.getpid()) > 5


def test_the_supervisor_is_used_on_linux_only(log: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {True: SupervisedProcess, False: PolledProcess}
    for has_supervisor in sorted({sys.platform == "linux", False}, reverse=True):
        monkeypatch.setattr(child_process, "_HAS_SUPERVISOR", has_supervisor)
        process = child_process.start_process(["true"], log)
        assert type(process) is expected[has_supervisor]
        process.close()
    started = []
    monkeypatch.setattr(child_process, "end_with_parent", lambda: started.append(True))
    child_process.end_with_starter()
    assert started == [True]
