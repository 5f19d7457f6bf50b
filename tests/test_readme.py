"""Run the commands and the code of README.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
    script, solution = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "tiny_images.py").write_text(solution, encoding="utf-8")
    assert len(examples()) == 9
    for command, output in examples():
        result = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        pattern = ".*".join(map(re.escape, output.strip().split("…")))
        assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), result.stdout
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "nearest" in result.stdout


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}: " in makefile for target in re.findall(r"\n    make (\w+)", README))
