"""Tests of `harness.scoring.stored_evaluation`."""

from dataclasses import replace

import numpy as np
import pytest

from harness.scoring.evaluate import Evaluation
from harness.scoring.stored_evaluation import from_arrays, part_intervals, to_arrays
from metrics import GlobalAveragePrecision, Judgement, MeanAveragePrecision, Task, intervals, metric, metrics_of
from metrics.statistics.bootstrap import weighted_score
from tests.factories.evaluations import random_evaluation

TASKS: tuple[Task, ...] = ("retrieval", "recognition")


def save_and_load(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """Return the arrays as the database returns them: numbers."""
    return {name: np.asarray(values, np.float64) for name, values in to_arrays(evaluation).items()}


def of_part(evaluation: Evaluation, part: str) -> Judgement:
    rows = np.ones(20, bool) if part == "all" else evaluation.usage == part.title()
    return evaluation.judgement.select(rows)


@pytest.mark.parametrize("part", ["all", "public", "private"])
@pytest.mark.parametrize("task", TASKS)
def test_every_metric_gives_stored_and_original_judgements_the_same_score(task: Task, part: str) -> None:
    evaluation = random_evaluation(task)
    for each in metrics_of(task):
        judgement = from_arrays(each, evaluation.query_ids, save_and_load(evaluation), part)
        ones = np.ones(len(judgement.query_ids), np.int64)
        assert weighted_score(each, judgement)(ones) == pytest.approx(each.score(of_part(evaluation, part)))


def test_gap_of_the_stored_judgement_is_equal_bit_for_bit() -> None:
    evaluation = random_evaluation("recognition")
    for each in (GlobalAveragePrecision(), metric("gap_landmarks_only")):
        judgement = from_arrays(each, evaluation.query_ids, save_and_load(evaluation))
        assert each.score(judgement) == each.score(evaluation.judgement)
        assert intervals([each], judgement) == intervals([each], evaluation.judgement)


@pytest.mark.parametrize("task", TASKS)
def test_names_of_other_arrays_are_no_metrics(task: Task) -> None:
    names = set(to_arrays(random_evaluation(task))) - {each.name for each in metrics_of(task)}
    assert all(name.startswith(".") for name in names)
    with pytest.raises(ValueError, match="no metric is called"):
        metric(names.pop())


def test_a_missing_array_is_a_key_error() -> None:
    evaluation = random_evaluation("retrieval")
    with pytest.raises(KeyError, match="map@7"):
        from_arrays(MeanAveragePrecision(7), evaluation.query_ids, to_arrays(evaluation))


@pytest.mark.parametrize("task", TASKS)
def test_each_part_is_resampled_within_itself(task: Task) -> None:
    evaluation, each = random_evaluation(task), metrics_of(task)[0]
    expected = {part: intervals([each], of_part(evaluation, part))[each.name] for part in ("public", "private")}
    assert part_intervals(evaluation) == expected


@pytest.mark.parametrize("usage", ["Public", "Private"])
def test_the_interval_of_a_single_part_is_that_of_all(usage: str) -> None:
    result = part_intervals(random_evaluation("retrieval", usage))
    assert set(result) == {usage.lower(), "all"}
    assert len(set(result.values())) == 1


def test_a_part_without_a_scored_query_has_no_interval() -> None:
    evaluation = random_evaluation("recognition")
    landmark = evaluation.judgement.landmark & (evaluation.usage == "Private")
    assert set(part_intervals(replace(evaluation, judgement=replace(evaluation.judgement, landmark=landmark)))) == {
        "private"
    }
