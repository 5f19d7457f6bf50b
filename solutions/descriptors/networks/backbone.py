"""A network as a value: its name, its weights and where its feature maps are taken; built once in a process."""

from __future__ import annotations

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
from solutions.descriptors.networks.keras_backend import Forward, accelerated, compiled, started, versions
from solutions.descriptors.networks.networks import IMAGENET, MODEL_SUFFIX, network

_BUILDING = Lock()
_ON_PROCESSOR, _ON_ACCELERATOR = 8, 128  # images at a time


@dataclass(frozen=True)
class Backbone:
    """A network that makes feature maps of images of any size; see `networks`.

    `name` is lite0, lite1, lite2, a network of keras.applications such as ResNet50, or a `.keras` file, which is given
    pixels from 0 to 255. `weights` are 'imagenet', a file, or None for drawn ones.
    """

    name: str = "lite0"
    weights: str | None = IMAGENET
    layer: str | None = None  # whose maps are taken; None: the last that are spread over the image
    classes: bool = False  # also what the network says of its own classes
    mixed: bool = False  # half precision inside, on an accelerator only
    further: tuple[str, ...] = ()  # layers whose maps are given too

    @property
    def made_with(self) -> dict[str, str]:
        """Return the digest of the weights and the versions of Keras and its backend; no network is built for that."""
        return {"weights": self._digest(), **versions()}

    @property
    def batch(self) -> int:
        """Return how many images go through at a time."""
        return _ON_ACCELERATOR if accelerated() else _ON_PROCESSOR

    def forward(self, images: np.ndarray, batch: int | None = None) -> Mapping[str, np.ndarray]:
        """Return `maps` `(n, h, w, c)`, and `classes` `(n, classes)` if asked for, float32, of RGB images uint8.

        `maps1`, `maps2`, … are those of the further layers. Each row is the same to the bit in whatever company its
        image comes: every batch has the same size, `batch` where it is told, and the last one is filled up.

        Raises HarnessError where the network cannot be had, or takes images of another size.
        """
        with _BUILDING:
            run, wanted = _built(self, self._digest())
        if any(want not in (None, given) for want, given in zip(wanted, images.shape[1:3], strict=True)):
            raise HarnessError(f"{self.name} takes images of {wanted[1]} x {wanted[0]} pixels; ask for that size")
        size = batch or self.batch
        found = [run(_filled(images[start : start + size], size)) for start in range(0, len(images), size)]
        return {
            name: np.concatenate([each[name] for each in found])[: len(images)].astype(np.float32, copy=False)
            for name in found[0]
        }

    def _digest(self) -> str:
        file = self.name if self.name.endswith(MODEL_SUFFIX) else self.weights
        if file == IMAGENET and self.name in lite.SIZES:
            file = str(lite.lite_weights_file(self.name))
        if file is None or file == IMAGENET:
            return str(file)  # Keras holds what it downloads to digests of its own
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
def _built(backbone: Backbone, _: str) -> tuple[Forward, tuple[int | None, int | None]]:
    """Return the network, ready to run, and height and width of its input."""
    keras = started()
    if backbone.mixed and not accelerated():
        raise HarnessError("mixed precision is for accelerators; leave it out on a processor")
    with keras.config.dtype_policy_scope("mixed_float16") if backbone.mixed else nullcontext():
        model = network(backbone.name, backbone.weights, backbone.layer, backbone.further, classes=backbone.classes)
    return compiled(model), model.input.shape[1:3]


def _filled(images: np.ndarray, size: int) -> np.ndarray:
    """Return the images as float32, with black ones behind up to a size."""
    batch = np.zeros((size, *images.shape[1:]), np.float32)
    batch[: len(images)] = images
    return batch
