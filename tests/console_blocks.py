"""Run the console blocks of a document in this process and compare what they print."""

import re
import shlex

from tests.cli import run_command


def commands_of(page: str) -> list[tuple[str, str]]:
    """Return each command of the console blocks of a document, with the output that it shows."""
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    return [pair for block in blocks for pair in re.findall(r"\$ (.*?)\n((?:(?!\$ ).*\n)*)", block)]


def assert_output(command: str, expected: str) -> None:
    """Run a command in this process; its output must be the expected one, in which `…` stands for anything."""
    result = run_command(*shlex.split(command)[1:])
    assert result.exit_code == 0, f"{command}\n{result.output}\n{result.exception!r}"
    pattern = ".*".join(map(re.escape, expected.strip().split("…")))
    assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), f"{command}\n{result.stdout}"
