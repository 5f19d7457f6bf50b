"""Run the commands of docs/models.md in order, on a small competition with a small model of ONNX."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from solutions.descriptors.networks.preprocessing import INTERPOLATIONS, NAMED
from solutions.descriptors.networks.sources import (
    onnx_file,
    openvino_file,
    timm_models,
    torch_file,
    transformers_models,
)
from tests.factories.competitions import make_competition
from tests.factories.models import save_cells

PAGE = Path(__file__).parents[1].joinpath("docs/models.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


@pytest.mark.slow
def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    make_competition(tmp_path / "demo", landmarks=3, index=4)
    save_cells(tmp_path / "model.onnx")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "own_models.py").write_text(code)
    commands = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        result = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "mAP@100" in result.stdout


def test_the_page_names_every_preprocessing_and_kind_of_file() -> None:
    suffixes = (onnx_file.SUFFIX, openvino_file.SUFFIX, *torch_file.SCRIPT_SUFFIXES, torch_file.EXPORT_SUFFIX)
    assert all(f"model{suffix}'" in PAGE for suffix in suffixes)
    assert all(f"'{name}'" in PAGE for name in NAMED)
    assert all(f"`{name}`" in PAGE for name in INTERPOLATIONS)
    assert f"`'{timm_models.PREFIX}NAME'`" in PAGE
    assert f"`'{transformers_models.PREFIX}NAME'`" in PAGE
