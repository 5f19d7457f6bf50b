"""Tests of `solutions.recognition.third_place` on a competition whose landmarks are patterns."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from solutions.local.delf_like import DelfLike
from solutions.recognition.third_place import ThirdPlace
from tests.factories.competitions import random_photo, save_image
from tests.solutions.factories import gap_of, write_pattern_competition

SMALL = {"side": 96, "words": 64}


@pytest.fixture
def own_competition(tmp_path: Path) -> Competition:
    """A competition of its own for each test, which may change its images."""
    return Competition.open(write_pattern_competition(tmp_path), tmp_path / "store")


def fitted_on(competition: Competition, data: TrainingData | None = None, **parameters: object) -> ThirdPlace:
    solution = ThirdPlace(**(SMALL | parameters))
    solution.fit(data or own_split(competition, "recognition").data)
    return solution


def gap(competition: Competition, solution: ThirdPlace) -> float:
    return gap_of(competition, solution.recognise(competition.queries))


@pytest.mark.parametrize("step", ThirdPlace.ablation_steps, ids=lambda step: step.name)
def test_every_ablation_step_recognises_the_landmarks(step, competition):
    assert gap(competition, fitted_on(competition, **step.parameters)) == pytest.approx(1.0)


@pytest.mark.parametrize("norm", ["idf", "rarity", "none"])
def test_every_norm_recognises_the_landmarks(norm, competition):
    assert gap(competition, fitted_on(competition, norm=norm)) == pytest.approx(1.0)


def test_local_descriptors_alone_recognise_the_landmarks(own_competition):
    labels = own_split(own_competition, "recognition").data.labels
    for images, shown in ((own_competition.train, labels), (own_competition.queries, np.repeat([0, 1, 2], 2))):
        for photo, (path, landmark) in enumerate(zip(images.paths, shown.tolist(), strict=True)):
            assert path is not None
            save_image(
                path, random_photo(landmark, f"{len(images)} {photo}", 160)
            )  # whose stripes would be alike when turned
    blind = fitted_on(own_competition)
    blind.train = np.full_like(blind.train, np.nan)
    assert gap(own_competition, blind) == pytest.approx(1.0)


@pytest.mark.slow
def test_cells_of_a_network_can_replace_sift(competition, monkeypatch):
    small = partial(DelfLike, longest=96, scales=(1.0,))
    monkeypatch.setattr("solutions.recognition.third_place.DelfLike", small)
    assert gap(competition, fitted_on(competition, local="delf")) == pytest.approx(1.0)


def test_a_rare_landmark_has_a_larger_factor_by_either_norm(competition):
    split = own_split(competition, "recognition").data
    some = np.arange(len(split.labels)) >= 4  # one image of landmark 0 is left
    few = TrainingData(split.train[some], split.labels[some], split.index)
    for norm in ("idf", "rarity"):
        norms = fitted_on(competition, few, norm=norm).norms
        assert norms is not None
        assert norms[0] > norms[1] == norms[2]
        assert gap(competition, fitted_on(competition, few, norm=norm)) == pytest.approx(1.0)


def test_an_answer_does_not_depend_on_chunks_of_queries(competition):
    solution, queries = fitted_on(competition), competition.queries
    together = solution.recognise(queries)
    apart = [solution.recognise(queries[row : row + 1]) for row in range(len(queries))]
    assert together.landmarks.tolist() == [each.landmarks.item() for each in apart]
    assert together.confidences.tolist() == [each.confidences.item() for each in apart]


def test_an_image_without_keypoints_is_recognised_by_its_global_descriptor(own_competition):
    grey = np.full((96, 96, 3), 128, np.uint8)
    for images in (own_competition.train, own_competition.queries):
        path = images.paths[0]
        assert path is not None
        save_image(path, grey)
    result = fitted_on(own_competition).recognise(own_competition.queries)
    assert result.answered.all()
    plain = fitted_on(own_competition, matching=0.0, verified=0).recognise(own_competition.queries)
    assert (result.landmarks[0], result.confidences[0]) == (plain.landmarks[0], plain.confidences[0])


def test_train_images_without_any_keypoint_leave_the_global_descriptors(own_competition):
    for path in own_competition.train.paths:
        assert path is not None
        save_image(path, np.full((96, 96, 3), 128, np.uint8))
    assert fitted_on(own_competition).recognise(own_competition.queries).answered.all()


def test_labels_without_queries_and_a_single_landmark_are_accepted(competition):
    data = own_split(competition, "recognition").data
    renamed = replace(data, labels=np.where(data.labels == 2, 77, data.labels))
    assert set(fitted_on(competition, renamed).recognise(competition.queries).landmarks) == {0, 1, 77}
    one = TrainingData(data.train[:5], data.labels[:5], data.index)
    assert set(fitted_on(competition, one).recognise(competition.queries).landmarks) == {0}


def test_without_train_images_there_are_no_answers(competition):
    data = own_split(competition, "recognition").data
    none = TrainingData(data.train[:0], data.labels[:0], data.index)
    assert not fitted_on(competition, none).recognise(competition.queries).answered.any()


def test_an_unreadable_query_has_no_answer(own_competition):
    path = own_competition.queries.paths[0]
    assert path is not None
    path.write_bytes(b"broken")
    result = fitted_on(own_competition).recognise(own_competition.queries)
    assert result.answered.tolist() == [False] + [True] * (len(result.answered) - 1)
