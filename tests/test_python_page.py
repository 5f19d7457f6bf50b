"""Run the code of docs/python.md as one script, and compare what it prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs/python.md").read_text(encoding="utf-8")
END = "-- end of a block --"


def test_the_code_of_the_page_prints_what_it_says(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    blocks = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.DOTALL)
    assert len(blocks) == 11
    script = "".join(f"{code}print({END!r})\n" for code, _ in blocks)
    (tmp_path / "example.py").write_text(script, encoding="utf-8")
    environment = os.environ | {"LANDMARK_WORKSPACE": str(tmp_path / "workspace"), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    outputs = process.stdout.split(f"{END}\n")[:-1]
    for (code, expected), output in zip(blocks, outputs, strict=True):
        pattern = ".*".join(map(re.escape, expected.strip().split("…")))
        assert re.fullmatch(pattern, output.strip(), re.DOTALL), f"{code}\n{output}"


def test_every_name_of_the_package_is_on_the_page_or_in_its_table() -> None:
    import landmark

    objects = {"ImageDescriptors", "MetricFunction", "OpenCompetition", "WrittenSubmission"}
    missing = [name for name in landmark.__all__ if name not in objects and name not in PAGE]
    assert missing == []
