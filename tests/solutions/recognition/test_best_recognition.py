"""Our best recogniser, on a small world whose landmarks are patterns."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="networks are an extra: pip install 'landmark[networks]'")

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.scoring.evaluate import evaluate
from harness.solution.base import identity
from harness.solution.registry import load_class
from solutions.descriptors.extractors.corner_crops import CornerCropsExtractor
from solutions.recognition.best_recognition import BestRecognition
from tests.factories.competitions import image_id, image_path, save_image
from tests.solutions.recognition.test_softmax_entropy import write_world


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_world(folder), folder / "store")


@pytest.fixture(autouse=True)
def _small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "solutions.recognition.best_recognition.CORNER_CROP_VIEWS", (CornerCropsExtractor("lite0", 96, ("gem_2",)),)
    )


def all_of(competition: Competition) -> TrainingData:
    return own_split(competition, "recognition").data


def without_index(competition: Competition) -> TrainingData:
    return TrainingData(competition.train, competition.labels, competition.index[:0])


@pytest.mark.parametrize("given", [all_of, without_index])
def test_the_landmarks_are_named_with_an_index_to_learn_from_and_without(given, competition: Competition) -> None:  # type: ignore[no-untyped-def]
    solution, split = BestRecognition(), own_split(competition, "recognition")
    solution.fit(given(competition))
    found = evaluate(solution.recognise(split.queries), split.ground_truth)
    assert found.scores["all"]["gap"] == pytest.approx(1.0)


def test_a_landmark_with_one_train_image_is_named(competition: Competition) -> None:
    labels = competition.labels
    kept = np.flatnonzero((labels != 2) | (np.cumsum(labels == 2) == 1))
    solution = BestRecognition()
    solution.fit(TrainingData(competition.train[kept], labels[kept], competition.index))
    split = own_split(competition, "recognition")
    assert evaluate(solution.recognise(split.queries), split.ground_truth).scores["all"]["gap"] == pytest.approx(1.0)


def test_train_images_of_one_landmark_are_refused(competition: Competition) -> None:
    one = competition.labels == competition.labels[0]
    with pytest.raises(HarnessError, match="two landmarks"):
        BestRecognition().fit(TrainingData(competition.train[one], competition.labels[one], competition.index))


def test_broken_images_get_no_answer_and_images_of_one_colour_no_sure_one(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    queries = [image_path(folder, "test", image_id("test", 27)), image_path(folder, "test", image_id("test", 28))]
    queries[0].write_bytes(b"\xff\xd8\xff no image")
    save_image(queries[1], np.full((96, 96, 3), 120, np.uint8))
    competition = Competition.open(folder, tmp_path / "store")
    solution = BestRecognition()
    solution.fit(all_of(competition))
    found = solution.recognise(competition.queries)
    confidence = dict(zip(found.query_ids, found.confidences, strict=True))
    assert np.isnan(confidence[queries[0].stem])
    known = [each for image_id, each in confidence.items() if image_id not in {path.stem for path in queries}]
    assert confidence[queries[1].stem] < min(known)


def test_every_step_of_the_ladder_can_be_asked_for_and_the_last_is_the_solution() -> None:
    cls = load_class("best_recognition", Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-1] == "best_recognition"
    assert len(set(steps)) == len(steps)
