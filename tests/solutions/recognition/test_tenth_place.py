"""Tests of `solutions.recognition.tenth_place` and `solutions.landmark_scores.tenth_place_models` on a small competition."""

from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.split import own_split
from harness.solution.base import identity
from harness.solution.registry import load_class
from solutions.recognition.tenth_place import TenthPlace
from tests.factories.competitions import save_image
from tests.solutions.factories import gap_of, subset, write_competition_with_others

SMALL: dict[str, object] = {"side": 64, "embedding": 16, "folds": 2, "epochs": 8, "rate": 0.01}
EXPECTED = [0, 0, 1, 1, 2, 2]  # landmarks of the first queries


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_competition_with_others(folder), folder / "store")


def fit_solution(competition: Competition, **parameters: object) -> TenthPlace:
    solution = TenthPlace(**(SMALL | parameters))
    solution.fit(own_split(competition, "recognition").data)
    return solution


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"reject": "nothing"},
        {"vote": "majority"},
        {"reject": "nonlandmark_prob", "limit": 0.5},
        {"folds": 1, "ten_crops": False},
    ],
    ids=str,
)
def test_landmarks_are_recognised(competition: Competition, parameters: dict[str, object]) -> None:
    result = fit_solution(competition, **parameters).recognise(competition.queries)
    assert result.landmarks[:6].tolist() == EXPECTED
    assert gap_of(competition, result) > 0.9


def test_each_rule_rejects_most_non_landmarks(competition: Competition) -> None:
    everything = fit_solution(competition, reject="nothing").recognise(competition.queries)
    assert everything.answered.all()
    for rule, limit in (("nonlandmark_prob", 0.5), ("distance", 0.4)):
        result = fit_solution(competition, reject=rule, limit=limit).recognise(competition.queries)
        assert result.answered[:6].all()
        assert result.answered[6:].mean() < 0.5
        is_answer = result.answered
        assert np.array_equal(result.landmarks[is_answer], everything.landmarks[is_answer])


def test_a_negative_limit_rejects_all(competition: Competition) -> None:
    for rule in ("nonlandmark_prob", "distance"):
        assert not fit_solution(competition, reject=rule, limit=-1.0).recognise(competition.queries).answered.any()


def test_each_model_leaves_out_one_fold_whose_gap_is_its_weight(competition: Competition) -> None:
    solution = fit_solution(competition)
    labels = own_split(competition, "recognition").data.labels
    assert len(solution.models) == 2
    assert all(0 < each.weight <= 1 for each in solution.models)
    assert all(len(each.centroids) == len(np.unique(labels)) for each in solution.models)
    one, other = (each.network.parts["projection"] for each in solution.models)
    assert not np.array_equal(one, other)
    assert [each.weight for each in fit_solution(competition, folds=1, ten_crops=False).models] == [1.0]


def test_a_second_network_votes_too(competition: Competition) -> None:
    assert len(fit_solution(competition, second="lite0").models) == 4


def test_an_answer_does_not_depend_on_chunks_or_order_of_queries(competition: Competition) -> None:
    solution, queries = fit_solution(competition), competition.queries
    together = solution.recognise(queries)
    order = np.random.default_rng(0).permutation(len(queries))
    shuffled = solution.recognise(queries[order])
    apart = [solution.recognise(queries[row : row + 1]) for row in range(len(queries))]
    for name in ("landmarks", "confidences"):
        whole = getattr(together, name)
        assert np.array_equal(np.concatenate([getattr(each, name) for each in apart]), whole, equal_nan=True)
        assert np.array_equal(getattr(shuffled, name), whole[order], equal_nan=True)


def test_without_an_index_no_query_is_rejected_by_probability(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    solution = TenthPlace(**(SMALL | {"reject": "nonlandmark_prob"}))
    solution.fit(subset(data, np.ones(len(data.labels), bool), data.index[:0]))
    assert all(each.non_landmark_classifier is None for each in solution.models)
    assert solution.recognise(competition.queries).answered.all()


def test_a_landmark_with_one_image_is_trained_in_every_fold_and_recognised(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    keep = (data.labels != 2) | (np.arange(len(data.labels)) == np.flatnonzero(data.labels == 2)[0])
    solution = TenthPlace(**SMALL)
    solution.fit(subset(data, keep))
    assert all(2 in each.network.landmarks for each in solution.models)
    assert solution.recognise(competition.queries[:6]).landmarks.tolist() == EXPECTED


def test_images_of_fewer_than_two_landmarks_are_refused_in_one_line(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    for keep in (data.labels == 1, data.labels == 99):
        with pytest.raises(HarnessError, match="train images of two landmarks or more"):
            TenthPlace(**SMALL).fit(subset(data, keep))


def test_zero_folds_are_refused() -> None:
    with pytest.raises(HarnessError, match="folds=0 must be 1 or more"):
        TenthPlace(folds=0)


def test_unreadable_images_are_left_out_and_images_of_one_colour_are_answered(tmp_path: Path) -> None:
    folder = write_competition_with_others(tmp_path, 6)
    before = Competition.open(folder, tmp_path / "store")
    for images in (before.queries, before.train, before.index):
        assert images.paths[0]
        assert images.paths[1]
        images.paths[0].write_bytes(b"broken")
        save_image(images.paths[1], np.full((96, 96, 3), 120, np.uint8))
    opened = Competition.open(folder, tmp_path / "store")
    result = fit_solution(opened, reject="nothing").recognise(opened.queries)
    assert not result.answered[0]
    assert result.answered[1:].all()
    assert result.landmarks[2:6].tolist() == EXPECTED[2:]


def test_every_ablation_step_is_a_solution_and_our_last_one_has_the_defaults() -> None:
    cls = load_class("tenth_place", Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-4] == "tenth_place", "what follows are the rules that were told, which are worse"
    assert len(set(steps)) == len(steps)
