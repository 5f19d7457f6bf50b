"""Tests of `solutions.training.model` and `solutions.training.gradients`: every back end trains the same.

Each installed back end trains a small network in a process of its own.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.back_ends import BACK_ENDS

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from solutions.descriptors.networks.keras_backend import backend_name, load_keras
from solutions.training.model import TrainableModel, TrainingBatch
from solutions.training.stored_descriptors import DescriptorMoments
from solutions.training.trainable_network import save_backbone

keras, draw = load_keras(), np.random.default_rng(0)


def build():
    generator, pixels = np.random.default_rng(1), keras.Input((None, None, 3))
    frozen = keras.layers.Conv2D(4, 3, strides=2, name="frozen", trainable=False)
    maps = keras.layers.Conv2D(6, 3, name="trained")(keras.layers.ReLU()(frozen(pixels)))
    body = keras.Model(pixels, {"maps": keras.layers.ReLU()(maps)})
    for weight in body.weights:
        weight.assign(generator.normal(0, 0.02, weight.shape))
    return body


photographs = draw.integers(0, 256, (8, 16, 16, 3)).astype(np.float32)
classes = np.arange(8, dtype=np.int32) % 3
moments = DescriptorMoments(*(draw.uniform(0.1, 1, shape).astype(np.float32) for shape in (12, 12, (3, 12))))
projection = np.linalg.qr(draw.normal(size=(12, 5)))[0].astype(np.float32)
batch = TrainingBatch(lambda shard: photographs[shard], classes, np.ones(8, np.float32), {})
for head, file in zip(sys.argv[1::2], map(Path, sys.argv[2::2]), strict=True):
    body = build()
    model = TrainableModel(body, ("spoc", "gem"), head, moments, np.bincount(classes), projection)
    frozen = body.get_layer("frozen")
    before = np.array(keras.ops.convert_to_numpy(frozen.kernel))
    with ThreadPoolExecutor(2) as pool:
        losses = [model.train_step(batch, 1e-2, 1e-3, pool) for _ in range(3)]
        state, following = model.state_arrays, model.train_step(batch, 1e-2, 1e-3, pool)
        model.restore(state)
        assert model.train_step(batch, 1e-2, 1e-3, pool) == following, "a restored model continues as before"
    assert np.array_equal(keras.ops.convert_to_numpy(frozen.kernel), before)
    save_backbone(body, file.with_suffix(".keras"))
    again = keras.saving.load_model(file.with_suffix(".keras"))
    own, stored = (np.array(keras.ops.convert_to_numpy(each)) for each in (body(photographs)["maps"], again(photographs)))
    assert np.array_equal(own, stored)
    np.savez(file, losses=[*losses, following], rows=model.rows(photographs), maps=own, **model.trained_arrays)
print(backend_name())
"""


HEADS = ("dense", "arcface_softmax")


def train(back_end: str, folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return for each head the losses of four steps, and the weights and outputs after them."""
    files = {head: folder / f"{back_end}-{head}.npz" for head in HEADS}
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, *(str(word) for pair in files.items() for word in pair)],
        env=os.environ | {"KERAS_BACKEND": back_end},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == [back_end]
    return {head: dict(np.load(file)) for head, file in files.items()}


@pytest.mark.slow
def test_every_back_end_trains_the_same(tmp_path: Path) -> None:
    installed = [name for name in BACK_ENDS if find_spec(name)]
    if len(installed) < 2:
        pytest.skip("fewer than two back ends of Keras are installed")
    with ThreadPoolExecutor(2) as pool:
        trained = list(pool.map(lambda name: train(name, tmp_path), installed))
    for head in HEADS:
        assert_equal_training([each[head] for each in trained])


def assert_equal_training(results: list[dict[str, np.ndarray]]) -> None:
    first, *others = results
    assert (np.diff(first["losses"]) < 0).all()
    for other in others:
        assert first.keys() == other.keys()
        assert other["losses"] == pytest.approx(first["losses"], rel=1e-5)
        for name in set(first) - {"losses"}:
            tolerance = 1e-4 * float(max(1, np.abs(first[name]).max()))
            np.testing.assert_allclose(other[name], first[name], rtol=0, atol=tolerance, err_msg=name)
