"""How a photograph becomes the square of a network: by the network's own configuration, or by what the user sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.keras_models import MODEL_SUFFIX
from solutions.descriptors.networks.registry import find_source
from solutions.descriptors.networks.sources import keras_networks

Frame = Literal["crop", "squash"]

SIDE = 224  # pixels, of networks that take any size
_ROUNDING = 1e-6  # so that 224 pixels, which are 7 / 8 of 256, are not a share of 255


@dataclass(frozen=True)
class Framing:
    """The square that a network is given.

    With an interpolation, the photograph is resized by Pillow as the usual transforms of torch do it, and `crop` is
    the share of its shorter side that the square has. Without one, see `square.to_square`.
    """

    side: int  # pixels
    frame: Frame = "crop"  # the middle of the photograph, or all of it squashed
    crop: float = 1.0
    interpolation: str | None = None

    @property
    def reduce_to(self) -> int | None:
        """Return the side that a reduced decode must keep; None for no reduction, which torch's transforms lack."""
        return self.side if self.interpolation is None else None


def network_framing(network: Backbone, side: int | None, frame: Frame | None) -> Framing:
    """Return the square with this side and frame, where they are None that of the network's own configuration.

    A network without a configuration is given `SIDE` pixels, or the size of its input. Raises HarnessError if the
    network cannot be converted.
    """
    own, input_side = _own_framing(network, tuple(network.made_with.items()))
    own_frame: Frame = own.get("frame") or "crop"
    return Framing(
        side or own.get("side") or input_side or SIDE,
        frame or own_frame,
        own.get("crop") or 1.0 if frame in (None, own_frame) else 1.0,
        own.get("interpolation"),
    )


@cache
def _own_framing(network: Backbone, _: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, Any], int | None]:
    """Return how a network's configuration makes squares, {} without one, and the height of its input or None.

    EfficientNet-Lite and the networks of keras.applications have none and take any size.
    """
    if find_source(network.spec) is keras_networks and not network.name.endswith(MODEL_SUFFIX):
        return {}, None
    description = network.description
    return description.preprocessing or {}, description.input_size[0]


def torch_square(image: np.ndarray, framing: Framing) -> np.ndarray:
    """Return an image `(h, w, 3)` uint8 as a square, as Resize and CenterCrop of torchvision do it.

    >>> torch_square(np.full((30, 50, 3), 7, np.uint8), Framing(14, crop=0.875, interpolation="bicubic")).shape
    (14, 14, 3)
    """
    from PIL import Image

    whole, side = Image.fromarray(np.ascontiguousarray(image)), framing.side
    resized = int(side / framing.crop + _ROUNDING)
    width, height = (resized, resized) if framing.frame == "squash" else _size(whole.width, whole.height, resized)
    method = Image.Resampling[str(framing.interpolation).upper()]
    whole = whole if whole.size == (width, height) else whole.resize((width, height), method)
    left, top = round((width - side) / 2), round((height - side) / 2)
    return np.asarray(whole)[top : top + side, left : left + side]


def _size(width: int, height: int, shorter: int) -> tuple[int, int]:
    """Return width and height with this shorter side in the same proportions; the longer is rounded down.

    >>> _size(50, 30, 16), _size(30, 50, 16)
    ((26, 16), (16, 26))
    """
    longer = int(shorter * max(width, height) / min(width, height))
    return (longer, shorter) if width > height else (shorter, longer)
