"""Tests of `harness.cli.tune` and `harness.plotting.tuning`."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from harness.installation import install_command
from harness.plotting.tuning import _edge
from harness.tuning.study import TuningStudy
from metrics import metric
from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition
from tests.factories.tuning_runs import QuickRuns, quick_runs, write_slope

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

__all__ = ["quick_runs"]


@pytest.fixture
def slope(tmp_path: Path) -> Path:
    return write_slope(tmp_path)


@pytest.mark.usefixtures("workspace", "quick_runs")
def test_each_trial_is_printed_and_the_last_line_is_the_best(
    competition_folder: Path, slope: Path, tmp_path: Path
) -> None:
    out = tmp_path / "best.txt"
    found = run_command("tune", slope, "--on", competition_folder, "--trials", 12, "--folds", 3, "--out", out)
    assert found.exit_code == 0, found.output
    assert found.stderr == "search space: x in 0 to 1; kind in 'good', 'bad'; n in None, 4, 5\n"
    lines = found.stdout.splitlines()
    assert lines[0].startswith(f"1/12  trial 0  {slope}: map@100 0.")
    assert "± 0." in lines[0]
    assert sum("/12  trial " in line for line in lines) == 12
    assert any("FAILED: fold 1/3" in line for line in lines)
    assert any(line.endswith("  the defaults") for line in lines)
    assert any(line.endswith("  nested cross-validation estimate of the best") for line in lines)
    assert any(
        line.startswith("nested estimate − defaults: +0.") and line.endswith(": better than the defaults")
        for line in lines
    )
    assert lines[-1].startswith(f"{slope}(")
    assert out.read_text() == lines[-1] + "\n"
    assert run_command("solutions", "check", lines[-1]).exit_code == 0, "it can be typed again"


@pytest.mark.usefixtures("workspace", "quick_runs")
def test_json_is_one_document_with_every_trial(competition_folder: Path, slope: Path) -> None:
    found = run_command("tune", f"{slope}(kind='good')", "--on", competition_folder, "--trials", 6, "--json")
    document = json.loads(found.stdout)
    assert [trial["number"] for trial in document["trials"]] == list(range(6))
    assert document["trials"][0]["values"] == {"x": 0.9, "n": None}
    assert document["ranges"] == {"x": "0 to 1", "n": "None, 4, 5"}
    best = max((trial for trial in document["trials"] if trial["score"]), key=lambda trial: trial["score"])
    assert document["best"] == best["solution"]
    assert document["comparison"]["scores"]["tuned"] == pytest.approx(document["nested"]["score"])


@pytest.mark.usefixtures("workspace")
def test_the_same_command_resumes(competition_folder: Path, slope: Path, quick_runs: QuickRuns) -> None:
    command = ("tune", slope, "--on", competition_folder, "--json", "--trials")
    first = json.loads(run_command(*command, 5).stdout)["trials"]
    quick_runs.executed.clear()
    again = json.loads(run_command(*command, 9).stdout)["trials"]
    assert again[:5] == first
    assert len({run.identity for run in quick_runs.executed}) <= 4


@pytest.mark.usefixtures("workspace", "quick_runs")
def test_the_search_is_drawn(competition_folder: Path, slope: Path, tmp_path: Path) -> None:
    for suffix in (".png", ".svg"):
        path = tmp_path / f"a$b{suffix}"
        found = run_command("tune", slope, "--on", competition_folder, "--trials", 8, "--plot", path)
        assert found.exit_code == 0, found.output
    with Image.open(tmp_path / "a$b.png") as image:
        assert min(image.size) > 500
    assert ET.parse(tmp_path / "a$b.svg").getroot().tag.endswith("svg")
    assert not list(tmp_path.glob(".*"))


def test_outliers_do_not_flatten_the_chart(slope: Path) -> None:
    def edge(name: str, scores: list[float]) -> float:
        return _edge(TuningStudy("slope", {}, {}, {}, metric(name), 0, slope), scores)

    assert edge("map@100", [0.9, 0.0, 0.8, 0.8, 0.7]) == pytest.approx(0.6)
    assert edge("map@100", [0.9, 0.8, 0.7]) == 0.7
    assert edge("map@100", [0.9, 0.9, 0.1]) == 0.1
    assert edge("mean_first_hit@100", [2, 90, 3, 3, 4]) == 5


@pytest.mark.usefixtures("workspace", "quick_runs")
def test_an_exhausted_search_space_is_reported(competition_folder: Path, slope: Path) -> None:
    found = run_command("tune", f"{slope}(n=None)", "--on", competition_folder, "--only", "kind")
    assert "48 fewer trials than requested: no other parameters exist" in found.stdout


@pytest.mark.usefixtures("workspace", "quick_runs")
def test_wrong_usage_is_one_line(
    competition_folder: Path, slope: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune = ("tune", slope, "--on", competition_folder)
    assert "tuning needs labelled train images" in error_of(
        "tune", slope, "--on", make_competition(tmp_path / "bare", train=0)
    )
    assert "there is nothing to search; give a parameter a range" in error_of("tune", "first_images", *tune[2:])
    assert "no solution is named 'slop'" in error_of("tune", "slop", *tune[2:])
    assert "'other' cannot be searched" in error_of(*tune, "--only", "x,other")
    assert "'gap' is not a metric of retrieval" in error_of(*tune, "--metric", "gap")
    assert "a picture's name ends in .png" in error_of(*tune, "--plot", "a.bmp")
    assert "there is no such folder" in error_of(*tune, "--plot", "nowhere/a.png")
    assert "there is no such folder" in error_of(*tune, "--out", "nowhere/best.txt")
    run_command("split", competition_folder, "--folds", 2)
    assert "has 2 folds already; replace them with: landmark split" in error_of(*tune, "--folds", 3)
    monkeypatch.setattr("harness.plotting.figure.find_spec", lambda name: None)
    assert install_command("plots") in error_of(*tune, "--plot", tmp_path / "a.png")
    monkeypatch.setattr("harness.tuning.optuna_proposals.find_spec", lambda name: None)
    assert install_command("tuning") in error_of(*tune)


@pytest.mark.usefixtures("workspace")
def test_ranges_are_printed(slope: Path) -> None:
    result = run_command("solutions", slope).output
    assert "  x = 0.9    float, tuned in 0 to 1  # distance from 0.3 lowers the score\n" in result
    assert "  kind = 'bad'    Literal['good', 'bad']\n" in result
    assert "  n = None    int | None, tuned in None, 4, 5  # 5 fails" in result
    assert "  other = 3    int  # has no effect" in result
    parameters = json.loads(run_command("solutions", "--json", slope).stdout)["parameters"]
    assert [each["range"] for each in parameters] == ["0 to 1", "'good', 'bad'", "None, 4, 5", None]
    assert [each["type"] for each in parameters] == ["float", "Literal['good', 'bad']", "int | None", "int"]


@pytest.mark.slow
@pytest.mark.usefixtures("workspace")
def test_real_runs_are_tuned_on_folds(competition_folder: Path, slope: Path) -> None:
    words = ("--on", competition_folder, "--folds", 2, "--jobs", 2)
    document = json.loads(run_command("tune", "hash", "--only", "flips", *words, "--json").stdout)
    assert [trial["values"] for trial in document["trials"]] == [{"flips": False}, {"flips": True}]
    assert all(0 < trial["score"] <= 1 for trial in document["trials"])
    again = run_command("run", document["best"], "--on", competition_folder, "--folds")
    assert again.stdout.count("already finished") == 2
    failing = run_command("tune", f"{slope}(x=0.3, kind='good')", *words)
    assert "FAILED: fold 1/2" in failing.stdout
    assert "ValueError: five is too much (slope.py, line" in failing.stdout
    assert failing.exit_code == 0
