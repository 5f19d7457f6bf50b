"""Tests of docs/inception.md: `solutions.recognition.softmax_entropy` trains the upper blocks of InceptionV3.

Weights are random, in the formats of a file that a user names.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.split import own_split
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.keras_backend import load_keras
from solutions.descriptors.networks.keras_models import build_network
from solutions.recognition.softmax_entropy import SoftmaxEntropy
from solutions.training.gradients import as_array
from tests.back_ends import require_back_end
from tests.solutions.factories import write_pattern_competition

require_back_end()

FROZEN, SIDE = 249, 75  # pixels: the least that InceptionV3 takes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("conversion_in_this_process")]


@pytest.fixture(scope="module")
def inception() -> Any:
    return load_keras().applications.InceptionV3(include_top=False, weights=None, input_shape=(None, None, 3))


@pytest.fixture(scope="module")
def weights(inception: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in the format of those that keras.applications downloads: a group for each layer."""
    import h5py

    path = tmp_path_factory.mktemp("weights") / "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in inception.layers]
        for layer in inception.layers:
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [weight.name.encode() for weight in layer.weights]
            for weight in layer.weights:
                group.create_dataset(weight.name, data=as_array(weight))
    return path


def kernels(model: Any) -> list[np.ndarray]:
    """Return the kernels of all convolutions, from the lowest up."""
    parts = [kernels(layer) if hasattr(layer, "layers") else [] for layer in model.layers]
    own = [[as_array(layer.kernel)] if layer.name.startswith("conv2d") else [] for layer in model.layers]
    return [kernel for inner, outer in zip(parts, own, strict=True) for kernel in (*inner, *outer)]


def test_weights_that_keras_saves_are_read(inception: Any, tmp_path: Path) -> None:
    other = tmp_path / "own.weights.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of NumPy inside Keras
        inception.save_weights(other)
    read = kernels(build_network("InceptionV3", str(other), None, classes=False))
    assert len(read) == 94
    assert all(map(np.array_equal, read, kernels(inception)))


def test_the_command_of_the_guide_trains_and_recognises(inception: Any, weights: Path, tmp_path: Path) -> None:
    folder = write_pattern_competition(tmp_path / "competition")
    split = own_split(Competition.open(folder, tmp_path / "store"), "recognition")
    solution = SoftmaxEntropy(
        backbone="InceptionV3", weights=str(weights), head="dense", frozen=FROZEN, side=SIDE,
        epochs=2, per_landmark=3, threshold=9.0, augment=False,
    )  # fmt: skip
    solution.fit(split.data)
    answer = solution.recognise(split.queries)
    assert answer.answered.all()
    assert set(answer.landmarks.tolist()) <= {0, 1, 2}
    trained = kernels(build_network(solution.classifier.features.backbone, "imagenet", None, classes=False))
    changed = [not np.array_equal(*pair) for pair in zip(kernels(inception), trained, strict=True)]
    assert not any(changed[:76])
    assert all(changed[76:])


def test_a_file_without_weights_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "text.h5"
    path.write_bytes(b"hello")
    with pytest.raises(HarnessError, match="text.h5: contains no weights of inception_v3: .*signature") as refusal:
        build_network("InceptionV3", str(path), None, classes=False)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="none.h5: cannot be read: No such file or directory$"):
        SquareExtractor("InceptionV3", SIDE, weights=str(tmp_path / "none.h5")).made_with  # noqa: B018 (it raises)
