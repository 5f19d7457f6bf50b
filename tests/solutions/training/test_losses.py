"""Tests of `solutions.training.losses`, `solutions.training.network_heads` and `solutions.training.gradients`."""

from collections.abc import Callable
from math import acos, cos, log, pi

import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp

from solutions.descriptors.networks.keras_backend import load_keras
from solutions.training import losses
from solutions.training.network_heads import HEADS, NEGATIVES
from tests.back_ends import require_back_end

require_back_end()
DRAW = np.random.default_rng(5)
K, D, N = 7, 4, 9
ROWS = DRAW.normal(size=(N, D)).astype(np.float32)
CLASSES = DRAW.integers(0, K, N).astype(np.int32)
WEIGHTS, BIAS = DRAW.normal(size=(K, D)).astype(np.float32), DRAW.normal(size=K).astype(np.float32)


@pytest.fixture(autouse=True, scope="module")
def _keras() -> None:
    load_keras()


def evaluate(function: Callable[..., object], *arguments: object, **named: object) -> np.ndarray:
    return np.asarray(function(*arguments, **named), np.float64)


def test_softmax() -> None:
    twin = [-log_softmax(WEIGHTS @ row + BIAS)[label] for row, label in zip(ROWS, CLASSES, strict=True)]
    assert evaluate(losses.softmax_loss, ROWS, CLASSES, WEIGHTS, BIAS) == pytest.approx(twin, abs=1e-5)


def test_a_sampled_softmax_over_all_landmarks_is_the_softmax() -> None:
    everyone = np.arange(K, dtype=np.int32)
    result = evaluate(losses.sampled_loss, ROWS, CLASSES, WEIGHTS, BIAS, everyone, np.zeros(K, np.float32))
    assert result == pytest.approx(evaluate(losses.softmax_loss, ROWS, CLASSES, WEIGHTS, BIAS), abs=1e-5)


def test_a_sampled_softmax_masks_own_landmarks_and_subtracts_log_q() -> None:
    negatives, often = np.array([0, 3, 3, 6], np.int32), np.array([0.5, 0.1, 0.1, 0.2], np.float32)
    result = evaluate(losses.sampled_loss, ROWS, CLASSES, WEIGHTS, BIAS, negatives, np.log(4 * often))
    for row, label, loss in zip(ROWS, CLASSES, result, strict=True):
        logits = WEIGHTS @ row + BIAS
        sampled = [logits[each] - log(4 * q) for each, q in zip(negatives, often, strict=True) if each != label]
        assert loss == pytest.approx(logsumexp([logits[label], *sampled]) - logits[label], abs=1e-5)


def test_with_log_q_the_sum_over_sampled_landmarks_is_unbiased() -> None:
    often = np.arange(1, K + 1) / np.arange(1, K + 1).sum()
    own = (ROWS * WEIGHTS[CLASSES]).sum(axis=1) + BIAS[CLASSES]
    mean = np.zeros(N)
    for negative, q in enumerate(often):  # every outcome of drawing one
        sampled, expected = np.array([negative], np.int32), np.log([q]).astype(np.float32)
        mean += q * np.exp(evaluate(losses.sampled_loss, ROWS, CLASSES, WEIGHTS, BIAS, sampled, expected) + own)
    assert mean == pytest.approx(np.exp(ROWS @ WEIGHTS.T + BIAS).sum(axis=1), rel=1e-4)


def test_negatives_are_sampled_by_the_number_of_images_to_the_power_of_three_quarters() -> None:
    counts = np.arange(1, 3001)
    _, fixed = HEADS["sampled"].initialise(np.zeros((3000, 1)), counts)
    draw = HEADS["sampled"].draw_for_step
    assert draw is not None
    sampled = draw(fixed, np.random.default_rng(1))
    often = counts**0.75 / (counts**0.75).sum()
    assert sampled["log_expected"] == pytest.approx(np.log(NEGATIVES * often[sampled["negatives"]]), abs=1e-5)
    many = np.concatenate([draw(fixed, np.random.default_rng(seed))["negatives"] for seed in range(50)])
    assert (many >= 2000).mean() == pytest.approx(often[2000:].sum(), abs=0.01)


