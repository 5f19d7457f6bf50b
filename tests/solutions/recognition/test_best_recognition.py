"""Tests of `solutions.recognition.best_recognition` on a competition whose landmarks are patterns."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.scoring.evaluate import evaluate
from harness.solution.base import identity
from harness.solution.registry import load_class
from solutions.recognition.best_recognition import BestRecognition
from tests.factories.competitions import image_id, image_path, save_image
from tests.solutions.factories import write_pattern_competition

pytestmark = pytest.mark.usefixtures("small_networks")


def all_images(competition: Competition) -> TrainingData:
    return own_split(competition, "recognition").data


def without_index(competition: Competition) -> TrainingData:
    return TrainingData(competition.train, competition.labels, competition.index[:0])


@pytest.mark.parametrize("select", [all_images, without_index])
def test_landmarks_are_recognised_with_and_without_an_index(select, competition: Competition) -> None:
    solution, split = BestRecognition(), own_split(competition, "recognition")
    solution.fit(select(competition))
    evaluation = evaluate(solution.recognise(split.queries), split.ground_truth)
    assert evaluation.scores["all"]["gap"] == pytest.approx(1.0)


def test_a_landmark_with_one_train_image_is_recognised(competition: Competition) -> None:
    labels = competition.labels
    rows = np.flatnonzero((labels != 2) | (np.cumsum(labels == 2) == 1))
    solution = BestRecognition()
    solution.fit(TrainingData(competition.train[rows], labels[rows], competition.index))
    split = own_split(competition, "recognition")
    assert evaluate(solution.recognise(split.queries), split.ground_truth).scores["all"]["gap"] == pytest.approx(1.0)


def test_train_images_of_one_landmark_are_refused(competition: Competition) -> None:
    one = competition.labels == competition.labels[0]
    with pytest.raises(HarnessError, match="two landmarks"):
        BestRecognition().fit(TrainingData(competition.train[one], competition.labels[one], competition.index))


def test_broken_images_get_no_answer_and_images_of_one_colour_the_lowest_confidence(tmp_path: Path) -> None:
    folder = write_pattern_competition(tmp_path)
    queries = [image_path(folder, "test", image_id("test", 27)), image_path(folder, "test", image_id("test", 28))]
    queries[0].write_bytes(b"\xff\xd8\xff no image")
    save_image(queries[1], np.full((96, 96, 3), 120, np.uint8))
    competition = Competition.open(folder, tmp_path / "store")
    solution = BestRecognition()
    solution.fit(all_images(competition))
    labelling = solution.recognise(competition.queries)
    confidence = dict(zip(labelling.query_ids, labelling.confidences, strict=True))
    assert np.isnan(confidence[queries[0].stem])
    others = [value for name, value in confidence.items() if name not in {path.stem for path in queries}]
    assert confidence[queries[1].stem] < min(others)


def test_every_ablation_step_is_a_solution_and_the_last_has_the_defaults() -> None:
    cls = load_class("best_recognition", Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-1] == "best_recognition"
    assert len(set(steps)) == len(steps)
