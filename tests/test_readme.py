"""Run the commands of README.md, and check that it lists every command."""

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


def examples() -> list[tuple[str, str]]:
    """Return each command of the console blocks with its output in README.md."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [
        (command, output) for block in blocks for command, output in re.findall(r"\$ (.*?)\n((?:(?!\$ ).*\n)*)", block)
    ]


def test_the_examples_print_the_output_in_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    (solution,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "tiny_images.py").write_text(solution, encoding="utf-8")
    assert len(examples()) == 10
    for command, output in examples():
        result = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        pattern = ".*".join(map(re.escape, output.strip().split("…")))
        assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), result.stdout


def test_every_command_is_in_the_readme() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        assert f"landmark {name}" in README
        for inner in getattr(command, "commands", {}):
            assert inner == "show" or f"landmark {name} {inner}" in README
        assert command.help, name


def test_every_plug_in_command_is_in_the_readme() -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    for name in points["landmark.commands"]:
        assert f"landmark {name.replace('.', ' ')}" in README


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}: " in makefile for target in re.findall(r"\n    make (\w+)", README))
