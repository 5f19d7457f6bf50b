"""Tests of `solutions.kernels.openvino`."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness import HarnessError
from solutions.kernels.openvino import import_openvino


def test_importing_openvino_reports_nothing(tmp_path: Path) -> None:
    """The package that sends reports makes files in the home folder when it is imported, except where CI is set."""
    program = (
        "import sys; from solutions.kernels.openvino import import_openvino; import_openvino(); "
        "print([name for name, module in sys.modules.items() if name.startswith('openvino_telemetry') and module])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert result.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir())


def test_a_missing_openvino_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setitem(sys.modules, "openvino_telemetry", None)
    with pytest.raises(HarnessError, match="openvino is not installed; install it with: "):
        import_openvino()


def test_the_table_of_types_is_built_before_threads_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    type_of_numbers = SimpleNamespace(to_dtype=lambda: calls.append("built"))
    monkeypatch.setitem(sys.modules, "openvino", SimpleNamespace(Type=SimpleNamespace(f32=type_of_numbers)))
    import_openvino()
    assert calls == ["built"]
