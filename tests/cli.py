"""Run `landmark` commands in the process of the test."""

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
