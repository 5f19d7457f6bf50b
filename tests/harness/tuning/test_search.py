"""Tests of tuning: `harness.tuning.search`, `harness.tuning.study`, `harness.tuning.result`, and proposals.

The proposals are those of `harness.tuning.optuna_proposals`.
"""

import json
import sys
import warnings
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import make_folds, save_folds
from harness.errors import HarnessError, WorkspaceError
from harness.running.runner import Runner
from harness.scoring.stored_evaluation import from_arrays
from harness.solution.search_space import Among, Span
from harness.tuning import optuna_proposals
from harness.tuning.optuna_proposals import parameter_importances, propose, round_to_span
from harness.tuning.result import summarise_study
from harness.tuning.search import tune
from harness.tuning.study import Trial, TuningStudy, open_study, trial_from_entries
from harness.workspace import Workspace
from metrics import compare, metric
from tests.factories.competitions import make_competition
from tests.factories.entries import make_entry
from tests.factories.tuning_runs import QuickRuns, query_scores, quick_runs, write_slope

__all__ = ["quick_runs"]
FOLDS = 3


@pytest.fixture(scope="module")
def slope_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a competition and the solution `slope.py`."""
    folder = tmp_path_factory.mktemp("tuned")
    make_competition(folder / "competition", train=FOLDS + 1)
    write_slope(folder)
    return folder


class Search:
    """A tuning study of `slope.py` in a workspace."""

    def __init__(self, slope_folder: Path, place: Path, arguments: str = "", **options: object) -> None:
        workspace = Workspace.open(place)
        competition = Competition.open(slope_folder / "competition", workspace.descriptors)
        folds = make_folds(competition.train.ids, competition.labels, FOLDS)
        save_folds(workspace.folds_file(competition.key), competition, folds)
        self.runner = Runner(competition, workspace, folds)
        self.study = open_study(self.runner, f"{slope_folder / 'slope.py'}{arguments}", **options)

    def trials(self, count: int, jobs: int | None = None) -> list[Trial]:
        return sorted(tune(self.study, self.runner, count, jobs), key=lambda trial: trial.number)

    def values(self, trials: Sequence[Trial]) -> list[dict[str, object]]:
        return [self.study.values(trial) for trial in trials]


def facts(trials: Sequence[Trial]) -> list[tuple[object, ...]]:
    return [(trial.number, trial.arguments, trial.folds, trial.reason) for trial in trials]


@pytest.mark.usefixtures("quick_runs")
def test_the_optimum_is_reached_and_the_defaults_come_first(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path)
    trials = search.trials(40)
    assert [trial.number for trial in trials] == list(range(40))
    assert trials[0].arguments == ""
    assert search.study.values(trials[0]) == {"x": 0.9, "kind": "bad", "n": None}
    best = summarise_study(search.study, search.runner, trials).best
    found = search.study.values(best)
    assert found["x"] == pytest.approx(0.3, abs=0.03)
    assert found["kind"] == "good"
    assert found["n"] != 5


@pytest.mark.usefixtures("quick_runs")
def test_a_trial_is_the_score_of_each_fold(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path)
    for trial in search.trials(8):
        if trial.folds:
            spec = search.study.name + trial.arguments
            splits = [search.runner.folds.name(number) for number in range(1, FOLDS + 1)]
            assert trial.folds == pytest.approx([query_scores(spec, split).mean() for split in splits])
            assert trial.score == pytest.approx(np.mean(trial.folds))
            assert trial.deviation == pytest.approx(np.std(trial.folds, ddof=1))
            assert trial.seconds == FOLDS * 0.5


def test_only_folds_are_run(slope_folder: Path, tmp_path: Path, quick_runs: QuickRuns) -> None:
    Search(slope_folder, tmp_path).trials(4)
    assert {run.split.partition("/")[0] for run in quick_runs.executed} == {"fold 1", "fold 2", "fold 3"}
    assert {run.job.fold for run in quick_runs.executed} == {1, 2, 3}


@pytest.mark.usefixtures("quick_runs")
def test_the_same_seed_gives_the_same_trials_for_any_number_of_jobs(slope_folder: Path, tmp_path: Path) -> None:
    once = facts(Search(slope_folder, tmp_path / "a").trials(14, jobs=1))
    assert facts(Search(slope_folder, tmp_path / "b").trials(14, jobs=8)) == once
    other = facts(Search(slope_folder, tmp_path / "a", seed=1).trials(14))
    assert [each[1] for each in other] != [each[1] for each in once]


@pytest.mark.parametrize("stop", [0, 1, 7, 16, 22])
def test_an_interrupted_search_resumes_with_the_same_trials(
    slope_folder: Path, tmp_path: Path, quick_runs: QuickRuns, stop: int
) -> None:
    whole = facts(Search(slope_folder, tmp_path / "whole").trials(14))
    quick_runs.executed.clear()
    quick_runs.stop = stop
    with pytest.raises(KeyboardInterrupt):
        Search(slope_folder, tmp_path / "broken").trials(14, jobs=3)
    quick_runs.stop = None
    assert facts(Search(slope_folder, tmp_path / "broken").trials(14)) == whole
    keys = [run.key for run in quick_runs.executed if "n=5" not in run.identity]
    assert len(keys) == len(set(keys)), "no run is repeated"


def test_a_longer_search_runs_only_the_missing_trials(
    slope_folder: Path, tmp_path: Path, quick_runs: QuickRuns
) -> None:
    whole = facts(Search(slope_folder, tmp_path / "whole").trials(13))
    assert facts(Search(slope_folder, tmp_path / "pieces").trials(6)) == whole[:6]
    quick_runs.executed.clear()
    assert facts(Search(slope_folder, tmp_path / "pieces").trials(13)) == whole
    assert {run.identity for run in quick_runs.executed} <= {f"slope{each[1]}" for each in whole[6:]}
    quick_runs.executed.clear()
    assert facts(Search(slope_folder, tmp_path / "pieces").trials(9)) == whole[:9]
    assert not quick_runs.executed


@pytest.mark.usefixtures("quick_runs")
def test_failed_and_refused_trials_have_a_reason_and_the_others_continue(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path)
    trials = search.trials(16)
    failed = [trial for trial in trials if not trial.folds]
    assert {"n=5" in trial.arguments for trial in failed} == {True, False}
    for trial in failed:
        reason = "five is too much" if "n=5" in trial.arguments else "n=4 is for the good kind"
        assert reason in trial.reason
        assert trial.score is trial.deviation is None
    assert [entry.reason for entry in search.runner.entries.entries() if entry.status == "failed"]


@pytest.mark.usefixtures("quick_runs")
def test_given_parameters_are_fixed_and_only_named_ones_are_searched(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path, "(kind='good', other=7)", only=["x"])
    trials = search.trials(8)
    assert list(search.study.space) == ["x"]
    assert trials[0].arguments == "(kind='good', other=7)"
    assert all(trial.arguments.startswith("(kind='good', other=7, x=") for trial in trials[1:])


@pytest.mark.usefixtures("quick_runs")
def test_an_exhausted_search_ends(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path, only=["kind", "n"])
    found = search.values(search.trials(50))
    pairs = {(values["kind"], values["n"]) for values in found}
    assert pairs == set(product(("good", "bad"), (None, 4, 5)))
    assert len(found) == 6
    assert len(search.trials(50)) == 6


@pytest.mark.usefixtures("quick_runs")
def test_the_lowest_score_is_best_if_lower_is_better(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path, "(kind='good')", only=["x"], metric="mean_first_hit@100")
    trials = search.trials(24)
    found = summarise_study(search.study, search.runner, trials)
    assert found.best.score == min(trial.score for trial in trials)
    assert search.study.values(found.best)["x"] == pytest.approx(0.3, abs=0.05)
    assert found.nested_mean < found.default.score


@pytest.mark.usefixtures("quick_runs")
def test_another_seed_score_or_range_is_another_search(slope_folder: Path, tmp_path: Path) -> None:
    variants = ({}, {"seed": 1}, {"metric": "precision@5"}, {"only": ["x"]}, {"arguments": "(kind='bad')"})
    paths = [Search(slope_folder, tmp_path, **options).study.path for options in variants]
    assert len(set(paths)) == len(variants)
    assert Search(slope_folder, tmp_path).study.path == paths[0]


@pytest.mark.usefixtures("quick_runs")
def test_a_search_whose_trials_all_fail_ends_at_once_and_is_repeated(
    slope_folder: Path, tmp_path: Path, quick_runs: QuickRuns
) -> None:
    search = Search(slope_folder, tmp_path, "(n=5)")
    for _ in range(2):
        quick_runs.executed.clear()
        with pytest.raises(HarnessError, match="4 trials failed and none has a score: fold 1/3 .*: five is too much"):
            search.trials(50)
        assert len(quick_runs.executed) == 4 * FOLDS


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        '{"trials": 3}',
        '{"trials": [1]}',
        '{"trials": [{"number": 0}]}',
        '{"trials": [{"number": 0, "arguments": "(x=", "folds": [], "seconds": 0, "runs": [], "reason": "no"}]}',
        '{"trials": [{"number": 0, "arguments": 3, "folds": [], "seconds": 0, "runs": [], "reason": "no"}]}',
        '{"trials": [{"number": 0, "arguments": "", "folds": ["a"], "seconds": 0, "runs": ["b"], "reason": null}]}',
        '{"trials": [{"number": 0, "arguments": "", "folds": [1, NaN], "seconds": 0, "runs": ["b", "c"], "reason": null}]}',
        '{"trials": [{"number": "0", "arguments": "", "folds": [1, 1], "seconds": 0, "runs": ["b", "c"], "reason": null}]}',
        "[" * 100_000,
        "\0",
    ],
)
@pytest.mark.usefixtures("quick_runs")
def test_trials_of_a_damaged_file_are_repeated(slope_folder: Path, tmp_path: Path, text: str) -> None:
    search = Search(slope_folder, tmp_path)
    search.study.path.parent.mkdir(parents=True, exist_ok=True)
    search.study.path.write_text(text, encoding="utf-8")
    assert search.study.load() == {}


@pytest.mark.usefixtures("quick_runs")
def test_changed_trials_are_repeated(slope_folder: Path, tmp_path: Path) -> None:
    study = Search(slope_folder, tmp_path).study
    study.save({0: Trial(0, "", (0.25, 0.5), 1.0, ("a", "b"))})
    assert study.load()
    study.path.write_text(study.path.read_text().replace("0.25", "0.75"))
    assert study.load() == {}


@pytest.mark.usefixtures("quick_runs")
def test_a_folder_in_place_of_the_trials_is_named(slope_folder: Path, tmp_path: Path) -> None:
    study = Search(slope_folder, tmp_path).study
    study.path.mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="move it away"):
        study.load()


@pytest.mark.usefixtures("quick_runs")
def test_trials_are_stored_as_readable_json(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path)
    trials = search.trials(5)
    kept = json.loads(search.study.path.read_text())
    assert kept["solution"] == search.study.name
    assert [row["number"] for row in kept["trials"]] == [0, 1, 2, 3, 4]
    assert [row["folds"] for row in kept["trials"]] == [list(trial.folds) for trial in trials]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ("", {"only": ["other"]}, "'other' cannot be searched: it has no range"),
        ("(x=0.1)", {"only": ["x"]}, "'x' cannot be searched: it is fixed"),
        ("(x=0.1, kind='bad', n=None)", {}, "there is nothing to search; give a parameter a range"),
        ("", {"metric": "gap"}, "'gap' is not a metric of retrieval; choose one of map@100"),
        ("(n=4)", {}, "n=4 is for the good kind"),
        ("(y=4)", {}, "no parameter 'y'"),
    ],
)
def test_an_impossible_search_is_an_error_of_one_line(
    slope_folder: Path, tmp_path: Path, arguments: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(HarnessError, match=message.replace("(", r"\(")):
        Search(slope_folder, tmp_path, arguments, **options)


@pytest.mark.usefixtures("quick_runs")
def test_the_nested_score_chooses_the_trial_of_each_fold_on_the_others(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path)
    trials = search.trials(20)
    found = summarise_study(search.study, search.runner, trials)
    scored = [trial for trial in trials if trial.folds]
    nested, chosen = [], []
    for fold in range(FOLDS):
        others = [np.mean([score for place, score in enumerate(trial.folds) if place != fold]) for trial in scored]
        chosen.append(scored[int(np.argmax(others))])
        nested.append(chosen[-1].folds[fold])
    assert found.nested_mean == pytest.approx(np.mean(nested))
    assert found.nested_deviation == pytest.approx(np.std(nested, ddof=1))
    assert [trial.score for trial in found.ranked] == sorted((trial.score for trial in scored), reverse=True)
    answers = {"tuned": judgements(search, chosen), "default": judgements(search, [trials[0]] * FOLDS)}
    assert found.comparison == compare(search.study.metric, answers)
    assert found.comparison.pairs[0].better == "tuned"
    assert found.comparison.tied == ("tuned",)


def judgements(search: Search, trials: Sequence[Trial]) -> list[object]:
    store, found = search.runner.entries, []
    for fold, trial in enumerate(trials):
        entry = store.find(trial.runs[fold])
        assert entry.split == search.runner.folds.name(fold + 1)
        ids = np.array(store.query_ids(entry.id), object)
        found.append(from_arrays(search.study.metric, ids, store.per_query(entry.id)))
    return found


@pytest.mark.usefixtures("quick_runs")
def test_the_best_is_not_different_from_the_defaults_if_they_are_the_best(slope_folder: Path, tmp_path: Path) -> None:
    search = Search(slope_folder, tmp_path, "(x=0.3)", only=["kind"])
    good = Search(slope_folder, tmp_path, "(x=0.3, kind='good')", only=["n"])
    found = summarise_study(good.study, good.runner, good.trials(3))
    assert found.best.number == 0, "of equal ones the earliest"
    assert len(found.comparison.tied) == 2
    assert search.trials(2)[1].score > search.trials(2)[0].score


SPACE = {"x": Span(0.0, 1.0), "n": Span(1, 8), "kind": Among("a", ("b", "c"), None), "decay": Span(1e-6, 0.1, log=True)}


def proposals(count: int, seed: int = 0) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for number in range(count):
        scored = [(values, values["x"]) if values["n"] > 1 else (values, None) for values in found[: number // 4 * 4]]
        found.append(propose(SPACE, scored, found[number // 4 * 4 :], seed, higher=True))
    return found


def test_proposals_are_new_and_within_their_ranges() -> None:
    found = proposals(30)
    assert all(SPACE["x"].low <= each["x"] <= SPACE["x"].high for each in found)
    assert all(1e-6 <= each["decay"] <= 0.1 for each in found)
    assert {type(each["n"]) for each in found} == {int}
    assert {each["kind"] for each in found} == {"a", ("b", "c"), None}
    assert len({repr(each) for each in found}) == 30
    assert found == proposals(30)
    assert found[:3] != proposals(3, seed=1)


def test_failing_values_are_proposed_less_and_less() -> None:
    space = {"x": Span(0.0, 1.0), "kind": Among("works", "fails", "fails too")}
    tried: list[tuple[dict[str, object], float | None]] = []
    for _ in range(40):
        values = propose(space, tried, [], 0, higher=True)
        tried.append((values, values["x"] if values["kind"] == "works" else None))
    failed = [score is None for _, score in tried]
    assert sum(failed[:10]) > 3
    assert sum(failed[-20:]) < 8  # chance would be 13


def test_a_log_span_is_searched_evenly_over_its_decades() -> None:
    samples = [propose({"d": Span(1e-6, 1e-2, log=True)}, [], [{"d": 1.0}] * number, 0, higher=True)["d"] for number in range(200)]  # fmt: skip
    counts = np.histogram(np.log10(samples), bins=4, range=(-6, -2))[0]
    assert counts.min() > 30


def test_a_default_outside_of_its_range_is_ignored() -> None:
    assert propose({"x": Span(0.0, 1.0)}, [({"x": None}, 0.5), ({"x": 7.0}, 0.9)], [], 0, higher=True) is not None


def test_numbers_are_rounded_to_few_digits_within_their_range() -> None:
    assert round_to_span(Span(0.0, 4.0), 0.7312349) == 0.731
    assert round_to_span(Span(1e-6, 0.1, log=True), 3.14159e-5) == 3.142e-5
    assert round_to_span(Span(0.00015, 0.00025), 0.000150001) == 0.00015
    assert round_to_span(Span(0.12354, 0.9), 0.1235401) == 0.12354
    assert round_to_span(Span(0.0, 1.0, step=0.1), 0.1 + 0.2) == 0.3
    assert round_to_span(Span(0.0, 10000.0), 1234.5) in {1230.0, 1234.0, 1235.0}


def test_importance_is_highest_for_the_parameter_that_matters() -> None:
    generator = np.random.default_rng(0)
    tried = [({"x": x, "y": y}, float(x)) for x, y in generator.random((40, 2)).round(3)]
    found = parameter_importances({"x": Span(0.0, 1.0), "y": Span(0.0, 1.0)}, tried, higher=True)
    assert list(found) == ["x", "y"]
    assert sum(found.values()) == pytest.approx(1)
    assert found["x"] > 0.7
    assert parameter_importances({"x": Span(0.0, 1.0)}, tried, higher=True) == {}
    assert parameter_importances({"x": Span(0.0, 1.0), "y": Span(0.0, 1.0)}, tried[:9], higher=True) == {}


def test_a_study_and_its_trials_read_back_equal(slope_folder: Path, tmp_path: Path) -> None:
    study: TuningStudy = Search(slope_folder, tmp_path).study
    trials = {3: Trial(3, "(x=0.5)", (0.1, 0.2, 0.3), 1.5, ("a", "b", "c")), 5: Trial(5, "(n=5)", (), 0.0, reason="x")}
    study.save(trials)
    assert study.load() == trials


def test_a_trial_without_a_scored_query_says_how_to_get_one() -> None:
    entry = make_entry("hash", split="fold 1/5 of deal ab12", status="unscored", scores={})
    trial = trial_from_entries(1, "", [entry], metric("map@100"))
    assert trial.score is None
    assert trial.reason.startswith("fold 1/5 of deal ab12: no query is scored; use fewer folds (landmark split)")


def test_warnings_of_the_import_of_optuna_are_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    from optuna import logging

    class Optuna(ModuleType):
        def __getattr__(self, name: str) -> object:
            warnings.warn("IProgress not found", stacklevel=2)
            return logging

    monkeypatch.setitem(sys.modules, "optuna", Optuna("optuna"))
    with optuna_proposals._quiet():
        assert logging.get_verbosity() == logging.ERROR
