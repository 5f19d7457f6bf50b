"""`landmark ablate` as people and programs see it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories.competitions import make_competition
from tests.harness.cli.test_commands import landmark

PLUGIN = '''
"""Lists the index forwards or, better, as images are alike; later backwards, which is worse."""
from dataclasses import dataclass
import numpy as np
from harness import Extractor, ImageSet, Ranking, Retrieval, Step, TrainingData

@dataclass(frozen=True)
class Thumbnail(Extractor):
    size = (8, 8)
    def describe(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1) / np.float32(255)

@dataclass
class Grown(Retrieval):
    alike: bool = True
    sign: int = 1
    ladder = (
        Step("by name", {"alike": False}, published=0.25),
        Step("+ likeness", {}),
        Step("+ the same", {"sign": 1}),
        Step("turned round", {"sign": -1}),
    )
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
    def rank(self, queries: ImageSet) -> Ranking:
        ours, theirs = queries.describe(Thumbnail()), self.index.describe(Thumbnail())
        apart = ((ours[:, None].astype(float) - theirs[None]) ** 2).sum(axis=2)
        return Ranking.by_similarity(-apart * self.sign if self.alike else apart * 0, queries.ids, self.index.ids)
'''


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    path = tmp_path / "grown.py"
    path.write_text(PLUGIN)
    return path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the solution and a competition on which nobody changes anything."""
    folder = tmp_path_factory.mktemp("shared")
    make_competition(folder / "competition")
    (folder / "grown.py").write_text(PLUGIN)
    return folder


@pytest.fixture
def ladder(shared: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The solution and the competition, with one workspace for all tests: each step is run once."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared / "workspace"))
    return shared / "grown.py", shared / "competition"


def steps(grown: Path, folder: Path, *more: object) -> dict[str, dict[str, Any]]:
    shown = landmark("ablate", grown, "--on", folder, "--json", *more)
    assert shown.exit_code == 0, shown.output
    return {each["step"]: each for each in json.loads(shown.stdout)["steps"]}


def test_each_step_is_scored_and_what_it_adds_is_that_over_the_one_above(ladder: tuple[Path, Path]) -> None:
    found = steps(*ladder, "--part", "all")
    gain = found["+ likeness"]["gain"]
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert gain["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])
    assert gain["interval"][0] <= gain["difference"] <= gain["interval"][1]
    assert scores["+ likeness"] > scores["turned round"]
    assert found["by name"]["published"] == 0.25


def test_steps_that_stand_for_themselves_and_those_that_change_nothing_have_no_gain(ladder: tuple[Path, Path]) -> None:
    found = steps(*ladder)
    assert [name for name, each in found.items() if each["gain"]] == ["+ likeness"]


@pytest.mark.usefixtures("workspace")
def test_a_gain_is_that_of_the_code_as_it_is_though_earlier_code_did_better(
    grown: Path, competition_folder: Path
) -> None:
    steps(grown, competition_folder)
    grown.write_text(PLUGIN.replace("-apart", "apart"))
    found = steps(grown, competition_folder, "--part", "all")
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert found["+ likeness"]["gain"]["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])


def test_given_parameters_hold_for_every_step(ladder: tuple[Path, Path]) -> None:
    grown, folder = ladder
    found = steps(f"{grown}(alike=False)", folder)  # type: ignore[arg-type]
    assert {each["identity"].partition("(")[2].split(",")[0].rstrip(")") for each in found.values()} == {"alike=False"}


@pytest.mark.usefixtures("workspace")
def test_over_folds_a_step_has_the_mean_of_their_scores(grown: Path, competition_folder: Path) -> None:
    landmark("split", competition_folder, "--folds", 2)
    found = steps(grown, competition_folder, "--folds")
    assert found["+ likeness"]["gain"]["difference"] > 0
    assert found["+ likeness"]["intervals"]["all"] is None


def test_people_see_a_table_and_a_picture(ladder: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    grown, folder = ladder
    shown = landmark("ablate", grown, "--on", folder, "--plot", tmp_path / "ladder.svg")
    assert shown.exit_code == 0, shown.output
    (line,) = [line for line in shown.output.splitlines() if line.startswith("by name")]
    assert "0.250" in line
    picture = (tmp_path / "ladder.svg").read_text()
    assert picture.startswith("<?xml")
    assert "published" in shown.output


def test_a_solution_without_steps_and_a_picture_of_no_known_kind_are_refused(ladder: tuple[Path, Path]) -> None:
    grown, folder = ladder
    without = landmark("ablate", "hash", "--on", folder)
    assert (without.exit_code, "names no steps" in str(without.exception)) == (1, True)
    refused = landmark("ablate", grown, "--on", folder, "--plot", "x.gif")
    assert (refused.exit_code, "a picture's name ends in" in str(refused.exception)) == (1, True)
