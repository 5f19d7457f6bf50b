import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import judge_recognition, metric
from solutions.training.rejection import best_threshold, rejection_score

GLDV1 = 14_951  # landmarks


@pytest.mark.parametrize(("highest", "entropy"), [(0.99, 0.1521), (0.9, 1.286), (0.5, 5.499), (0.1, 8.976)])
def test_entropy_of_one_probable_landmark_of_15_000(highest: float, entropy: float) -> None:
    probabilities = np.full(GLDV1, (1 - highest) / (GLDV1 - 1))
    probabilities[7] = highest
    logits = np.log(probabilities)[None] + 3.0  # a constant changes nothing
    assert rejection_score(logits, "entropy")[0] == pytest.approx(entropy, abs=1e-3)
    assert rejection_score(logits, "probability")[0] == pytest.approx(1 - highest)


def test_energy_and_distance_are_lower_for_familiar_images() -> None:
    assert rejection_score(np.array([[5.0, 0], [1.0, 0]]), "energy").argmin() == 0
    assert rejection_score(np.zeros((2, 1)), "distance", np.array([0.9, 0.4])).tolist() == pytest.approx([0.1, 0.6])
    with pytest.raises(ValueError, match="needs the similarity to the nearest train image"):
        rejection_score(np.zeros((1, 1)), "distance")


def gap(threshold: float, images: list[tuple[float, bool, bool, float]]) -> float:
    """The metric of answers to images in this order, a wrong one where `right` is false."""
    truth = {f"{place:03}": {1} if landmark else set() for place, (_, _, landmark, _) in enumerate(images)}
    answers = {
        f"{place:03}": (1 if right else 2, confidence)
        for place, (doubted, right, _, confidence) in enumerate(images)
        if doubted <= threshold
    }
    return metric("gap").score(judge_recognition(answers, truth))


IMAGE = st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.booleans(), st.booleans(), st.sampled_from([0.2, 0.5, 0.7]))


@given(st.lists(IMAGE, min_size=1, max_size=12))
def test_no_threshold_gives_a_better_gap(rows: list[tuple[float, bool, bool, float]]) -> None:
    images = [(doubted, right and landmark, landmark, sure) for doubted, right, landmark, sure in rows]
    if not any(landmark for _, _, landmark, _ in images):
        images[0] = (*images[0][:2], True, images[0][3])
    doubts, right, landmark, confidence = (np.array(column) for column in zip(*images, strict=True))
    result = best_threshold(doubts, right, landmark, confidence)
    scores = {each: gap(each, images) for each in [*np.unique(doubts), np.inf]}
    assert gap(result, images) == pytest.approx(max(scores.values()))
    assert result == max(each for each, score in scores.items() if score > max(scores.values()) - 1e-12)


def test_without_held_out_images_nothing_is_rejected() -> None:
    nothing = np.zeros(0)
    assert best_threshold(nothing, nothing.astype(bool), nothing.astype(bool), nothing) == np.inf
