"""Tests of `harness.supervision.supervised_process` with real processes.

Subjects too: `harness.supervision.supervisor`, `harness.supervision.command`, `harness.supervision.messages`,
`harness.supervision.system_calls`, `harness.supervision.termination` and `harness.supervision.usage`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from harness.supervision.process_end import ProcessEnd, ProcessLimits
from harness.supervision.supervised_process import SupervisedProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the supervisor needs Linux")
Run = Callable[..., ProcessEnd]
MARK = f"sleep 45.{os.getpid()}"  # no other process of tests starts this command


def sleepers() -> list[int]:
    processes = [each.info for each in psutil.process_iter(["pid", "cmdline", "status"])]
    return [
        each["pid"] for each in processes if each["cmdline"] == MARK.split() and each["status"] != psutil.STATUS_ZOMBIE
    ]


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "log.txt", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def run(log: int) -> Run:
    def run(*command: str, **limits: float) -> ProcessEnd:
        process = SupervisedProcess(command, log, ProcessLimits(**limits))
        try:
            while (end := process.wait(5)) is None:
                pass
            return end
        finally:
            process.close()

    return run


def text_of(log: int) -> str:
    return os.pread(log, 1 << 20, 0).decode()


def test_the_exit_code_the_output_and_the_costs_are_reported(run: Run, log: int) -> None:
    end = run("sh", "-c", "echo out; echo err >&2; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; exit 3")
    assert (end.code, end.limit, end.n_left, end.signal_name) == (3, "", 0, "")
    assert text_of(log) == "out\nerr\n"
    assert end.cpu_s > 0
    assert end.wall_s > 0
    assert not end.is_from_outside


def test_a_signal_that_ends_the_command_is_named(run: Run) -> None:
    assert run("sh", "-c", "kill -SEGV $$").signal_name == "SIGSEGV"
    end = run("sh", "-c", "kill -KILL $$")
    assert end.signal_name == "SIGKILL"
    assert end.is_from_outside


def test_a_command_that_cannot_start_says_so_in_the_log(run: Run, log: int) -> None:
    assert run("/no/such/command").code == 127
    assert text_of(log) == "/no/such/command: No such file or directory\n"


ESCAPES = {
    "a child": f"{MARK} &",
    "a new session": f"setsid {MARK} &",
    "an orphan in a new session": f"(setsid {MARK} &) &",
    "a child that ignores signals": f"(trap '' TERM HUP INT; exec {MARK}) &",
    "a stopped process": f"{MARK} & kill -STOP $!",
    "a child of a stopped session": f"setsid sh -c '{MARK} & kill -STOP $$; wait' &",
}


def test_all_descendants_end_with_the_command(run: Run) -> None:
    script = "".join(f"{each}\n" for each in ESCAPES.values())
    end = run("sh", "-c", f"{script}\nsleep 0.1; exit 5")
    assert (end.code, end.n_left) == (5, 0)
    assert not sleepers()


RELAY = """
import os, time
if os.fork() == 0:
    for _ in range(20_000):
        if os.fork():
            os._exit(0)
        os.setsid()
time.sleep(0.1)
"""


def test_a_process_that_always_starts_another_and_ends_is_caught(run: Run) -> None:
    end = run(sys.executable, "-I", "-S", "-c", RELAY)
    assert (end.code, end.n_left) == (0, 0)


def test_a_command_that_stops_itself_goes_on(run: Run) -> None:
    assert run("sh", "-c", "kill -STOP $$; exit 6", timeout_s=20).code == 6


def test_a_command_that_stops_its_supervisor_is_waited_for(log: int) -> None:
    process = SupervisedProcess(["sh", "-c", "kill -STOP $PPID; exit 8"], log)
    while (end := process.wait(0.05)) is None:
        pass
    process.close()
    assert end.code == 8


def test_a_command_that_closes_its_output_is_waited_for(run: Run) -> None:
    assert run("sh", "-c", "exec >&- 2>&- <&-; sleep 0.15; exit 7").code == 7


def test_a_command_and_its_children_end_at_the_time_limit(run: Run) -> None:
    end = run("sh", "-c", f"(setsid {MARK} &); {MARK}", timeout_s=0.15)
    assert (end.limit, end.code) == ("time", -signal.SIGKILL)
    assert not end.is_from_outside
    assert not sleepers()


GROW = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    {memory}
time.sleep(60)
"""


@pytest.mark.parametrize(
    "memory",
    [
        "kept = [bytearray(b'x') * (1 << 20) for _ in range(90)]; time.sleep(60)",
        "import mmap; kept = mmap.mmap(-1, 90 << 20); kept.write(b'x' * (90 << 20)); time.sleep(60)",
    ],
    ids=["anonymous", "shared"],
)
def test_the_memory_of_descendants_counts(run: Run, memory: str) -> None:
    end = run(sys.executable, "-I", "-S", "-c", GROW.format(memory=memory), memory_mb=60, timeout_s=30)
    assert end.limit == "memory"
    assert end.used_mb > 60


def test_a_stopped_command_ends_with_its_children(log: int) -> None:
    process = SupervisedProcess(["sh", "-c", f"setsid {MARK} & {MARK}"], log)
    wait_until(lambda: len(sleepers()) == 2)
    process.close()
    assert not sleepers()


PARENT = """
import os, sys, time
from harness.supervision.supervised_process import SupervisedProcess
process = SupervisedProcess(["sh", "-c", sys.argv[1]], os.open(os.devnull, os.O_RDWR))
while True:
    process.wait(1)
"""


@pytest.mark.parametrize("kill_supervisor", [False, True])
def test_nothing_is_left_when_the_parent_or_the_supervisor_is_killed(*, kill_supervisor: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, f"(setsid {MARK} &); {MARK}"])
    try:
        wait_until(lambda: len(sleepers()) == 2)
        (supervisor,) = psutil.Process(parent.pid).children()
        os.kill(supervisor.pid if kill_supervisor else parent.pid, signal.SIGKILL)
        wait_until(lambda: not sleepers())
    finally:
        parent.kill()
        parent.wait()


def test_a_command_reports_progress_and_where_its_costs_begin(log: int) -> None:
    program = (
        "import time, sys; sys.path.insert(0, sys.argv[1]); from harness.supervision.messages import send_message\n"
        "end = time.process_time() + 0.1\nwhile time.process_time() < end: pass\n"
        "send_message(f'start {time.process_time()} landlock 7'); send_message('garbage'); send_message('start -100')\n"
        "send_message('progress ranking 1 2'); send_message('done')"
    )
    process = SupervisedProcess([sys.executable, "-S", "-c", program, str(Path(__file__).parents[3])], log)
    while (end := process.wait(5)) is None:
        pass
    process.close()
    assert (process.progress, end.note) == ("ranking 1 2", "landlock 7")
    assert (end.code, end.limit) == (0, ""), text_of(log)
    assert end.cpu_s < 0.1


def test_file_descriptors_and_the_environment_are_inherited(tmp_path: Path, log: int) -> None:
    (tmp_path / "input").write_text("from a descriptor")
    with (tmp_path / "input").open() as file:
        process = SupervisedProcess(
            ["sh", "-c", f'cat /proc/self/fd/{file.fileno()}; echo " $WORD"; ls -l /proc/self/fd | grep -c log.txt'],
            log,
            environment={"WORD": "w", "PATH": os.environ["PATH"]},
            descriptors=[file.fileno()],
        )
        while process.wait(5) is None:
            pass
        process.close()
    assert text_of(log) == "from a descriptor w\n0\n"