@pytest.mark.parametrize("k", [2, 3, 5, 9, 10, 23])
def test_a_hierarchical_softmax_is_group_times_landmark_within_it_and_sums_to_one(k: int) -> None:
    draw = np.random.default_rng(k)
    head = HEADS["hierarchical"]
    weights_of_head, fixed = head.initialise(draw.normal(size=(k, D)), np.ones(k))
    arrays = {name: draw.normal(size=each.shape).astype(np.float32) for name, each in weights_of_head.items()}
    assert head.logits is not None
    likely = np.exp(head.logits(ROWS, {**arrays, **fixed}))
    assert likely.sum(axis=1) == pytest.approx(1)
    members = fixed["taken"].shape[1]
    classes = draw.integers(0, k, N).astype(np.int32)
    result = np.asarray(head.loss(ROWS, classes, arrays, fixed))
    for image, (row, label) in enumerate(zip(ROWS, classes, strict=True)):
        group, inside = divmod(int(fixed["slots"][label]), members)
        beside = [slot for slot in fixed["slots"].tolist() if slot // members == group]
        within = np.array([arrays["weights"][slot] @ row + arrays["bias"][slot] for slot in beside])
        over = log_softmax(arrays["group_weights"] @ row + arrays["group_bias"])[group]
        twin = over + log_softmax(within)[beside.index(group * members + inside)]
        assert result[image] == pytest.approx(-twin, abs=1e-5)
        assert log(likely[image, label]) == pytest.approx(twin, abs=1e-5)


@pytest.mark.parametrize(("cosine", "wider"), [(0.9, 0.5808), (0.0, -0.4794), (-0.95, -1.1897)])
def test_a_margin_of_half_a_radian(cosine: float, wider: float) -> None:
    assert evaluate(losses.add_angular_margin, np.array([cosine], np.float32), 0.5)[0] == pytest.approx(wider, abs=1e-4)


def test_arcface_and_softmax_are_added_with_separate_weights() -> None:
    head = HEADS["arcface_softmax"]
    assert head.logits is not None
    weights_of_head, fixed = head.initialise(WEIGHTS, np.bincount(CLASSES, minlength=K))
    weights_of_head = {**weights_of_head, "weights": WEIGHTS, "bias": BIAS, "angular_weights": WEIGHTS[::-1].copy()}
    result = evaluate(head.loss, ROWS, CLASSES, weights_of_head, fixed)
    angular = evaluate(losses.arcface_loss, ROWS, CLASSES, WEIGHTS[::-1].copy(), 0.3, 30.0)
    assert result == pytest.approx(angular + evaluate(losses.softmax_loss, ROWS, CLASSES, WEIGHTS, BIAS), rel=1e-5)
    assert head.logits(ROWS, weights_of_head) == pytest.approx(ROWS @ WEIGHTS.T + BIAS, abs=1e-5)


def test_a_larger_angle_never_has_a_larger_cosine() -> None:
    cosines = np.linspace(-1, 1, 401, dtype=np.float32)
    result = evaluate(losses.add_angular_margin, cosines, 0.5)
    assert (np.diff(result) > 0).all()
    within = cosines > cos(pi - 0.5)
    assert result[within] == pytest.approx([cos(acos(each) + 0.5) for each in cosines[within].clip(-1, 1)], abs=2e-3)


@pytest.mark.parametrize(("margin", "loss"), [(0.0, 0.0076), (0.3, 0.0624), (0.5, 0.3087)])
def test_arcface_on_worked_cosines(margin: float, loss: float) -> None:
    cosines = np.array([0.8, 0.3, 0.1])
    weights = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32) * 3  # lengths are no matter
    row = np.array([[2.0, 0.0]], np.float32)
    result = evaluate(losses.arcface_loss, row, np.array([0], np.int32), weights, margin, 10.0)
    assert result[0] == pytest.approx(loss, abs=1e-4)


def test_arcface_has_a_finite_gradient_at_angle_0() -> None:
    from solutions.training.gradients import compile_gradients

    step = compile_gradients(
        lambda trained, row: (losses.arcface_loss(row, np.array([0]), trained[0], 0.5, 9.0)[0], [])
    )
    row = np.array([[1.0, 0.0]], np.float32)
    assert np.isfinite(np.asarray(step([np.eye(2, dtype=np.float32)], row)[2][0])).all()


def hard(margin: float, contrastive: bool) -> list[float]:
    unit = ROWS.astype(float) / np.linalg.norm(ROWS, axis=1, keepdims=True)
    result = []
    for image in range(N):
        apart = {other: float(np.linalg.norm(unit[image] - unit[other])) for other in range(N) if other != image}
        same = [apart[other] for other in apart if CLASSES[other] == CLASSES[image]]
        others = [apart[other] for other in apart if CLASSES[other] != CLASSES[image]]
        if contrastive:
            result.append((max(same, default=0.0) ** 2 + max(0.0, margin - min(others)) ** 2) / 2)
        else:
            result.append(max(0.0, max(same) - min(others) + margin) if same and others else 0.0)
    return result


@pytest.mark.parametrize("margin", [0.1, 0.7])
def test_the_hardest_images_of_a_batch_are_used(margin: float) -> None:
    assert len(set(CLASSES.tolist())) < N, "some landmarks have several images"
    assert evaluate(losses.triplet_loss, ROWS, CLASSES, margin) == pytest.approx(hard(margin, False), abs=1e-4)
    assert evaluate(losses.contrastive_loss, ROWS, CLASSES, margin) == pytest.approx(hard(margin, True), abs=1e-4)


def test_a_batch_of_one_landmark_has_no_triplets() -> None:
    assert not evaluate(losses.triplet_loss, ROWS, np.zeros(N, np.int32), 0.3).any()


def test_triplets_of_equal_images_have_a_finite_gradient() -> None:
    from solutions.training.gradients import compile_gradients

    classes = np.array([0, 0, 1], np.int32)
    step = compile_gradients(lambda trained: (losses.triplet_loss(trained[0], classes, 0.2)[0], []))
    assert np.isfinite(np.asarray(step([np.ones((3, 2), np.float32)])[2][0])).all()
