"""Tests of `solutions.training.stored_descriptors`, and of the order of images in `solutions.training.train_loop`."""

import numpy as np
import pytest

from solutions.descriptors.normalisation import l2_normalise
from solutions.training import stored_descriptors as module
from solutions.training.stored_descriptors import StoredDescriptors, compute_moments, descriptor_keys
from solutions.training.train_loop import _shuffle

DRAW = np.random.default_rng(2)
ARRAYS = DRAW.normal(2, 3, (12, 4)).astype(np.float32), DRAW.normal(size=(12, 3)).astype(np.float32)
PLACES = np.array([11, 0, 3, 4, 5, 7, 9, 2, 1])
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 0, 1])


def test_a_batch_has_all_poolings_normalised_and_concatenated() -> None:
    whole = np.hstack([l2_normalise(each) for each in ARRAYS])
    assert StoredDescriptors(ARRAYS, PLACES).batch(np.array([2, 0])) == pytest.approx(whole[[3, 11]], abs=1e-6)


@pytest.mark.parametrize("block", [1, 4, 9, 100])
def test_moments_do_not_depend_on_the_block_size(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    rows = StoredDescriptors(ARRAYS, PLACES)
    whole, result = rows.batch(np.arange(9)), compute_moments(rows, CLASSES)
    assert result.mean == pytest.approx(whole.mean(axis=0), abs=1e-6)
    assert result.variance == pytest.approx(whole.var(axis=0), abs=1e-6)
    for each in range(3):
        assert result.means[each] == pytest.approx(whole[each == CLASSES].mean(axis=0), abs=1e-6)


def test_the_key_of_a_row_depends_on_its_content_only() -> None:
    words = descriptor_keys(StoredDescriptors(ARRAYS, PLACES))
    assert len(set(words.tolist())) == 9
    assert np.array_equal(descriptor_keys(StoredDescriptors(ARRAYS, PLACES[::-1])), words[::-1])


@pytest.mark.parametrize("pairs", [False, True])
def test_every_image_is_used_once_in_an_epoch(pairs: bool) -> None:
    order = _shuffle(CLASSES, pairs, np.random.default_rng(4))
    assert sorted(order.tolist()) == list(range(9))


def test_images_of_a_landmark_are_adjacent_in_pairs() -> None:
    classes = np.repeat(np.arange(5), 4)
    orders = [_shuffle(classes, True, np.random.default_rng(seed)) for seed in range(3)]
    for order in orders:
        assert (classes[order[::2]] == classes[order[1::2]]).all()
    assert len({tuple(each) for each in orders}) == 3
