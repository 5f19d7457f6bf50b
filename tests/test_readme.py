"""The README cannot lie: its commands are run and its solution is held to the contract."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from harness.cli.main import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def transcripts() -> list[tuple[str, str]]:
    """Return each command of the console blocks with the output that the README shows."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [
        (command, shown) for block in blocks for command, shown in re.findall(r"\$ (.*?)\n((?:(?!\$ ).*\n)*)", block)
    ]


def test_the_examples_print_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    (solution,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "tiny_images.py").write_text(solution, encoding="utf-8")
    assert len(transcripts()) == 10
    for command, shown in transcripts():
        ran = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        pattern = ".*".join(map(re.escape, shown.strip().split("…")))
        assert re.fullmatch(pattern, ran.stdout.strip(), re.DOTALL), ran.stdout


def test_every_command_is_in_the_readme() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        assert f"landmark {name}" in README
        for inner in getattr(command, "commands", {}):
            assert inner == "show" or f"landmark {name} {inner}" in README
        assert command.help, name


def test_every_command_that_solutions_bring_is_in_the_readme() -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    for name in points["landmark.commands"]:
        assert f"landmark {name.replace('.', ' ')}" in README


def test_the_first_two_commands_exist_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}: " in makefile for target in re.findall(r"\n    make (\w+)", README))
