"""Tests of `solutions.recognition.fourth_place` and `solutions.landmark_scores.train_scorers` on a small competition."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.solution.base import identity
from harness.solution.registry import load_class
from solutions.recognition.fourth_place import ALONE, FourthPlace
from tests.factories.competitions import save_image
from tests.solutions.factories import gap_of, subset, write_competition_with_others

SMALL: dict[str, object] = {"second": None, "side": 96, "crop_side": 96, "crops": 12}
STEP_4: dict[str, object] = ALONE | {"side": 96, "frame": "squash", "crops": 0}


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_competition_with_others(folder), folder / "store")


def fit_solution(competition: Competition, **parameters: object) -> FourthPlace:
    solution = FourthPlace(**(SMALL | parameters))
    solution.fit(own_split(competition, "recognition").data)
    return solution


@pytest.mark.parametrize("parameters", [STEP_4, SMALL, SMALL | {"cut": "pixels", "crops": 3}, SMALL | {"crops": 0}])
def test_landmarks_are_recognised_and_rank_above_non_landmarks(
    competition: Competition, parameters: dict[str, object]
) -> None:
    assert gap_of(competition, fit_solution(competition, **parameters).recognise(competition.queries)) > 0.95


def test_step_4_alone_is_the_normalised_sum_of_the_five_nearest(competition: Competition) -> None:
    from solutions.descriptors.extractors.square import SquareExtractor
    from solutions.descriptors.normalisation import l2_normalise

    result = fit_solution(competition, **STEP_4).recognise(competition.queries)
    features, data = SquareExtractor("lite0", 96, ("gem",), frame="squash"), own_split(competition, "recognition").data
    train, queries = (l2_normalise(images.describe(features)) for images in (data.train, competition.queries))
    for row, landmark, confidence in zip(queries, result.landmarks, result.confidences, strict=True):
        cosines = train @ row
        nearest = np.argsort(-cosines)[:5]
        sums = {each: cosines[nearest][data.labels[nearest] == each].sum() / 5 for each in np.unique(data.labels)}
        assert landmark == max(sums, key=lambda each: sums[each])
        assert confidence == pytest.approx(1 + sums[landmark], abs=1e-5), "one model of one ranks it first"


def test_a_certain_non_landmark_keeps_a_tenth_of_its_confidence(competition: Competition) -> None:
    plain = fit_solution(competition, crops=0, landmark_or_not=False).recognise(competition.queries)
    solution = fit_solution(competition, crops=0)
    damped = solution.recognise(competition.queries)
    (classifier,) = solution.binary_classifiers
    from solutions.descriptors.ensemble import describe_ensemble

    is_certain = classifier.probability_of_second(describe_ensemble(competition.queries, solution.first)) > 0.95
    assert is_certain[6:].mean() > 0.5
    assert not is_certain[:6].any()
    assert damped.confidences == pytest.approx(np.where(is_certain, plain.confidences / 10, plain.confidences))


def test_the_domain_classifier_damps_queries_like_index_images(
    competition: Competition,
) -> None:
    both = fit_solution(competition, crops=0, domain=True)
    assert len(both.binary_classifiers) == 2
    before = fit_solution(competition, crops=0).recognise(competition.queries).confidences
    assert (both.recognise(competition.queries).confidences <= before + 1e-12).all()


def test_an_answer_on_which_all_crops_agree_has_a_confidence_above_one(competition: Competition) -> None:
    answers = {rule: fit_solution(competition, rule=rule).recognise(competition.queries) for rule in ("source", "deck")}
    assert (answers["source"].confidences[:6] > 1).any()
    assert answers["source"].confidences.max() <= 1 + 5 * 12 / 100
    assert gap_of(competition, answers["source"]) >= gap_of(competition, answers["deck"])


def test_an_answer_does_not_depend_on_chunks_or_order_of_queries(competition: Competition) -> None:
    solution, queries = fit_solution(competition), competition.queries
    together = solution.recognise(queries)
    order = np.random.default_rng(0).permutation(len(queries))
    shuffled = solution.recognise(queries[order])
    apart = [solution.recognise(queries[row : row + 1]) for row in range(len(queries))]
    for name in ("landmarks", "confidences"):
        assert np.array_equal(np.concatenate([getattr(each, name) for each in apart]), getattr(together, name))
        assert np.array_equal(getattr(shuffled, name), getattr(together, name)[order])


def test_without_an_index_no_binary_classifier_is_fitted_and_every_query_is_answered(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    solution = FourthPlace(**(SMALL | {"domain": True}))
    solution.fit(subset(data, np.ones(len(data.labels), bool), data.index[:0]))
    assert solution.binary_classifiers == []
    assert solution.recognise(competition.queries).answered.all()
    assert (
        gap_of(competition, fit_solution(competition, crops=0, landmark_or_not=False).recognise(competition.queries))
        > 0.9
    )


def test_landmarks_with_one_train_image_or_without_queries_are_accepted(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    keep = (data.labels != 2) | (np.arange(len(data.labels)) == np.flatnonzero(data.labels == 2)[0])
    solution = FourthPlace(**SMALL)
    solution.fit(subset(data, keep))
    result = solution.recognise(competition.queries[:6])
    assert result.landmarks.tolist() == [0, 0, 1, 1, 2, 2]
    assert solution.recognise(competition.queries[:2]).landmarks.tolist() == [0, 0]


def test_one_landmark_is_answered_by_neighbours_and_none_gives_no_answers(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    for keep, answered in ((data.labels == 1, True), (data.labels == 99, False)):
        solution = FourthPlace(**SMALL)
        solution.fit(subset(data, keep))
        assert len(solution.models) == 1
        result = solution.recognise(competition.queries)
        assert result.answered.all() == answered
        assert set(result.landmarks[result.answered].tolist()) <= {1}


def test_an_unreadable_query_has_no_answer_and_one_of_one_colour_has(tmp_path: Path) -> None:
    folder = write_competition_with_others(tmp_path, 6)
    queries = Competition.open(folder, tmp_path / "store").queries
    assert queries.paths[0]
    assert queries.paths[1]
    queries.paths[0].write_bytes(b"broken")
    save_image(queries.paths[1], np.full((96, 96, 3), 120, np.uint8))
    opened = Competition.open(folder, tmp_path / "store")
    result = fit_solution(opened).recognise(opened.queries)
    assert not result.answered[0]
    assert result.answered[1:].all()


def test_every_ablation_step_is_a_solution_and_the_last_improvement_has_the_defaults() -> None:
    cls = load_class("fourth_place", Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-4] == "fourth_place", "further classifiers and crops make it worse"
    assert len(set(steps)) == len(steps)
