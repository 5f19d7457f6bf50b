"""Run the commands of docs/embeddings.md in order, on a small competition with vectors in place of a network's."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from harness.data.competition import Competition
from harness.data.embeddings.writing import _WRITERS
from tests.cli import run_command
from tests.factories.competitions import make_competition
from tests.factories.vectors import thumbnails, write_npz

PAGE = Path(__file__).parents[1].joinpath("docs/embeddings.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def test_the_commands_print_the_output_in_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    competition = Competition.open(make_competition(tmp_path / "demo", landmarks=6, index=5), tmp_path / "store")
    write_npz(tmp_path / "vectors.npz", *thumbnails(competition))
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    commands = [each for block in blocks for each in re.findall(r"\$ (.*?)\n((?:(?!\$ ).*\n)*)", block)]
    assert len(commands) == 10
    monkeypatch.chdir(tmp_path)
    for command, output in commands:
        program, *words = shlex.split(command)
        if "describe" in words:  # it blocks files, for the rest of its process
            result = subprocess.run([BIN / program, *words], capture_output=True, text=True)
            assert result.returncode == 0, result.stdout + result.stderr
        else:
            result = run_command(*words)
            assert result.exit_code == 0, result.output
        pattern = ".*".join(map(re.escape, output.strip().split("…")))
        assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), result.stdout


def test_the_page_names_every_format() -> None:
    assert all(f"`{suffix}`" in PAGE for suffix in _WRITERS)
