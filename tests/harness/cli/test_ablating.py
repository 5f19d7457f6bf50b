"""`landmark ablate` as people and programs see it."""

import json
from pathlib import Path
from typing import Any

import pytest

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


pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    path = tmp_path / "grown.py"
    path.write_text(PLUGIN)
    return path


def steps(grown: Path, folder: Path, *more: object) -> dict[str, dict[str, Any]]:
    shown = landmark("ablate", grown, "--on", folder, "--json", *more)
    assert shown.exit_code == 0, shown.output
    return {each["step"]: each for each in json.loads(shown.stdout)["steps"]}


def test_each_step_is_scored_and_what_it_adds_is_that_over_the_one_above(grown: Path, competition_folder: Path) -> None:
    found = steps(grown, competition_folder, "--part", "all")
    gain = found["+ likeness"]["gain"]
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert gain["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])
    assert gain["interval"][0] <= gain["difference"] <= gain["interval"][1]
    assert scores["+ likeness"] > scores["turned round"]
    assert found["by name"]["published"] == 0.25


def test_steps_that_stand_for_themselves_and_those_that_change_nothing_have_no_gain(
    grown: Path, competition_folder: Path
) -> None:
    found = steps(grown, competition_folder)
    assert [name for name, each in found.items() if each["gain"]] == ["+ likeness"]


def test_a_gain_is_that_of_the_code_as_it_is_though_earlier_code_did_better(
    grown: Path, competition_folder: Path
) -> None:
    steps(grown, competition_folder)
    grown.write_text(PLUGIN.replace("-apart", "apart"))
    found = steps(grown, competition_folder, "--part", "all")
    scores = {name: each["scores"]["all"] for name, each in found.items()}
    assert found["+ likeness"]["gain"]["difference"] == pytest.approx(scores["+ likeness"] - scores["by name"])


def test_given_parameters_hold_for_every_step(grown: Path, competition_folder: Path) -> None:
    found = steps(f"{grown}(alike=False)", competition_folder)  # type: ignore[arg-type]
    assert {each["identity"].partition("(")[2].split(",")[0].rstrip(")") for each in found.values()} == {"alike=False"}


def test_over_folds_a_step_has_the_mean_of_their_scores(grown: Path, competition_folder: Path) -> None:
    landmark("split", competition_folder, "--folds", 2)
    found = steps(grown, competition_folder, "--folds")
    assert found["+ likeness"]["gain"]["difference"] > 0
    assert found["+ likeness"]["intervals"]["all"] is None


def test_people_see_a_table_and_a_picture(grown: Path, competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    shown = landmark("ablate", grown, "--on", competition_folder, "--plot", tmp_path / "ladder.svg")
    assert shown.exit_code == 0, shown.output
    (line,) = [line for line in shown.output.splitlines() if line.startswith("by name")]
    assert "0.250" in line
    picture = (tmp_path / "ladder.svg").read_text()
    assert picture.startswith("<?xml")
    assert "published" in shown.output


def test_a_solution_without_steps_and_a_picture_of_no_known_kind_are_refused(
    grown: Path, competition_folder: Path
) -> None:
    without = landmark("ablate", "hash", "--on", competition_folder)
    assert (without.exit_code, "names no steps" in str(without.exception)) == (1, True)
    refused = landmark("ablate", grown, "--on", competition_folder, "--plot", "x.gif")
    assert (refused.exit_code, "a picture's name ends in" in str(refused.exception)) == (1, True)
