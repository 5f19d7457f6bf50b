from pathlib import Path

import numpy as np
import pytest

from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.whitening import whitened_ensemble as module
from solutions.descriptors.whitening.whitened_ensemble import describe_whitened, learn_ensemble_whitening, stable_matmul
from tests.solutions.factories import DescribedImages


class CachedImages(DescribedImages):
    """Descriptors of images with a fit cache."""

    store: Path
    fingerprint = "of a test"


VIEWS = (MultiscaleExtractor("lite0", 96, ("gem",)),)


def images(n: int, store: Path) -> DescribedImages:
    rows = np.random.default_rng(0).normal(size=(n, 6)).astype(np.float32) * np.arange(1, 7)
    made = CachedImages({"gem": rows}, [str(each) for each in range(n)])
    made.store = store
    return made


@pytest.mark.parametrize("block", [3, 7, 4096])
def test_the_block_size_does_not_matter(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    some = images(20, tmp_path)
    whitening = learn_ensemble_whitening((some,), VIEWS, 4)
    slowly = (l2_normalise(some.arrays["gem"]).astype(np.float32) - whitening.mean) @ whitening.projection
    assert describe_whitened(some, VIEWS, whitening) == pytest.approx(l2_normalise(slowly), abs=1e-6)


def test_a_row_does_not_depend_on_other_rows() -> None:
    draw = np.random.default_rng(1)
    rows, matrix = draw.normal(size=(700, 33)), draw.normal(size=(33, 9))
    whole = stable_matmul(rows, matrix)
    for place in range(0, 700, 61):
        assert np.array_equal(whole[place : place + 5], stable_matmul(rows[place : place + 5], matrix))


def test_no_images_give_no_rows(tmp_path: Path) -> None:
    some = images(8, tmp_path)
    whitening = learn_ensemble_whitening((some, some[:0]), VIEWS, 4)
    assert describe_whitened(some[:0], VIEWS, whitening).shape == (0, 4)
