"""Tests of `harness.web.studies.routes`, `harness.web.studies.charts`, `harness.web.studies.importance` and
`harness.web.data.board_studies`.

Also of `harness.tuning.stored_study` and `harness.tuning.range_facts`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from harness.solution.search_space import Among, Range, Span
from harness.tuning.range_facts import parse_range, range_facts
from harness.tuning.stored_study import load_studies
from harness.tuning.study import Trial, TuningStudy
from harness.web.permissions import Permissions
from harness.web.studies.charts import parallel_coordinates, parameter_place, slices, trial_chart
from harness.web.studies.importance import parameter_importances
from metrics import metric
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]
NAME = "slope-0123456789abcdef"


def _trial(number: int, x: float, score: float | None) -> Trial:
    folds = (score - 0.01, score + 0.01) if score is not None else ()
    keys = (f"run {number} 1", f"run {number} 2") if score is not None else ()
    reason = None if score is not None else "ValueError: <b>five</b>"
    return Trial(number, f"(x={x})" if number else "", folds, 1.5, keys, reason)


@pytest.fixture
def study(factory: EntryFactory) -> TuningStudy:
    """A stored study with five trials, of which one failed and trial 3 is the best; trial 0 has entries."""
    folder = factory.workspace.study_file(NAME)
    ranges: dict[str, Range] = {"x": Span(0.0, 1.0), "kind": Among("good", "bad")}
    defaults = {"x": 0.9, "kind": "bad"}
    study = TuningStudy("slope", {}, defaults, ranges, metric("map@100"), 3, folder, factory.competition.key)
    scores = {0: (0.9, 0.2), 1: (0.5, 0.3), 2: (0.1, None), 3: (0.3, 0.6), 4: (0.4, 0.5)}
    study.save({number: _trial(number, *each) for number, each in scores.items()})
    entry = factory.add_ranking("slope", right=0.5)
    for fold in (1, 2):
        split = f"fold {fold}/2 of deal ab"
        factory.store.add(replace(entry, id=None, split=split, run_key=f"run 0 {fold}"))
        factory.store.add(replace(entry, id=None, split=split, run_key=f"run 1 {fold}", identity="slope(x=0.5)"))
    return study


def test_a_study_has_its_best_trial_its_failures_and_commands(
    factory: EntryFactory, study: TuningStudy, browse: Browse
) -> None:
    path = f"/c/{factory.competition.key}/{study.metric.task}/studies"
    client = browse(factory.competition.folder)
    text = client.get(f"{path}/{NAME}").text
    assert "0.6000 <small>± 0.0141, trial 3</small>" in text
    assert "ValueError: &lt;b&gt;five&lt;/b&gt;" in text
    assert f"landmark tune slope --on {factory.competition.folder} --trials 25 --only x,kind --seed 3" in text
    assert "landmark run &#39;slope(x=0.3)&#39;" in text
    for name in ("other", "..%2Fleaderboard", "%00"):
        assert client.get(f"{path}/{name}").status_code == 404


def test_trials_stand_in_one_row_of_the_folds(factory: EntryFactory, study: TuningStudy, browse: Browse) -> None:
    text = browse(factory.competition.folder).get(f"/c/{factory.competition.key}/{study.metric.task}/folds").text
    assert text.count('<th scope="row"') == 1
    assert "best of the 5 trials of a study" in text
    assert "1 more trials" in text


def test_teams_see_no_studies(factory: EntryFactory, study: TuningStudy, browse: Browse) -> None:
    class Team(Permissions):
        user_name = "team"

    client = browse(factory.competition.folder, permissions_of=lambda _request: Team())
    assert client.get(f"/c/{factory.competition.key}/{study.metric.task}/studies/{NAME}").status_code == 404
    assert NAME not in client.get(f"/c/{factory.competition.key}/{study.metric.task}/folds").text


def test_failed_trials_have_no_place_on_the_axis_of_scores(factory: EntryFactory, study: TuningStudy) -> None:
    del study
    (stored,) = load_studies(factory.workspace)
    assert stored.values[0] == {"x": 0.9, "kind": "bad"}
    chart = trial_chart(stored, "mAP@100")
    failed = [dot for dot in chart.dots if dot.kind == "failed"]
    assert [(dot.number, dot.y) for dot in failed] == [(2, chart.area.y_max)]
    lines = parallel_coordinates(stored, "mAP@100").lines
    assert lines[-1].number == 3
    assert [line.path.count("L") for line in lines if line.kind == "failed"] == [1]
    assert {dot.number for dot in slices(stored)[0].dots} == {0, 1, 2, 3, 4}
    assert parameter_place(Span(0.0, 1.0), 2.0, 0, 100) is None


def test_few_trials_have_a_rough_importance(factory: EntryFactory, study: TuningStudy) -> None:
    del study
    (stored,) = load_studies(factory.workspace)
    importances = parameter_importances(stored)
    assert importances.measure.startswith("share of the variance")
    assert importances.shares[0][0] == "x"


def test_a_file_of_an_earlier_version_has_the_ranges_that_were_tried(factory: EntryFactory, study: TuningStudy) -> None:
    stored = json.loads(study.path.read_text())
    del stored["about"]
    study.path.write_text(json.dumps(stored))
    (loaded,) = load_studies(factory.workspace)
    assert isinstance(loaded.ranges["x"], Span)
    assert loaded.values[0] == {"x": None}


@pytest.mark.parametrize("text", ["", "[]", '{"trials": []}', '{"trials": [1], "solution": "a"}'])
def test_damaged_files_are_no_studies(factory: EntryFactory, text: str) -> None:
    path: Path = factory.workspace.study_file("damaged")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert load_studies(factory.workspace) == []


@pytest.mark.parametrize("range_", [Span(1, 8), Span(1e-6, 0.1, log=True), Span(0.0, 1.0, step=0.25)])
def test_a_range_survives_storing(range_: Span) -> None:
    assert parse_range(json.loads(json.dumps(range_facts(range_)))) == range_
