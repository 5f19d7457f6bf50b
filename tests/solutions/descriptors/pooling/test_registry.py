"""Tests of `solutions.descriptors.pooling.registry`: poolings are found by name."""

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.poolings import POOLINGS, gem, mac
from solutions.descriptors.pooling.regions import sum_of_regions
from solutions.descriptors.pooling.registry import (
    find_pooling,
    find_row_pooling,
    pool_outputs,
    pool_tensor,
    tensor_functions,
)
from tests.back_ends import require_back_end

MAPS = np.random.default_rng(0).normal(1, 2, (2, 9, 12, 5)).astype(np.float32)


def test_names_with_a_power_a_prefix_or_a_suffix() -> None:
    assert np.array_equal(find_pooling("gem_2_5").pool(MAPS), gem(MAPS, 2.5))
    assert np.array_equal(find_pooling("rmac").pool(MAPS)[1], sum_of_regions(MAPS[1], mac))
    assert np.array_equal(find_pooling("rgem").pool(MAPS)[0], sum_of_regions(MAPS[0], gem))
    assert find_pooling("mac_regions").pool(MAPS).shape == (2, 20, 5)
    assert find_pooling("gem_4_tiles").pool(MAPS).shape == (2, 14, 5)
    assert np.allclose(find_pooling("mac_regions").pool(MAPS).sum(axis=1), find_pooling("rmac").pool(MAPS))


@pytest.mark.parametrize(
    "name", ["", "r", "max", "rmax", "gem_", "gem_0", "gem_\u0664", "mac_region", "_tiles", "gem_1e3"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(HarnessError, match="no pooling is named"):
        find_pooling(name)


def test_the_error_lists_every_pooling() -> None:
    with pytest.raises(HarnessError, match=f"known are {', '.join(POOLINGS)}, gem_4"):
        find_pooling("max")


@pytest.mark.parametrize("name", ["mac_regions", "gem_tiles"])
def test_poolings_with_several_rows_are_refused_where_one_row_is_needed(name: str) -> None:
    with pytest.raises(HarnessError, match="several rows"):
        find_row_pooling(name)


def test_layers_below_regions_cannot_be_trained() -> None:
    tensor_functions([*POOLINGS, "gem_4"])
    with pytest.raises(HarnessError, match="nothing can be trained below the pooling 'rmac'; take mac, spoc, gem"):
        tensor_functions(["gem", "rmac"])


def test_poolings_in_keras_are_normalised_and_concatenated() -> None:
    require_back_end()
    expected = np.hstack([l2_normalise(find_pooling(name).pool(MAPS)) for name in ("gem_4", "mac")])
    assert np.asarray(pool_tensor(MAPS, ("gem_4", "mac"))) == pytest.approx(expected, abs=1e-5)


def test_a_network_of_vectors_names_the_pooling_that_fits() -> None:
    with pytest.raises(HarnessError) as refused:
        pool_outputs({"vector": np.zeros((2, 5), np.float32)}, "mac")
    assert str(refused.value) == (
        "the network gives no feature maps or patches, which gem and other poolings need; it gives a vector: "
        "choose vector"
    )
    with pytest.raises(HarnessError, match="it gives neither vectors nor maps: choose another network"):
        pool_outputs({}, "vector")
