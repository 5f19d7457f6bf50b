"""Run `landmark` in a process forked from a server that has imported it already: twice as many commands a minute."""

import atexit
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.fuzzing import message_faults
from tests.torture.lane import CONTEXT
from tests.torture.part import Fault

GOOD_CODES = (0, 1, 2, 124, 130, 137, -signal.SIGINT, -signal.SIGTERM)
COUNT_ONLY = 1 << 40  # the number of a change at which nothing is killed
_LONGEST_OUTPUT = 1 << 20
_OWN_CHANGES = "changes of files by the command itself:"


@dataclass(frozen=True)
class Place:
    """The folders of a try: workspace, home, temporary files, and what is written elsewhere."""

    folder: Path

    @property
    def workspace(self) -> Path:
        """Return the folder of the workspace."""
        return self.folder / "workspace"

    @property
    def out(self) -> Path:
        """Return the folder for files that a command writes, in which commands start."""
        return self.folder / "out"

    def make(self) -> None:
        """Create the folders."""
        for name in ("out", "home", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def environment(self) -> Mapping[str, str]:
        """Return the environment of commands."""
        return os.environ | {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANDMARK_WORKSPACE": str(self.workspace),
            "COLUMNS": "200",
            "NO_COLOR": "1",
        }


@dataclass(frozen=True)
class Finished:
    """A command that ended: its words, exit code (negative: a signal), output, and seconds."""

    words: tuple[str, ...]
    code: int | None
    output: str
    seconds: float

    def faults(self, codes: Sequence[int] = GOOD_CODES) -> list[Fault]:
        """Return faults of any command: hanging, a traceback, an exit code that means nothing, an error of many lines."""
        what = " ".join(self.words)
        if self.code is None:
            return [Fault("hang", f"landmark {what}: did not end; {self._last()}")]
        if "Traceback (most recent call last)" in self.output:
            return [Fault("traceback", f"landmark {what}: {self._last()}")]
        if self.code not in codes:
            return [Fault("wrong", f"landmark {what}: exit code {self.code}; {self._last()}")]
        errors = [line for line in self.output.splitlines() if line.startswith("error: ")]
        faults = [fault for line in errors for fault in message_faults(line)]
        if self.code == 1 and not self.output.strip():
            faults.append(Fault("wrong", f"landmark {what}: exit code 1 without a word"))
        return faults

    def _last(self) -> str:
        return " | ".join(self.output.strip().splitlines()[-4:])


class Command:
    """A running command."""

    def __init__(self, place: Place, *words: object, kill_at: int | None = None, forked: bool = True) -> None:
        self.words, self.place = tuple(map(str, words)), place
        descriptor, name = tempfile.mkstemp(prefix="output-", dir=place.folder.parent)
        os.close(descriptor)
        self.output, self.started = Path(name), time.monotonic()
        arguments = (self.words, name, dict(place.environment()), place, kill_at, forked)
        self.process = CONTEXT.Process(target=_main, args=arguments)
        self.process.start()

    @property
    def pid(self) -> int:
        """Return the id of the process, which leads a group."""
        return self.process.pid or 0

    def wait(self, seconds: float) -> Finished:
        """Return the command when it has ended; after so many seconds it is killed and has no exit code."""
        self.process.join(seconds)
        hangs = self.process.is_alive()
        if hangs:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.join()
        seconds = time.monotonic() - self.started
        with self.output.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_LONGEST_OUTPUT)
        self.output.unlink()
        return Finished(self.words, None if hangs else self.process.exitcode, text, seconds)


def run(place: Place, *words: object, seconds: float = 120, forked: bool = True) -> Finished:
    """Run a command to its end."""
    return Command(place, *words, forked=forked).wait(seconds)


def _main(
    words: Sequence[str], output: str, environment: Mapping[str, str], place: Place, kill_at: int | None, forked: bool
) -> None:
    """Be the command, in this forked process, or in a new Python."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place.out)
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not forked:
        os.execv(sys.executable, [sys.executable, "-m", "landmark", *words])
    sys.argv = ["landmark", *words]
    if kill_at is None:
        os._exit(_exit_code())
    left = [kill_at]
    sys.addaudithook(_killer(left, str(place.folder)))
    code, changes = _exit_code(), kill_at - left[0]
    os.write(1, f"{_OWN_CHANGES} {changes}\n".encode())
    os._exit(code)


def own_changes(finished: Finished) -> int:
    """Return how many changes a command with `COUNT_ONLY` made itself; 0 if it did not run in a forked process."""
    last = finished.output.rstrip().rpartition("\n")[2]
    return int(last.removeprefix(_OWN_CHANGES)) if last.startswith(_OWN_CHANGES) else 0


def _exit_code() -> int:
    """Return the exit code of the command, after all that Python does at its end."""
    from harness.cli.main import main

    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1 if error.code else 0
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001 (its traceback is found in the output)
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


_CHANGES = {
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "sqlite3.connect",
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def _killer(left: list[int], inside: str) -> Any:
    """Return an audit hook that kills this process right before its n-th change of a file in a folder, n = left[0]."""

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
        if (is_write or event in _CHANGES) and str(arguments[0]).startswith(inside):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    return count
