"""Tests of `harness.cli.demo`, on a competition of few landmarks and with quick solutions."""

import json
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.cli.demo import SOLUTIONS, _baseline_line, _best_line, _next_commands
from harness.comparing.compare import EntryComparison
from harness.errors import HarnessError
from harness.installation import install_command
from harness.solution.base import needed_parameters
from harness.solution.registry import load_class
from leaderboard.references import BASELINES
from metrics import MeanAveragePrecision, compare, judge_retrieval
from tests.cli import error_of, run_command

BROKEN = """
from dataclasses import dataclass
from harness import Retrieval

@dataclass
class Broken(Retrieval):
    def fit(self, data):
        raise RuntimeError("no")

    def rank(self, queries):
        return None
"""


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: Path) -> None:
    """The demo has three quick solutions, and the current folder is empty."""
    monkeypatch.setattr("harness.cli.demo.SOLUTIONS", ("hash", "first_images", "most_frequent"))
    monkeypatch.setattr("harness.cli.demo._COPIED", "hash")
    monkeypatch.chdir(tmp_path)
    assert not workspace.exists()


def small_demo(*words: object) -> str:
    ran = run_command("demo", "--landmarks", 2, *words, env={"COLUMNS": "80"})
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.usefixtures("_quick")
def test_the_demo_prints_both_boards_and_what_they_show_and_a_second_one_repeats_nothing() -> None:
    output = small_demo()
    assert "landmark-demo, retrieval" in output
    assert "landmark-demo, recognition" in output
    assert "  retrieval, 6 queries; better: " in output.partition("What to look at")[2]
    assert "first_images ignores the query and has 0." in output
    before = {path: path.stat().st_mtime_ns for path in Path("landmark-demo").rglob("*.jpg")}
    assert small_demo().count(": already finished\n") == 3
    assert before == {path: path.stat().st_mtime_ns for path in Path("landmark-demo").rglob("*.jpg")}
    assert "holds something else than" in error_of("demo", "--landmarks", 3)


@pytest.mark.usefixtures("_quick")
def test_a_folder_with_other_files_is_refused_and_stays_as_it_is() -> None:
    Path("mine").mkdir()
    Path("mine/photo.jpg").write_bytes(b"mine")
    assert "mine: holds something else than" in error_of("demo", "mine")
    assert [path.name for path in Path("mine").iterdir()] == ["photo.jpg"]


@pytest.mark.usefixtures("_quick")
def test_a_failed_run_ends_the_demo_with_code_1_after_the_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("broken.py").write_text(BROKEN)
    monkeypatch.setattr("harness.cli.demo.SOLUTIONS", ("broken.py",))
    ran = run_command("demo", "--landmarks", 2)
    assert ran.exit_code == 1
    assert "FAILED: " in ran.output
    assert "What next" in ran.output


@pytest.mark.usefixtures("_quick")
def test_the_commands_for_an_own_solution_work_as_printed(tmp_path: Path, competition_folder: Path) -> None:
    *_, copy, run = _next_commands(competition_folder, tmp_path / "my results")
    command, option, source, target = shlex.split(copy)
    assert (command, option) == ("cp", "-i")  # it asks before it overwrites
    shutil.copy(source, target)
    words = shlex.split(run)
    own = run_command(*words[words.index("run") :], "--json")
    assert json.loads(own.stdout)["runs"][0]["status"] == "scored"
    assert words[-2:] == ["--workspace", str(tmp_path / "my results")]


def test_the_command_that_installs_the_pages_is_named_only_where_they_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.web.server.require_serving", lambda: None)
    assert "  " + install_command("serving") not in _next_commands(Path("drawn"), None)

    def missing() -> None:
        raise HarnessError(f"pages need fastapi; install with: {install_command('serving')}")

    monkeypatch.setattr("harness.web.server.require_serving", missing)
    lines = [line.strip() for line in _next_commands(Path("drawn"), None)]
    assert lines[lines.index(install_command("serving")) + 1].endswith("landmark serve --on drawn")


def test_every_task_has_a_baseline_and_two_other_solutions_that_need_no_parameter() -> None:
    classes = {name: load_class(name) for name in SOLUTIONS}
    assert not any(needed_parameters(cls) or cls.modules for cls in classes.values())
    for task in ("retrieval", "recognition"):
        names = {name for name, cls in classes.items() if cls.task == task}
        assert len(names & set(BASELINES)) == 1
        assert len(names - set(BASELINES)) >= 2


def compared(**right: Sequence[int]) -> EntryComparison:
    """Return a comparison of systems that answer these of 60 queries."""
    truth = {f"q{number}": ["a"] for number in range(60)}
    systems = {
        name: [judge_retrieval({f"q{number}": ["a"] for number in numbers}, truth)] for name, numbers in right.items()
    }
    comparison = compare(MeanAveragePrecision(), systems)
    return EntryComparison("retrieval", "all", MeanAveragePrecision(), {}, comparison, (), len(truth))


def test_the_lines_name_what_the_tests_do_not_tell_apart() -> None:
    two = compared(best=range(50), second=range(49), floor=range(5), low=range(4))
    assert _best_line(two) == "best is not significantly better than second; it is better than all others."
    assert _baseline_line(two, "floor") == "floor ignores the query and has 0.083; not better: low."
    alone = compared(best=range(50), second=range(25), floor=range(0))
    assert _best_line(alone) == "best is better than every other solution."
    assert _baseline_line(alone, "floor").endswith("has 0.000; all others are better.")
    assert _best_line(compared(a=range(9), b=range(9))) == "a is not significantly better than b."
