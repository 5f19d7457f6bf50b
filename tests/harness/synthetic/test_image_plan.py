import numpy as np
import pytest

from harness.synthetic.competition import SyntheticCompetition
from harness.synthetic.image_plan import ImagePlan


def test_about_a_third_of_the_queries_is_public() -> None:
    plan = ImagePlan(7, 1000, (12, 10, 4), 0.35, 0.2)
    assert 0.3 < plan.is_public()[plan.sorted_by_id("test")].mean() < 0.37


def test_the_order_of_ids_is_independent_of_the_landmarks() -> None:
    plan = ImagePlan(7, 200, (12, 10, 4), 0.35, 0.2)
    landmarks = [plan.landmark(number) for number in plan.sorted_by_id("train")]
    assert abs(np.corrcoef(landmarks, np.arange(len(landmarks)))[0, 1]) < 0.1


def test_the_number_of_train_images_per_landmark_has_a_long_tail() -> None:
    train = ImagePlan(7, 1000, (12, 10, 4), 0.35, 0.2).counts[:, 0]
    assert train.min() >= 2
    assert 11 < train.mean() < 13
    assert train.max() > 5 * np.median(train)


def test_a_million_images_get_unique_ids() -> None:
    plan = ImagePlan(7, SyntheticCompetition.from_image_count(1_000_000).landmarks, (12, 10, 4), 0.35, 0.2)
    assert len(plan) == pytest.approx(1_000_000, rel=0.03)
    assert len(set(plan.ids(range(len(plan))))) == len(plan)


def test_near_duplicates_copy_an_index_image_of_the_same_landmark() -> None:
    plan = ImagePlan(7, 300, (12, 10, 4), 0.35, 0.2)
    originals = {number: plan.original(number) for number in range(len(plan))}
    duplicates = {number: original for number, original in originals.items() if original is not None}
    assert all(
        plan.part(number) == "test" and plan.part(original) == "index" for number, original in duplicates.items()
    )
    assert all(plan.landmark(number) == plan.landmark(original) >= 0 for number, original in duplicates.items())
    queries = sum(plan.part(number) == "test" and plan.landmark(number) >= 0 for number in originals)
    assert 0.15 < len(duplicates) / queries < 0.25
