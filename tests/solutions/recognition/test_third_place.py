"""The third place of recognition, on a small world whose landmarks are patterns."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="networks are an extra: pip install 'landmark[networks]'")
pytest.importorskip("faiss", reason="faiss is an extra: pip install 'landmark[neighbours]'")

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.scoring.evaluate import evaluate
from solutions.local.delf_like import DelfLike
from solutions.recognition.third_place import ThirdPlace
from tests.factories.competitions import drawn, save_image
from tests.solutions.recognition.test_softmax_entropy import write_world

SMALL = {"side": 96, "words": 64}


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_world(folder), folder / "store")


@pytest.fixture
def changed(tmp_path: Path) -> Competition:
    """A world to be spoilt."""
    return Competition.open(write_world(tmp_path), tmp_path / "store")


def fitted_on(competition: Competition, data: TrainingData | None = None, **parameters: object) -> ThirdPlace:
    solution = ThirdPlace(**(SMALL | parameters))  # type: ignore[arg-type]
    solution.fit(data or own_split(competition, "recognition").data)
    return solution


def gap(competition: Competition, solution: ThirdPlace) -> float | None:
    truth = own_split(competition, "recognition").ground_truth
    assert truth is not None
    return evaluate(solution.recognise(competition.queries), truth).scores["all"]["gap"]


@pytest.mark.parametrize("step", ThirdPlace.ablation_steps, ids=lambda step: step.name)
def test_every_step_names_the_landmarks(step, competition):
    assert gap(competition, fitted_on(competition, **step.parameters)) == pytest.approx(1.0)


@pytest.mark.parametrize("norm", ["idf", "rarity", "none"])
def test_every_norm_names_the_landmarks(norm, competition):
    assert gap(competition, fitted_on(competition, norm=norm)) == pytest.approx(1.0)


def test_local_descriptors_alone_name_the_landmarks(changed):
    labels = own_split(changed, "recognition").data.labels
    for images, shown in ((changed.train, labels), (changed.queries, np.repeat([0, 1, 2], 2))):
        for photo, (path, landmark) in enumerate(zip(images.paths, shown.tolist(), strict=True)):
            assert path is not None
            save_image(path, drawn(landmark, f"{len(images)} {photo}", 160))  # whose stripes would be alike when turned
    blind = fitted_on(changed)
    blind.train = np.full_like(blind.train, np.nan)
    assert gap(changed, blind) == pytest.approx(1.0)


@pytest.mark.slow
def test_cells_of_a_network_may_take_the_place_of_sift(competition, monkeypatch):
    small = partial(DelfLike, longest=96, scales=(1.0,))
    monkeypatch.setattr("solutions.recognition.third_place.DelfLike", small)
    assert gap(competition, fitted_on(competition, local="delf")) == pytest.approx(1.0)


def test_a_rare_landmark_counts_more_by_either_norm(competition):
    split = own_split(competition, "recognition").data
    some = np.arange(len(split.labels)) >= 4  # one image of landmark 0 is left
    few = TrainingData(split.train[some], split.labels[some], split.index)
    for norm in ("idf", "rarity"):
        norms = fitted_on(competition, few, norm=norm).norms
        assert norms is not None
        assert norms[0] > norms[1] == norms[2]
        assert gap(competition, fitted_on(competition, few, norm=norm)) == pytest.approx(1.0)


def test_an_answer_is_the_same_in_any_chunk_of_queries(competition):
    solution, queries = fitted_on(competition), competition.queries
    together = solution.recognise(queries)
    apart = [solution.recognise(queries[row : row + 1]) for row in range(len(queries))]
    assert together.landmarks.tolist() == [each.landmarks.item() for each in apart]
    assert together.confidences.tolist() == [each.confidences.item() for each in apart]


def test_an_image_without_a_keypoint_is_named_by_its_descriptor_alone(changed):
    grey = np.full((96, 96, 3), 128, np.uint8)
    for images in (changed.train, changed.queries):
        path = images.paths[0]
        assert path is not None
        save_image(path, grey)
    found = fitted_on(changed).recognise(changed.queries)
    assert found.has_answer.all()
    plain = fitted_on(changed, matching=0.0, verified=0).recognise(changed.queries)
    assert (found.landmarks[0], found.confidences[0]) == (plain.landmarks[0], plain.confidences[0])


def test_train_images_none_of_which_has_a_keypoint_leave_the_descriptors(changed):
    for path in changed.train.paths:
        assert path is not None
        save_image(path, np.full((96, 96, 3), 128, np.uint8))
    assert fitted_on(changed).recognise(changed.queries).has_answer.all()


def test_a_label_that_is_never_asked_for_and_one_landmark_alone_are_no_trouble(competition):
    data = own_split(competition, "recognition").data
    strange = replace(data, labels=np.where(data.labels == 2, 77, data.labels))
    assert set(fitted_on(competition, strange).recognise(competition.queries).landmarks) == {0, 1, 77}
    one = TrainingData(data.train[:5], data.labels[:5], data.index)
    assert set(fitted_on(competition, one).recognise(competition.queries).landmarks) == {0}


def test_without_train_images_nothing_is_answered(competition):
    data = own_split(competition, "recognition").data
    none = TrainingData(data.train[:0], data.labels[:0], data.index)
    assert not fitted_on(competition, none).recognise(competition.queries).has_answer.any()


def test_a_query_that_cannot_be_read_is_not_answered(changed):
    path = changed.queries.paths[0]
    assert path is not None
    path.write_bytes(b"broken")
    found = fitted_on(changed).recognise(changed.queries)
    assert found.has_answer.tolist() == [False] + [True] * (len(found.has_answer) - 1)
