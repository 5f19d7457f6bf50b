"""A network as a value: its name, weights and layers; it is built once in each process."""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from threading import Lock

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks import efficientnet_lite as lite
from solutions.descriptors.networks.keras_backend import (
    Forward,
    compile_model,
    installed_versions,
    load_keras,
    on_accelerator,
)
from solutions.descriptors.networks.registry import IMAGENET, MODEL_SUFFIX, build_network

_BUILD_LOCK = Lock()
_CPU_BATCH, _ACCELERATOR_BATCH = 8, 128  # images


@dataclass(frozen=True)
class Backbone:
    """A network that computes feature maps of images of any size; see `networks.registry`.

    `name` is lite0, lite1, lite2, a network of keras.applications such as ResNet50, or a `.keras` file, which takes
    pixels from 0 to 255. `weights` are 'imagenet', a file, or None for random ones.
    """

    name: str = "lite0"
    weights: str | None = IMAGENET
    layer: str | None = None  # its maps are returned; None: the last layer with maps
    classes: bool = False  # return the logits of the network's own classes, too
    mixed: bool = False  # half precision, on an accelerator only
    further: tuple[str, ...] = ()  # more layers whose maps are returned

    @property
    def made_with(self) -> dict[str, str]:
        """Return the digest of the weights and the versions of Keras and its backend, without building the network."""
        return {"weights": self._digest(), **installed_versions()}

    @property
    def batch(self) -> int:
        """Return the number of images in a batch."""
        return _ACCELERATOR_BATCH if on_accelerator() else _CPU_BATCH

    def forward(self, images: np.ndarray, batch: int | None = None) -> Mapping[str, np.ndarray]:
        """Return `maps` `(n, h, w, c)`, and `classes` `(n, classes)` if wanted, float32, of RGB images uint8.

        `maps1`, `maps2`, … are those of the further layers. A row is the same to the bit for any neighbours of its
        image, because every batch is filled up to the same size: `batch`, by default `self.batch`.

        Raises HarnessError if the network cannot be built or takes images of another size.
        """
        with _BUILD_LOCK:
            run, input_size = _build(self, self._digest())
        if any(side not in (None, actual) for side, actual in zip(input_size, images.shape[1:3], strict=True)):
            raise HarnessError(
                f"{self.name} takes images of {input_size[1]} x {input_size[0]} pixels; choose that size"
            )
        size = batch or self.batch
        outputs = [run(_pad_batch(images[start : start + size], size)) for start in range(0, len(images), size)]
        return {
            name: np.concatenate([batch[name] for batch in outputs])[: len(images)].astype(np.float32, copy=False)
            for name in outputs[0]
        }

    def _digest(self) -> str:
        file = self.name if self.name.endswith(MODEL_SUFFIX) else self.weights
        if file == IMAGENET and self.name in lite.SIZES:
            file = str(lite.lite_weights_file(self.name))
        if file is None or file == IMAGENET:
            return str(file)  # Keras checks its downloads by its own digests
        try:
            state = os.stat(file)
            return _file_digest(file, state.st_size, state.st_mtime_ns)
        except OSError as error:
            raise HarnessError(f"{file}: cannot be read: {error.strerror}") from None


@cache
def _file_digest(file: str, *_: int) -> str:
    with open(file, "rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


@cache
def _build(backbone: Backbone, _: str) -> tuple[Forward, tuple[int | None, int | None]]:
    """Return the compiled network, and height and width of its input."""
    keras = load_keras()
    if backbone.mixed and not on_accelerator():
        raise HarnessError("mixed precision needs an accelerator; set mixed=False on a CPU")
    with keras.config.dtype_policy_scope("mixed_float16") if backbone.mixed else nullcontext():
        model = build_network(
            backbone.name, backbone.weights, backbone.layer, backbone.further, classes=backbone.classes
        )
    return compile_model(model), model.input.shape[1:3]


def _pad_batch(images: np.ndarray, size: int) -> np.ndarray:
    """Return the images as float32, filled up to `size` with black images."""
    batch = np.zeros((size, *images.shape[1:]), np.float32)
    batch[: len(images)] = images
    return batch
