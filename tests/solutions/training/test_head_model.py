"""Tests of `solutions.training.head_model` and `solutions.training.adam` against the same training in Keras."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from solutions.descriptors.normalisation import l2_normalise
from solutions.training.adam import Adam
from solutions.training.head_model import HeadModel, TrainingBatch
from solutions.training.network_heads import HEADS
from solutions.training.stored_descriptors import DescriptorMoments
from tests.back_ends import require_back_end

N, K, D, E = 16, 3, 6, 4
RANDOM = np.random.default_rng(3)
ROWS = l2_normalise(RANDOM.normal(size=(N, D)).astype(np.float32))
CLASSES = (np.arange(N) % K).astype(np.int32)
MOMENTS = DescriptorMoments(ROWS.mean(axis=0), ROWS.var(axis=0), np.stack([ROWS[k::K].mean(axis=0) for k in range(K)]))
COUNTS = np.bincount(CLASSES)
PROJECTION = RANDOM.normal(size=(D, E)).astype(np.float32)


def batch_of(head: str) -> TrainingBatch:
    _, constants = HEADS[head].initialise(MOMENTS.means, COUNTS)
    draw = HEADS[head].draw_for_step
    fixed = draw(constants, np.random.default_rng(0)) if draw else {}
    return TrainingBatch(lambda shard: ROWS[shard], CLASSES, np.linspace(0.5, 1.5, N, dtype=np.float32), fixed)


def twin_in_keras(head: str, projection: np.ndarray | None) -> HeadModel:
    """Return a model on a network without layers: its maps are the descriptors, and so are their means."""
    require_back_end()
    from solutions.descriptors.networks.keras_backend import load_keras
    from solutions.training.model import TrainableModel

    maps = load_keras().Input((1, 1, D))
    return TrainableModel(load_keras().Model(maps, {"maps": maps}), ("spoc",), head, MOMENTS, COUNTS, projection)


def maps_of(batch: TrainingBatch) -> TrainingBatch:
    return replace(batch, inputs=lambda shard: batch.inputs(shard)[:, None, None])


@pytest.mark.parametrize("projection", [None, PROJECTION])
@pytest.mark.parametrize("head", HEADS)
def test_steps_are_those_of_the_training_in_keras(head: str, projection: np.ndarray | None) -> None:
    own, twin = HeadModel(head, MOMENTS, COUNTS, projection), twin_in_keras(head, projection)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            batch = batch_of(head)
            losses = [own.train_step(batch, 0.01, 0.1, pool), twin.train_step(maps_of(batch), 0.01, 0.1, pool)]
            assert losses[0] == pytest.approx(losses[1], rel=1e-4, abs=1e-6)
    expected = twin.inference_arrays
    assert own.inference_arrays.keys() == expected.keys()
    for name, array in own.inference_arrays.items():
        assert array == pytest.approx(expected[name], abs=1e-4), name
    if HEADS[head].logits:
        assert own.logits(ROWS) == pytest.approx(twin.logits(ROWS[:, None, None]), abs=1e-3)


def test_a_restored_model_continues_to_the_same_arrays() -> None:
    first, second = HeadModel("arcface_softmax", MOMENTS, COUNTS, PROJECTION), None
    with ThreadPoolExecutor(2) as pool:
        for step in range(4):
            if step == 2:
                second = HeadModel("arcface_softmax", MOMENTS, COUNTS, PROJECTION)
                second.restore(first.state_arrays)
            for model in filter(None, (first, second)):
                model.train_step(batch_of("arcface_softmax"), 0.01, 0.1, pool)
    assert second is not None
    for one, other in zip(first.state_arrays, second.state_arrays, strict=True):
        assert np.array_equal(one, other)


def test_a_head_without_classes_has_no_logits() -> None:
    with pytest.raises(ValueError, match="no classes"):
        HeadModel("triplet", MOMENTS, COUNTS, None).logits(ROWS)


def test_the_first_step_of_adam_has_the_size_of_the_rate() -> None:
    variables = {"x": np.array([1, 1, 1], np.float32)}
    Adam(variables).step({"x": np.array([0.5, -2, 0], np.float32)}, 0.25)
    assert variables["x"] == pytest.approx([0.75, 1.25, 1], abs=1e-5)
