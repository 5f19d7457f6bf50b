"""Tests of `solutions.descriptors.pooling.poolings` and `solutions.kernels.cube_sums`.

Each pooling agrees with a slow twin, in NumPy and in Keras.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from solutions.descriptors.pooling import poolings
from solutions.descriptors.pooling.poolings import POOLINGS, centre_prior, crow, gem, mac, spoc
from tests.back_ends import require_back_end

CHANNEL = np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1)
MAPS = np.random.default_rng(0).normal(1, 2, (3, 4, 5, 6)).astype(np.float32)


def by_channel(pool: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], list[float]]:
    """Return a pooling of maps `(h, w, c)` that pools each channel by itself."""
    return lambda maps: [pool(maps[..., channel]) for channel in range(maps.shape[-1])]


def slow_crow(maps: np.ndarray) -> list[float]:
    maps = maps.clip(0)
    height, width, n_channels = maps.shape
    totals = {(y, x): maps[y, x].sum() for y in range(height) for x in range(width)}
    length = math.sqrt(sum(total**2 for total in totals.values()))
    shares = [np.count_nonzero(maps[..., channel]) / (height * width) for channel in range(n_channels)]
    factors = [math.log(sum(shares) / share) if share else 0 for share in shares]
    sums = [
        sum(maps[y, x, channel] * math.sqrt(total / length) for (y, x), total in totals.items())
        for channel in range(n_channels)
    ]
    return [factor * total for factor, total in zip(factors, sums, strict=True)]


SLOW_TWINS: dict[str, Callable[[np.ndarray], list[float]]] = {
    "mac": by_channel(np.max),
    "spoc": by_channel(np.mean),
    "gem": by_channel(lambda values: (np.maximum(values, 1e-6) ** 3).mean() ** (1 / 3)),
    "spoc_centre": by_channel(lambda values: np.average(values, weights=centre_prior(*values.shape))),
    "crow": slow_crow,
}


def test_every_pooling_has_a_slow_twin() -> None:
    assert SLOW_TWINS.keys() == POOLINGS.keys()


@pytest.mark.parametrize("name", POOLINGS)
def test_a_pooling_agrees_with_its_slow_twin(name: str) -> None:
    rows = POOLINGS[name].pool(MAPS)
    assert rows.dtype == np.float32
    assert np.allclose(rows, [SLOW_TWINS[name](image.astype(float)) for image in MAPS], atol=1e-5)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_pooling_in_keras_agrees_with_the_one_in_numpy(name: str) -> None:
    require_back_end()
    tensor = POOLINGS[name].pool_tensor
    assert tensor is not None
    assert np.asarray(tensor(MAPS)) == pytest.approx(POOLINGS[name].pool(MAPS), abs=1e-5)


def test_worked_examples() -> None:
    assert mac(CHANNEL).item() == 3
    assert spoc(CHANNEL).item() == 1.5
    assert gem(CHANNEL).item() == pytest.approx(2.080084, abs=1e-6)
    assert gem(CHANNEL, 1).item() == pytest.approx(1.5, abs=1e-6)
    assert gem(CHANNEL, 10).item() == pytest.approx(2.616150, abs=1e-5)


@pytest.mark.parametrize("power", [1, 2, 3, 4, 5, 2.5])
def test_gem_with_any_power_agrees_with_its_slow_twin(power: float) -> None:
    slow = by_channel(lambda values: (np.maximum(values, 1e-6) ** power).mean() ** (1 / power))
    assert np.allclose(gem(MAPS, power), [slow(image.astype(float)) for image in MAPS], rtol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 7, 7, 40), (2, 5, 9, 1280), (2, 31, 40, 17)])
def test_compiled_sums_of_cubes_give_the_same_bits(shape: tuple[int, ...]) -> None:
    maps = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    for view in (maps, maps[:, ::-1, 1:] if shape[2] > 1 else maps, np.full_like(maps, np.nan)):
        assert np.array_equal(poolings._mean_cubes(view), poolings._mean_powers(view, 3), equal_nan=True)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_row_is_the_same_for_any_neighbours_and_for_a_view_of_larger_maps(name: str) -> None:
    pool, maps = POOLINGS[name].pool, np.random.default_rng(1).normal(size=(5, 7, 7, 40)).astype(np.float32)
    rows = pool(maps)
    assert all(np.array_equal(pool(maps[number : number + 1])[0], rows[number]) for number in range(len(maps)))
    framed = np.pad(maps, ((0, 0), (1, 2), (3, 0), (0, 0)))
    assert np.array_equal(pool(framed[:, 1:8, 3:]), rows)


def test_crow_of_maps_without_activations_is_0_and_a_dead_channel_stays_0() -> None:
    assert not crow(np.zeros((1, 3, 3, 2), np.float32)).any()
    assert crow(np.concatenate([CHANNEL, 0 * CHANNEL, CHANNEL], axis=3)).round(4)[0, 1] == 0


def test_the_centre_prior_is_the_published_one() -> None:
    prior = centre_prior(5, 5)
    assert prior[2].round(4).tolist() == [0.0561, 0.4868, 1, 0.4868, 0.0561]
    assert np.array_equal(prior, prior.T)
    slow = [[math.exp(-((y - 4) ** 2 + (x - 5.5) ** 2) / 2 / (9 / 6) ** 2) for x in range(12)] for y in range(9)]
    assert np.allclose(centre_prior(9, 12), slow)
