"""Run `landmark` commands."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from harness.cli.main import app
from harness.errors import HarnessError
from leaderboard.errors import LeaderboardError


def run_command(*words: object, env: dict[str, str | None] | None = None) -> Result:
    """Return the result of `landmark` with these words; an error is in its `exception`."""
    return CliRunner().invoke(app, [str(word) for word in words], env=env)


def error_of(*words: object) -> str:
    """Return the message of the error that `landmark` raises for these words."""
    error = run_command(*words).exception
    assert isinstance(error, HarnessError | LeaderboardError), error
    assert str(error).isprintable()
    return str(error)


def run_process(*words: object) -> subprocess.CompletedProcess[str]:
    """Return the result of `landmark` with these words in a process of its own."""
    command = [str(Path(sys.executable).with_name("landmark")), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def modules_after(program: str) -> set[str]:
    """Return the names of the modules that a new Python has imported after a program."""
    command = [sys.executable, "-c", f"import sys; {program}; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
