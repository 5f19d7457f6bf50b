"""Tests of `landmark ablate`: `harness.cli.ablate`, `harness.comparing.ablation`, `harness.plotting.ablation` and
`harness.solution.ablation_step`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli import run_command
from tests.factories.competitions import make_competition
from tests.factories.solutions import STEPWISE

pytestmark = pytest.mark.usefixtures("runs_in_this_process")


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    path = tmp_path / "grown.py"
    path.write_text(STEPWISE)
    return path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the solution and a competition, neither of which tests change."""
    folder = tmp_path_factory.mktemp("shared")
    make_competition(folder / "competition")
    (folder / "grown.py").write_text(STEPWISE)
    return folder


@pytest.fixture
def solution_and_folder(shared: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The solution and the competition, with one workspace for all tests: each step is run once."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared / "workspace"))
    return shared / "grown.py", shared / "competition"


def steps(grown: Path, folder: Path, *more: object) -> dict[str, dict[str, Any]]:
    result = run_command("ablate", grown, "--on", folder, "--json", *more)
    assert result.exit_code == 0, result.output
    return {each["step"]: each for each in json.loads(result.stdout)["steps"]}


def test_the_gain_of_a_step_is_over_the_previous_step(solution_and_folder: tuple[Path, Path]) -> None:
    found = steps(*solution_and_folder, "--part", "all")
    gain = found["+ likeness"]["gain"]
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert gain["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])
    assert gain["interval"][0] <= gain["difference"] <= gain["interval"][1]
    assert scores["+ likeness"] > scores["turned round"]
    assert found["by name"]["published"] == 0.25


def test_standalone_and_unchanged_steps_have_no_gain(solution_and_folder: tuple[Path, Path]) -> None:
    found = steps(*solution_and_folder)
    assert [name for name, each in found.items() if each["gain"]] == ["+ likeness"]


@pytest.mark.usefixtures("workspace")
def test_a_gain_is_computed_for_the_current_code(grown: Path, competition_folder: Path) -> None:
    steps(grown, competition_folder)
    grown.write_text(STEPWISE.replace("-apart", "apart"))
    found = steps(grown, competition_folder, "--part", "all")
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert found["+ likeness"]["gain"]["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])


def test_given_parameters_apply_to_every_step(solution_and_folder: tuple[Path, Path]) -> None:
    grown, folder = solution_and_folder
    found = steps(f"{grown}(alike=False)", folder)
    assert {each["identity"].partition("(")[2].split(",")[0].rstrip(")") for each in found.values()} == {"alike=False"}


@pytest.mark.usefixtures("workspace")
def test_on_folds_a_step_has_the_mean_score(grown: Path, competition_folder: Path) -> None:
    run_command("split", competition_folder, "--folds", 2)
    found = steps(grown, competition_folder, "--folds")
    assert found["+ likeness"]["gain"]["difference"] > 0
    assert found["+ likeness"]["intervals"]["all"] is None


def test_a_table_is_printed_and_a_chart_drawn(solution_and_folder: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    grown, folder = solution_and_folder
    result = run_command("ablate", grown, "--on", folder, "--plot", tmp_path / "ablation.svg")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("by name")]
    assert "0.250" in line
    picture = (tmp_path / "ablation.svg").read_text()
    assert picture.startswith("<?xml")
    assert "published" in result.output


def test_a_solution_without_steps_and_an_unknown_image_format_are_rejected(
    solution_and_folder: tuple[Path, Path],
) -> None:
    grown, folder = solution_and_folder
    without = run_command("ablate", "hash", "--on", folder)
    assert (without.exit_code, "has no ablation steps" in str(without.exception)) == (1, True)
    refused = run_command("ablate", grown, "--on", folder, "--plot", "x.gif")
    assert (refused.exit_code, "a picture's name ends in" in str(refused.exception)) == (1, True)


def test_without_a_name_the_solutions_with_steps_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    lines = run_command("ablate").stdout.splitlines()
    assert next(line for line in lines if line.startswith("third_place")).endswith("; + ASMK; + geometric verification")
    assert not any(line.startswith("hash") for line in lines)
    steps = json.loads(run_command("ablate", "--json").stdout)
    assert steps["sixth_place"] == ["GeM and R-MAC, three scales", "+ whitening", "+ diffusion"]
    assert ", sixth_place, tenth_place, third_place" in run_command("solutions").stdout.splitlines()[-1]
    assert run_command("solutions", "sixth_place").stdout.splitlines()[-1].endswith("+ whitening; + diffusion")


def test_a_solution_to_ablate_needs_a_competition() -> None:
    result = run_command("ablate", "first_place")
    assert result.exit_code == 2
    assert "--on" in result.output
