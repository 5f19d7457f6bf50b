"""The network below a head, of which the upper layers are trained."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.descriptors.extractors.square import Features
from solutions.descriptors.networks.keras_backend import started
from solutions.descriptors.networks.networks import network
from solutions.descriptors.pooling.keras_pooling import POOLED


def trainable(features: Features, frozen: int) -> Any:
    """Return the network from pixels to maps; its lowest layers, and all that it knows of means, stay as they are."""
    started()
    unknown = [each for each in features.poolings if each not in POOLED]
    if unknown:
        raise HarnessError(f"nothing can be trained below the pooling {unknown[0]!r:.60}; take {', '.join(POOLED)}")
    whole = network(features.backbone, features.weights, features.layer, classes=False)
    layers = next(each for each in reversed(whole.layers) if hasattr(each, "layers")).layers
    if not 0 <= frozen <= len(layers):
        raise HarnessError(f"frozen={frozen}: {features.backbone} has {len(layers)} layers; choose from 0 to that")
    for layer in layers[:frozen]:
        layer.trainable = False
    return whole


def save(body: Any, path: Path) -> None:
    """Write the network as a `.keras` file that can be a backbone in its turn: its last layer gives the maps."""
    keras = started()
    maps = keras.layers.Activation("linear", name="maps")(body.output["maps"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what NumPy means to change, which is for Keras to mend
        keras.Model(body.input, maps).save(path)
