"""Tests of `solutions.training.model` and `solutions.training.gradients`: every back end trains the same.

Each installed back end trains a small network in a process of its own.
"""

import os
import subprocess
import sys
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
pixels = keras.Input((None, None, 3))
frozen = keras.layers.Conv2D(4, 3, strides=2, name="frozen")
maps = keras.layers.Conv2D(6, 3, name="trained")(keras.layers.ReLU()(frozen(pixels)))
body = keras.Model(pixels, {"maps": keras.layers.ReLU()(maps)})
frozen.trainable = False
for weight in body.weights:
    weight.assign(draw.normal(0, 0.02, weight.shape))
before = np.array(keras.ops.convert_to_numpy(frozen.kernel))
photographs = draw.integers(0, 256, (8, 16, 16, 3)).astype(np.float32)
classes = np.arange(8, dtype=np.int32) % 3
moments = DescriptorMoments(*(draw.uniform(0.1, 1, shape).astype(np.float32) for shape in (12, 12, (3, 12))))
projection = np.linalg.qr(draw.normal(size=(12, 5)))[0].astype(np.float32)
model = TrainableModel(body, ("spoc", "gem"), sys.argv[1], moments, np.bincount(classes), projection)
batch = TrainingBatch(lambda shard: photographs[shard], classes, np.ones(8, np.float32), {})
with ThreadPoolExecutor(2) as pool:
    losses = [model.train_step(batch, 1e-2, 1e-3, pool) for _ in range(3)]
    state, following = model.state_arrays, model.train_step(batch, 1e-2, 1e-3, pool)
    model.restore(state)
    assert model.train_step(batch, 1e-2, 1e-3, pool) == following, "a restored model continues as before"
assert np.array_equal(keras.ops.convert_to_numpy(frozen.kernel), before)
save_backbone(body, Path(sys.argv[2]).with_suffix(".keras"))
again = keras.saving.load_model(Path(sys.argv[2]).with_suffix(".keras"))
own, stored = (np.array(keras.ops.convert_to_numpy(each(photographs))) for each in (lambda x: body(x)["maps"], again))
assert np.array_equal(own, stored)
np.savez(sys.argv[2], losses=[*losses, following], rows=model.rows(photographs), maps=own, **model.trained_arrays)
print(backend_name())
"""


def train(back_end: str, head: str, folder: Path) -> dict[str, np.ndarray]:
    """Return the losses of four steps, and the weights and outputs after them."""
    file = folder / f"{back_end}.npz"
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, head, str(file)],
        env=os.environ | {"KERAS_BACKEND": back_end},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == [back_end]
    return dict(np.load(file))


@pytest.mark.slow
@pytest.mark.parametrize("head", ["dense", "arcface_softmax"])
def test_every_back_end_trains_the_same(head: str, tmp_path: Path) -> None:
    installed = [name for name in BACK_ENDS if find_spec(name)]
    if len(installed) < 2:
        pytest.skip("fewer than two back ends of Keras are installed")
    first, *others = (train(name, head, tmp_path) for name in installed)
    assert (np.diff(first["losses"]) < 0).all()
    for other in others:
        assert first.keys() == other.keys()
        assert other["losses"] == pytest.approx(first["losses"], rel=1e-5)
        for name in set(first) - {"losses"}:
            tolerance = 1e-4 * float(max(1, np.abs(first[name]).max()))
            np.testing.assert_allclose(other[name], first[name], rtol=0, atol=tolerance, err_msg=name)
