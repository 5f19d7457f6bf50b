"""Check and run the solutions of docs/own-solution.md by its commands."""

import re
from pathlib import Path

import pytest

from harness.contract.answer_comparison import TOLERANCE
from harness.contract.check import check_solution
from harness.contract.check_process import DEFAULT_TIMEOUT_S
from harness.solution.registry import load_class
from tests.console_blocks import assert_output, commands_of
from tests.factories.competitions import make_competition

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/own-solution.md").read_text(encoding="utf-8")
SOURCES = re.findall(r"as `(\w+\.py)`:\n+```python\n(.*?)```", re.sub(r"Save\nthis", "Save this", PAGE), re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the page and a competition, which is the current folder."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    for name, source in SOURCES:
        (tmp_path / name).write_text(source, encoding="utf-8")
    make_competition(tmp_path / "demo", landmarks=3)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_commands_print_the_output_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_here(spec: str, register: Path, tolerance: float, _: float) -> object:
        return check_solution(spec, register, tolerance)

    monkeypatch.setattr("harness.contract.check_process.check_in_process", check_here)
    commands = commands_of(PAGE)
    assert len(commands) == 6
    for command, output in commands:
        assert_output(command, output)


def test_the_first_solution_is_that_of_the_readme() -> None:
    readme = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert SOURCES[0][1] in readme
    assert [name for name, _ in SOURCES] == ["tiny_images.py", "nearest_mean.py"]


def test_the_steps_on_the_page_can_be_added_to_the_first_solution(folder: Path) -> None:
    (steps,) = re.findall(r"^    (ablation_steps = .*)$", PAGE, re.MULTILINE)
    source = SOURCES[0][1].replace(
        "    side: int = 16  # pixels\n\n    def fit", f"    side: int = 16\n    {steps}\n\n    def fit"
    )
    (folder / "tiny_steps.py").write_text(
        source.replace("Ranking, Retrieval", "Ranking, Retrieval, Step"), encoding="utf-8"
    )
    names = [step.name for step in load_class(str(folder / "tiny_steps.py")).ablation_steps]
    assert names == ["8 pixels", "+ 16 pixels"]


def test_the_page_says_the_tolerance_and_the_time_limit() -> None:
    assert f"(default {TOLERANCE:.5f})" in PAGE
    assert f"(default {DEFAULT_TIMEOUT_S:g} seconds)" in PAGE
